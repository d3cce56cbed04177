from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytuck import Storage


def _open(engine: str, folder: Path) -> Storage:
    if engine.startswith("duckdb"):
        pytest.importorskip("duckdb")
    match engine:
        case "memory":
            return Storage()
        case "duckdb in memory":
            return Storage(engine="duckdb")
        case _:
            return Storage(folder / f"test.{engine}", engine=engine, durability="off")


FILES = ("pytuck", "sqlite", "duckdb")
ENGINES = (*FILES, "memory", "duckdb in memory")


@pytest.fixture(params=ENGINES)
def storage(request, tmp_path) -> Iterator[Storage]:
    """An empty storage, once on every engine."""
    with _open(request.param, tmp_path) as storage:
        yield storage


@pytest.fixture(params=FILES)
def reopened(request, tmp_path) -> Iterator[Callable[[], Storage]]:
    """Opens the same file again and again, once on every engine that has files."""
    opened: list[Storage] = []

    def open_again() -> Storage:
        for storage in opened:
            storage.close()
        opened.append(_open(request.param, tmp_path))
        return opened[-1]

    yield open_again
    for storage in opened:
        storage.close()


@pytest.fixture
def every_storage(tmp_path) -> Iterator[dict[str, Storage]]:
    """An empty storage of each kind of engine, by its name."""
    storages = {
        engine: _open(engine, tmp_path) for engine in ("memory", "sqlite", "duckdb in memory")
    }
    yield storages
    for storage in storages.values():
        storage.close()
