"""What is known to be wrong is listed, and the list only shrinks."""

from __future__ import annotations

from .case import load_all
from .conftest import KNOWN


def test_known_cases_exist_and_do_not_grow():
    names = {case.name for case in load_all()}
    assert set(KNOWN["behaviour"]) | set(KNOWN["declared"]) <= names
    assert len(KNOWN["behaviour"]) <= 9 and len(KNOWN["declared"]) <= 10
