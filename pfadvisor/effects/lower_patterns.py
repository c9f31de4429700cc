"""The patterns of `match` to instructions: which part of the subject each name captures."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from pfadvisor.effects.environments import Env
from pfadvisor.effects.lower_expr import lower_expr

if TYPE_CHECKING:
    from pfadvisor.effects.lower import Lowering

ITSELF: Final = frozenset(
    {"bool", "bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str"}
    | {"tuple"}
)  # `str(x)` captures the subject, not an attribute of it


def capture(low: Lowering, pattern: ast.pattern, value: int) -> None:
    match pattern:
        case ast.MatchAs(pattern=inner, name=name):
            if inner is not None:
                capture(low, inner, value)
            if name is not None:
                low.bind(name, value, pattern)
        case ast.MatchValue(value=wanted):
            lower_expr(low, wanted)
        case ast.MatchSequence(patterns=parts):
            _sequence(low, pattern, parts, value)
        case ast.MatchMapping():
            _mapping(low, pattern, value)
        case ast.MatchClass():
            _instance(low, pattern, value)
        case ast.MatchOr(patterns=alternatives):
            _either(low, alternatives, value)


def _sequence(low: Lowering, node: ast.AST, parts: list[ast.pattern], value: int) -> None:
    starred = any(isinstance(part, ast.MatchStar) for part in parts)
    plain = True
    for number, part in enumerate(parts):
        plain = plain and not isinstance(part, ast.MatchStar)
        at, length = (number if plain else -1), (-1 if starred else len(parts))
        piece = low.emit("unpack", (value, at, length), part)
        if isinstance(part, ast.MatchStar):
            piece = low.emit("display", ("list", piece), part)
            if part.name is not None:
                low.bind(part.name, piece, part)
        else:
            capture(low, part, piece)


def _mapping(low: Lowering, node: ast.MatchMapping, value: int) -> None:
    for key, part in zip(node.keys, node.patterns, strict=True):
        capture(low, part, low.emit("item", (value, lower_expr(low, key)), part))
    if node.rest is not None:
        spread = low.emit("dstar", (value,), node)
        low.bind(node.rest, low.emit("display", ("dict", spread, spread), node), node)


def _instance(low: Lowering, node: ast.MatchClass, value: int) -> None:
    lower_expr(low, node.cls)
    itself = isinstance(node.cls, ast.Name) and node.cls.id in ITSELF
    for part in node.patterns:
        capture(low, part, value if itself else low.emit("unpack", (value, -1, -1), part))
    for name, part in zip(node.kwd_attrs, node.kwd_patterns, strict=True):
        capture(low, part, low.emit("attr", (value, name), part))


def _either(low: Lowering, alternatives: list[ast.pattern], value: int) -> None:
    before, dead = low.builder.env.copy(), low.builder.dead
    ends: list[Env] = []
    for alternative in alternatives:
        low.builder.env = before.copy()
        capture(low, alternative, value)
        ends.append(low.builder.env)
    low.builder.merge(ends, low.span(alternatives[0]))
    low.builder.dead = dead
