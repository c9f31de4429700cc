"""Findings of family 4xx: comments to this tool that mean nothing where they stand.

Each rule of the family has `found(comments, tree)`, which yields a place and a message.
"""

from __future__ import annotations

import ast

from pfadvisor import registry
from pfadvisor.model import Finding
from pfadvisor.rules import _catalog
from pfadvisor.source.suppress import Comment

FAMILY = "PFA4"


def meaningless(
    comments: tuple[Comment, ...], tree: ast.Module, filename: str
) -> tuple[Finding, ...]:
    """The comments of one file that mean nothing, in source order."""
    if not comments:
        return ()
    found = [
        Finding(rule.code, rule.name, message, filename, span, span.row)
        for rule in _catalog.rules()
        if rule.family == FAMILY
        for span, message in registry.load(_catalog.PACKAGE, rule.name).found(comments, tree)
    ]
    return tuple(sorted(found, key=lambda one: (one.span, one.code)))
