"""Captures and items of unknown classes: whether they pickle, only callers can say.

Plain data is taken to pickle. An object that the work asks for attributes of its own may
hold a file or a lock; if every caller in its file passes something that pickles, nothing is
asked, else the finding rests on `picklable`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Instr, ModuleFacts
from pfadvisor.effects.program import Program
from pfadvisor.effects.values import Val, parse_type
from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.mentions import mentioning
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.pickling import copied_its_own_way, unpicklable
from pfadvisor.loops.planning import inputs_of, names_of, sent_back
from pfadvisor.loops.whole import whole_of
from pfadvisor.model import Assumption
from pfadvisor.profit.cost import ledger_of
from pfadvisor.profit.shown import Shown, followed, given_by, shown

INDIRECTLY: Final = frozenset({"__init__", "__class__", "cls", "type"})


def doubtful(analysis: Analysis, accepted: Accepted) -> tuple[Assumption, ...]:
    """The question for each capture or item of which nobody shows that a process can get it."""
    body = analysis.body
    captures = {i.name for i in inputs_of(analysis) if i.origin == "capture"}
    found: dict[str, Assumption] = {}
    sent = {v: n for v, n in names_of(analysis).items() if n in captures}
    sent |= {value: name for name, value in body.loop.target_names}
    for value, name in sent.items():
        if name not in found and (body.node_of.get(value) is None or value in body.header):
            held = body.ev.values[value]
            unknown = _unknown_object(analysis, held) or _unknown_parts(body, held)
            if unknown or _unknown_callable(analysis, value, held):
                text = f"`{name}` can be pickled with all that it holds"
                found[name] = Assumption("picklable", name, text, body.ev.location(value))
    given = [(value, body.ev.values[value]) for value in sent]
    for value, crossing in (*given, *sent_back(analysis)):
        for cls in _copied_its_own_way(body.ev, crossing):
            text = f"a copy of `{cls}`, which its own methods make, is as good as the original"
            found.setdefault(cls, Assumption("picklable", cls, text, body.ev.location(value)))
        for cls in _with_other_heirs(body, crossing):
            text = f"no `{cls}` is of a class that is made while the program runs"
            found.setdefault(cls, Assumption("picklable", cls, text, body.ev.location(value)))
    return accepted.left(found.values())


def _with_other_heirs(body: Body, held: Val) -> Iterator[str]:
    """Classes of which the value may be an heir that a process cannot be sent."""
    if held.objs and all(root[0] == "fresh" for root, _ in held.objs):
        return
    ev = body.ev
    for head in sorted({parse_type(t)[0] for t in held.types or ()}):
        heirs = ev.program.subclasses(head, ev.module) if ":" in head else ()
        local = any("<locals>" in heir and heir != head for heir in heirs)
        if local or (":" in head and ev.program.has_nameless_heirs(head, ev.module)):
            yield head.rpartition(":")[2]


def shown_not_to_pickle(analysis: Analysis) -> tuple[str, str]:
    """(what, role) of an item or capture that some caller in the file gives and that cannot be
    sent, as `pickle_problem` has it."""
    body, origins = analysis.body, {i.name: i.origin for i in inputs_of(analysis)}
    sent = {v: f"`{n}`" for v, n in names_of(analysis).items() if origins.get(n) == "capture"}
    if "target" in origins.values():
        sent[body.loop.elem] = "the item"
    for value, what in sent.items():
        for ev, given in _given(body, body.ev.values[value]):
            asked = bool(given.funcs) and value != body.loop.elem  # by those who ask of callables
            problem = "" if asked else unpicklable(ev, given)
            if problem:
                return f"{what}, which a caller makes of {problem}", "is what the work gets"
    return "", ""


def _given(body: Body, value: Val) -> Iterator[tuple[Evaluation, Val]]:
    """What callers in the file pass, where the value is a parameter or an item of one."""
    sites = ledger_of(body.ev.program).sites
    for root, path in value.objs:
        if root[0] != "param" or path not in ((), ("[]",)):
            continue
        for ev, passed_value in sites.values(body.ev, root[1]):
            given = ev.values[passed_value]
            held = whole_of(ev).held
            inside = (v for obj in given.objs for elem, v in held.get(obj, ()) if elem != "keys")
            yield from ((ev, each) for each in (inside if path else (given,)))


def _copied_its_own_way(ev: Evaluation, held: Val) -> Iterator[str]:
    for type_name in sorted(held.types or ()):
        if copied_its_own_way(ev, type_name):
            yield type_name.rpartition(":")[2].rstrip("]")


def _unknown_object(analysis: Analysis, held: Val) -> bool:
    """An object of any type whose attributes are asked, and no caller shows what it is."""
    if held.types is not None or not _asked(analysis, held):
        return False
    given = [root[1] for root, _ in held.objs if root[0] == "param"]
    return not given or not all(_all_pickle(shown(analysis.body.ev, n)) for n in given)


def _unknown_callable(analysis: Analysis, value: int, held: Val) -> bool:
    """Something that the work calls: it may be a lambda, unless all callers show what it is."""
    body = analysis.body
    code = body.function.code
    calls = (i for i in analysis.compute_instrs if code[i].op == "call")
    if held.funcs or held.types is not None or not any(code[i].args[0] == value for i in calls):
        return False
    given = [root[1] for root, _ in held.objs if root[0] == "param"]
    found = [shown(body.ev, number) for number in given]
    return not found or not all(
        each and all(ev.values[v].funcs and not unpicklable(ev, ev.values[v]) for ev, v in each)
        for each in found
    )


def _asked(analysis: Analysis, held: Val) -> bool:
    """Whether the work reads an attribute that no builtin type has."""
    body = analysis.body
    builtin = body.ev.program.knowledge.types_with_method
    return any(
        (e.root, e.path) in held.objs and e.elem.startswith(".") and not builtin(e.elem[1:])
        for e in body.whole.effects_of(analysis.compute_instrs)
    )


def _unknown_parts(body: Body, held: Val) -> bool:
    """An instance of a class of the project that keeps what its constructor was given."""
    heads = sorted({parse_type(t)[0] for t in held.types or () if ":" in t})
    instances = body.ev.program.derived(Instances)
    return any(instances.unknown(body.ev.module, head) for head in heads)


def _all_pickle(found: Shown) -> bool:
    return bool(found) and all(
        ev.values[value].types is not None and not unpicklable(ev, ev.values[value])
        for ev, value in found
    )


class Instances:
    """What instances of a program's classes hold, each looked at once per file."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._unknown: dict[tuple[str, str], bool] = {}

    def unknown(self, module: ModuleFacts, cls: str) -> bool:
        """Whether an instance keeps what its constructor was given, and the file does not show
        what that is."""
        key = module.name, cls
        if key not in self._unknown:
            self._unknown[key] = any(
                not self._shown(module, cls, name) for name in self._untyped(cls)
            )
        return self._unknown[key]

    def _untyped(self, cls: str) -> Iterator[str]:
        for name in sorted(self._program.attribute_names(cls)):
            kept = self._program.attribute(cls, name)
            callables = any("Callable[" in t for t in self._program.annotations_of(cls, name))
            if kept is not None and (kept.types is None or callables):
                yield name

    def _shown(self, module: ModuleFacts, cls: str, attribute: str) -> bool:
        """Whether the attribute is a parameter of `__init__` for which all who make instances in
        the file pass what pickles."""
        program = self._program
        found = program.member_of(cls, "__init__")
        facts = program.module(found[0]) if found is not None else None
        if found is None or facts is None:
            return False
        init = facts.functions[found[1]]
        numbers = {
            init.code[i.args[2]].args[0]
            for i in init.code
            if i.op == "setattr" and i.args[1] == attribute and init.code[i.args[2]].op == "param"
        }
        if not numbers:
            return False
        made, own = (
            list(self._made(module, facts, found[1], cls)),
            program.evaluation(facts, found[1]),
        )
        given = (given_by(own, n, *one) for n in numbers for one in made)
        return bool(made) and all(_all_pickle(followed(one)) for one in given)

    def _made(
        self, module: ModuleFacts, facts: ModuleFacts, index: int, cls: str
    ) -> Iterator[tuple[Evaluation, Instr]]:
        """Calls in the file that run the constructor."""
        init = facts.functions[index]
        owner = f"{facts.name}:{facts.classes[init.owner_class].qualname}"
        classes = (cls, owner, *self._program.subclasses(owner))
        names = {one.rpartition(":")[2].rpartition(".")[2] for one in classes}
        for number in mentioning(module, names | INDIRECTLY):
            ev = self._program.evaluation(module, number)
            for i, targets in ev.targets.items():
                here = any((t.module, t.index) == (facts.name, index) for t in targets)
                if here and ev.function.code[i].op == "call":
                    yield ev, ev.function.code[i]
