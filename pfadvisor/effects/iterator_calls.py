"""What calls put into parameters, and give, in the flow of iterators.

Where a function is handed to other code, what is handed over beside it may become any of its
arguments, or what that holds, where the other code is known to call it for each of these.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import Function, Instr
from pfadvisor.effects.tokens import (
    LAZY,
    MAKING,
    NONE,
    ONE,
    RETURNED,
    Given,
    Token,
    Tokens,
    at_depths,
    code_of,
    depths_of,
    held,
    opened,
    poured,
)

if TYPE_CHECKING:
    from pfadvisor.effects.iterator_steps import Sweep

PAIRING: Final = frozenset({"zip", "enumerate"})
TAKING: Final = frozenset({"next", "min", "max"})
HOLDERS: Final = frozenset({"list", "tuple", "set", "frozenset", "sorted", "dict"})
METHODS: Final = frozenset({"finditer", "iterdir", "rglob", "open"})
FILLING: Final = frozenset({"append", "appendleft", "add", "insert", "put", "setdefault"})
POURING: Final = frozenset({"extend", "extendleft", "update"})
FOR_EACH: Final = MAKING | {
    *("imap", "imap_unordered", "starmap", "map_async", "starmap_async", "reduce", "groupby"),
    *("sorted", "sort", "min", "max", "takewhile", "dropwhile", "filterfalse", "accumulate"),
}
HANDED: Final = frozenset({"def", "class", "import"})
SET: Final = ("object", "name", "value")
CODE: Final = frozenset({"def", "class", "object"})
PARTIAL: Final = "functools.partial"
BOUND: Final = frozenset({"staticmethod", "classmethod"})
READ: Final = frozenset({"property", "cached_property"})
ENTERED: Final = frozenset({"contextmanager", "asynccontextmanager"})


def call(sweep: Sweep, instr: Instr) -> Tokens:
    callee, arguments = sweep.code[instr.args[0]], instr.args[1]
    given = [Given(kind, name, sweep.values[v], v) for kind, name, v in arguments]
    known = code_of(sweep.values[instr.args[0]])
    found = NONE.union(*(CALLED[token[0]](sweep, token, given) for token in known))
    if any(token[0] in CODE for token in known):
        return found
    if ("import", PARTIAL) not in known:
        _hand_over(sweep, _last(callee, known), given)
    for one in given:
        if one.kind == "kw":  # an object may come to have it as an attribute
            sweep.flow.put_attribute(-1, one.name, at_depths(depths_of(one.tokens)))
    return found | _method(sweep, callee, given) if callee.op == "attr" and not known else found


def _last(callee: Instr, known: Tokens) -> str:
    """The last part of the name of what is called."""
    names = [str(token[1]) for token in known if token[0] in ("builtin", "import")]
    written = str(callee.args[-1]) if callee.op in ("name", "attr") else ""
    return (names or [written])[0].rpartition(".")[2]


def looked_up(sweep: Sweep, index: int, of_class: bool) -> Tokens:
    """What reading a method gives."""
    function = sweep.flow.module.functions[index]
    plain = {name.rpartition(".")[2] for name in function.decorators}
    if plain & READ:
        return _result(sweep, function)
    bound = "staticmethod" not in plain and ("classmethod" in plain or not of_class)
    return frozenset({("def", index, int(bound))})


def _enter(sweep: Sweep, token: Token, given: list[Given]) -> Tokens:
    _, index, position = token
    function = sweep.flow.module.functions[index]
    _Binding(sweep, function, position).bind(given)
    return _result(sweep, function)


def _result(sweep: Sweep, function: Function) -> Tokens:
    names = {name.rpartition(".")[2] for name in function.decorators} - BOUND - READ
    returned = sweep.flow.get((function.qualname, RETURNED), sweep.index)
    if names & ENTERED:
        return opened(returned)
    returned |= sweep.flow.elsewhere.stated(function.returns) if not names else NONE
    if function.is_generator and not function.is_async:
        return NONE if names else returned | LAZY
    return code_of(returned) if names else returned


class _Binding:
    """Arguments to parameters. After a spread argument any may be for any parameter."""

    def __init__(self, sweep: Sweep, function: Function, position: int) -> None:
        self.sweep, self.function, self.position = sweep, function, position
        self.plain = [p for p in function.params if p.kind in ("pos", "posonly")]
        self.loose = False

    def bind(self, given: list[Given]) -> None:
        for one in given:
            if one.kind == "pos":
                self._by_position(one)
            elif one.kind == "kw":
                self._by_name(one)
            else:
                self._spread(one)

    def _by_position(self, one: Given) -> None:
        if self.loose:
            self._to_any(one.tokens)
        elif self.position < len(self.plain):
            self._put(self.plain[self.position].name, one.tokens, one.value)
            self.position += 1
        else:
            self._pack("star", one.tokens)

    def _by_name(self, one: Given) -> None:
        named = (p for p in self.function.params if p.kind in ("pos", "kwonly"))
        if any(p.name == one.name for p in named):
            self._put(one.name, one.tokens, one.value)
        else:
            self._pack("dstar", one.tokens)
            self.sweep.flow.put_attribute(-1, one.name, one.tokens)

    def _spread(self, one: Given) -> None:
        self.loose |= one.kind == "star"
        self._to_any(opened(one.tokens), named=one.kind == "dstar")

    def _to_any(self, tokens: Tokens, *, named: bool = False) -> None:
        left = self.plain if named else self.plain[self.position :]
        for param in left:
            self._put(param.name, tokens)
        for param in self.function.params if named else ():
            if param.kind == "kwonly":
                self._put(param.name, tokens)
        self._pack("dstar" if named else "star", tokens)

    def _pack(self, kind: str, tokens: Tokens) -> None:
        for param in self.function.params:
            if param.kind == kind:
                self._put(param.name, held(tokens))

    def _put(self, name: str, tokens: Tokens, value: int = -1) -> None:
        slot = self.function.qualname, name
        self.sweep.flow.put(slot, tokens)
        if depths_of(tokens) and not (value >= 0 and _is_for_one_call(self.sweep, value)):
            self.sweep.flow.kept.add(slot)


def _is_for_one_call(sweep: Sweep, value: int) -> bool:
    """Whether it is made where it is passed, of what is no iterator: nobody else has it."""
    from pfadvisor.effects.program import operands

    code = sweep.code
    instr, uses = code[value], sweep.flow.uses(sweep.index)[value]
    if uses > 1 or instr.op not in ("call", "comp"):
        return False
    if instr.op == "comp":
        return ONE not in sweep.values[sweep.function.loops[instr.args[1]].source]
    made_here = any(_makes(token) for token in sweep.values[instr.args[0]])
    return made_here and not any(depths_of(sweep.values[v]) for v in operands(instr)[1:])


def _makes(token: Token) -> bool:
    return token[0] == "builtin" and token[1] in MAKING


def _make(sweep: Sweep, token: Token, given: list[Given]) -> Tokens:
    """An instance: its constructor is run, or its fields are filled."""
    flow = sweep.flow
    cls = flow.module.classes[token[1]]
    found = flow.instance(token[1])
    init = flow.method(cls, "__init__")
    if init >= 0:
        _Binding(sweep, flow.module.functions[init], 1).bind(given)
        return found
    for base in flow.bases_elsewhere(cls):
        flow.send(base, given)
    fields = flow.fields(cls)
    for number, one in enumerate(given):
        named = one.name if one.kind == "kw" else "".join(fields[number : number + 1])
        spread = one.kind in ("star", "dstar")
        for field in fields if spread else (named,):
            flow.put_attribute(token[1], field, opened(one.tokens) if spread else one.tokens)
    return found.union(*(held(one.tokens) for one in given))


def _call_object(sweep: Sweep, token: Token, given: list[Given]) -> Tokens:
    index = sweep.flow.method(sweep.flow.module.classes[token[1]], "__call__")
    return _enter(sweep, ("def", index, 1), given) if index >= 0 else NONE


def _call_builtin(sweep: Sweep, token: Token, given: list[Given]) -> Tokens:
    name, tokens = token[1], NONE.union(*(one.tokens for one in given))
    if name in MAKING:
        taken = poured(at_depths(depths_of(tokens)))
        made = at_depths([1] if any(map(_makes, tokens)) else [])
        return LAZY | made | (held(taken) if name in PAIRING else taken)
    if name in TAKING:
        return opened(tokens)
    if name == "setattr" and len(given) == len(SET) and given[1].value >= 0:
        _set_attribute(sweep, given)
    if name in HOLDERS:
        named = NONE.union(*(held(one.tokens) for one in given if one.kind == "kw"))
        return poured(tokens) | named
    return NONE


def _set_attribute(sweep: Sweep, given: list[Given]) -> None:
    named = sweep.code[given[1].value]
    if named.op == "const" and isinstance(named.args[0], str):
        sweep.put_attribute(given[0].value, named.args[0], given[2].tokens)


def _call_import(sweep: Sweep, token: Token, given: list[Given]) -> Tokens:
    if token[1] == PARTIAL:
        return _partial(sweep, given)
    sweep.flow.send(token[1], given)
    found, elsewhere = sweep.flow.elsewhere.given_by(token[1]), sweep.flow.elsewhere
    tokens = NONE.union(*(one.tokens for one in given))
    if tokens and elsewhere.passed_on_by(token[1]):
        return found | tokens
    return found | poured(tokens) if found else NONE


def _partial(sweep: Sweep, given: list[Given]) -> Tokens:
    """The function with what is given first."""
    found, first = NONE, given[1:]
    for token in code_of(given[0].tokens) if given else ():
        if token[0] == "def":
            function = sweep.flow.module.functions[token[1]]
            binding = _Binding(sweep, function, token[2])
            binding.bind([one._replace(value=-1) for one in first])
            found |= {("def", token[1], min(binding.position, len(function.params)))}
        elif token[0] == "class":
            _make(sweep, token, [one._replace(value=-1) for one in first])
            found |= {token}
        elif token[0] == "import":
            sweep.flow.send(token[1], first)
    return found


def _hand_over(sweep: Sweep, name: str, given: list[Given]) -> None:
    """Functions that are given to other code, which calls them with what is given beside them."""
    functions = [t for one in given for t in one.tokens if t[0] in HANDED]
    every = NONE.union(*(one.tokens for one in given)) if functions else NONE
    beside = at_depths(depths_of(every))
    passed = opened(beside) if name in FOR_EACH else beside | opened(beside)
    loose = [Given("star", "", held(passed)), Given("dstar", "", held(passed))]
    for token in functions if passed else ():
        CALLED[token[0]](sweep, token, loose)


def _method(sweep: Sweep, callee: Instr, given: list[Given]) -> Tokens:
    """A method that is none of the file's."""
    base, name = callee.args
    tokens = NONE.union(*(one.tokens for one in given))
    if name in FILLING:
        sweep.fill(base, held(tokens))
    else:
        sweep.flow.send(f".{name}", given)
    if name in POURING:
        named = NONE.union(*(held(one.tokens) for one in given if one.kind == "kw"))
        sweep.fill(base, poured(tokens) | named)
    on = sweep.values[base]
    given_back = held(poured(on)) if name == "items" else opened(on) | poured(on)
    return given_back | (LAZY if name in METHODS else NONE)


Called = Callable[["Sweep", Token, list[Given]], Tokens]
CALLED: Final[dict[str, Called]] = {
    "def": _enter,
    "class": _make,
    "object": _call_object,
    "builtin": _call_builtin,
    "import": _call_import,
}
