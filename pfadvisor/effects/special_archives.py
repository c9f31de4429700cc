"""Lines of what opens archives and the like: the mode says whether they are read or written."""

from __future__ import annotations

from dataclasses import replace

from pfadvisor.effects.effect import Effect
from pfadvisor.effects.refinement import ABSENT, UNKNOWN, Literal, special, without


@special
def archive_mode(effect: Effect, literal: Literal) -> Effect:
    """tarfile.open and its like: the first letter says what is done, `r:xz` reads. Of two types
    the first is that of what is read."""
    mode, (reader, _, writer) = literal("mode"), effect.returns.partition(" | ")
    if writer and isinstance(mode, str) and mode[:1] in {"r", "w"}:
        effect = replace(effect, returns=reader if mode.startswith("r") else writer)
    return _archived(_of_file_object(effect, literal), mode, default="r")


@special
def fileobj_mode(effect: Effect, literal: Literal) -> Effect:
    """GzipFile: without a mode it takes that of the file object, if one is given."""
    alone = literal("fileobj") is ABSENT
    default = "r" if alone else UNKNOWN
    return _archived(_of_file_object(effect, literal), literal("mode"), default=default)


@special
def flag_mode(effect: Effect, literal: Literal) -> Effect:
    """dbm.open: reading unless the flag says otherwise."""
    return _archived(effect, literal("flag"), default="r")


@special
def flag_mode_create(effect: Effect, literal: Literal) -> Effect:
    """shelve.open: opened for writing unless the flag is `r`."""
    return _archived(effect, literal("flag"), default="a")


@special
def member_mode(effect: Effect, literal: Literal) -> Effect:
    """ZipFile.open: reading changes nothing of the archive and gives the first type of the line."""
    if literal("mode") is not ABSENT and literal("mode") != "r":
        return effect
    writes = tuple(word for word in without(effect.writes, "file") if word != "self")
    return replace(effect, writes=writes, result_has=(), returns=effect.returns.split(" | ")[0])


def _archived(effect: Effect, mode: object, *, default: object) -> Effect:
    mode = default if mode is ABSENT else mode
    if not isinstance(mode, str) or mode[:1] not in {"r", "w", "x", "n"}:
        return effect
    if mode.startswith("r") and "+" not in mode:
        return replace(effect, writes=without(effect.writes, "file"))
    return effect if "+" in mode else replace(effect, reads=without(effect.reads, "file"))


def _of_file_object(effect: Effect, literal: Literal) -> Effect:
    """What takes a name and an open file works on the file, where one is given."""
    given = literal("fileobj") if "fileobj" in effect.args else UNKNOWN
    if given is UNKNOWN:
        return effect
    absent = given is ABSENT or given is None
    spared = {"fileobj", "file:fileobj"} if absent else {f"file:{effect.args[0]}"}
    reads = tuple(word for word in effect.reads if word not in spared)
    return replace(effect, reads=reads, writes=tuple(w for w in effect.writes if w not in spared))
