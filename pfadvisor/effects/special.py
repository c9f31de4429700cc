"""Lines that depend on the values of arguments: `open(mode)`, `print(file=...)`, `request(method)`.

Each function takes the line and `literal`, which gives the constant value of an argument at the
call or a `Mark` (the type for `type:ARG`, as far as it is known), and returns the line that holds
for this call. With everything UNKNOWN the result must hold for every call.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from pfadvisor.effects import (
    special_archives,
    special_children,
    special_libraries,
    special_requests,
)
from pfadvisor.effects.effect import Effect
from pfadvisor.effects.refinement import (
    ABSENT,
    NOT_NONE,
    NUMBER,
    REFINEMENTS,
    UNKNOWN,
    Literal,
    Mark,
    Refinement,
    only_reading,
    special,
    without,
)

__all__ = [
    "ABSENT",
    "NOT_NONE",
    "NUMBER",
    "UNKNOWN",
    "Literal",
    "Mark",
    "Refinement",
    "names",
    "refine",
    "special_archives",
    "special_children",
    "special_libraries",
    "special_requests",
]


_STATEMENTS: Final = ("sql", "query", "statement")
_SELECTS: Final = tuple(f"sqlalchemy.{n}Select" for n in ("", "Compound", "Textual"))
_HARMLESS_SQL: Final = (
    "abs all and any as avg by case cast ceil coalesce concat count date datetime distinct else "
    "exists extract floor from glob group_concat having ifnull in instr is join json_extract "
    "length like lower ltrim max min not nullif on or over replace round rtrim select string_agg "
    "strftime substr substring sum then total trim union upper using values when where"
)


def names() -> frozenset[str]:
    return frozenset(REFINEMENTS)


def refine(name: str, effect: Effect, literal: Literal) -> Effect:
    """The line for one call. Raises LookupError for a name that is not registered."""
    if name not in REFINEMENTS:
        raise LookupError(f"no special {name!r}")
    return REFINEMENTS[name](effect, literal)


@special
def open_mode(effect: Effect, literal: Literal) -> Effect:
    """Text unless the mode says binary; reading if no mode is given."""
    return _opened(effect, literal, default="r", text="t")


@special
def open_mode_binary(effect: Effect, literal: Literal) -> Effect:
    """gzip.open and its like: binary unless the mode says text; the line gives the binary type."""
    return _opened(effect, literal, default="rb", text="")


def _opened(effect: Effect, literal: Literal, *, default: str, text: str) -> Effect:
    mode = literal("mode")
    mode = default if mode is ABSENT else mode
    if not isinstance(mode, str):
        return effect
    changes = bool(set(mode) & set("wax+"))
    looks = "w" not in mode and "x" not in mode
    reads = tuple(word for word in effect.reads if looks or not word.startswith("file"))
    writes = effect.writes if changes else without(effect.writes, "file")
    returns = _handle(effect, mode, literal("buffering"), text)
    return replace(effect, reads=reads, writes=writes, returns=returns)


def _handle(effect: Effect, mode: str, buffering: object, text: str) -> str:
    is_text = "t" in mode or (text == "t" and "b" not in mode)
    if is_text:
        return "io.TextIOWrapper"
    if not text:
        return effect.returns
    if buffering == 0:
        return "io.FileIO"
    if buffering is not ABSENT and not isinstance(buffering, int):
        return ""
    if "+" in mode:
        return "io.BufferedRandom"
    return "io.BufferedReader" if "r" in mode else "io.BufferedWriter"


@special
def optional_result(effect: Effect, literal: Literal) -> Effect:
    """`get(key, default)`: without the default the result is never that argument."""
    absent = {name for name in effect.result_is if literal(name) is ABSENT}
    returns = [kind for kind in effect.returns.split(" | ") if kind[len("type:") :] not in absent]
    kept = tuple(name for name in effect.result_is if name not in absent)
    return replace(effect, result_is=kept, returns=" | ".join(returns))


@special
def print_file(effect: Effect, literal: Literal) -> Effect:
    """To `file` if it is given; to stdout if it is absent or None, which a variable may hide."""
    file = literal("file")
    if file is ABSENT or file is None:
        return replace(effect, writes=("stdout",))
    if file is UNKNOWN:
        return effect
    return replace(effect, writes=without(effect.writes, "stdout"))


@special
def stream_file(effect: Effect, literal: Literal) -> Effect:
    """Like `print`, of what prints to either standard stream: to `file` only if it is given."""
    file = literal("file")
    if file is ABSENT or file is None:
        return replace(effect, writes=without(effect.writes, "file"))
    if file is UNKNOWN:
        return effect
    return replace(effect, writes=without(without(effect.writes, "stdout"), "stderr"))


@special
def handle_keyword(effect: Effect, literal: Literal) -> Effect:
    """`pickle.load(file)`: lines call the handle otherwise, since `file` is also a resource."""
    if literal("file") is not ABSENT:
        return effect
    return replace(effect, writes=tuple(word for word in effect.writes if word != "file"))


@special
def sql_statement(effect: Effect, literal: Literal) -> Effect:
    """A literal SELECT, or one that was built, reads the database; others may do anything to it."""
    name = next(name for name in _STATEMENTS if name in effect.args)
    text, kind = literal(name), literal(f"type:{name}")
    if kind not in _SELECTS and not (isinstance(text, str) and _only_reads(text)):
        return effect
    return only_reading(effect, "db")


@special
def sql_text(effect: Effect, literal: Literal) -> Effect:
    """A text that only reads is of the first type of the line."""
    text = literal("text")
    reads = isinstance(text, str) and _only_reads(text)
    return replace(effect, returns=effect.returns.split(" | ")[not reads])


def _only_reads(statement: str) -> bool:
    """Whether it is a SELECT that locks no row, makes no table and calls what changes nothing."""
    import re

    words = re.findall(r"[a-z_]\w*\s*\(?|;\s*\S", re.sub(r"'[^']*'", "''", statement.lower()))
    names = [word.rstrip("(").strip() for word in words]
    called = {name for name, word in zip(names, words, strict=True) if word.endswith("(")}
    return (
        names[:1] == ["select"]
        and not {"into", "update", "share"} & {*names}
        and not any(word.startswith(";") for word in words)
        and called <= {*_HARMLESS_SQL.split()}
    )


@special
def iter_sentinel(effect: Effect, literal: Literal) -> Effect:
    """iter(callable, sentinel) calls; iter(iterable) does not."""
    if literal("sentinel") is ABSENT:
        return replace(effect, calls=())
    return replace(effect, returns="iterator", result_has=("object", "sentinel"))


@special
def min_max(effect: Effect, literal: Literal) -> Effect:
    """One argument is iterated over, several are compared with each other."""
    if literal("args") is ABSENT:
        returns = "elem:iterable"
        if literal("default") is not ABSENT:
            returns = "elem:iterable | type:default"
        return replace(effect, result_is=("default",), result_part=("iterable",), returns=returns)
    if literal("args") is UNKNOWN:
        return effect
    return replace(
        effect,
        iterates=(),
        result_is=("iterable", "args"),
        result_part=(),
        returns="type:iterable | type:args",
        scales=(),
    )


@special
def type_call(effect: Effect, literal: Literal) -> Effect:
    """type(x) looks up a class; type(name, bases, dict) makes one and runs its hooks."""
    return replace(effect, unknown=literal("bases") is not ABSENT)


@special
def scope_of_caller(effect: Effect, literal: Literal) -> Effect:
    """dir() without an argument lists the names of the scope that it stands in."""
    return replace(effect, unknown=literal("object") is ABSENT)


@special
def none_default(effect: Effect, literal: Literal) -> Effect:
    """dict.get and its like: None takes the place of a default that is not given."""
    name = "value" if "value" in effect.args else "default"
    if literal(name) is not ABSENT:
        return effect
    return replace(effect, returns=effect.returns.replace(f"type:{name}", "None"))


@special
def sum_start(effect: Effect, literal: Literal) -> Effect:
    """Sums start at 0; those of lists hold what the lists hold."""
    if (start := literal("start")) is ABSENT:
        return replace(effect, returns=effect.returns.replace("type:start", "int"))
    number = start is NUMBER or isinstance(start, int | float)
    return effect if number else replace(effect, result_reach=("iterable", "start"))


@special
def round_digits(effect: Effect, literal: Literal) -> Effect:
    """Without digits a number is rounded to an int, with digits to its own type."""
    digits = literal("ndigits")
    if digits is ABSENT or digits is None:
        return replace(effect, returns="int")
    known = isinstance(digits, int) or digits is NUMBER
    return replace(effect, returns="type:number") if known else effect


@special
def number_hash(effect: Effect, literal: Literal) -> Effect:
    """Hashes of numbers are the same everywhere; those of text depend on the process."""
    value = literal("object")
    number = value is NUMBER or isinstance(value, int | float | complex)
    return replace(effect, reads=()) if number else effect


@special
def text_callback(effect: Effect, literal: Literal) -> Effect:
    """re.sub and file_digest take text where they take a function; text is not called."""
    called = tuple(name for name in effect.calls if not isinstance(literal(name), str | bytes))
    return replace(effect, calls=called)


@special
def pattern_text(effect: Effect, literal: Literal) -> Effect:
    """A pattern that is text finds text; its groups decide what findall returns."""
    effect = text_callback(effect, literal)
    pattern = literal("pattern")
    if not isinstance(pattern, str):
        return effect
    returns = effect.returns.replace("str | bytes", "str")
    if returns == "list[str | tuple[str, ...]]":
        returns = _found(pattern)
    return replace(effect, returns=returns)


def _found(pattern: str) -> str:
    import re

    try:
        groups = re.compile(pattern).groups
    except (re.error, OverflowError, RecursionError):
        return ""
    return "list[str]" if groups < 2 else "list[tuple[str, ...]]"


@special
def match_group(effect: Effect, literal: Literal) -> Effect:
    """The whole match is never None; several groups make a tuple."""
    if literal("groups") is not ABSENT:
        return effect
    group = literal("group")
    whole = group is ABSENT or (type(group) is int and group == 0)
    return replace(effect, returns="str | bytes" if whole else "str | bytes | None")


@special
def descriptor(effect: Effect, literal: Literal) -> Effect:
    """Descriptors 1 and 2 are the standard streams; a number that is not known may be one."""
    number = literal("fd")
    if type(number) is not int:
        return effect
    stream = {1: "stdout", 2: "stderr"}.get(number, "file:fd")
    return replace(effect, writes=(stream,))


@special
def accumulated(effect: Effect, literal: Literal) -> Effect:
    """Sums are of the elements' type; what a function makes of them is unknown."""
    func = literal("func")
    if (func is not ABSENT and func is not None) or literal("initial") is not ABSENT:
        return effect
    return replace(effect, returns="iterator[elem:iterable]")


@special
def message_policy(effect: Effect, literal: Literal) -> Effect:
    """Messages are of the older type without a policy, of the newer with one for it."""
    if literal("_class") not in (ABSENT, None):
        return replace(effect, returns="")
    older, _, newer = effect.returns.partition(" | ")
    if literal("policy") is ABSENT:
        return replace(effect, returns=older)
    is_newer = literal("type:policy") == "email.policy.EmailPolicy"
    return replace(effect, returns=newer) if is_newer else effect


@special
def own_seed(effect: Effect, literal: Literal) -> Effect:
    """With a seed a generator of its own is used."""
    seed = literal("seed")
    own = seed in (NOT_NONE, NUMBER) or not (isinstance(seed, Mark) or seed is None)
    return replace(effect, writes=()) if own else effect


@special
def next_item(effect: Effect, literal: Literal) -> Effect:
    """Without a default, the end of the iterator is an exception."""
    effect = optional_result(effect, literal)
    if literal("default") is ABSENT:
        return replace(effect, raises=("Exception", "StopIteration"))
    return effect
