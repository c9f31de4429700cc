"""A comprehension with several `for`s of which workers run all but the first.

The worker gives the list of what it makes of one item; the parent strings the lists together.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pfadvisor.rewrite.direct import direct
from pfadvisor.rewrite.form import Form
from pfadvisor.rewrite.layout import argument, bare, broken, one_line, standing
from pfadvisor.rewrite.refusal import Refused
from pfadvisor.rewrite.scope import fresh, names_in, stores
from pfadvisor.rewrite.text import contains, moved
from pfadvisor.rewrite.worker import Swap, Worker


class Nested:
    """The parts of the new text, of the comprehension that `form` has read."""

    def __init__(self, form: Form) -> None:
        self.form, self.text = form, form.text
        self.first, *self.later = form.generators
        if any(stores(self.first.target) & stores(each.target) for each in self.later):
            raise Refused("a later `for` gives a name of the first another value")

    def compute(self) -> list[ast.expr]:
        """All that workers evaluate."""
        later = [node for each in self.later for node in (each.target, each.iter, *each.ifs)]
        return [*self.first.ifs, *later, *self.form.parts()]

    def direct(self) -> str:
        """The function that is the whole work and says that it gives a list, "" if there is none."""
        form, only = self.form, self.later[0]
        plain = not (self.first.ifs or only.ifs) and len(self.later) == 1
        if not plain or [ast.dump(part) for part in form.parts()] != [_read(only.target)]:
            return ""
        if not (form.context.types.value(only.iter) or "").startswith("list["):
            return ""
        return direct(form.context, form.plan, only.iter, form.target)

    def define(self, backend: str) -> tuple[Worker, str]:
        """The worker, and the function with its captures bound."""
        form, compute = self.form, self.compute()
        worker = Worker(form.context, form.plan, form.loop, form.target, form.names, backend)
        rows = broken(self._body(worker.swaps(compute)), self.text.unit, form.context.width)
        types = form.context.types
        made = self._element_type()
        function = worker.define(
            rows,
            compute,
            any(names_in(node) & form.names for node in compute),
            types.element(self.first.iter),
            f"list[{made}]" if made else None,
        )
        return worker, function

    def _element_type(self) -> str | None:
        form = self.form
        parts = form.parts()
        whole = parts[0] if len(parts) == 1 else ast.Tuple(parts, ast.Load())
        return form.context.types.inside(form.generators, whole)

    def _body(self, swaps: Sequence[Swap]) -> list[str]:
        unit = self.text.unit
        made = f"return {self._list(swaps)}"
        if not self.first.ifs:
            return [unit + made]
        several = len(self.first.ifs) > 1
        tests = [self._operand(test, swaps, several) for test in self.first.ifs]
        return [f"{unit}if {' and '.join(tests)}:", unit * 2 + made, f"{unit}return []"]

    def _list(self, swaps: Sequence[Swap]) -> str:
        parts = [self._moved(part, swaps) for part in self.form.parts()]
        element = f"({', '.join(map(argument, parts))})" if len(parts) > 1 else parts[0]
        clauses = [self._clause(each, swaps) for each in self.later]
        only = self.later[0]
        if len(self.later) == 1 and not only.ifs and element == self.text.of(only.target):
            return f"list({bare(self._moved(only.iter, swaps))})"
        return f"[{' '.join([element, *clauses])}]"

    def _clause(self, each: ast.comprehension, swaps: Sequence[Swap]) -> str:
        head = f"for {self.text.target(each.target)} in {self._operand(each.iter, swaps, False)}"
        return " ".join([head, *(f"if {self._operand(t, swaps, False)}" for t in each.ifs)])

    def _operand(self, node: ast.expr, swaps: Sequence[Swap], several: bool) -> str:
        text = self._moved(node, swaps)
        loose = (ast.IfExp, ast.Lambda, ast.NamedExpr, ast.Tuple)
        apart = isinstance(node, loose) or (several and isinstance(node, ast.BoolOp))
        return f"({bare(text)})" if apart else text

    def _moved(self, node: ast.expr, swaps: Sequence[Swap]) -> str:
        span = self.text.span(node)
        inside = [swap for swap in swaps if contains(span, swap[0])]
        return one_line(standing("\n".join(moved(self.text.cut(span, inside), "", ""))))

    def strung(self, run: str, gives: str, unused: str) -> str:
        """What stands for the comprehension, of the lists that `run` gives."""
        taken = names_in(self.form.statement)
        part = fresh("part", taken)
        pair = isinstance(self.form.loop, ast.DictComp)
        bases = ("key", "value") if pair else ("result",)
        names = [self._name(*each, taken) for each in zip(self.form.parts(), bases, strict=True)]
        if len({*names}) < len(names):
            names = [fresh(base, taken) for base in bases]
        got = f"{unused}, {part}" if gives == "pairs" else part
        clauses = f"for {got} in {run} for {', '.join(names)} in {part}"
        match self.form.loop:
            case ast.ListComp():
                return f"[{names[0]} {clauses}]"
            case ast.SetComp():
                return f"{{{names[0]} {clauses}}}"
            case ast.DictComp():
                return f"{{{': '.join(names)} {clauses}}}"
        return f"({names[0]} {clauses})"

    def _name(self, node: ast.expr, base: str, taken: set[str]) -> str:
        return node.id if isinstance(node, ast.Name) else fresh(base, taken)


def _read(target: ast.expr) -> str:
    return ast.dump(target).replace("Store()", "Load()")
