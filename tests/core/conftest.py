from __future__ import annotations

import pytest

from pytuck import Storage


@pytest.fixture(params=["file", "memory"])
def storage(request, tmp_path):
    """An empty storage, once in a file and once in memory."""
    path = tmp_path / "test.pytuck" if request.param == "file" else None
    with Storage(path, durability="off", timeout_s=5) as storage:
        yield storage
