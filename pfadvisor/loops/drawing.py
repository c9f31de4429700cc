"""What drawing the next item does: the effects of lazy sources, which run ahead of commit.

A generator's own reads and writes interleave with the body as the program
stands; in a window it has been advanced before earlier iterations commit. So
it may share nothing with the body, and where the loop can end early, what it
has drawn too much may not be looked at by anyone.
"""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.values import Effect, Root, parse_type
from pfadvisor.loops.conflicts import Conflict, access_of, unknown_conflict
from pfadvisor.loops.consumer import consumer_of
from pfadvisor.loops.drawn import drawn_from, draws_of, run_ahead, work_of
from pfadvisor.loops.escaping import stored
from pfadvisor.loops.in_place import already_read
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.questions import replaced
from pfadvisor.loops.structure import handled
from pfadvisor.loops.touches import OPEN, Touch, overlap, private, touch_of
from pfadvisor.model import Access

STOPPING: Final = frozenset({"any", "all", "next", "zip", "itertools.islice"})
QUIET: Final = frozenset({"clock", "entropy"})
EXTERNAL: Final = frozenset({"file", "network", "process", "db"})
OUTSIDE: Final = frozenset({"param", "name", "free", "attr", "item"})


def drawing_conflicts(body: Body, shared: list[Touch], resources: list[Touch]) -> list[Conflict]:
    drawn = drawn_from(body, body.loop.source)
    iterated = any(body.ev.values[v].types for v in drawn)
    effects = [
        *effects_of(body, drawn),
        *(e for e in _while_drawing(body, {body.loop.elem}) if iterated and e.chain),
        *(e for e in _while_drawing(body, {*body.header}) if e.root[0] == "res"),
    ]
    found = [
        _conflict(body, e, t) for e in effects for t in (*shared, *resources) if meets(body, e, t)
    ]
    early = handled(body) or any(body.leaves(i) for i in body.node_of) or _stops_early(body)
    for effect in effects:
        if effect.write and shows(body, effect, early=early):
            found.append(_conflict(body, effect, None))
    if early:
        found += [_used_up(body, v) for v in drawn if one_shot(body, v) and _outlives(body, v)]
    return [*found[:4], *_unknown(body)]


def _unknown(body: Body) -> list[Conflict]:
    """Code of which nothing is known and that runs for each item, before the work on others."""
    ahead, nodes = run_ahead(body), set(range(len(body.nodes)))
    calls = body.whole.unknowns_of(ahead)
    return [unknown_conflict(body, call, nodes) for call in calls]


def _stops_early(body: Body) -> bool:
    """Whether what consumes the generator expression may not ask for all items."""
    return any(t.name in STOPPING for t in body.ev.targets.get(consumer_of(body), ()))


def effects_of(body: Body, drawn: list[int]) -> list[Effect]:
    """What the lazy ones of these values do each time that they are advanced."""
    during, inner = set[int](), set[int]()
    for value in drawn:
        during |= work_of(body, value)
        inner |= draws_of(body, value)
    called = (e for e in _while_drawing(body, inner - during) if e.chain)
    return [*_while_drawing(body, during), *called]


def _while_drawing(body: Body, during: set[int]) -> list[Effect]:
    return [
        e
        for e in body.whole.effects_of(during)
        if not _made_there(body, e, during)
        and e.how != "memo"
        and not (e.root[0] == "res" and e.root[1] in QUIET)
    ]


def _made_there(body: Body, effect: Effect, during: set[int]) -> bool:
    if effect.root[0] not in ("fresh", "unknown"):
        return False
    site = effect.root[1]
    site = site[0] if isinstance(site, tuple) else site
    return site in during or private(body, effect.root)


def meets(body: Body, effect: Effect, touch: Touch) -> bool:
    if effect.root != touch.effect.root or not (effect.write or touch.effect.write):
        return False
    if effect.root[0] == "res":
        return effect.write or effect.root[1] not in EXTERNAL
    here = touch_of(touch.node, effect)
    if effect.how == "advance" and _drawn_before(here, touch):
        return False
    return overlap(here, touch) and not already_read(body, effect, touch)


def _drawn_before(advanced: Touch, touch: Touch) -> bool:
    """Whether the touch is one of what an item holds: getting the next one leaves it alone."""
    above = len(advanced.slot)
    return len(touch.slot) > above and touch.slot[:above] == advanced.slot


def shows(body: Body, effect: Effect, *, early: bool) -> bool:
    """Whether somebody may see that a source was advanced too far or too soon."""
    if effect.how == "advance":
        return early and effect.root[0] in OPEN
    if _reads_on(body, effect):
        return early and (effect.root[0] in OPEN or _known_later(body, effect.root))
    if effect.root[0] == "res" or effect.root[0] in OPEN:
        return True
    return early


def _reads_on(body: Body, effect: Effect) -> bool:
    """Whether the effect is that a file or the like, of a library, is read further."""
    place = effect.root, effect.path
    types = body.whole.types_by_root.get(effect.root, {}).get(place)
    return bool(types) and all(":" not in t and body.ev.program.one_shot(t) for t in types or ())


def _known_later(body: Body, root: Root) -> bool:
    """Whether somebody may look at the object when the loop has ended."""
    code = body.function.code
    holding = body.whole.holding.get((root, ()), [])
    kept = any(code[i].args[1] in holding for i in body.whole.doing("setcell"))
    functions = body.whole.doing("func") if kept else []
    return root in stored(body) or any(_outlives(body, v) for v in (*holding, *functions))


def _conflict(body: Body, effect: Effect, touch: Touch | None) -> Conflict:
    here = access_of(body, effect)
    there = access_of(body, touch.effect) if touch is not None else here
    rule = "shared-iterator" if effect.write else "mutated-iterable"
    both = [effect] if touch is None else [effect, touch.effect]
    question = replaced(body, [each for each in both if each.write])
    nodes = frozenset({touch.node}) if touch is not None and question else frozenset[int]()
    found = Conflict(nodes, "flow", here, there, rule, here.place, None, question)
    found = found._replace(fatal=question is None, drawing=question is not None)
    if effect.write and effect.how != "advance":
        return found._replace(message=f"taking the next item changes `{here.place}`")
    return found


def one_shot(body: Body, value: int) -> bool:
    known = body.ev.values[value]
    if known.lazy:
        return True
    program = body.ev.program
    return bool(known.types) and any(
        parse_type(t)[0] in ("generator", "iterator") or program.one_shot(t)
        for t in known.types or ()
    )


def _outlives(body: Body, value: int) -> bool:
    """Whether somebody may go on with the source where the loop has left it."""
    code, loop = body.function.code, body.loop
    if code[value].op in OUTSIDE:
        return not _is_lent(body, value)
    around = bool(loop.parents) and value < body.function.loops[loop.parents[-1]].start
    later = [
        u
        for u in body.whole.uses.get(value, ())
        if not loop.start <= u < loop.end and code[u].op not in ("bind", "exit")
    ]
    return around or any(u >= loop.end for u in later)


def _is_lent(body: Body, value: int) -> bool:
    """Whether callers make what the parameter holds for the call alone, and nothing follows here."""
    instr = body.function.code[value]
    if instr.op != "param" or body.loop.parents:
        return False
    later = any(u >= body.loop.end for u in body.whole.uses.get(value, ()))
    return not later and body.ev.program.is_lent(body.ev.module, body.ev.index, instr.args[0])


def _used_up(body: Body, value: int) -> Conflict:
    text = _name_of(body, value)
    here = Access(text, True, body.ev.location(body.loop.source))
    found = Conflict(frozenset(), "flow", here, here, "shared-iterator", text, None, None, True)
    return found._replace(
        message=f"the loop may end early, and `{text}` would have been advanced too far"
    )


def _name_of(body: Body, value: int) -> str:
    """The local that the value is bound to, or its text."""
    code, uses = body.function.code, body.whole.uses.get(value, ())
    names = [code[use].args[0] for use in uses if code[use].op == "bind"]
    return str(names[0]) if names else body.ev.text(value)
