"""What an iteration acquires: open files, connections, child processes, temporary folders.

It is used and released where it was acquired, in one stage. Compute runs ahead of commit: what it
acquired for commit would pile up, belong to another thread, and be left over when an item fails.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pfadvisor.effects.effect import Effect
from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import JOINS
from pfadvisor.effects.knowledge import Remembered
from pfadvisor.effects.program import operands
from pfadvisor.effects.summary import Target
from pfadvisor.effects.values import Val, parse_type
from pfadvisor.loops.conflicts import Conflict, real_uses
from pfadvisor.loops.drawing import one_shot
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.touches import private
from pfadvisor.loops.whole import whole_of
from pfadvisor.model import Access

HELD: Final = frozenset(
    {"file", "network", "process", "db", "lock", "threads", "ipc", "memory"}
)  # what instances may stand for that somebody has to give back
LATER: Final = frozenset({"coroutine", "generator", "iterator", "type"})  # not there yet
RELEASING: Final = ("close", "quit", "aclose", "disconnect", "__exit__", "__aexit__")
PASSING: Final = frozenset({"enter", "unpack", "item", "display", *JOINS})
NAMES: Final = frozenset({"str", "bytes", "pathlib.Path", "pathlib.PosixPath"})
COMPARING: Final = frozenset({"==", "!=", "<", ">", "<=", ">=", "in", "not in", "is", "is not"})


class Holding:
    """One thing that an iteration acquires at `site`, with all values that stand for it."""

    def __init__(self, body: Body, site: int, *, named: bool) -> None:
        """`named`: a path or a number stands for it."""
        self.body, self.site, self.named = body, site, named
        self.values = {site}
        self.users: set[int] = set()
        self.carried: set[int] = set()  # what it is to the next iteration
        self._follow()

    @property
    def nodes(self) -> frozenset[int]:
        places = self.body.node_of
        instr = self.body.function.code[self.site]
        made = {*operands(instr)} if instr.op == "await" else set[int]()
        return frozenset(places[i] for i in self.values | self.users | made if i in places)

    def outside(self) -> bool:
        """Whether it is in use when the iteration is over: by the next one, or after the loop."""
        body, code, loop = self.body, self.body.function.code, self.body.loop
        made = () if loop.form in ("for", "async-for") else loop.elements
        if any(real_uses(body, phi, body.whole.uses, {}) for phi in self.carried):
            return True
        for value in self.values:
            first, last = body.whole.span_of_uses[value]
            if last >= loop.end or first < loop.start or code[value].span in made:
                return True
        return False

    def _follow(self) -> None:
        code, uses = self.body.function.code, self.body.whole.uses
        waiting = [self.site]
        while waiting:
            value = waiting.pop()
            for use in uses.get(value, ()):
                if code[use].op not in ("bind", *JOINS):
                    self.users.add(use)
                if use in self.body.heads:
                    self.carried.add(use)
                if use in self.body.node_of and use not in self.values and self._stands(use):
                    self.values.add(use)
                    waiting.append(use)

    def _stands(self, use: int) -> bool:
        """Whether the outcome of a use stands for the same thing."""
        body, instr = self.body, self.body.function.code[use]
        value = body.ev.values[use]
        if instr.op in JOINS or instr.op == "enter":
            return True
        if instr.op == "attr":
            return bool(value.funcs) or is_held(body, value) or (self.named and _is_name(value))
        if instr.op in PASSING:
            return self.named or is_held(body, value) or instr.op == "display"
        if instr.op == "op":
            return self.named and instr.args[0] not in COMPARING and _may_be_name(value)
        drawn = one_shot(body, use)  # it is read by whoever asks for the next item
        return instr.op in ("call", "iter") and (drawn or (self.named and _spells(body.ev, use)))


def _is_name(value: Val) -> bool:
    return value.types is not None and bool(value.types) and value.types <= NAMES


def _may_be_name(value: Val) -> bool:
    return value.types is None or _is_name(value)


def _spells(ev: Evaluation, call: int) -> bool:
    """Whether a call only makes one path out of another."""
    targets = ev.targets.get(call, ())
    if not targets or not _is_name(ev.values[call]):
        return False
    lines = [_line(ev, t) for t in targets]
    return all(line is not None and not (line.blocks or line.reads) for line in lines)


def _line(ev: Evaluation, target: Target) -> Effect | None:
    knowledge = ev.program.knowledge
    if target.kind == "known":
        return knowledge.call(target.name)
    owner, _, last = target.name.rpartition(".")
    return knowledge.method(owner, last) if target.kind == "method" else None


def _acquires(ev: Evaluation, call: int) -> bool:
    lines = (_line(ev, t) for t in ev.targets.get(call, ()))
    return any(line is not None and line.acquires for line in lines)


def _is_handed(ev: Evaluation, call: int) -> bool:
    """Whether a function of the program acquires it for its caller, or for the instance."""
    callees = map(ev.program.callee, ev.targets.get(call, ()))
    return any(whole_of(one).made(_hands_on, one) for one in callees if one is not None)


def _hands_on(ev: Evaluation) -> bool:
    """Whether what the function acquires itself is returned, or kept in an attribute."""
    code, whole = ev.function.code, whole_of(ev)
    acquired = (i for i in whole.doing("call") if _acquires(ev, i))
    values = whole.following(acquired, lambda use: _passes(ev, use))
    return any(code[u].op in ("ret", "setattr") for v in values for u in whole.uses.get(v, ()))


def _passes(ev: Evaluation, use: int) -> bool:
    op = ev.function.code[use].op
    return op in PASSING or (op == "call" and _wraps(ev, use))


def _wraps(ev: Evaluation, call: int) -> bool:
    made = ev.values[call].types or ()
    return _spells(ev, call) or any(":" in parse_type(name)[0] for name in made)


def is_held(body: Body, value: Val) -> bool:
    """Whether the value is, or contains, something that has to be released."""
    return any(_type_is_held(body, name) for name in value.types or ())


def _type_is_held(body: Body, name: str, depth: int = 0) -> bool:
    head, args = parse_type(name)
    if head in LATER or depth > 3:
        return False
    if ":" in head:
        return _instance_is_held(body, head, depth)
    if _is_held_type(body.ev.program.knowledge, head):
        return True
    parts = [part.strip() for argument in args for part in argument.split(" | ")]
    return any(_type_is_held(body, part, depth + 1) for part in parts)


def _instance_is_held(body: Body, cls: str, depth: int) -> bool:
    """Whether a class of the program holds such a thing and says how to release it."""
    program = body.ev.program
    if depth > 1 or not any(program.member_of(cls, name) for name in RELEASING):
        return False
    values = (program.attribute(cls, name) for name in sorted(program.attribute_names(cls)))
    return any(
        _type_is_held(body, each, depth + 1)
        for v in values
        if v is not None
        for each in v.types or ()
    )


def _is_held_type(knowledge: Remembered, name: str) -> bool:
    traits = knowledge.traits(name)
    if traits is None or traits.shared:
        return traits is not None and traits.shared in HELD
    if traits.picklable or traits.shares:
        return False
    return traits.context == "self" or any(knowledge.method(name, each) for each in RELEASING)


def holdings_of(body: Body) -> list[Holding]:
    code, ev, found = body.function.code, body.ev, []
    asking = {e.instr for e in ev.effects if e.root[0] == "res"}
    for i in body.node_of:
        if code[i].op == "call" and (_acquires(ev, i) or (i in asking and _is_handed(ev, i))):
            found.append(Holding(body, i, named=True))
        elif code[i].op in ("call", "await") and _is_new(body, i):
            found.append(Holding(body, i, named=False))
    return found


def _is_new(body: Body, i: int) -> bool:
    value = body.ev.values[i]
    known = bool(value.objs) and not any(private(body, root) for root, _ in value.objs)
    return not known and is_held(body, value)


def held_conflicts(body: Body, holdings: Iterable[Holding]) -> list[Conflict]:
    """What is acquired by one iteration and is still in use when it is over."""
    found = []
    for holding in holdings:
        if holding.outside():
            text = body.ev.text(holding.site)
            here = Access(text, True, body.ev.location(holding.site))
            said = f"what `{text}` acquires is in use when the iteration is over"
            node = frozenset({body.node_of[holding.site]})
            found.append(Conflict(node, "output", here, here, "shared-handle", text, message=said))
    return found
