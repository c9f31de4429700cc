"""Names of the functions that loop bodies become.

A name rests on the loop and on the loops before it in the file, never on which of
them are rewritten, so that it is the same whatever else is fixed. Loops that read
the same share one name: their functions are mostly the same, and one is then enough.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator
from typing import NamedTuple

from pfadvisor.rewrite.scope import Comprehension, taken_names
from pfadvisor.rewrite.text import Text

_VAGUE = frozenset(
    {"main", "run", "test", "do", "go", "execute", "call", "start", "handle", "init"}
)
_ANY_RESULT = frozenset({"out", "output", "result", "res", "ret", "acc", "new", "tmp", "found"})
_COLLECTING = frozenset({"append", "add", "extend", "update"})
_LOOKING = frozenset(
    {"get", "items", "keys", "values", "startswith", "endswith", "strip", "lower", "upper"}
    | {"subTest", "fail"}
    | {"join", "basename", "dirname", "abspath", "splitext", "with_suffix", "format", "encode"}
)
_ASKING = frozenset({"is", "has", "can", "exist", "exists", "isfile", "isdir", "islink", "isabs"})
_LONG = 3
_ANY_ITEM = frozenset({"item", "element", "entry", "arg", "kwarg", "thing", "value"})
_PLURALS = (
    ("ies", "y"),
    ("sses", "ss"),
    ("xes", "x"),
    ("ches", "ch"),
    ("shes", "sh"),
    ("s", ""),
)
_WRAPPERS = frozenset({"enumerate", "reversed", "sorted", "list", "set", "tqdm"})
_NOUN = re.compile(r".+([^s]ing|ation|ity|[^e]ed|ias|us|is|series)")
_SIDES = frozenset({"first", "second", "one", "other", "left", "right"})
_WORD = re.compile(r"[a-z0-9]+")

Loop = ast.For | ast.AsyncFor | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class _Seen(NamedTuple):
    """A loop; `scope` tells apart places where equal loops may need unequal functions."""

    node: ast.AST
    function: str = ""
    scope: str = ""
    assigned: str = ""


def worker_name(text: Text, loop: ast.AST) -> str:
    """A free module-level name for the body of `loop`."""
    names = text.once("workers", lambda: dict(_worker_names(text)))
    return names.get(loop) or _free(["_process_item"], set(taken_names(text)))


def _worker_names(text: Text) -> Iterator[tuple[ast.AST, str]]:
    """Every loop of the file with the name that its body would get."""
    taken = set(taken_names(text))
    alike: dict[tuple[str, ...], str] = {}
    for each in _loops(text.tree, _Seen(text.tree)):
        noun = _noun(each)
        bases = [f"_{verb}_{noun}" if verb != noun else f"_{noun}" for verb in _verbs(each)]
        key = (bases[0], each.scope, ast.dump(each.node))
        name = alike.get(key) or _free(bases, taken)
        yield each.node, name
        alike[key] = name
        taken.add(name)


def _free(bases: list[str], taken: set[str]) -> str:
    """The first of `bases` that is free, else the first with a number."""
    for base in bases:
        if base not in taken:
            return base
    name, number = bases[0], 1
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def _loops(node: ast.AST, seen: _Seen) -> Iterator[_Seen]:
    if isinstance(node, (ast.For, ast.AsyncFor, *Comprehension)) or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "map"
    ):
        yield seen._replace(node=node)
    match node:
        case ast.ClassDef(name=name):
            seen = seen._replace(function=name, scope=name)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            seen = seen._replace(function=name, scope=seen.scope + ast.dump(node.args))
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            seen = seen._replace(assigned=name)
        case ast.stmt():
            seen = seen._replace(assigned="")
    for child in ast.iter_child_nodes(node):
        yield from _loops(child, seen)


def _verbs(seen: _Seen) -> list[str]:
    """What the work may be said to do: `export_avatars` exports; where that is taken, what it
    calls for an item may say more."""
    words = _words(seen.function)
    tests = words[:1] == ["test"]
    called = [*map(_telling, _called(seen.node, methods=tests))]
    own = "".join(called[:1]) if tests else _telling(seen.function)
    found = [own or "process", *called, "_".join(words) if len(words) <= _LONG else ""]
    return [verb for verb in dict.fromkeys(found) if verb]


def _telling(function: str) -> str:
    """The first word of a function's name that says what it does, "" if none is there: `sizes` says
    that it sizes, but not so `ranking` or `merged`."""
    words = _words(function)
    while words and words[0] in _VAGUE:
        del words[0]
    if words and words[0] in _ASKING:
        return "check"
    silent = not words or len(words[0]) < 3 or hasattr(builtins, words[0])
    return "" if silent or _NOUN.fullmatch(words[0]) else singular(words[0])


def _called(loop: ast.AST, *, methods: bool) -> list[str]:
    """Names of the functions that the body calls, outermost first; those of methods only if asked."""
    body: list[ast.AST] = []
    match loop:
        case ast.For() | ast.AsyncFor():
            body = list(loop.body)
        case ast.DictComp(key=key, value=value):
            body = [key, value]
        case ast.ListComp(elt=elt) | ast.SetComp(elt=elt) | ast.GeneratorExp(elt=elt):
            body = [elt]
    calls = [node.func for each in body for node in ast.walk(each) if isinstance(node, ast.Call)]
    names = [_last_name(func) for func in calls if methods or isinstance(func, ast.Name)]
    return [name for name in names if name][:3]


def _last_name(func: ast.expr) -> str:
    match func:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name) if not _says_nothing(name):
            return name
    return ""


def _says_nothing(method: str) -> bool:
    """Whether it only collects, looks something up or asserts what others have computed."""
    return method in _COLLECTING | _LOOKING or method.startswith("assert")


def _words(name: str) -> list[str]:
    words: list[str] = _WORD.findall(re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower())
    return words


def _noun(seen: _Seen) -> str:
    """What one iteration is about: its target, one of its source, or what it makes."""
    loop = seen.node
    names = [n for n in _target_names(loop) if len(n) > 2 and n.strip("_") and n != "index"]
    if len(names) > 1 and set(names) <= _SIDES:
        return "pair"
    whole = _one_of(loop) if len(names) > 1 else ""
    if whole and whole not in _ANY_ITEM:
        return whole
    if names:
        return names[0].strip("_").lower()
    return _one_of(loop) or _result(loop) or _made(seen.assigned) or _made(seen.function) or "item"


def _made(name: str) -> str:
    """`row` for `rows` or `read_rows`."""
    words = _words(name)
    single = singular(words[-1]) if words else ""
    telling = single not in _ANY_RESULT and len(single) > 2
    return single if words and single != words[-1] and telling else ""


def _one_of(loop: ast.AST) -> str:
    """`path` for a loop over `paths`."""
    if isinstance(loop, (ast.For, ast.AsyncFor)):
        source = loop.iter
    elif isinstance(loop, Comprehension):
        source = loop.generators[-1].iter
    else:
        return ""
    match source:
        case ast.Call(func=ast.Name(id=wrapper), args=[first, *_]) if wrapper in _WRAPPERS:
            source = first
    match source:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            plural = name.strip("_").lower()
            single = singular(plural)
            return single if len(single) > 2 and single != plural else ""
    return ""


def _target_names(loop: ast.AST) -> list[str]:
    if isinstance(loop, (ast.For, ast.AsyncFor)):
        target, source = loop.target, loop.iter
    elif isinstance(loop, Comprehension):
        target, source = loop.generators[-1].target, loop.generators[-1].iter
    else:
        return []
    match target, source:
        case ast.Tuple(elts=[_, *rest]), ast.Call(func=ast.Name(id="enumerate")):
            target = ast.Tuple(rest)
    return [n.id for n in ast.walk(target) if isinstance(n, ast.Name)]


def _result(loop: ast.AST) -> str:
    """What the body appends to or assigns, in the singular."""
    for node in ast.walk(loop):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append" | "add")):
                return _telling_noun(name)
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))]):
                return _telling_noun(name)
    return ""


def _telling_noun(plural: str) -> str:
    name = singular(plural.strip("_").lower())
    return "" if name in _ANY_RESULT else name


def singular(name: str) -> str:
    if name.endswith(("series", "species")):
        return name
    for ending, single in _PLURALS:
        if name.endswith(ending) and not name.endswith("ss") and len(name) > len(ending) + 1:
            return name[: -len(ending)] + single
    return name if len(name) > 1 else "item"
