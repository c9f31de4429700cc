"""LoopVisitor: finds the loops of a libcst tree, asks for each one's verdict, collects its fix.

It needs no metadata, and sees a whole module or just the statement that encloses a
loop. A loop is known by its form and header and by how many alike came before it, so
that the two parsers can be held against each other.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

import libcst as cst

from pfadvisor.model import Fix, Form, Judgement, LoopId, Span
from pfadvisor.rewrite.refusal import Refusal
from pfadvisor.rewrite.scope import Comprehension
from pfadvisor.rewrite.text import Text

_CALLS = frozenset({"map", "filter"})
_FORMS: dict[type[ast.AST], Form] = {
    ast.For: "for",
    ast.AsyncFor: "async-for",
    ast.ListComp: "list",
    ast.SetComp: "set",
    ast.DictComp: "dict",
    ast.GeneratorExp: "generator",
    ast.Call: "call",
}


class SeenLoop(NamedTuple):
    """`header` is its text without space and parentheses; `nth` counts alike loops from 0."""

    form: Form
    header: str
    nth: int


class Suggestion(NamedTuple):
    loop: SeenLoop
    judgement: Judgement
    outcome: Fix | Refusal


class LoopVisitor(cst.CSTVisitor):
    """`judge` gives a loop's verdict (None: nothing to say), `suggest` the fix that follows."""

    def __init__(
        self,
        judge: Callable[[SeenLoop], Judgement | None],
        suggest: Callable[[Judgement], Fix | Refusal],
    ) -> None:
        super().__init__()
        self.judge, self.suggest = judge, suggest
        self.suggestions: list[Suggestion] = []
        self.seen: list[SeenLoop] = []
        self._counts: Counter[tuple[Form, str]] = Counter()

    def visit_For(self, node: cst.For) -> None:
        form: Form = "async-for" if node.asynchronous else "for"
        self._meet(form, _code(node.target) + "in" + _code(node.iter))

    def visit_ListComp(self, node: cst.ListComp) -> None:
        self._comprehension("list", node.for_in)

    def visit_SetComp(self, node: cst.SetComp) -> None:
        self._comprehension("set", node.for_in)

    def visit_DictComp(self, node: cst.DictComp) -> None:
        self._comprehension("dict", node.for_in)

    def visit_GeneratorExp(self, node: cst.GeneratorExp) -> None:
        self._comprehension("generator", node.for_in)

    def visit_Call(self, node: cst.Call) -> None:
        if isinstance(node.func, cst.Name) and node.func.value in _CALLS:
            self._meet("call", _code(node))

    def _comprehension(self, form: Form, clause: cst.CompFor) -> None:
        self._meet(form, _code(clause.target) + "in" + _code(clause.iter))

    def _meet(self, form: Form, code: str) -> None:
        header = bare(code)
        loop = SeenLoop(form, header, self._counts[form, header])
        self._counts[form, header] += 1
        self.seen.append(loop)
        judgement = self.judge(loop)
        if judgement is not None:
            self.suggestions.append(Suggestion(loop, judgement, self.suggest(judgement)))


def _code(node: cst.CSTNode) -> str:
    return cst.Module([]).code_for_node(node)


def bare(code: str) -> str:
    return "".join(char for char in code if not char.isspace() and char not in "()")


def located(text: Text, root: ast.AST) -> Iterator[tuple[Span, SeenLoop]]:
    """The loops below `root` in the stdlib's tree, in order of their start, as libcst sees them."""
    counts: Counter[tuple[Form, str]] = Counter()
    for node in sorted(_loops(root), key=lambda node: text.span(node)[:2]):
        form, header = _FORMS[type(node)], bare(_header(text, node))
        yield text.span(node), SeenLoop(form, header, counts[form, header])
        counts[form, header] += 1


def _loops(root: ast.AST) -> Iterator[ast.AST]:
    return (node for node in ast.walk(root) if _is_loop(node))


def _is_loop(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _CALLS
    return isinstance(node, (ast.For, ast.AsyncFor, *Comprehension))


def _header(text: Text, node: ast.AST) -> str:
    if isinstance(node, (ast.For, ast.AsyncFor)):
        return f"{text.of(node.target)}in{text.of(node.iter)}"
    if isinstance(node, Comprehension):
        first = node.generators[0]
        return f"{text.of(first.target)}in{text.of(first.iter)}"
    return text.of(node)


def statement_tree(text: Text, statement: ast.stmt) -> cst.Module:
    """libcst's tree of one statement, read where it stands: indented rows below `if 1:`."""
    span = text.span(statement)
    rows = "\n".join(text.lines[span.row - 1 : span.end_row])
    header = "if 1:\n" if text.indent(span.row) else ""
    return cst.parse_module(f"{header}{rows}\n")


def agrees(loop: LoopId, seen: SeenLoop) -> bool:
    """Whether the header that the analysis read is the one that libcst sees."""
    header = bare(loop.header)
    return loop.form == seen.form and (header in ("", seen.header) or seen.form == "call")
