"""No test touches the cache, or uses the calibration, of the person who runs it.

Long runs are left out unless they are asked for by their marker.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PFADVISOR_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("PFADVISOR_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield


BY_HAND = ("matrix", "mutants", "oracle")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    unasked = [name for name in BY_HAND if name not in config.getoption("markexpr", "")]
    left_out = {item for item in items for name in unasked if item.get_closest_marker(name)}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
