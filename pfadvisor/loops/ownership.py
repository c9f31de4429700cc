"""Results that are somebody else's objects: sent back from a process, they are copies.

A value that crosses from compute to commit may be, or contain, an object that
the iteration did not make. Where the object can change or is told from its
equals, the copy is not as good, and the finding rests on `copied-result`.
"""

from __future__ import annotations

from collections.abc import Iterator

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Loop
from pfadvisor.effects.identity import asks_identity, asks_what_is_what, asks_which_text
from pfadvisor.effects.program import operands
from pfadvisor.effects.values import OPAQUE, Obj, Root, Val, parse_type
from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.keyed import keys_of, looked_up
from pfadvisor.loops.looked_up_later import looked_up_later
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.not_numbers import looked_for, may_be_none
from pfadvisor.loops.outsiders import differs, frozen, outside
from pfadvisor.loops.planning import names_of, sent_back
from pfadvisor.loops.recognised import recognised
from pfadvisor.loops.touches import describe
from pfadvisor.loops.whole import whole_of
from pfadvisor.model import Assumption


def copied(analysis: Analysis, accepted: Accepted) -> tuple[Assumption, ...]:
    """The questions that sending results back by value raises, unless they were accepted."""
    if analysis.tree is None:
        return ()
    body, names, hashed = analysis.body, names_of(analysis), keys_of(analysis)
    found: dict[str, Assumption] = {}
    asked = *_told_apart(analysis, hashed), *_found_by_hash(analysis, hashed)
    for value in (*asked, *looked_up_later(analysis)):
        subject = names.get(value) or body.ev.text(value) or "result"
        found.setdefault(subject, _question(body, subject, value))
    for effect in recognised(analysis):
        subject = describe(body, effect)
        found.setdefault(subject, _question(body, subject, effect.instr))
    return accepted.left(found.values())


def _told_apart(analysis: Analysis, hashed: set[int]) -> Iterator[int]:
    """What crosses and is not as good as a copy: it is changed, or its identity is asked for."""
    body = analysis.body
    changes = body.whole.made(_Changes, body.ev)
    for value, sent in sent_back(analysis):
        named = body.function.code[value].op == "attr"  # where it is called, by who has the object
        older = body.node_of.get(value) is None and value not in body.header
        told = _told_from_equals(body, sent) or looked_for(body, sent)
        told |= value in hashed and may_be_none(sent.types)
        if told or any(
            older
            or changes.reach(obj, body.loop)
            or (not named and _may_act(body, holder))
            or (differs(body, holder) if holder.types else _matters(body, obj))
            for obj, holder in outside(body, sent)
        ):
            yield value


def _found_by_hash(analysis: Analysis, hashed: set[int]) -> Iterator[int]:
    """What crosses and is looked up, where it may be an object that equals itself alone."""
    for value, key in looked_up(analysis, hashed):
        if any(not holder.types for _, holder in outside(analysis.body, key)):
            yield value


def _told_from_equals(body: Body, value: Val) -> bool:
    """Whether it may be a text or number that the module tells from others that are equal to it."""
    kinds = {parse_type(t)[0] for t in value.types or ("str",)} & {"str", "bytes", "int", "float"}
    return bool(kinds) and asks_which_text(body.ev.program, body.ev.module)


def _question(body: Body, subject: str, value: int) -> Assumption:
    return Assumption(
        "copied-result",
        subject,
        f"nobody changes `{subject}` later or asks whether it is the very object that went in",
        body.ev.location(value),
    )


def _may_act(body: Body, holder: Val) -> bool:
    """Whether a call of the value may do something to the object that it is a method of: what an
    object of any type has under a name that no method in sight has is data."""
    funcs = holder.funcs - OPAQUE
    return any(func[0] != "duck" or _is_method(body.ev, func[1]) for func in funcs)


def _is_method(ev: Evaluation, name: str) -> bool:
    program = ev.program
    return bool(
        program.methods_named(ev.module, name)
        or program.knowledge.types_with_method(name)
        or program.library_types(ev.module, name)
    )


def _matters(body: Body, obj: Obj) -> bool:
    """Whether a copy of an object of any type may be told from it: the module asks what is what,
    or the loop reads an attribute that only instances like no other have."""
    if asks_what_is_what(body.ev.program, body.ev.module):
        return True
    read = {
        e.elem[1:]
        for e in body.whole.effects_within(body.loop.body, body.loop.end)
        if (e.root, e.path) == obj and e.elem.startswith(".")
    }
    return _is_like_no_other(body, read)


class _Changes:
    """Where a function first and last changes objects, or hands them to unknown code; anywhere,
    if it asks their identity."""

    def __init__(self, ev: Evaluation) -> None:
        self._repeated = ev.program.repeated(ev.module, ev.index)
        self._places: dict[Root, dict[tuple[str, ...], tuple[int, int]]] = {}
        for effect in ev.effects:
            if effect.write and effect.elem != "=":
                self._add((effect.root, effect.path), effect.instr, effect.instr)
        for call in ev.unknowns:
            for obj in call.args | _receiver(ev, call.instr):
                self._add(obj, call.instr, call.instr)
        code = ev.function.code
        for i in whole_of(ev).doing("op"):
            if asks_identity(ev, i):
                for obj in (o for v in operands(code[i]) for o in ev.values[v].objs):
                    self._add(obj, -1, len(code))

    def _add(self, obj: Obj, first: int, last: int) -> None:
        places = self._places.setdefault(obj[0], {})
        known = places.get(obj[1], (first, last))
        places[obj[1]] = min(first, known[0]), max(last, known[1])

    def reach(self, obj: Obj, loop: Loop) -> bool:
        """Whether the object, or something that it leads to, is changed elsewhere than in the loop
        while something that the loop has made of it may be in use."""
        root, path = obj
        around = [r for r in self._repeated if r.start < loop.start < r.stop]
        return any(
            last >= loop.end or (first < loop.start and any(last >= r.start for r in around))
            for steps, (first, last) in self._places.get(root, {}).items()
            if steps[: len(path)] == path
        )


def _receiver(ev: Evaluation, i: int) -> frozenset[Obj]:
    """What the method that is called at `i` is a method of."""
    instr = ev.function.code[i]
    called = ev.values[instr.args[0]].recv if instr.op == "call" else None
    return called.objs if called is not None else frozenset()


def _is_like_no_other(body: Body, read: set[str]) -> bool:
    """Whether instances of a class of the module that has one of the attributes equal themselves
    alone."""
    program, module = body.ev.program, body.ev.module
    for facts in module.classes if read else ():
        name = f"{module.name}:{facts.qualname}"
        if (
            not program.member_of(name, "__eq__")
            and not frozen(body, name)
            and (read & program.attribute_names(name))
        ):
            return True
    return False
