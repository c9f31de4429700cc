"""Abstract evaluation of one scope: a value for every instruction, an effect for every access.

Local names are already resolved by the single-assignment form; the heap is
flow-insensitive (a store adds to what a place may hold). Loops are evaluated
until the values stand still. Callees enter through their summaries.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import TYPE_CHECKING, Any, Final

from pfadvisor.effects import access, calls, displays, implicit, making, operators, owners, sharing
from pfadvisor.effects.facts import Function, Instr, ModuleFacts
from pfadvisor.effects.names import builtin
from pfadvisor.effects.summary import Context, Summary, Target
from pfadvisor.effects.values import (
    BOTTOM,
    NONE,
    UNKNOWN,
    Effect,
    Obj,
    UnknownCall,
    Val,
    awaited,
    join,
    join_all,
    of_type,
    ordered,
    union,
)
from pfadvisor.model import Location

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

Objs = Callable[[Obj], frozenset[Obj]]
PASSES: Final = 12
CHAIN: Final = 6


class Evaluation:
    """Values, effects and targets of one scope; `only` restricts it to some instructions."""

    def __init__(
        self,
        program: Program,
        module: ModuleFacts,
        index: int,
        context: Context = (),
        only: frozenset[int] | None = None,
    ) -> None:
        self.program, self.module, self.index = program, module, index
        self.function: Function = module.functions[index]
        self.context, self.only = context, only
        code = self.function.code
        self.values: list[Val] = [BOTTOM] * len(code)
        self.heap: dict[tuple[Obj, str], Val] = {}
        self.slots: dict[Obj, list[str]] = {}  # numbered places that the heap knows
        self.exact: set[Any] = set()  # fresh sites whose contents the heap knows in full
        self.cells: dict[str, Val] = {}
        self.returns = BOTTOM
        self.yields = BOTTOM
        self.swapped = False  # whether an object's namespace was replaced
        self.partials: dict[int, tuple[Val, Any]] = {}
        self.annotated = dict(self.function.annotations)
        self.reset()

    def reset(self) -> None:
        self.effects: list[Effect] = []
        self.unknowns: list[UnknownCall] = []
        self.targets: dict[int, tuple[Target, ...]] = {}
        self.raises: dict[str, set[int]] = {}  # class -> instructions that may raise it
        self.seen: set[Any] = set()

    def run(self) -> Evaluation:
        wanted = range(len(self.values)) if self.only is None else sorted(self.only)
        order = self.function.reached(wanted)
        repeated = self._repeated()
        for _ in range(PASSES):
            self.reset()
            self.program.count("evaluations")
            if not self._round(order, repeated):
                return self
        self._give_up()
        return self

    def _give_up(self) -> None:
        """The values did not come to rest: what the scope calls or touches may be anything."""
        here = self.location(0) if self.function.code else None
        if here is not None and self._repeated():
            objs = frozenset(o for value in self.values for o in value.objs)
            inside = [i for i, instr in enumerate(self.function.code) if instr.op == "call"]
            for i in inside or [0]:
                self.unknown(UnknownCall(self.function.name, i, here, (), objs))

    def _round(self, order: Sequence[int], repeated: Container[int]) -> bool:
        """Evaluate every instruction; whether another round may find more: something that an
        iteration left behind was not yet known to the one that comes after it."""
        code, values, again = self.function.code, self.values, False
        for i in order:
            instr = code[i]
            handler = _HANDLERS.get(instr.op)
            self.changed = False
            value = UNKNOWN if handler is None else handler(self, i, instr)
            if self.changed and i in repeated:
                again = True
            if value is not values[i] and value != values[i]:
                again = again or (instr.op == "setcell" and i in repeated)
                values[i] = value
        return again or any(
            code[i].op == "loopphi" and _phi(self, i, code[i]) != values[i] for i in order
        )

    def _repeated(self) -> Container[int]:
        """Instructions that one call may run more than once."""
        if any(b.role == "while" for b in self.function.blocks):
            return range(len(self.values))
        return {
            i
            for loop in self.function.loops
            if not loop.parents
            for i in range(loop.start, loop.end + 1)
        }

    def location(self, i: int) -> Location:
        return Location(self.module.filename, self.function.code[i].span)

    def access(
        self, i: int, value: Val, elem: str, *, write: bool, key: int = -1, how: str = ""
    ) -> None:
        """Record an access to every object that `value` may be."""
        if write or elem != "[]":
            value = owners.owned(self.program, value)
        for root, path in ordered(value.objs):
            meant = sharing.place(root, path, elem, key)
            if meant is not None:
                (root, path), step, slot = meant
                self.effect(Effect(write, root, path, step, i, slot, how, self.location(i)))
        for root, path in ordered(owners.behind(self, value.objs, elem)):
            self.effect(Effect(write, root, path, "[]", i, -1, how, self.location(i)))

    def effect(self, effect: Effect) -> None:
        mark = effect[:7], effect.where if effect.chain else None
        if mark not in self.seen:
            self.seen.add(mark)
            self.effects.append(effect)

    def relayed(self, head: tuple[Any, ...], effect: Effect, here: Location) -> None:
        """Record an access of a callee; `head` is what it is here."""
        mark = head, effect.where
        if mark not in self.seen:
            self.seen.add(mark)
            chain = (here, *effect.chain)[:CHAIN]
            self.effects.append(Effect._make((*head, effect.where, chain)))

    def unknown(self, call: UnknownCall) -> None:
        self.unknowns.append(call)

    def enter(self, i: int, summary: Summary, keys: list[int], objs: Objs) -> None:
        """Record what a callee accesses, in terms of what is passed to it."""
        here = self.location(i)
        for effect in summary.effects:
            key = keys[effect.key] if 0 <= effect.key < len(keys) else -1
            write, root, path, elem, _, _, how, _, _ = effect
            if elem == "=" or root[0] == "res":
                self.relayed((write, root, path, elem, i, key, how), effect, here)
                continue
            places = objs((root, path))
            for root, path in ordered(places):
                meant = sharing.place(root, path, elem, key)
                if meant is not None:
                    (root, path), step, slot = meant
                    self.relayed((write, root, path, step, i, slot, how), effect, here)
            for root, path in ordered(owners.behind(self, places, elem)) if self.swapped else ():
                self.relayed((write, root, path, "[]", i, -1, how), effect, here)
        for unknown in summary.unknowns:
            reached = frozenset(o for obj in unknown.args for o in objs(obj))
            chain = (here, *unknown.chain)[:CHAIN]
            self.unknown(unknown._replace(instr=i, chain=chain, args=reached))

    def store(self, obj: Obj, elem: str, value: Val) -> None:
        (obj, elem, _) = sharing.place(*obj, elem, -1) or (obj, elem, -1)
        old = self.heap.get((obj, elem))
        if old is None:
            if value == BOTTOM:
                return
            if elem[0] == "[" and elem != "[]":
                self.slots.setdefault(obj, []).append(elem)
            old = BOTTOM
        new = join(old, value)
        if new is not old and new != old:
            self.swapped |= elem == owners.NAMESPACE
            self.heap[obj, elem] = new
            self.changed = True

    def fresh(self, site: Any, types: frozenset[str] | None, *, exact: bool = False) -> Val:
        if exact:
            self.exact.add(site)
        return Val(frozenset({(("fresh", site), ())}), types)

    def text(self, i: int) -> str:
        """Source-like text of a value, for messages."""
        instr = self.function.code[i]
        match instr.op:
            case "param":
                return str(self.function.params[instr.args[0]].name)
            case "name" | "builtin" | "free":
                return str(instr.args[0])
            case "attr":
                return f"{self.text(instr.args[0])}.{instr.args[1]}"
            case "call":
                return f"{self.text(instr.args[0])}()"
            case "item" | "elem" | "unpack":
                return f"{self.text(instr.args[0])}[…]"
            case "loopphi" | "phi" if instr.args:
                return self.text(instr.args[0]) if instr.args[0] < i else "value"
            case "import":
                return str(instr.args[1] or instr.args[0])
        return "value"


def _value(ev: Evaluation, value: int) -> Val:
    return ev.values[value]


def _const(ev: Evaluation, i: int, instr: Instr) -> Val:
    value = instr.args[0]
    name = "None" if value is None else type(value).__name__
    return Val(types=frozenset({name}), const=value)


def _param(ev: Evaluation, i: int, instr: Instr) -> Val:
    number = instr.args[0]
    given = ev.context[number] if number < len(ev.context) else None
    root: Val = ev.program.parameter(ev.module, ev.function, number)
    return root if given is None else given.narrow(root, number)


def _phi(ev: Evaluation, i: int, instr: Instr) -> Val:
    return join_all([ev.values[v] for v in instr.args])


def _name(ev: Evaluation, i: int, instr: Instr) -> Val:
    value, variable = ev.program.global_name(ev.module, instr.args[0])
    if variable:
        ev.effect(Effect(False, ("global", variable), (), "=", i, -1, "load", ev.location(i)))
    return value


def _free(ev: Evaluation, i: int, instr: Instr) -> Val:
    name = instr.args[0]
    ev.effect(Effect(False, ("free", name), (), "=", i, -1, "load", ev.location(i)))
    return ev.program.cell(ev.module, ev.function, name)


def _unbound(ev: Evaluation, i: int, instr: Instr) -> Val:
    return BOTTOM


def _function(ev: Evaluation, i: int, instr: Instr) -> Val:
    return Val(
        types=frozenset({"function"}), funcs=frozenset({("def", ev.module.name, instr.args[0])})
    )


def _class(ev: Evaluation, i: int, instr: Instr) -> Val:
    name = f"{ev.module.name}:{ev.module.classes[instr.args[0]].qualname}"
    if ev.only is None and ev.function.kind != "module":
        making.define(ev, i, name)
    return Val(
        frozenset({(("class", name), ())}), frozenset({"type"}), frozenset({("class", name)})
    )


def _import(ev: Evaluation, i: int, instr: Instr) -> Val:
    return ev.program.imported(ev.module, *instr.args)


def _setname(ev: Evaluation, i: int, instr: Instr) -> Val:
    name = f"{ev.module.name}.{instr.args[0]}"
    if ev.function.kind == "class":
        return _value(ev, instr.args[1])
    how = "bind" if ev.function.kind == "module" else "rebind"
    ev.effect(Effect(True, ("global", name), (), "=", i, instr.args[1], how, ev.location(i)))
    return _value(ev, instr.args[1])


def _setcell(ev: Evaluation, i: int, instr: Instr) -> Val:
    name, value = instr.args
    ev.cells[name] = join(ev.cells.get(name, BOTTOM), ev.values[value])
    own = name in ev.function.locals
    ev.effect(
        Effect(True, ("free", name), (), "=", i, value, "bind" if own else "rebind", ev.location(i))
    )
    return _value(ev, value)


def _ret(ev: Evaluation, i: int, instr: Instr) -> Val:
    value = ev.values[instr.args[0]] if instr.args else NONE
    ev.returns = join(ev.returns, value)
    return value


def _yield(ev: Evaluation, i: int, instr: Instr) -> Val:
    ev.yields = join(ev.yields, ev.values[instr.args[0]])
    return UNKNOWN


def _raise(ev: Evaluation, i: int, instr: Instr) -> Val:
    names = {t for v in instr.args[:1] for t in (ev.values[v].types or {"?"})}
    names |= {
        f[1] for v in instr.args[:1] for f in ev.values[v].funcs if f[0] in ("class", "known")
    }
    for name in names - {"type"} or {"?"}:
        ev.raises.setdefault(name, set()).add(i)
    return BOTTOM


def _same(ev: Evaluation, i: int, instr: Instr) -> Val:
    return _value(ev, instr.args[0])._replace(lazy=False)


def _await(ev: Evaluation, i: int, instr: Instr) -> Val:
    value = _same(ev, i, instr)
    implicit.protocols_of(ev, i, [value], ("__await__", "__anext__"))
    if not value.types:
        return value
    types = union(*map(awaited, value.types))
    return value._replace(types=types, objs=frozenset() if access.immutable(types) else value.objs)


def _spread(ev: Evaluation, i: int, instr: Instr) -> Val:
    implicit.iteration(ev, i, ev.values[instr.args[0]])
    return _same(ev, i, instr)


def _test(ev: Evaluation, i: int, instr: Instr) -> Val:
    implicit.truth(ev, i, [ev.values[instr.args[0]]])
    return BOTTOM


def _nothing(ev: Evaluation, i: int, instr: Instr) -> Val:
    return BOTTOM


def _caught(ev: Evaluation, i: int, instr: Instr) -> Val:
    return Val(frozenset({(("fresh", i), ())}), None)


def _slice(ev: Evaluation, i: int, instr: Instr) -> Val:
    implicit.protocols_of(ev, i, [ev.values[v] for v in instr.args if v >= 0], ("__index__",))
    return of_type("slice")


_HANDLERS: dict[str, Callable[[Evaluation, int, Instr], Val]] = {
    "const": _const,
    "param": _param,
    "phi": _phi,
    "loopphi": _phi,
    "name": _name,
    "builtin": lambda ev, i, instr: builtin(instr.args[0]),
    "free": _free,
    "unbound": _unbound,
    "display": displays.display,
    "comp": displays.comprehension,
    "op": operators.operator,
    "func": _function,
    "class": _class,
    "import": _import,
    "setname": _setname,
    "setcell": _setcell,
    "ret": _ret,
    "yield": _yield,
    "raise": _raise,
    "await": _await,
    "star": _spread,
    "dstar": _spread,
    "caught": _caught,
    "slice": _slice,
    "test": _test,
    "assert": _test,
    "break": _nothing,
    "continue": _nothing,
    "iter": _nothing,
    "delname": _nothing,
    "bind": _nothing,
    "attr": access.attribute,
    "item": access.item,
    "elem": access.iterate,
    "unpack": access.unpack,
    "setattr": access.set_attribute,
    "setitem": access.set_item,
    "delattr": access.delete_attribute,
    "delitem": access.delete_item,
    "enter": access.enter,
    "exit": access.leave,
    "call": calls.call,
}
