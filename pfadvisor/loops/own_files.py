"""Files and folders that an iteration makes itself, under names that nothing else has.

No other iteration can touch what lies there, unless it goes through all that is in a folder above:
the name is in no text that there was before, and what an iteration hands on reaches those that
come after it.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.program import operands
from pfadvisor.effects.values import IMMUTABLE, parse_type
from pfadvisor.loops.counters import INDEXED, made_by
from pfadvisor.loops.nodes import Body

REMOVED: Final = frozenset(
    {
        "tempfile.NamedTemporaryFile",
        "tempfile.SpooledTemporaryFile",
        "tempfile.TemporaryDirectory",
        "tempfile.TemporaryFile",
    }
)
MAKING: Final = frozenset({"tempfile.mkdtemp", "tempfile.mkstemp", *REMOVED})
PURE: Final = frozenset({"const", "op", "fmt", "name", "builtin", "import"})
NAMING: Final = ("pathlib.", "os.path.", "str.", "os.fspath")
PATHS: Final = ("pathlib.", "os.DirEntry")


def made_at(body: Body, value: int) -> int:
    """The call that makes the file or folder which the value is, or is the name of; -1 for none."""
    code = body.function.code
    for _ in range(3):
        if not body.inside(value):
            return -1
        instr = code[value]
        if instr.op == "call":
            names = {t.name for t in body.ev.targets.get(value, ()) if t.kind != "duck"}
            return value if names and names <= MAKING else -1
        if instr.op not in ("enter", "unpack") and instr.args[1:] != ("name",):
            return -1
        value = int(instr.args[0])
    return -1


def is_removed(body: Body, made: int) -> bool:
    """Whether it is gone when the iteration is over, whatever happens."""
    code = body.function.code[made]
    names = {t.name for t in body.ev.targets.get(made, ())}
    kept = any(kind in ("star", "dstar") or name == "delete" for kind, name, _ in code.args[1])
    return names <= REMOVED and not kept


def mentions_made(body: Body, value: int) -> bool:
    """Whether a value is computed from such a name."""
    return any(made_at(body, v) >= 0 for v in made_of(body, value))


def told_before(body: Body, value: int) -> bool:
    """Whether a path is made of what the iteration was given and of what does not change, so that
    no earlier iteration can have handed it on."""
    return all(_is_told(body, v) for v in made_of(body, value))


def made_of(body: Body, value: int) -> set[int]:
    """What a value is computed from, back to the item and to what was there before the loop."""
    waiting, seen = [value], {value}
    while waiting:
        current = waiting.pop()
        if body.inside(current) and current not in body.header:
            fresh = set(operands(body.function.code[current])) - seen
            seen |= fresh
            waiting += fresh
    return seen


def _is_told(body: Body, value: int) -> bool:
    if not body.inside(value) or value in body.header:
        return value not in body.heads
    instr = body.function.code[value]
    if instr.op == "attr":
        base = body.ev.values[instr.args[0]]
        fixed = base.types is not None and all(_is_fixed(t) for t in base.types)
        return fixed or bool(base.funcs)
    if instr.op == "item":
        return _stays(body, instr.args[0])
    if instr.op == "call":
        targets = body.ev.targets.get(value, ())
        return bool(targets) and all(
            t.kind in ("known", "method") and (t.name == "str" or t.name.startswith(NAMING))
            for t in targets
        )
    return instr.op in PURE


def _stays(body: Body, items: int) -> bool:
    """Whether a sequence has what it had before the loop: a copy that nobody changes, a tuple."""
    types = body.ev.values[items].types or ("?",)
    fixed = all(_is_fixed(t) or parse_type(t)[0] == "tuple" for t in types)
    return not body.inside(items) and (fixed or made_by(body, items)[0] in INDEXED)


def _is_fixed(type_name: str) -> bool:
    return parse_type(type_name)[0] in IMMUTABLE or type_name.startswith(PATHS)
