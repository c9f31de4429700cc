"""The two sides of an inner `for` whose work is done for all of its items first."""

from __future__ import annotations

import ast

from pfadvisor.rewrite.layout import fitted, from_code, grouped
from pfadvisor.rewrite.piece import Piece
from pfadvisor.rewrite.refusal import Refused
from pfadvisor.rewrite.scope import stores
from pfadvisor.rewrite.stages import Stages


class Parted:
    """The worker makes a list of results, the parent goes through items and results."""

    def __init__(
        self, stages: Stages, statement: ast.For, part: Piece, source: str, width: int
    ) -> None:
        """`part` are both sides of the inner body, `source` is what the worker runs through."""
        self.text, self.unit, self.width = stages.text, stages.text.unit, width
        self.name, self.results = stages.rows[statement], stages.of_rows[statement]
        self.target = self.text.target(statement.target)
        self.idle = stages.drawn.isdisjoint(stores(statement.target))
        self.source, self.iterable = source, self.text.of(statement.iter)
        self.part, self.rows = part, from_code(part.worker)
        if part.bound is None or not {*self.results} <= part.bound:
            raise Refused("an inner loop does not always come to its results")

    @property
    def value(self) -> str:
        return grouped(", ".join(self.results))

    def both(self, inner: str, outer: str, above: Piece, mark: str) -> Piece:
        """Both sides at their indentations, behind `above`; among the commit's rows `mark` stands
        for nothing."""
        made = self._worker(inner)
        start = len(above.worker)
        tail = {name: (row + start, value) for name, (row, value) in made.tail.items()}
        commit = [*above.commit, *self._commit(outer, mark)]
        return Piece([*above.worker, *made.worker], commit, {self.name}, tail)

    def _worker(self, indent: str) -> Piece:
        """The rows by which the worker makes the list, as a comprehension if it can be one."""
        run = f"for {self.target} in {self.source}"
        at, value = self._last()
        if at == 0 and value:
            made = f"[{value} {run}]"
            rows = fitted(f"{indent}{self.name} = {made}", self.unit, self.width)
            return Piece(rows, [], {self.name}, {self.name: (0, made)} if len(rows) == 1 else {})
        kept = self.rows[:at] if value else self.rows
        last = f"{indent}{self.unit}{self.name}.append({value or self.value})"
        head = fitted(f"{indent}{run}:", self.unit, self.width)
        last_rows = fitted(last, self.unit, self.width)
        return Piece([f"{indent}{self.name} = []", *head, *kept, *last_rows], [], {self.name})

    def _last(self) -> tuple[int, str]:
        """Where the only result is assigned as the last that is done, on a row of its own."""
        at, value = self.part.tail.get(self.results[0], (-1, ""))
        at -= len(self.part.worker) - len(self.rows)
        alone = len(self.results) == 1 and at == len(self.rows) - 1
        return (at, value) if alone and "\n" not in value else (-1, "")

    def _commit(self, indent: str, mark: str) -> list[str]:
        head = f"for {grouped(self.target)}, {self.value} in zip({self.iterable}, {self.name}):"
        if self.idle:
            head = f"for {', '.join(self.results)} in {self.name}:"
        rows = from_code([row for row in self.part.commit if row != mark])
        return [*fitted(indent + head, self.unit, self.width), *rows]


def drawing(loop: ast.For) -> ast.stmt:
    """What is left of the header of the loop for the parent: it takes the items, too."""
    drawn = ast.Assign([loop.target], loop.iter)
    return ast.copy_location(drawn, loop.iter)
