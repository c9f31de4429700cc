"""CPU time of checks beside that of parsing: `check_cost.py FOLDER` for the files of a folder,
`check_cost.py` for made code of growing size, where the columns after the first should stand
still; `check_cost.py 10000` for sizes up to that one. `check_cost.py --link FOLDER` leaves the check
out: the facts of all files are made first, and the link is to resolve, with those, every name and
import of every module and the bases of every class, in the order that methods are looked up in.
What a variable holds that more than names tell is not part of it: it takes summaries."""

from __future__ import annotations

import ast
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

from pfadvisor.config import Settings
from pfadvisor.effects.facts import Instr, ModuleFacts
from pfadvisor.effects.program import Program, operands
from pfadvisor.effects.values import UNKNOWN, Val
from pfadvisor.model import Failed
from pfadvisor.pipeline import Request, analyze
from pfadvisor.session import Session
from pfadvisor.source.files import discover

MOST = 1_000
NAMED = frozenset({"class", "func", "import", "name", "phi"})


def parsing(folder: Path) -> float:
    """Seconds that `ast.parse` takes for every file that it can parse."""
    texts = [target.path.read_bytes() for target in discover([folder], Settings(), folder).targets]
    start = time.process_time()
    for text in texts:
        try:
            ast.parse(text)
        except (SyntaxError, ValueError):
            continue
    return time.process_time() - start


def checking(folder: Path) -> tuple[float, int, int]:
    """Seconds of a check in one process, without fixes; files and loops."""
    start = time.process_time()
    report = analyze([folder], Request(Settings(), folder, "all", fixes=False), jobs=1)
    return time.process_time() - start, report.files, report.loops


def is_named(code: Sequence[Instr], value: int) -> bool:
    """Whether names, definitions and imports alone tell what the value is."""
    instr = code[value]
    return instr.op in NAMED and all(is_named(code, v) for v in operands(instr) if v >= 0)


def leave_values(program: Program) -> None:
    """What calls and operators give is left unknown: it takes summaries of functions."""
    told = program.slice_value

    def value_of(module: ModuleFacts, index: int, value: int) -> Val:
        code = module.functions[index].code
        return told(module, index, value) if is_named(code, value) else UNKNOWN

    program.slice_value = value_of


def linking(folder: Path) -> tuple[float, float]:
    """Seconds of making the facts of every file, parsing included, and of linking them."""
    session, known = Session(Settings(), folder), list[tuple[Program, ModuleFacts]]()
    start = time.process_time()
    for target in discover([folder], Settings(), folder).targets:
        source = session.source(target.path)
        facts = source if isinstance(source, Failed) else session.facts(target, source)
        if not isinstance(facts, Failed):
            known.append((session.program(target, facts), facts))
    for program in {program for program, _ in known}:
        leave_values(program)
    made = time.process_time()
    for program, facts in known:
        for name in sorted(facts.names):
            program.global_name(facts, name)
        for cls in facts.classes:
            program.lineage(f"{facts.name}:{cls.qualname}")
    return made - start, time.process_time() - made


def statements(number: int) -> str:
    """One loop with that many statements in its body."""
    lines = [f"        x{n % 100} = work(row, {n}) + x{(n - 1) % 100}\n" for n in range(1, number)]
    body = "        x0 = work(row, 0)\n" + "".join(lines)
    return f"from math import comb as work\n\n\ndef run(rows):\n    for row in rows:\n{body}"


def loops(number: int) -> str:
    """That many functions with a loop each."""
    text = "def run_{0}(rows):\n    return [work(row, {0}) for row in rows]\n\n\n"
    return "def work(row, n):\n    return row ** n\n\n\n" + "".join(map(text.format, range(number)))


def loops_in_a_row(number: int) -> str:
    """One function with that many loops."""
    text = "    for row in rows:\n        out.append(work(row, {0}))\n"
    body = "".join(map(text.format, range(number)))
    return f"from math import comb as work\n\n\ndef run(rows, out):\n{body}"


def loops_of_a_script(number: int) -> str:
    """One module with that many loops in its body, each with a list of its own."""
    text = "out_{0} = []\nfor row in rows:\n    out_{0}.append(work(row, {0}))\n"
    body = "".join(map(text.format, range(number)))
    return f"import sys\nfrom math import comb as work\n\nrows = sys.argv\n{body}"


def sizes(most: int) -> list[int]:
    return [10**power for power in range(1, 6) if 10**power <= most]


def table(make: Callable[[int], str], most: int) -> None:
    """`ratio`: the time of one, beside that of one of the size before."""
    print(make.__doc__)
    before = 0.0
    for size in sizes(most):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "pyproject.toml").touch()
            (folder / "made.py").write_text(make(size), encoding="utf-8")
            parse = parsing(folder)
            check = checking(folder)[0]
        each = 1e6 * check / size
        ratio = f"{each / before:6.2f} ratio" if before else ""
        parses = check / max(parse, 1e-9)
        print(f"{size:7} {check:8.2f} s {each:9.0f} us each {parses:9.1f} parses {ratio}")
        before = each


def main() -> None:
    warnings.simplefilter("ignore")
    if len(sys.argv) == 1 or sys.argv[1].isdecimal():
        most = int(sys.argv[1]) if len(sys.argv) > 1 else MOST
        for make in (statements, loops, loops_in_a_row, loops_of_a_script):
            table(make, most)
        return
    folder = Path(sys.argv[-1]).resolve()
    parse = parsing(folder)
    if sys.argv[1] == "--link":
        facts, link = linking(folder)
        print(f"ast.parse {parse:7.2f} s\nfacts     {facts:7.2f} s   parsing included")
        print(f"link      {link:7.2f} s   {link / max(parse, 1e-9):.2f} times as much as parsing")
        return
    check, files, found = checking(folder)
    print(f"{files} files, {found} loops")
    print(f"ast.parse {parse:7.2f} s")
    print(f"check     {check:7.2f} s   {check / max(parse, 1e-9):.1f} times as much")


if __name__ == "__main__":
    main()
