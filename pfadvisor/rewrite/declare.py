"""The packages that the fixes of a run need: whether they are declared, and the edits that do it.

A script with metadata of its own (PEP 723) declares them there, any other file in the
pyproject.toml of its project.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pfadvisor.model import Failed
from pfadvisor.rewrite import requirements
from pfadvisor.rewrite.apply import Change
from pfadvisor.rewrite.refusal import Refused
from pfadvisor.source.files import display, project_root
from pfadvisor.source.module import SourceFile, from_text

_FILE = "pyproject.toml"


def undeclared(backend: str, source: SourceFile, cwd: Path) -> str:
    """What the fixes of a file need and its project does not declare, in words; "" for nothing."""
    packages = requirements.needed(backend)
    if not packages:
        return ""
    script, declared = requirements.is_script(source.text), list[str]()
    with suppress(Refused):
        if script:
            declared = requirements.of_script(source.text)
        else:
            declared = requirements.of_project(_text(_project_file(source, cwd)))
    place = "the script's metadata" if script else _FILE
    lacking = requirements.missing(packages, declared)
    return f"needs {' and '.join(lacking)}, which {place} does not declare" if lacking else ""


def with_packages(
    made: Iterable[Change | Failed], packages: Sequence[str], cwd: Path
) -> list[Change | Failed]:
    """The changes with those that declare `packages`; where that cannot be, neither is made."""
    done: list[Change | Failed] = []
    projects: dict[Path, Change | Failed | None] = {}
    for change in made:
        if isinstance(change, Failed):
            done.append(change)
        elif requirements.is_script(change.source.text):
            done.append(_script(change, packages))
        else:
            file = _project_file(change.source, cwd)
            if file not in projects:
                projects[file] = _project(file, packages, cwd)
            if not isinstance(projects[file], Failed):
                done.append(change)
    return [*(each for each in projects.values() if each is not None), *done]


def _script(change: Change, packages: Sequence[str]) -> Change | Failed:
    try:
        text = requirements.added_to_script(change.text, packages)
    except Refused as refused:
        return Failed(change.source.name, f"not fixed: {refused.reason}")
    return replace(change, text=text, added=_added(packages, text != change.text))


def _project(file: Path, packages: Sequence[str], cwd: Path) -> Change | Failed | None:
    """The change of a pyproject.toml, None if it declares the packages already."""
    name = display(file, cwd)
    try:
        before = _text(file)
        after = requirements.added_to_project(before, packages)
    except Refused as refused:
        wanted = " and ".join(packages)
        return Failed(name, f"{refused.reason}; nothing that needs {wanted} is fixed")
    if before == after:
        return None
    return Change(from_text(before, file, name), after, (), (), _added(packages, True))


def _added(packages: Sequence[str], changed: bool) -> tuple[str, ...]:
    return tuple(packages) if changed else ()


def _project_file(source: SourceFile, cwd: Path) -> Path:
    return project_root(source.path, cwd) / _FILE


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except OSError as error:
        raise Refused(f"it cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise Refused("it is not UTF-8") from None
