"""`__new__` as classes have it that define none: a bare instance of the class that it is given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access, calls, instantiate, mappings
from pfadvisor.effects.classes import METACLASSES
from pfadvisor.effects.owners import ANY_CLASS
from pfadvisor.effects.summary import Target
from pfadvisor.effects.values import Val

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.program import Program

OBJECT: Final = "object"
FIXED: Final = frozenset({"bytes", "complex", "float", "frozenset", "int", "str", "tuple"})


def maker_of(program: Program, classes: Iterable[str]) -> Val | None:
    """The `__new__` that comes after those of the program, in all of these classes and their
    bases; None if it cannot be told, or is not the same."""
    names = list(classes)
    if any(":" in name and program.opaque_base(name) for name in names):
        return None
    head = _type_behind(program, names)
    funcs = frozenset({("new", head)})
    return Val(types=frozenset({"function"}), funcs=funcs) if head else None


def _type_behind(program: Program, classes: list[str]) -> str:
    """The one type outside the program that the classes derive from, "" if that is unknown."""
    heads: set[str] = set()
    for name in classes:
        lineage = program.lineage(name) if ":" in name else [name]
        heads.update(base for base in lineage if ":" not in base and base not in access.HARMLESS)
    head = heads.pop() if heads else OBJECT
    return head if not heads and is_type(program, head) else ""


def above(ev: Evaluation, base: str) -> Val | None:
    """The same, of `super().__new__` where it goes on to a base class: as each class has it that
    derives from the one around, and may put others in between."""
    own = f"{ev.module.name}:{ev.module.classes[ev.function.owner_class].qualname}"
    return maker_of(ev.program, [own, base, *ev.program.subclasses(own)])


def is_type(program: Program, head: str) -> bool:
    """Whether it is a class outside the program of which is known what making an instance does."""
    knowledge = program.knowledge
    known = knowledge.call(head) is not None and knowledge.traits(head) is not None
    return known and head not in METACLASSES


def make(ev: Evaluation, i: int, head: str, args: list[Arg], targets: list[Target]) -> Val:
    """A call of it. What the constructor of a builtin type holds, the instance holds."""
    names = _classes(args[0].val) if args and args[0].kind == "pos" else frozenset[str]()
    if not names:
        return calls.unknown(ev, i, f"{head}.__new__", args, targets)
    targets.append(Target("known", f"{head}.__new__"))
    result = ev.fresh(i, names)
    fill(ev, i, head, result, args[1:])
    return result


def fill(ev: Evaluation, i: int, head: str, result: Val, args: list[Arg]) -> None:
    """Put into an instance what a type outside the program keeps of the arguments."""
    line = ev.program.knowledge.call(head) if head != OBJECT else None
    if line is None:
        return
    exact = i in ev.exact
    made = instantiate.known(ev, i, line, None, args, head)
    if i in ev.exact and not exact:
        ev.exact.discard(i)
        ev.forget_ways(("fresh", i))
    if made.objs:
        mappings.hand_on(ev, result.objs, made)


def fill_as_built(ev: Evaluation, i: int, name: str, result: Val, args: list[Arg]) -> None:
    """What the call of a class of the program hands on to such a type by itself: one that does not
    change takes the arguments as `__new__` does, another as `__init__` does."""
    head = _type_behind(ev.program, [name])
    own = "__new__" if head in FIXED or ev.program.is_exception(head) else "__init__"
    if head not in ("", OBJECT) and ev.program.member_of(name, own) is None:
        fill(ev, i, head, result, args)


def _classes(value: Val) -> frozenset[str]:
    """The classes of the program that the value is; none if it may be anything else."""
    told = value.types == frozenset({"type"}) and all(
        root[0] == "class" and root[1] != ANY_CLASS and not path for root, path in value.objs
    )
    names = {str(f[1]) for f in value.funcs if f[0] == "class"}
    return frozenset(names) if told and len(names) == len(value.funcs) else frozenset()
