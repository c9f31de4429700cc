"""Decorators by where they come from: those that leave what they decorate as it was written.

A decorator is followed to its definition; a name alone says nothing. Functions of the program
leave things as they are if their summary says that they return their argument.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from pfadvisor.effects.facts import Function, ModuleFacts
from pfadvisor.effects.values import UNKNOWN, Val

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

Origin = tuple[Any, ...]
TYPING: Final = frozenset(
    {
        "final",
        "overload",
        "override",
        "no_type_check",
        "deprecated",
        "runtime_checkable",
        "dataclass_transform",
    }
)
KINDS: Final = {
    "property": "property",
    "abc.abstractproperty": "property",
    "staticmethod": "static",
    "classmethod": "class",
    "functools.cached_property": "cached",
}
CACHES: Final = frozenset({"functools.lru_cache", "functools.cache"})
FUNCTIONS: Final = frozenset(
    {
        *KINDS,
        *CACHES,
        "abc.abstractmethod",
        "contextlib.contextmanager",
        "contextlib.asynccontextmanager",
        "functools.wraps",
        "warnings.deprecated",
        *(f"{root}.{name}" for root in ("typing", "typing_extensions") for name in TYPING),
    }
)
CLASSES: Final = frozenset(
    {
        "dataclasses.dataclass",
        "functools.total_ordering",
        "enum.unique",
        "warnings.deprecated",
        "attr.s",
        "attr.attrs",
        "attr.define",
        "attr.frozen",
        "attr.mutable",
        "attrs.define",
        "attrs.frozen",
        "attrs.mutable",
        *(f"{root}.{name}" for root in ("typing", "typing_extensions") for name in TYPING),
    }
)
ACCESSORS: Final = (".setter", ".getter", ".deleter")


def origins(program: Program, module: ModuleFacts, scope: int, text: str) -> frozenset[Origin]:
    """What a decorator written in a scope may be; none if that cannot be told."""
    head, *steps = text.removesuffix("()").split(".")
    value = _named(program, module, scope, head)
    for step in steps:
        value = _step(program, value, step)
    return value.funcs if value.types is not None and not value.objs else frozenset()


def _named(program: Program, module: ModuleFacts, scope: int, name: str) -> Val:
    while scope > 0:
        function = module.functions[scope]
        if name in function.locals:
            return _local(program, module, function, scope, name)
        scope = function.parent
    return program.global_name(module, name)[0]


def _local(program: Program, module: ModuleFacts, function: Function, scope: int, name: str) -> Val:
    """A name that a function or a class body binds once, by an import or a definition."""
    found = []
    for i, instr in enumerate(function.code):
        imports = instr.op == "import" and name in (instr.args[1], instr.args[0].split(".")[0])
        if imports or (instr.op == "func" and module.functions[instr.args[0]].name == name):
            found.append(program.slice_value(module, scope, i))
    return found[0] if len(found) == 1 and _bound_once(function, name) else UNKNOWN


def _bound_once(function: Function, name: str) -> bool:
    binds = [
        c
        for c in function.code
        if c.op in ("bind", "setname", "setcell", "param") and c.args[0] == name
    ]
    return (
        len(binds) <= 1
        and all(p.name != name for p in function.params)
        and all(name != local for _, local in function.phi_names)
    )


def _step(program: Program, value: Val, step: str) -> Val:
    funcs = sorted(value.funcs, key=repr)
    if len(funcs) != 1 or funcs[0][0] not in ("module", "known"):
        return UNKNOWN
    return program.member(str(funcs[0][1]), step)[0]


def accessor(program: Program, module: ModuleFacts, function: Function, text: str) -> bool:
    """Whether this is `@name.setter` and its like on the property of that name."""
    if not text.endswith(ACCESSORS) or text.partition(".")[0] != function.name:
        return False
    return any(
        other.name == function.name
        and other.parent == function.parent
        and other is not function
        and any(
            ("known", "property") in origins(program, module, function.parent, d)
            or ("known", "functools.cached_property")
            in origins(program, module, function.parent, d)
            for d in other.decorators
        )
        for other in module.functions
    )


def names_of(program: Program, module: ModuleFacts, function: Function) -> list[str]:
    """The decorators of a function by origin; "" for what may change what a call does."""
    found = []
    for text in function.decorators:
        if accessor(program, module, function, text):
            continue
        found += _harmless(program, module, function.parent, text, FUNCTIONS)
    return found


def opaque_class(program: Program, module: ModuleFacts, scope: int, texts: tuple[str, ...]) -> bool:
    """Whether a decorator of a class may put something else in its place."""
    return any("" in _harmless(program, module, scope, text, CLASSES) for text in texts)


def _harmless(
    program: Program, module: ModuleFacts, scope: int, text: str, known: frozenset[str]
) -> list[str]:
    found = []
    for origin in sorted(origins(program, module, scope, text), key=repr):
        if origin[0] in ("known", "module", "class") and origin[1] in known:
            found.append(str(origin[1]))
        elif origin[0] != "def" or not _returns_argument(
            program, origin, called=text.endswith("()")
        ):
            found.append("")
    return found if found or origins(program, module, scope, text) else [""]


def _returns_argument(program: Program, origin: Origin, *, called: bool) -> bool:
    """Whether the function, or the one that a call of it gives, returns what it is given."""
    summary = program.summary(origin[1], origin[2], ())
    if summary is None or summary.lazy:
        return False
    if not called:
        return summary.returns.objs == {(("param", 0), ())} and not summary.returns.funcs
    inner = summary.returns.funcs
    return (
        not summary.returns.objs
        and len(inner) == 1
        and all(f[0] == "def" and _returns_argument(program, f, called=False) for f in inner)
    )
