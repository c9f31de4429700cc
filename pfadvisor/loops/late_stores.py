"""Stores into a list that may wait until the iteration is over.

`sizes[i] = len(text)` in a `with` or `try`: a slot that is not there is found out when the parent
stores. That is as good if the store is the last that the iteration does, and nothing around it
would have noticed.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final

from pfadvisor.effects.program import operands
from pfadvisor.effects.values import parse_type
from pfadvisor.loops.nodes import Body

MISSES: Final = frozenset({"IndexError", "LookupError", "Exception", "BaseException"})
CLOSING: Final = frozenset(  # they do the same however the block ends
    {
        "bz2.BZ2File",
        "contextlib.closing",
        "decimal._ContextManager",
        "gzip.GzipFile",
        "http.client.HTTPResponse",
        "lzma.LZMAFile",
        "mmap.mmap",
        "socket.socket",
        "zipfile.ZipExtFile",
    }
)
IDLE: Final = frozenset({"AnnAssign", "Assign", "Expr", "If", "Pass"})
QUIET: Final = frozenset({"const", "bind", "test"})
SUITES: Final = frozenset({"then", "else", "case", "with", "try", "tryelse", "handler"})


def may_wait(body: Body, store: int) -> bool:
    """Whether the store is the last of its iteration, with a number as the key."""
    code, stmts = body.function.code, body.function.stmts
    stmt = code[store].stmt
    later = any(code[i].stmt == stmt for i in range(store + 1, body.loop.end))
    if later or stmts[stmt].kind != "Assign":
        return False
    return body.ev.values[code[store].args[1]].types == {"int"} and _is_last(body, store, stmt)


def _is_last(body: Body, store: int, stmt: int) -> bool:
    """Whether nothing of the iteration that may fail, or that others see, comes after the
    statement, in whatever suites it is."""
    blocks, stmts, suites = body.function.blocks, body.function.stmts, body.whole.suites
    while _only_idle(body, _following(body, stmt)):
        if stmts[stmt].block == body.loop.block:
            return True
        block = blocks[stmts[stmt].block]
        roles = suites[block.owner]
        if block.role not in SUITES or "finally" in roles:
            return False
        if block.role == "try" and ("tryelse" in roles or _is_noticed(body, store, block.owner)):
            return False
        if block.role == "with" and not _only_closes(body, block.owner):
            return False
        stmt = block.owner
    return False


def _following(body: Body, stmt: int) -> list[int]:
    """The statements that come after one in its suite."""
    siblings = body.whole.children[body.function.stmts[stmt].block]
    return siblings[bisect_right(siblings, stmt) :]


def _only_idle(body: Body, stmts: list[int]) -> bool:
    """Whether the statements do no more than to name constants."""
    waiting, found = [*stmts], set[int]()
    while waiting:
        stmt = waiting.pop()
        if body.function.stmts[stmt].kind not in IDLE:
            return False
        found.add(stmt)
        branches = body.whole.branches.get(stmt, ())
        waiting += [inner for block in branches for inner in body.whole.children[block]]
    code = body.function.code
    mine = range(body.loop.body, body.loop.end) if found else ()
    return all(_is_quiet(body, i) for i in mine if code[i].stmt in found)


def _is_quiet(body: Body, i: int) -> bool:
    """Whether the instruction looks at nothing but constants, and no other function at it."""
    instr, function = body.function.code[i], body.function
    shown = instr.op == "bind" and instr.args[0] in function.cells | function.globals
    constant = all(function.code[v].op == "const" for v in operands(instr))
    return instr.op in QUIET and constant and not shown


def _only_closes(body: Body, owner: int) -> bool:
    code, entered = body.function.code, body.whole.entered_by.get(owner, ())
    types = [body.ev.values[code[i].args[0]].types for i in entered]
    heads = {parse_type(t)[0] for each in types for t in each or {"?"}}
    return bool(heads) and all(h in CLOSING or h.startswith("io.") for h in heads)


def _is_noticed(body: Body, store: int, owner: int) -> bool:
    """Whether a handler would see that the slot is not there, and not fail by it itself."""
    code, stmts = body.function.code, body.function.stmts
    for handler in body.whole.caught_by.get(owner, ()):
        types = code[handler].args
        if types and not any(_catches(body, value) for value in types):
            continue
        suite = body.whole.children[stmts[code[handler].stmt].block]
        if not _fails_too(body, store, [s for s in suite if stmts[s].kind != "ExceptHandler"]):
            return True
    return False


def _catches(body: Body, value: int) -> bool:
    instr, known = body.function.code[value], body.ev.values[value]
    if instr.op == "display" and instr.args[0] == "tuple":
        return any(_catches(body, v) for v in operands(instr))
    plain = bool(known.funcs) and known.recv is None
    return not plain or any(
        func[0] not in ("known", "class")
        or (func[0] == "known" and str(func[1]).split(".")[-1] in MISSES)
        for func in known.funcs
    )


def _fails_too(body: Body, store: int, suite: list[int]) -> bool:
    """Whether the handler does no more than to store a constant in the same slot."""
    code = body.function.code
    mine = [i for i in range(body.loop.body, body.loop.end) if code[i].stmt in suite]
    stores = [code[i] for i in mine if code[i].op == "setitem"]
    quiet = all(code[i].op in ("const", "setitem") or _is_signed(body, i) for i in mine)
    return len(suite) == len(stores) == 1 and quiet and stores[0].args[1] == code[store].args[1]


def _is_signed(body: Body, i: int) -> bool:
    """`-1`"""
    instr = body.function.code[i]
    signed = instr.op == "op" and instr.args[0] == "u-"
    return signed and body.function.code[instr.args[1]].op == "const"
