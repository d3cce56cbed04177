"""What others changed meanwhile is compared cell by cell, and settled before it is saved."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from pytuck import Column, Storage
from pytuck_desktop.features.conflicts.model import Place
from pytuck_desktop.features.conflicts.view import ConflictDialog

SHOWN = Qt.ItemDataRole.DisplayRole


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "shop.pytuck"
    with Storage(path) as storage:
        storage.create_table(
            "items",
            [
                Column(int, name="id", primary_key=True),
                Column(str, name="name"),
                Column(int, name="price"),
            ],
        )
        storage.bulk_insert("items", [{"name": f"item {n}", "price": n} for n in range(1, 51)])
    return path


def commit(path, *statements):
    """Commit as a program of others."""
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement)


def rows(path):
    with closing(sqlite3.connect(path)) as database:
        return {row[0]: row[1:] for row in database.execute("SELECT * FROM items")}


def conflicted(driver) -> ConflictDialog:
    """Save, which fails, and wait for the comparison."""
    driver.act("save")

    def dialog():
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, ConflictDialog) and widget.isVisible():
                return widget
        return None

    driver.wait(lambda: dialog() is not None and dialog().save.isEnabled())
    return dialog()


def lines(dialog):
    model = dialog.model
    return [
        tuple(model.index(line, place).data(SHOWN) for place in Place)
        for line in range(model.rowCount())
    ]


def click(driver, dialog, line, place):
    area = dialog.table.visualRect(dialog.model.index(line, place))
    driver.qtbot.mouseClick(dialog.table.viewport(), Qt.MouseButton.LeftButton, pos=area.center())


def press(driver, button):
    driver.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_mine_theirs_and_the_original_stand_side_by_side(driver, file):
    driver.open_rows(file)
    driver.edit(0, 1, "mine")
    driver.edit(0, 2, "100")
    driver.edit(1, 2, "200")
    commit(file, "UPDATE items SET name = '<b>theirs</b>', price = 1000 WHERE id = 1")
    dialog = conflicted(driver)
    QAbstractItemModelTester(dialog.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert lines(dialog) == [
        ("items", "1", "name", "item 1", "<b>theirs</b>", "mine"),
        ("items", "1", "price", "1", "1000", "100"),
    ]
    click(driver, dialog, 0, Place.THEIRS)
    assert [dialog.model.keeps_mine(line) for line in (0, 1)] == [False, True]
    press(driver, dialog.save)
    driver.wait(lambda: driver.document.edits.count == 0)
    assert rows(file)[1] == ("<b>theirs</b>", 100)
    assert rows(file)[2] == ("item 2", 200)


def test_settling_is_one_step_that_can_be_undone(driver, file):
    driver.open_rows(file)
    driver.edit(0, 1, "mine")
    driver.edit(2, 1, "also mine")
    commit(file, "UPDATE items SET name = 'theirs' WHERE id IN (1, 3)")
    dialog = conflicted(driver)
    press(driver, dialog.all_theirs)
    press(driver, dialog.apply)
    assert driver.document.edits.count == 0
    driver.act("undo")
    assert driver.document.edits.count == 2
    dialog = conflicted(driver)
    press(driver, dialog.save)
    driver.wait(lambda: driver.document.edits.count == 0)
    assert [rows(file)[1][0], rows(file)[3][0]] == ["mine", "also mine"]


def test_a_row_that_is_gone_cannot_be_kept(driver, file):
    driver.open_rows(file)
    driver.edit(0, 1, "mine")
    driver.edit(1, 1, "two")
    commit(file, "DELETE FROM items WHERE id = 1")
    dialog = conflicted(driver)
    assert lines(dialog) == [("items", "1", "name", "item 1", "row deleted", "mine")]
    press(driver, dialog.all_mine)
    assert not dialog.model.keeps_mine(0)
    press(driver, dialog.save)
    driver.wait(lambda: driver.document.edits.count == 0)
    assert 1 not in rows(file)
    assert rows(file)[2][0] == "two"


@pytest.mark.parametrize("is_deleted", [True, False])
def test_a_row_to_be_deleted_that_others_changed(driver, file, is_deleted):
    driver.open_rows(file)
    driver.go(4, 1)
    driver.act("delete_rows")
    commit(file, "UPDATE items SET name = 'theirs', price = 0 WHERE id = 5")
    dialog = conflicted(driver)
    assert [line[2:] for line in lines(dialog)] == [
        ("name", "item 5", "theirs", "delete the row"),
        ("price", "5", "0", "delete the row"),
    ]
    if not is_deleted:
        click(driver, dialog, 1, Place.THEIRS)
        assert not dialog.model.keeps_mine(0), "a row is deleted or not"
    press(driver, dialog.save)
    driver.wait(lambda: driver.document.edits.count == 0)
    assert (5 in rows(file)) is not is_deleted


def test_rows_deleted_by_both(driver, file):
    driver.open_rows(file)
    driver.go(4, 1)
    driver.act("delete_rows")
    commit(file, "DELETE FROM items WHERE id = 5")
    dialog = conflicted(driver)
    assert not lines(dialog)
    assert "gone already" in dialog.hint.text()
    press(driver, dialog.save)
    driver.wait(lambda: driver.document.edits.count == 0)
