"""Which scopes of a module name a thing, by whatever name they know it: a look at words alone."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from pfadvisor.effects.facts import Instr, ModuleFacts, last_name

BINDINGS: Final = frozenset({"setname", "setcell", "setattr", "bind"})


def mentioning(module: ModuleFacts, words: Set[str]) -> list[int]:
    """Scopes of the module that name one of the things, or what the module calls it."""
    words = {*words} | {name for name, (_, member, _) in module.imports if member in words}
    known = 0
    while len(words) > known:  # what holds one is one
        known = len(words)
        for function in module.functions:
            for instr in function.code:
                if instr.op in BINDINGS and word(function.code[instr.args[-1]]) in words:
                    words.add(str(instr.args[-2]))
    return [
        index
        for index, function in enumerate(module.functions)
        if any(word(instr) in words for instr in function.code)
    ]


def word(instr: Instr) -> str:
    """The last name of what is read."""
    return str(instr.args[1]) if instr.op == "import" else last_name(instr)
