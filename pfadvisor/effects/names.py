"""Module-level names: imports followed, re-exports and star imports included."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import decorators, receivers
from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.growing import names_grown, of_any_contents
from pfadvisor.effects.patching import ANY, bound_from_outside
from pfadvisor.effects.values import BOTTOM, NOTHING, UNKNOWN, Obj, Val, join, join_all, parse_type
from pfadvisor.effects.versions import DROPPED
from pfadvisor.effects.ways_out import grows

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

BUILTINS: Final = frozenset(dir(builtins))
DECORATORS: Final = decorators.FUNCTIONS | decorators.CLASSES


ARRAYS: Final = frozenset(
    {
        "numpy",
        "pandas",
        "scipy",
        "torch",
        "jax",
        "tensorflow",
        "cupy",
        "xarray",
        "polars",
        "sympy",
        "dask",
        "array",
        "astropy",
        "pyarrow",
        "mpmath",
        "gmpy2",
        "cv2",
        "skimage",
        "sklearn",
    }
)


class Names:
    def __init__(self, program: Program) -> None:
        self._program = program
        self._globals: dict[tuple[str, str], tuple[Val, str]] = {}
        self._busy: set[tuple[str, str]] = set()
        self._neighbours: dict[str, tuple[str, ...]] = {}
        self._bound: dict[str, dict[str, list[tuple[int, int]]]] = {}
        self._growing_attributes: dict[tuple[str, str], bool] = {}
        self._outer: dict[str, frozenset[str]] = {}
        self._growing: dict[str, frozenset[str]] = {}
        self._imported_roots: dict[str, frozenset[str]] = {}
        self._patched: dict[str, frozenset[str]] = {}
        self.setting: dict[str, tuple[str, ...]] = {}  # modules that may set what its loops read

    def global_name(self, module: ModuleFacts, name: str) -> tuple[Val, str]:
        """The value a module-level or builtin name stands for, and the variable it is, or ""."""
        key = module.name, name
        if key in self._globals:
            return self._globals[key]
        if key in self._busy:
            return UNKNOWN, ""
        self._busy.add(key)
        try:
            found = self._global(module, name)
        finally:
            self._busy.discard(key)
        self._globals[key] = found
        return found

    def _global(self, module: ModuleFacts, name: str) -> tuple[Val, str]:
        if name == "__name__":
            return Val(types=frozenset({"str"})), ""
        if name == "__file__" or name == "__doc__":
            return Val(types=frozenset({"str"})), ""
        if name in module.names or name in module.rebound:
            return self._variable(module, name)
        found = self._starred(module, name)
        if found is not None:
            return found
        if name in BUILTINS:
            return builtin(name), ""
        if name in DROPPED and not module.star_imports:
            return BOTTOM, ""
        return UNKNOWN, ""

    def _starred(self, module: ModuleFacts, name: str) -> tuple[Val, str] | None:
        """What a star import binds to the name, None if none is known to."""
        for star, level in module.star_imports:
            dotted = absolute(module, star, level)
            if self._program.own(dotted) is None and self._table_answer(f"{dotted}.{name}"):
                return self.member(dotted, name)
            other = self._program.imported_module(dotted)
            if other is not None and (name in other.names or other.star_imports):
                found = self.global_name(other, name)
                if found[0] != UNKNOWN:
                    return found
        return None

    def _rebound_by_star(self, module: ModuleFacts, name: str, bound: int) -> Val:
        """What star imports after the last binding of the name may put in its place."""
        result = BOTTOM
        for at, instr in enumerate(module.functions[0].code):
            if at > bound and instr.op == "import" and instr.args[1] == "*":
                result = join(result, self._put_by(module, instr.args[0], instr.args[2], name))
        return result

    def _put_by(self, module: ModuleFacts, target: str, level: int, name: str) -> Val:
        if name.startswith("_"):
            return BOTTOM
        dotted = absolute(module, target, level)
        other = self._program.imported_module(dotted)
        if other is None:
            told = self._table_answer(f"{dotted}.{name}")
            root = dotted.partition(".")[0]
            silent = BOTTOM if self._program.knowledge.is_known_root(root) else UNKNOWN
            return told[0] if told is not None else silent
        if name in other.names:
            return self.global_name(other, name)[0]
        return join_all([self._put_by(other, *star, name) for star in other.star_imports])

    def _variable(self, module: ModuleFacts, name: str) -> tuple[Val, str]:
        result, last = BOTTOM, -1
        for index, value in self._bindings(module).get(name, ()):
            bound = self._program.slice_value(module, index, value)
            of_import = not index and bound.recv is not None
            kept = receivers.of_module(self._program, module, name, bound) if of_import else bound
            result = join(result, kept)
            last = last if index else max(last, value)
        if module.star_imports:
            result = join(result, self._rebound_by_star(module, name, last))
        if result == BOTTOM:
            return UNKNOWN, ""
        code = not result.objs and result.funcs and result.types is not None
        classes = any(f[0] in ("class", "module") for f in result.funcs)
        if (code or classes) and name not in module.rebound:
            return result, ""
        result = receivers.unbound(self._program, result)
        variable = f"{module.name}.{name}"
        place = self._objects(module, name, result)
        if result.types == frozenset({"None"}) and name not in module.rebound:
            return Val(place), variable  # it waits for a value from elsewhere
        if self._program.plain(result.types):
            place = frozenset()
        recv = receivers.placed(result.recv, place)
        const = NOTHING if name in module.rebound else result.const
        types = result.types
        if types and self._grows(module, name):
            types = frozenset(parse_type(t)[0] for t in types)
        shown = result._replace(objs=place, recv=recv, const=const, types=types)
        return shown, variable

    def _objects(self, module: ModuleFacts, name: str, value: Val) -> frozenset[Obj]:
        """What a variable stands for: an object that has its name from another one, from which
        it was imported, is called by that."""
        own: Obj = (("global", f"{module.name}.{name}"), ())
        others = frozenset(o for o in value.objs if self._of_another(module, o))
        only = bool(others) and others == value.objs and name not in module.rebound
        return others if only else others | {own}

    def _of_another(self, module: ModuleFacts, obj: Obj) -> bool:
        (kind, *rest), path = obj
        owner = str(rest[0]).rpartition(".")[0] if kind == "global" and not path else module.name
        return owner != module.name and self._program.module(owner) is not None

    def _bindings(self, module: ModuleFacts) -> dict[str, list[tuple[int, int]]]:
        """Where module-level names are bound: function and value."""
        if module.name not in self._bound:
            found: dict[str, list[tuple[int, int]]] = {}
            for index, function in enumerate(module.functions):
                binds = not index or function.globals
                for i in function.reached(range(len(function.code))) if binds else ():
                    instr = function.code[i]
                    if instr.op == "setname" and (not index or instr.args[0] in function.globals):
                        found.setdefault(instr.args[0], []).append((index, instr.args[1]))
            self._bound[module.name] = found
        return self._bound[module.name]

    def _grows(self, module: ModuleFacts, name: str) -> bool:
        """Whether the module's own code puts more into the container."""
        if module.name not in self._growing:
            self._growing[module.name] = names_grown(module)
        growing = self._growing[module.name]
        return "" in growing or (name in growing and name in module.names)

    def member(self, dotted: str, name: str) -> tuple[Val, str]:
        """An attribute of a module."""
        program, full = self._program, f"{dotted}.{name}"
        facts = program.own(dotted)
        if facts is None:
            return self._outside(dotted, name)
        if name in facts.names or facts.star_imports:
            found = self.global_name(facts, name)
            if found[0] != UNKNOWN or name in facts.names:
                return found
        return (module_value(full) if program.own(full) is not None else UNKNOWN), ""

    def _outside(self, dotted: str, name: str) -> tuple[Val, str]:
        """An attribute of a module that is none of the project: what a table says of it, else its
        source. What these do not tell stays a name in a module, and a call of it unknown."""
        program, full = self._program, f"{dotted}.{name}"
        if program.own(full) is not None:
            return module_value(full), ""
        told = self._table_answer(full)
        if told is not None:
            return told
        spoken = full in DECORATORS or program.knowledge.speaks_of(full)
        facts = None if spoken else program.installed(dotted)
        if facts is not None and name in facts.names:
            found = self.global_name(facts, name)
        else:
            found = (facts is not None and self._starred(facts, name)) or (UNKNOWN, "")
        return found if found[0].types is not None else (module_value(full), "")

    def _table_answer(self, full: str) -> tuple[Val, str] | None:
        """What the tables say of a name in a module."""
        program = self._program
        if program.knowledge.call(full) is not None:
            return Val(types=frozenset({"function"}), funcs=frozenset({("known", full)})), ""
        known = program.knowledge.value(full)
        if known is None:
            return None
        types = frozenset({known})
        objs = frozenset() if program.plain(types) else frozenset({(("global", full), ())})
        return Val(objs, types), full

    def imported(self, module: ModuleFacts, target: str, name: str, level: int) -> Val:
        dotted = absolute(module, target, level)
        if not name:
            return module_value(dotted)
        return self.member(dotted, name)[0]

    # -- class hierarchy, as far as a module and its imports tell ---------------------------

    def neighbours(self, module: ModuleFacts) -> tuple[str, ...]:
        """The module itself and the modules of the project, or for one of a package those of that
        package, that it imports."""
        if module.name not in self._neighbours:
            found = [module.name]
            targets = [(t, n, lv) for _, (t, n, lv) in module.imports]
            targets += [(t, "", lv) for t, lv in module.star_imports]
            for target, name, level in targets:
                dotted = absolute(module, target, level)
                for candidate in (f"{dotted}.{name}" if name else "", dotted):
                    if candidate and self._in_view(module.name, candidate):
                        found.append(candidate)
            self._neighbours[module.name] = tuple(dict.fromkeys(found))
        return self._neighbours[module.name]

    def around(self, module: ModuleFacts) -> Iterator[ModuleFacts]:
        """The same, as far as they can be read: one after the other, as they are asked for."""
        found = map(self._program.module, self.neighbours(module))
        return (facts for facts in found if facts is not None)

    def setters(self, module: ModuleFacts) -> Iterator[ModuleFacts]:
        """Modules that may set what the loops of the module read, and import it or that."""
        found = map(self._program.module, self.setting.get(module.name, ()))
        return (facts for facts in found if facts is not None)

    def _in_view(self, asker: str, name: str) -> bool:
        program = self._program
        if program.is_installed(asker) and program.same_package(asker, name):
            return program.imported_module(name) is not None
        return program.own(name) is not None

    def derived_from(self, module: ModuleFacts) -> frozenset[str]:
        """Classes outside the program that those of a module and of its imports derive from."""
        if module.name not in self._outer:
            facts = [self._program.module(name) for name in self.neighbours(module)]
            names = [f"{f.name}:{c.qualname}" for f in facts if f for c in f.classes if c.bases]
            bases = [base for name in names for base in self._program.outer_bases(name)]
            self._outer[module.name] = frozenset(bases)
        return self._outer[module.name]

    def kept(self, module: ModuleFacts, attribute: str, value: Val) -> Val:
        """What is known of a value that the module stores into an attribute: not which object it
        is, nor, if code in view puts more into such attributes, what it contains."""
        bare = receivers.unbound(self._program, value)._replace(objs=frozenset(), recv=None)
        if not any(map(_tells_contents, bare.types or ())):
            return bare
        key = module.name, attribute
        if key not in self._growing_attributes:
            self._growing_attributes[key] = grows(self._program, module, attribute)
        return of_any_contents(bare) if self._growing_attributes[key] else bare

    def patched(self, module: ModuleFacts) -> frozenset[str]:
        """Names that the module or its imports bind from outside, `ANY` for any of its own."""
        if module.name not in self._patched:
            facts = [self._program.module(name) for name in self.neighbours(module)]
            self._patched[module.name] = frozenset().union(
                *(
                    bound_from_outside(f) - ({ANY} if f.name != module.name else set())
                    for f in facts
                    if f is not None
                )
            )
        return self._patched[module.name]

    def _roots(self, module: ModuleFacts) -> frozenset[str]:
        """The packages outside the project or in it that the module imports absolutely."""
        if module.name not in self._imported_roots:
            self._imported_roots[module.name] = frozenset(
                t.split(".")[0] for _, (t, _, level) in module.imports if level == 0
            )
        return self._imported_roots[module.name]

    def library_types(self, module: ModuleFacts, name: str) -> tuple[str, ...]:
        """Types of the libraries that the module imports which have a method of that name: what
        an object of unknown type may be, besides a builtin one."""
        roots = self._roots(module)
        knowledge = self._program.knowledge
        return tuple(t for root in sorted(roots) for t in knowledge.library_types(root, name))

    def library_types_showing(self, module: ModuleFacts, name: str) -> tuple[str, ...]:
        """Types of the libraries that the module imports which have an attribute of that name."""
        roots, knowledge = sorted(self._roots(module)), self._program.knowledge
        return tuple(t for root in roots for t in knowledge.types_showing(root, name))

    def is_view(self, module: ModuleFacts, name: str) -> bool:
        """Whether a class of the libraries that the module imports has a view of that name."""
        roots = self._roots(module)
        return any(name in self._program.knowledge.views(root) for root in roots)

    def handles_arrays(self, module: ModuleFacts) -> bool:
        """Whether numbers in the module may be arrays, which `+=` changes in place."""
        roots = self._roots(module)
        return bool(roots & ARRAYS)


def builtin(name: str) -> Val:
    return Val(types=frozenset({"function"}), funcs=frozenset({("known", name)}))


def absolute(module: ModuleFacts, target: str, level: int) -> str:
    """The dotted name of an import's module."""
    if level == 0:
        return target
    parts = module.name.split(".")
    keep = len(parts) - level + (1 if module.is_package else 0)
    base = ".".join(parts[: max(keep, 0)])
    return f"{base}.{target}" if base and target else base or target


def imports_in(module: ModuleFacts) -> Iterator[tuple[str, str, int]]:
    """Each import of the module, wherever it stands: of which module, of what, at which level."""
    yield from (each for _, each in module.imports)
    yield from ((star, "", level) for star, level in module.star_imports)
    for function in module.functions:
        yield from (instr.args for instr in function.code if instr.op == "import")


def module_value(dotted: str) -> Val:
    return Val(types=frozenset({"module"}), funcs=frozenset({("module", dotted)}))


def _tells_contents(type_name: str) -> bool:
    """Whether it says what something contains that more can be put into."""
    return "[" in type_name.removeprefix("tuple[")
