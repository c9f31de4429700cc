"""Options that commands share, and the settings that they amount to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from pfadvisor import config, registry
from pfadvisor.config import Settings
from pfadvisor.profit.basis import Basis, of_this_machine
from pfadvisor.source import environment
from pfadvisor.source.files import common_folder

Command = TypeVar("Command", bound=Callable[..., Any])

OVERRIDES: Final = (
    "select", "ignore", "exclude", "extend_exclude", "respect_gitignore", "force_exclude",
    "backend", "min_speedup", "workers", "guarded", "target_version", "assume", "python",
)  # fmt: skip


def _words(ctx: click.Context, param: click.Parameter, value: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for one in value for word in one.replace(",", " ").split())


class _Names(click.Choice[str]):
    """A choice among the modules of a package, listed when it is needed."""

    def __init__(self, package: str, *more: str) -> None:
        self._package, self._more = package, more
        super().__init__(())

    @property
    def choices(self) -> tuple[str, ...]:
        return (*self._more, *registry.names(self._package))

    @choices.setter
    def choices(self, value: object) -> None:
        """click sets an empty tuple when it is made."""


def several(*names: str, text: str) -> Callable[[Command], Command]:
    """An option that may be given more than once, or once with commas."""
    return click.option(*names, multiple=True, callback=_words, help=text)


_CONFIGURED: Final[tuple[Callable[[Any], Any], ...]] = (
    several("--select", text="Codes, code prefixes or names of rules to report."),
    several("--ignore", text="Codes, code prefixes or names of rules to leave out."),
    several("--assume", text="Assumptions to take for true, e.g. no-alias."),
    several("--exclude", text="Patterns of paths to leave out, instead of the default ones."),
    several("--extend-exclude", text="Patterns of paths to leave out, beside the others."),
    click.option("--respect-gitignore/--no-respect-gitignore", default=None),
    click.option(
        "--force-exclude/--no-force-exclude",
        default=None,
        help="Leave out excluded files even if they are named.",
    ),
    click.option(
        "--backend", type=_Names("pfadvisor.backends", "auto"), help="Target of rewrites."
    ),
    click.option(
        "--min-speedup",
        type=click.FloatRange(min=0),
        help="Do not suggest what may gain less.",
    ),
    click.option(
        "--workers",
        metavar="EXPR",
        help="Number of workers: that rewrites state, and predictions are made for.",
    ),
    click.option(
        "--guarded/--no-guarded",
        default=None,
        help="Let rewrites keep the loop for fewer items than pay.",
    ),
    click.option("--target-version", metavar="py3XX", help="Oldest Python that rewrites run on."),
    click.option(
        "--python",
        metavar="PATH",
        help="Interpreter or virtual environment whose packages the program uses; by default the"
        " `.venv` of the project, else the Python that runs this.",
    ),
    click.option("--config", "config_", metavar="PATH|KEY=VALUE", help="Configuration to use."),
    click.option("--isolated", is_flag=True, help="Ignore all configuration files."),
)
_ANALYSIS: Final[tuple[Callable[[Any], Any], ...]] = (
    click.argument("paths", nargs=-1, metavar="[PATHS]..."),
    click.option("--stdin-filename", metavar="PATH", help="Name of the file given as `-`."),
    click.option(
        "-j", "--jobs", type=click.IntRange(min=1), help="Processes to use; default by file count."
    ),
    click.option("-n", "--no-cache", is_flag=True, help="Neither read nor write the cache."),
)


_PREDICTED: Final[tuple[Callable[[Any], Any], ...]] = (
    click.option(
        "--profile",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Predict from what `pfadvisor profile` measured.",
    ),
    click.option(
        "--iterations",
        type=click.IntRange(min=1),
        help="Predict for so many iterations, where the code does not state them.",
    ),
)


def configured(command: Command) -> Command:
    """Add the options that stand for settings."""
    return _added(command, _CONFIGURED)


def analysis(command: Command) -> Command:
    """Add what every command that analyses files can be told."""
    return _added(command, (*_ANALYSIS, *_CONFIGURED))


def _added(command: Command, options: Sequence[Callable[[Any], Any]]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command


def output_format() -> Callable[[Command], Command]:
    return click.option(
        "--output-format",
        type=_Names("pfadvisor.report"),
        default="text",
        show_default=True,
        envvar="PFADVISOR_OUTPUT_FORMAT",
        help="How to print findings.",
    )


def predicted(command: Command) -> Command:
    """Add what predictions may rest on."""
    return _added(command, _PREDICTED)


def basis(given: dict[str, Any], *, what_if: bool = False) -> Basis:
    """What predictions rest on besides the code. Raises ConfigError."""
    found = replace(of_this_machine(), iterations=given.get("iterations"), what_if=what_if)
    if given.get("profile") is None:
        return found
    from pfadvisor.profit import profiles

    try:
        return replace(found, profile=profiles.load(given["profile"]))
    except profiles.ProfileError as error:
        raise config.ConfigError(str(error)) from None


def settings(paths: Sequence[Path], cwd: Path, given: dict[str, Any]) -> Settings:
    """What configuration and options amount to. Raises ConfigError."""
    found = config.load(
        common_folder(paths, cwd), config=given["config_"], isolated=given["isolated"]
    )
    stated = {key: given[key] for key in OVERRIDES}
    stated["assume"] = (*found.assume, *given["assume"])
    chosen = config.override(found, stated, "options")
    wrong = environment.problem(chosen.python, cwd)
    if wrong:
        raise config.ConfigError(wrong)
    return chosen
