"""`pfadvisor effects`: what a callable does, and where each part of that comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pfadvisor.cli import _options, _run
from pfadvisor.config import ConfigError


@click.command()
@click.argument("what", metavar="NAME|PATH:LINE")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
@click.option("-n", "--no-cache", is_flag=True, help="Neither read nor write the cache.")
@_options.configured
def command(what: str, output_format: str, no_cache: bool, **given: Any) -> int:
    """Print what a callable reads, writes, returns, raises and costs, and how that is known.

    NAME is a function, method or class of this project, of the tables, or of your own
    [tool.pfadvisor.effects]. PATH:LINE is a definition, or what is called there. `[*]` is what a
    container holds, `.**` all that an object leads to.

    \b
    pfadvisor effects weather.spectrum.power
    pfadvisor effects json.loads
    pfadvisor effects src/a.py:42
    """
    from pfadvisor import selection
    from pfadvisor.inquiry import Inquiry, InquiryError
    from pfadvisor.report import View, _effects

    place, cwd = _run.PLACE.fullmatch(what), Path.cwd()
    start = Path(place["path"]) if place is not None else cwd
    settings = _options.settings((start,), cwd, given)
    wrong = selection.mistakes(settings)
    if wrong:
        raise ConfigError(wrong)
    inquiry = Inquiry(settings, cwd, cached=not no_cache)
    try:
        if place is not None:
            found = inquiry.at(place["path"], int(place["row"]))
        else:
            found = inquiry.named(what)
    except InquiryError as error:
        _run.write(f"error: {error}\n", err=True)
        return 2
    view = View(colour=_run.wants_colour())
    in_json = output_format == "json"
    _run.write(_effects.as_json(what, found) if in_json else _effects.text(found, view))
    return 0
