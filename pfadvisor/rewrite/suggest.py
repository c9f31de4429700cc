"""From a plan and its file's text to a fix, or to the reason why there is none."""

from __future__ import annotations
import __future__

import ast
from dataclasses import dataclass, replace
from functools import lru_cache
from tokenize import TokenError

from pfadvisor.model import Applicability, Edit, Fix, Judgement, Plan, Span
from pfadvisor.rewrite.alternative import guarded
from pfadvisor.rewrite.compose import applied
from pfadvisor.rewrite.comprehensions import ComprehensionRewriter
from pfadvisor.rewrite.context import FileContext
from pfadvisor.rewrite.emit import Options, Rewritten
from pfadvisor.rewrite.guard import Guard
from pfadvisor.rewrite.locality import lost_local
from pfadvisor.rewrite.loops import LoopRewriter
from pfadvisor.rewrite.names import check_builtins, check_importable
from pfadvisor.rewrite.refusal import Refusal, Refused
from pfadvisor.rewrite.scope import Comprehension, first_row, innermost, path_to
from pfadvisor.rewrite.text import Text

_KINDS = (ast.For, ast.AsyncFor, *Comprehension, ast.Call)
_FUTURE = __future__.annotations.compiler_flag
_TITLES = {
    "multiprocessing": "multiprocessing.Pool",
    "futures": "concurrent.futures",
    "asyncio": "bounded asyncio tasks",
}


def build_fix(
    plan: Plan,
    module_text: str,
    filename: str,
    *,
    proved: bool = True,
    backend: str = "auto",
    workers: str | None = None,
    width: int = 88,
    threshold: int = 0,
) -> Fix | Refusal:
    """The fix for one loop, complete in itself: applied alone, the file compiles.

    `proved` says that the plan rests on no assumption; `workers` is an expression for the
    number of workers; `width` the file's line length; with a `threshold` the loop stays for
    fewer items. Raises LookupError for an unknown backend.
    """
    task = _Task(
        plan, read(module_text), filename, proved, Options(backend, workers, width, threshold)
    )
    try:
        return task.suggested()
    except Refused as refused:
        return Refusal(refused.reason)
    except (SyntaxError, TokenError) as error:
        return Refusal(f"its new text would not compile: {error}")


@lru_cache(maxsize=4)
def read(module_text: str) -> Text:
    """The file's text with its tree; kept, as a file has several loops."""
    return Text(module_text)


@dataclass(frozen=True, slots=True)
class _Task:
    plan: Plan
    text: Text
    filename: str
    proved: bool
    options: Options

    def suggested(self) -> Fix | Refusal:
        """What LoopVisitor suggests at the loop, on the statement that encloses it."""
        import libcst as cst

        from pfadvisor.rewrite.visitor import LoopVisitor, agrees, located, statement_tree

        path = path_to(self.text, self.plan.loop.span, _KINDS)
        if not path:
            raise Refused("the loop was not found in the file")
        statement = next(node for node in reversed(path) if isinstance(node, ast.stmt))
        wanted = dict(located(self.text, statement)).get(self.plan.loop.span)
        if wanted is None or not agrees(self.plan.loop, wanted):
            raise Refused("the loop's header is not the one that was analysed")
        judgement = _judgement(self.plan)
        visitor = LoopVisitor(
            lambda seen: judgement if seen == wanted else None, lambda _: self._fix(path)
        )
        try:
            statement_tree(self.text, statement).visit(visitor)
        except cst.ParserSyntaxError as error:
            raise Refused("the statement could not be read a second time") from error
        if not visitor.suggestions:
            raise Refused("the two parsers do not see the same loop")
        return visitor.suggestions[0].outcome

    def _fix(self, path: list[ast.AST]) -> Fix:
        if isinstance(innermost(path), ast.ClassDef):
            raise Refused("it stands in the body of a class")
        if self.plan.left_behind:
            raise Refused(f"what {self.plan.left_behind!r} changes would be left in a worker")
        unsure = [given.name for given in self.plan.inputs if given.unsure]
        if unsure:
            raise Refused(f"{unsure[0]} may have no value yet when the workers are given it")
        context = FileContext(self.text, path, self.options.width, self.plan.stated)
        guard = Guard(context, self.plan)
        loop = path[-1]
        if isinstance(loop, (ast.For, ast.AsyncFor)):
            made = LoopRewriter(context, self.plan, loop, self.options).run()
        else:
            made = ComprehensionRewriter(context, self.plan, path, self.options).run()
        changed = made.edits
        if self.options.threshold:
            source = _source(loop)
            width, least = self.options.width, self.options.threshold
            changed = tuple(guarded(self.text, self.plan, source, made.edits, least, width))
        edits = [*context.edits(), *guard.around(changed)]
        self._check(context, edits)
        sure = self.proved and not guard.added and not made.condition
        applicability: Applicability = "safe" if sure else "unsafe"
        return Fix(applicability, _message(made, guard.added), tuple(edits), made.notes)

    def _check(self, context: FileContext, edits: list[Edit]) -> None:
        before, region, changed = _touched(context, edits)
        try:
            tree = ast.parse(changed)
            compile(tree, self.filename, "exec", _FUTURE * context.signature.lazy, True)
        except (SyntaxError, ValueError) as error:
            raise Refused(f"the rewritten file would not compile: {error}") from error
        check_builtins(context, before, tree)
        lost = lost_local(region, changed)
        if lost:
            raise Refused(f"{lost!r} would no longer be local to the function that reads it")
        if self.plan.mode == "processes":
            check_importable(context, tree)


def _source(loop: ast.AST) -> ast.expr:
    match loop:
        case ast.For(iter=source) | ast.AsyncFor(iter=source):
            return source
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return loop.generators[0].iter
        case ast.Call(args=[*_, source]):
            return source
    raise Refused("it has no source")


def _touched(context: FileContext, edits: list[Edit]) -> tuple[ast.Module, str, str]:
    """The statements of the file that the edits touch, their text, and what becomes of it, with
    what is inserted elsewhere: a file has many loops, and is compiled whole when written."""
    text, rows = (
        context.text,
        [(e.span.row, e.span.end_row) for e in edits if e.span[:2] < e.span[2:]],
    )
    touched = [s for s in text.tree.body if s is context.top or _meets(text, s, rows)]
    first, last = first_row(text, touched[0]), text.span(touched[-1]).end_row
    inside = [
        e
        for e in edits
        if first < e.span.row <= last or (e.span.row == first and e.span.column > 1)
    ]
    elsewhere = [e.content for e in edits if e not in inside]
    region = "\n".join(text.lines[first - 1 : last])
    moved_up = [replace(e, span=_shifted(e.span, first - 1)) for e in inside]
    between = [s for s in text.tree.body if first <= text.span(s).row <= last]
    changed = "\n".join([*elsewhere, applied(region, moved_up)])
    return ast.Module(list(between), []), region, changed


def _meets(text: Text, statement: ast.stmt, rows: list[tuple[int, int]]) -> bool:
    span = text.span(statement)
    return any(start <= span.end_row and span.row <= end for start, end in rows)


def _shifted(span: Span, rows: int) -> Span:
    return span._replace(row=span.row - rows, end_row=span.end_row - rows)


def _judgement(plan: Plan) -> Judgement:
    return Judgement(plan.loop, "parallel", plan.pattern, None, None, None, (), (), None, plan=plan)


def _message(made: Rewritten, added: bool) -> str:
    title = _TITLES.get(made.backend, made.backend)
    tail = ", below a __main__ guard" if added else ""
    tail += f", {made.condition}" if made.condition else ""
    return f"Use {title} to {made.summary}{tail}"
