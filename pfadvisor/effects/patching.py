"""Names of modules that code binds from outside: `module.name = f`, `globals()["name"] = f`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects.facts import Function, Instr, ModuleFacts, last_name

ANY: Final = "*"
PATCHES: Final = frozenset({"patch", "object", "setattr"})
FILLS: Final = frozenset({"update", "setdefault", "pop", "clear"})
RUNS: Final = frozenset({"exec", "eval"})
Code = tuple[Instr, ...]


def bound_from_outside(module: ModuleFacts) -> frozenset[str]:
    """The names, with `ANY` if a function binds what only a run can tell."""
    imported = {name for name, _ in module.imports}
    return frozenset(
        name
        for function in module.functions
        for instr in function.code
        for name in _bound(function, instr, imported)
        if name != ANY or function.kind not in ("module", "class")
    )


def makes_its_names(module: ModuleFacts) -> bool:
    """Whether the module, when it is imported, binds names that only a run can tell, or puts
    another object in its own place."""
    top, imported = module.functions[0], {name for name, _ in module.imports}
    return any(
        ANY in _bound(top, instr, imported) or _runs_text(top.code, instr) or _is_put(top, instr)
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


def _bound(function: Function, instr: Instr, imported: set[str]) -> Iterator[str]:
    code = function.code
    if instr.op in ("setattr", "delattr"):
        if _is_module(code, instr.args[0], imported):
            yield str(instr.args[1])
    elif instr.op in ("setitem", "delitem"):
        if _is_namespace(code, instr.args[0], imported):
            yield _text(code, instr.args[1]) or ANY
    elif instr.op == "call":
        yield from _called(code, instr, imported)


def _called(code: Code, call: Instr, imported: set[str]) -> Iterator[str]:
    callee, name = code[call.args[0]], last_name(code[call.args[0]])
    if name in PATCHES:
        yield from _told(code, call, imported)
    elif callee.op == "attr" and name in FILLS:
        if _is_namespace(code, callee.args[0], imported):
            named = [keyword for _, keyword, _ in call.args[1] if keyword]
            yield from named if len(named) == len(call.args[1]) else (ANY,)
    elif name in RUNS and any(_is_namespace(code, v, imported) for _, _, v in call.args[1]):
        yield ANY


def _told(code: Code, call: Instr, imported: set[str]) -> Iterator[str]:
    """The name in `patch("module.name")`, `setattr(module, "name", value)` and the like."""
    given = [v for _, _, v in call.args[1][:2]]
    owned = bool(given) and _is_module(code, given[0], imported)
    texts = [text for v in given if (text := _text(code, v))]
    if texts and (("." in texts[0]) or (owned and len(texts) < len(given))):
        yield texts[0].rpartition(".")[2]
    elif owned and not texts and last_name(code[call.args[0]]) == "setattr":
        yield ANY


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


def _text(code: Code, value: int) -> str:
    found = code[value].args[0] if code[value].op == "const" else ""
    return found if isinstance(found, str) else ""
