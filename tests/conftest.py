"""No test touches the cache of the person who runs it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    before = os.environ.get("PFADVISOR_CACHE_DIR")
    os.environ["PFADVISOR_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["PFADVISOR_CACHE_DIR"]
    else:
        os.environ["PFADVISOR_CACHE_DIR"] = before
