"""Results that code after the loop looks up, or compares with other objects.

What the loop has collected are copies then, where a process made the choice: they are followed
from where commit keeps them, since the very objects may be looked up beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from pfadvisor.effects.facts import CHOOSING, JOINS
from pfadvisor.effects.identity import plain
from pfadvisor.effects.program import operands
from pfadvisor.effects.values import Effect, Obj, Root, Val
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.consumer import consumer_of
from pfadvisor.loops.keyed import COUNTER, PAIRING, SETS, asked_of
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.outsiders import outside
from pfadvisor.loops.planning import sent_back

PASSING: Final = JOINS | {"bind", "comp", "display", "elem", "iter", "slice", "star", "unpack"}
NAMING: Final = frozenset({"setname", "setcell"})
NAMED: Final = frozenset({"name", "free"})
SEEKING: Final = frozenset({"count", "index", "remove"})
FROM_KEYS: Final = "dict.fromkeys"


def looked_up_later(analysis: Analysis) -> Iterator[int]:
    """What crosses from a worker, may be an object that equals itself alone, and is looked up
    after the loop."""
    body = analysis.body
    doubtful = {
        value: {obj[0] for obj, holder in outside(body, sent) if not holder.types}
        for value, sent in sent_back(analysis)
    }
    after = _after(body) if any(doubtful.values()) else []
    asked = _asked(body, after)
    for value, roots in doubtful.items() if asked else ():
        copies = _Copies(analysis, after, roots)
        if any(copies.may_hold(body.ev.values[v]) for v in asked & copies.of(value)):
            yield value


def _after(body: Body) -> list[int]:
    """The instructions that run when the loop has ended, in a later round of one around it too."""
    rounds = body.ev.program.repeated(body.ev.module, body.ev.index)
    start = body.loop.start
    first = min((r.start for r in rounds if r.start < start < r.stop), default=start)
    return [*range(first, start), *range(body.loop.end, len(body.function.code))]


def _asked(body: Body, instrs: Sequence[int]) -> set[int]:
    """Values that are looked up or compared there, and of which texts and the like are none."""
    found = {v for e in body.whole.effects_of(instrs) for v in asked_of(body, e)}
    found = found.union(*(_hashed(body, i) for i in instrs))
    return {v for v in found if v >= 0 and not plain(body.ev.values[v])}


def _hashed(body: Body, i: int) -> tuple[int, ...]:
    """What becomes a key, or an item of a set, by an instruction that makes or asks one."""
    instr = body.function.code[i]
    if instr.op in ("comp", "display") and instr.args[0] in ("set", "dict"):
        given: tuple[int, ...] = instr.args[2:] if instr.op == "comp" else instr.args[1:]
        return given if instr.args[0] == "set" else given[::2]
    return _looked_up_by(body, i) if instr.op == "call" else ()


def _looked_up_by(body: Body, call: int) -> tuple[int, ...]:
    callee, arguments = body.function.code[call].args
    called, given = body.function.code[callee], [v for _, _, v in arguments]
    if called.op == "attr" and called.args[1] in SEEKING:
        return (called.args[0],)
    names = {target.name for target in body.ev.targets.get(call, ())}
    if any(name.partition(".")[0] in SETS or name in (FROM_KEYS, COUNTER) for name in names):
        return tuple(given)
    return tuple(_keys_of_pairs(body, given)) if names & PAIRING else ()


def _keys_of_pairs(body: Body, given: list[int]) -> Iterator[int]:
    code = body.function.code
    for value in given:
        if any(target.name == "zip" for target in body.ev.targets.get(value, ())):
            yield from (v for _, _, v in code[value].args[1][:1])
        else:
            yield value


class _Copies:
    """What a function does with a result after its loop; `roots` are whose it may be."""

    def __init__(self, analysis: Analysis, after: list[int], roots: set[Root]) -> None:
        self._analysis, self._body, self._roots = analysis, analysis.body, roots
        self._later = {*analysis.rest_instrs, *after, consumer_of(self._body)}
        self._writes = [e for e in self._body.whole.effects_of(self._later) if e.write]

    def of(self, value: int) -> set[int]:
        """The values that the result may be, or be in, when the loop has ended."""
        body, found = self._body, {value}
        if body.loop.form not in ("for", "async-for"):
            found.add(body.loop.end)
        size = 0
        while size < len(found):
            size = len(found)
            found = body.whole.following(found | self._kept(found), self._passes)
        return found

    def may_hold(self, value: Val) -> bool:
        roots = {root for root, _ in value.objs}
        return not self._roots.isdisjoint(self._body.whole.with_contents(roots))

    def _passes(self, use: int) -> bool:
        instr = self._body.function.code[use]
        if use not in self._later:
            return instr.op in JOINS
        chosen = instr.op == "op" and instr.args[0] in CHOOSING
        return chosen or instr.op in PASSING or self.may_hold(self._body.ev.values[use])

    def _kept(self, found: set[int]) -> set[int]:
        """The values by which the places are reached that these were stored to."""
        code = self._body.function.code
        names = {code[u].args[0] for u in self._uses(found) if code[u].op in NAMING}
        places = {_place(e) for e in self._writes if found.intersection(operands(code[e.instr]))}
        for root, given in [(c.root, c.given) for c in self._analysis.privates]:
            if root is not None and found.intersection((*given.values, *given.drained)):
                places.add(((root, ()), ""))
        values = range(len(code))
        return {i for i in values if self._leads_to(i, places, names)} if places or names else set()

    def _uses(self, found: set[int]) -> Iterator[int]:
        return (use for value in found for use in self._body.whole.uses.get(value, ()))

    def _leads_to(self, i: int, places: set[tuple[Obj, str]], names: set[str]) -> bool:
        instr, values = self._body.function.code[i], self._body.ev.values
        if instr.op in NAMED and instr.args[0] in names:
            return True
        if instr.op == "attr":
            name = f".{instr.args[1]}"
            if any((obj, name) in places for obj in values[instr.args[0]].objs):
                return True
        return any((obj, "") in places for obj in values[i].objs)


def _place(effect: Effect) -> tuple[Obj, str]:
    """The object, with the attribute where it is one that is stored to."""
    return (effect.root, effect.path), effect.elem if effect.elem.startswith(".") else ""
