from __future__ import annotations

import pytest

from pytuck import Storage


@pytest.fixture(params=["pytuck", "memory", "duckdb", "json"])
def storage(request, tmp_path):
    """An empty storage on each kind of engine: a database, one in memory, DuckDB, a document."""
    if request.param == "duckdb":
        pytest.importorskip("duckdb")
    path = None if request.param == "memory" else tmp_path / f"test.{request.param}"
    durability = "off" if request.param == "pytuck" else "full"
    with Storage(path, durability=durability, timeout_s=5) as storage:
        yield storage
