"""One run of a plan as text: the backend chosen, the source named twice where it must be."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pfadvisor.backends._choice import choose, load
from pfadvisor.backends._job import Emission, Job, Sends, Traits, Want
from pfadvisor.model import Edit, Plan, Span
from pfadvisor.rewrite.context import FileContext
from pfadvisor.rewrite.hoist import given_executor, may_be_older, outer_loop, pool_in_scope, wrapped
from pfadvisor.rewrite.layout import argument, closed_up, fitted, standing
from pfadvisor.rewrite.refusal import Refused
from pfadvisor.rewrite.scope import enclosing_function, loads
from pfadvisor.rewrite.shape import repeatable
from pfadvisor.rewrite.text import moved

_ORIGINS = frozenset({"__cause__", "__context__", "__traceback__", "with_traceback"})


_KEPT = "keeps the results, their order and the order of what the loop writes"


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller decides: `backend` by name or "auto", `workers` an expression,
    `threshold` the number of items from which on the rewrite is to be taken, 0 for always."""

    backend: str = "auto"
    workers: str | None = None
    width: int = 88
    threshold: int = 0


@dataclass(frozen=True, slots=True)
class Rewritten:
    """Edits of the loop itself, and what it was turned into, in words.

    `condition` is what must hold of the workers and cannot be seen in the program; `notes` see Fix.
    """

    edits: tuple[Edit, ...]
    backend: str
    summary: str
    condition: str = ""
    notes: tuple[str, ...] = ()


class Emitter:
    """Text of one run; `prelude` collects statements that come before it."""

    def __init__(
        self, context: FileContext, plan: Plan, options: Options, source: str, node: ast.expr | None
    ) -> None:
        """`node` is the source's expression where it stands in the file as such."""
        self.context, self.plan, self.options = context, plan, options
        self.text, self.unit = context.text, context.text.unit
        self.base = self.text.indent(plan.statement.row)
        self.source, self.node = argument(source), node
        self.prelude: list[str] = []
        if "\n" in self.source:
            self.name_source(self.source)
        self.initializer: tuple[str, tuple[str, ...]] | None = None
        self.emission = Emission("", "", "list")
        self.backend, self.spread = "", False
        self.grows = ""
        self.notes: tuple[str, ...] = ()
        self.given = ""
        self.outer: ast.For | ast.While | None = None

    @property
    def once_more(self) -> bool:
        """Whether the source can be had twice, be it by way of a list."""
        known = self.plan.source
        return known.finite and (known.reiterable or self.plan.collected)

    def doubled(self) -> None:
        """Make the source a text that may stand twice."""
        if self.node is not None and self.plan.source.reiterable and repeatable(self.node):
            return
        if self.prelude:
            self.prelude.append(f"{self.base}{self.source} = list({self.source})")
            return
        listed = self.source.startswith("[") or self.plan.source.sized
        self.name_source(self.source if listed else f"list({self.source})")

    def over(self, source: str) -> Emitter:
        """One of what is made of this source, which gets its name first."""
        made = Emitter(self.context, self.plan, self.options, source, None)
        made.prelude = [*self.prelude, *made.prelude]
        return made

    def name_source(self, value: str) -> None:
        """Give the source a name before the run."""
        if "\n" in value and self.node is not None:
            lines = self.text.cut(self.text.span(self.node))
            value = "\n".join(moved(lines, self.text.indent(self.node.lineno), self.base))
        name = self.context.local("items")
        width, head = self.options.width, f"{self.base}{name} = "
        value = standing(closed_up(value, width - len(head)), self.base, self.unit, width)
        self.prelude = fitted(f"{head}{value}", self.unit, width)
        self.source, self.node = name, ast.Name(name)

    def emit(self, want: Want, function: str, earliest: bool) -> Emission:
        self._refuse()
        job = self._job(want, function, earliest)
        self.backend, reason = choose(self.plan, job, self._wanted(job))
        if reason:
            raise Refused(reason)
        target = load(self.backend)
        self._check_captures(target.TRAITS)
        job = replace(job, bound=self.context.local(target.TRAITS.bound))
        self.emission = self._placed(job, target.emit(job, self.context))
        if self.grows and self.emission.gives != "list" and target.TRAITS.sends != "before":
            self.emission = self._finished(self.emission, target.TRAITS.sends)
        self.notes = (_KEPT, *_notes(job, target.TRAITS))
        return self.emission

    def spreads(self, want: Want, earliest: bool) -> bool:
        """Whether the items could be handed out as the arguments of a function."""
        job = self._job(want, "", earliest)
        name, _ = choose(self.plan, job, self._wanted(job))
        return bool(name) and want == "list" and not earliest and load(name).TRAITS.spreads

    def _job(self, want: Want, function: str, earliest: bool) -> Job:
        plan = self.plan
        chunk = plan.chunksize if plan.collected else None
        job = Job(plan.mode, want, function, self.source, "", earliest, plan.pure, chunk)
        job = replace(job, workers=self.options.workers, initializer=self.initializer)
        job = replace(job, surroundings=plan.surroundings, exits=plan.exits, fresh=plan.fresh)
        return replace(job, spread=self.spread)

    def _wanted(self, job: Job) -> str:
        """The backend that is asked for; an executor that the function is given asks for its own."""
        asked = self.options.backend
        if asked in ("auto", "futures") and may_be_older(job) and not self.options.threshold:
            self.given = given_executor(self.context.path)
        return "futures" if self.given else asked

    def _placed(self, job: Job, emission: Emission) -> Emission:
        """The run with its pool where it is made once, if there is a loop around."""
        made = re.fullmatch(r"with (.*) as \w+:", emission.header)
        if made is None or self.options.threshold or not may_be_older(job):
            return emission
        known = self.given or pool_in_scope(self.text, self.context.path, made[1])
        if known:
            again = load(self.backend).emit(replace(job, bound=known), self.context)
            return replace(again, header="")
        self.outer = outer_loop(self.text, self.context.path, emission.header)
        return emission

    def _finished(self, emission: Emission, sends: Sends) -> Emission:
        """The run to its end before the commit changes what goes with the items: its own block
        waits for it. Not where the pool is that of others, nor where items are sent one by one."""
        if not emission.header or sends != "block" or emission.gives != "iterator":
            raise Refused(f"workers would be sent {self.grows!r} while it changes")
        name, self.outer = self.context.local("results"), None
        self.prelude += fitted(self.base + emission.header, self.unit, self.options.width)
        line = f"{self.base}{self.unit}{name} = {emission.expression}"
        self.prelude += fitted(line, self.unit, self.options.width)
        return replace(emission, header="", expression=name)

    def named(self, emission: Emission) -> tuple[list[str], Emission]:
        """A call of a call has no place in a loop's header if it is long: it gets its own row."""
        nested = emission.gives == "list" and not emission.header
        if not nested or len(emission.expression) < self.options.width:
            return [], emission
        name = self.context.local("results")
        rows = self.line(f"{name} = {emission.expression}")
        return rows, replace(emission, expression=name)

    def rewritten(self, edits: Sequence[Edit], summary: str) -> Rewritten:
        far = load(self.backend).TRAITS.elsewhere and "file" in self.plan.surroundings
        condition = "if its workers see the same files" if far else ""
        joined, made = self._joined(), list(edits)
        if self.outer is not None:
            header, width = self.emission.header, self.options.width
            made = wrapped(self.text, self.outer, header, edits, width)
        elif joined is not None:
            made.insert(0, joined)
        return Rewritten(tuple(made), self.backend, summary, condition, self.notes)

    def _check_captures(self, traits: Traits) -> None:
        large = [given.name for given in self.plan.inputs if given.large]
        if large and traits.captures == "item":
            raise Refused(f"{self.backend} would send {large[0]!r}, which is large, with each item")

    def _refuse(self) -> None:
        lost = self.plan.lost_errors
        if "StopIteration" in lost and self.plan.mode != "async":
            raise Refused("StopIteration would leave a worker as another exception")
        if self.plan.exits and self.plan.mode == "async":
            raise Refused("SystemExit in a task ends the event loop, whoever would handle it")
        if lost and self.plan.mode == "processes":
            name = lost[0].rpartition(":")[2]
            raise Refused(f"{name}, which can leave the work, may not survive pickling")
        if self.plan.handled and self.plan.mode == "processes" and self._asks_origins():
            raise Refused("a handler here asks where an exception came from")

    def _asks_origins(self) -> bool:
        around = enclosing_function(self.context.path) or self.text.tree
        return any(isinstance(n, ast.Attribute) and n.attr in _ORIGINS for n in ast.walk(around))

    @property
    def inside(self) -> str:
        """Indentation of what stands in the `with` block, if there is one of its own."""
        own = self.emission.header and self._joined() is None and self.outer is None
        return self.base + (self.unit if own else "")

    def _joined(self) -> Edit | None:
        """The edit that puts the pool into the `with` statement around, which holds nothing else."""
        header = re.fullmatch(r"with (.*):", self.emission.header)
        at = next(n for n in reversed(range(len(self.context.path))) if self._is_statement(n))
        around = self.context.path[at - 1]
        if header is None or not isinstance(around, ast.With) or self.prelude:
            return None
        if self.options.threshold or self.outer is not None:
            return None
        last = self.text.span(around.items[-1].optional_vars or around.items[-1].context_expr)
        row, rest = self.text.row(last.end_row), self.text.row(last.end_row)[last.end_column - 1 :]
        fits = len(row) + len(header[1]) + 2 <= self.options.width
        if len(around.body) > 1 or rest != ":" or last.end_row != around.lineno or not fits:
            return None
        place = Span(last.end_row, last.end_column, last.end_row, last.end_column)
        return Edit(place, f", {header[1]}")

    def _is_statement(self, number: int) -> bool:
        return isinstance(self.context.path[number], ast.stmt)

    def line(self, code: str) -> list[str]:
        return fitted(self.inside + code, self.unit, self.options.width)

    def statement(self, lines: list[str], comment: str = "") -> str:
        """The text that replaces the statement; its first row is already indented.

        `comment` goes to the end of the first line that is not `prelude`.
        """
        header: list[str] = []
        if self.inside != self.base:
            header = fitted(self.base + self.emission.header, self.unit, self.options.width)
        first, *rest = [*header, *lines]
        return "\n".join([*self.prelude, first + comment, *rest])[len(self.base) :]

    def unused(self) -> str:
        """A name for a value that nobody reads."""
        around = enclosing_function(self.context.path) or self.text.tree
        return "_" if "_" not in loads(around) else self.context.local("_unused")


def _notes(job: Job, traits: Traits) -> Iterator[str]:
    """What becomes of exceptions, and what the items go through."""
    if job.want != "list" or job.earliest or traits.earliest:
        yield "keeps the exception: that of the first item that fails"
    else:
        yield "where several items fail, the exception may be that of any of them"
    if job.mode == "processes":
        yield "items, results and exceptions are pickled: workers get copies"
    elif job.mode == "threads":
        yield "the work runs in threads of this process, on the same objects"
    if not job.discardable:
        yield "when an item fails, later ones may have been worked on already"
