"""What of a file no Python that is still supported runs: branches for Python 2 and their kin.

Tests of the version that have one answer on every supported Python are answered, and a `try`
that begins with a name which Python 3 has dropped is known to fail.
"""

from __future__ import annotations

import ast
import builtins
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

OLDEST: Final = (3, 11)
NEWEST: Final = (3, 99)
DROPPED: Final = frozenset(
    [
        "apply",
        "basestring",
        "buffer",
        "cmp",
        "coerce",
        "execfile",
        "file",
        "intern",
        "long",
        "raw_input",
        "reduce",
        "reload",
        "unichr",
        "unicode",
        "xrange",
    ]
)
DROPPED_MODULES: Final = frozenset(
    [
        "BaseHTTPServer",
        "CGIHTTPServer",
        "ConfigParser",
        "Cookie",
        "HTMLParser",
        "Queue",
        "SimpleHTTPServer",
        "SocketServer",
        "StringIO",
        "Tkinter",
        "UserDict",
        "UserList",
        "UserString",
        "__builtin__",
        "cPickle",
        "cStringIO",
        "cookielib",
        "copy_reg",
        "htmlentitydefs",
        "httplib",
        "robotparser",
        "urllib2",
        "urlparse",
        "xmlrpclib",
    ]
)
BUILTINS: Final = frozenset(dir(builtins))
COMPARISONS: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
Outcome = Literal["fails", "passes", ""]


def flags_of(body: Sequence[ast.stmt]) -> dict[str, bool]:
    """Names that a module binds once, to a test of the version: `PY2 = sys.version_info[0] == 2`."""
    found: dict[str, bool] = {}
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                answer = answer_to(value, found)
                if answer is not None and _stores(body, name) == 1:
                    found[name] = answer
    return found


def _stores(body: Sequence[ast.stmt], name: str) -> int:
    nodes = (node for statement in body for node in ast.walk(statement))
    return sum(
        (isinstance(n, ast.Name) and n.id == name and not isinstance(n.ctx, ast.Load))
        or (isinstance(n, (ast.Global, ast.alias)) and name in ast.dump(n))
        for n in nodes
    )


def decided(test: ast.expr, flags: Mapping[str, bool]) -> bool | None:
    """Whether the suite of an `if` always runs, or never; None if it depends."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    return answer_to(test, flags)


def answer_to(test: ast.expr, flags: Mapping[str, bool]) -> bool | None:
    """What a test of the version gives on every supported Python; None if it depends."""
    match test:
        case ast.Name(id=name):
            return flags.get(name)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            answer = answer_to(inner, flags)
            return None if answer is None else not answer
        case ast.Compare(left=left, ops=[op], comparators=[ast.expr() as right]):
            return _compared(_version(left), op, _constant(right))
    return None


def _version(node: ast.expr) -> str:
    """Which part of `sys.version_info` the expression is."""
    match node:
        case ast.Attribute(value=ast.Name(id="sys"), attr="version_info"):
            return "whole"
        case ast.Subscript(value=inner, slice=ast.Slice(lower=None, step=None)):
            return _version(inner)
        case ast.Subscript(value=inner, slice=ast.Constant(value=0)):
            return "major" if _version(inner) == "whole" else ""
        case ast.Attribute(value=inner, attr="major"):
            return "major" if _version(inner) == "whole" else ""
    return ""


def _constant(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def _compared(part: str, op: ast.cmpop, constant: Any) -> bool | None:
    compare = COMPARISONS.get(type(op))
    if compare is None or not part:
        return None
    if part == "major":
        return compare(OLDEST[0], constant) if isinstance(constant, int) else None
    if not isinstance(constant, tuple) or not all(isinstance(c, int) for c in constant):
        return None
    if constant[:1] == OLDEST[:1] and isinstance(op, (ast.Eq, ast.NotEq)):
        return None
    answers = {compare(bound, constant) for bound in (OLDEST, NEWEST)}
    return answers.pop() if len(answers) == 1 else None


def outcome(node: ast.Try, is_builtin: Callable[[str], bool]) -> Outcome:
    """Whether the body of a `try` fails at once, or cannot, by the names it looks for."""
    if _fails(node.body[0], is_builtin):
        return "fails"
    return "passes" if all(_passes(s, is_builtin) for s in node.body) else ""


def _fails(statement: ast.stmt, is_builtin: Callable[[str], bool]) -> bool:
    match statement:
        case ast.Import(names=[ast.alias(name=name), *_]):
            return name in DROPPED_MODULES
        case ast.ImportFrom(module=str(name), level=0):
            return name in DROPPED_MODULES
        case ast.Assign(value=ast.Name(id=name)) | ast.Expr(value=ast.Name(id=name)):
            return name in DROPPED and is_builtin(name)
    return False


def _passes(statement: ast.stmt, is_builtin: Callable[[str], bool]) -> bool:
    match statement:
        case (
            ast.Assign(targets=[ast.Name()], value=ast.Name(id=name))
            | ast.Expr(value=ast.Name(id=name))
        ):
            return name in BUILTINS and is_builtin(name)
    return False


def catches(handler: ast.ExceptHandler) -> bool:
    """Whether it is for names and modules that are missing."""
    names = (
        {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)} if handler.type else ()
    )
    missing = {"NameError", "ImportError", "ModuleNotFoundError", "Exception"}
    return handler.type is None or bool(missing & set(names))
