"""Scrolling through more rows than Qt can count pixels, and than 32 bits can count."""

from __future__ import annotations

import itertools
import random
import resource

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from pytuck_desktop.features.grid.model import WINDOW_ROWS
from pytuck_desktop.workspace.pages import MAX_BYTES
from tests.desktop.virtual_table import VirtualTable, square

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture(params=[10**9, 7 * 10**9 + 3], ids=["a billion", "beyond 32 bits"])
def grid(request, driver, tmp_path):
    driver.table = VirtualTable(request.param)
    driver.application._first_worker = driver.table
    return driver.open_rows(tmp_path / "virtual")


def rows_are_right(driver):
    """Check what all visible rows show, in their cells and at their left."""
    driver.loaded()
    table = driver.grid.table
    model = table.grid_model
    for line in range(table.rowAt(1), table.rowAt(1) + table.visible_rows):
        row = model.first + line
        if row < driver.table.rows:
            assert [driver.text(row, at) for at in (0, 1)] == [str(row + 1), str(square(row + 1))]
            assert model.headerData(line, Qt.Orientation.Vertical) == str(row + 1)
    return table.top_row


def turn_wheel(driver, notches):
    viewport = driver.grid.table.viewport()
    at = QPointF(viewport.rect().center())
    event = QWheelEvent(
        at,
        viewport.mapToGlobal(at),
        QPoint(),
        QPoint(0, -120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def test_the_keys_reach_both_ends(driver, grid):
    driver.key(Qt.Key.Key_End, CONTROL)
    top = rows_are_right(driver)
    assert grid.table.current_row == driver.table.rows - 1
    assert top + grid.table.visible_rows == driver.table.rows
    driver.key(Qt.Key.Key_Up)
    driver.key(Qt.Key.Key_PageUp)
    assert rows_are_right(driver) < top
    driver.key(Qt.Key.Key_Home, CONTROL)
    assert rows_are_right(driver) == 0


def test_the_scroll_bar_reaches_every_part(driver, grid):
    assert grid.bar.maximum() < 2**31
    for share in (0.5, 0.999, 0.25, 1.0, 0.0):
        grid.bar.setValue(int(grid.bar.maximum() * share))
        top = rows_are_right(driver)
        wanted = share * (driver.table.rows - grid.table.visible_rows)
        assert abs(top - wanted) <= driver.table.rows / grid.bar.maximum() + 1
        assert abs(grid.bar.value() - grid.bar.maximum() * share) <= 2


def test_the_wheel_and_page_down_go_on_over_the_edge_of_qts_window(driver, grid):
    grid.table.scroll_to_top(driver.table.rows // 2)
    edge = grid.table.grid_model.first + WINDOW_ROWS
    grid.table.scroll_to_top(edge - 1100)
    tops = [rows_are_right(driver)]
    driver.go(tops[0], 0)
    for _ in range(15):
        turn_wheel(driver, 10)
        tops.append(rows_are_right(driver))
    steps = {later - earlier for earlier, later in itertools.pairwise(tops)}
    assert len(steps) == 1
    assert steps.pop() > 0
    driver.go(tops[-1], 0)
    for _ in range(50):
        before = grid.table.current_row
        driver.key(Qt.Key.Key_PageDown)
        assert 0 < grid.table.current_row - before <= grid.table.visible_rows
    assert rows_are_right(driver) > edge


def test_the_selection_spans_all_rows_and_nothing_runs_over_them(driver, grid):
    driver.key(Qt.Key.Key_End, CONTROL | SHIFT)
    driver.loaded()
    assert grid.selected_row_count == driver.table.rows
    assert grid.summary.cells == driver.table.rows
    for name in ("copy", "fill_down", "set_null", "delete_rows", "duplicate_rows"):
        driver.act(name)
    assert driver.document.edits.count == 0
    assert grid.banner.isVisible()


def test_new_rows_stand_behind_the_last_one(driver, grid):
    driver.act("add_row")
    driver.wait(lambda: driver.editor is not None)
    assert grid.table.current_row == driver.table.rows
    driver.qtbot.keyClicks(driver.editor, "5")
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.document.edits.count == 1)
    while driver.document.edits.can_undo:
        driver.act("undo")
    assert grid.viewmodel.row_count == driver.table.rows


def test_memory_stays_where_it_is_when_everything_is_scrolled_through(driver, grid):
    chance = random.Random(7)
    QAbstractItemModelTester(
        grid.table.grid_model, QAbstractItemModelTester.FailureReportingMode.QtTest
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(150):
        grid.bar.setValue(chance.randrange(grid.bar.maximum()))
        rows_are_right(driver)
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert driver.table.rows_sent > 150 * 256
    assert grown_kb * 1024 < 1.6 * MAX_BYTES
    assert grid.viewmodel._rows._pages.size_bytes <= MAX_BYTES
