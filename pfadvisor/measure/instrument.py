"""Source text to code that tells probes what its loops do; lines, names and constants stay.

Probes are put in as constants, so that no name of the program's is touched. A loop is found by
the place where it stands; what is not found is not measured.
"""

from __future__ import annotations

import ast
import types
import warnings
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pfadvisor.measure.probes import Probe, Stream

MARK: Final = "\0pfadvisor probe "
Span = tuple[int, int, int, int]
Loop = ast.For | ast.AsyncFor | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Node = TypeVar("Node", bound=ast.AST)


def instrumented(
    data: bytes, path: str, loops: list[dict[str, Any]]
) -> tuple[types.CodeType, list[Probe]]:
    """Raises what compiling raises, with the warnings that the program's own text gives."""
    compile(data, path, "exec", dont_inherit=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(data)
        marks = _Marks(data, loops)
        code = compile(marks.visit(tree), path, "exec", dont_inherit=True)
    return _with_probes(code, marks.callables), marks.probes


class _Marks(ast.NodeTransformer):
    def __init__(self, data: bytes, loops: list[dict[str, Any]]) -> None:
        self.rows = data.splitlines()
        self.rows[0:1] = [row.removeprefix(b"\xef\xbb\xbf") for row in self.rows[0:1]]
        self.loops = {tuple(loop["span"]): loop for loop in loops}
        self.callables: dict[str, Any] = {}
        self.probes: list[Probe] = []

    def visit(self, node: ast.AST) -> Any:
        found = self.loops.get(self.span(node)) if isinstance(node, Loop) else None
        if found is None:
            return self.generic_visit(node)
        if isinstance(node, ast.For | ast.AsyncFor):
            return self._statement(node, found)
        return self._comprehension(node, found)

    def span(self, node: Any) -> Span:
        """Rows and columns as the analysis counts them: from 1, in characters."""
        start = self._column(node.lineno, node.col_offset)
        return (
            node.lineno,
            start,
            node.end_lineno,
            self._column(node.end_lineno, node.end_col_offset),
        )

    def _column(self, row: int, offset: int) -> int:
        text = self.rows[row - 1] if row <= len(self.rows) else b""
        return offset + 1 if text.isascii() else len(text[:offset].decode(errors="replace")) + 1

    def _statement(self, node: ast.For | ast.AsyncFor, loop: dict[str, Any]) -> list[ast.stmt]:
        probe = self._probe(Probe(loop))
        stages = _Stages(self, probe, loop["stages"])
        first = node.body[0]
        body = stages.suite(node.body)
        self._rest(node, node.body)
        inside = _at(ast.Try(body, [], [], [_call(probe, "tock", first)]), first)
        node.body = [_call(probe, "tick", first), inside]
        whole = _at(ast.Try([node], [], [], [_call(probe, "leave", node)]), node)
        return [_call(probe, "enter", node), whole]

    def _rest(self, node: ast.AST, done: list[ast.stmt]) -> None:
        """Visit what is not in the body: it may hold other loops."""
        for name, value in ast.iter_fields(node):
            if value is done:
                continue
            if isinstance(value, ast.AST):
                setattr(node, name, self.visit(value))
            elif isinstance(value, list):
                setattr(node, name, [made for one in value for made in _many(self.visit(one))])

    def _comprehension(self, node: Any, loop: dict[str, Any]) -> ast.expr:
        stream = isinstance(node, ast.GeneratorExp)
        probe = self._probe(Stream(loop) if stream else Probe(loop))
        tests = {tuple(span) for span in loop["tests"]}
        timed = False
        for part in node.generators:
            for index, test in enumerate(part.ifs):
                if self.span(test) in tests:
                    begun = [] if timed else [probe + "tick"]
                    part.ifs[index] = _around(test, [*begun, probe + "go"], probe + "give")
                    timed = True
        begun = [] if timed else [probe + "tick"]
        if isinstance(node, ast.DictComp):
            node.key = _around(node.key, [*begun, probe + "go"], "")
            node.value = _around(node.value, [], probe + "give", probe + "tock")
        else:
            node.elt = _around(node.elt, [*begun, probe + "go"], probe + "give", probe + "tock")
        self.generic_visit(node)
        if stream:
            return _around(node, [probe + "enter"])
        return _around(node, [probe + "enter"], probe + "done")

    def _probe(self, probe: Probe) -> str:
        prefix = f"{MARK}{len(self.probes)} "
        self.probes.append(probe)
        for name in ("enter", "tick", "go", "stop", "give", "tock", "leave", "done"):
            self.callables[prefix + name] = getattr(probe, name)
        return prefix


class _Stages:
    """The suites of a loop's body, with marks where compute begins and ends."""

    def __init__(self, marks: _Marks, probe: str, stages: list[list[Any]]) -> None:
        self.marks, self.probe = marks, probe
        self.kinds: Mapping[tuple[str, Span], str] = {
            ("hole" if kind == "hole" else "own", tuple(span)): stage
            for kind, stage, span in stages
        }

    def suite(self, body: list[ast.stmt]) -> list[ast.stmt]:
        found: list[ast.stmt] = []
        computing = False
        for statement in body:
            stage = self.kinds.get(("own", self.marks.span(statement)))
            if (stage == "compute") != computing:
                found.append(_call(self.probe, "stop" if computing else "go", statement))
                computing = not computing
            found += self._statement(statement, stage)
        if computing:
            found.append(_call(self.probe, "stop", body[-1]))
        return found

    def _statement(self, statement: ast.stmt, stage: str | None) -> list[ast.stmt]:
        if stage == "compute":
            return _many(self.marks.visit(statement))
        if stage is None and isinstance(statement, ast.If):
            tested = self.kinds.get(("own", self.marks.span(statement.test)))
            statement.test = self.marks.visit(statement.test)
            if tested == "compute":
                statement.test = _around(statement.test, [self.probe + "go"], self.probe + "give")
            statement.body = self.suite(statement.body)
            statement.orelse = self.suite(statement.orelse) if statement.orelse else []
            return [statement]
        return _many(_Holes(self).visit(statement))


class _Holes(ast.NodeTransformer):
    """Expressions of a commit statement that compute evaluates."""

    def __init__(self, stages: _Stages) -> None:
        self.stages = stages

    def visit(self, node: ast.AST) -> Any:
        if isinstance(node, ast.expr):
            stage = self.stages.kinds.get(("hole", self.stages.marks.span(node)))
            if stage == "compute" and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
                inner = self.stages.marks.visit(node)
                probe = self.stages.probe
                return _around(inner, [probe + "go"], probe + "give")
        if isinstance(node, Loop):
            return self.stages.marks.visit(node)
        return self.generic_visit(node)


def _many(made: Any) -> list[Any]:
    return made if isinstance(made, list) else [made]


def _at(node: Node, place: ast.AST) -> Node:
    for each in ast.walk(node):
        if "lineno" in each._attributes and not hasattr(each, "lineno"):
            ast.copy_location(each, place)
    return node


def _call(probe: str, name: str, place: ast.stmt) -> ast.stmt:
    line = ast.Expr(ast.Call(ast.Constant(probe + name), [], []))
    return _at(line, _start_of(place))


def _start_of(place: ast.stmt) -> ast.AST:
    """A place that ends where it begins: no more than the line is said of a probe."""
    point = ast.Pass()
    point.lineno = point.end_lineno = place.lineno
    point.col_offset = point.end_col_offset = place.col_offset
    return point


def _around(node: Any, before: list[str], *after: str) -> ast.expr:
    """`after(before() or node)`: probes that come before give None."""
    value: ast.expr = node
    if before:
        calls = [ast.Call(ast.Constant(mark), [], []) for mark in before]
        value = ast.BoolOp(ast.Or(), [*calls, node])
    if not after or not after[0]:
        return _at(value, node)
    value = ast.Call(ast.Constant(after[0]), [value], [])
    for mark in after[1:]:
        pair = ast.Tuple([value, ast.Call(ast.Constant(mark), [], [])], ast.Load())
        value = ast.Subscript(pair, ast.Constant(0), ast.Load())
    return _at(value, node)


def _with_probes(code: types.CodeType, callables: Mapping[str, Any]) -> types.CodeType:
    constants = tuple(
        _with_probes(one, callables)
        if isinstance(one, types.CodeType)
        else callables.get(one, one)
        if isinstance(one, str)
        else one
        for one in code.co_consts
    )
    return code.replace(co_consts=constants)
