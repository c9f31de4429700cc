"""Findings of family 3xx: mistakes in code that is parallel already.

Each rule of the family has `found(module)`, which yields a node and a message. No
fix is offered: what was meant is not in the code.
"""

from __future__ import annotations

import ast

from pfadvisor import registry
from pfadvisor.model import Finding, Span
from pfadvisor.rules import _catalog, _pools

SIGN = "Pool"


def mistakes(tree: ast.Module, text: str, filename: str) -> tuple[Finding, ...]:
    """The mistakes of one file, in source order; a file that names no pool has none."""
    if SIGN not in text:
        return ()
    module, lines = _pools.read(tree), text.splitlines()
    found = [
        _finding(rule, node, message, lines, filename)
        for rule in _catalog.rules()
        if rule.family == "PFA3"
        for node, message in registry.load(_catalog.PACKAGE, rule.name).found(module)
    ]
    return tuple(sorted(found, key=lambda one: (one.span, one.code)))


def _finding(
    rule: _catalog.Rule, node: ast.expr, message: str, lines: list[str], filename: str
) -> Finding:
    span = Span(
        node.lineno,
        _column(lines, node.lineno, node.col_offset),
        node.end_lineno or node.lineno,
        _column(lines, node.end_lineno or node.lineno, node.end_col_offset or 0),
    )
    return Finding(rule.code, rule.name, message, filename, span, node.lineno)


def _column(lines: list[str], row: int, offset: int) -> int:
    line = lines[row - 1] if row <= len(lines) else ""
    return len(line.encode()[:offset].decode(errors="ignore")) + 1
