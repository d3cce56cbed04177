"""What a save would write is looked at first: as rows and as statements, and taken back in part."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from pytuck import Storage
from pytuck_desktop.features.review.view import ReviewDialog

SHOWN = Qt.ItemDataRole.DisplayRole


@pytest.fixture
def staged(driver, items):
    """Two changed cells, a new row, and a deleted one."""
    driver.open_rows(items)
    driver.edit(0, 1, "it's <b>new</b>")
    driver.edit(1, 2, "77")
    driver.act("add_row")
    driver.loaded()
    driver.go(5, 1)
    driver.act("delete_rows")
    return driver


def review(driver) -> ReviewDialog:
    driver.act("review")
    driver.wait(lambda: shown_review() is not None)
    return shown_review()


def shown_review() -> ReviewDialog | None:
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, ReviewDialog) and widget.isVisible():
            return widget
    return None


def lines(dialog: ReviewDialog) -> list[tuple[str, ...]]:
    model = dialog.model
    return [
        tuple(model.index(row, column).data(SHOWN) for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def statements(driver, dialog: ReviewDialog) -> list[str]:
    dialog.statements.clear()
    dialog.pages.setCurrentWidget(dialog.lines)
    dialog.pages.setCurrentWidget(dialog.statements)
    driver.wait(dialog.statements.toPlainText)
    return dialog.statements.toPlainText().split("\n")


def test_rows_and_statements_are_what_the_save_writes(staged, items):
    dialog = review(staged)
    assert [line[0] for line in lines(dialog)] == ["✎", "✎", "+", "−"]
    assert lines(dialog)[0][1:] == ("items", "1", "name", "'item 1'", "'it's <b>new</b>'")
    assert lines(dialog)[1][1:] == ("items", "2", "price", "2", "77")
    assert "name = 'item 6'" in lines(dialog)[3][4]
    texts = statements(staged, dialog)
    assert len(texts) == 4
    with Storage(items) as storage:
        assert storage.select("items", 1)["name"] == "item 1", "a look writes nothing"
    staged.qtbot.mouseClick(dialog.save, Qt.MouseButton.LeftButton)
    staged.wait(lambda: staged.document.edits.count == 0)
    with Storage(items) as storage:
        assert storage.select("items", 1)["name"] == "it's <b>new</b>"


def test_the_statements_do_the_same_when_they_are_run_by_hand(staged, items, tmp_path):
    dialog = review(staged)
    QGuiApplication.clipboard().clear()
    staged.qtbot.mouseClick(dialog.copy, Qt.MouseButton.LeftButton)
    staged.wait(lambda: staged.clipboard())
    script = staged.clipboard().split("\n")
    copy = tmp_path / "copy.pytuck"
    with Storage(items) as storage:
        storage.backup(copy)
    dialog.reject()
    staged.save()
    with closing(sqlite3.connect(copy)) as by_hand, closing(sqlite3.connect(items)) as saved:
        for statement in script:
            by_hand.execute(statement)
        everything = "SELECT * FROM items ORDER BY id"
        assert by_hand.execute(everything).fetchall() == saved.execute(everything).fetchall()


def test_a_change_is_taken_back_and_undo_brings_it_back(staged):
    dialog = review(staged)
    flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
    for row in (0, 3):
        dialog.lines.selectionModel().select(dialog.model.index(row, 0), flags)
    staged.qtbot.mouseClick(dialog.take_back, Qt.MouseButton.LeftButton)
    assert [line[0] for line in lines(dialog)] == ["✎", "+"]
    assert staged.text(0, 1) == "item 1"
    staged.act("undo")
    assert [line[0] for line in lines(dialog)] == ["✎", "✎", "+", "−"]
    assert staged.text(0, 1) == "it's <b>new</b>"


def test_nothing_left_is_said(staged):
    dialog = review(staged)
    dialog.lines.selectAll()
    staged.qtbot.mouseClick(dialog.take_back, Qt.MouseButton.LeftButton)
    assert dialog.heading.text() == "There is nothing to save."
    assert not dialog.save.isEnabled()
    assert not lines(dialog)


def test_the_model_keeps_the_rules_of_models(staged):
    dialog = review(staged)
    tester = QAbstractItemModelTester(
        dialog.model, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    staged.act("undo")
    staged.act("redo")
    assert tester.model() is dialog.model
