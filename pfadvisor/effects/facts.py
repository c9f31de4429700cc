"""Facts: what one file says, in single-assignment form, without tree nodes.

Every scope (module, class body, function, lambda) becomes a `Function` whose
`code` is a list of instructions; the index of an instruction is the name of
its value. Local names are gone: each use points at the definition that
reaches it, `phi` joins definitions where control flow joins, `loopphi` stands
at the head of a loop for "before the first, or from the iteration before".
Facts pickle, depend on one file's bytes alone, and hold no other file's facts.

Operations (arguments that are ints are values unless said otherwise):

const value · param i · unbound · phi v… · loopphi v… (first from before the loop)
name id           reads a module-level or builtin name (id is a str)
builtin id        reads a builtin whose name the module has not bound yet
free id           reads a variable of an enclosing function
attr v name · item v sub · slice lo hi step · call f ((kind, name, v)…) kind: pos kw star dstar
op symbol v…      operators; "+=" and the like may work in place; "fmt" is an f-string, its
                texts among the values, and each field with a spec: value, "!conversion", spec
display kind v…   list tuple set dict (dict: k v k v…) · star v · dstar v
comp kind loop v… result of a comprehension over its loop (index into Function.loops)
elem v            what a loop over v binds · unpack v i · func index · class index
import module name level     name "" binds the module
enter v · exit v · await v · yield v · delegated v (what `yield from` gives) · caught v…
setattr v name x · setitem v sub x · delattr v name · delitem v sub
setname id x      a module-level or class-level name is bound (also: `global` in a function)
bind id x         a local gets this value (in loops; the value itself is what later uses name)
setcell id x      a local that nested functions read, or `nonlocal`
ret v · raise v… · break · continue · delname id · assert v… · iter v · test v
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from pfadvisor.effects.environments import Visible
from pfadvisor.model import Form, Span

JOINS: Final = frozenset({"phi", "loopphi"})
CHOOSING: Final = frozenset({"and", "or", "if"})  # operators that give one of their operands


class Instr(NamedTuple):
    op: str
    args: tuple[Any, ...]
    span: Span
    stmt: int


def last_name(instr: Instr) -> str:
    """The last part of a name that is read, "" for anything else."""
    return str(instr.args[-1]) if instr.op in ("name", "free", "attr") else ""


class Stmt(NamedTuple):
    """`block` is the block it stands in; `header` ends where its own expressions end."""

    kind: str
    span: Span
    block: int


class Block(NamedTuple):
    """A suite. `owner` is the compound statement, -1 for the body of the scope itself.

    role: body, then, else, loop, loopelse, try, handler, tryelse, finally, with, case, comp
    test: value of the condition, -1 where there is none
    """

    owner: int
    role: str
    test: int = -1


class Param(NamedTuple):
    name: str
    kind: str  # pos, kwonly, star, dstar, posonly
    annotation: str
    default: str  # type of a constant or display default, "?" for another, "" for none


class Loop(NamedTuple):
    """`start` to `end` are the instructions of the loop, header included; those of one
    iteration begin at `body`. `phis` are the loopphis at its head, by name."""

    form: Form
    span: Span
    for_row: int
    for_column: int
    target: Span
    iterable: Span
    header: str
    stmt: int
    block: int
    start: int
    body: int
    end: int
    source: int
    elem: int
    phis: tuple[tuple[str, int], ...]
    target_names: tuple[tuple[str, int], ...]
    has_else: bool
    parents: tuple[int, ...]  # enclosing loops of the same function, outermost first
    elements: tuple[Span, ...] = ()
    tests: tuple[Span, ...] = ()
    generators: int = 1
    visible: Visible = Visible()  # locals and their values as an iteration begins
    ordinal: int = -1


class Function(NamedTuple):
    """`parent` and `owner_class` are indices into ModuleFacts, -1 for none."""

    name: str
    qualname: str
    kind: str  # module, class, function, lambda
    parent: int
    owner_class: int
    params: tuple[Param, ...]
    decorators: tuple[str, ...]
    returns: str
    is_async: bool
    is_generator: bool
    span: Span
    code: tuple[Instr, ...]
    stmts: tuple[Stmt, ...]
    blocks: tuple[Block, ...]
    loops: tuple[Loop, ...]
    globals: frozenset[str]
    cells: frozenset[str]
    locals: frozenset[str]
    annotations: tuple[tuple[int, str], ...]  # value -> annotation of an AnnAssign
    phi_names: tuple[tuple[int, str], ...]  # joins -> the local they join
    docstring: bool
    pure_mark: bool = False
    unreached: tuple[tuple[int, int], ...] = ()  # instructions that no supported Python runs
    defaults: tuple[tuple[int, int], ...] = ()  # parameter -> value in the scope of the definition

    def attributes(self) -> Iterator[tuple[str, int]]:
        """What the body of a class binds, or a method sets on its first parameter: names, values."""
        for instr in self.code:
            if self.kind == "class" and instr.op == "setname":
                yield instr.args
            elif self.kind != "class" and instr.op == "setattr":
                base = self.code[instr.args[0]]
                if base.op == "param" and base.args[0] == 0:
                    yield instr.args[1], instr.args[2]

    def reached(self, order: Sequence[int]) -> Sequence[int]:
        never = {i for start, end in self.unreached for i in range(start, end)}
        return [i for i in order if i not in never] if never else order


class Class(NamedTuple):
    name: str
    qualname: str
    bases: tuple[str, ...]  # dotted source text
    methods: tuple[tuple[str, int], ...]  # name -> function, later definitions win
    decorators: tuple[str, ...]
    body: int  # its Function
    fields: tuple[tuple[str, str], ...]  # annotated names of the body
    local: bool  # defined inside a function
    span: Span
    keywords: tuple[str, ...] = ()
    metaclass: str = ""
    by_identity: bool = False  # whether a decorator may be told to leave out equality by value
    frozen: bool = False  # whether a decorator may be told that no attribute is ever set


class ModuleFacts(NamedTuple):
    """`imports`: module-level names bound by imports -> (module, name or "", level)."""

    filename: str
    name: str
    is_package: bool
    functions: tuple[Function, ...]
    classes: tuple[Class, ...]
    imports: tuple[tuple[str, tuple[str, str, int]], ...]
    star_imports: tuple[tuple[str, int], ...]
    names: frozenset[str]
    rebound: frozenset[str]  # module-level names bound more than once, or by a function
    guard: tuple[Span, ...]  # suites under `if __name__ == "__main__"`
    ascii: bool
