"""Each type has its editor: check marks, calendars, choices, keys of other tables, numbers."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum

import pytest
from PySide6.QtCore import QDate, QPoint, Qt, QTime
from PySide6.QtTest import QAbstractItemModelTester

from pytuck import Column, Storage
from pytuck_desktop.widgets.editors.day_field import DayField
from pytuck_desktop.widgets.editors.fields import ChoiceField
from pytuck_desktop.widgets.editors.key_field import KeyField


class State(Enum):
    OPEN = "open"
    SENT = "sent"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "shop.pytuck"
    with Storage(path) as storage:
        storage.create_table(
            "people",
            [
                Column(int, name="id", primary_key=True),
                Column(str, name="name"),
                Column(str, name="town"),
            ],
        )
        storage.create_table(
            "orders",
            [
                Column(int, name="id", primary_key=True),
                Column(int, name="person", foreign_key="people.id"),
                Column(bool, name="paid"),
                Column(date, name="day"),
                Column(datetime, name="sent"),
                Column(State, name="state"),
                Column(float, name="price"),
            ],
        )
        names = ["Ada 100%", "Bo", "Cleo", "Änne"]
        storage.bulk_insert(
            "people",
            [{"name": f"{names[n % 4]} {n}", "town": f"town {n % 7}"} for n in range(1, 501)],
        )
        storage.bulk_insert(
            "orders",
            [
                {
                    "person": n,
                    "paid": n % 2 == 0,
                    "day": date(2026, 3, n),
                    "sent": datetime(2026, 3, n, 14, 30, 5),
                    "state": State.OPEN,
                    "price": n / 2,
                }
                for n in range(1, 21)
            ],
        )
    return path


def staged(driver, row, column):
    name = driver.grid.viewmodel.column_names[column]
    return driver.document.edits.overlay("orders").changed[row + 1][name].new


def open_editor(driver, row, column, kind):
    driver.go(row, column)
    driver.grid.table.setFocus()
    driver.key(Qt.Key.Key_F2)
    driver.wait(lambda: driver.editor is not None)
    assert isinstance(driver.editor, kind)
    return driver.editor


def test_space_and_a_click_on_its_mark_turn_a_truth_around(driver, file):
    driver.open_rows(file, "orders")
    driver.go(0, 2)
    driver.grid.table.setFocus()
    driver.key(Qt.Key.Key_Space)
    assert staged(driver, 0, 2) == 1
    viewport = driver.grid.table.viewport()
    driver.qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=driver.point(1, 2))
    assert staged(driver, 1, 2) == 0
    away = driver.point(2, 2) - QPoint(25, 0)
    driver.qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=away)
    assert driver.document.edits.count == 2
    driver.act("set_null")
    driver.key(Qt.Key.Key_Space)
    assert staged(driver, 2, 2) == 1


def test_a_day_is_picked_from_a_calendar(driver, file):
    driver.open_rows(file, "orders")
    editor = open_editor(driver, 0, 3, DayField)
    driver.key(Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    calendar = editor.panel.calendar
    assert calendar.selectedDate() == QDate(2026, 3, 1)
    calendar.setSelectedDate(QDate(2026, 4, 5))
    calendar.activated.emit(QDate(2026, 4, 5))
    driver.wait(lambda: driver.editor is None)
    assert staged(driver, 0, 3) == "2026-04-05"


def test_a_time_goes_with_the_day(driver, file):
    driver.open_rows(file, "orders")
    editor = open_editor(driver, 1, 4, DayField)
    editor.open_calendar()
    assert editor.panel.time.time() == QTime(14, 30, 5)
    editor.panel.time.setTime(QTime(8, 15))
    assert editor.text() == "2026-03-02 08:15:00"
    driver.qtbot.keyClick(editor.panel.time, Qt.Key.Key_Return)
    driver.wait(lambda: driver.editor is None)
    assert staged(driver, 1, 4) == "2026-03-02 08:15:00.000000"


def test_a_choice_offers_the_values_there_are(driver, file):
    driver.open_rows(file, "orders")
    editor = open_editor(driver, 0, 5, ChoiceField)
    assert [editor.itemText(at) for at in range(editor.count())] == ["open", "sent", "NULL"]
    driver.qtbot.keyClick(editor, Qt.Key.Key_Down)
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.editor is None)
    assert staged(driver, 0, 5) == "sent"
    driver.save()


def test_a_key_is_picked_from_the_rows_of_the_other_table(driver, file):
    driver.open_rows(file, "orders")
    editor = open_editor(driver, 0, 1, KeyField)
    driver.wait(lambda: editor.list is not None and editor.list.model.rowCount() == 50)
    tester = QAbstractItemModelTester(
        editor.list.model, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    assert editor.list.model.item(0, 1).text() == "Bo 1"
    editor.selectAll()
    driver.qtbot.keyClicks(editor, "100% 44")
    model = editor.list.model
    driver.wait(
        lambda: (
            [model.item(at, 0).text() for at in range(model.rowCount())]
            == ["44"] + [str(n) for n in range(440, 450, 4)]
        )
    )
    driver.key(Qt.Key.Key_Down)
    driver.key(Qt.Key.Key_Down)
    assert editor.text() == "440"
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.editor is None)
    assert staged(driver, 0, 1) == 440
    assert tester is not None


def test_a_key_is_picked_by_a_click_and_nothing_found_is_said(driver, file):
    driver.open_rows(file, "orders")
    editor = open_editor(driver, 2, 1, KeyField)
    editor.selectAll()
    driver.qtbot.keyClicks(editor, "zzz")
    driver.wait(lambda: editor.list is not None and "No row" in editor.list.note.text())
    editor.selectAll()
    driver.qtbot.keyClicks(editor, "town 3")
    driver.wait(lambda: editor.list.model.rowCount() == 50)
    table = editor.list.table
    at = table.visualRect(editor.list.model.index(1, 0)).center()
    driver.qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    driver.wait(lambda: driver.editor is None)
    assert staged(driver, 2, 1) == 10


@pytest.mark.parametrize("text", ["1,234.5", "1.234,5", "1 234,50", "1'234.5", "１２３４．５"])
def test_a_number_may_be_written_as_anywhere(driver, file, text):
    driver.open_rows(file, "orders")
    driver.edit(0, 6, text)
    assert staged(driver, 0, 6) == 1234.5
