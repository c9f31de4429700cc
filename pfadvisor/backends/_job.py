"""What a backend is given, and what it gives back: pieces of source text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from pfadvisor.model import Mode

Want = Literal["list", "stream", "window", "futures"]
Captures = Literal["initializer", "function", "item"]
Sends = Literal["before", "block", "later"]


class Context(Protocol):
    """The file that the text goes into: how it spells imported and shared names there."""

    def spell(self, module: str, name: str) -> str:
        """Text that means `module.name` in the file; an import is added where needed."""

    def share(self, name: str, define: Callable[[str], str]) -> str:
        """Name of a module-level helper whose source is `define(its name)`, once per file."""


@dataclass(frozen=True, slots=True)
class Job:
    """One parallel run, in source text.

    want        list: all results at once, if all go well; stream: results in order, to be
                consumed once; window: (item, result) pairs in order, a bounded number ahead;
                futures: the same, of (item, what the result is taken from)
    earliest    the exception must be that of the earliest failing item
    discardable what was computed ahead may be thrown away, even killed
    bound       name for the pool or executor, free in the enclosing scope
    initializer function and its arguments, run once in each worker
    surroundings state of this process or machine that the work looks at (see Plan)
    exits       SystemExit can leave the work
    fresh       processes must not be forks of this one
    spread      an item is the tuple of the function's arguments
    """

    mode: Mode
    want: Want
    function: str
    source: str
    bound: str
    earliest: bool = False
    discardable: bool = True
    chunksize: int | None = None
    workers: str | None = None
    initializer: tuple[str, tuple[str, ...]] | None = None
    surroundings: tuple[str, ...] = ()
    exits: bool = False
    fresh: bool = False
    spread: bool = False


@dataclass(frozen=True, slots=True)
class Emission:
    """`header` is the line of a `with` statement around, "" for none; `expression` is the run.

    gives   list: a list; iterator: results in order; pairs: (item, result) in order;
            futures: (item, future) in order
    loop    the keyword of a `for` over it
    take    how a future's result is taken, "{}" being the future
    """

    header: str
    expression: str
    gives: Literal["list", "iterator", "pairs", "futures"]
    loop: Literal["for", "async for"] = "for"
    take: str = "{}.result()"


class Traits(NamedTuple):
    """What a target can do; the choice between targets rests on this alone.

    modes      what runs side by side
    wants      the forms of result it has for any legal plan; others only where it says so
    earliest   its list form raises the exception of the earliest failing item
    survives   a worker that dies, or an exception that does not unpickle, is an error, not a hang
    bound      name for the pool or executor, where it is free
    requires   distributions that the generated code imports
    rank       preference among those that can, lowest first
    captures   how a large capture reaches the workers: by an initializer, once with the function,
               or with each item
    elsewhere  its workers may be older than the loop, or on other machines
    sends      what a function holds goes to the workers before the first result, or later, with
               each item; "block": when its block is left, all of that is over
    spreads    its list form can call the function with the parts of an item
    """

    modes: frozenset[Mode]
    wants: frozenset[Want]
    earliest: bool
    survives: bool
    bound: str
    requires: tuple[str, ...] = ()
    rank: int = 10
    captures: Captures = "initializer"
    elsewhere: bool = False
    spreads: bool = False
    sends: Sends = "later"


def needs_fresh_workers(job: Job) -> str:
    """What `job` asks of its workers that older or remote ones do not have, "" for nothing."""
    if job.exits:
        return "SystemExit, which can leave the work, would end a worker"
    state = [each for each in job.surroundings if each != "file"]
    return f"the work looks at this process's {state[0]}" if state else ""


def spawning(context: Context) -> str:
    """The context whose processes begin anew, without the threads and locks of this one."""
    return f'{context.spell("multiprocessing", "get_context")}("spawn")'


def arguments(*parts: str | None) -> str:
    """A call's argument list from the parts that are there."""
    return ", ".join(part for part in parts if part)


def initargs(values: tuple[str, ...]) -> str:
    """The tuple of an initializer's arguments."""
    return f"({values[0]},)" if len(values) == 1 else f"({', '.join(values)})"
