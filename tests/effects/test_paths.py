"""Files that callees name: whether iterations are known to write different ones."""

from __future__ import annotations

import pytest

from pfadvisor import analyze_source

HELPERS = """
from pathlib import Path

FOLDER = Path("out")

class Store:
    def __init__(self, root: Path):
        self.root = root
    def place(self, number=0):
        return self.root / f"part-{number:05d}.bin"
    def write(self, number, text: str):
        with self.place(number).open("w") as out:
            out.write(text)
    def write_first(self, text: str):
        self.place().write_text(text)
    def rounded(self, number):
        return self.root / f"{number:.1f}.bin"
    def either(self, number):
        if number % 2:
            return self.root / "odd.bin"
        return self.root / f"{number}.bin"
    def some(self, number):
        if number % 2:
            return f"{self.root}/{number}"

def packed(path: Path):
    return path.with_name(path.name + ".gz")

def pack(path: Path):
    packed(path).write_bytes(path.read_bytes())

def suffixed(path: Path):
    path.with_suffix(".gz").write_bytes(b"")

def stemmed(path: Path):
    (FOLDER / (path.stem + ".gz")).write_bytes(b"")

def named(path: Path):
    (FOLDER / path.name).write_bytes(b"")

def renamed(path: Path):
    path.with_name("packed.gz").write_bytes(b"")

def numbered(number: int, text: str):
    (FOLDER / f"{number}.bin").write_text(text)

def by_percent(number: int):
    (FOLDER / ("part-%04d.bin" % number)).write_text("")

def by_percents(name: str, number: int):
    (FOLDER / ("%s-%d.bin" % (name, number))).write_text("")

def by_format(number: int):
    (FOLDER / "part-{:04d}.bin".format(number)).write_text("")

def by_rounding(number: float):
    (FOLDER / ("part-%d.bin" % number)).write_text("")

def by_short_format(number: float):
    (FOLDER / "part-{:.2}.bin".format(number)).write_text("")

def by_same_format(number: int):
    (FOLDER / "part-{1}.bin".format(number, 7)).write_text("")

def joined(first: int, second: int):
    (FOLDER / f"{first}{second}.bin").write_text("")

def under(folder: Path, name: str):
    (folder / name).write_text(name)
"""
APART = [
    "for n in range(9): by_percent(n)",
    "for n in range(9): by_percents(text, n)",
    "for n in range(9): by_format(n)",
    "for n in range(9): store.write(n, text)",
    "for n in range(9): store.place(n).write_text(text)",
    "for n in range(9): store.place(number=n + 1).write_text(text)",
    "for n, line in enumerate(lines): store.write(n, line)",
    "for n in range(9): numbered(n, text)",
    "for path in folder.glob('*.txt'): pack(path)",
    "for path in sorted(folder.rglob('*.txt')): pack(path)",
    "for path in folder.iterdir(): named(path)",
    "for path in folder.iterdir(): under(folder / path.name, 'x')",
]
ASKED = [
    "for n in range(9): by_percents(lines[n], n)",
    "for n in range(9): by_rounding(n / 2)",
    "for n in range(9): by_short_format(n)",
    "for n in range(9): by_same_format(n)",
    "for n in range(9): store.write_first(text)",
    "for n in range(9): store.write(n // 2, text)",
    "for n in numbers: store.write(n, text)",
    "for n in range(9): store.rounded(n / 10).write_text(text)",
    "for n in range(9): store.either(n).write_text(text)",
    "for n in range(9): open(f'{store.some(n)}', 'w').close()",
    "for n in range(9): joined(n, n * 7)",
    "for path in sorted(folder.glob('*')): pack(path)",
    "for path in folder.glob('*.txt'): suffixed(path)",
    "for path in folder.glob('*.*'): stemmed(path)",
    "for path in folder.rglob('*.txt'): named(path)",
    "for path in folder.rglob('*.txt'): renamed(path)",
    "for line in lines: under(folder, line)",
]


def asked(loop: str) -> set[str]:
    arguments = "store: Store, folder: Path, lines: list[str], numbers: list[int], text: str"
    source = f"{HELPERS}\ndef run({arguments}):\n    {loop}\n"
    found = analyze_source(source, show="all").findings
    row = source.count("\n")
    (one,) = [f.judgement for f in found if f.span.row == row]
    return {reason.name for reason in (*one.assumptions, *one.blockers)}


@pytest.mark.parametrize("loop", APART)
def test_files_of_different_names_are_apart(loop):
    assert asked(loop) == {"effects-past-failure"}


@pytest.mark.parametrize("loop", ASKED)
def test_names_that_may_be_one_are_asked_for(loop):
    assert "distinct-keys" in asked(loop) or "shared-handle" in asked(loop)
