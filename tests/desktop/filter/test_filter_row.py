"""Filtering and sorting as a person does: in the row under the header, by cells, by headers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from pytuck import Column, Storage
from pytuck_desktop.features.grid.state import Mark
from tests.desktop.driver import Driver

ID, NAME, AGE, NOTE = range(4)


@pytest.fixture
def grid(driver, shop):
    grid = driver.open_rows(shop, "customers")
    driver.wait(lambda: grid.viewmodel.count_is_exact)
    return grid


def filter_of(driver):
    return driver.window.controls.filtering.current


def type_filter(driver, column, text):
    """Click at the field under a column's name and type."""
    row = filter_of(driver).row
    driver.qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=row.field(column).center())
    row.editor.selectAll()
    if text.isascii():
        driver.qtbot.keyClicks(row.editor, text)
    else:
        row.editor.setText(text)
        row.editor.textEdited.emit(text)


def settled(driver):
    driver.wait(lambda: not filter_of(driver).model.is_waiting)
    driver.loaded()
    driver.wait(lambda: driver.grid.viewmodel.count_is_exact)


def column(driver, at):
    return [driver.text(row, at) for row in range(min(20, driver.grid.viewmodel.row_count))]


def rows_text(driver):
    return driver.window.controls.status.rows.text()


def test_rows_follow_what_is_typed_under_a_column(driver, grid):
    QAbstractItemModelTester(grid.table.grid_model)
    type_filter(driver, AGE, ">=88")
    driver.wait(lambda: grid.viewmodel.is_filtered)
    settled(driver)
    assert column(driver, AGE)[:4] == ["88", "89", "88", "89"]
    assert rows_text(driver) == "22 of 1,000 rows"
    type_filter(driver, NAME, "=Customer 89")
    settled(driver)
    driver.wait(lambda: grid.viewmodel.row_count == 1)
    assert column(driver, NAME) == ["Customer 89"]


@pytest.mark.parametrize(
    ("text", "at", "count"),
    [
        ("10..11", AGE, 23),
        ("!=5", AGE, 988),
        ("~er 99\\d$", NAME, 10),
        ("customer 100", NAME, 2),
        ("null", NOTE, 1000),
        ("!null", NOTE, 0),
    ],
)
def test_each_form_of_the_language(driver, grid, text, at, count):
    type_filter(driver, at, text)
    driver.wait(lambda: grid.viewmodel.is_filtered)
    settled(driver)
    assert grid.viewmodel.row_count == count


def test_a_text_that_means_nothing_is_said_at_the_cell_and_filters_nothing(driver, grid):
    type_filter(driver, AGE, ">abc")
    row = filter_of(driver).row
    assert row._reason.isVisible()
    assert "number" in row._reason.text()
    settled(driver)
    assert grid.viewmodel.row_count == 1000
    type_filter(driver, AGE, ">88")
    assert not row._reason.isVisible()
    driver.wait(lambda: grid.viewmodel.is_filtered)
    settled(driver)
    assert grid.viewmodel.row_count == 11


def test_nothing_matches_and_the_way_out(driver, grid):
    type_filter(driver, NAME, "nobody")
    driver.wait(lambda: grid.viewmodel.is_filtered)
    settled(driver)
    assert grid.viewmodel.row_count == 0
    empty = grid._empty
    assert empty.isVisible()
    assert empty.label.text() == "No row matches the filter."
    driver.qtbot.mouseClick(empty.clear, Qt.MouseButton.LeftButton)
    driver.wait(lambda: grid.viewmodel.row_count == 1000)
    assert not empty.isVisible()
    assert filter_of(driver).model.text("name") == ""


def test_only_what_is_typed_last_counts(driver, grid):
    """Each letter begins a question; answers to older ones change nothing."""
    model = filter_of(driver).model
    for end in range(1, 8):
        model.type_text("name", "~^Customer 12$"[: end * 2])
        model.apply()
    settled(driver)
    driver.wait(lambda: grid.viewmodel.row_count == 1)
    assert column(driver, NAME) == ["Customer 12"]


def test_keys_lead_through_the_filter_row(driver, grid):
    driver.go(0, NAME)
    driver.act("filter_column")
    editor = filter_of(driver).row.editor
    driver.qtbot.keyClicks(editor, "=Customer 7")
    driver.qtbot.keyClick(editor, Qt.Key.Key_Tab)
    driver.qtbot.keyClicks(editor, "7")
    assert filter_of(driver).model.wanted.typed == {"name": "=Customer 7", "age": "7"}
    driver.qtbot.keyClick(editor, Qt.Key.Key_Return)
    settled(driver)
    driver.wait(lambda: grid.viewmodel.row_count == 1)
    driver.qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert filter_of(driver).model.wanted.typed == {"name": "=Customer 7"}
    driver.qtbot.keyClick(editor, Qt.Key.Key_Down)
    assert not editor.isVisible()
    assert grid.table.current_row == 0


def test_a_cell_filters_by_its_value_and_the_row_stays_the_current_one(driver, grid):
    driver.go(500, AGE)
    identity, age = grid.viewmodel.identity(500), driver.text(500, AGE)
    driver.act("filter_by_value")
    driver.wait(lambda: grid.viewmodel.is_filtered)
    settled(driver)
    assert set(column(driver, AGE)) == {age}
    driver.wait(lambda: grid.table.current_row >= 0)
    assert grid.viewmodel.identity(grid.table.current_row) == identity
    driver.act("clear_filter")
    driver.wait(lambda: grid.viewmodel.row_count == 1000)
    driver.wait(lambda: grid.table.current_row == 500)
    driver.act("exclude_value")
    driver.wait(lambda: grid.viewmodel.is_filtered)
    settled(driver)
    assert age not in column(driver, AGE)
    assert filter_of(driver).model.text("age") == f"!={age}"


def test_a_null_filters_by_null(driver, grid):
    driver.edit(3, NOTE, "hello")
    driver.save()
    driver.go(0, NOTE)
    driver.act("exclude_value")
    driver.wait(lambda: grid.viewmodel.is_filtered)
    settled(driver)
    assert filter_of(driver).model.text("note") == "!null"
    assert column(driver, NOTE) == ["hello"]


def test_a_filter_is_remembered_while_the_program_runs(driver, grid, shop):
    type_filter(driver, AGE, "88")
    driver.wait(lambda: grid.viewmodel.is_filtered)
    settled(driver)
    driver.act("close_tab")
    again = driver.open_rows(shop, "customers")
    driver.wait(lambda: again.viewmodel.is_filtered)
    settled(driver)
    assert column(driver, AGE)[:2] == ["88", "88"]
    assert filter_of(driver).model.text("age") == "88"


def test_rows_with_staged_changes_are_never_hidden(driver, grid):
    driver.edit(4, AGE, "70")
    driver.edit(5, NAME, "Somebody")
    driver.act("add_row")
    driver.qtbot.keyClicks(driver.editor, "New one")
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.editor is None)
    type_filter(driver, NAME, "=Customer 900")
    driver.wait(lambda: grid.viewmodel.is_filtered)
    settled(driver)
    assert column(driver, NAME) == ["Customer 5", "Somebody", "Customer 900", "New one"]
    marks = [grid.viewmodel.paint_row(row).mark for row in range(4)]
    assert marks == [Mark.CHANGED, Mark.CHANGED, Mark.NONE, Mark.NEW]
    driver.save()
    driver.wait(lambda: grid.viewmodel.row_count == 1)
    driver.loaded()
    assert column(driver, NAME) == ["Customer 900"]


def test_an_edit_under_a_filter_hits_the_row_that_is_shown(driver, grid, shop):
    type_filter(driver, NAME, "=Customer 900")
    driver.wait(lambda: grid.viewmodel.row_count == 1)
    settled(driver)
    driver.edit(0, AGE, "17")
    driver.act("clear_filter")
    driver.wait(lambda: grid.viewmodel.row_count == 1000)
    driver.go(899, AGE)
    driver.loaded()
    assert driver.text(899, AGE) == "17"
    driver.save()
    with Storage(shop) as storage:
        assert storage.select("customers", 900)["age"] == 17


def test_shift_sorts_by_several_columns(driver, grid):
    header = grid.table.column_header
    driver.qtbot.wait(10)

    def click(at, modifiers=Qt.KeyboardModifier.NoModifier):
        x = header.sectionViewportPosition(at) + 30
        pos = header.viewport().rect().topLeft()
        pos.setX(x)
        pos.setY(12)
        driver.qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, modifiers, pos)

    click(AGE)
    click(NAME, Qt.KeyboardModifier.ShiftModifier)
    click(NAME, Qt.KeyboardModifier.ShiftModifier)
    driver.loaded()
    assert grid.viewmodel.sort == ((AGE, False), (NAME, True))
    assert column(driver, AGE)[:3] == ["0", "0", "0"]
    assert column(driver, NAME)[:2] == ["Customer 990", "Customer 900"]
    type_filter(driver, AGE, "1")
    driver.wait(lambda: grid.viewmodel.is_filtered)
    settled(driver)
    assert column(driver, NAME)[:2] == ["Customer 991", "Customer 91"]
    driver.act("clear_sort")
    driver.loaded()
    assert grid.viewmodel.sort == ()
    assert column(driver, NAME)[:2] == ["Customer 1", "Customer 91"]


def test_a_column_that_goes_takes_its_filter_along(driver, tmp_path):
    path = tmp_path / "things.pytuck"
    with Storage(path) as storage:
        storage.create_table(
            "things", [Column(int, name="id", primary_key=True), Column(str, name="a")]
        )
        storage.bulk_insert("things", [{"a": "x"}, {"a": "y"}])
    grid = driver.open_rows(path)
    type_filter(driver, 1, "x")
    driver.wait(lambda: grid.viewmodel.row_count == 1)
    with Storage(path) as storage:
        storage.rename_column("things", "a", "b")
    driver.wait(lambda: grid.viewmodel.column_names == ("id", "b"))
    driver.wait(lambda: grid.viewmodel.row_count == 2)


def test_fields_follow_columns_that_are_moved_hidden_and_frozen(driver, grid):
    header, row = grid.table.column_header, filter_of(driver).row
    for at in range(4):
        header.resizeSection(at, 400)
    header.setSectionHidden(ID, True)
    header.moveSection(header.visualIndex(AGE), 1)
    header.freeze(2)
    grid.table.horizontalScrollBar().setValue(300)
    assert row.field(AGE).left() < 5
    type_filter(driver, AGE, "88")
    driver.wait(lambda: grid.viewmodel.is_filtered)
    settled(driver)
    assert filter_of(driver).model.wanted.typed == {"age": "88"}
    driver.qtbot.keyClick(row.editor, Qt.Key.Key_Tab)
    driver.qtbot.keyClicks(row.editor, "98")
    assert filter_of(driver).model.wanted.typed == {"age": "88", "name": "98"}


def test_the_filter_row_can_be_hidden_for_good(driver, grid, shop, qtbot, tmp_path):
    driver.act("toggle_filter_row")
    assert not filter_of(driver).row.isVisible()
    driver.close()
    again = Driver(qtbot, tmp_path / "settings.ini")
    again.open_rows(shop, "customers")
    assert filter_of(again).row is None
    again.close()
