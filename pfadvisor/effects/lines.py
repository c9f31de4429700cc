"""One line of a table, as TOML gives it, to an `Effect` or `TypeTraits`.

Reading rejects unknown keys and wrong kinds of values; `check_effect` and
`check_traits` also hold every word to the vocabulary. Errors name file and key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from pfadvisor.config import suggestion
from pfadvisor.effects import special
from pfadvisor.effects.effect import BLOCKS, COSTS, GIL, RESOURCES, Effect, TypeTraits

Line = Mapping[str, object]
Record = TypeVar("Record", Effect, TypeTraits)

_PLACES: Final = ("reads", "writes")
_NAMED: Final = (
    "uses", "calls", "iterates", "orders", "pairs", "keeps", "result_is", "result_has", "result_part",
    "scales",
)  # fmt: skip
_WORDS: Final[dict[str, Iterable[str]]] = {"blocks": BLOCKS, "gil": GIL, "cost": COSTS}
_FLAGS: Final = {
    "picklable",
    "unknown",
    "acquires",
    "thread_safe",
    "mutable",
    "copy_differs",
    "whole",
    "one_shot",
    "shares",
    "new_items",
    "grows",
}
_DOTTED: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")
_TOKEN: Final = re.compile(
    r"\s*(?:((?:elem|each|type|key|value|made):)?([^\W\d]\w*(?:\.\w+)*)|(\.\.\.)|([\[\],|]))"
)


class KnowledgeError(ValueError):
    """A line that cannot be taken as it is written; the text names file and key."""


def read_effect(line: Line, where: str) -> Effect:
    return _read(Effect, line, where)


def read_traits(line: Line, where: str) -> TypeTraits:
    return _read(TypeTraits, line, where)


def check_effect(effect: Effect, where: str) -> None:
    """Raise KnowledgeError if a word of the line is outside the vocabulary."""
    names = _argument_names(effect.args, where)
    for key in _PLACES:
        for word in getattr(effect, key):
            _check_place(word, names, f"{where}: {key}")
    for key in _NAMED:
        for name in getattr(effect, key):
            near = suggestion(name, (*names,))
            known = name in names or (key == "calls" and _is_of_self(name))
            _demand(known, f"{where}: {key}: {name!r} is not in args{near}")
    for key, allowed in _WORDS.items():
        word = getattr(effect, key)
        if word or key != "blocks":
            near = suggestion(str(word), (*allowed,))
            _demand(word in allowed, f"{where}: {key}: {word!r} is none of {sorted(allowed)}{near}")
    for name in effect.raises or ():
        _demand(is_dotted(name), f"{where}: raises: {name!r} is not a class name")
    if effect.special:
        near = suggestion(effect.special, (*special.names(),))
        _demand(effect.special in special.names(), f"{where}: special: no {effect.special!r}{near}")
    _demand(effect.gil_above >= 0, f"{where}: gil_above: negative")
    check_type(effect.returns, names, f"{where}: returns")


def check_traits(traits: TypeTraits, where: str) -> None:
    """Raise KnowledgeError if a word of the line is outside the vocabulary."""
    for base in traits.bases:
        _demand(is_dotted(base), f"{where}: bases: {base!r} is not a class name")
    for key in ("iterates", "item", "context"):
        check_type(getattr(traits, key), {"self"}, f"{where}: {key}")
    for name, kind in traits.attributes:
        check_type(kind, {"self"}, f"{where}: attributes: {name}")
    known = not traits.shared or traits.shared in RESOURCES
    _demand(known, f"{where}: shared: {traits.shared!r} is no resource")


def check_type(text: str, names: Iterable[str], where: str) -> None:
    """Raise KnowledgeError unless `text` is empty or a type expression over `names`."""
    if not text:
        return
    tokens = _tokens(text, where)
    for prefix, name in ((token[0], token[1]) for token in tokens if token[0]):
        _demand(name in names, f"{where}: {prefix}{name} names no argument")
    rest = _skip_union([token[-1] for token in tokens], 0)
    _demand(rest == len(tokens), f"{where}: {text!r} is not a type expression")


def _read(record: type[Record], line: Line, where: str) -> Record:
    _demand(isinstance(line, Mapping), f"{where}: not a table")
    fields: dict[str, Any] = {key: _value(record, key, value, where) for key, value in line.items()}
    unknown = sorted(set(fields) - set(record.__dataclass_fields__))
    if unknown:
        near = suggestion(unknown[0], record.__dataclass_fields__)
        raise KnowledgeError(f"{where}: unknown key {unknown[0]!r}{near}")
    return record(**fields)


def _value(record: type[Record], key: str, value: object, where: str) -> object:
    if key in _FLAGS:
        _demand(isinstance(value, bool), f"{where}: {key}: not true or false")
        return value
    if key == "gil_above":
        _demand(type(value) is int, f"{where}: {key}: not a whole number")
        return value
    if key == "attributes":
        _demand(_is_text_table(value), f"{where}: {key}: not a table of types")
        return tuple(sorted(value.items())) if isinstance(value, Mapping) else ()
    expected = record.__dataclass_fields__.get(key)
    if expected is not None and expected.default == "":
        _demand(isinstance(value, str), f"{where}: {key}: not a string")
    elif expected is not None and key not in _WORDS:
        _demand(_is_text_list(value), f"{where}: {key}: not a list of strings")
    return tuple(value) if isinstance(value, list | tuple) else value


def _argument_names(args: tuple[str, ...], where: str) -> set[str]:
    names = [arg.lstrip("*") for arg in args if arg != "*"]
    stars = [arg for arg in args if arg.startswith("*") and not arg.startswith("**")]
    doubles = [arg for arg in args if arg.startswith("**")]
    sound = (
        all(name.isidentifier() for name in names)
        and len(set(names)) == len(names)
        and len(stars) <= 1
        and doubles == list(args[len(args) - len(doubles) :])[:1]
    )
    _demand(sound, f"{where}: args: {list(args)} is not a list of parameters")
    return {*names, "self"}


def _check_place(word: str, names: set[str], where: str) -> None:
    resource, colon, argument = word.partition(":")
    if colon:
        near = suggestion(resource, (*RESOURCES,))
        _demand(resource in RESOURCES, f"{where}: {resource!r} is no resource{near}")
        near = suggestion(argument, (*names,))
        _demand(argument in names, f"{where}: {argument!r} is not in args{near}")
    else:
        near, known = suggestion(word, (*RESOURCES, *names)), word in RESOURCES or word in names
        _demand(known, f"{where}: {word!r} is no resource or argument{near}")


def _tokens(text: str, where: str) -> list[tuple[str, str, str]]:
    """(prefix, name, shape) of each token; shape is "name" for names, else the sign itself."""
    found, end = [], 0
    while end < len(text.rstrip()):
        match = _TOKEN.match(text, end)
        if match is None:
            raise KnowledgeError(f"{where}: {text!r} is not a type expression")
        prefix, name, dots, sign = match.groups(default="")
        found.append((prefix, name, sign or ("name" if name or dots else "")))
        end = match.end()
    return found


def _skip_union(shapes: list[str], at: int) -> int:
    """Index after the union that starts at `at`, or -1."""
    while at < len(shapes) and shapes[at] == "name":
        at += 1
        if at < len(shapes) and shapes[at] == "[":
            at = _skip_arguments(shapes, at + 1)
        if at < 0 or at >= len(shapes) or shapes[at] != "|":
            return at
        at += 1
    return -1


def _skip_arguments(shapes: list[str], at: int) -> int:
    while True:
        at = _skip_union(shapes, at)
        if at < 0 or at >= len(shapes) or shapes[at] not in {",", "]"}:
            return -1
        at += 1
        if shapes[at - 1] == "]":
            return at


def _is_of_self(name: str) -> bool:
    owner, _, argument = name.partition(".")
    return owner == "self" and argument.isidentifier()


def is_dotted(text: str) -> bool:
    return _DOTTED.fullmatch(text) is not None


def _is_text_list(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)


def _is_text_table(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(item, str) for item in value.values())


def _demand(holds: bool, message: str) -> None:
    if not holds:
        raise KnowledgeError(message)
