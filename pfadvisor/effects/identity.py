"""Questions whose answer is another for a copy: `is`, and equality and hashing by identity.

Such a question is an access of its own kind, which meets no other: only what is sent by value
makes it matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from pfadvisor.effects.values import IMMUTABLE, NOTHING, Effect, Val, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.facts import Class, Instr, ModuleFacts
    from pfadvisor.effects.program import Program

ASKED: Final = "is"
CLASS_NAME: Final = re.compile(r"[\w.]+:[\w.<>]+")
COMPARED: Final = ("is", "is not")
ADDRESS: Final = "id"
ONE_VALUE: Final = ("global", "a value")
SINGLE: Final = frozenset({"None", "bool", "type", "function", "module", "ellipsis"})
RECORDS: Final = ("dataclass", "frozen", "define", "s", "attrs", "mutable")


def single(program: Program, value: Val) -> bool:
    """Whether the value is the only one of its kind, in every process."""
    if value.funcs or any(value.const is one for one in (None, True, False, ...)):
        return True
    heads = {parse_type(t)[0] for t in value.types or ()}
    return bool(heads) and all(h in SINGLE or (":" in h and program.is_enum(h)) for h in heads)


def asks_identity(ev: Evaluation, i: int) -> bool:
    """`a is b` of objects that are not the only one of their kind."""
    instr = ev.function.code[i]
    if instr.op != "op" or instr.args[0] not in COMPARED:
        return False
    return not any(single(ev.program, ev.values[v]) for v in instr.args[1:])


def asks_which_text(program: Program, module: ModuleFacts) -> bool:
    """Whether code of the module asks whether a text or number is a certain one: a copy that comes
    from a process is another, though it is equal."""
    if module.name not in program.asking_texts:
        program.asking_texts[module.name] = _asks_which_text(program, module)
    return program.asking_texts[module.name]


def _asks_which_text(program: Program, module: ModuleFacts) -> bool:
    return any(
        asks_identity(ev, i) and _of_texts([ev.values[v] for v in instr.args[1:]])
        for number, function in enumerate(module.functions)
        if any(_may_ask(function.code, instr) and instr.op == "op" for instr in function.code)
        for ev in (program.evaluation(module, number),)
        for i, instr in enumerate(function.code)
        if instr.op == "op"
    )


def _of_texts(compared: list[Val]) -> bool:
    """Whether one is a certain text or number, or all are some."""
    found = [value for value in compared if _text_or_number(value)]
    return len(found) == len(compared) or any(value.const is not NOTHING for value in found)


def _text_or_number(value: Val) -> bool:
    heads = {parse_type(t)[0] for t in value.types or ()}
    return bool(heads) and heads <= IMMUTABLE - SINGLE


def asks_what_is_what(program: Program, module: ModuleFacts) -> bool:
    """Whether code of the module asks which object something is, be it of any type."""
    if module.name not in program.asking:
        functions = range(len(module.functions))
        program.asking[module.name] = any(_asks(program, module, n) for n in functions)
    return program.asking[module.name]


def _asks(program: Program, module: ModuleFacts, number: int) -> bool:
    code = module.functions[number].code
    asking = [i for i, instr in enumerate(code) if _may_ask(code, instr)]
    if any(code[i].op == "call" for i in asking):
        return True
    return bool(asking) and any(
        asks_identity(program.evaluation(module, number), i) for i in asking
    )


def _may_ask(code: tuple[Instr, ...], instr: Instr) -> bool:
    if instr.op == "call":
        called = code[instr.args[0]]
        return bool(called.op == "builtin" and called.args[0] == "id")
    if instr.op != "op" or instr.args[0] not in COMPARED:
        return False
    return not any(code[v].op == "const" for v in instr.args[1:])


def compared(ev: Evaluation, i: int, values: list[Val]) -> None:
    """`a is b`: of values such as texts and numbers, equal ones may be several."""
    if any(single(ev.program, value) for value in values):
        return
    _ask(ev, i, values)
    if any(plain(value) for value in values):
        ev.effect(Effect(False, ONE_VALUE, (), ASKED, i, -1, ADDRESS, ev.location(i)))


def addressed(ev: Evaluation, i: int, value: Val) -> None:
    """`id(a)`."""
    for root, path in value.objs or {(ONE_VALUE, ())}:
        ev.effect(Effect(False, root, path, ASKED, i, -1, ADDRESS, ev.location(i)))


def equated(ev: Evaluation, i: int, values: Iterable[Val]) -> None:
    """Values are compared or hashed: by identity, if one is of a class that says no more."""
    found = [value for value in values if not plain(value)]
    if any(_equals_itself(ev.program, value) for value in found):
        _ask(ev, i, found)


def _ask(ev: Evaluation, i: int, values: list[Val]) -> None:
    for value in values:
        ev.access(i, value, ASKED, write=False, how="identity")


def plain(value: Val) -> bool:
    """Whether it is a text, a number or the like."""
    return value.types is not None and {parse_type(t)[0] for t in value.types} <= IMMUTABLE


def _equals_itself(program: Program, value: Val) -> bool:
    return any(
        head == "object" or (":" in head and _by_identity(program, head))
        for head in (parse_type(t)[0] for t in value.types or ())
    )


def _by_identity(program: Program, cls: str, within: frozenset[str] = frozenset()) -> bool:
    """Whether the instances of a class of the program equal themselves alone, or what they hold
    does, if that is what they compare."""
    if program.is_enum(cls) or program.member_of(cls, "__eq__") is not None:
        return False
    if is_named_tuple(program, cls):
        return holds_one_like_no_other(program, cls, within)
    outer = [base for base in program.outer_bases(cls) if base not in ("object", "Generic")]
    if any(not base.endswith((".ABC", ".Generic", ".Protocol")) for base in outer):
        return False
    found = program.find(cls)
    plain = found is None or not is_record(found[1])
    return plain or holds_one_like_no_other(program, cls, within)


def holds_one_like_no_other(
    program: Program, cls: str, within: frozenset[str] = frozenset()
) -> bool:
    """Whether an attribute of a record may be, or contain, what equals itself alone."""
    kept = [program.attribute(cls, name) for name in program.attribute_names(cls)]
    texts = [text for value in kept if value is not None for text in value.types or ()]
    return names_one_like_no_other(program, texts, within | {cls})


def names_one_like_no_other(
    program: Program, types: Iterable[str], within: frozenset[str] = frozenset()
) -> bool:
    """Whether one of the types is, or has among its parts, a class of such instances."""
    heads = {head for text in types for head in CLASS_NAME.findall(text)} - within
    return any(_by_identity(program, head, within) for head in heads)


def is_named_tuple(program: Program, cls: str) -> bool:
    found = program.find(cls)
    return found is not None and "NamedTuple" in " ".join(found[1].bases)


def is_record(cls: Class) -> bool:
    """Whether a decorator gives the instances an equality by what they hold."""
    names = {d.removesuffix("()").rpartition(".")[2] for d in cls.decorators}
    return not cls.by_identity and not names.isdisjoint(RECORDS)
