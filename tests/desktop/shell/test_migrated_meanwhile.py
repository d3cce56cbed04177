"""A file whose tables another program changes is shown as it is then, with the staged edits."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytuck import Column, Storage
from pytuck.migrations import Migrations
from tests.core.migrations.scripts import write


@pytest.fixture(params=["shop.pytuck", "shop.json"])
def file(request, tmp_path) -> Path:
    path = tmp_path / request.param
    with Storage(path) as storage:
        for table in ("items", "more"):
            storage.create_table(
                table, [Column(int, name="id", primary_key=True), Column(str, name="name")]
            )
        storage.bulk_insert("items", [{"name": "pear"}, {"name": "plum"}])
    return path


def _migrate(path: Path, upgrade: str) -> None:
    write(path.parent / "revisions", "aaa1", upgrade)
    with Storage(path) as storage:
        Migrations(storage, path.parent / "revisions").upgrade(backup=False)


def _headers(driver):
    return [column.name for column in driver.grid.viewmodel.columns]


def test_a_new_column_is_shown_and_edits_stay(driver, file):
    driver.open_rows(file, "items")
    driver.edit(0, 1, "apple")
    _migrate(
        file,
        'op.add_column("items", Column(int, name="price", default=5))\n'
        'op.insert_rows("items", [{"name": "fig"}])',
    )
    driver.wait(lambda: _headers(driver) == ["id", "name", "price"])
    driver.wait(lambda: driver.grid.viewmodel.row_count == 3)
    driver.loaded()
    assert [driver.text(row, 1) for row in range(3)] == ["apple", "plum", "fig"]
    assert driver.text(2, 2) == "5"
    driver.save()
    with Storage(file) as storage:
        assert [row["name"] for row in storage.query("items")] == ["apple", "plum", "fig"]


def test_what_is_renamed_and_what_is_gone(driver, file):
    driver.open_rows(file, "more")
    driver.window.navigation.open_table(driver.document, "items", keep=True)
    driver.loaded()
    _migrate(
        file,
        'op.rename_column("items", "name", "title")\nop.drop_table("more")\n'
        'op.create_table("makers", [Column(int, name="id", primary_key=True)])',
    )
    driver.wait(lambda: _headers(driver) == ["id", "title"])
    driver.loaded()
    assert driver.text(1, 1) == "plum"
    assert [table.name for table in driver.document.tables] == ["items", "makers"]
    assert [page.viewmodel.table_name for page in driver.window.tabs.grids] == ["items"]
