"""Classes and those that derive from them, as far as a module and its imports show them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.values import Root, Val, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.classes import Member
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.program import Program


class Families:
    """Answers by class name; `asker` is the module that wants to know."""

    def __init__(self, program: Program) -> None:
        self._family_program = program
        self._derived: dict[tuple[str, str], list[str]] = {}

    def implementations(self, name: str, attribute: str, asker: ModuleFacts) -> list[Member]:
        """What an instance of the class, or of a known subclass, has under that name."""
        every = [name, *self.subclasses(name, asker)]
        found = [self._family_program.member_of(each, attribute) for each in every]
        return list(dict.fromkeys(member for member in found if member is not None))

    def methods_like(
        self, types: frozenset[str] | None, patterns: tuple[str, ...]
    ) -> list[tuple[str, int]]:
        """Methods of the program that instances of these types may have under such a name."""
        names = [t for t in sorted(types or ()) if ":" in t]
        names += [other for name in names for other in self.subclasses(name)]
        found = dict[tuple[str, int], None]()
        for owner in dict.fromkeys(o for name in names for o in self._family_program.lineage(name)):
            known = self._family_program.find(owner) if ":" in owner else None
            for method, index in known[1].methods if known is not None else ():
                if known is not None and any(fnmatchcase(method, p) for p in patterns):
                    found[known[0].name, index] = None
        return list(found)

    def subclasses(self, name: str, asker: ModuleFacts | None = None) -> list[str]:
        """Classes that derive from it, in its module, in that of the asker, and their imports."""
        program = self._family_program
        found = program.find(name)
        if found is None:
            return []
        key = (name, "" if asker is None else asker.name)
        if key in self._derived:
            return self._derived[key]
        modules = [found[0], *([asker] if asker is not None else [])]
        around = dict.fromkeys(n for module in modules for n in program.neighbours(module))
        others = [other for one in around for other in self._deriving(one, name)]
        if program.settled:
            self._derived[key] = others
        return others

    def _deriving(self, module_name: str, name: str) -> list[str]:
        program = self._family_program
        module = program.module(module_name)
        named = [(f"{module_name}:{c.qualname}", c) for c in (module.classes if module else ())]
        return [o for o, c in named if o != name and c.bases and name in program.lineage(o)]


def made_here(ev: Evaluation, value: Val) -> bool:
    """Whether the value can only be what this code makes by calling its very class."""
    heads = {parse_type(t)[0] for t in value.types or ()}
    made = {name for root, path in value.objs for name in _classes_made(ev, root, path)}
    return bool(made) and made <= heads and heads <= made and not _classes_change(ev)


def _classes_change(ev: Evaluation) -> bool:
    """Whether code around gives an object another class than it was made with."""
    return any(ev.program.table(_gives_class, facts) for facts in ev.program.around(ev.module))


def _gives_class(facts: ModuleFacts) -> bool:
    return any(
        (instr.op == "setattr" and instr.args[1] == "__class__")
        or (instr.op == "const" and instr.args[0] == "__class__")
        for function in facts.functions
        for instr in function.code
    )


def _classes_made(ev: Evaluation, root: Root, path: tuple[str, ...]) -> set[str]:
    """Classes whose call gives the object, "" for another origin."""
    if root[0] == "fresh" and not path:
        return ev.made.get(root[1], {""})
    if root[0] == "param" and not path and root[1] < len(ev.context):
        given = ev.context[root[1]]
        return {parse_type(t)[0] for t in given.types or ()} if given and given.made else {""}
    return {""}


def made_as_such(ev: Evaluation, value: Val) -> bool:
    """Whether it is of its very class, and a class that derives from that would do otherwise."""
    heads = {parse_type(t)[0] for t in value.types or ()}
    derived = any(ev.program.subclasses(head, ev.module) for head in heads if ":" in head)
    return derived and made_here(ev, value)


def methods_of(
    ev: Evaluation, value: Val, cls: str, name: str, *, own: bool = False
) -> list[Member]:
    """The members that it may have as a `cls`; with `own` none, unless the class has one itself."""
    first = ev.program.member_of(cls, name)
    if made_here(ev, value) or (own and first is None):
        return [] if first is None else [first]
    return ev.program.implementations(cls, name, ev.module)


def as_receiver(ev: Evaluation, value: Val, facts: ModuleFacts, index: int) -> Val:
    """The value as what a method sees that was chosen by its class: other classes that it may be
    of have methods of their own, and of what derives from one of them it is this class."""
    function = facts.functions[index]
    owner = facts.classes[function.owner_class] if function.owner_class >= 0 else None
    if value.types is None or owner is None or function.parent != owner.body:
        return value
    cls = f"{facts.name}:{owner.qualname}"
    if value.types == {cls}:
        return value
    types = {seen for t in value.types if (seen := _received(ev, t, cls, function.name))}
    return value._replace(types=frozenset(types)) if types else value


def _received(ev: Evaluation, type_name: str, cls: str, name: str) -> str:
    """The type that an instance of it has in a method of the class; "" if it has another one."""
    program, head = ev.program, parse_type(type_name)[0]
    if ":" not in head:
        return "" if head == "None" else type_name
    if cls in program.lineage(head):
        return type_name
    derived = program.subclasses(head, ev.module)
    if any(_is_lent(program, other, name) for other in (head, *derived)):
        return type_name
    if cls in derived:
        return cls
    every = program.implementations(head, name, ev.module)
    own = program.member_of(cls, name)
    return type_name if own is None or not every or own in every else ""


def _is_lent(program: Program, cls: str, name: str) -> bool:
    """Whether the body of the class binds the name to something else than a function of its own."""
    found = program.find(cls)
    code = found[0].functions[found[1].body].code if found is not None else ()
    return any(
        instr.op == "setname" and instr.args[0] == name and code[instr.args[1]].op != "func"
        for instr in code
    )


def receivers_of(
    ev: Evaluation, module: str, index: int, callee: Val, args: list[Arg]
) -> list[Val | None]:
    """What the function may be called on: of several, only some may be methods of the receiver."""
    facts = ev.program.module(module)
    if callee.recv is None or len(callee.funcs) == 1 or facts is None:
        return [callee.recv]
    params = facts.functions[index].params
    loose = any(a.kind in ("star", "dstar") for a in args)
    needed = sum(not p.default for p in params if p.kind not in ("star", "dstar"))
    alone = loose or len(args) >= needed
    bound = any(p.kind == "star" for p in params) or len(args) < len(params)
    return [None] * alone + [callee.recv] * (bound or not alone)
