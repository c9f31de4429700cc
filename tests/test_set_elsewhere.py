"""State of one module that another one sets while the program runs: a fresh worker lacks it."""

from __future__ import annotations

import pytest

from pfadvisor.config import Settings
from pfadvisor.pipeline import analyze
from pfadvisor.stages import Request

WORK = """
import config


def crunch(n, salt):
    for k in range(30000):
        n = (n * 31 + k + salt) % 65537
    return n


def step(n):
    return crunch(n, config.rate)
"""
CONFIG = """
rate = 1
other = 1


class Limits:
    rate = 1


def rated():
    return rate
"""
MAIN = """
import config
from work import step


def run(n):
    {setting}
    return [step(k) for k in range(n)]


if __name__ == "__main__":
    print(run(12))
"""
ASKED = {
    "by an assignment": "config.rate = 5",
    "by setattr": "setattr(config, 'rate', 5)",
    "by a name that is computed": "setattr(config, ''.join('rate'), 5)",
    "in its namespace": "vars(config)['rate'] = 5",
    "by an update of it": "config.__dict__.update(rate=5)",
    "through another name": "import config as c; c.rate = 5",
    "deleted": "del config.rate",
}
SILENT = {
    "another name": "config.other = 5",
    "a class of it": "setattr(config.Limits, ''.join('rate'), 5)",
    "another module": "import math; setattr(math, ''.join('rate'), 5)",
    "the name elsewhere": "import math; math.rate = 5",
}


@pytest.fixture
def verdicts(tmp_path):
    def judged(**files: str):
        for name, text in files.items():
            path = tmp_path / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        report = analyze([tmp_path], Request(Settings(), tmp_path, "all"))
        one = next(f for f in report.findings if f.judgement and f.judgement.loop.form == "list")
        return one.judgement.verdict, [a.subject for a in one.judgement.assumptions]

    return judged


@pytest.mark.parametrize("setting", ASKED.values(), ids=ASKED.keys())
def test_what_another_module_sets_is_asked_about(verdicts, setting):
    files = {"work": WORK, "config": CONFIG, "main": MAIN.format(setting=setting)}
    assert verdicts(**files) == ("review", ["rate"])


@pytest.mark.parametrize("setting", SILENT.values(), ids=SILENT.keys())
def test_what_it_does_not_read_is_not(verdicts, setting):
    files = {"work": WORK, "config": CONFIG, "main": MAIN.format(setting=setting)}
    assert verdicts(**files) == ("parallel", [])


PIPE = """
from work import step


def run(n):
    return [step(k) for k in range(n)]
"""
SCRIPT = """
import config
from pipe import run


def main():
    {setting}
    print(run(12))


if __name__ == "__main__":
    main()
"""
LIMITS = "config.Limits.rate = 5"


@pytest.mark.parametrize("setting", ASKED.values(), ids=ASKED.keys())
def test_what_a_script_sets_that_nobody_imports(verdicts, setting):
    files = {"work": WORK, "config": CONFIG, "pipe": PIPE}
    assert verdicts(**files, main=SCRIPT.format(setting=setting)) == ("review", ["rate"])


def test_a_script_that_stands_elsewhere(verdicts):
    files = {"work": WORK, "config": CONFIG, "pipe": PIPE}
    script = SCRIPT.format(setting="config.rate = 5")
    assert verdicts(**files, scripts__main=script) == ("review", ["rate"])


@pytest.mark.parametrize(
    ("change", "asked"),
    [("config.others.add(k, 5)", ["others"]), ("config.add(k, 5)", []), ("config.get(k)", [])],
)
def test_what_a_script_registers(verdicts, change, asked):
    work = WORK.replace("config.rate", "config.others.get(n)")
    files = {"work": work, "config": KEPT, "pipe": PIPE}
    script = SCRIPT.format(setting=f"k = 1; {change}")
    assert verdicts(**files, main=script) == ("review" if asked else "parallel", asked)


DEEP = """
def depth(n):
    return 1 + depth(n - 1) if n else 0


def run(n):
    return [sum(depth(k * 100) for _ in range(200)) for k in range(n)]
"""


@pytest.mark.parametrize(
    ("setting", "asked"),
    [("setrecursionlimit(9999)", ["recursion limit"]), ("setswitchinterval(1)", [])],
)
def test_the_limit_that_a_script_sets(verdicts, setting, asked):
    script = SCRIPT.format(setting=f"sys.{setting}").replace("import config", "import sys")
    assert verdicts(pipe=DEEP, main=script) == ("review" if asked else "parallel", asked)


def test_the_limit_that_a_script_sets_for_its_namesake(verdicts):
    script = SCRIPT.format(setting="sys.setrecursionlimit(9999)").replace(
        "import config", "import sys"
    )
    files = {"pipe": DEEP, "zipped": DEEP, "main": script.replace("from pipe", "from zipped")}
    assert verdicts(**files) == ("parallel", [])


def test_a_script_that_imports_what_may_be_any_function(verdicts):
    """Of so many functions none is named any more."""
    made = "".join(f"def step{n}():\n    return {n}\n" for n in range(70))
    table = f"import sys\n{made}TABLE = [{', '.join(f'step{n}' for n in range(70))}]\n"
    table += "begin = TABLE[len(sys.argv)]\n"
    script = SCRIPT.format(setting="begin(); sys.setrecursionlimit(9999)")
    script = script.replace("import config", "import sys\nfrom table import begin")
    assert verdicts(pipe=DEEP, table=table, main=script) == ("review", ["recursion limit"])


def test_a_class_that_a_script_changes(verdicts):
    files = {"work": WORK.replace("config.", "config.Limits."), "config": CONFIG, "pipe": PIPE}
    assert verdicts(**files, main=SCRIPT.format(setting=LIMITS)) == ("review", ["Limits"])


@pytest.mark.parametrize("setting", [*SILENT.values(), LIMITS], ids=[*SILENT.keys(), "its class"])
def test_what_a_script_sets_beside_it(verdicts, setting):
    files = {"work": WORK, "config": CONFIG, "pipe": PIPE}
    assert verdicts(**files, main=SCRIPT.format(setting=setting)) == ("parallel", [])


def test_what_a_test_sets_is_no_part_of_the_program(verdicts):
    files = {"work": WORK, "config": CONFIG, "pipe": PIPE}
    test = SCRIPT.format(setting="config.rate = 5")
    assert verdicts(**files, test_pipe=test) == ("parallel", [])


DECIMAL = """
from decimal import Decimal


def power(rate):
    value = Decimal(1)
    for _ in range(3000):
        value = value * (1 + Decimal(rate) / 1200)
    return str(value)


def run(n):
    return [power(rate) for rate in range(n)]
"""
PRECISE = """
from decimal import Decimal, localcontext
from pipe import run


def main():
    with localcontext(prec=6):
        print({inside})
    print({after})
"""


FOR_GOOD = """
from decimal import Decimal, getcontext


def main(run):
    getcontext().{field} = 6
    print(run(3))
"""


@pytest.mark.parametrize(("field", "verdict"), [("prec", "serial"), ("note", "parallel")])
@pytest.mark.parametrize("imported", [True, False])
def test_a_context_that_another_module_changes(verdicts, imported, field, verdict):
    text = FOR_GOOD.format(field=field)
    if imported:
        assert verdicts(a=DECIMAL + "\n\nimport b\n", b=text) == (verdict, [])
    else:
        assert verdicts(pipe=DECIMAL, main=f"from pipe import run{text}") == (verdict, [])


@pytest.mark.parametrize(
    ("inside", "after", "verdict"),
    [("run(3)", "0", "serial"), ("Decimal(1) / 3", "run(3)", "parallel")],
    ids=["within it", "behind it"],
)
def test_a_context_that_a_script_enters(verdicts, inside, after, verdict):
    script = PRECISE.format(inside=inside, after=after)
    assert verdicts(pipe=DECIMAL, main=script) == (verdict, [])


def test_what_its_own_module_reads(verdicts):
    work = WORK.replace("config.rate", "config.rated()")
    main = MAIN.format(setting="config.rate = 5")
    assert verdicts(work=work, config=CONFIG, main=main) == ("review", ["rate"])


KEPT = """
class Registry:
    def __init__(self):
        self.names = {}

    def add(self, name, value):
        self.names[name] = value

    def get(self, name):
        return self.names.get(name, 1)


_registry = Registry()
add, get = _registry.add, _registry.get
others = Registry()
"""
ADDING = {
    "as one of the module": ("config.add(k, 5)", ["_registry"]),
    "under a name of its own": ("register(k, 5)", ["_registry"]),
    "to another one": ("config.others.add(k, 5)", []),
    "asked alone": ("config.get(k)", []),
}


@pytest.mark.parametrize(("change", "asked"), ADDING.values(), ids=ADDING.keys())
def test_methods_that_a_module_keeps(verdicts, change, asked):
    work = WORK.replace("config.rate", "config.get(n)") + "\n\ndef run(n):\n"
    work += f"    for k in range(n):\n        {change}\n    return [step(k) for k in range(n)]\n"
    work = work.replace("import config\n", "import config\nfrom config import add as register\n", 1)
    assert verdicts(work=work, config=KEPT) == ("review" if asked else "parallel", asked)


IN_TABLES = """
class Rate:
    def __init__(self):
        self.rate = 1

    def put(self, rate):
        self.rate = rate

    def get(self):
        return self.rate


class Limits:
    rate = 1

    @classmethod
    def put(cls, rate):
        cls.rate = rate

    @classmethod
    def get(cls):
        return cls.rate


current = Rate()
TABLE = {table}
"""
TABLES = {
    "a setter": ("{'rate': current.put}", "current", ["current"]),
    "a setter of the class": ("[Limits.put]", "Limits", ["Limits"]),
    "one that asks": ("{'rate': current.get}", "current", []),
    "one of the class that asks": ("[Limits.get]", "Limits", []),
    "a setter of another object": ("{'rate': Rate().put}", "current", []),
    "a setter of the class, for an object": ("[Limits.put]", "current", []),
}


@pytest.mark.parametrize(("table", "holder", "asked"), TABLES.values(), ids=TABLES.keys())
def test_methods_in_a_table_that_a_script_calls(verdicts, table, holder, asked):
    work = WORK.replace("config.rate", f"config.{holder}.get()")
    files = {"work": work, "config": IN_TABLES.replace("{table}", table), "pipe": PIPE}
    script = SCRIPT.format(setting="for put in config.TABLE: print(put)")
    assert verdicts(**files, main=script) == ("review" if asked else "parallel", asked)


RENAMED = {
    "set": ("L.rate = 5", "review", ["Limits"]),
    "asked": ("print(L.rate)", "parallel", []),
}


@pytest.mark.parametrize(("use", "verdict", "asked"), RENAMED.values(), ids=RENAMED.keys())
def test_a_class_that_a_script_knows_by_another_name(verdicts, use, verdict, asked):
    work = WORK.replace("config.rate", "config.Limits.get()")
    files = {"work": work, "config": IN_TABLES.replace("{table}", "()"), "pipe": PIPE}
    script = SCRIPT.format(setting=f"from config import Limits as L; {use}")
    assert verdicts(**files, main=script) == (verdict, asked)
    script = SCRIPT.format(setting=use).replace("import config", "from config import Limits as L")
    assert verdicts(**files, main=script) == (verdict, asked)


def test_methods_that_a_module_keeps_and_the_work_calls(verdicts):
    work = WORK.replace("config.rate", "config.add(n, 5)")
    work += "\n\ndef run(n):\n    return [step(k) for k in range(n)]\n"
    assert verdicts(work=work, config=KEPT)[0] == "serial"


PATCHED = WORK.replace("import config\n", "from unittest import mock\n").replace(
    "config.rate", "1"
) + (
    "\n\ndef run(n):\n    return [step(k) for k in range(n)]\n\n\n"
    "if __name__ == '__main__':\n"
    "    with mock.patch(__name__ + '{name}', return_value=7):\n        print(run(12))\n"
)


@pytest.mark.parametrize(("name", "asked"), [(".step", ["step"]), (".rates", [])])
def test_what_is_replaced_by_a_name_that_is_put_together(verdicts, name, asked):
    verdict, subjects = verdicts(work=PATCHED.replace("{name}", name))
    assert (verdict, subjects) == ("review" if asked else "parallel", asked)


CONTEXT = """
from contextlib import contextmanager
from decimal import Decimal, localcontext


def power(rate):
    value = Decimal(1)
    for _ in range(2000):
        value = value * (1 + Decimal(rate) / 1200)
    return str(value)


def schedule(rates):
    return [power(rate) for rate in rates]


@contextmanager
def precise(digits):
    with localcontext() as context:
        context.prec = digits
        {body}


def main():
    with precise(7):
        return schedule([1, 2, 3])
"""
HELD = {
    "while its user's block runs": ("yield", "serial"),
    "and given back before": ("digits += 1\n    yield", "parallel"),
}


@pytest.mark.parametrize(("body", "verdict"), HELD.values(), ids=HELD.keys())
def test_a_context_of_arithmetic_that_a_generator_holds(verdicts, body, verdict):
    assert verdicts(work=CONTEXT.replace("{body}", body))[0] == verdict
