"""The annotation of what a worker gives back."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from pfadvisor.rewrite.piece import Piece
from pfadvisor.rewrite.signature import tuple_of
from pfadvisor.rewrite.stages import GENERIC, Stages, known_type
from pfadvisor.rewrite.types import Types


def result_types(
    types: Types, stages: Stages, commit: Sequence[ast.stmt], piece: Piece
) -> list[str | None]:
    """The types of the results; of one that may be left at None nothing is said."""
    plan = stages.plan
    known: dict[str, str | None] = {name: types.name(name) for name in plan.handed}
    for statement in commit:
        for node, span in stages.holes_in(statement):
            known[stages.holes[span]] = types.value(node)
    known |= {name: _row_type(types, stages, row) for row, name in stages.rows.items()}
    known |= dict.fromkeys(stages.flags.values(), "bool")
    early = any(re.search(r"\breturn\b.*\bNone\b", line) for line in piece.worker)
    known = {name: None if early else each for name, each in known.items() if _sure(piece, name)}
    own = stages.own
    known |= {own[p.name]: known_type(p, types) or GENERIC.get(p.kind) for p in plan.privates}
    return [known.get(name) if name != stages.kept else "bool" for name in stages.results]


def _row_type(types: Types, stages: Stages, row: ast.For) -> str | None:
    """The type of a list of what an inner loop needs of its work."""
    worked = {stages.holes[span]: types.value(node) for node, span in stages.holes_in(row)}
    each = [worked.get(name) or types.name(name) for name in stages.of_rows[row]]
    told = tuple_of(each) if all(each) else None
    return f"list[{told}]" if told else None


def _sure(piece: Piece, name: str) -> bool:
    return piece.bound is not None and name in piece.bound
