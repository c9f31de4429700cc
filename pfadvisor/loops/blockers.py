"""Conflicts as blockers: what is said about each, and the edit that would free the loop."""

from __future__ import annotations

from typing import Final

from pfadvisor.loops.conflicts import Conflict
from pfadvisor.model import Access, Blocker, Location, Related

CODES: Final = {
    "carried-value": "PFA201",
    "carried-element": "PFA202",
    "shared-mutation": "PFA203",
    "aliased-places": "PFA204",
    "callee-writes-global": "PFA205",
    "shared-attribute": "PFA206",
    "mutated-iterable": "PFA207",
    "shared-iterator": "PFA208",
    "yields": "PFA209",
    "early-exit": "PFA210",
    "unpicklable": "PFA211",
    "process-wide-state": "PFA212",
    "shared-random": "PFA213",
    "ordered-output": "PFA214",
    "shared-handle": "PFA215",
    "not-thread-safe": "PFA216",
    "rebinds-name": "PFA217",
    "unsupported-construct": "PFA218",
    "awaits-in-order": "PFA220",
    "memo-cache": "PFA221",
    "last-value": "PFA222",
    "deletes-name": "PFA223",
    "nothing-to-compute": "PFA224",
    "inside-lock": "PFA225",
    "already-parallel": "PFA226",
}
IN_ORDER: Final = frozenset(
    {"aliased-places", "ordered-output", "shared-handle", "shared-mutation"}
)
MESSAGES: Final = {
    "carried-value": "`{0}` carries a value from one iteration to the next",
    "carried-element": "an iteration reads or writes an element of `{0}` that another one writes",
    "shared-mutation": "`{0}` is changed by every iteration and looked at by others",
    "aliased-places": "`{0}` may be one object, which iterations write and read",
    "callee-writes-global": "a function that the body calls changes `{0}` for all iterations",
    "shared-attribute": "the attribute `{0}` is changed by one iteration and used by others",
    "mutated-iterable": "the body changes `{0}` while the loop iterates over it",
    "shared-iterator": "`{0}` is advanced by every iteration",
    "process-wide-state": "the body changes the process's {0}",
    "shared-random": "all iterations draw from one random generator",
    "ordered-output": "what the body writes to {0} has an order",
    "shared-handle": "all iterations use one open `{0}`",
    "not-thread-safe": "all iterations use one `{0}` that must not be used at the same time",
    "rebinds-name": "the body rebinds `{0}` outside its own scope",
    "inside-lock": "the body takes a lock",
    "already-parallel": "the body starts workers of its own",
    "memo-cache": "`{0}` is filled by one iteration and used by others",
}
UNKNOWN_CALL: Final = "nothing is known of `{0}`: it may change what other iterations use"
ADVICE: Final = {
    "carried-value": "return it from each iteration and combine the results afterwards",
    "shared-random": "give each item a generator of its own, seeded from its index",
    "shared-handle": "open it inside the body, or collect the data and write it after the loop",
    "mutated-iterable": "collect the changes and apply them after the loop",
    "callee-writes-global": "return the change and apply it in the loop",
    "ordered-output": "return the text and write it in the loop",
}
SETTINGS: Final = {"cwd": "working directory", "env": "environment", "signal": "signal handlers"}
ADVICE_ON_STATE: Final = {
    "cwd": "name places by absolute paths instead",
    "env": "pass an environment mapping to what needs it instead",
    "context": "work in a context of the body's own",
}


def blocker_of(conflict: Conflict) -> Blocker:
    subject = conflict.subject
    if conflict.rule == "process-wide-state":
        subject = SETTINGS.get(subject, subject)
    if conflict.rule == "aliased-places":
        subject = subject.replace(",", "` and `")
    message = conflict.message or MESSAGES[conflict.rule].format(subject)
    if conflict.assumption is not None and conflict.assumption.name == "pure-call":
        message = UNKNOWN_CALL.format(subject)
    if conflict.rule == "process-wide-state" and not (conflict.source.write or conflict.message):
        message = "the body reads what differs from one thread or process to another"
    if conflict.distance:
        message += f" (distance {conflict.distance})"
    related = [_related(conflict.source), _related(conflict.sink)]
    related += [Related(at, "reached through this call") for at in conflict.source.chain[1:]]
    return Blocker(
        CODES[conflict.rule],
        conflict.rule,
        message,
        conflict.source.chain[0] if conflict.source.chain else conflict.source.location,
        tuple(dict.fromkeys(related)),
        _advice(conflict),
    )


def with_nothing_left(blockers: list[Blocker], where: Location) -> list[Blocker]:
    """The blockers of a loop without work: that comes first where the others only say why what is
    put down and shown stays in order, which would be its place in any case."""
    said = "nothing in the body is worth handing to a worker"
    nothing = Blocker(CODES["nothing-to-compute"], "nothing-to-compute", said, where)
    first = all(blocker.name in IN_ORDER for blocker in blockers)
    return [nothing, *blockers] if first else [*blockers, nothing]


def _advice(conflict: Conflict) -> str:
    if conflict.rule == "process-wide-state":
        return ADVICE_ON_STATE.get(conflict.subject, "")
    return ADVICE.get(conflict.rule, "")


def _related(access: Access) -> Related:
    verb = "written" if access.write else "read"
    return Related(access.location, f"`{access.place}` is {verb} here")
