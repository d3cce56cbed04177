"""Ctrl+F: a text found in all rows, whatever is loaded, sorted, filtered or staged."""

from __future__ import annotations

import sqlite3

import pytest
from PySide6.QtCore import Qt

from pytuck import Column, Storage
from pytuck_desktop.workspace.finding import Cell

ID, NAME, AGE, NOTE = range(4)


@pytest.fixture
def grid(driver, shop):
    grid = driver.open_rows(shop, "customers")
    driver.wait(lambda: grid.viewmodel.count_is_exact)
    return grid


def search(driver):
    return driver.window.controls.finding.current


def find(driver, text):
    """Open the bar, type, and wait until every row was looked at."""
    driver.act("find")
    field = search(driver).bar.field
    field.selectAll()
    if text.isascii():
        driver.qtbot.keyClicks(field, text)
    else:
        field.setText(text)
        field.textEdited.emit(text)
    finished(driver)


def finished(driver):
    model = search(driver).model
    driver.wait(lambda: model.finder.needle == model.needle and not model.finder.is_running)
    driver.loaded()


def said(driver):
    return search(driver).bar.count.text()


def current(driver):
    return driver.grid.table.current_row, driver.grid.table.currentIndex().column()


def test_a_match_far_away_is_found_counted_and_shown(driver, grid):
    find(driver, "mer 99")
    assert said(driver) == "1 of 11"
    assert current(driver) == (98, NAME)
    field = search(driver).bar.field
    driver.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert current(driver) == (989, NAME)
    driver.loaded()
    assert driver.text(989, NAME) == "Customer 990"
    driver.act("find_next")
    assert current(driver) == (990, NAME)
    assert said(driver) == "3 of 11"
    driver.act("find_previous")
    driver.act("find_previous")
    driver.act("find_previous")
    assert current(driver) == (998, NAME)
    driver.act("find_next")
    assert current(driver) == (98, NAME)


def test_matches_glow_and_the_current_one_most(driver, grid):
    find(driver, "Customer 7")
    assert grid.viewmodel.flash(6, NAME) == 1.0
    assert 0 < grid.viewmodel.flash(69, NAME) < 1.0
    assert grid.viewmodel.flash(7, NAME) == 0.0
    driver.qtbot.keyClick(search(driver).bar.field, Qt.Key.Key_Escape)
    assert grid.viewmodel.flash(6, NAME) == 0.0
    assert not search(driver).bar.isVisible()
    assert grid.table.hasFocus() or not driver.window.isActiveWindow()


def test_the_search_begins_where_the_user_is(driver, grid):
    driver.go(500, NAME)
    find(driver, "customer 1")
    assert current(driver) == (999, NAME)
    assert said(driver) == "112 of 112"
    driver.act("find_next")
    assert current(driver) == (0, NAME)
    assert said(driver) == "1 of 112"


def test_case_and_patterns(driver, grid):
    find(driver, "customer 12")
    assert said(driver).endswith("of 11")
    bar = search(driver).bar
    driver.qtbot.mouseClick(bar.case, Qt.MouseButton.LeftButton)
    finished(driver)
    assert said(driver) == "No matches"
    driver.qtbot.mouseClick(bar.case, Qt.MouseButton.LeftButton)
    driver.qtbot.mouseClick(bar.pattern, Qt.MouseButton.LeftButton)
    find(driver, "^customer 1.$")
    assert said(driver).endswith("of 10")
    find(driver, "(")
    assert said(driver).startswith("This is no regular expression")


def test_what_is_sorted_and_filtered_is_what_is_searched(driver, grid):
    grid.viewmodel.set_sort([(ID, True)])
    driver.loaded()
    find(driver, "Customer 5")
    assert current(driver) == (401, NAME)
    assert driver.text(401, NAME) == "Customer 599"
    driver.window.controls.filtering.current.model.type_text("id", "<=50")
    driver.window.controls.filtering.current.model.apply()
    driver.wait(lambda: grid.viewmodel.row_count == 50)
    finished(driver)
    assert len(search(driver).model.finder.found) == 2


def test_staged_values_are_found_in_place_of_the_stored_ones(driver, grid):
    driver.edit(4, NAME, "Zebra")
    driver.act("add_row")
    driver.qtbot.keyClicks(driver.editor, "zebra crossing")
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.editor is None)
    find(driver, "zebra")
    assert said(driver).endswith("of 2")
    assert current(driver) == (1000, NAME)
    driver.act("find_next")
    assert current(driver) == (4, NAME)
    find(driver, "Customer 5")
    assert Cell(4, NAME) not in search(driver).model.finder.found
    for _ in range(3):
        driver.act("undo")
    driver.wait(lambda: Cell(4, NAME) in search(driver).model.finder.found)


def test_numbers_and_text_of_every_script_are_found(driver, tmp_path):
    path = tmp_path / "words.pytuck"
    with Storage(path) as storage:
        storage.create_table(
            "words",
            [
                Column(int, name="id", primary_key=True),
                Column(str, name="w"),
                Column(float, name="f"),
                Column(bytes, name="b"),
            ],
        )
        storage.bulk_insert(
            "words",
            [
                {"w": "图书馆", "f": 1.25, "b": b"abc"},
                {"w": "ÄRGER 100%", "f": 2.5, "b": None},
                {"w": "x" * 5000 + "needle", "f": None, "b": b"needle"},
            ],
        )
    driver.open_rows(path)
    for text, cells in (
        ("书", [(0, 1)]),
        ("ärger", [(1, 1)]),
        ("100%", [(1, 1)]),
        ("NEEDLE", [(2, 1)]),
        (".25", [(0, 2)]),
        ("_", []),
    ):
        find(driver, text)
        found = search(driver).model.finder.found
        every = [Cell(row, at) for row in range(3) for at in range(4)]
        assert [cell for cell in every if cell in found] == cells


def test_a_large_table_is_searched_while_it_can_be_scrolled(driver, tmp_path):
    path = tmp_path / "large.pytuck"
    with Storage(path, durability="off") as storage:
        storage.create_table(
            "numbers", [Column(int, name="id", primary_key=True), Column(str, name="t")]
        )
    file = sqlite3.connect(path)
    with file:
        file.execute(
            "INSERT INTO numbers WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
            "WHERE i < 300000) SELECT i, 'row ' || i FROM n"
        )
    file.close()
    grid = driver.open_rows(path)
    driver.wait(lambda: grid.viewmodel.count_is_exact)
    driver.act("find")
    model = search(driver).model
    driver.qtbot.keyClicks(search(driver).bar.field, "ROW 299999")
    driver.wait(lambda: model.finder.is_running)
    grid.last_row()
    driver.loaded()
    finished(driver)
    driver.wait(lambda: current(driver) == (299_998, 1))
    find(driver, "row")
    driver.wait(lambda: len(model.finder.found) == 300_000)


def test_a_new_search_and_a_closed_bar_end_the_old_one(driver, grid):
    driver.act("find")
    bar, model = search(driver).bar, search(driver).model
    for text in ("c", "cu", "customer 31"):
        model.look_for(model.needle._replace(text=text))
        model.step(1)
    finished(driver)
    assert said(driver).endswith("of 11")
    model.look_for(model.needle._replace(text="c"))
    model.step(1)
    bar.closed.emit()
    assert not model.finder.is_running
    driver.loaded()
    assert not model.finder.found


def test_words_are_not_in_numbers(driver, shop):
    driver.open_rows(shop, "orders")
    find(driver, "zebra")
    assert said(driver) == "No matches"
    find(driver, "2.5")
    assert said(driver) == "1 of 1"
    assert current(driver) == (9, 2)
