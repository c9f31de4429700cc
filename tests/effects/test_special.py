from __future__ import annotations

import pytest

from pfadvisor.effects import knowledge, special
from pfadvisor.effects.effect import Effect
from pfadvisor.effects.special import ABSENT, NOT_NONE, UNKNOWN


def refined(dotted: str, **literals: object) -> Effect:
    effect = knowledge.call(dotted)
    if effect is None:
        effect = knowledge.method(*dotted.rsplit(".", 1))
    assert effect is not None
    return special.refine(effect.special, effect, lambda name: literals.get(name, ABSENT))


@pytest.mark.parametrize(
    ("mode", "returns", "reads", "writes"),
    [
        (ABSENT, "io.TextIOWrapper", True, False),
        ("r", "io.TextIOWrapper", True, False),
        ("rb", "io.BufferedReader", True, False),
        ("w", "io.TextIOWrapper", False, True),
        ("wb", "io.BufferedWriter", False, True),
        ("x", "io.TextIOWrapper", False, True),
        ("a", "io.TextIOWrapper", True, True),
        ("r+", "io.TextIOWrapper", True, True),
        ("rb+", "io.BufferedRandom", True, True),
    ],
)
def test_open(mode: object, returns: str, reads: bool, writes: bool) -> None:
    line = refined("open", mode=mode)
    assert line.returns == returns
    assert ("file:file" in line.reads) == reads
    assert ("file:file" in line.writes) == writes
    assert "cwd" in line.reads


@pytest.mark.parametrize("mode", [UNKNOWN, NOT_NONE])
def test_open_in_an_unknown_mode_reads_and_writes(mode: object) -> None:
    line = refined("open", mode=mode)
    assert "file:file" in line.reads and "file:file" in line.writes
    assert line.returns.count("|") == 4


def test_unbuffered_files_are_raw() -> None:
    assert refined("open", mode="rb", buffering=0).returns == "io.FileIO"
    assert refined("open", mode="rb", buffering=UNKNOWN).returns == ""


@pytest.mark.parametrize("file", [ABSENT, None])
def test_print_to_stdout(file: object) -> None:
    assert refined("print", file=file).writes == ("stdout",)


def test_print_to_a_file() -> None:
    assert refined("print", file=NOT_NONE).writes == ("file:file",)


def test_print_to_what_may_be_none_writes_both() -> None:
    assert set(refined("print", file=UNKNOWN).writes) == {"file:file", "stdout"}


def network(args: tuple[str, ...], **literals: object) -> Effect:
    line = Effect(args=args, writes=("network",), special="network_method")
    return special.refine(line.special, line, lambda name: literals.get(name, ABSENT))


@pytest.mark.parametrize(
    "literals",
    [{}, {"method": "GET"}, {"method": "head"}, {"method": None}, {"data": None}],
)
def test_requests_that_read(literals: dict[str, object]) -> None:
    line = network(("method", "url", "data"), **literals)
    assert line.writes == () and line.reads == ("network",)


@pytest.mark.parametrize(
    "literals",
    [
        {"method": "POST"},
        {"method": UNKNOWN},
        {"method": NOT_NONE},
        {"data": b"x"},
        {"data": UNKNOWN},
        {"json": NOT_NONE},
    ],
)
def test_requests_that_may_write(literals: dict[str, object]) -> None:
    assert "network" in network(("method", "url", "data", "json"), **literals).writes


def test_iter_calls_only_with_a_sentinel() -> None:
    assert refined("iter").calls == ()
    assert refined("iter", sentinel="").calls == ("object",)
    assert refined("iter", sentinel=UNKNOWN).calls == ("object",)


def test_max_of_one_argument_is_an_element() -> None:
    line = refined("max")
    assert line.returns == "elem:iterable" and line.iterates == ("iterable",)
    assert "type:default" in refined("max", default=0).returns


def test_max_of_several_arguments_is_one_of_them() -> None:
    line = refined("max", args=2)
    assert line.iterates == () and line.result_is == ("iterable", "args")


def test_max_of_who_knows_how_many() -> None:
    line = refined("max", args=UNKNOWN)
    assert line.iterates == ("iterable",) and "args" in line.result_is


def test_type_with_one_argument_is_a_question() -> None:
    assert not refined("type").unknown
    assert refined("type", bases=()).unknown
    assert refined("type", bases=UNKNOWN).unknown


def test_dir_without_argument_is_unknown() -> None:
    assert refined("dir").unknown
    assert not refined("dir", object=UNKNOWN).unknown


def test_defaults_that_are_not_given() -> None:
    assert refined("dict.get").returns == "value:self | None"
    assert refined("dict.get", default=0).returns == "value:self | type:default"
    assert refined("dict.pop").returns == "value:self"
    assert refined("next").returns == "elem:iterator"
    assert refined("next", default=UNKNOWN).result_is == ("default",)
    assert refined("sum").returns == "elem:iterable | int"
    assert refined("sum", start=0.0).returns == "elem:iterable | type:start"


@pytest.mark.parametrize(
    ("digits", "returns"),
    [(ABSENT, "int"), (None, "int"), (2, "type:number"), (UNKNOWN, "type:number | int")],
)
def test_round(digits: object, returns: str) -> None:
    assert refined("round", ndigits=digits).returns == returns


@pytest.mark.parametrize(
    ("literals", "kinds"),
    [
        ({}, ["Message"]),
        ({"policy": NOT_NONE, "type:policy": "email.policy.EmailPolicy"}, ["EmailMessage"]),
        ({"policy": NOT_NONE}, ["Message", "EmailMessage"]),
        ({"_class": NOT_NONE}, []),
    ],
)
def test_messages_are_of_the_type_that_the_policy_makes(
    literals: dict[str, object], kinds: list[str]
) -> None:
    returns = refined("email.message_from_bytes", **literals).returns
    assert [part.rpartition(".")[2] for part in returns.split(" | ") if part] == kinds


def test_unregistered_name_is_an_error() -> None:
    with pytest.raises(LookupError, match="no special 'no_such'"):
        special.refine("no_such", Effect(), lambda name: UNKNOWN)


def test_every_name_is_used_by_a_table() -> None:
    used = {
        str(line.get("special"))
        for root in knowledge.roots()
        for table in [knowledge.load(root)]
        if table is not None
        for section in (table.calls, *table.methods.values())
        for line in section.values()
    }
    assert special.names() - used <= {"network_method"}
