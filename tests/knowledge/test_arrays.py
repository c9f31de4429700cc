"""Lines of numpy, pandas and their like are run: arguments compared, memory asked for sharing."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import pytest

from pfadvisor.effects import knowledge, special
from pfadvisor.effects.effect import RESOURCES, Effect

from .binding import bind, literal
from .interpreter import resolve

numpy = pytest.importorskip("numpy")
pytestmark = [
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.skipif(not numpy.__version__.startswith("2.4"), reason="not the checked release"),
]

ARRAYS: list[Callable[[], object]] = [
    lambda: numpy.arange(6.0),
    lambda: numpy.arange(6.0) - 2.5,
    lambda: numpy.arange(6.0).reshape(2, 3),
    lambda: numpy.eye(3) + 1.0,
    lambda: numpy.arange(6) % 3,
    lambda: numpy.array([True, False, True]),
    lambda: numpy.ones((2, 1, 3)),
    lambda: numpy.array([1.0, numpy.nan, -numpy.inf]),
    lambda: numpy.arange(3) + 1j,
]
OTHER: list[Callable[[], object]] = [
    lambda: 0, lambda: 1, lambda: 2, lambda: 2.5, lambda: None, lambda: (1, 0), lambda: [1, 0],
    lambda: -1, lambda: (3, 2), lambda: [numpy.arange(3.0), numpy.ones(3)], lambda: "f8",
]  # fmt: skip
TRIES = 24
CONTEXT = {"context"}
LEFT_OUT = {"array_repr"}  # it counts down on an array that is given for the width of a line


def argument_sets(name: str) -> Iterator[list[object]]:
    chance = random.Random(name)
    yield from ([make()] for make in ARRAYS)
    for _ in range(TRIES):
        count = chance.choice((1, 1, 2))
        makers = [chance.choice(ARRAYS), *chance.choices([*ARRAYS, *OTHER], k=count)]
        yield [make() for make in makers]


def is_plain(line: Effect) -> bool:
    words = {word.partition(":")[0] for word in (*line.reads, *line.writes)}
    return not (words & RESOURCES.keys()) - CONTEXT and not line.blocks and not line.calls


def copies(values: list[object]) -> list[object]:
    return [v.copy() if isinstance(v, numpy.ndarray) else repr(v) for v in values]


def same(value: object, before: object) -> bool:
    if isinstance(value, numpy.ndarray):
        return value.shape == before.shape and value.tobytes() == before.tobytes()
    return repr(value) == before


def memory(value: object) -> list[object]:
    """The arrays of a result."""
    if isinstance(value, numpy.ndarray):
        return [value]
    if isinstance(value, list | tuple):
        return [array for item in value for array in memory(item)]
    return []


def complaints(name: str, called: Callable[..., object], line: Effect) -> Iterator[str]:
    for args in argument_sets(name):
        named = bind(line, args)
        stated = special.refine(line.special, line, literal(named)) if line.special else line
        if stated.unknown:
            continue
        before = {key: copies(values) for key, values in named.items()}
        try:
            result = called(*args)
        except Exception:
            result = None
        shared = {*stated.result_is, *stated.result_has, *stated.result_part}
        for key, values in named.items():
            for value, old in zip(values, before[key], strict=True):
                if key not in stated.writes and not same(value, old):
                    yield f"{name} changes {key or 'an argument'}"
                arrays = [v for v in [value] if isinstance(v, numpy.ndarray)]
                if key not in shared and any(
                    numpy.shares_memory(mine, theirs)
                    for mine in memory(result)
                    for theirs in arrays
                ):
                    yield f"{name} returns a view of {key or 'an argument'}"


def function_lines() -> list[tuple[str, Effect]]:
    table = knowledge.load("numpy")
    assert table is not None
    found = []
    for name in table.calls:
        line = knowledge.call(f"numpy.{name}")
        if line is not None and is_plain(line) and name not in LEFT_OUT:
            found.append((name, line))
    return found


@pytest.mark.parametrize("part", range(4))
def test_functions_of_numpy_do_what_their_lines_say(part: int) -> None:
    chosen = function_lines()[part::4]
    assert len(chosen) > 100
    wrong = {c for name, line in chosen for c in complaints(name, resolve("numpy", name), line)}
    assert sorted(wrong) == []


def test_methods_of_arrays_do_what_their_lines_say() -> None:
    table = knowledge.load("numpy")
    assert table is not None
    wrong = []
    for name in table.methods["ndarray"]:
        line = knowledge.method("numpy.ndarray", name)
        if line is None or not is_plain(line) or name in ("__deepcopy__",):
            continue
        for make in ARRAYS:
            for others in ([], [1], [make()], [make(), 1]):
                wrong += list(method_complaints(name, line, make(), others))
    assert sorted(set(wrong)) == []


def method_complaints(
    name: str, line: Effect, array: object, others: list[object]
) -> Iterator[str]:
    named = bind(line, others)
    line = special.refine(line.special, line, literal(named)) if line.special else line
    before = copies([array])[0]
    try:
        result = getattr(array, name)(*others)
    except Exception:
        return
    if "self" not in line.writes and not same(array, before):
        yield f"ndarray.{name} changes self"
    shared = {*line.result_is, *line.result_has, *line.result_part}
    if "self" not in shared and any(numpy.shares_memory(m, array) for m in memory(result)):
        yield f"ndarray.{name} returns a view of self"


def test_attributes_of_arrays_that_are_views_are_typed_so() -> None:
    traits = knowledge.traits("numpy.ndarray")
    assert traits is not None and traits.shares
    array = numpy.ones((2, 3))
    stated = dict(traits.attributes)
    for name in dir(array):
        value = getattr(array, name)
        if isinstance(value, numpy.ndarray) and numpy.shares_memory(value, array):
            kind = knowledge.traits(stated[name])
            assert kind is not None and kind.shares, name


def test_a_wrong_line_is_found() -> None:
    """Without this, calls that all fail would pass."""
    pure = Effect(args=("a", "axis"))
    assert [*complaints("ravel", numpy.ravel, pure)]
    assert [*complaints("fill_diagonal", numpy.fill_diagonal, Effect(args=("a", "val")))]
    assert not [*complaints("sort", numpy.sort, pure)]
