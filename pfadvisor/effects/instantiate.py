"""Summaries and knowledge lines in terms of a call's actual arguments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import (
    access,
    asking,
    buffers,
    callbacks,
    calls,
    commands,
    filling,
    folders,
    grouping,
    hidden,
    identity,
    implicit,
    mappings,
    new_items,
    orders,
    raising,
    sharing,
    special,
    stated,
    substitution,
    verbs,
    vouching,
)
from pfadvisor.effects.effect import RESOURCES
from pfadvisor.effects.effect import Effect as Line
from pfadvisor.effects.opening import only_read
from pfadvisor.effects.summary import Summary
from pfadvisor.effects.values import (
    BOTTOM,
    DEEP,
    NOTHING,
    PAUSE,
    USE,
    Val,
    awaited,
    join,
    join_all,
    parse_type,
)

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.evaluate import Evaluation

COPIES = frozenset({"list", "set", "dict", "tuple"})
NUMBERS = frozenset({"int", "float", "complex", "bool", "number"})
PATHS: Final = ("pathlib.", "os.", "zipfile.Path")
ITEMS: Final = "[key:self, value:self]"  # what tables say of something that has both


def project(ev: Evaluation, i: int, summary: Summary, args: list[Val], keys: list[int]) -> Val:
    """Enter the effects, stores and result of a project function."""
    ev.program.count("instantiations")
    passed = substitution.Passed(ev, i, args)
    ev.enter(i, summary, keys, passed)
    if summary.vouched:
        ev.vouch(i, summary.vouched)
    for name, _ in summary.raises:
        ev.raises.setdefault(name, set()).add(i)
    for number in summary.exact:
        ev.hold_all_of((i, number))
    for number, names in summary.made:
        ev.made.setdefault((i, number), set()).update(names)
    for (obj, elem), value in summary.heap:
        places = passed[obj]
        moved = substitution.moved(value, passed) if places else BOTTOM
        for place in places:
            ev.store(place, elem, moved)
    raising.thrown(ev, substitution.moved(summary.thrown, passed))
    return substitution.moved(summary.returns, passed)


def _bindings(line: Line, args: list[Arg]) -> Iterator[tuple[Arg, list[str]]]:
    """Each argument with the parameters that it may be: several behind a `*` or `**`."""
    end = line.args.index("*") if "*" in line.args else len(line.args)
    plain, names = list(line.args[:end]), [n.lstrip("*") for n in line.args if n != "*"]
    kwargs = next((n.lstrip("*") for n in line.args if n.startswith("**")), "**")
    spread = False
    for argument in args:
        if argument.kind == "kw":
            yield argument, [argument.name if argument.name in names else kwargs]
        elif argument.kind == "dstar":
            yield argument, names or [kwargs]
        elif argument.kind == "star" or spread:
            spread = True
            yield argument, [n.lstrip("*") for n in plain] or ["*"]
        else:
            yield argument, [plain[0].lstrip("*") if plain else "*"]
            plain = plain if plain and plain[0].startswith("*") else plain[1:]


ADVANCING: Final = frozenset({"next", "anext"})  # what they are given can only be an iterator


class Bound:
    """The arguments of a call of a known callable, by name."""

    def __init__(self, ev: Evaluation, line: Line, args: list[Arg]) -> None:
        self.ev = ev
        self.vals: dict[str, Val] = {}
        self.each: dict[str, list[Val]] = {}  # those of one name apart
        self.keys: dict[str, int] = {}
        self.made: dict[str, Val] = {}  # by those that were called
        self.spread = any(a.kind in ("star", "dstar") for a in args)
        self.vague: set[str] = set()
        for argument, names in _bindings(line, args):
            val = argument.val
            if argument.kind in ("star", "dstar"):
                val = access.contents(ev, val)
                self.vague.update(names)
            for name in names:
                self.vals[name] = join(self.vals.get(name, BOTTOM), val)
                self.each.setdefault(name, []).append(val)
                self.keys.setdefault(name, argument.value)

    def apart(self) -> dict[str, list[Val]]:
        """The arguments of each name, unless there may be more of them."""
        return {name: each for name, each in self.each.items() if name not in self.vague}

    def literal(self, name: str) -> object:
        kind, _, argument = name.rpartition(":")
        if kind:
            given = self.vals.get(argument, BOTTOM)
            return verbs.told(self.ev, name, given, self.keys.get(argument, -1))
        if name in self.vague:
            return special.UNKNOWN
        if name not in self.vals:
            return special.UNKNOWN if self.spread else special.ABSENT
        value = self.vals[name]
        if value.const is not NOTHING:
            return value.const
        if not value.types or "None" in value.types:
            return special.UNKNOWN
        return special.NUMBER if value.types <= NUMBERS else special.NOT_NONE


def known(
    ev: Evaluation,
    i: int,
    line: Line,
    recv: Val | None,
    args: list[Arg],
    name: str,
    type_name: str = "",
) -> Val:
    """Enter the effects and result of a callable that a table describes."""
    bound = Bound(ev, line, args)
    vouching.by_line(ev, i, line)
    if recv is None:
        recv = bound.vals.get("self")
    if line.special:
        line = special.refine(line.special, line, bound.literal)
        if line.unknown:
            return calls.unknown(ev, i, name, args, [])
    if line.blocks == "process" and "process" in line.writes:
        line = commands.started(ev, i, line, name)
    method = name.rpartition(".")[2]
    if name == "id":
        identity.addressed(ev, i, join_all([*bound.vals.values()]))
    verbs.made(ev, i, name, bound.literal)
    given = asking.ask(ev, i, name, recv, list(bound.vals.values()))
    _read_arguments(ev, i, line, recv, bound, method)
    writing = folders.written(name, bound.literal)
    changed = [(line.writes, True, writing), (line.reads, False, method), (line.uses, True, USE)]
    for targets, write, how in changed:
        for target in targets:
            _touch(ev, i, target, recv, bound, how, write=write)
    buffers.filled(ev, i, line, bound.vals, method)
    asking.use_files(ev, i, line, bound.vals)
    for argument in line.iterates:
        for iterated in bound.each.get(argument, ()):
            implicit.iteration(ev, i, iterated)
            _advance(ev, i, iterated, known=name not in ADVANCING)
    orders.by_call(ev, i, line, bound.vals)
    _keep(ev, line, recv, bound)
    for argument in line.calls:
        made = callbacks.call_back(ev, i, line, recv, bound.vals, argument, method)
        bound.made[argument] = made._replace(const=NOTHING)
    if line.hooks and recv is not None:
        callbacks.call_hooks(ev, i, line.hooks, recv, list(bound.vals.values()))
    for raised in line.raises or ():
        ev.raises.setdefault(raised, set()).add(i)
    return join(_result(ev, i, line, recv, bound, type_name), given)


def _read_arguments(
    ev: Evaluation, i: int, line: Line, recv: Val | None, bound: Bound, method: str
) -> None:
    if recv is not None:
        container = any(
            parse_type(t)[0] in ("list", "dict", "set", "collections.deque")
            for t in recv.types or ()
        )
        ev.access(
            i,
            recv,
            "[]" if container or recv.types is None else DEEP,
            write=False,
            key=_first_key(bound),
            how=method,
        )
    for argument, value in bound.vals.items():
        if (
            argument not in line.keeps
            and argument not in line.result_is
            and argument not in line.calls
        ):
            ev.access(i, value, DEEP, write=False, how=access.given_to(ev, recv, method))


def _first_key(bound: Bound) -> int:
    return next(iter(bound.keys.values()), -1)


def _touch(
    ev: Evaluation, i: int, target: str, recv: Val | None, bound: Bound, how: str, *, write: bool
) -> None:
    resource, _, argument = target.partition(":")
    if resource in RESOURCES:
        key = _receiver(ev, i) if argument == "self" else bound.keys.get(argument, -1)
        if not (write and argument == "self" and resource == "file" and only_read(ev, key)):
            told = PAUSE if resource == "clock" and how == PAUSE else folders.told(how, write=write)
            access.resource(ev, i, resource, write=write, key=key, how=told)
        given = bound.vals.get(argument)
        if given and not _names_a_file(ev, given) and (write or _is_handle(ev, given)):
            ev.access(i, given, "[]", write=True, how=how)
        return
    value = recv if target == "self" else bound.vals.get(target)
    if value is not None:
        key = _first_key(bound) if target == "self" else -1
        ev.access(i, value, buffers.changed(value), write=write, key=key, how=how)
        if target == "self" and write:
            access.in_buffer(ev, i, _receiver(ev, i), write=True, how=how)


def _names_a_file(ev: Evaluation, value: Val) -> bool:
    """A path or descriptor, not an object that is written to."""
    types = value.types or ()
    return all(access.immutable(frozenset({t})) or t.startswith(PATHS) for t in types)


def _is_handle(ev: Evaluation, value: Val) -> bool:
    """An open file, which reading moves on."""
    traits = [ev.program.traits_of(t) for t in value.types or ()]
    return any(t is None or t.one_shot or t.shared for t in traits)


def _receiver(ev: Evaluation, i: int) -> int:
    """The value whose method is called."""
    code = ev.function.code
    callee = code[code[i].args[0]] if code[i].op == "call" else code[i]
    return int(callee.args[0]) if callee.op == "attr" else -1


def _advance(ev: Evaluation, i: int, value: Val, *, known: bool) -> None:
    """An iterator is used up; unless `known` has to tell, whatever is of an unknown type is one."""
    open_typed = value.types is None and not known
    if value.lazy or open_typed or any(ev.program.one_shot(t) for t in value.types or ()):
        ev.access(i, value, "[]", write=True, how="advance")


def _keep(ev: Evaluation, line: Line, recv: Val | None, bound: Bound) -> None:
    if recv is None:
        written = [w for w in line.writes if w in bound.vals]
        recv = join_all([bound.vals[w] for w in written])
    for argument in line.keeps:
        value, key = bound.vals.get(argument, BOTTOM), BOTTOM
        if argument in line.pairs:
            key, value = mappings.taken(ev, value)
        elif argument in line.iterates:
            value = access.contents(ev, value)
            key = value if mappings.are(ev, recv) else BOTTOM
        elif argument == "key":
            key, value = value, BOTTOM
        mappings.put(ev, recv.objs, key, value)


def _result(
    ev: Evaluation, i: int, line: Line, recv: Val | None, bound: Bound, type_name: str
) -> Val:
    types = stated.result_types(ev, line, recv, bound.vals, bound.apart(), type_name)
    parts: list[Val] = []
    for argument in line.result_is:
        source = recv if argument == "self" else bound.vals.get(argument)
        if source is not None:
            parts.append(source)
    for argument in line.result_part:
        source = recv if argument == "self" else bound.vals.get(argument)
        if source is not None:
            made = bound.made.get(argument)
            if made is None and argument in line.iterates and mappings.are(ev, source):
                made = access.element(ev, source)
            parts.append(_part(ev, i, source, types) if made is None else made)
    for argument in line.result_reach:
        parts.append(hidden.reached(ev, bound.vals.get(argument, BOTTOM)))
    if any(p.objs or ev.program.plain(p.types) for p in parts) and not line.result_has:
        joined = join_all(parts)
        return (
            joined if types is None else joined._replace(types=_either(joined.types, types, line))
        )
    if access.immutable(types):
        return Val(types=types)
    shared = [s for s in map(ev.program.shared_resource, types or ()) if s and s in line.reads]
    if shared:
        return Val(frozenset({(("global", f"the {shared[0]}"), ())}), types)
    contents, slots = _contents(ev, i, line, recv, bound), _slots(ev, i, line, recv, bound)
    stated_types = [awaited(t) for t in types or ()]
    filling.fill(ev, i, (("fresh", i), ()), stated_types, contents, line.returns, slots)
    given = [bound.vals[name] for name in line.pairs if name in bound.vals]
    mappings.fill(ev, (("fresh", i), ()), given if line.result_has else [], stated_types)
    heads = {parse_type(t)[0] for t in types or ()}
    exact = bool(heads and line.result_has) and (
        heads <= COPIES or (heads == {"iterator"} and _hands_on(ev, i, line, bound))
    )
    lazy = bool(heads & {"iterator", "generator"}) or any(ev.program.one_shot(h) for h in heads)
    return join_all([ev.fresh(i, types, exact=exact)._replace(lazy=lazy), *parts])


def _hands_on(ev: Evaluation, i: int, line: Line, bound: Bound) -> bool:
    """Whether an iterator gives the items of others and nothing else, and those are known."""
    held = ev.heap.get(((("fresh", i), ()), "[]"), BOTTOM)
    told = bool(held.objs) or access.immutable(held.types)
    return told and all(a in line.iterates for a in line.result_has if a in bound.vals)


def _part(ev: Evaluation, i: int, source: Val, types: frozenset[str] | None) -> Val:
    """Something that lives inside the source: an element, or a view of an array."""
    if types is not None and sharing.shares(ev, types):
        made = sharing.is_plain_data(source.types)  # an array of a list is a new one
        return ev.fresh(i, types) if made else sharing.view(source, types)
    if sharing.shares(ev, source.types):
        return join(sharing.view(source, types), access.load(ev, source, "[]", types))
    return access.load(ev, source, "[]", types)


def _either(
    actual: frozenset[str] | None, stated: frozenset[str], line: Line
) -> frozenset[str] | None:
    return stated if line.result_part and not line.result_is else actual


def _from_outside(ev: Evaluation, i: int, made: Val) -> Val:
    """What a mapping gets from a callable that fills it on demand: an object that is made anew
    each time is told by its place in the mapping, but one that was there before is shared."""
    roots = {root for root, _ in made.objs | hidden.reached(ev, made).objs}
    sites = [root[1] if root[0] == "fresh" else None for root in roots]
    anew = all(s == i or (isinstance(s, tuple) and s[:1] == (i,)) for s in sites)
    if not anew:
        return made
    ev.store((("fresh", i), ()), filling.MADE, Val(types=made.types))
    return BOTTOM


def _drawn(ev: Evaluation, i: int, bound: Bound, argument: str, value: Val) -> list[Val]:
    """What iterating over the arguments of one name gives, each apart if it is known which."""
    drawn = enumerate(bound.apart().get(argument, [value]))
    return [new_items.drawn(ev, (i, "each", n), v, access.contents(ev, v)) for n, v in drawn]


def _slots(ev: Evaluation, i: int, line: Line, recv: Val | None, bound: Bound) -> list[Val]:
    """The parts of the tuples that the result holds, if it is known of each."""
    if recv is not None and line.returns.endswith(ITEMS):
        mappings.link(ev, (("fresh", i), ()), line.returns, recv)
        return [mappings.keys(ev, recv), mappings.values(ev, recv)]
    if "[made:" in line.returns:
        return grouping.parts(ev, i, line, bound.vals, bound.made)
    argument = line.returns.partition("each:")[2].partition("]")[0]
    apart = bound.apart().get(argument) if argument else None
    return _drawn(ev, i, bound, argument, BOTTOM) if apart else []


def _contents(ev: Evaluation, i: int, line: Line, recv: Val | None, bound: Bound) -> Val:
    found = []
    for argument in line.result_has:
        value = recv if argument == "self" else bound.vals.get(argument)
        if value is None or argument in line.pairs:
            continue
        if argument in line.calls and "dict" in ev.program.knowledge.lineage(line.returns):
            found.append(_from_outside(ev, i, bound.made.get(argument, BOTTOM)))
            ev.store((("fresh", i), ()), f".{argument}", value._replace(const=NOTHING))
            continue
        if argument in line.iterates:
            found += _drawn(ev, i, bound, argument, value)
        else:
            inside = callbacks.held_by(ev, value)
            if value.objs and sharing.shares(ev, value.types):
                value = sharing.view(value, value.types)
            found.append(join(value, inside))
        found.append(bound.made.get(argument, BOTTOM))
    found += [hidden.reached(ev, bound.vals.get(a, BOTTOM)) for a in line.result_reach]
    return join_all(found)
