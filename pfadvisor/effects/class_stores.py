"""What classes have in common with their instances, wherever it was bound.

A class body is not the only place: `Node.log = []`, a decorator, a metaclass, `__init_subclass__`
or `setattr(Node, name, value)` bind names of a class, of its bases, or of what derives from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import computed_names
from pfadvisor.effects.facts import Function, ModuleFacts
from pfadvisor.effects.made_classes import nameless, overrides
from pfadvisor.effects.outside_stores import ANY, Store, stores
from pfadvisor.effects.values import Obj, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.program import Program

OF_CLASSES: Final = frozenset({"__init_subclass__", "__class_getitem__"})
REPLACEABLE: Final = frozenset({"method", "static", "class"})
FREE: Final = frozenset({"object", "abc.ABC", "ABC", "typing.Generic", "Generic"})


def common_places(ev: Evaluation, cls: str, name: str) -> frozenset[Obj]:
    """The places that an attribute of the class is, if it is not one of the instance alone."""
    binders = ev.program.binders(cls, name, ev.module)
    return frozenset((("class", owner), (f".{name}",)) for owner in binders)


class ClassStores:
    """Answers by class name; `asker` is the module that wants to know."""

    def __init__(self, program: Program) -> None:
        self._store_program = program
        self._binders: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def binders(self, cls: str, name: str, asker: ModuleFacts) -> tuple[str, ...]:
        """Classes that hold the attribute, as far as an instance may show it; all that it derives
        from if something binds it of which the class cannot be told."""
        key = cls, name, asker.name
        if key not in self._binders:
            found = self._find_binders(cls, name, asker)
            if not self._store_program.at_rest:
                return found
            self._binders[key] = found
        return self._binders[key]

    def _find_binders(self, cls: str, name: str, asker: ModuleFacts) -> tuple[str, ...]:
        program = self._store_program
        derived = program.subclasses(cls, asker)
        lineage = [owner for owner in program.lineage(cls) if ":" in owner]
        bodies = [c for c in (*lineage, *derived) if program.binds_in_body(c, name)]
        if self._is_always_own(cls, name):
            return tuple(bodies)
        if self._bound_elsewhere(cls, name, asker) or self._of_nothing_else(cls, name):
            return (*lineage, *(c for c in bodies if c in derived))
        return tuple(bodies)

    def is_replaced(self, cls: str, name: str, asker: ModuleFacts) -> bool:
        """Whether code puts something else in the place of a method, for the class or an object,
        or for a class that it makes by a call."""
        program = self._store_program
        member = program.member_of(cls, name)
        if member is None or member[2] not in REPLACEABLE:
            return False
        return program.stores_in_methods(cls, name) or self._bound_elsewhere(cls, name, asker)

    def _bound_elsewhere(self, cls: str, name: str, asker: ModuleFacts) -> bool:
        """Whether code around binds the name for what may be the class."""
        program = self._store_program
        for facts in self._around(cls, asker):
            for known in (program.table(stores, facts), program.table(overrides, facts)):
                for store in (*known.get(name, ()), *known.get(ANY, ())):
                    if self._may_be_class(facts, store, cls):
                        return True
        return False

    def has_nameless_heirs(self, cls: str, asker: ModuleFacts) -> bool:
        """Whether code around makes classes that derive from it and that no name leads to."""
        return any(
            self._may_be_class(facts, base, cls)
            for facts in self._around(cls, asker)
            for base in self._store_program.table(nameless, facts)
        )

    def _around(self, cls: str, asker: ModuleFacts) -> list[ModuleFacts]:
        """The modules that the asker and those of the class and its bases have in view."""
        program = self._store_program
        homes = [found[0] for c in program.lineage(cls) if ":" in c and (found := program.find(c))]
        near = dict.fromkeys(n for home in (asker, *homes) for n in program.neighbours(home))
        return [facts for name in near if (facts := program.module(name)) is not None]

    def _may_be_class(self, facts: ModuleFacts, store: Store, cls: str) -> bool:
        program, (index, base, _) = self._store_program, store
        function = facts.functions[index]
        instr, owner = function.code[base], function.owner_class
        if instr.op == "param" and instr.args[0] == 0 and is_bound(facts, function):
            return self._is_of_class(f"{facts.name}:{facts.classes[owner].qualname}", function, cls)
        value = program.slice_value(facts, index, base)
        named = {str(func[1]) for func in value.funcs if func[0] == "class"}
        if named:
            return bool(named & {*program.lineage(cls), *program.subclasses(cls)})
        heads = {parse_type(t)[0] for t in value.types or ()}
        return value.types is None or not heads.isdisjoint(("type", "tuple"))  # a tuple of bases

    def _is_of_class(self, own: str, function: Function, cls: str) -> bool:
        """Whether the first parameter of a method is the class: not in those of instances."""
        program = self._store_program
        if "type" in program.lineage(own):
            return any(own in program.lineage(meta) for meta in program.metaclasses(cls))
        called_on = function.name in OF_CLASSES or "classmethod" in function.decorators
        return called_on and (own in program.lineage(cls) or own in program.subclasses(cls))

    def _of_nothing_else(self, cls: str, name: str) -> bool:
        """Whether nothing gives it to an instance, so that it can only be the class's."""
        program = self._store_program
        outer = [base for base in program.lineage(cls) if ":" not in base]
        return (
            FREE.issuperset(outer)
            and program.attribute(cls, name) is None
            and not (name.startswith("__") and name.endswith("__"))
            and program.member_of(cls, "__getattr__") is None
            and not computed_names.affect(program, cls)
        )

    def _is_always_own(self, cls: str, name: str) -> bool:
        """Whether every instance is given it as it is made, and so never shows that of its class."""
        program = self._store_program
        if program.is_field(cls, name):
            return True
        owners = [owner for owner in program.lineage(cls) if ":" in owner]
        for owner in owners:
            found = program.find(owner)
            made = dict(found[1].methods).get("__init__") if found is not None else None
            if found is None or made is None:
                continue
            function = found[0].functions[made]
            if sets_always(function, name):
                return True
            if not any(i.op == "attr" and i.args[1] == "__init__" for i in function.code):
                return False
        return False


def sets_always(function: Function, name: str) -> bool:
    """Whether whoever gets to the end of the method has set the attribute of its object."""
    for instr in function.code:
        if instr.op == "ret":
            return False
        if instr.op == "setattr" and instr.args[1] == name:
            base = function.code[instr.args[0]]
            alone = function.blocks[function.stmts[instr.stmt].block].owner < 0
            if alone and base.op == "param" and base.args[0] == 0:
                return True
    return False


def is_bound(facts: ModuleFacts, function: Function) -> bool:
    """Whether the first parameter of the function is the object or class that it is called on."""
    owner = function.owner_class
    direct = owner >= 0 and function.parent == facts.classes[owner].body
    return direct and "staticmethod" not in function.decorators
