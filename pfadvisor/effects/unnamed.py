"""Methods that a function may run through an operator, a builtin, an attribute or a loop.

Told from the code's form alone, by name: which object's method it is does not matter here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects import protocols
from pfadvisor.effects.calls import DUNDERS
from pfadvisor.effects.facts import Function, Instr
from pfadvisor.effects.implicit import COMPARED, HASH, TEXT, TRUTH
from pfadvisor.effects.walking import WALKING

WALK: Final = ("__iter__", "__next__", "__getitem__")
BY_NAME: Final = frozenset({"getattr", "hasattr"})
PLAIN_CALLS: Final = frozenset(
    [
        "abs",
        "bool",
        "bytes",
        "callable",
        "chr",
        "divmod",
        "float",
        "format",
        "hasattr",
        "hash",
        "id",
        "int",
        "isinstance",
        "issubclass",
        "len",
        "ord",
        "range",
        "repr",
        "round",
        "str",
    ]
)


def asked(function: Function) -> frozenset[str]:
    """Names of the methods and properties that may run."""
    return frozenset(name for instr in function.code for name in _asked_by(function, instr))


def _asked_by(function: Function, instr: Instr) -> Iterator[str]:
    op, args = instr.op, instr.args
    if op == "attr":
        yield args[1]
    elif op == "item":
        yield from ("__getitem__", "__missing__")
        yield from () if _plain(function, args[1]) else HASH
    elif op in ("elem", "star", "dstar", "unpack"):
        yield from () if _plain(function, args[0]) else WALK
    elif op in ("test", "assert"):
        yield from _of_truth(function, args[:1])
    elif op == "op":
        yield from _of_operator(function, args[0], args[1:])
    elif op == "call":
        yield from _of_call(function, instr)


def _of_truth(function: Function, values: tuple[int, ...]) -> Iterator[str]:
    for value in values:
        yield from () if _plain(function, value) else TRUTH


def _of_operator(function: Function, symbol: str, operands: tuple[int, ...]) -> Iterator[str]:
    if all(_plain(function, operand) for operand in operands):
        return
    if symbol in ("and", "or", "if", "not"):
        yield from _of_truth(function, operands)
    elif symbol in ("in", "not in"):
        yield from ("__contains__", *WALK, *HASH)
    elif symbol == "fmt":
        yield from TEXT
    elif symbol in COMPARED:
        yield from COMPARED[symbol]
    elif symbol in DUNDERS:
        yield from (DUNDERS[symbol], DUNDERS[symbol].replace("__", "__r", 1))
        yield from (*TEXT, "__getitem__", "__missing__") if symbol == "%" else ()


def _of_call(function: Function, instr: Instr) -> Iterator[str]:
    callee = function.code[instr.args[0]]
    name = callee.args[0] if callee.op == "name" else callee.args[1] if callee.op == "attr" else ""
    given = [value for _, _, value in instr.args[1]]
    if callee.op == "attr" and name in ("format", "join"):
        yield from TEXT
    if all(_plain(function, value) for value in given):
        return
    yield from (*protocols.of_arguments(name), *protocols.of_elements(name))
    yield from WALK if name in WALKING else ()
    for value in given[1:2] if name in BY_NAME else ():
        yield str(function.code[value].args[0])


def _plain(function: Function, value: int) -> bool:
    """Whether the form shows that it is of a builtin type which runs no code of the project."""
    instr = function.code[value]
    if instr.op == "op":
        return instr.args[0] in (*COMPARED, "fmt", "not", "in", "not in", "is", "is not")
    if instr.op != "call":
        return instr.op == "const"
    callee = function.code[instr.args[0]]
    return callee.op == "name" and callee.args[0] in PLAIN_CALLS
