"""Finds the Python loops that can run in parallel, proves it, and rewrites them.

`analyze` looks at files and directories, `analyze_source` at one text. Both give
a `Report`, never raise over what they find, and never run the code that they read.
"""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pfadvisor.config import Settings
    from pfadvisor.model import Report

__all__ = ["analyze", "analyze_source"]
__version__ = "0.1.0"


def analyze(
    paths: Iterable[str | PathLike[str]],
    settings: Settings | None = None,
    *,
    show: Literal["suggested", "review", "all"] = "suggested",
    jobs: int | None = None,
) -> Report:
    """Findings in the files at and below `paths`, under the settings of their project."""
    from pathlib import Path

    from pfadvisor import config, pipeline
    from pfadvisor.profit.basis import of_this_machine
    from pfadvisor.source.files import common_folder

    wanted, cwd = [Path(path) for path in paths], Path.cwd()
    chosen = settings if settings is not None else config.load(common_folder(wanted, cwd))
    request = pipeline.Request(chosen, cwd, show, basis=of_this_machine())
    return pipeline.analyze(wanted, request, jobs)


def analyze_source(
    text: str,
    filename: str = "<string>",
    settings: Settings | None = None,
    *,
    show: Literal["suggested", "review", "all"] = "suggested",
) -> Report:
    """Findings in `text`, which stands for the file of that name."""
    from pathlib import Path

    from pfadvisor import config, pipeline
    from pfadvisor.profit.basis import of_this_machine

    chosen = settings or config.Settings()
    request = pipeline.Request(chosen, Path.cwd(), show, basis=of_this_machine())
    return pipeline.analyze_text(text, Path(filename), request)
