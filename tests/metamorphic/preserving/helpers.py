"""The loop's work taken out: into a name, or a helper of this file, another one or a class."""

from __future__ import annotations

import ast
from random import Random

from .. import parts
from ..parts import choice, expression, only_load, statements
from ..subject import Subject
from .operators import operator


def _extracted(subject: Subject, random: Random) -> tuple[ast.stmt, ast.expr, list[str]] | None:
    found = parts.works(subject)
    if not found:
        return None
    node, value = choice(random, found)
    value = _made_anew(subject, value)
    names = parts.free(subject, value)
    if subject.function is not None:
        names = [n for n in names if not _found_by_helper(subject, n)]
    called = {ast.unparse(n.func) for n in ast.walk(value) if isinstance(n, ast.Call)}
    return None if called & set(names) else (node, value, names)


def _made_anew(subject: Subject, value: ast.expr) -> ast.expr:
    """Where the program asks which object is which, without the displays around it: who has an
    object puts it into one, and a helper's caller may be a worker that has a copy."""
    while parts.asks_identity(subject) and isinstance(value, ast.Tuple | ast.List | ast.Set):
        work = [each for each in value.elts if parts.works_in(each)]
        value = work[0]
    return value


def _found_by_helper(subject: Subject, name: str) -> bool:
    """Whether the helper, wherever it runs, reads the same from its module: a variable that the
    program sets while it runs is an input of the work, and is passed to it as one."""
    return parts.is_of_module(subject, name) and parts.is_settled(subject, name)


def _signature(subject: Subject, names: list[str]) -> str:
    """Parameters, with the annotations that the function's own have."""
    function = subject.function
    known = {each.arg: each.annotation for each in function.args.args} if function else {}
    typed = ((name, known.get(name)) for name in names)
    return ", ".join(f"{n}: {ast.unparse(a)}" if a is not None else n for n, a in typed)


def _above(subject: Subject, text: str) -> None:
    """Put definitions in front of what holds the loop."""
    place = next(n for n, each in enumerate(subject.tree.body) if each in subject.path())
    subject.tree.body[place:place] = statements(text)


@operator
def extract_to_function(subject: Subject, random: Random) -> bool:
    found = _extracted(subject, random)
    if found is None:
        return False
    node, value, names = found
    name = subject.fresh("helper")
    text = f"def {name}({_signature(subject, names)}):\n    return {ast.unparse(value)}"
    _above(subject, text)
    parts.replace(node, value, expression(f"{name}({', '.join(names)})"))
    return True


@operator
def extract_to_method(subject: Subject, random: Random) -> bool:
    found = _extracted(subject, random)
    if found is None or "self" in found[2]:
        return False
    node, value, names = found
    owner, static = subject.fresh("Worker"), random.random() < 0.5
    mark = "    @staticmethod\n" if static else ""
    given = ", ".join(filter(None, ["" if static else "self", _signature(subject, names)]))
    text = f"class {owner}:\n{mark}    def work({given}):\n        return {ast.unparse(value)}"
    _above(subject, text)
    maker = owner if static else f"{owner}()"
    parts.replace(node, value, expression(f"{maker}.work({', '.join(names)})"))
    return True


@operator
def extract_to_module(subject: Subject, random: Random) -> bool:
    found = _extracted(subject, random)
    if found is None:
        return False
    node, value, names = found
    needed = _needed(subject, value, _signature(subject, names))
    if needed is None:
        return False
    name, module = subject.fresh("helper"), subject.fresh("other")
    text = f"def {name}({_signature(subject, names)}):\n    return {ast.unparse(value)}\n"
    subject.modules[f"{module}.py"] = "\n".join([*map(ast.unparse, needed), text])
    subject.define(f"from {module} import {name}")
    parts.replace(node, value, expression(f"{name}({', '.join(names)})"))
    return True


def _needed(subject: Subject, value: ast.expr, signature: str) -> list[ast.stmt] | None:
    """Definitions that may be copied into another module along with `value`, None if not all."""
    known, found = parts.top_level(subject), dict[str, ast.stmt]()
    waiting = [value, *statements(f"def f({signature}): pass")]
    while waiting:
        for name in sorted((parts.names(waiting.pop()) & known.keys()) - found.keys()):
            if isinstance(known[name], ast.Assign | ast.AnnAssign):
                return None
            found[name] = known[name]
            waiting.append(known[name])
    wanted = set(map(id, found.values()))
    return [node for node in subject.tree.body if id(node) in wanted]


@operator
def identity_helper(subject: Subject, random: Random) -> bool:
    found = _extracted(subject, random)
    if found is None:
        return False
    node, value, _ = found
    name = subject.fresh("same")
    subject.define(f"def {name}(thing):\n    return thing")
    parts.replace(node, value, expression(f"{name}({ast.unparse(value)})"))
    return True


@operator
def name_subexpression(subject: Subject, random: Random) -> bool:
    found = _extracted(subject, random)
    if found is None:
        return False
    node, value, _ = found
    name = subject.fresh("part")
    subject.before(node, f"{name} = {ast.unparse(value)}")
    parts.replace(node, value, only_load(name))
    return True
