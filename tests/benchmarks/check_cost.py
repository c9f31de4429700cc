"""CPU time of a whole check of a folder beside that of parsing its files: `check_cost.py FOLDER`."""

from __future__ import annotations

import ast
import sys
import time
import warnings
from pathlib import Path

from pfadvisor.config import Settings
from pfadvisor.pipeline import Request, analyze
from pfadvisor.source.files import discover


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


def main() -> None:
    folder = Path(sys.argv[1]).resolve()
    warnings.simplefilter("ignore")
    parse = parsing(folder)
    check, files, loops = checking(folder)
    print(f"{files} files, {loops} loops")
    print(f"ast.parse {parse:7.2f} s")
    print(f"check     {check:7.2f} s   {check / max(parse, 1e-9):.1f} times as much")


if __name__ == "__main__":
    main()
