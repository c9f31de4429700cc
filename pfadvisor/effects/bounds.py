"""Declared types are bounds: what code in sight puts there may be of a class that derives from one.

Such a class may do more where it is looked at: a dictionary with defaults grows, and a subclass has
methods of its own. Its items are still what the declaration says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pfadvisor.effects.annotations import SPREADING, TYPING
from pfadvisor.effects.facts import CHOOSING, JOINS, Instr, ModuleFacts
from pfadvisor.effects.values import IMMUTABLE, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

Types = frozenset[str] | None
PLAIN: Final = IMMUTABLE | {"list", "dict", "set", "frozenset", "tuple", "bytearray", "?"}
DERIVABLE: Final = {"list", "dict", "set", "frozenset", "tuple", "str", "bytes"} | TYPING.keys()
LOOKING: Final = frozenset({"__iter__", "__getitem__", "__contains__", "__len__"})
EXACT: Final = frozenset({"const", "display", "comp", "func", "class"})


def joined(program: Program, declared: Types, held: Types) -> Types:
    """The declared types, and those of other classes that what is put there has."""
    if not declared or not held:
        return declared
    heads = {parse_type(t)[0] for t in declared}
    others = (t for t in held if _is_other(program, t, heads))
    return declared | {_with_parts(program, t, declared) for t in others}


def _is_other(program: Program, type_name: str, heads: set[str]) -> bool:
    """Whether it is a class that derives from a declared one, and no plain one."""
    head = parse_type(type_name)[0]
    if head in heads or head in PLAIN or program.one_shot(type_name):
        return False
    if any(":" in above and above in heads for above in program.above(head)):
        return False  # of a class of the program those that derive from it are looked for anyway
    return any(_derives_from(program, head, other) for other in heads)


def _derives_from(program: Program, head: str, other: str) -> bool:
    """Whether an instance may be where the other is declared, a class or what all such have."""
    above = {b for base in program.above(head) for b in program.knowledge.lineage(base)}
    if program.is_mapping(other):
        return program.is_mapping(head)
    return other in above or other in SPREADING


def _with_parts(program: Program, type_name: str, declared: frozenset[str]) -> str:
    """A container's type with the parts that are declared of what it derives from."""
    head = parse_type(type_name)[0]
    for name in sorted(declared):
        base, parts = parse_type(name)
        alike = program.is_mapping(head) == program.is_mapping(base)
        if parts and alike and base != "tuple" and _derives_from(program, head, base):
            return f"{head}[{', '.join(parts)}]"
    return type_name


def choices(code: tuple[Instr, ...], value: int) -> Iterator[int]:
    """The values that may be the value, but for those that their very text makes plain; what is
    made on the spot first."""
    found, waiting = dict[int, None](), [value]
    while waiting:
        at = waiting.pop()
        if at < 0 or at in found:
            continue
        found[at] = None
        instr = code[at]
        if instr.op in JOINS:
            waiting += instr.args
        elif instr.op == "op" and instr.args[0] in CHOOSING:
            waiting += instr.args[2 if instr.args[0] == "if" else 1 :]
    ends = [at for at in found if code[at].op not in EXACT | JOINS]
    yield from sorted(ends, key=lambda at: code[at].op != "call")


def of_value(
    program: Program, module: ModuleFacts, index: int, value: int, declared: Types
) -> Types:
    """The declared types joined with those of a value of one scope."""
    for at in choices(module.functions[index].code, value) if declared else ():
        declared = joined(program, declared, program.slice_value(module, index, at).types)
    return declared


def derives(module: ModuleFacts) -> bool:
    """Whether the file imports, or defines, containers that may do more than builtin ones."""
    if any("collections" in imported[:2] for _, imported in module.imports):
        return True
    bases = {base.partition("[")[0].rpartition(".")[2] for c in module.classes for base in c.bases}
    methods = {name for cls in module.classes for name, _ in cls.methods}
    return not DERIVABLE.isdisjoint(bases) or not LOOKING.isdisjoint(methods)
