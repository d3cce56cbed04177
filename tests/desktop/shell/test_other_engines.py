"""The window opens, sorts, edits and saves files of every engine in the same way."""

from __future__ import annotations

import importlib.util

import pytest

from pytuck import Column, Storage
from pytuck.formats.registry import FORMATS

ENGINES = ("sqlite", "duckdb", *FORMATS)


@pytest.fixture(params=ENGINES)
def file(request, tmp_path):
    """A file of each engine with 300 rows."""
    engine = request.param
    packages = FORMATS[engine].packages if engine in FORMATS else (engine,)
    for package in packages:
        if package != "sqlite" and importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed")
    path = tmp_path / f"shop.{engine}"
    with Storage(path, engine=engine) as storage:
        storage.create_table(
            "items",
            [
                Column(int, name="id", primary_key=True),
                Column(str, name="name"),
                Column(bool, name="sold"),
            ],
        )
        storage.bulk_insert(
            "items",
            [{"name": f"item {n:03}", "sold": n % 2 == 0} for n in range(1, 301)],
        )
    return path


def test_a_file_of_any_engine_is_browsed_and_edited(driver, file):
    driver.open_rows(file, "items")
    assert driver.grid.viewmodel.row_count == 300
    assert driver.text(0, 1) == "item 001"
    driver.go(299, 1)
    driver.loaded()
    assert driver.text(299, 1) == "item 300"
    driver.go(0, 1)
    driver.loaded()
    driver.edit(0, 1, "first")
    driver.save()
    driver.close()
    with Storage(file, read_only=True) as storage:
        assert storage.select("items", 1) == {"id": 1, "name": "first", "sold": False}
        assert storage.count_rows("items") == 300
