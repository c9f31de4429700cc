"""Other names for what the program has."""

from __future__ import annotations

import ast
from random import Random

from .. import parts
from ..subject import SCOPES, Subject
from .operators import operator


@operator
def rename_locals(subject: Subject, random: Random) -> bool:
    function = subject.function
    if function is None:
        return False
    other = [n for n in ast.walk(function) if isinstance(n, SCOPES) and n is not function]
    given = {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}
    inside = {name for each in other for name in parts.names(each, ast.Store)}
    declared = {
        name for n in ast.walk(function) if isinstance(n, ast.Global | ast.Nonlocal)
        for name in n.names
    }  # fmt: skip
    local = sorted(parts.names(function, ast.Store) - given - inside - declared)
    fresh = {name: subject.fresh(random.choice(["value", "item", "data"])) for name in local}
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            node.id = fresh.get(node.id, node.id)
        elif (isinstance(node, ast.MatchAs | ast.MatchStar) and node.name in fresh) or (
            isinstance(node, ast.ExceptHandler) and node.name in fresh
        ):
            node.name = fresh[node.name]
    return bool(local)


@operator
def rename_functions(subject: Subject, random: Random) -> bool:
    found = [n for n in subject.tree.body if isinstance(n, ast.FunctionDef) and n.name != "main"]
    texts = {n.value for n in ast.walk(subject.tree) if isinstance(n, ast.Constant)}
    stored = parts.names(subject.tree, ast.Store)
    fresh = {n.name: subject.fresh("do") for n in found if n.name not in texts | stored}
    for node in ast.walk(subject.tree):
        if isinstance(node, ast.Name) and node.id in fresh:
            node.id = fresh[node.id]
        elif node in found and isinstance(node, ast.FunctionDef) and node.name in fresh:
            node.name = fresh[node.name]
    return bool(fresh)
