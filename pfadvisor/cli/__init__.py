"""The command line: a module per command, loaded when it is used.

Exit codes: 0 clean, 1 findings, 2 error, 130 on Ctrl-C.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NoReturn


def main(args: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process."""
    sys.exit(run(sys.argv[1:] if args is None else args))


def run(args: Sequence[str]) -> int:
    """The exit code of a command line; nothing that goes wrong gets past it."""
    try:
        from pfadvisor.cli._group import run_group

        return run_group(args)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return _closed_pipe()
    except Exception as error:
        text = str(error).partition("\n")[0]
        print(f"error: internal error: {type(error).__name__}: {text}", file=sys.stderr)
        return 2


def _closed_pipe() -> int:
    """The reader went away: that is no error, but the interpreter would complain at exit."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
