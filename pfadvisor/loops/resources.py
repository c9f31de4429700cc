"""Conflicts over what lies outside memory: output, files, network, process-wide state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.loops.conflicts import Conflict, access_of, kind_of
from pfadvisor.loops.file_names import (
    alike,
    apart,
    changes_folders,
    depends_on_item,
    is_open_file,
    of_all,
    path_of,
)
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.own_files import mentions_made
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
        else:
            found.append(
                _conflict(
                    body, name, writes or touches, touches, RULES.get(name, "shared-mutation")
                )
            )
    return [*found, *_across(body, by_name.get("file", []), by_name.get("process", []))]


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
        if name == "file" and apart(body, touch, touch):
            continue
        if name == "process" and key >= 0 and depends_on_item(body, key):
            continue  # children in folders of their own
        shared = not (depends_on_item(body, key) or mentions_made(body, key))
        if name == "file" and key >= 0 and shared:
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


def _across(body: Body, files: list[Touch], children: list[Touch]) -> list[Conflict]:
    """Files that one iteration writes, itself or by a child, and another one touches as well."""
    writes = [t for t in files if t.effect.write]
    reads = [t for t in files if not t.effect.write]
    found: list[Conflict] = []
    for at, write in enumerate(writes):
        lone = is_open_file(body, write)
        later = [t for t in writes[at + 1 :] if not (lone or is_open_file(body, t))]
        for others in (later, reads):
            found += _crossing(body, write, [t for t in others if not apart(body, write, t)])
    for child in (t for t in children if t.effect.write):
        found += _crossing(body, child, [t for t in files if not apart(body, child, t)])
    return found


def _crossing(body: Body, write: Touch, others: list[Touch]) -> Iterator[Conflict]:
    """One conflict for those of which the same is to be asked, or nothing."""
    groups: dict[tuple[bool, bool], list[Touch]] = {}
    for other in others:
        sure = of_all(body, write, other) or (other.effect.write and of_all(body, other, write))
        groups.setdefault((sure, alike(body, write, other)), []).append(other)
    for (sure, _), group in groups.items():
        question = None if sure else _apart(body, write, group[0])
        yield _conflict(body, "file", [write], [write, *group], RULES["file"], assumption=question)


def _apart(body: Body, write: Touch, other: Touch) -> Assumption:
    files = write.effect.root == other.effect.root
    if files and (other.effect.write or alike(body, write, other)):
        return _question(body, "file", write)
    said = "no iteration reads a file that another one writes"
    return Assumption("distinct-keys", "file", said, other.effect.where)


def _question(body: Body, name: str, touch: Touch) -> Assumption:
    where = touch.effect.where
    if name == "file":
        subject = body.ev.text(touch.effect.key) if touch.effect.key >= 0 else "file"
        said = "no two iterations write the same file"
        if changes_folders(touch):
            said = "no iteration makes or removes a folder that another one works in"
        return Assumption("distinct-keys", subject, said, where)
    return Assumption(
        "output-order", name, f"what goes to the {name} may go there in any order", where
    )
