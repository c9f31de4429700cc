"""A labelled loop as a tree that can be changed, and the tool's verdict on what came of it."""

from __future__ import annotations

import ast
import copy
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pfadvisor.config import Settings
from pfadvisor.model import Judgement, Report
from pfadvisor.pipeline import Request, analyze, analyze_text

FOLDER = Path(__file__).parents[2] / "fixtures" / "loops"
FILENAME = "case.py"
MARK = "# LOOP"
SIGN = "__marked__"
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
ALL = Request(Settings(), Path("/nowhere"), "all", fixes=False)


class Subject:
    """One file with a marked loop, the modules that it imports, and how it came to be."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.history = name, [name]
        self.tree = ast.parse(text)
        self.modules: dict[str, str] = {}
        row = next(n for n, line in enumerate(text.splitlines(), 1) if line.endswith(MARK))
        found = [n for n in ast.walk(self.tree) if isinstance(n, ast.stmt) and _covers(n, row)]
        self.marked = max(found, key=lambda node: (node.lineno, node.col_offset))
        self.count = 0

    def copied(self) -> Subject:
        return copy.deepcopy(self)

    def parsed_again(self) -> Subject:
        """The same from its text: no node stands in two places, and all have positions."""
        found = Subject(self.name, self.text())
        found.history, found.modules, found.count = self.history, self.modules, self.count
        return found

    def fresh(self, base: str) -> str:
        """A name that the file does not have."""
        taken = {n.id for n in ast.walk(self.tree) if isinstance(n, ast.Name)}
        while f"{base}_{self.count}" in taken or not self.count:
            self.count += 1
        self.count += 1
        return f"{base}_{self.count}"

    @property
    def loop(self) -> ast.For | None:
        return self.marked if isinstance(self.marked, ast.For) else None

    def path(self, node: ast.AST | None = None) -> list[ast.AST]:
        """From the module to `node`, the marked statement if none is given."""
        return _path(self.tree, node or self.marked)

    @property
    def function(self) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        around = [n for n in self.path() if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        return around[-1] if around else None

    def suite(self, node: ast.stmt) -> list[ast.stmt]:
        """The list of statements that holds `node`."""
        owner = self.path(node)[-2]
        for name in ("body", "orelse", "finalbody"):
            found = getattr(owner, name, None)
            if isinstance(found, list) and any(each is node for each in found):
                return found
        raise LookupError(node)

    def before(self, node: ast.stmt, text: str) -> None:
        """Put statements in front of one."""
        suite = self.suite(node)
        place = next(n for n, each in enumerate(suite) if each is node)
        suite[place:place] = ast.parse(text).body

    def define(self, text: str) -> None:
        """Put definitions in front of the module's first own one, behind what could replace
        them."""
        body = self.tree.body
        skipped = (ast.Import, ast.ImportFrom)
        own = (n for n, s in enumerate(body) if not isinstance(s, skipped) and not _is_doc(s))
        starred = (n + 1 for n, s in enumerate(body) if _imports_all(s))
        place = max(next(own, 0), *starred, 0)
        body[place:place] = ast.parse(text).body

    def text(self) -> str:
        whole = self.copied()
        whole.before(whole.marked, SIGN)
        lines = ast.unparse(ast.fix_missing_locations(whole.tree)).splitlines()
        place = next(n for n, line in enumerate(lines) if line.strip() == SIGN)
        del lines[place]
        lines[place] += f"  {MARK}"
        return "\n".join(lines) + "\n"


def _covers(node: ast.stmt, row: int) -> bool:
    return node.lineno <= row <= (node.end_lineno or node.lineno)


def _imports_all(node: ast.stmt) -> bool:
    imports = (n for n in ast.walk(node) if isinstance(n, ast.ImportFrom))
    return any(each.name == "*" for n in imports for each in n.names)


def _is_doc(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _path(tree: ast.AST, wanted: ast.AST) -> list[ast.AST]:
    for child in ast.iter_child_nodes(tree):
        if child is wanted:
            return [tree, child]
        found = _path(child, wanted)
        if found:
            return [tree, *found]
    return []


def subjects(label: str = "parallel") -> list[Subject]:
    """The labelled loops, but for those whose verdict rests on a comment: mutants have none."""
    found = ((p.stem, p.read_text("utf-8")) for p in sorted(FOLDER.glob(f"*-{label}.py")))
    return [Subject(name, text) for name, text in found if "# pfadvisor:" not in text]


def judged(subject: Subject) -> Judgement:
    """What the tool says of the marked loop."""
    text = subject.text()
    row = next(n for n, line in enumerate(text.splitlines(), 1) if line.endswith(MARK))
    found = [one for one in _judgements(subject, text) if one.loop.for_row == row]
    assert found, f"no loop at row {row} of\n{text}"
    return min(found, key=lambda one: (one.loop.span[:2], one.loop.for_column))


def _judgements(subject: Subject, text: str) -> Iterator[Judgement]:
    report = _report(subject, text)
    assert not report.failed, (report.failed, text)
    for finding in report.findings:
        if finding.judgement is not None and finding.filename.endswith(FILENAME):
            yield finding.judgement


def _report(subject: Subject, text: str) -> Report:
    if not subject.modules:
        return analyze_text(text, Path(FILENAME), ALL)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in {FILENAME: text, **subject.modules}.items():
            Path(folder, name).write_text(content, "utf-8")
        Path(folder, "pyproject.toml").touch()
        return analyze([Path(folder, FILENAME)], ALL, jobs=1)
