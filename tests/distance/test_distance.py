"""The same loops, whatever lies between them and their helpers, get the same verdicts."""

from __future__ import annotations

from pathlib import Path

import pytest

from pfadvisor import analyze
from pfadvisor.config import Settings
from pfadvisor.model import Judgement

from .story import Story, judged_row, load_all
from .variants import VARIANTS, Variant

STORIES = load_all()
UNSENT = "closure_of_run"  # what a call makes for the run cannot be sent to other processes


def written(folder: Path, story: Story, variant: Variant) -> Path:
    """The story as a package of its own; the path of its module with the loop."""
    package = folder / story.package
    for name, content in ({"__init__.py": ""} | variant(story)).items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return package / "main.py"


def judged(folder: Path, variant: Variant) -> dict[str, Judgement]:
    """What the loop of each story is called, when written in this way."""
    (folder / "pyproject.toml").touch()
    paths = {story.name: written(folder, story, variant) for story in STORIES}
    found: dict[tuple[str, int], Judgement] = {}
    for finding in analyze(paths.values(), Settings(), show="all", jobs=1).findings:
        if finding.judgement is not None:
            loop = finding.judgement.loop
            found.setdefault((Path(loop.filename).parent.name, loop.for_row), finding.judgement)
    rows = {story.package: judged_row(paths[story.name].read_text("utf-8")) for story in STORIES}
    return {story.name: found[story.package, rows[story.package]] for story in STORIES}


def wrong(story: Story, variant: str, found: Judgement) -> str:
    """What of the judgement is not as the story has it."""
    reasons = {one.name for one in (*found.blockers, *found.assumptions)}
    if variant == UNSENT and found.verdict == "serial" and reasons == {"unpicklable"}:
        return ""
    if found.verdict != story.verdict_as(variant):
        return f"{found.verdict}, not {story.verdict_as(variant)}: {sorted(reasons)}"
    if story.verdict == found.verdict and story.answers() and not story.answers() & reasons:
        return f"for other reasons: {sorted(reasons)}"
    if story.header("kind") and found.kind != story.header("kind"):
        return f"of kind {found.kind}"
    return ""


@pytest.mark.parametrize("variant", VARIANTS)
def test_verdicts_do_not_depend_on_how_the_helper_is_reached(variant, tmp_path):
    found = judged(tmp_path, VARIANTS[variant])
    told = {story.name: wrong(story, variant, found[story.name]) for story in STORIES}
    assert {name: text for name, text in told.items() if text} == {}


def test_half_of_the_stories_must_be_left_alone():
    silent = [story for story in STORIES if story.verdict in ("serial", "review")]
    assert len(STORIES) >= 60 and 2 * len(silent) >= len(STORIES)


def test_a_different_verdict_is_explained():
    lines = [line for story in STORIES for line in story.text.splitlines() if "# except" in line]
    for line in lines:
        variant, _, reason = line.removeprefix("# except ").partition(": ")
        assert variant in VARIANTS and len(reason.partition(": ")[2]) > 20
