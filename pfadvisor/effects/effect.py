"""The closed vocabulary of the knowledge tables: what one callable does.

A line of a table is an `Effect`. Its keys are the fields below, its words the
sets below; anything else is an error that names file and key. Arguments are
named; `args` gives their order wherever a field names one. What a line does
not mention it denies: no `writes` means it writes nothing. Every argument is
taken to be read in depth. A callable without a line is unknown: worst case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RESOURCES: Final[dict[str, str]] = {
    "stdout": "the order of what the process prints",
    "stderr": "the order of what the process prints on standard error",
    "stdin": "standard input",
    "log": "log records, in order",
    "file": "the contents of files; `file:ARG` is the file that ARG names or is",
    "network": "a remote peer; reading is a GET-like request, writing anything else",
    "process": "child processes and their effects; `process:ARG`",
    "env": "environment variables",
    "cwd": "the working directory",
    "clock": "the time of day and monotonic clocks",
    "rng": "the interpreter's shared random generator",
    "entropy": "random bytes from the operating system; two draws never conflict",
    "db": "a database",
    "lock": "a lock or another means of synchronisation",
    "signal": "signal handlers, timers and masks",
    "locale": "the process's locale",
    "warnings": "warning filters and registries",
    "interpreter": "interpreter-wide settings: recursion limit, hooks, gc, import system",
    "context": "the settings of the running thread that arithmetic goes by: decimal, numpy",
    "worker": "what differs from one thread or process to another: context variables, "
    "thread-locals, identities, hashes of text",
    "set-order": "the order in which sets of text and the like keep their items",
    "threads": "threads, pools and event loops that are started or stopped",
    "memory": "shared or mapped memory",
    "terminal": "the state of the terminal",
    "ipc": "queues, pipes and other channels to other processes or threads",
}

COSTS: Final[dict[str, tuple[float, float]]] = {
    "ns": (2e-8, 3e-7),
    "us": (3e-7, 1e-5),
    "100us": (1e-5, 3e-4),
    "ms": (3e-4, 1e-2),
    "100ms": (1e-2, 3e-1),
    "s": (3e-1, 1e1),
}

BLOCKS: Final[dict[str, tuple[float, float]]] = {
    "disk": (5e-5, 1e-2),
    "network": (5e-3, 1.0),
    "process": (2e-3, 1.0),
    "sleep": (1e-3, 1.0),
    "db": (3e-4, 1e-1),
    "lock": (1e-6, 1e-1),
    "user": (1.0, 1e2),
}

GIL: Final = frozenset({"held", "released"})


@dataclass(frozen=True, slots=True)
class Effect:
    """One callable, as a table states it.

    args           parameter names in positional order; "*" before keyword-only ones, "*x" for a
                   variadic. Needed as soon as another field names an argument
    reads, writes  argument names, "self", resources, or "resource:argument"
    uses           argument names or "self": objects that the call works through and that remember
                   it (the connections and cookies of a client). Whether several threads may do so
                   at once, and in any order, is left to the assumption thread-safe
    calls          arguments that are called back, or lists and dictionaries of such; "self" for
                   what the receiver holds, "self.NAME" for what it was made with as NAME
    hooks          methods of "self", by name or pattern ("visit_*"), that are called on it with
                   parts of the arguments: what subclasses override; "ARG.NAME" for a method of
                   the instance that the line makes of the class ARG
    iterates       arguments that are iterated over (advances them if they are iterators)
    orders         arguments whose items' order shows in the result; where there is a `key`, with it
    pairs          arguments that are a mapping or give pairs of a key and a value: of those, that
                   the line keeps or its result has, keys become keys and values values (dict)
    keeps          arguments that "self" refers to afterwards (list.append)
    returns        type of the result: "str", "list[str]", "tuple[str, int]", "self", "None", a class
                   of any module ("pathlib.Path"), "elem:ARG", "type:ARG", "A | B"; absent: unknown.
                   "tuple[each:ARG]": one part for each argument behind a `*`, what it yields.
                   "tuple[made:ARG, …]": first what the callable makes, then items or a group of them
    result_is      the result may be this very argument (or "self")
    result_has     the result is new, and refers to these arguments or to what they contain
    result_part    the result is something that lives inside these arguments (or "self")
    result_reach   the result is, or holds, anything that these arguments lead to
    acquires       the result names what is there until it is given back: a descriptor, a folder
    raises         exception classes that can leave it; absent: any builtin one; []: none
    blocks         what it waits for, one of BLOCKS
    gil            held or released (released: other threads run meanwhile)
    gil_above      size in bytes of the argument named by `scales` from which it is released
    cost           class of CPU time of one call, or with `scales` per element
    scales         arguments by whose size the cost is multiplied
    thread_safe    methods: may be called on one receiver from several threads at once
    picklable      whether the result pickles; absent: as its type says
    special        name of a function in effects/special.py that refines the line by the call's arguments
    unknown        an honest "we do not know": treated as if the line were absent
    note           where the line comes from, if not from the documentation
    """

    args: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    iterates: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    pairs: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    returns: str = ""
    result_is: tuple[str, ...] = ()
    result_has: tuple[str, ...] = ()
    result_part: tuple[str, ...] = ()
    result_reach: tuple[str, ...] = ()
    acquires: bool = False
    raises: tuple[str, ...] | None = None
    blocks: str = ""
    gil: str = "held"
    gil_above: int = 0
    cost: str = "us"
    scales: tuple[str, ...] = ()
    thread_safe: bool = False
    picklable: bool | None = None
    special: str = ""
    unknown: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class TypeTraits:
    """One class, as a table states it (`[types]`).

    bases        other classes of tables whose methods it has
    whole        the lines are all that instances have: reading any other name raises
    mutable      whether instances change; immutable ones have no places to write
    picklable    whether instances pickle and the copy is as good as the original
    copy_differs picklable, but the copy is another thing (StringIO): never sent
    thread_safe  all methods may be called on one instance from several threads at once
    iterates     type of what a loop over it yields
    one_shot     iterating consumes it (files, iterators)
    new_items    what a loop over it yields is made for that turn, and nobody else has it
    item         type of `x[k]`
    grows        `x[k] = v` may change its attributes, too (a table gets rows and columns)
    attributes   types of plain attributes, "name" -> type
    inside       the attribute that shows all that an instance holds (UserDict.data)
    context      type of what `with` binds; "self" for the object itself
    shared       instances stand for one resource, e.g. "file", "network", "db"
    shares       slices, items and attributes of an instance may be views that share its contents,
                 as may instances of other such classes
    """

    bases: tuple[str, ...] = ()
    whole: bool = False
    mutable: bool = True
    picklable: bool = True
    copy_differs: bool = False
    thread_safe: bool = False
    iterates: str = ""
    one_shot: bool = False
    new_items: bool = False
    item: str = ""
    grows: bool = False
    attributes: tuple[tuple[str, str], ...] = ()
    inside: str = ""
    context: str = ""
    shared: str = ""
    shares: bool = False
    note: str = ""
