"""No test touches the cache, or uses the calibration, of the person who runs it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PFADVISOR_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("PFADVISOR_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield
