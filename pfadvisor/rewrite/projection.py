"""Sources that give more than the work takes: workers get the part that it reads.

The elements of `enumerate(rows)`, the values of `table.items()`: the parent pairs the results
with what it still needs, in order.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from pfadvisor.model import Plan
from pfadvisor.rewrite.layout import argument, one_line
from pfadvisor.rewrite.scope import stores
from pfadvisor.rewrite.shape import repeatable
from pfadvisor.rewrite.text import Text


@dataclass(frozen=True, slots=True)
class Projection:
    """The part that goes to the workers, `source` bound to `target`; the other is `left`.

    start   further arguments of `enumerate`, each with a comma before it
    mapping the source whose keys or items were iterated, "" for `enumerate`
    """

    source: str
    node: ast.expr | None
    target: ast.expr
    left: ast.expr
    start: str = ""
    mapping: str = ""

    @property
    def names(self) -> set[str]:
        return stores(self.target)

    def numbered(self, run: str) -> str:
        """`run` paired with what is left."""
        if self.mapping:
            keys = self.mapping if self.source != self.mapping else f"{self.mapping}.values()"
            return f"zip({keys}, {run})"
        return f"enumerate({run}{self.start})"

    def whole(self, source: str) -> str:
        """The original source, `source` being what the workers' part is called now."""
        return f"{self.mapping}.items()" if self.mapping else f"enumerate({source}{self.start})"


def projected(
    text: Text, plan: Plan, loop: ast.For | ast.AsyncFor | ast.comprehension, used: set[str]
) -> Projection | None:
    """How the source is split, if the work reads (`used`) but one part of each item."""
    match loop.target:
        case ast.Tuple(elts=[first, second]) if not isinstance(second, ast.Starred):
            if isinstance(first, ast.Starred) or stores(first) & stores(second):
                return None
        case _:
            return None
    match loop.iter:
        case ast.Call(func=ast.Name(id="enumerate"), args=[source, *more], keywords=named):
            if stores(first) & used or isinstance(source, ast.Starred):
                return None
            given = [text.of(each) for each in (*more, *(each for each in named))]
            start = "".join(f", {one_line(each)}" for each in given)
            return Projection(argument(text.of(source)), source, second, first, start)
        case ast.Call(func=ast.Attribute(value=owner, attr="items"), args=[], keywords=[]):
            if plan.source.reiterable and repeatable(owner):
                return _of_mapping(text.of(owner), owner, first, second, used)
    return None


def _of_mapping(
    mapping: str, owner: ast.expr, key: ast.expr, value: ast.expr, used: set[str]
) -> Projection | None:
    if not stores(key) & used:
        node = ast.Call(ast.Attribute(owner, "values", ast.Load()), [], [])
        return Projection(f"{mapping}.values()", node, value, key, mapping=mapping)
    if not stores(value) & used:
        return Projection(mapping, owner, key, value, mapping=mapping)
    return None
