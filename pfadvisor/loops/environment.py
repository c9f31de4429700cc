"""Mappings of unknown types that iterations change while they go by the environment: a caller may
have passed the environment itself."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.values import PERHAPS
from pfadvisor.loops.conflicts import Conflict, access_of
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import Touch
from pfadvisor.model import Assumption

ENVIRONMENT: Final = ("res", "env")


def environment_conflicts(body: Body, resources: list[Touch]) -> list[Conflict]:
    readers = [t for t in resources if t.effect.root == ENVIRONMENT]
    changes = [
        e
        for e in body.whole.effects_on(ENVIRONMENT)
        if e.how == PERHAPS and e.instr in body.node_of
    ]
    if not readers or not changes:
        return []
    change, reader = changes[0], readers[0].effect
    question = Assumption(
        "no-alias",
        "os.environ",
        "no mapping that the body changes is the environment of the process",
        change.where,
    )
    nodes = {t.node for t in readers} | {body.node_of[e.instr] for e in changes}
    found = access_of(body, change), access_of(body, reader)
    rule = "process-wide-state"
    return [Conflict(frozenset(nodes), "flow", *found, rule, "env", None, question)]
