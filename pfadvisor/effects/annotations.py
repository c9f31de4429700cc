"""Annotation texts to types, in the names of the module where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.names import absolute
from pfadvisor.effects.values import clip, parse_type, split_top

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

Types = frozenset[str] | None
BUILTIN: Final = frozenset(
    {
        "int",
        "float",
        "complex",
        "bool",
        "str",
        "bytes",
        "bytearray",
        "list",
        "tuple",
        "set",
        "frozenset",
        "dict",
        "range",
        "memoryview",
        "None",
        "type",
        "slice",
    }
)
TYPING: Final = {
    "List": "list",
    "Dict": "dict",
    "Set": "set",
    "FrozenSet": "frozenset",
    "Tuple": "tuple",
    "Type": "type",
    "Text": "str",
    "Deque": "collections.deque",
    "DefaultDict": "collections.defaultdict",
    "Counter": "collections.Counter",
    "OrderedDict": "collections.OrderedDict",
    "Sequence": "Sequence",
    "Iterable": "Iterable",
    "Collection": "Collection",
    "Mapping": "Mapping",
    "MutableMapping": "dict",
    "MutableSequence": "list",
    "AbstractSet": "Collection",
    "MutableSet": "set",
    "Iterator": "iterator",
    "Generator": "generator",
    "Pattern": "re.Pattern",
    "Match": "re.Match",
    "Container": "Collection",
}
TRANSPARENT: Final = frozenset(
    {"Final", "ClassVar", "Annotated", "Required", "NotRequired", "ReadOnly"}
)
SPREADING: Final = frozenset({"Sequence", "Iterable", "Collection", "Mapping"})


def resolve(program: Program, module: ModuleFacts, text: str, owner: str = "") -> Types:
    """Possible types of a value annotated so; None if it may be anything."""
    if not text:
        return None
    found: set[str] = set()
    for part in split_top(text.strip("\"' "), "|"):
        types = _one(program, module, part.strip("\"' "), owner)
        if types is None or "object" in types:
            return None
        found |= types
    return frozenset(found) or None


def _one(program: Program, module: ModuleFacts, text: str, owner: str) -> Types:
    head, args = parse_type(text)
    if head in BUILTIN:
        return _generic(program, module, head, args, owner)
    if head == "Self" and owner:
        return frozenset({owner})
    name = head.rpartition(".")[2]
    origin = _origin(program, module, head)
    if origin in ("typing", "collections.abc", "typing_extensions"):
        return _from_typing(program, module, name, args, owner)
    if origin.startswith("type:") and _is_protocol(program, origin[5:]):
        return None  # whatever has these methods
    if origin.startswith("type:"):
        return _generic(program, module, origin[5:], args, owner)
    found = _renamed(program, module, head)
    return resolve(program, *found, owner) if found is not None else None


def _is_protocol(program: Program, name: str) -> bool:
    return ":" in name and any(b.rpartition(".")[2] == "Protocol" for b in program.bases(name))


def _renamed(program: Program, module: ModuleFacts, name: str) -> tuple[ModuleFacts, str] | None:
    """What `NewType("Name", base)` at module level is at run time, and where that is written."""
    imported = dict(module.imports).get(name)
    if imported is not None:
        found = program.own(absolute(module, imported[0], imported[2]))
        return (
            _renamed(program, found, imported[1]) if found and imported[1] in found.names else None
        )
    code = module.functions[0].code
    for instr in code:
        if instr.op != "setname" or instr.args[0] != name or code[instr.args[1]].op != "call":
            continue
        callee, given = code[instr.args[1]].args
        base = code[given[1][2]] if len(given) == 2 else None
        if "NewType" in code[callee].args and base is not None and base.op in ("name", "builtin"):
            return module, str(base.args[0])
    return None


def _from_typing(
    program: Program, module: ModuleFacts, name: str, args: tuple[str, ...], owner: str
) -> Types:
    if name == "Optional":
        inner = resolve(program, module, args[0] if args else "", owner)
        return None if inner is None else inner | {"None"}
    if name == "Union":
        return resolve(program, module, " | ".join(args), owner)
    if name in TRANSPARENT:
        return resolve(program, module, args[0] if args else "", owner)
    if name == "Literal":
        kinds = {"str" if not a.lstrip("-").isdigit() else "int" for a in args}
        return frozenset(kinds)
    if name == "Self" and owner:
        return frozenset({owner})
    known = TYPING.get(name)
    return None if known is None else _generic(program, module, known, args, owner)


def _generic(
    program: Program, module: ModuleFacts, head: str, args: tuple[str, ...], owner: str
) -> Types:
    inside = []
    for argument in args:
        types = (
            frozenset({"..."}) if argument == "..." else resolve(program, module, argument, owner)
        )
        inside.append("object" if types is None else " | ".join(sorted(types)))
    return frozenset({clip(f"{head}[{', '.join(inside)}]") if inside else head})


def _origin(program: Program, module: ModuleFacts, head: str) -> str:
    """The module a typing name comes from, or "type:" and the full name of a class."""
    value, _ = program.global_name(module, head.split(".")[0])
    for step in head.split(".")[1:]:
        modules = [f[1] for f in value.funcs if f[0] == "module"]
        if not modules:
            return ""
        if modules[0] in ("typing", "collections.abc", "typing_extensions"):
            return str(modules[0])
        value, _ = program.member(str(modules[0]), step)
    for func in value.funcs:
        if func[0] == "class":
            return f"type:{func[1]}"
        if func[0] in ("known", "module"):
            parent = str(func[1]).rpartition(".")[0]
            if parent in ("typing", "collections.abc", "typing_extensions"):
                return parent
            if program.knowledge.traits(str(func[1])) is not None:
                return f"type:{func[1]}"
    return ""
