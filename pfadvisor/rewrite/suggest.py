"""From a plan and its file's text to a fix, or to the reason why there is none."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache

from pfadvisor.model import Applicability, Edit, Fix, Judgement, Plan
from pfadvisor.rewrite.compose import applied
from pfadvisor.rewrite.comprehensions import ComprehensionRewriter
from pfadvisor.rewrite.context import FileContext
from pfadvisor.rewrite.emit import Options, Rewritten
from pfadvisor.rewrite.guard import Guard
from pfadvisor.rewrite.loops import LoopRewriter
from pfadvisor.rewrite.names import check_builtins, check_importable
from pfadvisor.rewrite.refusal import Refusal, Refused
from pfadvisor.rewrite.scope import Comprehension, innermost, path_to
from pfadvisor.rewrite.text import Text

_KINDS = (ast.For, ast.AsyncFor, *Comprehension, ast.Call)
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
) -> Fix | Refusal:
    """The fix for one loop, complete in itself: applied alone, the file compiles.

    `proved` says that the plan rests on no assumption; `workers` is an expression for the
    number of workers; `width` the file's line length. Raises LookupError for an unknown backend.
    """
    task = _Task(plan, read(module_text), filename, proved, Options(backend, workers, width))
    try:
        return task.suggested()
    except Refused as refused:
        return Refusal(refused.reason)


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
        context = FileContext(self.text, path, self.options.width)
        guard = Guard(context, self.plan)
        loop = path[-1]
        if isinstance(loop, (ast.For, ast.AsyncFor)):
            made = LoopRewriter(context, self.plan, loop, self.options).run()
        else:
            made = ComprehensionRewriter(context, self.plan, path, self.options).run()
        edits = [*context.edits(), *guard.around(made.edits)]
        self._check(context, edits)
        sure = self.proved and not guard.added and not made.condition
        applicability: Applicability = "safe" if sure else "unsafe"
        return Fix(applicability, _message(made, guard.added), tuple(edits), made.notes)

    def _check(self, context: FileContext, edits: list[Edit]) -> None:
        changed = applied(self.text.source, edits)
        try:
            compile(changed, self.filename, "exec", dont_inherit=True)
            tree = ast.parse(changed)
        except (SyntaxError, ValueError) as error:
            raise Refused(f"the rewritten file would not compile: {error}") from error
        check_builtins(context, tree)
        if self.plan.mode == "processes":
            check_importable(context, tree)


def _judgement(plan: Plan) -> Judgement:
    return Judgement(plan.loop, "parallel", plan.pattern, None, None, None, (), (), None, plan=plan)


def _message(made: Rewritten, added: bool) -> str:
    title = _TITLES.get(made.backend, made.backend)
    tail = ", below a __main__ guard" if added else ""
    tail += f", {made.condition}" if made.condition else ""
    return f"Use {title} to {made.summary}{tail}"
