"""Lines of libraries that depend on flags, and on what is given: `copy`, `inplace`, `random_state`."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pfadvisor.effects.effect import Effect
from pfadvisor.effects.refinement import (
    ABSENT,
    NOT_NONE,
    NUMBER,
    UNKNOWN,
    Literal,
    Mark,
    special,
    without,
)

REGISTERING: Final = "add_get_handler|add_set_handler|content_manager|get_handlers|set_handlers"


@special
def own_handlers(effect: Effect, literal: Literal) -> Effect:
    """Where a program registers what messages do to their contents, that is what they do."""
    registers = literal(f"named:{REGISTERING}") not in (ABSENT, False)
    return replace(effect, unknown=True) if registers else effect


@special
def copying(effect: Effect, literal: Literal) -> Effect:
    """Numpy's conversions: they copy unless told not to."""
    copies = literal("copy") is ABSENT or literal("copy") is True
    return replace(effect, writes=(), result_part=()) if copies else effect


@special
def in_place(effect: Effect, literal: Literal) -> Effect:
    """With `inplace` the object changes, without it there is a new one."""
    if literal("inplace") is not ABSENT and literal("inplace") is not False:
        return effect
    returns = effect.returns.removesuffix(" | None")
    return replace(effect, writes=(), result_is=(), result_part=(), returns=returns)


@special
def overwriting(effect: Effect, literal: Literal) -> Effect:
    """`overwrite_a=True` lets a result take the place of `a`, `overwrite_input` of the first."""
    flags = {a: a.partition("_")[2] for a in effect.args if a.startswith("overwrite_")}
    kept = {
        name if name in effect.args else effect.args[0]: flag
        for flag, name in flags.items()
        if literal(flag) is ABSENT or literal(flag) is False
    }
    return replace(effect, writes=tuple(word for word in effect.writes if word not in kept))


@special
def deep_copy(effect: Effect, literal: Literal) -> Effect:
    """Copies share nothing unless `deep` says so."""
    deep = literal("deep") is ABSENT or literal("deep") is True
    return replace(effect, result_part=()) if deep else effect


@special
def path_none(effect: Effect, literal: Literal) -> Effect:
    """Without a path the text is returned, and no file written."""
    (path,) = (word.partition(":")[2] for word in effect.writes if word.startswith("file:"))
    given = literal(path)
    absent = given is ABSENT or given is None
    return replace(effect, writes=without(effect.writes, "file"), blocks="") if absent else effect


@special
def frame_reader(effect: Effect, literal: Literal) -> Effect:
    """In pieces: a reader that reads on as it is iterated over."""
    pieces = [literal(name) for name in ("iterator", "chunksize") if name in effect.args]
    whole = all(value in (ABSENT, None, False) for value in pieces)
    return effect if whole else replace(effect, unknown=True)


@special
def own_state(effect: Effect, literal: Literal) -> Effect:
    """With a `random_state` the global generator is left alone."""
    state = literal("random_state")
    own = state in (NOT_NONE, NUMBER) or not (isinstance(state, Mark) or state is None)
    return replace(effect, writes=without(effect.writes, "rng")) if own else effect


@special
def copying_estimator(effect: Effect, literal: Literal) -> Effect:
    """Estimators that were told not to copy change the data that they are given."""
    flags = [literal(name) for name in effect.args if name.startswith("copy")]
    copies = all(flag is ABSENT or flag is True for flag in flags)
    return effect if copies else replace(effect, unknown=True)


@special
def chatty(effect: Effect, literal: Literal) -> Effect:
    """Solvers that print their progress if they are asked to."""
    asked = [literal(name) for name in ("options", "disp", "verbose", "printmessg")]
    quiet = all(value in (ABSENT, None, False, 0) for value in asked)
    return replace(effect, writes=without(effect.writes, "stdout")) if quiet else effect


@special
def translation_table(effect: Effect, literal: Literal) -> Effect:
    """`str.maketrans`: two texts of the same length give numbers, one mapping what it holds."""
    if literal("y") is ABSENT:
        return replace(effect, returns="dict[int, value:x]")
    if literal("y") is UNKNOWN:
        return effect
    return replace(effect, returns="dict[int, int | None]", result_has=())


@special
def date_difference(effect: Effect, literal: Literal) -> Effect:
    """A date without a span is a date, without another date a span."""
    other = str(literal("type:other")).split(" | ")
    if set(other) == {"datetime.timedelta"}:
        return replace(effect, returns="type:self")
    between = set(other) <= {"datetime.date", "datetime.datetime"}
    return replace(effect, returns="datetime.timedelta") if between else effect
