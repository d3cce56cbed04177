"""Jumping about in a table that is larger than the window of rows that Qt sees."""

from __future__ import annotations

import sqlite3

import pytest
from PySide6.QtCore import Qt

from pytuck import Column, Storage
from pytuck_desktop.features.grid.model import WINDOW_ROWS

ROWS = 3 * WINDOW_ROWS


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "large.pytuck"
    with Storage(path, durability="off") as storage:
        storage.create_table(
            "numbers", [Column(int, name="id", primary_key=True), Column(int, name="square")]
        )
    file = sqlite3.connect(path)
    with file:
        file.execute(
            "INSERT INTO numbers WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
            "WHERE i < ?) SELECT i, (i * 7919) % 100003 FROM n",
            (ROWS,),
        )
    file.close()
    return path


@pytest.fixture
def grid(driver, large):
    grid = driver.open_rows(large)
    driver.wait(lambda: grid.viewmodel.count_is_exact)
    return grid


def test_the_keys_lead_to_the_end_and_back(driver, grid):
    """The count is known before: nothing but the jump itself has the rows fetched."""
    driver.key(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    driver.wait(lambda: grid.viewmodel.displayed(ROWS - 1))
    driver.loaded()
    assert driver.text(ROWS - 1, 0) == str(ROWS)
    assert grid.table.current_row == ROWS - 1
    driver.key(Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    driver.loaded()
    assert grid.table.top_row == 0


def test_the_scroll_bar_leads_anywhere(driver, grid):
    for share in (0.5, 0.9, 0.1):
        grid.bar.setValue(int(grid.bar.maximum() * share))
        driver.loaded()
        top = grid.table.top_row
        assert abs(top - share * ROWS) < 100
        assert driver.text(top, 0) == str(top + 1)


def test_an_edit_stays_with_its_row_wherever_the_window_is(driver, grid):
    driver.edit(5, 1, "-1")
    driver.key(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    driver.loaded()
    driver.edit(ROWS - 2, 1, "-2")
    driver.go(5, 1)
    driver.loaded()
    assert driver.text(5, 1) == "-1"
    driver.act("undo")
    driver.act("undo")
    assert driver.document.edits.count == 0


def test_sorted_rows_are_found_at_both_ends(driver, grid):
    grid.viewmodel.set_sort([(1, True)])
    driver.wait(lambda: grid.viewmodel.sort and grid.viewmodel.is_order_ready)
    driver.loaded()
    assert driver.text(0, 1) == "100002"
    driver.key(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    driver.loaded()
    assert driver.text(ROWS - 1, 1) == "0"
