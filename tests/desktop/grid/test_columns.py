"""Columns as the user arranges them, and what stays of it."""

from __future__ import annotations

import sqlite3

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from pytuck_desktop.features.filter.row import FilterRow
from pytuck_desktop.features.grid.column_list import ColumnList
from pytuck_desktop.features.grid.header_menu import header_menu
from pytuck_desktop.features.grid.state import CellRange
from pytuck_desktop.workspace.column_layout import ColumnLayout
from tests.desktop.driver import Driver

NAMES = ["id", "name", "age", "note"]
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def grid(driver, shop):
    return driver.open_rows(shop, "customers")


def press_header(driver, column, to=None):
    """Drag a column's header to the middle of another one, or click it."""
    header = driver.grid.table.column_header
    middle = header.height() // 2
    start = QPoint(header.left_of(column) + header.sectionSize(column) // 2, middle)
    view = header.viewport()
    driver.qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
    end = start
    if to is not None:
        end = QPoint(header.left_of(to) + header.sectionSize(to) * 3 // 4, middle)
        driver.qtbot.mouseMove(view, QPoint((start.x() + end.x()) // 2, middle))
        driver.qtbot.mouseMove(view, end)
    driver.qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def menu_of(driver, column):
    """Return the entries of a header's menu by their text; off-screen it cannot pop up."""
    menu = header_menu(driver.grid, column)
    return {action.text(): action for action in menu.actions()}


def choose(driver, column, text):
    entry = menu_of(driver, column)[text]
    assert entry.isEnabled(), text
    entry.trigger()


def seen(grid):
    return [grid.viewmodel.column_names[at] for at in grid.columns.shown()]


def test_a_drag_moves_a_column_and_does_not_sort(driver, grid):
    press_header(driver, 0, to=2)
    assert seen(grid) == ["name", "age", "id", "note"]
    assert grid.viewmodel.sort == ()
    press_header(driver, 0)
    driver.wait(lambda: grid.viewmodel.sort == ((0, False),))


def test_cells_are_copied_and_pasted_as_they_are_seen(driver, grid):
    press_header(driver, 0, to=2)  # name, age, id, note
    choose(driver, 2, "Hide column")
    driver.go(0, 1)
    driver.qtbot.mousePress(
        grid.table.viewport(), Qt.MouseButton.LeftButton, pos=driver.point(0, 1)
    )
    driver.qtbot.mouseRelease(
        grid.table.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.ShiftModifier,
        driver.point(1, 3),
    )
    driver.qtbot.mouseClick(
        grid.table.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.ShiftModifier,
        driver.point(1, 3),
    )
    driver.act("copy")
    driver.wait(lambda: driver.clipboard().startswith("Customer"))
    assert driver.clipboard() == "Customer 1\t1\t\nCustomer 2\t2\t"
    QApplication.clipboard().setText("Ann\t777\thello")
    driver.go(0, 1)
    driver.act("paste")
    driver.wait(lambda: driver.document.edits.count)
    assert [driver.text(0, at) for at in range(4)] == ["777", "Ann", "1", "hello"]


def test_a_hidden_column_is_not_changed_with_the_selection(driver, grid):
    choose(driver, 2, "Hide column")
    assert seen(grid) == ["id", "name", "note"]
    grid.table.select_ranges([CellRange(4, 1, 4, 3)], 4, 1)
    driver.act("set_null")
    assert [driver.text(4, at) for at in range(4)] == ["5", "Customer 5", "5", "NULL"]
    driver.edit(4, 3, "note")
    grid.table.select_ranges([CellRange(4, 2, 4, 3)], 4, 3)
    driver.act("set_null")
    assert [driver.text(4, at) for at in range(4)] == ["5", "Customer 5", "5", "NULL"]


def test_the_last_column_cannot_be_hidden(driver, grid):
    grid.columns.set_hidden(range(4), hidden=True)
    assert seen(grid) == ["note"]
    entries = menu_of(driver, 3)
    assert not entries["Hide column"].isEnabled()
    entries["Show hidden columns"].trigger()
    assert seen(grid) == NAMES


def test_the_arrangement_is_remembered_for_each_table_of_each_file(qtbot, tmp_path, shop):
    settings = tmp_path / "settings.ini"
    first = Driver(qtbot, settings)
    grid = first.open_rows(shop, "customers")
    press_header(first, 0, to=2)
    choose(first, 3, "Hide column")
    choose(first, 1, "Freeze up to here")
    grid.table.column_header.resizeSection(2, 177)
    first.close()
    second = Driver(qtbot, settings)
    try:
        grid = second.open_rows(shop, "customers")
        assert seen(grid) == ["name", "age", "id"]
        assert grid.columns.frozen == 1
        assert grid.table.columnWidth(2) == 177
        orders = second.open_rows(shop, "orders")
        assert seen(orders) == ["id", "customer_id", "total"]
        assert orders.columns.frozen == 0
    finally:
        second.close()


def test_columns_that_come_and_go_leave_the_rest_of_the_arrangement(driver, shop, grid):
    press_header(driver, 0, to=2)
    choose(driver, 3, "Hide column")
    file = sqlite3.connect(shop)
    with file:
        file.execute("ALTER TABLE customers ADD COLUMN city TEXT")
    file.close()
    driver.wait(lambda: "city" in grid.viewmodel.column_names)
    assert seen(grid) == ["name", "age", "id", "city"]


def test_a_double_click_on_the_border_fits_the_column(driver, grid):
    header = grid.table.column_header
    header.resizeSection(1, 300)
    border = QPoint(header.left_of(1) + header.sectionSize(1) - 1, header.height() // 2)
    driver.qtbot.mouseDClick(header.viewport(), Qt.MouseButton.LeftButton, pos=border)
    fitted = header.sectionSize(1)
    assert 64 <= fitted < 300
    assert grid.columns.layout_now.widths["name"] == fitted


def test_the_list_of_columns_finds_hides_and_goes(driver, grid):
    driver.act("show_columns")
    (listed,) = grid.findChildren(ColumnList)
    driver.qtbot.keyClicks(listed.search, "NO")
    assert [item.text() for item in listed._found()] == ["note"]
    item = listed._found()[0]
    item.setCheckState(Qt.CheckState.Unchecked)
    assert seen(grid) == ["id", "name", "age"]
    driver.qtbot.keyClick(listed.search, Qt.Key.Key_Return)
    assert seen(grid) == NAMES  # it is shown to be gone to
    assert grid.table.currentIndex().column() == 3
    driver.wait(lambda: not grid.findChildren(ColumnList))


def test_a_layout_that_makes_no_sense_is_none():
    for plain in (None, [], {"widths": {"a": "wide", "b": -4, "c": 10**9}}, {"order": 5}):
        assert ColumnLayout.from_plain(plain) == ColumnLayout()
    layout = ColumnLayout(("b", "gone", "a"), frozenset("a"), {"b": 90}, 1)
    assert ColumnLayout.from_plain(layout.plain()) == layout
    assert layout.places(["a", "b", "b", "new"]) == [1, 0, 2, 3]


# --- columns that stay -----------------------------------------------------------------------


@pytest.fixture
def scrolled(driver, grid):
    """A narrow window in which `id` and `name` stay and the rest is scrolled under them."""
    driver.window.resize(1000, 500)
    for column in range(4):
        grid.table.column_header.resizeSection(column, 250)
    choose(driver, 1, "Freeze up to here")
    bar = grid.table.horizontalScrollBar()
    driver.wait(lambda: bar.maximum() > 250)
    bar.setValue(bar.maximum())
    assert grid.table.column_header.offset() == bar.maximum()
    return grid


def test_frozen_columns_stay_and_can_be_clicked(driver, scrolled):
    table = scrolled.table
    assert table.column_header.left_of(1) == 250
    driver.qtbot.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, driver.point(3, 1).y())
    )
    assert (table.current_row, table.currentIndex().column()) == (3, 1)
    assert driver.point(3, 1).x() == 374
    press_header(driver, 1)
    driver.wait(lambda: scrolled.viewmodel.sort == ((1, False),))


def test_an_editor_of_a_frozen_cell_stands_in_it(driver, scrolled):
    before = scrolled.table.column_header.offset()
    editor = driver.type(2, 1, "Zoe")
    assert abs(editor.geometry().left() - 250) <= 1
    assert scrolled.table.column_header.offset() == before
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.text(2, 1) == "Zoe")


def test_a_cell_that_is_gone_to_is_not_left_under_frozen_columns(driver, scrolled):
    driver.go(0, 3)
    driver.go(0, 2)
    assert scrolled.table.visualRect(scrolled.table.currentIndex()).left() >= 500


def test_the_border_of_a_frozen_column_can_be_dragged(driver, scrolled):
    header = scrolled.table.column_header
    border = QPoint(header.left_of(0) + header.sectionSize(0) - 1, 10)
    driver.qtbot.mousePress(header.viewport(), Qt.MouseButton.LeftButton, pos=border)
    driver.qtbot.mouseMove(header.viewport(), border + QPoint(20, 0))
    driver.qtbot.mouseMove(header.viewport(), border + QPoint(40, 0))
    driver.qtbot.mouseRelease(
        header.viewport(), Qt.MouseButton.LeftButton, pos=border + QPoint(40, 0)
    )
    assert header.sectionSize(0) == 290
    assert scrolled.viewmodel.sort == ()


def test_a_frozen_column_can_be_dragged_behind_the_other(driver, scrolled):
    press_header(driver, 0, to=1)
    assert seen(scrolled)[:2] == ["name", "id"]
    assert scrolled.viewmodel.sort == ()


def test_nothing_is_frozen_where_there_is_no_room_for_the_rest(driver, scrolled):
    for column in (0, 1):
        scrolled.table.column_header.resizeSection(column, 700)
    assert scrolled.table.column_header.frozen_width == 0


# --- keys and tips ---------------------------------------------------------------------------


def test_a_foreign_key_leads_to_its_row(driver, shop):
    orders = driver.open_rows(shop, "orders")
    driver.qtbot.mouseClick(
        orders.table.viewport(), Qt.MouseButton.LeftButton, CONTROL, driver.point(6, 1)
    )
    driver.wait(lambda: driver.grid.viewmodel.table_name == "customers")
    driver.wait(lambda: driver.grid.table.current_row == 6)
    driver.window.tabs.show_page(orders)
    driver.go(4, 1)
    driver.act("follow_key")
    driver.wait(lambda: driver.grid.viewmodel.table_name == "customers")
    driver.wait(lambda: driver.grid.table.current_row == 4)
    driver.window.tabs.show_page(orders)
    driver.go(4, 2)
    assert not driver.window.controls.actions["follow_key"].isEnabled()


def test_a_key_of_no_row_says_so(driver, tmp_path):
    path = tmp_path / "loose.db"
    file = sqlite3.connect(path)
    with file:
        file.execute("CREATE TABLE a (code TEXT UNIQUE, x)")
        file.execute("CREATE TABLE b (ref TEXT REFERENCES a (code))")
        file.execute("INSERT INTO a VALUES ('one', 1), ('two', 2)")
        file.execute("INSERT INTO b VALUES ('two'), ('nine'), (NULL)")
    file.close()
    grid = driver.open_rows(path, "b")
    driver.go(0, 0)
    driver.act("follow_key")
    driver.wait(lambda: driver.grid.viewmodel.table_name == "a")
    driver.wait(lambda: driver.grid.table.current_row == 1)
    driver.window.tabs.show_page(grid)
    driver.go(1, 0)
    driver.act("follow_key")
    driver.wait(lambda: "has no row with" in grid.banner.label.text())
    assert driver.grid is grid
    driver.go(2, 0)
    assert not grid.can_follow_key


def test_choices_of_display_hold_for_all_tables_and_are_remembered(qtbot, tmp_path, shop):
    file = sqlite3.connect(shop)
    with file:
        file.execute("UPDATE customers SET age = 1234567 WHERE id = 1")
        file.execute("UPDATE orders SET total = 9999.5 WHERE id = 1")
    file.close()
    settings = tmp_path / "settings.ini"
    first = Driver(qtbot, settings)
    first.open_rows(shop, "customers")
    first.act("grouped_numbers")
    assert first.text(0, 2) == "1,234,567"
    first.go(0, 2)
    first.act("copy")
    first.wait(lambda: first.clipboard() == "1234567")
    first.close()
    second = Driver(qtbot, settings)
    try:
        second.open_rows(shop, "orders")
        assert second.text(0, 2) == "9,999.5"
        assert second.window.controls.actions["grouped_numbers"].isChecked()
    finally:
        second.close()


def test_the_filter_row_stays_with_frozen_columns(driver, scrolled):
    driver.act("filter_column")
    driver.wait(lambda: scrolled.findChildren(FilterRow))
    (row,) = scrolled.findChildren(FilterRow)
    assert row.field(1).left() == 252
    driver.qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=row.field(1).center())
    assert row.editor.geometry() == row.field(1)
    driver.qtbot.keyClicks(row.editor, "Customer 77")
    driver.qtbot.keyClick(row.editor, Qt.Key.Key_Return)
    driver.wait(lambda: scrolled.viewmodel.row_count in {11, 1})
    assert driver.text(0, 1) == "Customer 77"
