"""Copying, pasting, filling and duplicating by keys, wherever the rows are."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from pytuck import Column, Storage
from pytuck_desktop.features.grid.clipboard_text import FORMS, as_tsv, parse_block

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ROWS = 5000
LONG = "long " * 20_000


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
                Column(date, name="since"),
            ],
        )
        storage.bulk_insert("items", [{"name": f"item {n}", "price": n} for n in range(ROWS)])
        storage.update("items", 2, {"name": LONG})
    return path


def select(driver, top, left, bottom, right):
    """Select cells as by the mouse and Shift."""
    driver.go(top, left)
    viewport = driver.grid.table.viewport()
    driver.qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=driver.point(top, left))
    driver.grid.table.setFocus()
    for _ in range(bottom - top):
        driver.key(Qt.Key.Key_Down, SHIFT)
    for _ in range(right - left):
        driver.key(Qt.Key.Key_Right, SHIFT)
    driver.wait(lambda: driver.grid.summary.cells == (bottom - top + 1) * (right - left + 1))


def clipboard():
    return QGuiApplication.clipboard().text()


def copied(driver, key=Qt.Key.Key_C, modifiers=CTRL):
    QGuiApplication.clipboard().setText("nothing yet")
    driver.key(key, modifiers)
    driver.wait(lambda: clipboard() != "nothing yet")
    return clipboard()


def stored(file, key):
    with Storage(file, read_only=True) as storage:
        row = storage.select("items", key)
    return row["name"], row["price"], row["since"]


def test_long_texts_and_rows_far_away_are_copied_whole(driver, file):
    driver.open_rows(file)
    select(driver, 0, 1, 1, 2)
    assert copied(driver) == f"item 0\t0\n{LONG}\t1"
    driver.grid.table.selectAll()
    lines = copied(driver).split("\n")
    assert len(lines) == ROWS
    assert lines[4321].split("\t")[:3] == ["4322", "item 4321", "4321"]


def test_cells_are_copied_in_other_forms(driver, file):
    driver.open_rows(file)
    select(driver, 2, 1, 3, 2)
    assert copied(driver, modifiers=CTRL | SHIFT) == "name\tprice\nitem 2\t2\nitem 3\t3"
    actions = driver.window.controls.actions
    for name in ("copy_csv", "copy_json", "copy_markdown", "copy_python"):
        QGuiApplication.clipboard().setText("")
        actions[name].trigger()
        driver.wait(clipboard)
        text = clipboard()
        if name == "copy_csv":
            assert text == "name,price\nitem 2,2\nitem 3,3"
        elif name == "copy_json":
            assert json.loads(text)[1] == {"name": "item 3", "price": 3}
        elif name == "copy_markdown":
            assert text.split("\n")[:3] == ["| name | price |", "| --- | --- |", "| item 2 | 2 |"]
        else:
            assert eval(text) == [{"name": "item 2", "price": 2}, {"name": "item 3", "price": 3}]


def test_a_block_is_pasted_with_rows_that_are_missing(driver, file):
    driver.open_rows(file)
    select(driver, ROWS - 1, 1, ROWS - 1, 1)
    driver.loaded()
    QGuiApplication.clipboard().setText("pear\t5\t2026-01-02\r\nplum\t6\t\r\n\t\t2026-02-03\r\n")
    driver.key(Qt.Key.Key_V, CTRL)
    driver.wait(lambda: driver.document.edits.count == 5)
    assert driver.grid.viewmodel.row_count == ROWS + 2
    driver.document.edits.undo()
    assert driver.document.edits.count == 0
    driver.document.edits.redo()
    driver.save()
    assert stored(file, ROWS) == ("pear", 5, date(2026, 1, 2))
    assert stored(file, ROWS + 1) == ("plum", 6, None)
    assert stored(file, ROWS + 2) == ("", None, date(2026, 2, 3))


def test_one_cell_fills_the_selection_and_a_row_its_rows(driver, file):
    driver.open_rows(file)
    select(driver, 2, 2, 4, 2)
    QGuiApplication.clipboard().setText("77")
    driver.key(Qt.Key.Key_V, CTRL)
    driver.wait(lambda: driver.document.edits.count == 3)
    select(driver, 6, 1, 8, 2)
    driver.key(Qt.Key.Key_D, CTRL)
    driver.wait(lambda: driver.document.edits.count == 7)
    driver.save()
    assert [stored(file, key)[1] for key in (3, 4, 5)] == [77, 77, 77]
    assert [stored(file, key)[:2] for key in (7, 8, 9)] == [("item 6", 6)] * 3


def test_ten_thousand_cells_are_pasted_over_rows_that_are_not_loaded(driver, file):
    driver.open_rows(file)
    select(driver, 0, 1, 0, 1)
    lines = [f"new {n}\t{n * 2}" for n in range(5000)]
    QGuiApplication.clipboard().setText("\n".join(lines))
    driver.key(Qt.Key.Key_V, CTRL)
    driver.wait(lambda: driver.document.edits.count > 9_990)
    driver.save()
    assert stored(file, 4444) == ("new 4443", 8886, None)
    assert stored(file, 2) == ("new 1", 2, None)


def test_rows_are_duplicated_with_keys_of_their_own(driver, file):
    driver.open_rows(file)
    select(driver, 1, 1, 2, 1)
    driver.key(Qt.Key.Key_D, CTRL | SHIFT)
    driver.wait(lambda: driver.document.edits.count == 2)
    driver.save()
    assert stored(file, ROWS + 1) == (LONG, 1, None)
    assert stored(file, ROWS + 2) == ("item 2", 2, None)


CELLS = st.text(st.sampled_from('ab"\t\n, é😀'), max_size=6)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=5))
def test_what_is_copied_can_be_pasted(rows):
    text = as_tsv(["a", "b"], rows, lambda _, value: value)
    assert parse_block(text) == rows


@given(st.text(max_size=40))
def test_any_text_is_some_block(text):
    block = parse_block(text)
    assert block
    assert all(block)


@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(-5, 5) | st.text(max_size=4),
            st.floats() | st.binary(max_size=3),
        ),
        max_size=4,
    )
)
def test_every_form_holds_every_value(rows):
    for form in FORMS.values():
        assert isinstance(form(["a", "b|"], rows, lambda _, value: str(value)), str)
    json.loads(FORMS["json"](["a", "b"], rows, lambda _, value: ""))
