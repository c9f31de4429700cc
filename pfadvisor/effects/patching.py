"""Names of modules that code binds from outside: `module.name = f`, `globals()["name"] = f`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from pfadvisor.effects.facts import Function, Instr, ModuleFacts, last_name

ANY: Final = "*"
OWN: Final = -1
PATCHES: Final = frozenset({"patch", "object", "setattr"})
FILLS: Final = frozenset({"update", "setdefault", "pop", "clear"})
RUNS: Final = frozenset({"exec", "eval"})
ENDS: Final = {"+": -1, "fmt": -1, "%": 0}  # operators that make texts, and what tells their ends
Code = tuple[Instr, ...]


class Bound(NamedTuple):
    """A name that code binds from outside, in the module that the value `owner` of the function
    is; `OWN` for one that only a text names, and for the code's own module."""

    owner: int
    name: str


def bound_from_outside(module: ModuleFacts) -> frozenset[str]:
    """The names, with `ANY` if a function binds what only a run can tell."""
    return frozenset(
        name
        for function in module.functions
        for _, name in bound_by(module, function, function.code)
        if name != ANY or function.kind not in ("module", "class")
    )


def bound_by(module: ModuleFacts, function: Function, instrs: Iterable[Instr]) -> Iterator[Bound]:
    """What these instructions of the function bind from outside."""
    imported = {name for name, _ in module.imports}
    for instr in instrs:
        yield from _bound(function, instr, imported)


def makes_its_names(module: ModuleFacts) -> bool:
    """Whether the module, when it is imported, binds names that only a run can tell, or puts
    another object in its own place."""
    top, imported = module.functions[0], {name for name, _ in module.imports}
    return any(
        ANY in {name for _, name in _bound(top, instr, imported)}
        or _runs_text(top.code, instr)
        or _is_put(top, instr)
        for instr in top.code
    )


def _runs_text(code: Code, instr: Instr) -> bool:
    return instr.op == "call" and last_name(code[instr.args[0]]) == "exec"


def _is_put(function: Function, instr: Instr) -> bool:
    """`sys.modules[__name__] = …`, `sys.modules[__name__].__class__ = …`"""
    code = function.code
    if instr.op == "setitem":
        return last_name(code[instr.args[0]]) == "modules"
    base = code[instr.args[0]] if instr.op == "setattr" else instr
    return instr.op == "setattr" and base.op == "item" and instr.args[1] == "__class__"


def _bound(function: Function, instr: Instr, imported: set[str]) -> Iterator[Bound]:
    code = function.code
    if instr.op in ("setattr", "delattr"):
        if _is_module(code, instr.args[0], imported):
            yield Bound(instr.args[0], str(instr.args[1]))
    elif instr.op in ("setitem", "delitem"):
        if _is_namespace(code, instr.args[0], imported):
            yield Bound(_space_of(code, instr.args[0]), _text(code, instr.args[1]) or ANY)
    elif instr.op == "call":
        yield from _called(code, instr, imported)


def _called(code: Code, call: Instr, imported: set[str]) -> Iterator[Bound]:
    callee, name = code[call.args[0]], last_name(code[call.args[0]])
    if name in PATCHES:
        yield from _told(code, call, imported)
    elif callee.op == "attr" and name in FILLS:
        if _is_namespace(code, callee.args[0], imported):
            named = [keyword for _, keyword, _ in call.args[1] if keyword]
            names = named if len(named) == len(call.args[1]) else [ANY]
            yield from (Bound(_space_of(code, callee.args[0]), one) for one in names)
    elif name in RUNS:
        spaces = (v for _, _, v in call.args[1] if _is_namespace(code, v, imported))
        yield from (Bound(_space_of(code, v), ANY) for v in spaces)


def _told(code: Code, call: Instr, imported: set[str]) -> Iterator[Bound]:
    """The name in `patch("module.name")`, `setattr(module, "name", value)` and the like."""
    given = [v for _, _, v in call.args[1][:2]]
    owned = bool(given) and _is_module(code, given[0], imported)
    texts = [text for v in given if (text := _ending(code, v))]
    if texts and (("." in texts[0]) or (owned and len(texts) < len(given))):
        yield Bound(given[0] if owned else OWN, texts[0].rpartition(".")[2])
    elif owned and not texts and last_name(code[call.args[0]]) in ("setattr", "object"):
        yield Bound(given[0], ANY)


def _is_module(code: Code, value: int, imported: set[str]) -> bool:
    """Whether the value is a module, or is reached from an imported one."""
    base = code[value]
    if base.op == "unpack":
        return any(_is_module(code, v, imported) for v in _displayed(code, base))
    if base.op == "item":
        return last_name(code[base.args[0]]) == "modules"
    while base.op == "attr":
        base = code[base.args[0]]
    return base.op == "import" or (base.op in ("name", "free") and base.args[0] in imported)


def _displayed(code: Code, piece: Instr) -> tuple[int, ...]:
    """What a piece may be of the tuple that is written out: `a, b = m, n`."""
    display = code[piece.args[0]]
    return display.args[1:] if display.op == "display" and display.args[0] != "dict" else ()


def _is_namespace(code: Code, value: int, imported: set[str]) -> bool:
    """`globals()`, `vars(module)`, `module.__dict__`."""
    base = code[value]
    if base.op == "attr":
        return base.args[1] == "__dict__" and _is_module(code, base.args[0], imported)
    if base.op != "call":
        return False
    name, given = last_name(code[base.args[0]]), [v for _, _, v in base.args[1]]
    return name == "globals" or (
        name == "vars" and bool(given) and _is_module(code, given[0], imported)
    )


def _space_of(code: Code, value: int) -> int:
    """The module whose namespace the value is."""
    base = code[value]
    if base.op == "attr":
        return int(base.args[0])
    return int(base.args[1][0][2]) if base.args[1] else OWN


def _ending(code: Code, value: int) -> str:
    """The text, or the constant that it ends in: `__name__ + ".helper"`."""
    sign, *parts = code[value].args if code[value].op == "op" else ("",)
    if parts and sign in ENDS:
        return _ending(code, parts[ENDS[sign]])
    return _text(code, value)


def _text(code: Code, value: int) -> str:
    found = code[value].args[0] if code[value].op == "const" else ""
    return found if isinstance(found, str) else ""
