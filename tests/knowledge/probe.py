"""Call what tables describe, and print each way in which a line proves wrong.

Run as a script with import roots as arguments. Only lines that claim to touch no resource are
called, each with some dozens of argument lists; an audit hook listens.
"""

from __future__ import annotations

import operator
import random
import sys
from collections.abc import Callable, Iterator

from binding import bind, literal
from interpreter import NAMELESS, module, resolve

from pfadvisor.effects import knowledge, special
from pfadvisor.effects.effect import RESOURCES, Effect

POOL: list[Callable[[], object]] = [
    lambda: 0, lambda: 2, lambda: -1, lambda: 2.5, lambda: True, lambda: None, lambda: "",
    lambda: "abc", lambda: "b", lambda: "utf-8", lambda: b"", lambda: b"ab",
    lambda: bytearray(b"xy"), lambda: [], lambda: [3, 1, 2], lambda: ["b", "a"],
    lambda: [[1], [2]], lambda: [["a", []], ["b", []]], lambda: (1, 2), lambda: ([1], [2]),
    lambda: {}, lambda: {"a": [1], "b": [2]}, lambda: {1: "x"}, lambda: {1, 2},
    lambda: frozenset({1}), lambda: range(3), lambda: iter([1, 2]), lambda: iter([[1], [2]]),
    lambda: len, lambda: str, lambda: int, lambda: slice(1, 2),
]  # fmt: skip
RECEIVERS: dict[str, list[Callable[[], object]]] = {
    "bool": [lambda: True],
    "bytearray": [lambda: bytearray(b"a,b"), bytearray],
    "bytes": [lambda: b"a,b c", lambda: b""],
    "complex": [lambda: 1 + 2j],
    "dict": [dict, lambda: {"a": [1], "b": [2], 0: 3}],
    "dict_items": [lambda: {"a": 1}.items()],
    "dict_keys": [lambda: {"a": 1}.keys()],
    "float": [lambda: 2.5, lambda: float("inf")],
    "frozenset": [lambda: frozenset({1, "b"})],
    "int": [lambda: 300, lambda: -1],
    "io.BytesIO": [lambda: resolve("io", "BytesIO")(b"a\nb")],
    "io.StringIO": [lambda: resolve("io", "StringIO")("a\nb")],
    "list": [list, lambda: [3, 1, 2], lambda: [[1], [2]]],
    "mappingproxy": [lambda: NAMELESS["mappingproxy"]({"a": [1]})],
    "memoryview": [lambda: memoryview(bytearray(b"abcd"))],
    "range": [lambda: range(3)],
    "set": [set, lambda: {1, "b"}],
    "slice": [lambda: slice(1, 5)],
    "str": [lambda: "a,b c", lambda: "", lambda: "{0}{a}"],
    "tuple": [lambda: (3, 1, 2), lambda: ([1],)],
}
TRIES = 60
PLAIN = (int, float, complex, str, bytes, type(None), type, range, slice, type(len))
listening: list[str] | None = None


def main(roots: list[str]) -> None:
    sys.addaudithook(listen)
    for root in roots:
        table = knowledge.load(root)
        if table is None or module(root) is None:
            continue
        for name in table.calls:
            dotted = name if root == "builtins" else f"{root}.{name}"
            line = knowledge.call(dotted)
            if line is not None and is_plain(line):
                probe(dotted, line, None)
        for kind, methods in table.methods.items():
            owner = kind if root == "builtins" else f"{root}.{kind}"
            for name in methods:
                line = knowledge.method(owner, name)
                for make in RECEIVERS.get(owner, ()):
                    if line is not None and is_plain(line) and hasattr(make(), name):
                        probe(f"{owner}.{name}", line, make)


def listen(event: str, _: tuple[object, ...]) -> None:
    if listening is not None and event != "builtins.id":
        listening.append(event)


def is_plain(line: Effect) -> bool:
    words = {word.partition(":")[0] for word in (*line.reads, *line.writes)}
    return not words & RESOURCES.keys() and not line.blocks


def probe(dotted: str, line: Effect, receiver: Callable[[], object] | None) -> None:
    try:
        function = None if receiver else find(dotted)
    except AttributeError:
        return
    for makers in argument_lists(dotted):
        args = [make() for make in makers]
        self = receiver() if receiver else None
        called = getattr(self, dotted.rpartition(".")[2]) if receiver else function
        for complaint in sorted(set(complaints(line, called, self, args))):
            print(f"{dotted}{tuple(args)!r}: {complaint}")


def find(dotted: str) -> object:
    root, _, name = dotted.partition(".")
    if name and root in knowledge.roots():
        return resolve(root, name)
    return resolve("builtins", dotted)


def argument_lists(dotted: str) -> Iterator[list[Callable[[], object]]]:
    chance = random.Random(dotted)
    yield []
    yield from ([make] for make in POOL)
    for _ in range(TRIES):
        yield chance.choices(POOL, k=chance.choice((2, 2, 3)))


def complaints(line: Effect, called: object, self: object, args: list[object]) -> Iterator[str]:
    global listening
    named = bind(line, args)
    line = special.refine(line.special, line, literal(named)) if line.special else line
    if line.unknown:
        return
    named["self"] = [self]
    before = {name: [state(value) for value in values] for name, values in named.items()}
    inner = {name: reachable(values) for name, values in named.items()}
    listening = events = []
    try:
        result = called(*args)  # type: ignore[operator]
    except Exception as error:
        if line.raises is not None and not may_raise(error, line.raises):
            yield f"raises {type(error).__name__}"
        return
    finally:
        listening = None
    if events:
        yield f"does {events[0]}"
    for name, values in named.items():
        if [state(value) for value in values] != before[name] and not may_change(line, name):
            yield f"changes {name or 'an argument'}"
    yield from aliases(line, result, named, inner)
    yield from kept(line, self, named)
    if line.returns and not fits(result, line.returns, self):
        yield f"returns {type(result).__name__}, not {line.returns}"


def state(value: object) -> object:
    if hasattr(value, "__next__"):
        return operator.length_hint(value)
    if hasattr(value, "getvalue"):
        return value.getvalue(), value.tell()
    return repr(value)


def may_change(line: Effect, name: str) -> bool:
    return name in line.writes or name in line.iterates


def may_raise(error: Exception, allowed: tuple[str, ...]) -> bool:
    """A TypeError of an argument of another type than the documented ones is not counted."""
    names = {base.__name__ for base in type(error).__mro__}
    return isinstance(error, TypeError) or bool(names & {name.split(".")[-1] for name in allowed})


def reachable(values: list[object]) -> set[int]:
    """Identities of the mutable objects inside the values."""
    return {id(item) for value in values for item in inside(value)}


def inside(value: object) -> list[object]:
    items: list[object] = []
    if isinstance(value, dict | NAMELESS["mappingproxy"]):
        items = [*value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        items = [*value]
    found = [item for item in items if not isinstance(item, PLAIN)]
    return found + [deep for item in found for deep in inside(item)]


def aliases(
    line: Effect, result: object, named: dict[str, list[object]], inner: dict[str, set[int]]
) -> Iterator[str]:
    if isinstance(result, PLAIN):
        return
    parts = reachable([result])
    stated = {*line.result_is, *line.result_has, *line.result_part}
    for name, values in named.items():
        mutable = identities(values)
        if id(result) in mutable and not {name} & {*line.result_is, *advanced(line, result)}:
            yield f"returns {name or 'an argument'} itself"
        if id(result) in inner[name] and not {name} & {*line.result_part, *line.result_is}:
            yield f"returns a part of {name or 'an argument'}"
        if parts & (mutable | inner[name]) and name not in stated:
            yield f"returns something that holds {name or 'an argument'}"


def identities(values: list[object]) -> set[int]:
    return {id(value) for value in values if not isinstance(value, (*PLAIN, tuple, frozenset))}


def advanced(line: Effect, result: object) -> tuple[str, ...]:
    """iter(iterator) is the iterator itself: said by `iterates`."""
    return line.iterates if hasattr(result, "__next__") else ()


def kept(line: Effect, self: object, named: dict[str, list[object]]) -> Iterator[str]:
    held = reachable([self])
    for name, values in named.items():
        mutable = identities(values)
        if name != "self" and held & (mutable | reachable(values)) and name not in line.keeps:
            yield f"keeps {name or 'an argument'}"


def fits(result: object, returns: str, self: object) -> bool:
    heads = [head.strip().partition("[")[0] for head in split_union(returns)]
    if any(":" in head or head == "object" for head in heads):
        return True
    names = {base.__name__ for base in type(result).__mro__}
    heads = [type(self).__name__ if head == "self" else head.split(".")[-1] for head in heads]
    if "iterator" in heads and hasattr(result, "__next__"):
        return True
    return bool(names & set(heads)) or (result is None and "None" in heads)


def split_union(text: str) -> list[str]:
    parts, depth = [""], 0
    for char in text:
        depth += (char == "[") - (char == "]")
        if char == "|" and depth == 0:
            parts.append("")
        else:
            parts[-1] += char
    return parts


if __name__ == "__main__":
    main(sys.argv[1:])
