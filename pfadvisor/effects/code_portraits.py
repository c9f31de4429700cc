"""The portrait of a function of the project: its summary in words, with the code that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from pfadvisor.effects import identity, provenance, sharing
from pfadvisor.effects.facts import Function, ModuleFacts
from pfadvisor.effects.portraits import ASSUMED, Part, Portrait, Section, Source, merged
from pfadvisor.effects.program import Program
from pfadvisor.effects.stated_portraits import source_of
from pfadvisor.effects.summary import Context, Summary, Target
from pfadvisor.effects.values import DEEP, OUTER, Effect, Obj, Root, Val, ordered
from pfadvisor.effects.vouching import LINE
from pfadvisor.model import Location

KINDS: Final = {"free": "closure", "global": "global", "class": "class", "default": "default"}
STARS: Final = {"star": "*", "dstar": "**"}


class Origins:
    """The lines of tables that calls in the project rest on, by the place of the call."""

    def __init__(self, program: Program) -> None:
        self._program = program

    def at(self, where: Location) -> Iterator[Source]:
        for target in self._targets(where):
            for stated in self.lines(target):
                yield source_of(stated)

    def lines(self, target: Target) -> Iterator[provenance.Stated]:
        """What the tables, or the user, say of what a call resolved to."""
        knowledge = self._program.knowledge
        names = [target.name] if target.kind in ("known", "method", "unknown") else []
        if target.kind == "duck":
            names = [f"{kind}.{target.name}" for kind in knowledge.types_with_method(target.name)]
        found = (provenance.line_of(knowledge.whole, name) for name in names)
        yield from (one for one in found if one is not None)

    def _targets(self, where: Location) -> Iterator[Target]:
        for facts in [one for one in self._program.modules.values() if one is not None]:
            if facts.filename != where.filename:
                continue
            for index, function in enumerate(facts.functions):
                if any(instr.span == where.span for instr in function.code):
                    targets = self._program.evaluation(facts, index).targets
                    for i, called in targets.items():
                        yield from called if function.code[i].span == where.span else ()


def of_function(
    program: Program, facts: ModuleFacts, index: int, context: Context = ()
) -> Portrait:
    function = facts.functions[index]
    summary = program.summary(facts.name, index, context)
    here = Location(facts.filename, function.span)
    if summary is None:
        parts: Iterable[Part] = [
            Part(
                "unknown",
                "its own code",
                "",
                "too deep to follow",
                (Source("code", "", here), ASSUMED),
            )
        ]
    else:
        parts = _Told(program, facts, index, summary).parts()
    name = f"{facts.name}.{function.qualname}".replace(".<locals>", "")
    kind = "method" if function.owner_class >= 0 else function.kind
    return Portrait(name, kind, _signature(name, function), here, tuple(merged(parts)))


def of_class(program: Program, name: str) -> Portrait | None:
    """A class of the project, as what is called to make an instance of it."""
    found = program.find(name)
    if found is None:
        return None
    facts, cls = found
    here = Location(facts.filename, cls.span)
    shown = name.replace(":", ".").replace(".<locals>", "")
    code = Source("code", "", here)
    parts = [Part("returns", f"a new object: {shown}", "fresh", sources=(code,))]
    opaque = program.opaque_base(name)
    if opaque:
        said = "not known: making an instance may do anything"
        parts.append(Part("unknown", opaque, "", said, (code, ASSUMED)))
    return Portrait(
        shown, "class", f"{shown}({', '.join(program.fields(name))})", here, tuple(parts)
    )


def _signature(name: str, function: Function) -> str:
    shown, bare = [], True
    for param in function.params:
        if param.kind == "star" or (param.kind == "kwonly" and bare):
            shown += ["*"] if param.kind == "kwonly" else []
            bare = False
        default = "=…" if param.default and param.kind not in STARS else ""
        shown.append(f"{STARS.get(param.kind, '')}{param.name}{default}")
    return f"{name}({', '.join(shown)})"


class _Told:
    def __init__(self, program: Program, facts: ModuleFacts, index: int, summary: Summary) -> None:
        self.program, self.facts, self.summary = program, facts, summary
        self.function = facts.functions[index]
        self.ev = program.evaluation(facts, index)
        self.origins = Origins(program)

    def parts(self) -> Iterator[Part]:
        yield from (self._access(effect) for effect in self.summary.effects)
        yield from self._results()
        for name, where in self.summary.raises:
            shown = "any exception" if name == "?" else name.replace(":", ".")
            yield Part("raises", shown, sources=self._sources(where))
        for call in self.summary.unknowns:
            sources = (Source("code", "", call.where, call.chain), ASSUMED)
            yield Part("unknown", call.subject, "", "may change anything that it reaches", sources)
        if self.summary.unknowns:
            yield Part("raises", "any exception", sources=(ASSUMED,))
        for one in sorted(self.summary.vouched, key=repr):
            origin = Source("config" if one.name == LINE else "comment", "", one.location)
            yield Part("vouched", f"{one.name}:{one.subject}", "", one.message, (origin,))

    def _sources(self, where: Location, chain: tuple[Location, ...] = ()) -> tuple[Source, ...]:
        return Source("code", "", where, chain), *self.origins.at(where)

    def _access(self, effect: Effect) -> Part:
        sources = self._sources(effect.where, effect.chain)
        root, how = effect.root, effect.how
        if root[0] == "res":
            how = "write" if effect.write else "read"
            key = effect.key
            named = f", the one that `{self._param(key)}` says" if key >= 0 else ""
            return Part("resources", str(root[1]), "", how + named, sources)
        section: Section = "writes" if effect.write else "reads"
        return Part(section, self._place(effect), self._kind(root), how, sources)

    def _kind(self, root: Root) -> str:
        if root[0] in KINDS:
            return KINDS[root[0]]
        method = self.function.owner_class >= 0 and root[1] == 0
        return "self" if method and self._param(0) in ("self", "cls") else "parameter"

    def _param(self, number: int) -> str:
        params = self.function.params
        return params[number].name if 0 <= number < len(params) else "?"

    def _place(self, effect: Effect) -> str:
        if effect.elem == identity.ASKED:
            return f"which object {self._object((effect.root, effect.path))} is"
        steps = effect.path if effect.elem == "=" else (*effect.path, effect.elem)
        return self._object((effect.root, steps))

    def _object(self, obj: Obj) -> str:
        root, path = obj
        match root[0]:
            case "param":
                base = self._param(root[1])
            case "recv":
                base = f"{self._param(root[1])}.__self__"
            case _:
                base = str(root[1]).replace(":", ".")
        return base + "".join(_step(step) for step in path)

    def _results(self) -> Iterator[Part]:
        ops = ("yield", "delegated") if self.function.is_generator else ("ret",)
        word = "yields " if self.function.is_generator else ""
        code = self.function.code
        if not any(instr.op in ops for instr in code):
            here = Location(self.facts.filename, self.function.span)
            yield Part(
                "returns",
                word + "nothing" if word else "None",
                "type",
                "",
                (Source("code", "", here),),
            )
        for i in [i for i, instr in enumerate(code) if instr.op in ops]:
            where = Location(self.facts.filename, code[i].span)
            for what, kind in self._given(self.ev.values[code[i].args[0]]):
                yield Part("returns", word + what, kind, sources=self._sources(where))

    def _given(self, value: Val) -> Iterator[tuple[str, str]]:
        types = "any type" if value.types is None else " | ".join(sorted(value.types))
        shown = types.replace(":", ".")
        if not value.objs:
            yield f"a value of {shown}" if value.types is None else shown, "type"
        for obj in ordered(value.objs):
            if obj[0][0] == "fresh":
                yield f"a new object: {shown}", "fresh"
            elif obj[0][0] in OUTER:
                yield self._object(obj) + ("" if value.types is None else f": {shown}"), "alias"
            else:
                yield "whatever unknown code gives", "unknown"


def _step(step: str) -> str:
    if step == "[]":
        return "[*]"
    if step == sharing.VIEW:
        return "[view]"
    return ".**" if step == DEEP else step
