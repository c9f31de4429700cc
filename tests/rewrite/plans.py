"""Plans written by hand: spans are found by the text that they cover."""

from __future__ import annotations

import ast
import textwrap
from typing import Any

from pfadvisor.model import Accumulator, Granule, Input, LoopId, Plan, Source, Span
from pfadvisor.rewrite.scope import Comprehension, path_to
from pfadvisor.rewrite.text import Text

LISTED = Source(reiterable=True, sized=True, finite=True)
ONE_SHOT = Source(reiterable=False, sized=False, finite=True)
ENDLESS = Source(reiterable=False, sized=False, finite=False)

_FORMS = {
    ast.For: "for",
    ast.AsyncFor: "async-for",
    ast.ListComp: "list",
    ast.SetComp: "set",
    ast.DictComp: "dict",
    ast.GeneratorExp: "generator",
    ast.Call: "call",
}


def dedent(source: str) -> str:
    return textwrap.dedent(source).lstrip("\n")


class Finder:
    """Spans of substrings of one program."""

    def __init__(self, source: str) -> None:
        self.text = Text(source)
        self.source = self.text.source

    def span(self, part: str, start: int = 0) -> Span:
        """The first occurrence of `part`; "2:part" is the second, and so on."""
        count, colon, rest = part.partition(":")
        wanted, body = (int(count), rest) if colon and count.isdigit() else (1, part)
        at = start - 1
        for _ in range(wanted):
            at = self.source.index(body, at + 1)
        return Span(*self._position(at), *self._position(at + len(body)))

    def _position(self, offset: int) -> tuple[int, int]:
        row = self.source.count("\n", 0, offset) + 1
        return row, offset - (self.source.rfind("\n", 0, offset) + 1) + 1


def loop_nodes(tree: ast.AST) -> list[ast.AST]:
    loops = (ast.For, ast.AsyncFor, *Comprehension)
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, loops)
        or (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "map"
        )
    ]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset))


def make(
    program: str,
    *,
    loop: int = 0,
    compute: tuple[str, ...] = (),
    commit: tuple[str, ...] = (),
    head: tuple[str, ...] = (),
    tests: tuple[str, ...] = (),
    holes: dict[str, str] | None = None,
    elements: tuple[str, ...] = (),
    captures: tuple[str, ...] = (),
    accumulator: Accumulator | None = None,
    init: str = "",
    annotations: dict[str, str] | None = None,
    **fields: Any,
) -> Plan:
    """The plan of the `loop`-th loop of `program`, in the file's order."""
    find = Finder(program)
    node = loop_nodes(find.text.tree)[loop]
    span = find.text.span(node)
    path = path_to(find.text, span, tuple(_FORMS))
    statement = next(n for n in reversed(path) if isinstance(n, ast.stmt))
    stages = {"compute": compute, "commit": commit, "head": head}
    granules = [
        Granule("statement", find.span(part), stage)
        for stage, parts in stages.items()
        for part in parts
    ]
    granules += [Granule("test", find.span(part), "compute") for part in tests]
    granules += [Granule("hole", find.span(p), "compute", n) for p, n in (holes or {}).items()]
    functions = [n for n in path if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef))]
    classes = [n.name for n in path if isinstance(n, ast.ClassDef)]
    known = annotations or {}
    target, iterable = _header(find, node)
    inputs = [Input(name, "target", known.get(name)) for name in _names(node)]
    inputs += [Input(name, "capture", known.get(name)) for name in captures]
    if accumulator and init:
        accumulator = Accumulator(
            accumulator.name, accumulator.op, accumulator.kind, True, True, find.span(init)
        )
    defaults: dict[str, Any] = {
        "mode": "processes",
        "pattern": "map",
        "handed": (),
        "live_after": (),
        "source": LISTED,
        "call": None,
        "collected": True,
        "builtin_errors": True,
        "handled": False,
        "pure": True,
        "leaves_early": False,
        "guarded": False,
        "imported": False,
    }
    return Plan(
        loop=LoopId("case.py", _FORMS[type(node)], loop, span.row, span.column, span, ""),
        statement=find.text.span(statement),
        target=target,
        iterable=iterable,
        granules=tuple(sorted(granules, key=lambda g: (g.span[:2], g.kind == "hole"))),
        elements=tuple(find.span(part) for part in elements),
        tests=(),
        inputs=tuple(inputs),
        accumulators=(accumulator,) if accumulator else (),
        function=".".join(n.name for n in functions),
        class_name=classes[-1] if classes else None,
        definition=None,
        is_async=any(isinstance(n, ast.AsyncFunctionDef) for n in functions),
        **(defaults | fields),
    )


def _header(find: Finder, node: ast.AST) -> tuple[Span, Span]:
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return find.text.span(node.target), find.text.span(node.iter)
    if isinstance(node, Comprehension):
        first = node.generators[0]
        return find.text.span(first.target), find.text.span(first.iter)
    assert isinstance(node, ast.Call)
    return find.text.span(node), find.text.span(node.args[1])


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, (ast.For, ast.AsyncFor)):
        targets = [node.target]
    elif isinstance(node, Comprehension):
        targets = [each.target for each in node.generators]
    else:
        return []
    return [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)]


ROWS = Accumulator("rows", "append", "list", False, True)
