"""Iterators that other files of a project hand to a function with a loop."""

from __future__ import annotations

import pytest

from pfadvisor.config import Settings
from pfadvisor.pipeline import analyze
from pfadvisor.stages import Request

WEIGH = """
def crunch(n):
    for k in range(30000):
        n = (n * 31 + k) % 65537
    return n


def weigh(keys, feed):
    return [crunch(key + sum(feed)) for key in keys]
"""
SCALES = """
def crunch(n):
    for k in range(30000):
        n = (n * 31 + k) % 65537
    return n


class Scales:
    def __init__(self, feed):
        self.feed = feed

    def weigh(self, keys):
        return [crunch(key + sum(self.feed)) for key in keys]
"""
HANDING = {
    "by its name": ("from lib import weigh\nprint(weigh(range(5), iter([3, 4])))\n", {}),
    "as part of its module": ("import lib as l\nprint(l.weigh([1], feed=map(int, '34')))\n", {}),
    "spread": ("import lib\ngiven = {'feed': iter([3])}\nlib.weigh([1], **given)\n", {}),
    "by a star": ("from lib import *\nprint(weigh(range(5), iter([3, 4])))\n", {}),
    "where it is imported": (
        "def main():\n    from lib import weigh\n    weigh([1], iter([]))\n",
        {},
    ),
    "by a partial": (
        "from functools import partial\nimport lib\nf = partial(lib.weigh, feed=iter([3]))\n",
        {},
    ),
    "by a thread": (
        "from threading import Thread\nimport lib\nThread(target=lib.weigh, args=([], iter([])))\n",
        {},
    ),
    "by a table": ("import lib\nBY = {'a': lib.weigh}\nBY['a'](range(5), iter([3, 4]))\n", {}),
    "handed on by another module": (
        "import hub\nprint(hub.heft(range(5), iter([3, 4])))\n",
        {"hub.py": "from lib import weigh as heft\n"},
    ),
    "passed on by another module": (
        "from hub import heft\nprint(heft(iter([3, 4])))\n",
        {"hub.py": "import lib\ndef heft(rows):\n    return lib.weigh(range(5), rows)\n"},
    ),
}
KEEPING = {
    "to the constructor": "from lib import Scales\nScales(iter([3, 4])).weigh(range(5))\n",
    "to that of a class below": (
        "import lib\nclass Fine(lib.Scales):\n    pass\nFine(iter([3, 4])).weigh(range(5))\n"
    ),
}
HARMLESS = {
    "read into a list": "from lib import weigh\nprint(weigh(range(5), list(iter([3, 4]))))\n",
    "as what the loop goes through": "from lib import weigh\nprint(weigh(iter([3, 4]), [1]))\n",
    "to one of the same name": "def weigh(keys, feed):\n    pass\nweigh([1], iter([2]))\nimport lib\n",
}


@pytest.fixture
def written(tmp_path):
    def write(**files: str):
        for name, text in files.items():
            (tmp_path / f"{name}.py").write_text(text)
        return tmp_path

    (tmp_path / "pyproject.toml").write_text("")
    return write


def verdict(folder, *names: str, cached: bool = False) -> str:
    """That of the last loop of `lib`, when these files are looked at, and in a run of all."""
    request = Request(Settings(), folder, show="all", fixes=False, cached=cached)
    found = analyze([folder / name for name in names or ("",)], request, jobs=1).findings
    loops = [one for one in found if one.judgement and one.filename == "lib.py"]
    return max(loops, key=lambda one: one.span.row).judgement.verdict


@pytest.mark.parametrize("how", HANDING)
def test_an_iterator_from_another_file_is_used_up(written, how):
    text, others = HANDING[how]
    folder = written(lib=WEIGH, app=text, **{n.removesuffix(".py"): t for n, t in others.items()})
    assert verdict(folder, "lib.py") == verdict(folder) == "serial"


@pytest.mark.parametrize("how", KEEPING)
def test_an_object_keeps_the_iterator(written, how):
    folder = written(lib=SCALES, app=KEEPING[how])
    assert verdict(folder, "lib.py") == verdict(folder) == "serial"


@pytest.mark.parametrize("how", HARMLESS)
def test_other_calls_change_nothing(written, how):
    folder = written(lib=WEIGH, app=HARMLESS[how])
    assert verdict(folder, "lib.py") == verdict(folder) == "parallel"


def test_a_variable_of_another_file_is_an_iterator(written):
    text = WEIGH.replace("feed)", "feed=rows.FEED)", 1)
    folder = written(lib=f"import rows\n{text}", rows="FEED = iter([3, 4])\n")
    assert verdict(folder, "lib.py") == "serial"


def test_a_file_that_begins_to_hand_one_is_noticed(written, tmp_path, monkeypatch):
    monkeypatch.setenv("PFADVISOR_CACHE_DIR", str(tmp_path / "kept"))
    folder = written(lib=WEIGH, app=HARMLESS["read into a list"])
    assert verdict(folder, "lib.py", cached=True) == "parallel"
    written(app=HANDING["by its name"][0])
    assert verdict(folder, "lib.py", cached=True) == "serial"


def test_a_folder_of_many_files_without_a_mark_is_no_project(tmp_path, monkeypatch):
    monkeypatch.setattr("pfadvisor.importers.MOST_UNMARKED", 3)
    for folder in ("here", "there"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "other.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "here" / "lib.py").write_text(WEIGH, encoding="utf-8")
    handing = "from lib import weigh\nprint(weigh(range(5), iter([3, 4])))\n"

    def verdicts():
        request = Request(Settings(), tmp_path, "all", fixes=False)
        found = analyze([tmp_path / "here" / "lib.py"], request, jobs=1).findings
        return [f.judgement.verdict for f in found if f.judgement is not None][-1]

    above = handing.replace("from lib", "from here.lib")
    (tmp_path / "there" / "main.py").write_text(above, encoding="utf-8")
    assert verdicts() == "parallel"
    (tmp_path / "here" / "main.py").write_text(handing, encoding="utf-8")
    assert verdicts() == "serial"
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "here" / "main.py").unlink()
    assert verdicts() == "serial"
