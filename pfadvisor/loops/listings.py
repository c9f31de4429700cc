"""Sources that name things: whether no item comes twice, and none lies within another one."""

from __future__ import annotations

import re
from typing import Final

from pfadvisor.effects.values import parse_type
from pfadvisor.loops.nodes import Body

ORDERING: Final = frozenset({"sorted", "list", "tuple", "reversed", "tqdm", "iter"})
NO_MORE: Final = frozenset({"advance", "argument", "sort", "reverse", "remove", "pop", "enter"})
SETS: Final = frozenset({"set", "frozenset", "dict", "dict_keys", "dict_items", "range"})
FOLDER: Final = frozenset({"iterdir", "glob", "iglob", "listdir", "scandir"})
DISTINCT: Final = FOLDER | {"rglob", "range"}
DEEP: Final = re.compile(r"/|\\|\*\*")  # a pattern that leads into other folders
TRUSTED: Final = frozenset({"known", "method", "duck"})


def origin(body: Body) -> int:
    """The value that makes the source, below sorted() and the like."""
    code, value = body.function.code, body.loop.source
    for _ in range(6):
        instr = code[value]
        names = {t.name.rpartition(".")[2] for t in body.ev.targets.get(value, ())}
        if instr.op != "call" or not (names and names <= ORDERING) or not instr.args[1]:
            return value
        value = instr.args[1][0][2]
    return value


def _called(body: Body, value: int) -> str:
    """The last name of a library's callable that gives the value, "" for other values."""
    targets = body.ev.targets.get(value, ())
    names = {t.name.rpartition(".")[2] for t in targets}
    told = body.function.code[value].op == "call" and all(t.kind in TRUSTED for t in targets)
    return names.pop() if told and len(names) == 1 else ""


def counts(body: Body) -> bool:
    """Whether the first part of each item is a number of its own, or the key of a mapping."""
    types = body.ev.values[body.loop.source].types or ()
    keyed = bool(types) and all(parse_type(t)[0] == "dict_items" for t in types)
    return keyed or _called(body, origin(body)) == "enumerate"


def distinct(body: Body) -> bool:
    """Whether the source is known to yield no item twice."""
    value = origin(body)
    for known in (body.ev.values[body.loop.source].types, body.ev.values[value].types):
        if known and all(parse_type(t)[0] in SETS for t in known):
            return True
    if _grows(body, value) or _grows(body, body.loop.source):
        return False
    if body.function.code[value].op == "display":
        items = _constants(body, value)
        return items is not None and len(set(items)) == len(items)
    return _called(body, value) in DISTINCT and not _may_repeat(body, value)


def of_one_folder(body: Body) -> bool:
    """Whether the items are entries of one folder."""
    return _lists_one(body, origin(body))


def listed_at_once(body: Body, value: int) -> bool:
    """Whether all entries are known before the first one is handed out."""
    return _lists_one(body, value) and _called(body, value) != "scandir"


def ending(body: Body, value: int) -> str:
    """How the names end that a pattern lets through."""
    end = re.split(r"[*?\]]", _pattern(body, value) or "")[-1]
    return end if _called(body, value) in ("glob", "rglob", "iglob") else ""


def _lists_one(body: Body, value: int) -> bool:
    name, pattern = _called(body, value), _pattern(body, value)
    if name in ("glob", "iglob"):
        return pattern is not None and not DEEP.search(pattern) and _of_path(body, value)
    return name in FOLDER


def plain_names(body: Body) -> bool:
    """Whether the items are names, without a folder."""
    items = _constants(body, origin(body))
    return _called(body, origin(body)) == "listdir" or (
        items is not None
        and all(isinstance(n, str) and n.strip("./\\") and "/" not in n for n in items)
    )


def _pattern(body: Body, value: int) -> str | None:
    instr = body.function.code[value]
    given = [v for kind, _, v in instr.args[1] if kind == "pos"] if instr.op == "call" else []
    const = body.ev.values[given[0]].const if given else None
    return const if isinstance(const, str) else None


def _of_path(body: Body, value: int) -> bool:
    """Whether it is a method of a path, not a function of the module glob."""
    return not any(t.kind == "known" for t in body.ev.targets.get(value, ()))


def _may_repeat(body: Body, value: int) -> bool:
    """`glob` may meet a file by each of several `**`."""
    named = {key for kind, key, _ in body.function.code[value].args[1] if kind == "kw"}
    pattern = _pattern(body, value)
    return "recursive" in named and (pattern is None or pattern.count("**") > 1)


def _constants(body: Body, value: int) -> list[object] | None:
    instr = body.function.code[value]
    if instr.op != "display" or instr.args[0] not in ("list", "tuple", "set"):
        return None
    items = [body.ev.values[v].const for v in instr.args[1:]]
    return items if all(isinstance(item, str) for item in items) else None


def _grows(body: Body, value: int) -> bool:
    """Whether anything else than to sort it, or to take from it, is done to a list."""
    roots = {root for root, _ in body.ev.values[value].objs if root[0] == "fresh"}
    return any(
        effect.write and effect.how not in NO_MORE
        for root in roots
        for effect in body.whole.effects_on(root)
    )
