"""Summaries: the effects of one function in terms of its own parameters.

A summary is computed per context (the types and callables that a call site is
known to pass), names fresh objects by small numbers, and pickles.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pfadvisor.effects import endings, paths, refills, verbs
from pfadvisor.effects.identity import ASKED
from pfadvisor.effects.values import (
    BOTTOM,
    DEEP,
    EQUATED,
    FIXED,
    IMMUTABLE,
    NONE,
    NOTHING,
    OUTER,
    PERHAPS,
    Effect,
    Obj,
    Root,
    UnknownCall,
    Val,
    join,
    limit,
    ordered,
    parse_type,
    site_of,
)
from pfadvisor.model import Assumption, Location

if TYPE_CHECKING:
    from pfadvisor.effects.outlines import Outline
    from pfadvisor.effects.subscripts import Form

STRANGE: Final = ("unknown", 0)  # whatever the calls of unknown code in a function give
MOST_READS: Final = 32
MOST_WRITES: Final = 64
MOST_STORES: Final = 24
MOST_UNKNOWNS: Final = 20


class Given(NamedTuple):
    """What a call site is known to pass for one parameter."""

    types: frozenset[str] | None
    funcs: frozenset[tuple[Any, ...]]
    const: Any
    bound: bool
    lazy: bool
    made: bool = False  # by calling its very class, not one that derives from it
    holding: frozenset[int] = frozenset()
    kept: tuple[
        tuple[str, frozenset[tuple[Any, ...]]], ...
    ] = ()  # what attributes call, of items too
    looks: bool = False  # a command that only looks and reports
    homes: frozenset[str] = frozenset()  # files that say what it may be, of unknown type

    def narrow(self, parameter: Val, number: int) -> Val:
        types = parameter.types if self.types is None else self.types
        plain = types is not None and all(parse_type(t)[0] in IMMUTABLE for t in types)
        recv = Val(frozenset({(("recv", number), ())})) if self.bound else None
        objs = frozenset() if plain else parameter.objs
        return Val(objs, types, self.funcs, recv, self.const, self.lazy, self.holding)


Context = tuple[Given | None, ...]


class Target(NamedTuple):
    """What a call resolved to. kind: def known method unknown duck; `name` for messages."""

    kind: str
    name: str
    module: str = ""
    index: int = -1  # type: ignore[assignment]
    context: Context = ()


class _Told(NamedTuple):
    effects: tuple[Effect, ...]
    unknowns: tuple[UnknownCall, ...]
    returns: Val
    heap: tuple[tuple[tuple[Obj, str], Val], ...]
    exact: frozenset[int]
    raises: tuple[tuple[str, Location], ...]
    lazy: bool
    origin: str = ""
    thrown: Val = BOTTOM
    made: tuple[tuple[int, frozenset[str]], ...] = ()  # classes whose call gives a fresh object
    vouched: frozenset[Assumption] = frozenset()  # what the user states and this rests on
    gives: Form | None = None  # the form of what it gives back


class Summary(_Told):
    @cached_property
    def said(self) -> tuple[Any, ...]:
        """All of it but for its order and the ways to it."""
        return (
            frozenset((*e[:8], e.form) for e in self.effects),
            frozenset((u.subject, u.where, u.args) for u in self.unknowns),
            frozenset(self.heap),
            frozenset(self.raises),
            self.returns,
            self.exact,
            frozenset(self.made),
            self.vouched,
            self.gives,
        )

    @cached_property
    def moving(self) -> tuple[Effect, ...]:
        """Accesses that depend on what is passed."""
        return tuple(e for e in self.effects if _is_keyed(e) or not _is_fixed(e))

    @cached_property
    def fixed(self) -> tuple[tuple[tuple[Any, ...], Effect], ...]:
        """The others, each with all that tells it apart in an outline."""
        return tuple(
            ((e.write, e.root, e.path, e.elem, e.how, -1, None), e)
            for e in self.effects
            if _is_fixed(e) and not _is_keyed(e)
        )


def _is_keyed(effect: Effect) -> bool:
    return effect.key >= 0 or effect.form is not None


def _is_fixed(effect: Effect) -> bool:
    return effect.elem == "=" or effect.root[0] in FIXED


NO_EFFECTS: Final = Summary((), (), BOTTOM, (), frozenset(), (), False)


def told_alike(first: Summary | None, second: Summary) -> bool:
    """Whether two summaries say the same, in whatever order and by whatever calls on the way,
    which grow with every round of recursion."""
    if first is None or first == second:
        return first is not None
    return first.said == second.said


def given_of(value: Val, *, made: bool) -> Given | None:
    """The part of an argument that is worth a summary of its own."""
    held = value.lazy or bool(value.holding)
    if value.types is None and value.const is NOTHING and not value.funcs and not held:
        return None
    const = value.const if isinstance(value.const, bool | str | None) else NOTHING
    if isinstance(const, str) and len(const) > 8:
        const = NOTHING
    funcs = frozenset(
        f for f in value.funcs if f[0] in ("def", "class", "known", "method", "module")
    )
    if value.types is None and not funcs and not held and const is NOTHING:
        return None
    bound = bool(funcs) and value.recv is not None
    return Given(value.types, funcs, const, bound, value.lazy, made, value.holding)


MOST_LEVELS: Final = 2
MOST_SITES: Final = 6
INNERMOST: Final = 99


class _Sites:
    """Small numbers for the fresh objects that a summary speaks of; those that are found deeper
    than MOST_LEVELS inside others share one number, so that recursion comes to rest. So do, if it
    is `coarse`, all that come from one call."""

    def __init__(self, ev: Outline, *, coarse: bool) -> None:
        self.ev, self.coarse = ev, coarse
        self.numbers: dict[Any, int] = {}
        self.groups: dict[Any, int] = {}
        self.level = 0

    def obj(self, obj: Obj) -> Obj:
        root, path = obj
        if root[0] == "unknown":
            return STRANGE, path
        if root[0] != "fresh":
            return obj
        if root[1] not in self.numbers:
            self.numbers[root[1]] = self._number(root)
        return ("fresh", self.numbers[root[1]]), path

    def _number(self, root: Root) -> int:
        from_call = self.coarse and isinstance(root[1], tuple)
        group = ("call", site_of(root)) if from_call else root[1]
        if group not in self.groups:
            deep = self.level >= MOST_LEVELS or len(self.groups) >= MOST_SITES
            self.groups[group] = INNERMOST if deep else len(self.groups)
        return self.groups[group]

    def val(self, value: Val) -> Val:
        recv = self.val(value.recv) if value.recv is not None else None
        if not value.objs and recv is value.recv:
            return value
        objs = frozenset(self.obj(o) for o in ordered(value.objs))
        return value._replace(objs=objs, recv=recv)


def summarize(
    ev: Outline, effects: tuple[Effect, ...], unknowns: tuple[UnknownCall, ...], *, coarse: bool
) -> Summary:
    """The summary of an evaluation with these accesses and calls that others see."""
    sites = _Sites(ev, coarse=coarse)
    returns, extra = _result(ev)
    shown = sites.val(returns)
    thrown = sites.val(ev.thrown)
    heap: dict[tuple[Obj, str], Val] = {}
    for (obj, elem), value in extra.items():
        heap[sites.obj(obj), elem] = sites.val(value)
    for (obj, elem), value in ev.heap.items():
        if obj[0][0] in OUTER and (value.objs or value.funcs):
            heap[obj, elem] = sites.val(value)
        elif obj[0][0] == "unknown" and (value.objs or value.funcs):
            heap[sites.obj(obj), elem] = sites.val(value)
    outer = dict(heap)
    _close(ev, sites, heap)
    told = len(heap) <= MOST_STORES
    if not told:
        shown = _may_be_anything_in(shown, heap)
        heap = _coarser(outer) if len(outer) > MOST_STORES else outer
    loose = {n for site, n in sites.numbers.items() if site not in ev.exact}
    exact = frozenset(sites.numbers.values()) - loose
    function = ev.function
    return Summary(
        abridged(effects),
        unknowns[:MOST_UNKNOWNS],
        shown,
        tuple(heap.items()),
        exact,
        tuple((name, ev.location(min(at))) for name, at in ev.raises.items()),
        function.is_generator or function.is_async,
        function.qualname,
        thrown,
        _classes_made(ev, sites, told=told),
        frozenset().union(*ev.vouched.values()),
        paths.given_back(ev),
    )


def _classes_made(
    ev: Outline, sites: _Sites, *, told: bool
) -> tuple[tuple[int, frozenset[str]], ...]:
    """By whose call the fresh objects came to be, "" for another origin, or if it is not told what
    was stored in them."""
    found: dict[int, set[str]] = {n: set() if told else {""} for n in sites.numbers.values()}
    for site, number in sites.numbers.items():
        found.setdefault(number, set()).update(ev.made.get(site, {""}))
    return tuple((number, frozenset(names)) for number, names in found.items())


def _may_be_anything_in(result: Val, heap: dict[tuple[Obj, str], Val]) -> Val:
    """A result too large to tell apart: it may be, besides, whatever it may lead to."""
    outer = {(o[0], (DEEP,)) for v in heap.values() for o in v.objs if o[0][0] in OUTER}
    return result._replace(objs=limit(result.objs | outer)) if outer else result


def _coarser(heap: dict[tuple[Obj, str], Val]) -> dict[tuple[Obj, str], Val]:
    """Many stores into one object: any of them may be found at any place of it."""
    merged: dict[tuple[Obj, str], Val] = {}
    for ((root, _), _), value in heap.items():
        key = (root, ()), "[]"
        merged[key] = join(merged.get(key, BOTTOM), value)
    return merged


def _result(ev: Outline) -> tuple[Val, dict[tuple[Obj, str], Val]]:
    if not ev.function.is_generator:
        return (NONE if ev.returns == BOTTOM and not ev.raises else ev.returns), {}
    from pfadvisor.effects.values import clip, type_text

    obj: Obj = (("fresh", "generator"), ())
    types = frozenset({clip(f"generator[{type_text(ev.yields.types)}]")})
    ev.exact.add("generator")
    told = {"[]": ev.yields, endings.RETURNED: ev.returns, refills.REFILLED: refills.refilled(ev)}
    shown = {(obj, elem): held for elem, held in told.items() if elem == "[]" or held.objs}
    return Val(frozenset({obj}), types, lazy=True), shown


def _close(ev: Outline, sites: _Sites, heap: dict[tuple[Obj, str], Val]) -> None:
    """Add what the fresh objects of the result contain, transitively."""
    done: set[Any] = set()
    by_site: dict[Any, list[tuple[tuple[Obj, str], Val]]] = {}
    for key, value in ev.heap.items():
        if key[0][0][0] == "fresh":
            by_site.setdefault(key[0][0][1], []).append((key, value))
    while waiting := [s for s in sites.numbers if s not in done]:
        sites.level += 1
        for site in waiting:
            done.add(site)
            for (obj, elem), value in by_site.get(site, ()):
                if elem == verbs.VERB and not verbs.holds(ev, obj):
                    continue
                key = sites.obj(obj), elem
                heap[key] = join(heap.get(key, BOTTOM), sites.val(value))


def abridged(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """Not too many accesses, told less closely if there are more."""
    reads = _uncovered([e for e in effects if not e.write])
    writes = [e for e in effects if e.write]
    return (*_fewer(writes, MOST_WRITES), *_fewer(reads, MOST_READS))


def _uncovered(reads: list[Effect]) -> list[Effect]:
    """Without the reads of what another one reads with all that it reaches."""
    deep = {(e.root, e.path) for e in reads if e.elem == DEEP}
    return [
        e
        for e in reads
        if e.elem in ("=", ASKED)
        or e.how == EQUATED
        or e.root[0] == "res"
        or not any((e.root, e.path[:n]) in deep for n in range(len(e.path) + (e.elem != DEEP)))
    ]


def _fewer(effects: list[Effect], most: int) -> list[Effect]:
    """Too many accesses are told as accesses to everything that their roots reach."""
    if len(effects) <= most:
        return effects
    merged: dict[Any, Effect] = {}
    for effect in effects:
        if effect.elem in ("=", ASKED) or effect.root[0] == "res":
            perhaps = effect.how == PERHAPS
            merged.setdefault((effect.root, effect.elem, effect.key, perhaps), effect)
        else:
            merged.setdefault(
                (effect.root, effect.how if effect.write or effect.how == EQUATED else ""),
                effect._replace(path=(), elem=DEEP, key=-1, form=None),
            )
    return list(merged.values())
