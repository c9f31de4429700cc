"""Code that sets attributes under names that only the run will tell.

What methods are seen to store in an attribute says nothing then: `setattr(self, name, value)`,
`self.__dict__ = state`, `vars(run).update(found)`, `parser.parse_args(namespace=run)`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.facts import Function, Instr, ModuleFacts

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

ANY: Final = -1
FILLING: Final = frozenset({"update", "setdefault", "__setitem__"})
PARSING: Final = frozenset(
    f"parse_{how}" for how in ("args", "known_args", "intermixed_args", "known_intermixed_args")
)


def affect(program: Program, name: str) -> bool:
    """Whether attributes of instances of the class are set so."""
    for owner in (*program.lineage(name), *program.subclasses(name)):
        found = program.find(owner) if ":" in owner else None
        if found is not None:
            module, cls = found
            setting = program.table(owners_in, module)
            if ANY in setting or module.classes.index(cls) in setting:
                return True
    return False


def owners_in(module: ModuleFacts) -> frozenset[int]:
    """Classes of the module whose own methods do so to themselves; ANY for any object."""
    found = set()
    for function in module.functions:
        for instr in function.code:
            base = _named_at_run_time(function, instr)
            if base is not None:
                own = base.op == "param" and base.args[0] == 0 and function.owner_class >= 0
                found.add(function.owner_class if own else ANY)
    return frozenset(found)


def _named_at_run_time(function: Function, instr: Instr) -> Instr | None:
    """The object whose attribute the instruction sets under a computed name."""
    code = function.code
    if instr.op == "setitem":
        return _with_namespace(function, code[instr.args[0]], code[instr.args[1]])
    if instr.op == "setattr" and instr.args[1] == "__dict__":
        replaced: Instr = code[instr.args[0]]
        return replaced
    return _named_by_call(function, instr) if instr.op == "call" else None


def _named_by_call(function: Function, call: Instr) -> Instr | None:
    code = function.code
    callee, given = code[call.args[0]], [value for _, _, value in call.args[1]]
    name = callee.args[-1] if callee.op in ("name", "attr") else ""
    if name == "__setattr__" and len(given) == 2:  # of super()
        given = [_itself(function), *given]
    if name in ("setattr", "__setattr__") and len(given) > 1 and function.name != "__setattr__":
        made: Instr = code[given[0]]
        return made if code[given[1]].op != "const" else None
    if callee.op == "attr" and name in FILLING:
        return _with_namespace(function, code[callee.args[0]], None)
    named = [value for _, word, value in call.args[1] if word == "namespace"] or given[1:2]
    return code[named[0]] if name in PARSING and named else None


def _itself(function: Function) -> int:
    first = (i for i, instr in enumerate(function.code) if instr.op == "param")
    return next(first, 0)


def _with_namespace(function: Function, namespace: Instr, key: Instr | None) -> Instr | None:
    code = function.code
    if key is not None and key.op == "const":
        return None
    if namespace.op == "attr" and namespace.args[1] == "__dict__":
        owner: Instr = code[namespace.args[0]]
        return owner
    if namespace.op == "call" and code[namespace.args[0]].args[-1:] == ("vars",):
        given = namespace.args[1]
        return code[given[0][2]] if given else None
    return None
