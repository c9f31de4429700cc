"""The wrappers that decorators of the program put around functions, as far as they can be told.

A wrapper is one if all that it does with what its decorator was given is to call it, with its
own arguments, and to look at its attributes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pfadvisor.effects import decorators
from pfadvisor.effects.facts import Function, Instr, ModuleFacts

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program


class Layer(NamedTuple):
    """The wrapper of one decorator; `given` is what it calls the decorated function."""

    module: ModuleFacts
    number: int
    given: str

    @property
    def function(self) -> Function:
        return self.module.functions[self.number]


def layers_of(program: Program, module: ModuleFacts, function: Function) -> list[Layer] | None:
    """The wrappers around a function, outermost first; None if one of them cannot be told."""
    found: list[Layer] = []
    for text in function.decorators:
        if "" not in decorators.names_of(program, module, function._replace(decorators=(text,))):
            continue
        layer = _layer(program, module, function, text)
        if layer is None or layer.function.is_async != function.is_async:
            return None
        found.append(layer)
    return found


def hidden(program: Program, module: ModuleFacts, function: Function) -> bool:
    """Whether the name of the function, where it was written, finds another one that does not
    say so: a wrapper that is not marked as one (`functools.wraps`)."""
    layers = layers_of(program, module, function) if function.decorators else []
    return layers is None or any(
        "functools.wraps" not in decorators.names_of(program, layer.module, layer.function)
        for layer in layers
    )


def _layer(program: Program, module: ModuleFacts, function: Function, text: str) -> Layer | None:
    origin = _only(decorators.origins(program, module, function.parent, text))
    if text.endswith("()"):
        origin = _made_by(program, origin)
    inner = _made_by(program, origin)
    if origin is None or inner is None:
        return None
    facts = program.module(str(inner[1]))
    outer = program.module(str(origin[1]))
    if facts is None or outer is None or facts.functions[inner[2]].parent != origin[2]:
        return None
    params = outer.functions[origin[2]].params
    layer = Layer(facts, inner[2], params[0].name if len(params) == 1 else "")
    return layer if layer.given and _passes_on(layer) else None


def _only(funcs: frozenset[tuple[Any, ...]]) -> tuple[Any, ...] | None:
    (origin,) = funcs if len(funcs) == 1 else (None,)
    return origin if origin is not None and origin[0] == "def" else None


def _made_by(program: Program, origin: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    """The function that a call of a function of the program returns."""
    summary = program.summary(origin[1], origin[2], ()) if origin is not None else None
    return _only(summary.returns.funcs) if summary is not None and not summary.lazy else None


def _passes_on(layer: Layer) -> bool:
    """Whether it uses what it was given only to call it, with its own arguments, and for its
    attributes; a generator would call it later."""
    code = layer.function.code
    if layer.function.is_generator or layer.given in layer.function.locals:
        return False
    for instr in code:
        for value in _uses(instr):
            if not is_given(code, value, layer.given):
                continue
            called = instr.op == "call" and value == instr.args[0]
            if instr.op != "attr" and not (called and _alike(code, instr, layer.function)):
                return False
    return True


def _uses(instr: Instr) -> list[int]:
    from pfadvisor.effects.program import operands

    return operands(instr)


def is_given(code: tuple[Instr, ...], value: int, name: str) -> bool:
    return value >= 0 and code[value].op == "free" and code[value].args[0] == name


def _alike(code: tuple[Instr, ...], call: Instr, function: Function) -> bool:
    kinds = {"pos": ("pos", "posonly"), "star": ("star",), "dstar": ("dstar",), "kw": ("kwonly",)}
    given = call.args[1]
    if len(given) != len(function.params):
        return False
    for (kind, name, value), param in zip(given, function.params, strict=True):
        source = code[value]
        if source.op in ("star", "dstar"):
            source = code[source.args[0]]
        if source.op != "param" or function.params[source.args[0]] != param:
            return False
        if param.kind not in kinds[kind] or (name and name != param.name):
            return False
    return True
