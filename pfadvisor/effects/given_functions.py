"""Functions that instances were given as they were made: `self.fn = fn` in a constructor.

What such an attribute calls is known if every instance gets it, if nothing around binds it again,
and if the code that makes the instance, or the caller that has it, shows what was given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfadvisor.effects import access, computed_names
from pfadvisor.effects.class_stores import is_bound, sets_always
from pfadvisor.effects.class_tables import HOOKS
from pfadvisor.effects.facts import Class, Function, Instr, ModuleFacts
from pfadvisor.effects.identity import RECORDS
from pfadvisor.effects.values import Obj, Val, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.program import Program

Func = tuple[Any, ...]
Functions = frozenset[Func]
Kept = tuple[tuple[str, Functions], ...]
ITEM: Final = "[]"
LISTED: Final = frozenset({"list", "tuple"})
FUNCTIONS: Final = frozenset({"function", "type"})
FOLLOWED: Final = ("def", "class", "known")
KEEPING: Final = ("final", "runtime_checkable", "total_ordering")


class GivenFunctions:
    """Answers by class name; `asking` is the module that wants to know."""

    def __init__(self, program: Program) -> None:
        self._giving_program = program
        self._given_once: dict[tuple[str, str, str], bool] = {}
        self._names_given: dict[str, tuple[str, ...]] = {}

    def functions_given(self, ev: Evaluation, value: Val, cls: str, name: str) -> Functions:
        """What the attribute of instances of the class calls, nothing if that is not known."""
        found: Functions = frozenset()
        for obj in value.objs:
            given = _given_to(ev, obj, cls, name)
            if not given:
                return frozenset()
            found |= given
        return found if found and self._is_given_once(ev.module, cls, name) else frozenset()

    def functions_kept(self, ev: Evaluation, value: Val) -> Kept:
        """The attributes of what is passed to a function of which it is known what they call."""
        heads = {parse_type(t)[0] for t in value.types or ()}
        if len(heads) != 1 or not all(_is_followed(ev, obj) for obj in value.objs):
            return ()
        (cls,) = heads
        names = self._names_of(cls) if ":" in cls else ()
        given = [(f".{name}", self.functions_given(ev, value, cls, name)) for name in names]
        return tuple((name, functions) for name, functions in given if functions)

    def functions_within(self, ev: Evaluation, value: Val) -> Kept:
        """The same of the items of a list or tuple."""
        if not _has_items_of_classes(value):
            return ()
        kept = self.functions_kept(ev, access.element(ev, value))
        return tuple((ITEM + name, functions) for name, functions in kept)

    def _names_of(self, cls: str) -> tuple[str, ...]:
        if cls not in self._names_given:
            names = self._giving_program.attribute_names(cls)
            self._names_given[cls] = tuple(sorted(names))
        return self._names_given[cls]

    def _is_given_once(self, asking: ModuleFacts, cls: str, name: str) -> bool:
        key = asking.name, cls, name
        if key not in self._given_once:
            self._given_once[key] = _is_given_once(self._giving_program, asking, cls, name)
        return self._given_once[key]


def _is_followed(ev: Evaluation, obj: Obj) -> bool:
    """Whether anything may be known of what the object was given."""
    (kind, number, *_), path = obj
    if kind == "param":
        given = ev.context[number] if number < len(ev.context) else None
        return given is not None and any(_is_of(path, known) for known, _ in given.kept)
    return kind == "fresh" and not path and number in ev.made


def _has_items_of_classes(value: Val) -> bool:
    kinds = [parse_type(t) for t in value.types or ()]
    return bool(kinds) and all(
        head in LISTED and any(":" in item for item in items) for head, items in kinds
    )


def _is_of(path: tuple[str, ...], known: str) -> bool:
    """Whether the attribute is one of what the path leads to: the object itself, or an item."""
    if not known.startswith(ITEM):
        return not path
    return len(path) == 1 and path[0][:1] == "["


def _given_to(ev: Evaluation, obj: Obj, cls: str, name: str) -> Functions:
    if not _is_followed(ev, obj):
        return frozenset()
    kind, number, *_ = obj[0]
    if kind == "param":
        known = f"{ITEM if obj[1] else ''}.{name}"
        given = ev.context[number]
        return dict(given.kept).get(known, frozenset()) if given is not None else frozenset()
    held = ev.heap.get((obj, f".{name}"))
    if held is None or ev.made[number] != {cls} or held.recv is not None or not held.types:
        return frozenset()
    plain = held.types <= FUNCTIONS and all(func[0] in FOLLOWED for func in held.funcs)
    return held.funcs if plain else frozenset()


def _is_given_once(program: Program, asking: ModuleFacts, cls: str, name: str) -> bool:
    """Whether the constructor always binds the attribute, and nothing else does."""
    owners = [found for o in program.lineage(cls) if ":" in o and (found := program.find(o))]
    if (
        not owners
        or not all(_is_as_written(owner) for _, owner in owners)
        or program.opaque_base(cls)
        or any(program.member_of(cls, each) for each in (*HOOKS, "__new__", name))
        or _bound_in_body(owners, name)
        or computed_names.affect(program, cls)
    ):
        return False
    homes = (*(module for module, _ in owners), asking)
    around = {facts.name: facts for home in homes for facts in program.around(home)}.values()
    if any(computed_names.ANY in program.table(computed_names.owners_in, f) for f in around):
        return False
    binding = sum(_bindings(program, facts, cls, name) for facts in around)
    init = program.member_of(cls, "__init__")
    facts = program.module(init[0]) if init is not None else None
    if init is None or facts is None:
        return init is None and binding == 0 and program.is_field(cls, name)
    return binding == 1 and sets_always(facts.functions[init[1]], name)


def _is_as_written(cls: Class) -> bool:
    """Whether no decorator may have put another constructor into the class."""
    names = {text.removesuffix("()").rpartition(".")[2] for text in cls.decorators}
    return names <= {*RECORDS, *KEEPING}


def _bindings(program: Program, module: ModuleFacts, cls: str, name: str) -> int:
    """How often the module may bind the attribute of an instance, or names it in a text."""
    return sum(
        (instr.op == "const" and instr.args[0] == name)
        or (
            instr.op in ("setattr", "delattr")
            and instr.args[1] == name
            and not _is_of_others(program, module, function, instr, cls)
        )
        for function in module.functions
        for instr in function.code
    )


def _is_of_others(
    program: Program, module: ModuleFacts, function: Function, instr: Instr, cls: str
) -> bool:
    """Whether it is an attribute of `self` in a class that has nothing to do with this one."""
    base: Instr = function.code[instr.args[0]]
    if base.op != "param" or base.args[0] != 0 or not is_bound(module, function):
        return False
    own = f"{module.name}:{module.classes[function.owner_class].qualname}"
    return {own, *program.subclasses(own)}.isdisjoint(
        {*program.lineage(cls), *program.subclasses(cls)}
    )


def _bound_in_body(owners: list[tuple[ModuleFacts, Class]], name: str) -> bool:
    """Whether a class body gives the attribute a value, if only as a default."""
    return any(
        instr.op == "setname" and instr.args[0] == name
        for module, cls in owners
        for instr in module.functions[cls.body].code
    )
