"""A call of all parts of an item in their order: a pool takes the items apart by itself.

`strip(low, high)` over `low, high` is `pool.starmap(strip, ...)`, for items that surely are tuples
of that length.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence

from pfadvisor.model import Plan
from pfadvisor.rewrite.context import FileContext
from pfadvisor.rewrite.direct import definition, importable, only_value


def spread_work(
    context: FileContext,
    plan: Plan,
    work: Sequence[ast.AST],
    results: tuple[str, ...],
    names: Sequence[str],
) -> str:
    """The function of the module that is called with just the named parts of the item, or ""."""
    if len(names) < 2 or any(given.large for given in plan.inputs):
        return ""
    match only_value(plan, work, results):
        case ast.Call(func=ast.Name(id=name) as function, args=args, keywords=[]):
            given = [arg.id for arg in args if isinstance(arg, ast.Name)]
            known = definition(context, function) and importable(context, plan.mode, function)
            return name if known and given == [*names] and len(given) == len(args) else ""
    return ""


def flat(target: ast.expr, parts: dict[str, str]) -> list[str]:
    """The names of a target whose items surely are tuples: `parts` has the types of all names."""
    match target:
        case ast.Tuple(elts=elements):
            names = [each.id for each in elements if isinstance(each, ast.Name)]
            return names if len({*names} & {*parts}) == len(elements) else []
    return []
