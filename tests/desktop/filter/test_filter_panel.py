"""Nested conditions, edited in the panel above the rows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from pytuck_desktop.workspace.conditions import EVERYTHING, ColumnTest, Group, GroupKind, Operator

ID, NAME, AGE, NOTE = range(4)


@pytest.fixture
def grid(driver, shop):
    grid = driver.open_rows(shop, "customers")
    driver.wait(lambda: grid.viewmodel.count_is_exact)
    return grid


def current(driver):
    return driver.window.controls.filtering.current


def settled(driver):
    driver.wait(lambda: not current(driver).model.is_waiting)
    driver.wait(lambda: driver.grid.viewmodel.is_order_ready)
    driver.wait(lambda: driver.grid.viewmodel.count_is_exact)
    driver.loaded()


def choose(combo, data):
    combo.setCurrentIndex(combo.findData(data))


def click(driver, button):
    driver.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def fill(driver, editor, column, operator, *texts):
    choose(editor.column, column)
    choose(editor.operator, operator)
    for field, text in zip(editor.fields, texts, strict=True):
        field.edit.setFocus()
        driver.qtbot.keyClicks(field.edit, text)


def test_nested_groups_are_built_by_hand_and_rows_follow(driver, grid):
    driver.act("filter_panel")
    root = current(driver).panel.editor.root
    fill(driver, root.editors[0], "age", Operator.BETWEEN, "10", "12")
    settled(driver)
    assert grid.viewmodel.row_count == 34
    click(driver, root.add_group)
    inner = root.editors[1]
    assert inner.kind.currentData() == GroupKind.ANY
    fill(driver, inner.editors[0], "name", Operator.ENDS_WITH, "00")
    click(driver, inner.add_test)
    fill(driver, inner.editors[1], "id", Operator.ONE_OF, "11, 12")
    settled(driver)
    shown = [driver.text(row, ID) for row in range(grid.viewmodel.row_count)]
    assert shown == ["11", "12", "100", "1000"]
    choose(inner.kind, GroupKind.NONE)
    settled(driver)
    assert grid.viewmodel.row_count == 30
    click(driver, inner.findChildren(type(current(driver).panel._close))[0])
    settled(driver)
    assert grid.viewmodel.row_count == 34
    click(driver, current(driver).panel.clear)
    settled(driver)
    assert grid.viewmodel.row_count == 1000
    assert current(driver).model.wanted.group == EVERYTHING


def test_half_a_condition_asks_for_nothing_and_a_wrong_one_says_why(driver, grid):
    driver.act("filter_panel")
    editor = current(driver).panel.editor.root.editors[0]
    settled(driver)
    assert grid.viewmodel.row_count == 1000
    fill(driver, editor, "age", Operator.AT_LEAST, "ten")
    assert editor.reason.isVisible()
    assert "number" in editor.reason.text()
    settled(driver)
    assert grid.viewmodel.row_count == 1000
    editor.fields[0].edit.selectAll()
    driver.qtbot.keyClicks(editor.fields[0].edit, "89")
    assert not editor.reason.isVisible()
    settled(driver)
    assert grid.viewmodel.row_count == 11


def test_operators_are_those_of_the_column(driver, grid):
    driver.act("filter_panel")
    editor = current(driver).panel.editor.root.editors[0]
    choose(editor.column, "name")
    assert editor.operator.currentData() == Operator.EQUAL
    assert editor.operator.findData(Operator.CONTAINS) >= 0
    choose(editor.operator, Operator.CONTAINS)
    choose(editor.column, "age")
    assert editor.operator.findData(Operator.CONTAINS) < 0
    choose(editor.operator, Operator.NULL)
    assert editor.fields == []


def test_a_closed_panel_leaves_a_line_that_says_what_is_asked(driver, grid):
    test = ColumnTest("name", Operator.ENDS_WITH, ("00",))
    other = Group(GroupKind.ANY, (ColumnTest("age", Operator.NULL), ColumnTest("id", Operator.EQUAL, ("100",))))  # fmt: skip
    driver.act("filter_panel")
    current(driver).model.set_wanted(
        current(driver).model.wanted._replace(group=Group(items=(test, other)))
    )
    settled(driver)
    assert grid.viewmodel.row_count == 1
    driver.qtbot.keyClick(current(driver).panel, Qt.Key.Key_Escape)
    line = current(driver).line
    assert line.isVisible()
    labels = [label.text() for label in line.findChildren(object) if hasattr(label, "show_text")]
    assert labels == ["name ends with 00", "age is NULL or id equals 100"]
    chips = [one for one in line.children() if one.objectName() == "filterChip"]
    click(driver, chips[1].findChildren(type(current(driver).panel._close))[0])
    settled(driver)
    assert grid.viewmodel.row_count == 10
    driver.act("clear_filter")
    settled(driver)
    assert grid.viewmodel.row_count == 1000
    assert not line.isVisible()


def test_excluded_values_gather_in_the_panel(driver, grid):
    for row in (0, 1):
        driver.go(row, AGE)
        driver.act("exclude_value")
        settled(driver)
    model = current(driver).model
    assert model.text("age") == "!=1"
    assert model.wanted.group.items == (ColumnTest("age", Operator.NOT_EQUAL, ("3",)),)
    assert current(driver).line.isVisible()


def test_what_cells_hold_beyond_words_is_kept(driver, grid):
    """A test on the very value of a cell has no text; the panel shows it and keeps it."""
    test = ColumnTest("note", Operator.IS, (b"\x00\x01",))
    driver.act("filter_panel")
    panel = current(driver).panel
    panel.editor.set_group(Group(items=(test,)))
    assert panel.editor.group.items == (test,)
    assert panel.editor.root.editors[0].fields == []
