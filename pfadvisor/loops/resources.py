"""Conflicts over what lies outside memory: output, files, network, process-wide state."""

from __future__ import annotations

from typing import Final

from pfadvisor.loops.conflicts import Conflict, access_of, kind_of
from pfadvisor.loops.file_names import crossing, depends_on_item, path_of
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import Touch
from pfadvisor.model import Assumption

ORDERED: Final = frozenset({"stdout", "stderr", "log"})
WIDE: Final = frozenset(
    {"cwd", "env", "locale", "signal", "interpreter", "warnings", "terminal", "context"}
)
HARMLESS: Final = frozenset({"clock", "entropy"})
SEEN: Final = frozenset({"stdin", "rng", "worker"})  # reading them is enough to tell workers apart
EXTERNAL: Final = frozenset({"file", "network", "process", "db"})
RULES: Final = {
    "rng": "shared-random",
    "worker": "process-wide-state",
    "db": "not-thread-safe",
    "lock": "inside-lock",
    "threads": "already-parallel",
    "ipc": "not-thread-safe",
    "stdin": "shared-iterator",
    "memory": "shared-mutation",
    "file": "shared-handle",
    "process": "not-thread-safe",
    "network": "ordered-output",
    "stdout": "ordered-output",
    "stderr": "ordered-output",
    "log": "ordered-output",
}
DISTINCT_SOURCES: Final = frozenset(
    {"iterdir", "glob", "rglob", "listdir", "scandir", "range", "enumerate", "keys"}
)
INJECTIVE: Final = frozenset({"str", "repr", "os.path.join", "os.fspath", "pathlib.Path", "Path"})


def resource_conflicts(body: Body, resources: list[Touch]) -> list[Conflict]:
    by_name: dict[str, list[Touch]] = {}
    for touch in resources:
        by_name.setdefault(str(touch.effect.root[1]), []).append(touch)
    found: list[Conflict] = []
    for name, touches in by_name.items():
        writes = [t for t in touches if t.effect.write]
        if name in HARMLESS or (not writes and name not in SEEN):
            continue
        if name in WIDE:
            found.append(_conflict(body, name, writes, touches, "process-wide-state", fatal=True))
        elif name in ORDERED:
            found += _ordered(body, name, touches)
        elif name in ("file", "network", "process"):
            found += _external(body, name, writes)
            found += _read_elsewhere(body, touches) if name == "file" else []
        else:
            found.append(
                _conflict(
                    body, name, writes or touches, touches, RULES.get(name, "shared-mutation")
                )
            )
    return found


def _conflict(
    body: Body,
    name: str,
    writes: list[Touch],
    touches: list[Touch],
    rule: str,
    *,
    fatal: bool = False,
    assumption: Assumption | None = None,
) -> Conflict:
    others = [t for t in touches if t is not writes[0]] or touches
    return Conflict(
        frozenset(t.node for t in touches),
        kind_of(True, others[0].effect.write),
        access_of(body, writes[0].effect),
        access_of(body, others[0].effect),
        rule,
        name,
        None,
        assumption,
        fatal,
    )


def _ordered(body: Body, name: str, touches: list[Touch]) -> list[Conflict]:
    """Output written in the body itself is committed in order; in a callee it needs a word."""
    direct = [t for t in touches if not t.effect.chain]
    found = []
    if direct:
        found.append(_conflict(body, name, direct, direct, "ordered-output"))
    for touch in touches:
        if touch.effect.chain:
            assumption = Assumption(
                "output-order",
                name,
                f"the order of what is written to {name} does not matter",
                touch.effect.where,
            )
            found.append(
                _conflict(body, name, [touch], [touch], "ordered-output", assumption=assumption)
            )
    return found


def _external(body: Body, name: str, writes: list[Touch]) -> list[Conflict]:
    found = []
    for touch in writes:
        key, effect = path_of(body, touch.effect.key), touch.effect
        if name == "file" and key >= 0 and injective(body, key) and distinct_source(body):
            continue
        if name == "process" and key >= 0 and depends_on_item(body, key):
            continue  # children in folders of their own
        if name == "file" and key >= 0 and not depends_on_item(body, key):
            found.append(_conflict(body, name, [touch], [touch], RULES[name]))
            continue
        if name == "file" and key < 0 and not effect.chain:
            found.append(_conflict(body, name, [touch], [touch], RULES[name]))
            continue
        found.append(
            _conflict(
                body, name, [touch], [touch], RULES[name], assumption=_question(body, name, touch)
            )
        )
    return found


def _read_elsewhere(body: Body, touches: list[Touch]) -> list[Conflict]:
    """Files that one iteration may read and another one write."""
    reads = [t for t in touches if not t.effect.write]
    found = []
    for write in (t for t in touches if t.effect.write):
        others = crossing(body, write, reads)
        if others:
            assumption = Assumption(
                "distinct-keys",
                "file",
                "no iteration reads a file that another one writes",
                others[0].effect.where,
            )
            found.append(
                _conflict(
                    body, "file", [write], [write, *others], RULES["file"], assumption=assumption
                )
            )
    return found


def _question(body: Body, name: str, touch: Touch) -> Assumption:
    where = touch.effect.where
    if name == "file":
        subject = body.ev.text(touch.effect.key) if touch.effect.key >= 0 else "file"
        return Assumption("distinct-keys", subject, "no two iterations write the same file", where)
    return Assumption(
        "output-order", name, f"what goes to the {name} may go there in any order", where
    )


def injective(body: Body, value: int, depth: int = 0) -> bool:
    """Whether different items give different values: the item itself, text or a path made of it
    and of what stays the same, the name of a directory entry."""
    code = body.function.code
    if value == body.loop.elem or (
        value in body.header and code[value].op == "unpack" and code[value].args[1] == 0
    ):
        return True
    if depth > 20 or not body.inside(value):
        return False
    instr = code[value]
    match instr.op:
        case "op" if instr.args[0] in ("/", "+", "fmt"):
            parts = instr.args[1:]
            inner = [p for p in parts if depends_on_item(body, p)]
            return len(inner) == 1 and injective(body, inner[0], depth + 1)
        case "attr" if instr.args[1] == "name":
            return _flat_listing(body) and injective(body, instr.args[0], depth + 1)
        case "call":
            known = any(t.name in INJECTIVE for t in body.ev.targets.get(value, ()))
            inner = [v for _, _, v in instr.args[1] if depends_on_item(body, v)]
            return known and len(inner) == 1 and injective(body, inner[0], depth + 1)
    return False


def _source_name(body: Body) -> str:
    """Last name of the innermost callee of the source, through sorted() and the like."""
    code, value = body.function.code, body.loop.source
    for _ in range(6):
        if code[value].op != "call":
            return ""
        callee = code[code[value].args[0]]
        name = str(callee.args[1] if callee.op == "attr" else callee.args[0])
        if name in ("sorted", "list", "tuple", "reversed", "tqdm", "iter") and code[value].args[1]:
            value = code[value].args[1][0][2]
            continue
        return name
    return ""


def _flat_listing(body: Body) -> bool:
    return _source_name(body) in ("iterdir", "glob", "scandir")


def distinct_source(body: Body) -> bool:
    """Whether the source is known to yield no item twice."""
    types = body.ev.values[body.loop.source].types
    sets = bool(types) and all(
        t.split("[")[0] in ("set", "frozenset", "dict", "dict_keys", "dict_items", "range")
        for t in types or ()
    )
    return sets or _source_name(body) in DISTINCT_SOURCES
