"""A comprehension that makes one call beside what it keeps of an item: the call alone is handed out.

`{name: profile(rows) for name, rows in tables.items()}` maps `profile` over `tables.values()`: no
function need be written, and what stands beside the results stays in the parent.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from pfadvisor.backends._job import Emission
from pfadvisor.rewrite.direct import direct
from pfadvisor.rewrite.emit import Emitter
from pfadvisor.rewrite.form import Form
from pfadvisor.rewrite.layout import grouped
from pfadvisor.rewrite.projection import projected
from pfadvisor.rewrite.scope import fresh, names_in, stores
from pfadvisor.rewrite.shape import repeatable


@dataclass(frozen=True, slots=True)
class Beside:
    """The callable, and what it runs over.

    values  texts of key and value, or of what the element consists of; "" for the call
    left    the target that the parent binds to what it keeps, "" if it keeps nothing
    pairs   the text of what it is bound to, RUN being the results
    """

    function: str
    emitter: Emitter
    values: tuple[str, ...]
    left: str = ""
    pairs: str = ""

    def expression(self, form: Form, emission: Emission) -> str:
        """What stands for the comprehension."""
        run, result = emission.expression, fresh("result", names_in(form.statement))
        if emission.gives == "pairs":
            run = f"({result} for {self.emitter.unused()}, {result} in {run})"
        if self.values == ("",):
            listed = emission.gives == "list" and isinstance(form.loop, ast.ListComp)
            return run if listed else _made(form.loop, run)
        pairs = self.pairs.replace(RUN, run) if self.left else run
        if self.values == (self.left, ""):
            return _made(form.loop, pairs)
        bound = f"{grouped(self.left)}, {result}" if self.left else result
        opening, closing = _BRACKETS[type(form.loop)]
        element = self._element(form, result)
        return f"{opening}{element} for {bound} in {pairs}{closing}"

    def _element(self, form: Form, result: str) -> str:
        values = [value or result for value in self.values]
        if isinstance(form.loop, ast.DictComp):
            return f"{values[0]}: {values[1]}"
        return f"({', '.join(values)})"


RUN = "\0"
"""Stands for the results where they are paired with what is kept."""

_BRACKETS = {
    ast.ListComp: ("[", "]"),
    ast.SetComp: ("{", "}"),
    ast.DictComp: ("{", "}"),
    ast.GeneratorExp: ("(", ")"),
}
_MAKERS = {ast.ListComp: "list", ast.SetComp: "set", ast.DictComp: "dict"}


def _made(loop: ast.AST, results: str) -> str:
    maker = _MAKERS.get(type(loop), "")
    return f"{maker}({results})" if maker else results


def beside(form: Form, emitter: Emitter) -> Beside | None:
    """How the call is taken out, if that needs no function; `emitter` runs over whole items."""
    plan, call = form.plan, _only_call(form)
    if call is None or not (plan.source.finite and plan.collected) or plan.mode == "async":
        return None
    used = sorted(form.names & names_in(call))
    if len(used) != 1 or emitter.prelude:
        return None
    function = direct(form.context, plan, call, used[0])
    values = tuple("" if value is call else form.text.of(value) for value in form.values())
    ways = _Ways(form, emitter, function, values, used[0])
    return ways.best() if function else None


def _only_call(form: Form) -> ast.expr | None:
    """The only part of the element that is more than a name, if compute evaluates it."""
    if form.compute_tests or len(form.generators) != 1 or form.stops_early():
        return None
    work = [each for each in form.values() if not isinstance(each, (ast.Name, ast.Constant))]
    inside = [node for element in form.elements for node in ast.walk(element)]
    return work[0] if len(work) == 1 and any(node is work[0] for node in inside) else None


@dataclass(frozen=True, slots=True)
class _Ways:
    """How the source may be split into what is `used` by the call and what is kept."""

    form: Form
    emitter: Emitter
    function: str
    values: tuple[str, ...]
    used: str

    @property
    def kept(self) -> set[str]:
        return {value for value in self.values if value} & self.form.names

    def best(self) -> Beside | None:
        if self.form.target == self.used:
            return self._itself()
        return self._part_of_source() or self._part_of_item()

    def _made(self, runs: Emitter, left: str = "", pairs: str = "") -> Beside:
        return Beside(self.function, runs, self.values, left, pairs)

    def _itself(self) -> Beside | None:
        """The whole item goes to the workers, and stands beside its result."""
        item, emitter = self.used, self.emitter
        known = self.form.context.types.inside(self.form.generators, ast.Name(item, ast.Load()))
        if not self.kept or not emitter.once_more or not _immutable(known):
            return None
        emitter.doubled()
        if self.values == ("", item):
            pairs = f"zip({RUN}, {emitter.source})"
            return Beside(self.function, emitter, (item, ""), item, pairs)
        return self._made(emitter, item, f"zip({emitter.source}, {RUN})")

    def _part_of_source(self) -> Beside | None:
        """The source itself gives what is used: `table.values()` of `table.items()`."""
        form, clause = self.form, self.form.generators[0]
        if clause.ifs:
            return self._entries()
        found = projected(form.text, form.plan, clause, {self.used})
        if found is None or form.text.target(found.target) != self.used:
            return None
        if self.kept - stores(found.left):
            return None
        runs = Emitter(form.context, form.plan, self.emitter.options, found.source, found.node)
        left = form.text.of(found.left) if self.kept else ""
        return self._made(runs, left, found.numbered(RUN))

    def _entries(self) -> Beside | None:
        """Of some entries of a mapping a dictionary is made first."""
        form, clause = self.form, self.form.generators[0]
        match clause.target, clause.iter:
            case (
                ast.Tuple(elts=[ast.Name(id=key), ast.Name(id=value)]),
                ast.Call(func=ast.Attribute(value=owner, attr="items"), args=[], keywords=[]),
            ) if value == self.used and form.plan.source.reiterable and repeatable(owner):
                if self.kept != {key}:
                    return None
                self.emitter.name_source(f"{{{form.clauses(f'{key}: {value}', clause.ifs)}}}")
                items = self.emitter.source
                runs = self.emitter.over(f"{items}.values()")
                return self._made(runs, key, f"zip({items}, {RUN})")
        return None

    def _part_of_item(self) -> Beside | None:
        """Items that surely can be taken apart: the parent hands out the part that is used."""
        form, clause, types = self.form, self.form.generators[0], self.form.context.types
        known = types.parts(clause.target, types.element(clause.iter))
        if self.used not in known or not _is_flat(clause.target):
            return None
        if not self.kept:
            return self._made(self.emitter.over(f"[{form.clauses(self.used, clause.ifs)}]"))
        if not self.emitter.once_more or not all(_immutable(known.get(n)) for n in self.kept):
            return None
        self.emitter.doubled()
        items = self.emitter.source
        runs = self.emitter.over(
            f"[{self.used} for {_only(clause.target, {self.used})} in {items}]"
        )
        return self._made(runs, _only(clause.target, self.kept), f"zip({items}, {RUN})")


def _is_flat(target: ast.expr) -> bool:
    return isinstance(target, ast.Tuple) and all(isinstance(n, ast.Name) for n in target.elts)


def _only(target: ast.expr, names: set[str]) -> str:
    """A flat target with `_` for what is not asked for."""
    parts = target.elts if isinstance(target, ast.Tuple) else []
    named = [part.id for part in parts if isinstance(part, ast.Name)]
    return ", ".join(name if name in names else "_" for name in named)


def _immutable(annotation: str | None) -> bool:
    """Whether the work surely leaves a value of this type as it is."""
    words = set(re.findall(r"\w+", annotation or "object"))
    return words <= {"str", "int", "float", "bool", "bytes", "complex", "tuple", "None"}
