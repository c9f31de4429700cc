"""Changes that leave a loop what it was: its verdict must not change.

An operator changes the subject in place, or says that it has no place there. Wrappers hand on
what they are given; nothing that was known becomes a parameter that is not.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from random import Random

from . import parts
from .parts import choice, expression, only_load, statements
from .subject import SCOPES, Subject

Operator = Callable[[Subject, Random], bool]
OPERATORS: dict[str, Operator] = {}


def operator(change: Operator) -> Operator:
    OPERATORS[change.__name__.replace("_", "-")] = change
    return change


# -- names


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


# -- wrappers


def _wrappable(subject: Subject) -> ast.FunctionDef | None:
    """The function of the loop, at the module's top, with plain parameters."""
    function = subject.function
    if not isinstance(function, ast.FunctionDef) or function not in subject.tree.body:
        return None
    given = function.args
    if given.vararg or given.kwarg or given.kwonlyargs or given.posonlyargs:
        return None
    return None if function.decorator_list else function


def _handed_on(function: ast.FunctionDef, callee: str) -> ast.stmt:
    given = ", ".join(each.arg for each in function.args.args)
    return statements(f"def f():\n    return {callee}({given})")[0].body[0]  # type: ignore[attr-defined, no-any-return]


@operator
def wrap_in_function(subject: Subject, _: Random) -> bool:
    function = _wrappable(subject)
    if function is None or function.args.defaults:
        return False
    inner = ast.FunctionDef(
        subject.fresh("inner"), function.args, function.body, [], None, **_NO_TYPES
    )
    function.body = [inner, _handed_on(function, inner.name)]
    return True


@operator
def wrap_in_method(subject: Subject, random: Random) -> bool:
    function = _wrappable(subject)
    if function is None or function.args.defaults or parts.names(function) & {"self"}:
        return False
    owner, static = subject.fresh("Holder"), random.random() < 0.5
    args = [] if static else [ast.arg("self")]
    parameters = ast.arguments([], [*args, *function.args.args], None, [], [], None, [])
    marks = [only_load("staticmethod")] if static else []
    method = ast.FunctionDef("work", parameters, function.body, marks, None, **_NO_TYPES)
    holder = ast.ClassDef(owner, [], [], [method], [], **_NO_TYPES)
    callee = f"{owner}.work" if static else f"{owner}().work"
    function.body = [_handed_on(function, callee)]
    place = subject.tree.body.index(function)
    subject.tree.body.insert(place, holder)
    return True


@operator
def indent(subject: Subject, _: Random) -> bool:
    suite = subject.suite(subject.marked)
    place = next(n for n, each in enumerate(suite) if each is subject.marked)
    suite[place] = ast.If(ast.Constant(True), [subject.marked], [])
    return not isinstance(subject.marked, ast.Return)


# -- headers


def _header(subject: Subject) -> ast.For | None:
    """The loop, if its header is not that of a counter, which has no other form."""
    match subject.loop:
        case ast.For(iter=ast.Call(func=ast.Name(id="range"))):
            return None
    return subject.loop


@operator
def enumerate_form(subject: Subject, random: Random) -> bool:
    loop = subject.loop
    if loop is None:
        return False
    start = choice(random, ["", ", 1", ", start=3"])
    loop.iter = expression(f"enumerate({ast.unparse(loop.iter)}{start})")
    loop.target = _pair(ast.Name(subject.fresh("number"), ast.Store()), loop.target)
    return True


@operator
def zip_form(subject: Subject, random: Random) -> bool:
    loop = subject.loop
    if loop is None:
        return False
    source = ast.unparse(loop.iter)
    other = choice(random, ["", "itertools.count()", "range(1_000_000)"])
    if not other:
        loop.iter = expression(f"zip({source})")
        loop.target = ast.Tuple([loop.target], ast.Store())
        return True
    if "itertools" in other:
        subject.define("import itertools")
    loop.iter = expression(f"zip({source}, {other})")
    loop.target = _pair(loop.target, ast.Name(subject.fresh("other"), ast.Store()))
    return True


@operator
def range_form(subject: Subject, random: Random) -> bool:
    loop = _header(subject)
    if loop is None:
        return False
    index, items = subject.fresh("index"), subject.fresh("items")
    subject.before(loop, f"{items} = {choice(random, ['list', 'tuple'])}({ast.unparse(loop.iter)})")
    loop.body.insert(0, ast.Assign([loop.target], expression(f"{items}[{index}]")))
    loop.target = ast.Name(index, ast.Store())
    loop.iter = expression(f"range(len({items}))")
    return True


@operator
def listed_form(subject: Subject, random: Random) -> bool:
    loop = _header(subject)
    if loop is None:
        return False
    forms = ["list({0})", "iter({0})", "[each_ for each_ in {0}]", "tuple({0})", "[*{0}]"]
    loop.iter = expression(choice(random, forms).format(ast.unparse(loop.iter)))
    return True


def _pair(first: ast.expr, second: ast.expr) -> ast.Tuple:
    return ast.Tuple([first, second], ast.Store())


# -- helpers


def _extracted(subject: Subject, random: Random) -> tuple[ast.stmt, ast.expr, list[str]] | None:
    found = parts.works(subject)
    if not found:
        return None
    node, value = choice(random, found)
    names = parts.free(subject, value)
    if subject.function is not None:
        names = [name for name in names if not parts.is_of_module(subject, name)]
    called = {ast.unparse(n.func) for n in ast.walk(value) if isinstance(n, ast.Call)}
    return None if called & set(names) else (node, value, names)


def _signature(subject: Subject, names: list[str]) -> str:
    """Parameters, with the annotations that the function's own have."""
    function = subject.function
    known = {each.arg: each.annotation for each in function.args.args} if function else {}
    typed = ((name, known.get(name)) for name in names)
    return ", ".join(f"{n}: {ast.unparse(a)}" if a is not None else n for n, a in typed)


@operator
def extract_to_function(subject: Subject, random: Random) -> bool:
    found = _extracted(subject, random)
    if found is None:
        return False
    node, value, names = found
    name = subject.fresh("helper")
    text = f"def {name}({_signature(subject, names)}):\n    return {ast.unparse(value)}"
    place = next(n for n, each in enumerate(subject.tree.body) if each in subject.path())
    subject.tree.body[place:place] = statements(text)
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
    place = next(n for n, each in enumerate(subject.tree.body) if each in subject.path())
    subject.tree.body[place:place] = statements(text)
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


# -- statements


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


@operator
def swap_branches(subject: Subject, _: Random) -> bool:
    for node in ast.walk(subject.marked):
        if isinstance(node, ast.If):
            node.body, node.orelse = node.orelse or [ast.Pass()], node.body
        elif isinstance(node, ast.IfExp):
            node.body, node.orelse = node.orelse, node.body
        else:
            continue
        node.test = ast.UnaryOp(ast.Not(), node.test)
        return True
    return False


@operator
def add_dead_code(subject: Subject, random: Random) -> bool:
    loop = subject.loop
    forms = ["pass", "unused_ = 0", "'A remark.'", "if False:\n    pass", "unused_: int = 1"]
    if loop is None:
        subject.before(subject.marked, choice(random, forms))
        return True
    place = random.randrange(len(loop.body) + 1)
    if isinstance(loop.body[-1], ast.Continue | ast.Break | ast.Return):
        place = 0
    loop.body[place:place] = statements(choice(random, forms))
    return True


@operator
def reorder_statements(subject: Subject, random: Random) -> bool:
    """Neighbours that only name displays, constants and names of others."""
    suites = [subject.suite(subject.marked), *([subject.loop.body] if subject.loop else [])]
    found = [
        (suite, place)
        for suite in suites
        for place in range(len(suite) - 1)
        if _independent(suite[place], suite[place + 1])
    ]
    if not found:
        return False
    suite, place = choice(random, found)
    suite[place : place + 2] = [suite[place + 1], suite[place]]
    return True


def _independent(one: ast.stmt, two: ast.stmt) -> bool:
    if not all(isinstance(each, ast.Assign) for each in (one, two)):
        return False
    plain = (ast.Attribute, ast.Subscript, ast.Call, ast.BinOp, ast.Await, ast.NamedExpr)
    if any(isinstance(n, plain) for n in ast.walk(one)):
        return False
    stored = parts.names(one, ast.Store), parts.names(two, ast.Store)
    read = parts.names(one), parts.names(two)
    return not (stored[0] & (read[1] | stored[1]) or stored[1] & read[0])


@operator
def swap_definitions(subject: Subject, random: Random) -> bool:
    body = subject.tree.body
    found = [
        n for n in range(len(body) - 1)
        if all(isinstance(s, ast.FunctionDef) and not s.decorator_list
               and not s.args.defaults for s in body[n : n + 2])
    ]  # fmt: skip
    if not found:
        return False
    place = choice(random, found)
    body[place : place + 2] = [body[place + 1], body[place]]
    return True


@operator
def annotate(subject: Subject, _: Random) -> bool:
    suite = subject.suite(subject.marked)
    kinds = {ast.List: "list", ast.Dict: "dict", ast.Constant: ""}
    done = False
    for place, node in enumerate(suite):
        match node:
            case ast.Assign(targets=[ast.Name() as target], value=value) if type(value) in kinds:
                known = type(value.value).__name__ if isinstance(value, ast.Constant) else ""
                kind = kinds[type(value)] or known
                if kind in ("list", "dict", "int", "float", "str"):
                    suite[place] = ast.AnnAssign(target, only_load(kind), value, 1)
                    done = True
    return done


@operator
def append_form(subject: Subject, random: Random) -> bool:
    for node in subject.loop.body if subject.loop else ():
        match node:
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(ast.Name(id=name), "append"), args=[v])
            ):
                if name not in parts.bound_in(subject):
                    return False
                text = choice(random, ["{0}.extend([{1}])", "{0} += [{1}]", "{0}.extend(({1},))"])
                new = statements(text.format(name, ast.unparse(v)))[0]
                subject.suite(node)[subject.suite(node).index(node)] = new
                return True
    return False


@operator
def alias_function(subject: Subject, random: Random) -> bool:
    """The work by another name, given before the loop."""
    known = parts.top_level(subject)
    called = [
        n for node, value in parts.works(subject) for n in ast.walk(value)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
        and isinstance(known.get(n.func.id), ast.FunctionDef) and n.func.id in known
        and n.func.id not in parts.bound_in(subject)
    ]  # fmt: skip
    if not called:
        return False
    call = choice(random, called)
    name = subject.fresh("work")
    subject.before(subject.marked, f"{name} = {ast.unparse(call.func)}")
    call.func = only_load(name)
    return True


# -- for and comprehension


@operator
def to_comprehension(subject: Subject, _: Random) -> bool:
    """`out = []` directly before a loop that only appends."""
    loop = subject.loop
    if loop is None or loop.orelse or len(loop.body) != 1:
        return False
    suite = subject.suite(loop)
    place = next(n for n, each in enumerate(suite) if each is loop)
    match (suite[place - 1] if place else None), loop.body[0]:
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=ast.List(elts=[])),
            ast.Expr(value=ast.Call(func=ast.Attribute(ast.Name(id=other), "append"), args=[v])),
        ) if name == other and not {name} & (parts.names(v) | parts.names(loop.iter)):
            head = f"for {ast.unparse(loop.target)} in {ast.unparse(loop.iter)}"
            if any(isinstance(n, ast.Await | ast.NamedExpr | ast.Yield) for n in ast.walk(v)):
                return False
            if isinstance(subject.function, ast.AsyncFunctionDef):
                return False
            new = statements(f"{name} = [{ast.unparse(v)} {head}]")[0]
            if _leaks(subject, loop):
                return False
            suite[place - 1 : place + 1] = [new]
            subject.marked = new
            return True
    return False


def _leaks(subject: Subject, loop: ast.For) -> bool:
    """Whether the target is read outside of the loop."""
    inside = {id(n) for n in ast.walk(loop)}
    around = subject.function or subject.tree
    target = parts.names(loop.target, ast.Store)
    outside = [n for n in ast.walk(around) if isinstance(n, ast.Name) and id(n) not in inside]
    return any(n.id in target for n in outside)


@operator
def from_comprehension(subject: Subject, _: Random) -> bool:
    match subject.marked:
        case ast.Return(value=ast.ListComp() as made) | ast.Assign(value=ast.ListComp() as made):
            pass
        case _:
            return False
    if len(made.generators) != 1 or any(isinstance(n, ast.Await) for n in ast.walk(made)):
        return False
    out, each = subject.fresh("out"), made.generators[0]
    tests = "".join(f" if {ast.unparse(test)}:" for test in each.ifs)
    if len(each.ifs) > 1:
        return False
    head = f"for {ast.unparse(each.target)} in {ast.unparse(each.iter)}:"
    body = f"\n   {tests}\n        " if tests else "\n    "
    subject.before(subject.marked, f"{out} = []\n{head}{body}{out}.append({ast.unparse(made.elt)})")
    parts.replace(subject.marked, made, only_load(out))
    suite = subject.suite(subject.marked)
    subject.marked = suite[next(n for n, s in enumerate(suite) if s is subject.marked) - 1]
    return True


_NO_TYPES: dict[str, list[ast.AST]] = {"type_params": []}
