"""How a path is put together, and what callers are told of one that a function opens or gives.

In a form, ("path", kind, told, form…), values stand as in the forms of subscripts; what is no
parameter and the same in all calls is ("steady", key), a text ("text", text).
"""

from __future__ import annotations

import itertools
import re
import string
from typing import TYPE_CHECKING, Final, NamedTuple

from pfadvisor.effects import each
from pfadvisor.effects.opening import OPENED, only_read, path_behind
from pfadvisor.effects.returning import handed_on, returned
from pfadvisor.effects.subscripts import MOST_STEPS, Form, substituted

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.values import Val

PATHS: Final = frozenset({"pathlib.Path", "pathlib.PurePath", "os.fspath", "str"})
JOINS: Final = frozenset({"os.path.join", *PATHS})
NUMBERS: Final = frozenset({"int", "float"})
TEXT: Final = frozenset({"str"})
NUMBER: Final = frozenset({"int"})
PLAIN: Final = (TEXT, NUMBER)
PERCENT: Final = re.compile(r"%(0?\d*[dxXo]|s)")
METHODS: Final = {"joinpath": "join", "with_name": "renamed"}


class Step(NamedTuple):
    """What makes a path, or a part of its name, of other values. kind: join, concat, fmt, sum,
    name, renamed, attr, filled. `told`: the operator of a sum and whether it is a number, the
    attribute, the texts of a template between (number of a value, how it is written)."""

    kind: str
    values: tuple[int, ...]
    told: tuple[object, ...] = ()


def step(ev: Evaluation, value: int) -> Step | None:
    """The last step to a value; None for what is no such step."""
    instr, types = ev.function.code[value], ev.values[value].types
    match instr.op:
        case "op" if instr.args[0] == "/" and not (types or frozenset()) & NUMBERS:
            return Step("join", instr.args[1:])
        case "op" if instr.args[0] == "+" and types == TEXT:
            return Step("concat", instr.args[1:])
        case "op" if instr.args[0] in ("+", "-") and len(instr.args) == 3:
            return Step("sum", instr.args[1:], (instr.args[0], types == NUMBER))
        case "op" if instr.args[0] == "%" and types == TEXT:
            return _by_percent(ev, *instr.args[1:])
        case "op" if instr.args[0] == "fmt":
            marks = [ev.values[v].const for v in instr.args[2:3]]
            marked = any(isinstance(mark, str) and mark.startswith("!") for mark in marks)
            return Step("fmt" if marked else "concat", instr.args[1:])
        case "attr" if instr.args[1] == "name" and _is_path(ev, instr.args[0]):
            return Step("name", instr.args[:1])
        case "attr":
            return Step("attr", instr.args[:1], (instr.args[1],))
        case "call" if all(kind == "pos" for kind, _, _ in instr.args[1]):
            return _called(ev, value)
    return None


def _called(ev: Evaluation, value: int) -> Step | None:
    instr = ev.function.code[value]
    given = tuple(v for _, _, v in instr.args[1])
    targets = ev.targets.get(value, ())
    names = {t.name for t in targets}
    if any(t.kind == "def" for t in targets):
        return None
    if names and names <= JOINS and given:
        return Step("join", given)
    if names == {"str.format"}:
        return _by_format(ev, instr.args[0], given)
    callee, kinds = ev.function.code[instr.args[0]], {n.rpartition(".")[2] for n in names}
    kind = METHODS.get(kinds.pop(), "") if len(kinds) == 1 else ""
    if callee.op != "attr" or not kind or (kind == "renamed" and len(given) != 1):
        return None
    return Step(kind, (callee.args[0], *given))


def _by_percent(ev: Evaluation, template: int, given: int) -> Step | None:
    text, right = ev.values[template].const, ev.function.code[given]
    several = right.op == "display" and right.args[0] == "tuple"
    values = tuple(right.args[1:]) if several else (given,)
    if not isinstance(text, str) or not (several or ev.values[given].types in PLAIN):
        return None
    texts, numbers = PERCENT.split(text)[::2], itertools.count()
    specs = [spec.removesuffix("s") for spec in PERCENT.findall(text)]
    holes = [(next(numbers), spec) for spec in specs]
    if len(holes) != len(values) or any("%" in each for each in texts):
        return None
    filled = itertools.zip_longest(texts, holes)
    return Step("filled", values, tuple(p for pair in filled for p in pair if p is not None))


def _by_format(ev: Evaluation, method: int, given: tuple[int, ...]) -> Step | None:
    code = ev.function.code
    text = ev.values[code[method].args[0]].const if code[method].op == "attr" else None
    pieces: list[object] = []
    try:
        fields = list(string.Formatter().parse(text)) if isinstance(text, str) else []
    except ValueError:
        return None
    for before, name, spec, conversion in fields:
        number = sum(isinstance(each, tuple) for each in pieces)
        if name is not None and (
            name not in ("", str(number)) or conversion or number >= len(given)
        ):
            return None
        pieces += [before] if name is None else [before, (number, spec or "")]
    return Step("filled", given, tuple(pieces)) if pieces else None


def _is_path(ev: Evaluation, value: int) -> bool:
    types = ev.values[value].types
    return bool(types) and all(t.startswith("pathlib.") for t in types or ())


def told(ev: Evaluation, value: int, level: int = 0) -> Form | None:
    """The form of a path, or of the file that was opened by it, in terms of the parameters."""
    value = path_behind(ev, value) if value >= 0 and not level else value
    if value < 0 or level > MOST_STEPS:
        return None
    const = ev.values[value].const
    if isinstance(const, str):
        return "text", const
    instr = ev.function.code[value]
    if instr.op == "param":
        return "value", instr.args[0]
    if instr.op == "name":
        return "steady", ("name", ev.module.name, instr.args[0])
    given = _given(ev, value)
    if given is not None:
        return given
    made = step(ev, value)
    parts = [told(ev, v, level + 1) for v in made.values] if made is not None else [None]
    return None if made is None or None in parts else ("path", made.kind, made.told, *parts)


def _given(ev: Evaluation, value: int) -> Form | None:
    """The form of what a function of the program gives, in terms of what it is called with."""
    form, values = returned(ev, value)

    def argument(parameter: int) -> Form | None:
        return told(ev, values[parameter], 1) if parameter < len(values) else None

    return substituted(form, argument) if form is not None else None


def given_back(ev: Evaluation) -> Form | None:
    """The form of what a function returns, whatever it was called with: of a path, of that of a
    file, of an argument as it is, of a list that is made of another one."""
    function = ev.function
    ends = [i for i in function.code if i.op == "ret"]
    if function.is_generator or function.is_async or len(ends) != 1 or not ends[0].args:
        return None
    if function.blocks[function.stmts[ends[0].stmt].block].owner >= 0:
        return None
    value = handed_on(ev, ends[0].args[0])
    behind, types = path_behind(ev, value), ev.returns.types or frozenset({"None"})
    if behind != value:
        form = told(ev, behind, 1)
        return ("path", OPENED, (only_read(ev, value),), form) if form is not None else None
    form, shown = told(ev, value, 1), all(t == "str" or t.startswith("pathlib.") for t in types)
    kind = form[0] if form is not None else ""
    return form if kind == "value" or (kind == "path" and shown) else each.told(ev, value)


def given(
    ev: Evaluation, i: int, receiver: Val | None, arguments: list[Arg]
) -> tuple[list[Val], list[int]]:
    """What is passed, and the instructions that made it, that whose method is called among them."""
    values = [a.value for a in arguments]
    code = ev.function.code
    callee = code[code[i].args[0]] if code[i].op == "call" else None
    if receiver is not None and callee is not None and callee.op == "attr" and values[:1] == [-1]:
        values[0] = callee.args[0] if ev.values[callee.args[0]] == receiver else -1
    return [a.val for a in arguments], values
