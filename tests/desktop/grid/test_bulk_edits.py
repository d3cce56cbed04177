"""A column set for many rows at once, rows copied as SQL, and what Undo says of it."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from pytuck import Column, Storage
from pytuck_desktop.features.grid.bulk_set import ValueQuestion
from pytuck_desktop.features.grid.state import CellRange
from tests.desktop.driver import Driver


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "shop.pytuck"
    with Storage(path) as storage:
        storage.create_table(
            "items",
            [
                Column(int, name="id", primary_key=True),
                Column(str, name="name"),
                Column(int, name="stock"),
                Column(bytes, name="photo"),
            ],
        )
        storage.bulk_insert(
            "items", [{"name": f"it's {n}", "stock": n, "photo": b"\x01"} for n in range(1, 20_001)]
        )
    return path


def question(driver):
    driver.act("set_values")
    found = driver.window.findChildren
    driver.wait(lambda: found(ValueQuestion))
    return found(ValueQuestion)[-1]


def select(driver, top, bottom, column):
    driver.grid.table.select_ranges([CellRange(top, column, bottom, column)], top, column)


def stocks(driver):
    changed = driver.document.edits.overlay("items").changed
    return {identity: cells["stock"].new for identity, cells in changed.items()}


def test_a_column_is_set_for_rows_that_were_never_loaded(driver, file):
    driver.open_rows(file)
    select(driver, 0, 19_999, 2)
    asked = question(driver)
    assert isinstance(asked.field, QLineEdit)
    assert asked.field.text() == "1"
    asked.field.setText("lots")
    assert not asked.take.isEnabled()
    assert asked.note.text().startswith("Not a whole number")
    asked.field.setText("1,000")
    asked.take.click()
    # The thousandth row has that value already.
    driver.wait(lambda: driver.document.edits.count == 19_999)
    assert set(stocks(driver).values()) == {1000}
    undo = driver.window.controls.actions["undo"]
    assert undo.text() == "&Undo: column set (19,999)"
    driver.save()
    with contextlib.closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT count(*), min(stock), max(stock) FROM items").fetchall()
    assert rows == [(20_000, 1000, 1000)]


def test_null_is_set_and_the_value_of_the_current_cell_is_the_proposal(driver, file):
    driver.open_rows(file)
    select(driver, 3, 5, 2)
    asked = question(driver)
    asked.take.click()  # as it is proposed
    driver.wait(lambda: stocks(driver) == {5: 4, 6: 4})
    asked = question(driver)
    asked.null.click()
    driver.wait(lambda: stocks(driver) == {4: None, 5: None, 6: None})


def test_bytes_are_not_asked_for(driver, file):
    driver.open_rows(file)
    select(driver, 0, 1, 3)
    driver.act("set_values")
    assert "edited in a window" in driver.grid.banner.label.text()


def test_rows_are_copied_as_statements_that_insert_them(driver, file, tmp_path):
    driver.open_rows(file)
    driver.edit(1, 1, "x'y ; z")
    driver.grid.table.select_ranges([CellRange(0, 0, 149, 3)], 0, 0)
    driver.act("copy_sql")
    driver.wait(lambda: driver.clipboard().startswith("INSERT INTO"))
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE items (id, name, stock, photo)")
    connection.executescript(driver.clipboard())
    rows = connection.execute("SELECT * FROM items ORDER BY id").fetchall()
    connection.close()
    assert len(rows) == 150
    assert rows[:2] == [(1, "it's 1", 1, b"\x01"), (2, "x'y ; z", 2, b"\x01")]


def test_undo_and_redo_say_what_they_do(driver, file):
    driver.open_rows(file)
    actions = driver.window.controls.actions
    assert actions["undo"].text() == "&Undo"
    driver.edit(0, 2, "7")
    assert actions["undo"].text() == "&Undo: a cell edited"
    select(driver, 1, 4, 2)
    driver.act("set_null")
    assert actions["undo"].text() == "&Undo: NULL set (4)"
    driver.grid.table.setFocus()
    select(driver, 0, 2, 0)
    driver.act("delete_rows")
    assert actions["undo"].text() == "&Undo: 3 rows deleted"
    driver.act("undo")
    assert actions["redo"].text() == "&Redo: 3 rows deleted"
    assert actions["undo"].text() == "&Undo: NULL set (4)"
    for _ in range(2):
        driver.act("undo")
    assert actions["undo"].text() == "&Undo"
    assert not actions["undo"].isEnabled()
    driver.key(Qt.Key.Key_Escape)


def test_the_names_of_steps_are_chinese_where_the_window_is(qtbot, file, tmp_path):
    driver = Driver(qtbot, tmp_path / "settings.ini", language="zh_CN")
    driver.open_rows(file)
    driver.edit(0, 2, "7")
    assert driver.window.controls.actions["undo"].text() == "撤销(&U)：编辑了 1 个单元格"
    driver.close()
