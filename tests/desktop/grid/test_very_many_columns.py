"""A table of two thousand columns, as measurements and surveys have."""

from __future__ import annotations

import sqlite3

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from pytuck_desktop.features.grid.column_list import ColumnList

COLUMNS = 2000


def value(row, column):
    return [row * column, f"text {row} {column}", row / 8, None][column % 4]


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    path = tmp_path_factory.mktemp("wide") / "wide.db"
    file = sqlite3.connect(path)
    kinds = ["INTEGER", "TEXT", "REAL", "BLOB"]
    names = ", ".join(f'"column {n}" {kinds[n % 4]}' for n in range(COLUMNS))
    with file:
        file.execute(f"CREATE TABLE wide ({names})")
        for row in range(300):
            file.execute(f"INSERT INTO wide ([column 0]) VALUES ({row})")
            for first in range(0, COLUMNS, 500):
                places = range(first, first + 500)
                sets = ", ".join(f'"column {n}" = ?' for n in places)
                file.execute(
                    f"UPDATE wide SET {sets} WHERE rowid = ?",
                    [*(value(row, n) for n in places), row + 1],
                )
        file.execute("UPDATE wide SET [column 0] = rowid - 1")
        most = ", ".join(f"[column {n}]" for n in range(COLUMNS - 1))  # and their position
        file.execute(f"CREATE VIEW seen AS SELECT {most} FROM wide WHERE rowid < 20")
    file.close()
    return path


def test_every_column_of_every_row_is_reached(driver, wide):
    grid = driver.open_rows(wide, "wide")
    driver.wait(lambda: grid.viewmodel.count_is_exact)
    assert len(grid.viewmodel.columns) == COLUMNS
    for row, column in ((0, 1999), (299, 1000), (150, 1501), (7, 2)):
        driver.go(row, column)
        driver.loaded()
        assert grid.viewmodel.stored(row, column) == value(row, column)
        rect = grid.table.visualRect(grid.table.currentIndex())
        assert grid.table.viewport().rect().intersects(rect)


def test_only_the_columns_on_the_screen_are_made_and_painted(driver, wide):
    grid = driver.open_rows(wide, "wide")
    grid.table.viewport().repaint()
    header = grid.table.column_header
    (strip,) = header.strips(grid.table.viewport().rect())
    assert len(strip.columns) < 40
    driver.go(200, 1900)
    driver.loaded()
    grid.table.viewport().repaint()
    cells = grid.viewmodel.displayed(200)
    assert 0 < len(cells._made) < 60


def test_wide_rows_are_sorted_edited_saved_and_copied(driver, wide, tmp_path):
    path = tmp_path / "copy.db"
    path.write_bytes(wide.read_bytes())
    grid = driver.open_rows(path, "wide")
    grid.viewmodel.set_sort([(0, True)])
    driver.wait(lambda: grid.viewmodel.sort and grid.viewmodel.is_order_ready)
    driver.wait(lambda: grid.viewmodel.stored(0, 0) == 299)
    driver.edit(0, 1997, "changed")
    driver.save()
    file = sqlite3.connect(path)
    assert file.execute("SELECT [column 1997] FROM wide WHERE rowid = 300").fetchone() == (
        "changed",
    )
    file.close()
    grid.table.selectRow(0)
    driver.act("copy")
    driver.wait(lambda: QApplication.clipboard().text().startswith("299\t"))
    assert QApplication.clipboard().text().count("\t") == COLUMNS - 1


def test_a_view_of_so_many_columns_is_shown(driver, wide):
    grid = driver.open_rows(wide, "seen")
    driver.wait(lambda: grid.viewmodel.row_count == 19)
    assert grid.viewmodel.stored(3, 1997) == value(3, 1997)


def test_a_column_is_found_by_its_name(driver, wide):
    grid = driver.open_rows(wide, "wide")
    driver.act("show_columns")
    (listed,) = grid.findChildren(ColumnList)
    driver.qtbot.keyClicks(listed.search, "column 1776")
    driver.qtbot.keyClick(listed.search, Qt.Key.Key_Return)
    assert grid.table.currentIndex().column() == 1776
