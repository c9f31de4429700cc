"""The rules by code, name and pattern, read from their modules without importing them.

A rule is a module of this package: its docstring is its page, the constants
`code`, `name` and, for family 1xx, `pattern` are its facts.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pfadvisor import registry
from pfadvisor.model import Pattern

PACKAGE = "pfadvisor.rules"


@dataclass(frozen=True, slots=True)
class Rule:
    """`pattern` is empty outside of family 1xx; `summary` is the first line of the page."""

    code: str
    name: str
    summary: str
    page: str
    pattern: str = ""

    @property
    def family(self) -> str:
        return self.code[:4]


@cache
def rules() -> tuple[Rule, ...]:
    """All rules, plugins included, in the order of their codes."""
    found = (_rule(name) for name in registry.names(PACKAGE))
    return tuple(sorted(found, key=lambda rule: rule.code))


def by_code() -> dict[str, Rule]:
    return {rule.code: rule for rule in rules()}


def by_name() -> dict[str, Rule]:
    return {rule.name: rule for rule in rules()}


def for_pattern(pattern: Pattern) -> Rule:
    """The rule of family 1xx that reports loops of `pattern`."""
    return next(rule for rule in rules() if rule.pattern == pattern)


def page(code: str) -> str:
    """What `explain CODE` prints; raises LookupError for an unknown code or name."""
    rule = by_code().get(code.upper()) or by_name().get(code)
    if rule is None:
        raise LookupError(f"no rule {code!r}")
    return f"# {rule.name} ({rule.code})\n\n{rule.page}"


def _rule(name: str) -> Rule:
    source = _own_source(name)
    if source is None:
        module = registry.load(PACKAGE, name)
        facts = {key: str(getattr(module, key, "")) for key in ("code", "name", "pattern")}
        return _made(facts, module.__doc__ or "")
    tree = ast.parse(source)
    return _made(_constants(tree), ast.get_docstring(tree) or "")


def _made(facts: dict[str, str], text: str) -> Rule:
    summary = text.partition("\n")[0]
    return Rule(facts["code"], facts["name"], summary, text, facts.get("pattern", ""))


def _own_source(name: str) -> str | None:
    path = Path(__file__).with_name(f"{name.replace('-', '_')}.py")
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _constants(tree: ast.Module) -> dict[str, str]:
    facts: dict[str, str] = {}
    for statement in tree.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=key), value=ast.Constant(value=str(value))):
                facts[key] = value
            case ast.Assign(targets=[ast.Name(id=key)], value=ast.Constant(value=str(value))):
                facts[key] = value
    return facts
