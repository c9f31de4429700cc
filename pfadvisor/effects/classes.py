"""Questions about project classes: members through the bases, fields, attribute types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import computed_names, decorators, layers, lent
from pfadvisor.effects.bounds import joined
from pfadvisor.effects.declared import put_into, stated_types
from pfadvisor.effects.facts import Class, ModuleFacts
from pfadvisor.effects.growing import is_grown, of_any_contents, told_by_others, values_grown
from pfadvisor.effects.handed_iterators import may_be
from pfadvisor.effects.outside_stores import stored_from_outside
from pfadvisor.effects.receivers import placed, unbound
from pfadvisor.effects.remade import Remaking, own_reads, remade
from pfadvisor.effects.values import UNKNOWN, Val, join, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

Member = tuple[str, int, str]
HARMLESS: Final = frozenset(
    {"object", "abc.ABC"}
    | {"typing.Protocol", "typing.Generic", "typing.NamedTuple", "typing.TypedDict"}
    | {"typing_extensions.Protocol"}
    | {"enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag"}
    | {"Exception", "ABC", "Protocol", "Generic", "NamedTuple"}
)
METACLASSES: Final = frozenset({"type", "abc.ABCMeta", "enum.EnumMeta", "enum.EnumType"})
CHECKERS: Final = frozenset({"converter", "validator"})


class Classes:
    """Answers by class name `module:Qualname`."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._bases: dict[str, tuple[str, ...]] = {}
        self._resolving = 0  # how many classes are being asked for their bases right now
        self._lineages: dict[str, list[str]] = {}
        self._classes: dict[str, dict[str, Class]] = {}
        self._attributes: dict[tuple[str, str], Val | None] = {}
        self._own_methods: dict[str, dict[str, int]] = {}
        self._variables: dict[str, frozenset[str]] = {}
        self._stores: dict[tuple[str, int], dict[str, list[tuple[int, int]]]] = {}
        self._running: dict[tuple[str, str], Val] = {}  # what is known so far

    def find(self, name: str) -> tuple[ModuleFacts, Class] | None:
        module_name, _, qualname = name.partition(":")
        module = self.program.module(module_name)
        if module is None:
            return None
        classes = self._classes.get(module_name)
        if classes is None:
            classes = {cls.qualname: cls for cls in reversed(module.classes)}
            self._classes[module_name] = classes
        cls = classes.get(qualname)
        return None if cls is None else (module, cls)

    def bases(self, name: str) -> tuple[str, ...]:
        """Resolved names of the direct bases; "?" for one that cannot be resolved."""
        if name not in self._bases:
            self._bases[name] = ("?",)
            found = self.find(name)
            if found is not None:
                module, cls = found
                self._resolving += 1
                try:
                    self._bases[name] = tuple(self._base(module, b) for b in cls.bases)
                except BaseException:
                    del self._bases[name]  # it is asked for again
                    raise
                finally:
                    self._resolving -= 1
        return self._bases[name]

    def _base(self, module: ModuleFacts, text: str) -> str:
        head = text.partition("[")[0]
        value, _ = self.program.global_name(module, head.split(".")[0])
        for step in head.split(".")[1:]:
            modules = [f[1] for f in value.funcs if f[0] == "module"]
            if not modules:
                return "?"
            value, _ = self.program.member(str(modules[0]), step)
        for func in sorted(value.funcs, key=repr):
            if func[0] in ("class", "known", "module"):
                return str(func[1])
        return "?"

    def lineage(self, name: str) -> list[str]:
        """The class and its bases, breadth first, each once."""
        if name in self._lineages:
            return self._lineages[name]
        order: list[str] = []
        waiting = [name]
        while waiting and len(order) < 60:
            current = waiting.pop(0)
            if current not in order:
                order.append(current)
                waiting += self.bases(current) if ":" in current else ()
        if not self._resolving:
            self._lineages[name] = order
        return order

    def above(self, type_name: str) -> list[str]:
        """The class of a type, and those that it derives from if it is one of the program."""
        head = parse_type(type_name)[0]
        return self.lineage(head) if ":" in head else [head]

    def member_of(self, name: str, attribute: str) -> Member | None:
        """(module, function, kind) of a method or property; kind: method static class property …"""
        hidden = False
        for owner in self.lineage(name):
            found = self.find(owner) if ":" in owner else None
            if found is None:
                continue
            module, cls = found
            taken = self.program.taken(owner, module, cls, attribute)
            if taken is not None:
                return taken
            index = self._methods_of(owner, cls).get(attribute)
            if index is not None:
                getter = self._getter(module, cls, attribute, index)
                return module.name, getter, lent.UNTOLD if hidden else self.kind_of(module, getter)
            hidden = hidden or lent.hides(self.program, module, cls, attribute)
        return None

    def _methods_of(self, name: str, cls: Class) -> dict[str, int]:
        if name not in self._own_methods:
            self._own_methods[name] = dict(cls.methods)
        return self._own_methods[name]

    def kind_of(self, module: ModuleFacts, index: int) -> str:
        """What its decorators make of a function in a class body."""
        function = module.functions[index]
        kind = "static" if function.name == "__new__" else "method"
        for origin in decorators.names_of(self.program, module, function):
            if origin == "" and layers.layers_of(self.program, module, function) is None:
                return "unknown"
            kind = decorators.KINDS.get(origin, kind)
        return kind

    def _getter(self, module: ModuleFacts, cls: Class, attribute: str, last: int) -> int:
        """Of a property's functions, the getter (setters bear the same name)."""
        if any(d.endswith((".setter", ".deleter")) for d in module.functions[last].decorators):
            for index, function in enumerate(module.functions):
                if (
                    function.name == attribute
                    and function.parent == cls.body
                    and any(
                        d.split(".")[-1] in ("property", "cached_property")
                        for d in function.decorators
                    )
                ):
                    return index
        return last

    def setter(self, name: str, attribute: str) -> Member | None:
        for owner in self.lineage(name):
            found = self.find(owner) if ":" in owner else None
            for index, function in enumerate(found[0].functions if found else ()):
                if (
                    found
                    and function.name == attribute
                    and function.parent == found[1].body
                    and (f"{attribute}.setter" in function.decorators)
                ):
                    return found[0].name, index, "method"
            given = lent.functions_of(self.program, *found, attribute, 1) if found else None
            if given is not None and given[0] == "property":
                return (*given[1][0], "method")
        return None

    def opaque_base(self, name: str) -> str:
        """The first base whose code is not known, "" if all are."""
        found = self.find(name)
        if found is not None and decorators.opaque_class(
            self.program, found[0], found[0].functions[found[1].body].parent, found[1].decorators
        ):
            return f"{found[1].qualname} (decorated)"
        for meta in self.metaclasses(name):
            strange = [
                base
                for base in self.lineage(meta)
                if ":" not in base and base not in METACLASSES and base not in HARMLESS
            ]
            if strange:
                return f"{name.split(':')[1]} (metaclass)"
        for owner in self.lineage(name):
            if ":" in owner or owner in HARMLESS:
                continue
            if self.program.knowledge.call(owner) is None and (
                self.program.knowledge.traits(owner) is None
            ):
                return owner
        return ""

    def metaclasses(self, name: str) -> list[str]:
        """Metaclasses that the class and its bases name; "?" for one that cannot be resolved."""
        found = [self.find(owner) for owner in self.lineage(name) if ":" in owner]
        return [self._base(f[0], f[1].metaclass) for f in found if f and f[1].metaclass]

    def of_metaclass(self, name: str, attribute: str) -> tuple[str, Member] | None:
        """What a metaclass of the program gives the class itself, and that metaclass."""
        for meta in self.metaclasses(name):
            member = self.member_of(meta, attribute) if ":" in meta else None
            if member is not None:
                return meta, member
        return None

    def field_calls(self, name: str, keywords: frozenset[str]) -> list[tuple[str, Val]]:
        """Fields of a synthesised constructor with what it calls for them."""
        found = []
        for owner in self.lineage(name):
            cls = self.find(owner) if ":" in owner else None
            body = cls[0].functions[cls[1].body].code if cls else ()
            for instr in body:
                made = body[instr.args[1]] if instr.op == "setname" else instr
                for _, keyword, value in (
                    made.args[1] if made.op == "call" and made != instr else ()
                ):
                    if cls and keyword in keywords:
                        held = self.program.slice_value(cls[0], cls[1].body, value)
                        place = frozenset({(("class", owner), (f".{instr.args[0]}",))})
                        objs, recv = place if held.objs else held.objs, placed(held.recv, place)
                        found.append((instr.args[0], held._replace(objs=objs, recv=recv)))
        return found

    def outer_bases(self, name: str) -> list[str]:
        return [owner for owner in self.lineage(name) if ":" not in owner and owner != "?"]

    def is_enum(self, name: str) -> bool:
        return any(base.startswith("enum.") for base in self.lineage(name))

    def fields(self, name: str) -> tuple[str, ...]:
        """Names of the positional parameters of a synthesised constructor."""
        names: list[str] = []
        for owner in reversed(self.lineage(name)):
            found = self.find(owner) if ":" in owner else None
            names += [field for field, _ in found[1].fields if field not in names] if found else []
        return tuple(names)

    def is_class_variable(self, name: str, attribute: str) -> bool:
        for owner in self.lineage(name):
            found = self.find(owner) if ":" in owner else None
            if found is None:
                continue
            if attribute in self._bound_in(owner, found[0], found[1]):
                return not self._is_field(found[1], attribute)
        return False

    def binds_in_body(self, name: str, attribute: str) -> bool:
        """Whether the body of the class itself binds it, and not as a field of its instances."""
        found = self.find(name)
        bound = found is not None and attribute in self._bound_in(name, *found)
        return bound and found is not None and not self._is_field(found[1], attribute)

    def is_field(self, name: str, attribute: str) -> bool:
        """Whether a synthesised constructor gives it to each instance."""
        found = [self.find(owner) for owner in self.lineage(name) if ":" in owner]
        return any(f is not None and self._is_field(f[1], attribute) for f in found)

    def stores_in_methods(self, name: str, attribute: str) -> bool:
        """Whether methods of the class or of its bases set it on their first parameter."""
        return any(
            index != found[1].body
            for owner in self.lineage(name)
            if ":" in owner and (found := self.find(owner)) is not None
            for index, _ in self.stores_of(*found).get(attribute, ())
        )

    def annotations_of(self, name: str, attribute: str) -> list[str]:
        """What the class and its bases state of the attribute's type, as it is written."""
        texts: list[str] = []
        for owner in self.lineage(name):
            found = self.find(owner) if ":" in owner else None
            if found is not None:
                texts += [text for field, text in found[1].fields if field == attribute]
                for index, value in self.stores_of(*found).get(attribute, ()):
                    told = found[0].functions[index].annotations
                    texts += [text for at, text in told if at == value]
        return texts

    def _bound_in(self, name: str, module: ModuleFacts, cls: Class) -> frozenset[str]:
        """Names that the body of a class binds."""
        if name not in self._variables:
            body = module.functions[cls.body].code
            self._variables[name] = frozenset(c.args[0] for c in body if c.op == "setname")
        return self._variables[name]

    @staticmethod
    def _is_field(cls: Class, attribute: str) -> bool:
        dataclass = any("dataclass" in d or d.startswith("attr") for d in cls.decorators)
        named = any(b.endswith("NamedTuple") for b in cls.bases)
        return (dataclass or named) and any(f == attribute for f, _ in cls.fields)

    def attribute_names(self, name: str) -> set[str]:
        """Attributes that the bodies of the class and of its bases annotate, or that their methods
        set on `self`."""
        names: set[str] = set()
        for owner in self.lineage(name):
            found = self.find(owner) if ":" in owner else None
            names |= {field for field, _ in found[1].fields} if found else set()
            for function in found[0].functions if found else ():
                if found and function.parent == found[1].body:
                    names |= {
                        i.args[1]
                        for i in function.code
                        if i.op == "setattr"
                        and function.code[i.args[0]].op == "param"
                        and function.code[i.args[0]].args[0] == 0
                    }
        return names

    def attribute(self, name: str, attribute: str) -> Val | None:
        """Types and callables that the attribute may hold; None if nothing sets it."""
        key = name, attribute
        if key in self._running:
            return self._running[key]
        if key not in self._attributes:
            self._running[key] = UNKNOWN
            try:
                self._attributes[key] = self._attribute(name, attribute)
            finally:
                del self._running[key]
        return self._attributes[key]

    def _attribute(self, name: str, attribute: str) -> Val | None:
        result: Val | None = None
        again: list[Remaking] = []
        for owner in self.lineage(name):
            found = self.find(owner) if ":" in owner else None
            if found is None:
                continue
            module, cls = found
            annotation = dict(cls.fields).get(attribute)
            types = stated_types(self.program, owner, attribute)
            if annotation or types:
                told = self.program.handed_in(module).to((cls.qualname, attribute))[0]
                value = Val(types=types, lazy=told and may_be(types))
                value = self._declared(name, attribute, value)
                strange = not annotation and computed_names.affect(self.program, name)
                return UNKNOWN if strange else value
            for value in self._stored(module, cls, attribute, again):
                bare = self.program.kept(module, attribute, value)
                result = bare if result is None else join(result, bare)
        own = result.types if result is not None else frozenset({"None"})
        for value in stored_from_outside(self.program, name, attribute, own):
            bare = unbound(self.program, value)._replace(objs=frozenset(), recv=None)
            result = bare if result is None else join(result, bare)
        if again:
            result = remade(self.program, attribute, result, again)
        return (
            result if result is None or not computed_names.affect(self.program, name) else UNKNOWN
        )

    def _declared(self, name: str, attribute: str, value: Val) -> Val:
        """The declared types of an attribute with those of what is put there."""
        self._running[name, attribute] = value
        for held in put_into(self.program, name, attribute, value.types) if value.types else ():
            value = value._replace(types=joined(self.program, value.types, held.types))
            self._running[name, attribute] = value
        return value

    def _stored(
        self, module: ModuleFacts, cls: Class, attribute: str, again: list[Remaking]
    ) -> list[Val]:
        """Values that the class body and its methods put into the attribute, but for those that
        are made `again` of what it holds."""
        found = []
        for index, value in self.stores_of(module, cls).get(attribute, ()):
            function, body = module.functions[index], index == cls.body
            reads = own_reads(function, value, attribute) if not body else None
            if reads:
                again.append(Remaking(module, index, value, reads))
                continue
            held = told_by_others(self.program, module, index, value)
            grown = self.program.table(values_grown, module)[index]
            more = is_grown(function.code, value, grown)
            found.append(of_any_contents(held) if more else held)
        return found

    def stores_of(self, module: ModuleFacts, cls: Class) -> dict[str, list[tuple[int, int]]]:
        """Attribute -> where the class body binds it, or a method sets it on its first parameter:
        function and value."""
        key = module.name, cls.body
        if key not in self._stores:
            found = self._stores[key] = {}
            inside = [i for i, f in enumerate(module.functions) if f.parent == cls.body]
            methods = [i for i in inside if module.functions[i].kind != "class"]
            for index in (cls.body, *methods):
                for name, value in module.functions[index].attributes():
                    found.setdefault(name, []).append((index, value))
        return self._stores[key]
