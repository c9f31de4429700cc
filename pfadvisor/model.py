"""The values that pass between stages: frozen, slotted, picklable, no behaviour.

Rows and columns are 1-based, columns count code points, ends are exclusive.
Seconds are floats; intervals are (low, high).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

Verdict = Literal["parallel", "pipeline", "review", "serial"]
Worth = Literal["yes", "no", "depends"]
Kind = Literal["cpu", "io", "async", "mixed"]
Gil = Literal["held", "released", "mixed"]
Form = Literal["for", "async-for", "list", "set", "dict", "generator", "call"]
Pattern = Literal[
    "map", "filter-map", "flat-map", "foreach", "keyed-store", "index-store", "reduction",
    "min-max", "search", "nest", "pipeline",
]  # fmt: skip
Stage = Literal["head", "compute", "commit"]
Applicability = Literal["safe", "unsafe", "display"]
DependenceKind = Literal["flow", "anti", "output", "control"]
Mode = Literal["processes", "threads", "async"]


class Span(NamedTuple):
    row: int
    column: int
    end_row: int
    end_column: int


class Location(NamedTuple):
    filename: str
    span: Span


@dataclass(frozen=True, slots=True)
class Access:
    """One read or write of a place. `chain` is the call path from the loop to it, outermost first."""

    place: str
    write: bool
    location: Location
    chain: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class Dependence:
    """Two accesses that may touch one place in different iterations (`carried`) or in one."""

    kind: DependenceKind
    source: Access
    sink: Access
    carried: bool
    distance: int | None = None


@dataclass(frozen=True, slots=True)
class Assumption:
    """What must be true and was not proved: `name:subject`."""

    name: str
    subject: str
    message: str
    location: Location


@dataclass(frozen=True, slots=True)
class Related:
    location: Location
    message: str


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why a loop is serial: a rule of family 2xx with the places that prove it."""

    code: str
    name: str
    message: str
    location: Location
    related: tuple[Related, ...] = ()
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """One summand of a prediction: what it is, its seconds, where the figure comes from."""

    name: str
    seconds: tuple[float, float]
    origin: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What a profile says of a loop: how often it was entered, its iterations over the whole
    program, their seconds, and those that the rewrite is predicted to save."""

    entries: int
    iterations: int
    seconds: float
    saves: tuple[float, float]


class Outlook(NamedTuple):
    """The predicted gain for some number of workers and iterations."""

    workers: int
    iterations: int
    speedup: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Profit:
    """`constants`: whose figures; `break_even_later`: in a program that has used pools before."""

    worth: Worth
    iterations: int | None
    seconds_per_iteration: tuple[float, float]
    break_even: int | None
    speedup: tuple[float, float]
    workers: int
    terms: tuple[Term, ...] = ()
    reason: str = ""
    likely: float = 0.0
    constants: str = ""
    measured: Measured | None = None
    outlooks: tuple[Outlook, ...] = ()
    break_even_later: int | None = None

    @property
    def short(self) -> bool:
        """Whether the loop is known to have fewer iterations than pay."""
        if self.iterations is None:
            return False
        return self.break_even is None or self.break_even > self.iterations


@dataclass(frozen=True, slots=True)
class Edit:
    span: Span
    content: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Complete in itself: imports and functions that the loop's new text needs are edits too.
    Fixes of one file may insert at one place; what they share is then inserted once.
    `notes` say what is kept, and what is different where nobody should be able to tell."""

    applicability: Applicability
    message: str
    edits: tuple[Edit, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LoopId:
    """A loop's identity in its file. `span` is its statement or comprehension."""

    filename: str
    form: Form
    ordinal: int
    for_row: int
    for_column: int
    span: Span
    header: str
    enclosed_by: int | None = None


@dataclass(frozen=True, slots=True)
class Granule:
    """A stretch of the loop's source that belongs to one stage.

    statement   a whole statement of the body or of a split branch; a `try` but for its `else`
    test        the condition of an `if` that was split (its branches hold further granules)
    hole        an expression inside a statement of the *commit* stage, whose granule comes before,
                that compute evaluates; `name` carries its value, "" lets the rewrite choose
    row         the iterable of a split inner `for`: compute lists its results, commit uses them

    What is split has no granule of its own, only those of its test and suites. Every other
    statement, nested or not, is covered by exactly one granule.
    """

    kind: Literal["statement", "test", "hole", "row"]
    span: Span
    stage: Stage
    name: str = ""


@dataclass(frozen=True, slots=True)
class Input:
    """A name that compute reads and does not define.

    target    bound by the loop's header, or (head) by a head statement: by each iteration anew
    capture   a local of the enclosing function, the same in all iterations
    global    a module-level name that changes after import: passed as an argument under processes
    unsure    it may have no value when the loop starts; sized: `len` takes it
    """

    name: str
    origin: Literal["target", "head", "capture", "global"]
    annotation: str | None = None
    large: bool = False
    unsure: bool = False
    sized: bool = False


@dataclass(frozen=True, slots=True)
class Accumulator:
    """Where commit collects. `name` is the source text of the object (`out`, `self.rows`).

    op        append | extend | add | update | store | fold
    empty     proved fresh and empty when the loop starts
    init      span of the statement that creates it directly before the loop, if it may be replaced
    dead      nobody can look at it if the loop ends by an exception
    """

    name: str
    op: Literal["append", "extend", "add", "update", "store", "fold"]
    kind: Literal["list", "set", "dict", "scalar", "other"]
    empty: bool
    dead: bool
    init: Span | None = None


PrivateKind = Literal["list", "set", "dict", "slots", "int", "Counter"]


class Private(NamedTuple):
    """A local, or `local.attribute`, that collects: each iteration fills one that is `made` so."""

    name: str
    kind: PrivateKind
    made: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """What is known of the iterable. `reiterable`: evaluating and iterating it twice gives the
    same items and has no effect. `sized`: so does iterating its value twice. `counted`: it may give
    far more numbers than a loop that ends early looks at."""

    reiterable: bool
    sized: bool
    finite: bool
    literal_length: int | None = None
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything `rewrite` needs to know of a loop, in spans and names.

    statement      what is replaced: the loop, or the simple statement around a comprehension
    target, iterable   spans in the loop's header; for a comprehension those of its first `for`
    granules       the stages of the body, in source order; empty for comprehensions
    nested         comprehensions: workers run all of it but the first `for`
    elements       comprehensions: spans evaluated by compute (element, or key and value);
                   tests stay with the source unless in `granules`
    handed         names that compute defines or changes, and commit or later code reads
    live_after     names of target and compute that are read after the loop
    call           (callee text, argument name) if compute is exactly one call of a function that
                   a fresh interpreter finds by name, with the loop's target alone
    collected      exceptions rule: forms that commit nothing of a failing call are legal
    builtin_errors only exceptions of builtin classes can leave compute
    lost_errors    exceptions that can leave compute and do not come out of a worker as they were
    repeated       spans of compute that commit repeats: it needs the very objects, not copies
    privates       accumulators that the worker fills for itself and commit joins
    surroundings   what workers elsewhere may not share and compute uses: "env", "cwd", "file" ...
    stops, exits   StopIteration can leave the head, SystemExit can leave compute
    overtaken      commit may fail before the work that stands in it does
    left_behind    an unknown method that compute calls for what it does to the parent's object
    fresh          processes must not be forks: the program may have threads when the loop begins
    handled        an exception of the loop is handled in the enclosing function
    pure           compute may be run ahead and thrown away
    raises         an exception can leave compute, after what its iteration commits before it
    leaves_early   commit contains break or return
    function       qualified name of the enclosing function, "" at module level; class_name: if a method
    definition     span of the outermost enclosing definition: the worker goes above it
    guarded, imported   it stands under `if __name__ == "__main__"`; an import of the module runs it
    growing        captures, or `name.attribute`, that commit changes while they are sent
    stated         annotations of what functions of other modules return, by how they are called
    """

    loop: LoopId
    mode: Mode
    pattern: Pattern
    statement: Span
    target: Span
    iterable: Span
    granules: tuple[Granule, ...]
    elements: tuple[Span, ...]
    tests: tuple[Span, ...]
    inputs: tuple[Input, ...]
    handed: tuple[str, ...]
    live_after: tuple[str, ...]
    accumulators: tuple[Accumulator, ...]
    source: Source
    call: tuple[str, str] | None
    collected: bool
    builtin_errors: bool
    handled: bool
    pure: bool
    leaves_early: bool
    function: str
    class_name: str | None
    definition: Span | None
    guarded: bool
    is_async: bool
    imported: bool
    chunksize: int | None = None
    raises: bool = True
    lost_errors: tuple[str, ...] = ()
    privates: tuple[Private, ...] = ()
    surroundings: tuple[str, ...] = ()
    stops: bool = False
    exits: bool = False
    fresh: bool = False
    left_behind: str = ""
    overtaken: bool = False
    repeated: tuple[Span, ...] = ()
    stated: tuple[tuple[str, str], ...] = ()
    growing: tuple[str, ...] = ()
    nested: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one loop; `plan` is None for serial ones, `accepted` is on the user's word."""

    loop: LoopId
    verdict: Verdict
    pattern: Pattern | None
    kind: Kind | None
    gil: Gil | None
    backend: str | None
    assumptions: tuple[Assumption, ...]
    blockers: tuple[Blocker, ...]
    profit: Profit | None
    dependences: tuple[Dependence, ...] = ()
    stages: tuple[Granule, ...] = ()
    plan: Plan | None = None
    notes: tuple[str, ...] = ()
    advice: str = ""
    accepted: tuple[Assumption, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of a report. `judgement` is None for families 3xx and 4xx."""

    code: str
    name: str
    message: str
    filename: str
    span: Span
    noqa_row: int
    fix: Fix | None = None
    fix_refused: str = ""
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A file that could not be analysed; `row` and `column` are 0 where unknown."""

    filename: str
    message: str
    row: int = 0
    column: int = 0


class Skipped(NamedTuple):
    filename: str
    reason: str


class Idle(NamedTuple):
    """Something that the user states, at a place or in the configuration, and nothing uses."""

    where: str
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a run. `findings` are those to show; `hidden` counts the rest by verdict."""

    findings: tuple[Finding, ...]
    failed: tuple[Failed, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    files: int = 0
    loops: int = 0
    hidden: tuple[tuple[str, int], ...] = ()
    work: tuple[tuple[str, int], ...] = ()
    idle: tuple[Idle, ...] = ()
