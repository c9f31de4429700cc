"""Results that are somebody else's objects: sent back from a process, they are copies.

A value that crosses from compute to commit may be, or contain, an object that
the iteration did not make. Where the object can change or is told from its
equals, the copy is not as good, and the finding rests on `copied-result`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects.identity import single
from pfadvisor.effects.program import operands
from pfadvisor.effects.sharing import shares
from pfadvisor.effects.values import Obj, Val, parse_type
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.planning import names_of, results_of
from pfadvisor.loops.recognised import recognised
from pfadvisor.loops.touches import describe, private
from pfadvisor.model import Assumption

MUTABLE: Final = frozenset({"list", "dict", "set", "bytearray"})


def copied(analysis: Analysis, accepted: frozenset[str] = frozenset()) -> tuple[Assumption, ...]:
    """The questions that sending results back by value raises, unless they were accepted."""
    if analysis.tree is None:
        return ()
    body = analysis.body
    names, changed = names_of(analysis), _changed_later(body)
    keys = _keys(body)
    found: dict[str, Assumption] = {}
    for value in results_of(analysis):
        named = body.function.code[value].op == "attr"  # where it is called, by who has the object
        for obj, holder in _outside(body, body.ev.values[value]):
            if (
                _reaches(obj, changed)
                or (holder.funcs and not named)
                or _differs(body, holder)
                or (value in keys and _told_apart(body, value))
            ):
                subject = names.get(value) or body.ev.text(value) or "result"
                found.setdefault(subject, _question(body, subject, value))
    for effect in recognised(analysis):
        subject = describe(body, effect)
        found.setdefault(subject, _question(body, subject, effect.instr))
    return tuple(
        a for n, a in found.items() if not {"copied-result", f"copied-result:{n}"} & accepted
    )


def _reaches(obj: Obj, changed: frozenset[Obj]) -> bool:
    """Whether it, or something that it leads to, is among them."""
    root, path = obj
    return any(other == root and steps[: len(path)] == path for other, steps in changed)


def _question(body: Body, subject: str, value: int) -> Assumption:
    return Assumption(
        "copied-result",
        subject,
        f"nobody changes `{subject}` later or asks whether it is the very object that went in",
        body.ev.location(value),
    )


def _outside(body: Body, value: Val) -> Iterator[tuple[Obj, Val]]:
    """Objects in the value that the iteration did not make, with the values that name them."""
    contents: dict[Obj, list[Val]] = {}
    for (obj, _), inside in body.ev.heap.items():
        contents.setdefault(obj, []).append(inside)
    waiting, seen = [value], set[Obj]()
    while waiting:
        current = waiting.pop()
        if current.recv is not None and current.funcs and not _steady(body, current.recv):
            waiting.append(current.recv._replace(funcs=current.funcs))
        for obj in current.objs - seen:
            seen.add(obj)
            if private(body, obj[0]):
                waiting += contents.get(obj, ())
            else:
                yield obj, current


def _steady(body: Body, receiver: Val) -> bool:
    """Whether a method of a copy does what it does of the object: nothing there can change."""
    return body.ev.program.plain(receiver.types) or any(f[0] == "class" for f in receiver.funcs)


def _differs(body: Body, value: Val) -> bool:
    """Whether the types say that the object changes, or is like no other."""
    return bool(value.types) and any(_changeable(body, t) for t in value.types or ())


def _changeable(body: Body, type_name: str) -> bool:
    head, _ = parse_type(type_name)
    if head in MUTABLE or shares(body.ev, frozenset({type_name})):
        return True
    if ":" not in head or body.ev.program.plain(frozenset({type_name})):
        return False
    return not body.ev.program.is_enum(head) and not _frozen(body, head)


def _frozen(body: Body, cls: str) -> bool:
    """Instances that keep what they were made with and compare by it."""
    found = body.ev.program.find(cls)
    if found is None:
        return False
    decorated = any(
        d.rpartition(".")[2] in ("dataclass", "frozen", "define") for d in found[1].decorators
    )
    return "NamedTuple" in " ".join(found[1].bases) or (decorated and not _written(body, cls))


def _written(body: Body, cls: str) -> bool:
    """Whether code of the module stores into attributes of the names that the class has."""
    names = body.ev.program.attribute_names(cls)
    return any(
        instr.op in ("setattr", "delattr") and instr.args[1] in names
        for function in body.ev.module.functions
        for instr in function.code
    )


def _changed_later(body: Body) -> frozenset[Obj]:
    """Objects that the function, elsewhere than in the loop, changes or asks the identity of."""
    code, loop = body.function.code, body.loop
    found = {
        (e.root, e.path)
        for e in body.ev.effects
        if e.write
        and e.elem != "="
        and not loop.start <= e.instr < loop.end
        and (e.instr >= loop.end or loop.parents)
    }
    for i in range(len(code)):
        if _asks_identity(body, i):
            found |= {o for v in operands(code[i]) for o in body.ev.values[v].objs}
    return frozenset(found)


def _asks_identity(body: Body, i: int) -> bool:
    """`a is b` of objects that are not the only one of their kind."""
    instr = body.function.code[i]
    if instr.op != "op" or instr.args[0] not in ("is", "is not"):
        return False
    return not any(single(body.ev.program, body.ev.values[v]) for v in operands(instr))


def _keys(body: Body) -> set[int]:
    """What a comprehension hashes: its keys, or the elements of a set."""
    if body.loop.form not in ("dict", "set"):
        return set()
    return {*body.function.code[body.loop.end].args[2:3]}


def _told_apart(body: Body, value: int) -> bool:
    """Whether the object is, by an attribute that the loop reads, of a class of the module whose
    instances equal themselves alone."""
    code, program, module = body.function.code, body.ev.program, body.ev.module
    read = {
        code[i].args[1] for i in body.node_of if code[i].op == "attr" and code[i].args[0] == value
    }
    for facts in module.classes if read else ():
        name = f"{module.name}:{facts.qualname}"
        if (
            not program.member_of(name, "__eq__")
            and not _frozen(body, name)
            and (read & program.attribute_names(name))
        ):
            return True
    return False
