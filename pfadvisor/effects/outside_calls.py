"""What calls in one file hand to the functions and classes of another, as far as iterators go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.handed_iterators import Sent
from pfadvisor.effects.tokens import Received, Token

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program


def received(program: Program, sent: Sent, module: ModuleFacts) -> Iterator[Received]:
    """What the module is handed by the calls that a file sends, in whose names `program` reads."""
    classes = {f"{module.name}:{cls.qualname}": n for n, cls in enumerate(module.classes)}
    for name, given in sent:
        if name.startswith("."):
            tokens = [*_methods(module, name[1:])]
        else:
            tokens = [*_tokens(_meant(program, name), module, classes)]
        yield from ((token, given) for token in tokens)


def _methods(module: ModuleFacts, name: str) -> Iterator[Token]:
    for index, function in enumerate(module.functions):
        if function.name == name and function.owner_class >= 0 and function.kind == "function":
            yield "def", index, int("staticmethod" not in function.decorators)


def _tokens(
    funcs: list[tuple[Any, ...]], module: ModuleFacts, classes: dict[str, int]
) -> Iterator[Token]:
    for func in funcs:
        if func[0] == "def" and func[1] == module.name:
            bound = "classmethod" in module.functions[func[2]].decorators
            yield "def", func[2], int(bound)
        elif func[0] == "class" and func[1] in classes:
            yield "class", classes[func[1]]


def _meant(program: Program, dotted: str) -> list[tuple[Any, ...]]:
    """The functions and classes that a dotted name stands for, as imports lead to it."""
    parts = dotted.split(".")
    for end in range(len(parts) - 1, 0, -1):
        prefix = ".".join(parts[:end])
        if program.own(prefix) is not None:
            found = sorted(program.member(prefix, parts[end])[0].funcs, key=repr)
            rest = parts[end + 1 :]
            return [*_members(program, found, rest[0])] if rest else found
    return []


def _members(
    program: Program, owners: list[tuple[Any, ...]], name: str
) -> Iterator[tuple[Any, ...]]:
    for owner in owners:
        member = program.member_of(str(owner[1]), name) if owner[0] == "class" else None
        if member is not None:
            yield "def", member[0], member[1]
