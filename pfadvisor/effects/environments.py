"""The locals of a scope and the values that reach a point of its code.

An environment is copied wherever control parts, and kept for every loop: copies share what they
have in common, so that neither costs more than the changes that are made to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

SIZE: Final = 32


class Held(NamedTuple):
    """`rank` orders names by when they were bound first, on the way that led here."""

    value: int
    rank: int


Chunk = tuple[Held, ...]
NOTHING: Final = Held(-1, -1)
EMPTY: Final[Chunk] = (NOTHING,) * SIZE


class Numbers:
    """The names that a scope has bound so far, with a number each."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.of: dict[str, int] = {}
        self.ranks = 0

    def number(self, name: str) -> int:
        if name not in self.of:
            self.of[name] = len(self.names)
            self.names.append(name)
        return self.of[name]

    def next_rank(self) -> int:
        self.ranks += 1
        return self.ranks


class Visible(NamedTuple):
    """What a loop finds: an environment, and the targets of the comprehensions that it is in."""

    names: Sequence[str] = ()
    chunks: tuple[Chunk, ...] = ()
    inner: tuple[tuple[str, int], ...] = ()


class Env:
    """A mapping from names to values; -1 is that of names which are bound nowhere above."""

    __slots__ = ("chunks", "numbers")

    def __init__(self, numbers: Numbers, chunks: tuple[Chunk, ...] = ()) -> None:
        self.numbers, self.chunks = numbers, chunks

    def copy(self) -> Env:
        return Env(self.numbers, self.chunks)

    def visible(self, inner: Iterable[tuple[str, int]] = ()) -> Visible:
        return Visible(self.numbers.names, self.chunks, tuple(inner))

    def __getitem__(self, name: str) -> int:
        return at(self.chunks, self.numbers.of.get(name, -1)).value

    def __setitem__(self, name: str, value: int) -> None:
        number, place = divmod(self.numbers.number(name), SIZE)
        chunks = self.chunks
        if number >= len(chunks):
            chunks += (EMPTY,) * (number + 1 - len(chunks))
        chunk = chunks[number]
        known = chunk[place].rank
        held = Held(value, known if known >= 0 else self.numbers.next_rank())
        changed = (*chunk[:place], held, *chunk[place + 1 :])
        self.chunks = (*chunks[:number], changed, *chunks[number + 1 :])

    def differing(self, others: list[Env]) -> list[tuple[str, list[int]]]:
        """Names whose value is not the same in all of them, with their values, in the order in
        which they were bound in the first that has them."""
        every = [self.chunks, *(other.chunks for other in others)]
        found: list[tuple[tuple[int, int], str, list[int]]] = []
        for number in range(max(map(len, every))):
            chunks = [one[number] if number < len(one) else EMPTY for one in every]
            if all(chunk is chunks[0] for chunk in chunks):
                continue
            for place, held in enumerate(zip(*chunks, strict=True)):
                if any(one.value != held[0].value for one in held):
                    order = next((n, one.rank) for n, one in enumerate(held) if one.rank >= 0)
                    name = self.numbers.names[number * SIZE + place]
                    found.append((order, name, [one.value for one in held]))
        return [(name, values) for _, name, values in sorted(found)]


def at(chunks: tuple[Chunk, ...], slot: int) -> Held:
    """What the name of that number holds."""
    number, place = divmod(slot, SIZE)
    return chunks[number][place] if 0 <= number < len(chunks) else NOTHING
