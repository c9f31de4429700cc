"""What pickle asks of a class of the program to make a copy, and which classes cannot do it.

A copy gets its attributes last: `__getattr__` is asked before that, and so is what fills a
container again. Sets and the containers of `collections` are made by calling the class anew.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Function, Instr
from pfadvisor.effects.program import Program

CALLED_WITH: Final = {
    "set": 1,
    "collections.Counter": 1,
    "collections.OrderedDict": 0,
    "collections.defaultdict": 1,
    "collections.deque": 0,
}
FILLED_BY: Final = {
    "dict": ("__setitem__",),
    "list": ("extend", "append"),
    "collections.OrderedDict": ("__setitem__",),
    "collections.defaultdict": ("__setitem__",),
    "collections.deque": ("append",),
}
STATELESS: Final = (
    "collections.Counter",
    "collections.defaultdict",
    "datetime.date",
    "datetime.time",
    "decimal.Context",
    "decimal.Decimal",
    "fractions.Fraction",
    "http.cookies.Morsel",
    "ipaddress.IPv",
    "numpy.ma.",
    "numpy.matrix",
    "numpy.ndarray",
    "numpy.recarray",
    "pandas.DataFrame",
    "pandas.Index",
    "pandas.Series",
    "pathlib.",
    "random.Random",
    "xml.etree.ElementTree.Element",
)  # those that are copied as what they are, without what an heir has put on them
REDUCING: Final = ("__reduce__", "__reduce_ex__")
ENUMS: Final = ("enum.",)


def drops_state(program: Program, cls: str) -> str:
    """The library's class of which the class is an heir, and that copies it without what its
    instances have of their own; "" for none."""
    bases = library_bases(program, cls)
    if any(base.startswith(ENUMS) for base in bases):
        return ""
    return next((base for base in bases if base.startswith(STATELESS)), "")


def loses_state(ev: Evaluation, cls: str) -> str:
    """The same, where the class is known to have such attributes, or to need them to be made."""
    base = drops_state(ev.program, cls)
    own = ev.program.attribute_names(cls) or _needs(ev.program, cls, "__init__")
    return base if own or _needs(ev.program, cls, "__new__") else ""


def is_called_with_args(program: Program, cls: str) -> bool:
    """Whether pickle makes the exception by calling its class with `args`, which need not be what
    the class is called with."""
    made = any(program.member_of(cls, each) for each in ("__init__", "__new__"))
    return made and not any(program.member_of(cls, each) for each in REDUCING)


def library_bases(program: Program, cls: str) -> tuple[str, ...]:
    return tuple(base for base in program.lineage(cls) if ":" not in base)


def _needs(program: Program, cls: str, name: str) -> bool:
    function = _method(program, cls, name)
    params = function.params[1:] if function is not None else ()
    return any(not p.default and p.kind not in ("star", "dstar") for p in params)


def cannot_remake(ev: Evaluation, cls: str) -> str:
    """Which method of the class fails when a copy is made, "" for none."""
    program = ev.program
    bases = library_bases(program, cls)
    for base in bases:
        if base in CALLED_WITH and not _takes(program, cls, CALLED_WITH[base]):
            return "__init__"
    asked = {"__getattr__", *(name for base in bases for name in FILLED_BY.get(base, ()))}
    return next((name for name in sorted(asked) if _needs_state(program, cls, name)), "")


def _method(program: Program, cls: str, name: str) -> Function | None:
    found = program.member_of(cls, name)
    facts = program.module(found[0]) if found is not None else None
    return facts.functions[found[1]] if found is not None and facts is not None else None


def _takes(program: Program, cls: str, count: int) -> bool:
    """Whether the class can be called with that many arguments."""
    init = _method(program, cls, "__init__")
    if init is None or any(p.kind == "star" for p in init.params):
        return True
    plain = [p for p in init.params[1:] if p.kind in ("pos", "posonly")]
    needed = [p for p in init.params[1:] if not p.default and p.kind not in ("star", "dstar")]
    return len(needed) <= count <= len(plain)


def _needs_state(program: Program, cls: str, name: str) -> bool:
    """Whether the method, before it may give up, asks its object for an attribute that only an
    instance has."""
    function = _method(program, cls, name)
    for instr in function.code if function is not None else ():
        if instr.op == "raise":
            return False
        if function is not None and _asks_for_state(program, cls, function, instr):
            return True
    return False


def _asks_for_state(program: Program, cls: str, function: Function, instr: Instr) -> bool:
    if instr.op != "attr" or not _is_self(function.code[instr.args[0]]):
        return False
    attribute = str(instr.args[1])
    home = program.find(cls)
    shared = home is None or program.binders(cls, attribute, home[0])
    common = program.member_of(cls, attribute) or shared
    return not (common or (attribute.startswith("__") and attribute.endswith("__")))


def _is_self(instr: Instr) -> bool:
    return instr.op == "param" and instr.args[0] == 0
