"""Packages that rewritten code imports, added to where the project states its dependencies.

Works on the text of TOML: one array grows by one string, every other byte stays. What
comes out is parsed again and must differ in that array alone, else it is refused.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from pfadvisor.backends._choice import traits_of
from pfadvisor.rewrite.refusal import Refused

_BLOCK: Final = re.compile(r"(?m)^# /// script[ \t]*\r?\n((?:#(?:| .*)\r?\n)+?)# ///[ \t]*\r?$")
_KEY: Final = re.compile(r"(?m)^[ \t]*dependencies[ \t]*=[ \t]*\[")
_HEADER: Final = re.compile(r"(?m)^[ \t]*\[")
_PROJECT: Final = re.compile(r"(?m)^[ \t]*\[[ \t]*project[ \t]*\][ \t]*(?:#.*)?\r?$")
_TOKEN: Final = re.compile(
    r'"""(?:\\.|.)*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|[\[\]]|\s+|.', re.S
)
_NAME: Final = re.compile(r"\s*([\w.-]+)\s*(?:\[([^\]]*)\])?")


class _Array(NamedTuple):
    """Offsets: behind the opening bracket, behind the last element, of the closing bracket."""

    start: int
    last: int
    end: int
    quote: str
    comma: bool


def needed(backend: str) -> tuple[str, ...]:
    """What code for the backend imports beyond the standard library."""
    return traits_of(backend).requires


def is_script(text: str) -> bool:
    """Whether the file states its own dependencies (PEP 723)."""
    return _BLOCK.search(text) is not None


def missing(packages: Sequence[str], declared: Iterable[str]) -> tuple[str, ...]:
    """Those of `packages` that no declared requirement gives."""
    known: dict[str, set[str]] = {}
    for each in declared:
        name, extras = _parsed(each)
        known.setdefault(name, set()).update(extras)
    parsed = ((each, *_parsed(each)) for each in packages)
    return tuple(p for p, name, extras in parsed if name not in known or extras - known[name])


def of_script(text: str) -> list[str]:
    """What a script declares. Raises Refused if it cannot be read."""
    return _strings(_table(_content(text)[1]).get("dependencies", []))


def of_project(text: str) -> list[str]:
    """What a pyproject.toml declares, its optional parts left out."""
    project = _table(text).get("project", {})
    return _strings(project.get("dependencies", [])) if isinstance(project, dict) else []


def added_to_script(text: str, packages: Sequence[str]) -> str:
    """The script with `packages` in its metadata. Raises Refused."""
    found, content = _content(text)
    packages = missing(packages, of_script(text))
    if not packages:
        return text
    newline = "\r\n" if "\r\n" in found[0] else "\n"
    if "dependencies" in _table(content):
        changed = _grown(content, 0, _HEADER.search(content), packages, newline)
    else:
        listed = ", ".join(f'"{each}"' for each in packages)
        changed = f"dependencies = [{listed}]{newline}{content}"
    old, new = _table(content), _table(changed)
    if new != {**old, "dependencies": [*_strings(old.get("dependencies", [])), *packages]}:
        raise Refused("the dependencies in its metadata could not be edited")
    rows = changed.splitlines(keepends=True)
    block = "".join(f"# {row}" if row.strip() else f"#{row}" for row in rows)
    return text[: found.start(1)] + block + text[found.end(1) :]


def added_to_project(text: str, packages: Sequence[str]) -> str:
    """The pyproject.toml with `packages` in `[project] dependencies`. Raises Refused."""
    old = _table(text)
    project = old.get("project")
    if not isinstance(project, dict):
        raise Refused("it has no [project] table to add a dependency to")
    packages = missing(packages, of_project(text))
    if not packages:
        return text
    if "dependencies" in project.get("dynamic", []):
        raise Refused("its dependencies are dynamic: they are stated elsewhere")
    if "dependencies" not in project:
        raise Refused("its [project] table has no dependencies")
    header = _PROJECT.search(text)
    if header is None:
        raise Refused("its dependencies could not be edited: they are not in a [project] section")
    newline = "\r\n" if "\r\n" in text else "\n"
    changed = _grown(text, header.end(), _HEADER.search(text, header.end()), packages, newline)
    grown = {**project, "dependencies": [*_strings(project["dependencies"]), *packages]}
    if _table(changed) != {**old, "project": grown}:
        raise Refused("its dependencies could not be edited")
    return changed


def _content(text: str) -> tuple[re.Match[str], str]:
    blocks = list(_BLOCK.finditer(text))
    if len(blocks) != 1:
        raise Refused("it has no metadata, or more than one block of it")
    rows = blocks[0][1].splitlines(keepends=True)
    return blocks[0], "".join(row[2:] if row.startswith("# ") else row[1:] for row in rows)


def _grown(
    text: str, start: int, end: re.Match[str] | None, packages: Sequence[str], newline: str
) -> str:
    """`text` with more strings in the array `dependencies` between `start` and `end`."""
    key = _KEY.search(text, start)
    if key is None or (end is not None and end.start() < key.start()):
        raise Refused("its dependencies could not be edited: they are not a plain array")
    array = _array(text, key.end())
    strings = [f"{array.quote}{each}{array.quote}" for each in packages]
    before, tail = text[: array.last], text[array.last : array.end]
    if "\n" not in text[array.start : array.end]:
        lead = " " if array.comma else ", " if array.last > array.start else ""
        return before + lead + ", ".join(strings) + tail + text[array.end :]
    indent = _indent(text[array.start : array.end])
    comma = "" if array.comma or array.last == array.start else ","
    row, ended, rest = tail.partition("\n")
    rows = "".join(f"{indent}{each},{newline}" for each in strings)
    return f"{before}{comma}{row}{ended or newline}{rows}{rest}{text[array.end :]}"


def _array(text: str, start: int) -> _Array:
    last, quote, comma, depth = start, '"', False, 0
    for token in _TOKEN.finditer(text, start):
        word = token[0]
        if word == "]" and not depth:
            return _Array(start, last, token.start(), quote, comma)
        if word.isspace() or word.startswith("#"):
            continue
        depth += (word == "[") - (word == "]")
        comma = word == ","
        last = token.end()
        quote = word[0] if word[0] in "\"'" else quote
    raise Refused("its dependencies could not be edited")


def _indent(inside: str) -> str:
    """Of the first row that holds an element."""
    for row in inside.split("\n")[1:]:
        if row.strip() and not row.strip().startswith("#"):
            return row[: len(row) - len(row.lstrip())]
    return "    "


def _table(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise Refused(f"it is not valid TOML: {error}") from None


def _strings(value: object) -> list[str]:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return value
    raise Refused("its dependencies are not a list of strings")


def _parsed(requirement: str) -> tuple[str, set[str]]:
    """(normalised name, extras)"""
    found = _NAME.match(requirement)
    if found is None:
        return "", set()
    extras = {each.strip().lower() for each in (found[2] or "").split(",") if each.strip()}
    return re.sub(r"[-_.]+", "-", found[1]).lower(), extras
