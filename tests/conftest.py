"""No test touches the cache, or uses the calibration, of the person who runs it, or finds the
packages that happen to be installed.

Long runs are left out unless they are asked for by their marker.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PFADVISOR_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("PFADVISOR_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        patch.setenv("PFADVISOR_PYTHON", str(bare_environment(tmp_path_factory.mktemp("python"))))
        yield


def bare_environment(folder: Path) -> Path:
    """A virtual environment without packages."""
    (folder / "lib/python3.11/site-packages").mkdir(parents=True)
    (folder / "pyvenv.cfg").write_text("version = 3.11.0\n", encoding="utf-8")
    return folder


BY_HAND = ("matrix", "mutants", "oracle")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    unasked = [name for name in BY_HAND if name not in config.getoption("markexpr", "")]
    left_out = {item for item in items for name in unasked if item.get_closest_marker(name)}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
