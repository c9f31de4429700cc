"""Methods of library objects whose lines write nothing are called; the object must stay as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

import pytest

from pfadvisor.effects import knowledge, special
from pfadvisor.effects.effect import RESOURCES, Effect

from .binding import bind, literal
from .interpreter import module, resolve
from .test_tables import about

pytestmark = pytest.mark.filterwarnings("ignore")


class Kind(NamedTuple):
    make: Callable[[], object]
    state: Callable[[object], object]


def frame() -> object:
    columns = {"a": [3.0, 1.0, 2.0], "b": ["x", "y", "x"], "c": [1, 2, 2]}
    return resolve("pandas", "DataFrame")(columns)


def table_text(table: object) -> str:
    return table.to_csv() + repr(getattr(table, "dtypes", ""))  # type: ignore[attr-defined]


def graph(name: str) -> Callable[[], object]:
    def make() -> object:
        made = resolve("networkx", name)([(1, 2), (2, 3)])
        made.nodes[1]["color"] = ["red"]
        return made

    return make


def graph_text(found: object) -> str:
    nodes, edges = found.nodes(data=True), found.edges(data=True)  # type: ignore[attr-defined]
    return repr((list(nodes), list(edges)))


def sparse(name: str) -> Kind:
    def make() -> object:
        return resolve("scipy", f"sparse.{name}")([[1.0, 0.0], [2.0, 3.0]])

    return Kind(make, lambda m: m.toarray().tolist())  # type: ignore[attr-defined]


KINDS: dict[str, Kind] = {
    "pandas.DataFrame": Kind(frame, table_text),
    "pandas.Series": Kind(lambda: frame()["a"].copy(), table_text),  # type: ignore[index]
    "pandas.Index": Kind(lambda: frame().columns.copy(), repr),  # type: ignore[attr-defined]
    "networkx.Graph": Kind(graph("Graph"), graph_text),
    "networkx.DiGraph": Kind(graph("DiGraph"), graph_text),
    "networkx.MultiGraph": Kind(graph("MultiGraph"), graph_text),
    "PIL.Image.Image": Kind(
        lambda: resolve("PIL", "Image.new")("RGB", (4, 4), (9, 8, 7)),
        lambda image: (image.tobytes(), image.size, image.mode),  # type: ignore[attr-defined]
    ),
    "scipy.sparse.csr_matrix": sparse("csr_matrix"),
    "scipy.sparse.coo_array": sparse("coo_array"),
    "scipy.sparse.lil_matrix": sparse("lil_matrix"),
    "sympy.Matrix": Kind(lambda: resolve("sympy", "Matrix")([[1, 2], [3, 4]]), repr),
    "torch.Tensor": Kind(lambda: resolve("torch", "ones")(2, 3), repr),
}
GIVEN: list[Callable[[object], list[object]]] = [
    lambda _: [],
    lambda _: [1],
    lambda _: [2, 1],
    lambda _: ["b"],
    lambda _: [{"a": 1}],
    lambda _: [len],
    lambda _: [(1, 2)],
    lambda one: [one],
]


def installed(kind: str) -> bool:
    """Whether the release that the table was checked against is here."""
    root = kind.partition(".")[0]
    found = str(getattr(module(root), "__version__", ""))
    return f"{found}.".startswith(f"{about(root)['checked']}.")


def quiet_lines(kind: str) -> Iterator[tuple[str, Effect]]:
    root, _, owner = kind.partition(".")
    table = knowledge.load(root)
    assert table is not None
    for name in table.methods[owner]:
        line = knowledge.method(kind, name)
        if line is None or line.blocks:
            continue
        words = {word.partition(":")[0] for word in (*line.reads, *line.writes)}
        if not (words & RESOURCES.keys()) - {"context", "interpreter"}:
            yield name, line


def complaints(kind: str, name: str, line: Effect) -> Iterator[str]:
    for given in GIVEN:
        one, other = KINDS[kind].make(), KINDS[kind].make()
        args = given(other)
        named = bind(line, args)
        stated = special.refine(line.special, line, literal(named)) if line.special else line
        if stated.unknown or "self" in stated.writes:
            continue
        before = KINDS[kind].state(one)
        with suppress(Exception):
            getattr(one, name)(*args)
        if KINDS[kind].state(one) != before:
            yield f"{kind}.{name}{tuple(args)!r} changes self"


@pytest.mark.parametrize("kind", KINDS)
def test_methods_that_write_nothing_change_nothing(kind: str) -> None:
    if not installed(kind):
        pytest.skip(f"{kind}: not the checked release")
    wrong = [c for name, line in quiet_lines(kind) for c in complaints(kind, name, line)]
    assert wrong == []


@pytest.mark.parametrize(
    ("kind", "name"), [("pandas.DataFrame", "pop"), ("networkx.Graph", "clear")]
)
def test_a_method_that_changes_its_object_is_found(kind: str, name: str) -> None:
    if not installed(kind):
        pytest.skip(f"{kind}: not the checked release")
    assert [*complaints(kind, name, Effect())]
