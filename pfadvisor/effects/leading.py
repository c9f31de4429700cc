"""Names that lead to functions: code that mentions one may call it, whatever way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pfadvisor.effects.facts import Instr, ModuleFacts


def leading_names(names: Iterable[str], modules: Sequence[ModuleFacts]) -> frozenset[str]:
    """The names, those of functions of the modules that mention one, and those of classes that
    have such a method."""
    said = [(f.name, words(f.code, facts)) for facts in modules for f in facts.functions]
    classes = [
        (each.name, {name for name, _ in each.methods})
        for facts in modules
        for each in facts.classes
    ]
    leading, size = {*names}, -1
    while len(leading) > size:
        size = len(leading)
        leading |= {name for name, mentioned in (*said, *classes) if mentioned & leading}
    return frozenset(leading)


def is_everywhere(leading: Iterable[str]) -> bool:
    """Whether one is a special method, which operators call."""
    return any(name.startswith("__") and name.endswith("__") for name in leading)


def words(code: Iterable[Instr], facts: ModuleFacts) -> set[str]:
    """Names that the code mentions, as it spells them and as they are defined."""
    found: set[str] = set()
    for instr in code:
        if instr.op in ("name", "free", "attr"):
            found.add(str(instr.args[-1]))
        elif instr.op == "import":
            found.add(str(instr.args[1]))
        elif instr.op == "func":
            found.add(facts.functions[instr.args[0]].name)
        elif instr.op == "class":
            found.add(facts.classes[instr.args[0]].name)
    return found | {name for alias, (_, name, _) in facts.imports if alias in found and name}
