"""`python -m pfadvisor`."""

from __future__ import annotations

from pfadvisor.cli import main

if __name__ == "__main__":
    main()
