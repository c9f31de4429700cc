"""Calls: what a value calls, how arguments meet parameters, what comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from pfadvisor.effects import (
    access,
    alike,
    bare,
    by_name,
    decorators,
    displays,
    ducks,
    families,
    foreign,
    implicit,
    instantiate,
    making,
    mappings,
    memo,
    orders,
    owners,
    partials,
    paths,
    vouching,
    wrapped,
)
from pfadvisor.effects.facts import Instr
from pfadvisor.effects.layers import layers_of
from pfadvisor.effects.narrowing import narrowed
from pfadvisor.effects.summary import Target
from pfadvisor.effects.unfollowed import enter_what_is_plain
from pfadvisor.effects.values import (
    BOTTOM,
    DEEP,
    UNKNOWN,
    UnknownCall,
    Val,
    join,
    join_all,
    of_type,
    parse_type,
)

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

DUNDERS: Final = {
    "+": "__add__",
    "-": "__sub__",
    "*": "__mul__",
    "/": "__truediv__",
    "//": "__floordiv__",
    "%": "__mod__",
    "**": "__pow__",
    "@": "__matmul__",
    "<<": "__lshift__",
    ">>": "__rshift__",
    "|": "__or__",
    "&": "__and__",
    "^": "__xor__",
    "==": "__eq__",
    "!=": "__ne__",
    "<": "__lt__",
    "<=": "__le__",
    ">": "__gt__",
    ">=": "__ge__",
    "u-": "__neg__",
    "u+": "__pos__",
    "~": "__invert__",
}


PLAIN: Final = frozenset({"pos", "posonly"})  # kinds of parameters
TYPE: Final = frozenset({"type"})


class Arg(NamedTuple):
    """kind: pos, kw, star, dstar. `value`: instruction, -1 if there is none."""

    kind: str
    name: str
    val: Val
    value: int = -1


def call(ev: Evaluation, i: int, instr: Instr) -> Val:
    callee = ev.values[instr.args[0]]
    args = [Arg(kind, name, narrowed(ev, i, v), v) for kind, name, v in instr.args[1]]
    if callee == BOTTOM:
        return BOTTOM
    for argument in args:
        if argument.kind in ("star", "dstar"):
            access.look_through(ev, i, argument.val)
            implicit.iteration(ev, i, argument.val)
            orders.as_arguments(ev, i, argument.val)
    targets: list[Target] = []
    result = invoke(ev, i, callee, args, targets, ev.text(instr.args[0]))
    ev.targets[i] = (*targets, *ev.targets.get(i, ()))
    return result


def invoke(
    ev: Evaluation, i: int, callee: Val, args: list[Arg], targets: list[Target], subject: str
) -> Val:
    """Everything that `callee` may call, joined."""
    results: list[Val] = []
    kinds = {func[0] for func in callee.funcs}
    if "class" in kinds and len(kinds) > 1:
        ev.made.setdefault(i, set()).add("")
    for func in sorted(callee.funcs, key=repr):
        results.append(_one(ev, i, func, callee, args, targets, subject))
    for head in sorted({parse_type(t)[0] for t in callee.types or () if ":" in t}):
        found = ev.program.member_of(head, "__call__")
        if found is not None:
            results.append(project(ev, i, found[0], found[1], callee, args, targets))
    for name in sorted(callee.types or ()):
        if (
            ":" not in name
            and not callee.funcs
            and (ev.program.knowledge.method(parse_type(name)[0], "__call__") is not None)
        ):
            results.append(_method(ev, i, name, "__call__", callee, args, targets))
    surprise = (
        callee.types is None
        and callee.objs
        and not any(f[0] in ("duck", "unknown-method") for f in callee.funcs)
    )
    if not results or surprise:
        lazy = callee.types == TYPE and any(a.val.lazy for a in args)
        results.append(unknown(ev, i, subject, args, targets)._replace(lazy=lazy))
    return join_all(results)


def _one(
    ev: Evaluation,
    i: int,
    func: tuple[Any, ...],
    callee: Val,
    args: list[Arg],
    targets: list[Target],
    subject: str,
) -> Val:
    match func:
        case ("def", module, index):
            receivers = families.receivers_of(ev, module, index, callee, args)
            return join_all([project(ev, i, module, index, r, args, targets) for r in receivers])
        case ("class", name):
            return making.construct(ev, i, name, args, targets)
        case ("known", "functools.partial") if args:
            return partials.make(ev, i, args)
        case ("partial", *_):
            return partials.call(ev, i, func, args, targets, subject)
        case ("known", "type") if len(args) == 1 and args[0].kind == "pos":
            targets.append(Target("known", "type"))
            return owners.class_of(ev, args[0].val)
        case ("known", "super"):
            return _super(ev, args)
        case ("known", "getattr" | "setattr" | "delattr" as builtin) if found := by_name.call(
            ev, i, builtin, args, targets
        ):
            return found
        case ("known", dotted):
            effect = ev.program.knowledge.call(dotted)
            if effect is None:
                return unknown(ev, i, subject, args, targets, dotted)
            targets.append(Target("known", dotted))
            return instantiate.known(ev, i, effect, None, args, dotted)
        case ("new", head):
            return bare.make(ev, i, head, args, targets)
        case ("init", head):
            bound = args if callee.recv is None else [Arg("pos", "", callee.recv), *args]
            return _initialise(ev, i, head, bound, targets)
        case ("method", type_name, name):
            return _method(ev, i, type_name, name, callee.recv, args, targets)
        case ("unbound", type_name, name):
            return _method(ev, i, type_name, name, args[0].val if args else None, args, targets)
        case ("duck", name):
            return _duck(ev, i, name, callee.recv, args, targets, subject)
    return unknown(ev, i, subject, args, targets)


def _initialise(ev: Evaluation, i: int, head: str, args: list[Arg], targets: list[Target]) -> Val:
    """The constructor of a known class, run on an instance of a class that derives from it, which
    is the first argument."""
    effect = ev.program.knowledge.call(head)
    if effect is None or not args or args[0].kind != "pos":
        return unknown(ev, i, f"{head}.__init__", args, targets)
    recv = args[0].val
    targets.append(Target("known", head))
    made = instantiate.known(ev, i, effect, None, args[1:], head)
    ev.access(i, recv, DEEP, write=True, how="store")
    mappings.hand_on(ev, recv.objs, made)
    return of_type("None")


def _method(
    ev: Evaluation,
    i: int,
    type_name: str,
    name: str,
    recv: Val | None,
    args: list[Arg],
    targets: list[Target],
) -> Val:
    head = parse_type(type_name)[0]
    effect = ev.program.knowledge.method(head, name)
    if effect is None:
        return unknown(ev, i, f"{head}.{name}", args, targets)
    targets.append(Target("method", f"{head}.{name}"))
    return instantiate.known(ev, i, effect, recv, args, f"{head}.{name}", type_name)


def _duck(
    ev: Evaluation,
    i: int,
    name: str,
    recv: Val | None,
    args: list[Arg],
    targets: list[Target],
    subject: str,
) -> Val:
    """A method by its name alone: builtin types that have it, and the program's own classes."""
    own, builtin, others = ducks.having(ev, recv, name)
    known = ducks.taking(ev, name, ducks.fitting([*builtin, *others], args), args)
    if (
        not known
        or foreign.is_foreign(ev, recv)
        or (own and not builtin)
        or None in [ev.program.knowledge.method(t, name) for t in known]
    ):
        return unknown(ev, i, subject, args, targets)
    results, done = [], set()
    for type_name in known:
        effect = ev.program.knowledge.method(type_name, name)
        if effect is not None and type_name == ducks.ENVIRONMENT and not ducks.is_named(recv):
            if effect.writes and recv is not None:
                ducks.perhaps_environment(ev, i, recv)
        elif effect is not None and effect not in done:
            done.add(effect)
            results.append(instantiate.known(ev, i, effect, recv, args, f"{type_name}.{name}"))
    targets.append(Target("duck", name))
    for module, index in own:
        results.append(project(ev, i, module, index, recv, args, targets))
    return join_all(results)


def unknown(
    ev: Evaluation, i: int, subject: str, args: list[Arg], targets: list[Target], dotted: str = ""
) -> Val:
    """A call that may do anything to what it can reach."""
    objs = frozenset(o for a in args for o in a.val.objs)
    ev.unknown(UnknownCall(dotted or subject, i, ev.location(i), (), objs))
    targets.append(Target("unknown", dotted or subject))
    return Val(frozenset({(("unknown", i), ())}), None)


def project(
    ev: Evaluation,
    i: int,
    module: str,
    index: int,
    recv: Val | None,
    args: list[Arg],
    targets: list[Target],
) -> Val:
    facts = ev.program.module(module)
    if facts is None:
        return unknown(ev, i, module, args, targets)
    function = facts.functions[index]
    if ev.program.knowledge.user:
        stated = ev.program.knowledge.user.get(f"{module}.{function.qualname}")
        if stated is not None and not stated.unknown:
            targets.append(Target("def", function.qualname, module, index))
            return instantiate.known(ev, i, stated, recv, args, function.qualname)
    dotted = f"{module}.{function.qualname}"
    if ev.program.is_installed(module) and ev.program.knowledge.speaks_of(dotted):
        return _one(ev, i, ("known", dotted), UNKNOWN, _with(recv, args), targets, dotted)
    wrappers = decorators.names_of(ev.program, facts, function) if function.decorators else []
    layers = layers_of(ev.program, facts, function) if "" in wrappers else []
    if layers is None:
        return unknown(ev, i, f"{function.qualname} (decorated)", args, targets)
    everything = _with(recv and families.as_receiver(ev, recv, facts, index), args)
    bound = bind(ev, i, facts, function.params, everything, function.qualname)
    context = ev.program.context_of(ev, i, facts, index, bound)
    targets.append(Target("def", function.qualname, module, index, context))
    summary = ev.program.summary(module, index, context)
    if summary is None and function.pure_mark:
        return vouching.unseen(ev, i, facts, function)
    if summary is None:
        begun = ev.program.begun(module, index, context)
        enter_what_is_plain(ev, i, function, begun, bound)
        return unknown(ev, i, function.qualname, args, targets)
    result = instantiate.project(ev, i, summary, *paths.given(ev, i, recv, bound))
    for layer in reversed(layers):
        result = wrapped.enter(ev, i, layer, everything, result)
    foreign.given_back(ev, i, module, result, [a.val for a in bound])
    if decorators.CACHES & set(wrappers):
        return memo.keep(ev, i, facts, function, result)
    return result


def _with(recv: Val | None, args: list[Arg]) -> list[Arg]:
    return args if recv is None else [Arg("pos", "", recv), *args]


def implied(
    ev: Evaluation,
    i: int,
    method: tuple[str, int],
    recv: Val,
    args: list[Arg],
    targets: list[Target],
) -> Val:
    """A special method that runs without being named. Several parts of one operation ask for it:
    once is enough as long as the heap knows nothing more."""
    key = (method, recv, *args)
    if key not in ev.implied:
        result = project(ev, i, *method, recv, args, targets)
        ev.implied[key] = result
    return ev.implied[key]


def bind(
    ev: Evaluation, i: int, facts: Any, params: Any, args: list[Arg], qualname: str
) -> list[Arg]:
    """One argument per parameter; what is not given is its default."""
    if len(args) == len(params) and all(
        a.kind == "pos" and p.kind in PLAIN for a, p in zip(args, params, strict=True)
    ):
        return args
    keywords = {a.name: a for a in args if a.kind == "kw"}
    plain = [a for a in args if a.kind == "pos"]
    spread = [a for a in args if a.kind in ("star", "dstar")]
    loose = join_all([access.contents(ev, a.val) for a in spread]) if spread else BOTTOM
    bound: list[Arg] = []
    for param in params:
        if param.kind in ("pos", "posonly") and plain:
            bound.append(plain.pop(0))
        elif param.name in keywords and param.kind != "posonly":
            bound.append(keywords.pop(param.name))
        elif param.kind == "star":
            packed = displays.packed(ev, i, param.name, [a.val for a in plain], loose)
            plain = []
            bound.append(Arg("pos", "", packed))
        elif param.kind == "dstar":
            named = join_all([a.val for a in keywords.values()] + [loose])
            bound.append(Arg("pos", "", displays.packed_names(ev, i, param.name, named)))
        elif spread:
            bound.append(Arg("pos", "", join(loose, _default(ev, facts, param, qualname))))
        else:
            bound.append(Arg("pos", "", _default(ev, facts, param, qualname)))
    return bound


def _default(ev: Evaluation, facts: Any, param: Any, qualname: str) -> Val:
    if param.default in ("list", "dict", "set", "?"):
        shared = ("default", f"{facts.name}.{qualname}.{param.name}")
        types = None if param.default == "?" else frozenset({param.default})
        lazy, holding = ev.program.handed_in(facts).to((qualname, param.name))
        return Val(frozenset({(shared, ())}), types, lazy=lazy, holding=holding)
    return Val(types=frozenset({param.default}) if param.default else None)


def _super(ev: Evaluation, args: list[Arg]) -> Val:
    owner = ev.function.owner_class
    own = f"{ev.module.name}:{ev.module.classes[owner].qualname}" if owner >= 0 else ""
    if not own or (args and not _names_own(ev, own, args)):
        return UNKNOWN
    bases = ev.program.bases(own)
    types = frozenset(b for b in bases if b != "object")
    return Val(frozenset({(("param", 0), ())}), types or frozenset({"object-base"}))


def _names_own(ev: Evaluation, own: str, args: list[Arg]) -> bool:
    """Whether the arguments of `super(Own, self)` say what would hold without them."""
    if len(args) != 2 or any(a.kind != "pos" for a in args):
        return False
    first, instr = args[0].val, ev.function.code[args[1].value]
    named = first.types == frozenset({"type"}) and first.funcs == frozenset({("class", own)})
    return named and instr.op == "param" and instr.args[0] == 0


def protocol(ev: Evaluation, i: int, value: Val, dunder: str, keys: tuple[int, ...]) -> Val | None:
    """The dunder method of the project classes that the value may be an instance of."""
    args = [Arg("pos", "", ev.values[k] if k >= 0 else UNKNOWN, k) for k in keys]
    targets: list[Target] = []
    results = []
    if value.types is None and (noisy := ev.program.noisy(ev.module).get(dunder)):
        alike.implied(ev, i, noisy, _with(value, args), targets)
    for head in sorted({parse_type(t)[0] for t in value.types or () if ":" in t}):
        for found in families.methods_of(ev, value, head, dunder):
            results.append(implied(ev, i, found[:2], value, args, targets))
    if targets:
        ev.targets[i] = ev.targets.get(i, ()) + tuple(targets)
    return join_all(results) if results else None
