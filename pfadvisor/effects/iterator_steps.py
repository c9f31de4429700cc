"""One scope's part in the flow of iterators: what each of its values may be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from pfadvisor.effects import iterator_calls
from pfadvisor.effects.facts import CHOOSING, Instr
from pfadvisor.effects.iterator_flow import Flow
from pfadvisor.effects.names import absolute
from pfadvisor.effects.tokens import (
    LAZY,
    NONE,
    RETURNED,
    Tokens,
    held,
    is_short,
    opened,
    poured,
)

JOINING: Final = frozenset({"+", "|", "*", "+=", "|=", "*="})
JOINS: Final = frozenset({"phi", "loopphi", "enter", "await"})
NAMED: Final = frozenset({"name", "free", "attr"})


class Sweep:
    """A pass over a scope. `values` are those of the last pass, to which this one adds."""

    def __init__(self, flow: Flow, index: int, values: list[Tokens]) -> None:
        self.flow, self.index, self.values = flow, index, values
        self.function = flow.module.functions[index]
        self.code = self.function.code
        self.again = False

    def run(self) -> bool:
        """Whether another pass may find more."""
        turning = False
        for i, step in self.flow.steps(self.index, STEPS):
            found = step(self, self.code[i])
            if not found <= self.values[i]:
                self.values[i] |= found
                turning = True
        return self.again or (turning and self.index in self.flow.turning)

    def all_of(self, values: tuple[int, ...]) -> Tokens:
        return NONE.union(*(self.values[v] for v in values if v >= 0))

    def is_own(self, value: int) -> bool:
        """Whether the value is the object that a method belongs to."""
        instr = self.code[value]
        return self.function.owner_class >= 0 and instr.op == "param" and instr.args[0] == 0

    def fill(self, value: int, tokens: Tokens) -> None:
        """More is put into what the value may be."""
        done, waiting = set[int](), [value]
        while tokens and waiting:
            at = waiting.pop()
            if at >= 0 and at not in done:
                done.add(at)
                self.again |= not tokens <= self.values[at]
                self.values[at] |= tokens
                op, args = self.code[at][:2]
                waiting += args if op in JOINS else args[1:] if op == "op" else ()
                self._fill_named(self.code[at], tokens)

    def _fill_named(self, instr: Instr, tokens: Tokens) -> None:
        if instr.op == "name":
            self.flow.put(("", instr.args[0]), tokens)
        elif instr.op == "free":
            self.flow.put(self.flow.cell(self.function, instr.args[0]), tokens)
        elif instr.op == "attr":
            self.put_attribute(instr.args[0], instr.args[1], tokens)

    def put_attribute(self, base: int, name: str, tokens: Tokens) -> None:
        owner = self.function.owner_class if self.is_own(base) else -1
        self.flow.put_attribute(owner, name, tokens)


def _joined(sweep: Sweep, instr: Instr) -> Tokens:
    return sweep.all_of(instr.args)


def _operator(sweep: Sweep, instr: Instr) -> Tokens:
    if instr.args[0] in CHOOSING:
        return sweep.all_of(instr.args[1:])
    return poured(sweep.all_of(instr.args[1:])) if instr.args[0] in JOINING else NONE


def _display(sweep: Sweep, instr: Instr) -> Tokens:
    found = NONE
    for value in instr.args[1:]:
        part = sweep.code[value]
        if part.op in ("star", "dstar"):
            found |= poured(sweep.values[part.args[0]])
        else:
            found |= held(sweep.values[value])
    return found


def _comprehension(sweep: Sweep, instr: Instr) -> Tokens:
    found = held(sweep.all_of(instr.args[2:]))
    return found | LAZY if instr.args[0] == "generator" else found


def _part(sweep: Sweep, instr: Instr) -> Tokens:
    found = sweep.values[instr.args[0]]
    sliced = instr.op == "item" and sweep.code[instr.args[1]].op == "slice"
    return found if sliced else opened(found)


def _param(sweep: Sweep, instr: Instr) -> Tokens:
    function = sweep.function
    param = function.params[instr.args[0]]
    found = sweep.flow.get((function.qualname, param.name), sweep.index)
    found |= sweep.flow.elsewhere.stated(param.annotation)
    if function.owner_class < 0 or instr.args[0] > 0:
        return found
    if "classmethod" in function.decorators:
        return found | {("class", function.owner_class)}
    return found | sweep.flow.instance(function.owner_class)


def _name(sweep: Sweep, instr: Instr) -> Tokens:
    found = sweep.flow.get(("", instr.args[0]), sweep.index)
    module, name = sweep.flow.module, instr.args[0]
    if name in module.names:
        return found
    stars = (absolute(module, target, level) for target, level in module.star_imports)
    return found.union([("builtin", name)], (("import", f"{star}.{name}") for star in stars))


def _free(sweep: Sweep, instr: Instr) -> Tokens:
    return sweep.flow.get(sweep.flow.cell(sweep.function, instr.args[0]), sweep.index)


def _function(sweep: Sweep, instr: Instr) -> Tokens:
    made = sweep.flow.module.functions[instr.args[0]]
    for number, value in made.defaults:
        slot = made.qualname, made.params[number].name
        sweep.flow.put(slot, sweep.values[value])
        sweep.flow.kept.add(slot)
    return frozenset({("def", instr.args[0], 0)})


def _import(sweep: Sweep, instr: Instr) -> Tokens:
    target, name, level = instr.args
    dotted = absolute(sweep.flow.module, target, level)
    full = f"{dotted}.{name}" if name else dotted
    return sweep.flow.elsewhere.kept_by(full) | {("import", full)}


def _attribute(sweep: Sweep, instr: Instr) -> Tokens:
    base, name = instr.args
    on = sweep.values[base]
    outside = frozenset(("import", f"{t[1]}.{name}") for t in on if is_short(t))
    if outside:
        return outside.union(*(sweep.flow.elsewhere.kept_by(t[1]) for t in outside))
    owner = sweep.function.owner_class if sweep.is_own(base) else -1
    found = sweep.flow.attribute(owner, name, sweep.index)
    of_class = any(token[0] == "class" for token in on)
    for index in sweep.flow.methods.get(name, ()):
        found |= iterator_calls.looked_up(sweep, index, of_class)
    return found


def _set_name(sweep: Sweep, instr: Instr) -> Tokens:
    name, value = instr.args
    if sweep.function.kind != "class" or name in sweep.function.globals:
        sweep.flow.put(("", name), sweep.values[value])
    elif sweep.code[value].op != "func":
        sweep.flow.put_attribute(sweep.function.owner_class, name, sweep.values[value])
    return NONE


def _set_cell(sweep: Sweep, instr: Instr) -> Tokens:
    sweep.flow.put(sweep.flow.cell(sweep.function, instr.args[0]), sweep.values[instr.args[1]])
    return NONE


def _set_attribute(sweep: Sweep, instr: Instr) -> Tokens:
    sweep.put_attribute(instr.args[0], instr.args[1], sweep.values[instr.args[2]])
    return NONE


def _set_item(sweep: Sweep, instr: Instr) -> Tokens:
    sweep.fill(instr.args[0], held(sweep.values[instr.args[2]]))
    return NONE


def _return(sweep: Sweep, instr: Instr) -> Tokens:
    sweep.flow.put((sweep.function.qualname, RETURNED), sweep.all_of(instr.args))
    return NONE


def _yield(sweep: Sweep, instr: Instr) -> Tokens:
    sweep.flow.put((sweep.function.qualname, RETURNED), held(sweep.all_of(instr.args)))
    return NONE


STEPS: Final[dict[str, Callable[[Sweep, Instr], Tokens]]] = {
    **dict.fromkeys(JOINS, _joined),
    "op": _operator,
    "display": _display,
    "comp": _comprehension,
    **dict.fromkeys(("elem", "unpack", "item"), _part),
    "param": _param,
    **dict.fromkeys(("name", "builtin"), _name),
    "free": _free,
    "func": _function,
    "class": lambda _, instr: frozenset({("class", instr.args[0])}),
    "import": _import,
    "attr": _attribute,
    "call": iterator_calls.call,
    "setname": _set_name,
    "setcell": _set_cell,
    "setattr": _set_attribute,
    "setitem": _set_item,
    "ret": _return,
    "yield": _yield,
}
