"""The locals that hold a value or an object as a loop finds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pfadvisor.effects.environments import SIZE, at
from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Loop
from pfadvisor.effects.values import Root
from pfadvisor.loops.nodes import Body


class _Names:
    """Names of a function, by their numbers, and what they hold where its loops begin."""

    def __init__(self, ev: Evaluation) -> None:
        loops = ev.function.loops
        self.names = loops[0].visible.names
        self.slots = {name: slot for slot, name in enumerate(self.names)}
        self.of_value: dict[int, set[int]] = {}
        for slot, value in _bound(loops):
            self.of_value.setdefault(value, set()).add(slot)
        self.of_object: dict[Root, set[int]] = {}
        for value, slots in self.of_value.items():
            for root, path in ev.values[value].objs:
                if not path:
                    self.of_object.setdefault(root, set()).update(slots)


def _bound(loops: Iterable[Loop]) -> Iterator[tuple[int, int]]:
    """(number of a name, value) for some loop; what several loops share is looked at once."""
    chunks = {
        (number, id(chunk)): chunk
        for loop in loops
        for number, chunk in enumerate(loop.visible.chunks)
    }
    for (number, _), chunk in chunks.items():
        slots = enumerate(chunk, number * SIZE)
        yield from ((slot, held.value) for slot, held in slots if held.value >= 0)


def value_of(body: Body, name: str) -> int:
    """The value of the local, -1 if it has none."""
    visible, slots = body.loop.visible, body.whole.made(_Names, body.ev).slots
    found = [value for inner, value in visible.inner if inner == name]
    return found[-1] if found else at(visible.chunks, slots.get(name, -1)).value


def names_of_values(body: Body, values: Iterable[int]) -> list[tuple[int, str]]:
    """The values that locals hold, with the names, in the order in which these were first bound."""
    wanted, known = set(values), body.whole.made(_Names, body.ev)
    slots = {slot for value in wanted for slot in known.of_value.get(value, ())}
    found = _held(body, slots)
    return [(value, name) for name, value in found if value in wanted]


def holders(body: Body, root: Root) -> list[tuple[str, int]]:
    """The names that may hold an object, with their values."""
    found = _held(body, body.whole.made(_Names, body.ev).of_object.get(root, set()))
    return [(name, value) for name, value in found if (root, ()) in body.ev.values[value].objs]


def _held(body: Body, slots: set[int]) -> list[tuple[str, int]]:
    """What the names of these numbers, and targets of comprehensions around, hold."""
    visible, names = body.loop.visible, body.whole.made(_Names, body.ev).names
    found = sorted((at(visible.chunks, slot)[::-1], names[slot]) for slot in slots)
    return [*((name, value) for (_, value), name in found if value >= 0), *visible.inner]
