"""Settings: `[tool.pfadvisor]` of the nearest pyproject.toml, then options.

Keys are the fields of `Settings` in kebab-case. What is unknown or of the wrong
type is a `ConfigError` of one line that names the file and the key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

DEFAULT_EXCLUDE: Final = (
    ".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints",
    ".mypy_cache", ".nox", ".pants.d", ".pfadvisor_cache", ".pyenv", ".pytest_cache",
    ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", ".vscode", "__pycache__",
    "__pypackages__", "_build", "buck-out", "build", "dist", "node_modules",
    "site-packages",
)  # fmt: skip

Effects = Mapping[str, Mapping[str, Any]]


class ConfigError(Exception):
    """A mistake in the configuration, told in one line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a run can be told.

    select, ignore   code prefixes or rule names
    backend          what rewrites target; "auto" chooses by the kind of loop
    min_speedup      a loop that may gain less is not suggested; 0 suggests whatever is legal
    max_break_even   a loop that pays only from more iterations on is not suggested; importing
                     pools, once in a program, does not count
    guarded          rewrites leave the loop as it was for fewer items than pay
    workers          source text that generated code uses as its number of workers
    line_length      of generated code; the formatter's, if it is configured in the same file
    assume           assumptions taken for true: "no-alias" or "pure-call:client.fetch"
    effects          lines in the syntax of the knowledge tables, by dotted name
    python           interpreter or virtual environment whose packages the program uses
    """

    select: tuple[str, ...] = ("PFA",)
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    respect_gitignore: bool = True
    force_exclude: bool = False
    backend: str = "auto"
    min_speedup: float = 1.2
    max_break_even: int = 10_000
    workers: str | None = None
    target_version: str = "py311"
    line_length: int = 88
    assume: tuple[str, ...] = ()
    effects: Effects | None = None
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    guarded: bool = False
    python: str | None = None


def load(start: Path, *, config: str | None = None, isolated: bool = False) -> Settings:
    """The settings that hold for a run over `start`: its nearest configuration, or `config`."""
    if isolated and config is None:
        return Settings()
    if config is not None:
        return _stated(start, config, isolated=isolated)
    found = _nearest(start)
    return Settings() if found is None else _settings(found[0], found[1])


def override(settings: Settings, given: Mapping[str, Any], where: str) -> Settings:
    """`settings` with the values that were given: those that are neither None nor empty."""
    values = {key: value for key, value in given.items() if value is not None and value != ()}
    _check_values(where, values)
    return replace(settings, **values)


def _stated(start: Path, config: str, *, isolated: bool) -> Settings:
    path = Path(config)
    if path.is_file() or "=" not in config:
        table = _read(path)
        own_file = path.name != "pyproject.toml" and "tool" not in table
        tools = {"pfadvisor": table} if own_file else _tools(table)
        return _settings(path, _merged(path, {"pfadvisor": {}, **tools}))
    base = load(start, isolated=isolated)
    return replace(base, **_checked("--config", _parse(config, "--config")))


def _settings(path: Path, table: Mapping[str, Any]) -> Settings:
    """Those of a file. What it names beside itself is found there, wherever a run starts."""
    settings = Settings(**_checked(str(path), table))
    beside = path.absolute().parent / (settings.python or "")
    named = settings.python is not None and beside.exists()
    return replace(settings, python=str(beside)) if named else settings


def _nearest(start: Path) -> tuple[Path, Mapping[str, Any]] | None:
    here = start.absolute()
    nearest = None
    for folder in (here, *here.parents):
        path = folder / "pyproject.toml"
        if path.is_file():
            tools = _tools(_read(path))
            nearest = nearest or (path, _formatter(tools))
            if "pfadvisor" in tools:
                return path, _merged(path, tools)
    return nearest


def _tools(table: Mapping[str, Any]) -> Mapping[str, Any]:
    tools = table.get("tool", {})
    return tools if isinstance(tools, dict) else {}


def _merged(path: Path, tools: Mapping[str, Any]) -> Mapping[str, Any]:
    section = tools["pfadvisor"]
    if not isinstance(section, dict):
        raise ConfigError(f"{path}: tool.pfadvisor must be a table")
    return {**_formatter(tools), **section}


def _formatter(tools: Mapping[str, Any]) -> dict[str, Any]:
    """The line length of ruff or black; what is not right there is not our business."""
    for name in ("ruff", "black"):
        section = tools.get(name)
        length = section.get("line-length") if isinstance(section, dict) else None
        if _integer(length) is not None:
            return {"line-length": length}
    return {}


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: not UTF-8") from None
    return _parse(text, str(path))


def _parse(text: str, where: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{where}: invalid TOML: {error or 'nested too deeply'}") from None


def _checked(where: str, table: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {field.name.replace("_", "-"): str(field.type) for field in fields(Settings)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in kinds:
            raise ConfigError(f"{where}: unknown key {key!r}{suggestion(key, kinds)}")
        expected, accept = _KINDS[kinds[key]]
        accepted = accept(value)
        if accepted is None:
            raise ConfigError(f"{where}: {key} must be {expected}, not {value!r}")
        values[key.replace("-", "_")] = accepted
    _check_values(where, values)
    return values


def _check_values(where: str, values: Mapping[str, Any]) -> None:
    version = values.get("target_version")
    if version is not None and not re.fullmatch(r"py3\d{1,2}", version):
        raise ConfigError(f'{where}: target-version must look like "py312", not {version!r}')
    if values.get("min_speedup", 0) < 0:
        raise ConfigError(f"{where}: min-speedup must be 0 or more")
    for key in ("max_break_even", "line_length"):
        if key in values and not values[key] > 0:
            raise ConfigError(f"{where}: {key.replace('_', '-')} must be above 0")
    if values.get("python") == "":
        raise ConfigError(f"{where}: python must name an interpreter or a virtual environment")
    backend = values.get("backend")
    if backend is not None and backend not in backends():
        raise ConfigError(f"{where}: unknown backend {backend!r}{suggestion(backend, backends())}")


def backends() -> tuple[str, ...]:
    """What `backend` may be."""
    from pfadvisor import registry

    return ("auto", *registry.names("pfadvisor.backends"))


def suggestion(word: str, known: Mapping[str, object] | tuple[str, ...]) -> str:
    """`, did you mean "…"?` where something known is near, else nothing."""
    import difflib

    near = difflib.get_close_matches(word, list(known), n=1)
    return f", did you mean {near[0]!r}?" if near else ""


def _strings(value: object) -> tuple[str, ...] | None:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    return None


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and value == value:
        return float(value)
    return None


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _workers(value: object) -> str | None:
    if isinstance(value, str):
        return value
    number = _integer(value)
    return str(number) if number is not None and number > 0 else None


def _ignores(value: object) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    if not isinstance(value, dict):
        return None
    pairs = [(pattern, _strings(codes)) for pattern, codes in value.items()]
    if any(codes is None for _, codes in pairs):
        return None
    return tuple((pattern, codes) for pattern, codes in pairs if codes is not None)


def _effects(value: object) -> Effects | None:
    if isinstance(value, dict) and all(isinstance(line, dict) for line in value.values()):
        return dict(_lines(value))
    return None


def _lines(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """TOML reads `a.b = {…}` as a table in a table: the dotted name is put together again."""
    for key, value in table.items():
        if value and all(isinstance(line, dict) for line in value.values()):
            yield from _lines(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


_KINDS: Final[dict[str, tuple[str, Callable[[object], object]]]] = {
    "tuple[str, ...]": ("a list of strings", _strings),
    "bool": ("true or false", lambda value: value if isinstance(value, bool) else None),
    "str": ("a string", lambda value: value if isinstance(value, str) else None),
    "str | None": ("a string or a positive integer", _workers),
    "float": ("a number", _number),
    "int": ("an integer", _integer),
    "Effects | None": ("a table of tables", _effects),
    "tuple[tuple[str, tuple[str, ...]], ...]": ("a table of lists of strings", _ignores),
}
