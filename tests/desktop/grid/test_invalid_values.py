"""Texts that do not fit their columns are staged, marked, and put right before a save."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester

from pytuck import Column, Storage
from pytuck_desktop.workspace.staged_edits import Invalid

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "shop.pytuck"
    with Storage(path) as storage:
        storage.create_table(
            "items",
            [
                Column(int, name="id", primary_key=True),
                Column(str, name="name", nullable=False),
                Column(int, name="price"),
                Column(date, name="since"),
            ],
        )
        storage.bulk_insert(
            "items", [{"name": f"item {n}", "price": n, "since": None} for n in range(3000)]
        )
    return path


def paste(driver, row, column, text):
    QGuiApplication.clipboard().setText(text)
    driver.go(row, column)
    driver.grid.table.setFocus()
    driver.loaded()
    driver.key(Qt.Key.Key_V, CTRL)
    first = text.split("\t")[0]
    driver.wait(lambda: driver.text(row, column) == first)


def invalid(driver):
    return [(cell.identity, cell.column) for cell in driver.document.edits.invalid_cells()]


def current(driver):
    return driver.grid.table.current_row, driver.grid.table.currentIndex().column()


def test_a_pasted_block_is_staged_with_what_does_not_fit(driver, file):
    driver.open_rows(file)
    paste(driver, 0, 1, "pear\t12\t2024-02-30\napple\ttwo\t2024-02-29")
    assert driver.document.edits.count == 6
    assert invalid(driver) == [(1, "since"), (2, "price")]
    assert [driver.text(0, 3), driver.text(1, 2)] == ["2024-02-30", "two"]
    assert "do not fit their columns: 2." in driver.grid.banner.label.text()
    driver.act("undo")
    assert driver.document.edits.count == 0


def test_nothing_is_saved_before_it_is_put_right(driver, file):
    driver.open_rows(file)
    paste(driver, 0, 2, "7\ttomorrow")
    driver.act("save")
    driver.wait(lambda: "do not fit" in driver.grid.banner.label.text())
    assert driver.document.edits.count == 2
    with Storage(file) as storage:
        assert storage.select("items", 1)["price"] == 0
    driver.edit(0, 3, "2024-05-06")
    driver.save()
    with Storage(file) as storage:
        assert storage.select("items", 1)["since"] == date(2024, 5, 6)


def test_f8_goes_from_one_to_the_next_and_says_why(driver, file):
    driver.open_rows(file)
    paste(driver, 2, 2, "x")
    driver.go(2500, 2)
    driver.loaded()
    paste(driver, 2500, 2, "y")
    driver.go(10, 0)
    driver.act("next_invalid")
    driver.wait(lambda: current(driver) == (2, 2))
    status = driver.window.controls.status
    assert status.selection.text().startswith("Not a whole number.")
    assert status.staged.text() == "2 staged changes, 2 invalid"
    driver.act("next_invalid")
    driver.wait(lambda: current(driver) == (2500, 2))
    driver.act("next_invalid")
    driver.wait(lambda: current(driver) == (2, 2))


def test_a_typed_text_is_kept_by_entering_it_once_more(driver, file):
    driver.open_rows(file)
    editor = driver.type(0, 2, "many")
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.grid.table.editors.is_refused(editor))
    assert driver.document.edits.count == 0
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.editor is None)
    assert invalid(driver) == [(1, "price")]
    editor = driver.type(0, 2, "8")
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.editor is None)
    assert invalid(driver) == []
    assert driver.text(0, 2) == "8"


def test_what_is_invalid_stays_so_in_copies(driver, file):
    driver.open_rows(file)
    paste(driver, 0, 2, "none")
    driver.act("duplicate_rows")
    driver.wait(lambda: driver.grid.viewmodel.row_count == 3001)
    assert len(invalid(driver)) == 2
    driver.act("review")
    driver.act("discard")


def test_new_rows_are_marked_too_and_the_model_keeps_its_rules(driver, file):
    driver.open_rows(file)
    tester = QAbstractItemModelTester(
        driver.grid.table.grid_model, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    driver.act("add_row")
    driver.loaded()
    driver.key(Qt.Key.Key_Escape)
    driver.wait(lambda: driver.editor is None)
    paste(driver, 3000, 1, "last\tnine\tnever")
    driver.wait(lambda: len(invalid(driver)) == 2)
    ((_, values),) = driver.document.edits.overlay("items").inserted.items()
    assert values["price"] == Invalid("nine", "whole number", values["price"].reason)
    assert driver.text(3000, 3) == "never"
    assert tester.model() is driver.grid.table.grid_model
    driver.go(3000, 0)
    driver.act("next_invalid")
    driver.wait(lambda: current(driver) == (3000, 2))
    driver.act("delete_rows")
    assert invalid(driver) == []


def test_ctrl_end_selects_the_last_row_alone(driver, file):
    driver.open_rows(file)
    driver.go(2, 1)
    driver.key(Qt.Key.Key_End, CTRL)
    assert [(part.top, part.bottom) for part in driver.grid.table.selected_ranges()] == [
        (2999, 2999)
    ]
