"""The window for values that need room: JSON as a tree, bytes, images, long text, files."""

from __future__ import annotations

import contextlib
import json
import sqlite3

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QFileDialog

from pytuck import Column, Storage
from pytuck_desktop.widgets.editors.value_window import ValueWindow

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def picture(width=40, height=30):
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#3366cc"))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "shop.pytuck"
    with Storage(path) as storage:
        storage.create_table(
            "items",
            [
                Column(int, name="id", primary_key=True),
                Column(dict, name="facts"),
                Column(bytes, name="photo"),
                Column(str, name="note"),
            ],
        )
        storage.bulk_insert(
            "items",
            [
                {
                    "facts": {"size": [1, 2], "colour": "red"},
                    "photo": picture(),
                    "note": "one\ntwo",
                },
                {"facts": None, "photo": bytes(range(256)) * 4000, "note": "x" * 90_000},
                {"facts": None, "photo": None, "note": None},
            ],
        )
    return path


def window_of(driver, row, column, key=Qt.Key.Key_F2, modifiers=SHIFT):
    driver.go(row, column)
    driver.grid.table.setFocus()
    driver.key(key, modifiers)
    found = driver.window.findChildren
    driver.wait(lambda: found(ValueWindow))
    window = found(ValueWindow)[-1]
    window.activateWindow()
    window.tabs.currentWidget().setFocus()
    driver.wait(window.isActiveWindow)
    return window


def closed(driver):
    driver.wait(lambda: not driver.window.findChildren(ValueWindow))


def staged(driver, key, column):
    return driver.document.edits.overlay("items").changed[key][column].new


def stored(file, key, column):
    with Storage(file) as storage:
        return storage.select("items", key)[column]


def test_json_is_a_tree_whose_values_are_edited(driver, file):
    driver.open_rows(file)
    window = window_of(driver, 0, 1)
    model = window.json.model
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    top = model.index(0, 0)
    texts = [model.index(at, 1, top).data() for at in range(model.rowCount(top))]
    assert texts == ["[2]", '"red"']
    assert model.setData(model.index(1, 1, top), "green")
    window.json.tree.setFocus()
    window.json.tree.setCurrentIndex(model.index(0, 0, top))
    driver.qtbot.keyClick(window.json.tree, Qt.Key.Key_Insert)
    assert model.setData(window.json.tree.currentIndex(), '{"deep": true}')
    window.json.tree.setCurrentIndex(model.index(0, 0, model.index(0, 0, top)))
    driver.qtbot.keyClick(window.json.tree, Qt.Key.Key_Delete)
    assert model.setData(model.index(1, 0, top), "color")
    wanted = {"size": [2, {"deep": True}], "color": "green"}
    assert json.loads(window.text.text) == wanted
    window.take.click()
    closed(driver)
    driver.save()
    assert stored(file, 1, "facts") == wanted
    assert tester.model() is not None


def test_json_that_is_none_is_not_taken_and_says_why(driver, file):
    driver.open_rows(file)
    window = window_of(driver, 0, 1)
    window.tabs.setCurrentWidget(window.text)
    window.text.put("[1, 2]")
    assert not window.take.isEnabled()
    assert "JSON" in window.note.text()
    window.text.put("{1, 2]")
    window.tabs.setCurrentWidget(window.json)
    assert window.json.note.text().startswith("Not JSON yet")
    window.text.put('{"a": [{"b": null}]}')
    assert window.take.isEnabled()
    driver.qtbot.keyClick(window, Qt.Key.Key_Escape)
    closed(driver)
    assert driver.document.edits.count == 0


def test_what_is_not_changed_is_not_staged(driver, file):
    driver.open_rows(file)
    for column in (1, 2, 3):
        window_of(driver, 0, column).take.click()
        closed(driver)
    assert driver.document.edits.count == 0


def test_bytes_are_shown_saved_and_loaded(driver, file, tmp_path, monkeypatch):
    driver.open_rows(file)
    window = window_of(driver, 1, 2, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)
    model = window.hex.model
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert model.rowCount() == 64_000
    assert model.index(4).data().startswith("00000040  40 41 42")
    assert model.index(4).data().endswith("@ABCDEFGHIJKLMNO")
    assert not window.tabs.isTabVisible(0)
    kept, given = tmp_path / "kept.bin", tmp_path / "new.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(kept), ""))
    window.save.click()
    driver.wait(lambda: "Saved to" in window.facts.text())
    assert kept.read_bytes() == bytes(range(256)) * 4000
    given.write_bytes(picture(8, 9))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(given), ""))
    window.load.click()
    driver.wait(lambda: "PNG 8 x 9" in window.facts.text())
    driver.wait(lambda: not window.picture.image.isNull())
    window.take.click()
    closed(driver)
    assert staged(driver, 2, "photo") == picture(8, 9)
    driver.save()
    assert stored(file, 2, "photo") == picture(8, 9)
    assert tester.model() is not None


def test_a_file_that_cannot_be_read_is_said(driver, file, tmp_path, monkeypatch):
    driver.open_rows(file)
    window = window_of(driver, 2, 2)
    assert "NULL" in window.facts.text()
    missing = tmp_path / "missing"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(missing), ""))
    window.load.click()
    driver.wait(lambda: "No such file" in window.note.text())
    window.reject()
    closed(driver)


def test_a_long_text_is_edited_and_null_is_set(driver, file):
    driver.open_rows(file)
    window = window_of(driver, 1, 3)
    assert window.text.text == "x" * 90_000
    window.text.put("short\nand two lines")
    assert "2 lines" in window.text.facts.text()
    driver.qtbot.keyClick(window.text.edit, Qt.Key.Key_Return, CTRL)
    closed(driver)
    assert staged(driver, 2, "note") == "short\nand two lines"
    window_of(driver, 0, 3).null.click()
    closed(driver)
    assert staged(driver, 1, "note") is None
    driver.save()
    assert stored(file, 2, "note") == "short\nand two lines"


def test_the_field_in_the_cell_asks_for_the_window(driver, file):
    driver.open_rows(file)
    editor = driver.type(0, 3, "three")
    editor.room_button.click()
    driver.wait(lambda: driver.window.findChildren(ValueWindow))
    window = driver.window.findChildren(ValueWindow)[-1]
    assert window.text.text == "three"
    window.reject()
    closed(driver)
    assert staged(driver, 1, "note") == "three"


def test_a_value_of_a_view_is_only_looked_at(driver, tmp_path):
    path = tmp_path / "views.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, facts TEXT)")
        connection.execute("INSERT INTO t VALUES (1, '{\"a\": 1}')")
        connection.execute("CREATE VIEW v AS SELECT facts FROM t")
        connection.commit()
    driver.open_rows(path, "v")
    window = window_of(driver, 0, 0)
    assert not window.take.isVisible()
    model = window.json.model
    leaf = model.index(0, 1, model.index(0, 0))
    assert leaf.data() == "1"
    assert not model.flags(leaf) & Qt.ItemFlag.ItemIsEditable
    window.reject()
    closed(driver)
