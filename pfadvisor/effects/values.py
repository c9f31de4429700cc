"""Abstract values: which objects an expression may be, of which types, and what calling it does.

An object is named by where it comes from: a root and a path, e.g. the element
of the attribute `rows` of the first parameter is `(("param", 0), (".rows", "[]"))`.

roots: ("param", i) ("free", name) ("global", "mod.name") ("fresh", site) ("class", "mod:Cls")
("unknown", site) ("old", name) the value a loop's name had before the loop
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

from pfadvisor.model import Location

Root = tuple[Any, ...]
Obj = tuple[Root, tuple[str, ...]]
DEPTH: Final = 3
DEEP: Final = "**"
OUTER: Final = frozenset({"param", "recv", "free", "global", "class", "res", "default"})
USE: Final = "use"  # how an access is called that only uses a client (`uses` of a line)
NUMERIC: Final = "number"  # how one is called of what can only be a number, or the access fails
PERHAPS: Final = "perhaps"  # one to the environment, if an object of unknown type is that
EQUATED: Final = "equated"  # one that asks whether what may be any object equals another
AUGMENT: Final = "augment"  # one that adds to what may be a number, or be changed in place
PAUSE: Final = "sleep"  # and one to the clock that lets time pass
MOST_OBJECTS: Final = 8
MOST_CODE: Final = 64  # functions, classes and modules that a value is told to be, at most
MERGED: Final[Mapping[Any, Root]] = {  # stand for too many objects to tell apart
    "fresh": ("fresh", -2),
    "unknown": ("unknown", -2),
}
NOTHING: Final = object()
FIXED: Final = frozenset({"res", "global", "class", "default"})  # roots that mean the same anywhere


class Val(NamedTuple):
    """`types` None: any type. `funcs`: what a call of it calls, `recv` for which receiver.

    funcs: ("def", module, index) ("class", "mod:Cls") ("known", dotted) ("module", dotted)
    ("method", type, name) ("duck", name) ("partial", site, module, index)
    """

    objs: frozenset[Obj] = frozenset()
    types: frozenset[str] | None = None
    funcs: frozenset[tuple[Any, ...]] = frozenset()
    recv: Any = None
    const: Any = NOTHING
    lazy: bool = False
    holding: frozenset[int] = frozenset()  # how far down there are iterators in it


OPAQUE: Final = frozenset({("opaque",)})  # besides the functions that are named, any other
CODE: Final = frozenset({"function", "type", "method", "object"})

BOTTOM: Final = Val(types=frozenset())
UNKNOWN: Final = Val()
NONE: Final = Val(types=frozenset({"None"}), const=None)


def of_type(*names: str) -> Val:
    return Val(types=frozenset(names))


def join(left: Val, right: Val) -> Val:
    if left is right or right is BOTTOM or left == right or right == BOTTOM:
        return left
    if left is BOTTOM or left == BOTTOM:
        return right
    types = None if left.types is None or right.types is None else left.types | right.types
    funcs = left.funcs | right.funcs
    if len(funcs) > MOST_CODE:
        types, funcs = None, OPAQUE
    elif types is None and OPAQUE in (left.funcs, right.funcs):
        funcs = OPAQUE
    elif funcs and (_any_code(left) or _any_code(right)):
        funcs |= OPAQUE
    recv = left.recv if right.recv is None else right.recv
    recv = None if recv is None else _shallow(recv)
    if left.recv is not None and right.recv is not None and left.recv != right.recv:
        recv = join(_shallow(left.recv), _shallow(right.recv))
    const = left.const if _same_const(left.const, right.const) else NOTHING
    return Val(
        united(left.objs, right.objs),
        types,
        funcs,
        recv,
        const,
        left.lazy or right.lazy,
        left.holding | right.holding,
    )


def _shallow(receiver: Val) -> Val:
    """A receiver whose own receiver is forgotten: in a loop they would nest without end."""
    return receiver if receiver.recv is None else receiver._replace(recv=None)


def _any_code(value: Val) -> bool:
    """Whether the value may be a function that nothing names."""
    if value.funcs or value.const is None:
        return False
    return value.types is None or bool(value.types & CODE)


def _same_const(left: Any, right: Any) -> bool:
    return left is right or (type(left) is type(right) and left == right and left is not NOTHING)


def join_all(values: list[Val]) -> Val:
    if len(values) == 1:
        return values[0]
    result = BOTTOM
    for value in values:
        result = join(result, value)
    return result


@lru_cache(maxsize=20_000)
def _in_order(objs: frozenset[Obj]) -> tuple[Obj, ...]:
    return tuple(sorted(objs, key=repr))


def ordered(objs: frozenset[Obj]) -> Iterable[Obj]:
    """The objects in an order that is the same in every run."""
    return objs if len(objs) < 2 else _in_order(objs)


def united(left: frozenset[Obj], right: frozenset[Obj]) -> frozenset[Obj]:
    if right <= left:
        return left
    return limit(left | right)


@lru_cache(maxsize=20_000)
def limit(objs: frozenset[Obj]) -> frozenset[Obj]:
    """Not too many objects; once told together, they are not told apart again."""
    whole = {(root, path[:-1]) for root, path in objs if path and path[-1] == DEEP}
    if whole:
        roots = {root for root, _ in whole}
        merged = {kind for kind in MERGED if (MERGED[kind], ()) in whole}
        objs = frozenset(
            o
            for o in objs
            if (o[0] not in roots or not _within(o, whole))
            and (o[0][0] not in merged or o[0] == MERGED[o[0][0]])
        )
    if len(objs) <= MOST_OBJECTS:
        return objs
    short = frozenset((root, path[:1] + ((DEEP,) if len(path) > 1 else ())) for root, path in objs)
    if len(short) <= MOST_OBJECTS:
        return short
    return frozenset((MERGED.get(root[0], root), (DEEP,)) for root, _ in objs)


def _within(obj: Obj, whole: set[Obj]) -> bool:
    root, path = obj
    depth = len(path) - 1 if path and path[-1] == DEEP else len(path) + 1
    return any((root, path[:n]) in whole for n in range(depth))


def site_of(root: Root) -> int:
    """The number that the root has after its kind: for fresh objects, and those that unknown code
    gives, the instruction that they come from; -1 if it has none."""
    site = root[1][0] if isinstance(root[1], tuple) else root[1]
    return site if isinstance(site, int) else -1


def fresh_site(root: Root) -> int:
    """The instruction that makes the objects of the root, -1 if the function makes none."""
    return site_of(root) if root[:1] == ("fresh",) else -1


def child(obj: Obj, step: str) -> Obj:
    root, path = obj
    if path and path[-1] == DEEP:
        return obj
    if len(path) >= DEPTH:
        return root, (*path, DEEP)
    return root, (*path, step)


class Effect(NamedTuple):
    """One access of a body or of a callee. `elem` says what of the object: ".name", "[]" its
    contents, "[k]" one constant slot, "=" the variable itself, "**" all that it reaches.

    instr    instruction at which it happens, in the function that is looked at
    key      value of the subscript, or of the path of a resource; -1 if there is none.
             In a summary: index of the parameter that is the key, or -1
    form     of a subscript that a callee computes: see `subscripts`
    how      the operation: load store append extend add update call advance …
    where    the access itself; `chain` the calls that lead to it, outermost first
    """

    write: bool
    root: Root
    path: tuple[str, ...]
    elem: str
    instr: int
    key: int
    how: str
    where: Location
    chain: tuple[Location, ...] = ()
    form: tuple[Any, ...] | None = None


class UnknownCall(NamedTuple):
    subject: str
    instr: int
    where: Location
    chain: tuple[Location, ...] = ()
    args: frozenset[Obj] = frozenset()


def home_of(root: Root) -> tuple[str, str]:
    """The module of a global or a class, and the name that it has there."""
    place = str(root[1])
    module, _, rest = place.partition(":") if ":" in place else place.rpartition(".")
    return module, rest.partition(".")[0]


@lru_cache(maxsize=20_000)
def parse_type(text: str) -> tuple[str, tuple[str, ...]]:
    """`dict[str, list[int]]` -> ("dict", ("str", "list[int]"))."""
    text = text.strip()
    if not text.endswith("]") or "[" not in text:
        return text, ()
    head, inside = text.split("[", 1)
    return head, split_top(inside[:-1], ",")


def split_top(text: str, separator: str) -> tuple[str, ...]:
    """Split at separators outside brackets."""
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        if char in "[(":
            depth += 1
        elif char in "])":
            depth -= 1
        elif char == separator and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
    parts.append(text[start:].strip())
    return tuple(p for p in parts if p)


IMMUTABLE: Final = frozenset(
    {
        "int",
        "float",
        "complex",
        "bool",
        "str",
        "bytes",
        "None",
        "range",
        "slice",
        "type",
        "ellipsis",
        "NotImplementedType",
        "function",
        "module",
        "number",
        "hashable",
    }
)
CONTAINERS: Final = frozenset(
    {
        "list",
        "tuple",
        "set",
        "frozenset",
        "dict",
        "Sequence",
        "Iterable",
        "Collection",
        "Mapping",
        "collections.deque",
        "collections.defaultdict",
        "collections.OrderedDict",
        "collections.Counter",
        "iterator",
        "generator",
    }
)

MAPPINGS: Final = frozenset(
    {"dict", "collections.defaultdict", "collections.OrderedDict", "collections.Counter"}
    | {"Mapping", "MutableMapping", "mappingproxy", "collections.ChainMap"}
    | {"collections.abc.Mapping"}
)

VIEWS_OF_PAIRS: Final = frozenset({"dict_items", "ItemsView"})


def elem_types(type_name: str) -> frozenset[str] | None:
    """Types of what iterating over an instance of the type yields."""
    head, args = parse_type(type_name)
    if head in ("str", "bytes", "range"):
        return frozenset({"str"} if head == "str" else {"int"})
    if not args:
        return None
    if head == "tuple":
        plain = [a for a in args if a != "..."]
        return union(*plain)
    if head.split(".")[-1] in VIEWS_OF_PAIRS and len(args) >= 2:
        return frozenset({f"tuple[{args[0]}, {args[1]}]"})
    return union(
        args[1] if head.endswith(("dict_values", "ValuesView")) and len(args) > 1 else args[0]
    )


def item_types(type_name: str, index: object) -> frozenset[str] | None:
    """Types of `x[index]`."""
    head, args = parse_type(type_name)
    if head in ("str", "bytes"):
        return frozenset({"str" if head == "str" else "int"})
    if head == "tuple" and args:
        if args[-1] == "...":
            return union(args[0])
        if isinstance(index, int) and -len(args) <= index < len(args):
            return union(args[index])
        return union(*args)
    if len(args) == 2:
        return union(args[1])
    return union(args[0]) if args else None


def union(*texts: str) -> frozenset[str] | None:
    """The alternatives of type texts; None as soon as one may be anything."""
    found: set[str] = set()
    for text in texts:
        for part in split_top(text, "|"):
            if part in ("object", "Any", "", "?", "unknown"):
                return None
            found.add(part)
    return frozenset(found)


def awaited(type_name: str) -> str:
    """The type of what awaiting an instance of the type gives."""
    head, args = parse_type(type_name)
    if head in ("asyncio.Task", "asyncio.Future"):
        return args[0] if args else "object"
    return args[0] if head == "coroutine" and args else type_name


def type_text(types: frozenset[str] | None) -> str:
    return "object" if not types else " | ".join(sorted(types))


def clip(type_name: str) -> str:
    """A type text that cannot grow for ever."""
    return type_name if len(type_name) <= 160 else parse_type(type_name)[0]


def shallow_type(text: str, depth: int) -> str:
    """The type text without what is nested deeper: bare containers, or anything, stand for it."""
    shown = dict.fromkeys(_shallow_part(part, depth) for part in sorted(split_top(text, "|")))
    return " | ".join(shown)


def _shallow_part(part: str, depth: int) -> str:
    head, args = parse_type(part)
    if not args:
        return part
    if depth == 0:
        return head if head in CONTAINERS else "object"
    return f"{head}[{', '.join(shallow_type(arg, depth - 1) for arg in args)}]"
