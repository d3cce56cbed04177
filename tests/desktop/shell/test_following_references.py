"""Foreign keys are followed to their rows, and the way back leads to where one was."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from pytuck_desktop.workspace.visited import Stop, Visited
from tests.desktop.references import make_references

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def file(tmp_path):
    return make_references(tmp_path / "people.sqlite")


def column(driver, name):
    return driver.grid.viewmodel.column_names.index(name)


def is_at(driver, table, row, name=None):
    grid = driver.grid
    at = grid.table.currentIndex().column()
    return (
        grid.viewmodel.table_name == table
        and grid.table.current_row == row
        and (name is None or (at >= 0 and grid.viewmodel.column_names[at] == name))
    )


def open_at(driver, file, table, row, name):
    driver.open_rows(file, table)
    driver.go(row, column(driver, name))
    driver.loaded()


def press(driver, button):
    """Press a button at the side of the mouse over the rows."""
    viewport = driver.grid.table.viewport()
    at = QPointF(viewport.rect().center())
    for kind in (QMouseEvent.Type.MouseButtonPress, QMouseEvent.Type.MouseButtonRelease):
        no = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(
            viewport, QMouseEvent(kind, at, viewport.mapToGlobal(at), button, button, no)
        )


def test_f12_goes_to_the_referenced_row_and_alt_left_comes_back_to_the_cell(driver, file):
    open_at(driver, file, "people", 1234, "city_id")
    driver.key(Qt.Key.Key_F12)
    city = 1235 % 50 + 1
    driver.wait(lambda: is_at(driver, "cities", city - 1, "id"))
    driver.key(Qt.Key.Key_Left, ALT)
    driver.wait(lambda: is_at(driver, "people", 1234, "city_id"))
    assert driver.grid.table.hasFocus()
    driver.key(Qt.Key.Key_Right, ALT)
    driver.wait(lambda: is_at(driver, "cities", city - 1, "id"))


def test_a_key_to_its_own_table_is_followed_there(driver, file):
    open_at(driver, file, "people", 900, "boss_id")
    driver.act("follow_key")
    driver.wait(lambda: is_at(driver, "people", 0, "id"))
    driver.act("go_back")
    driver.wait(lambda: is_at(driver, "people", 900, "boss_id"))


@pytest.mark.parametrize("name", ["house", "number"])
def test_a_key_of_two_columns_is_followed_from_either(driver, file, name):
    open_at(driver, file, "bookings", 6, name)  # the 7th: B8
    driver.act("follow_key")
    driver.wait(lambda: is_at(driver, "rooms", 17))
    assert [driver.text(17, at) for at in range(2)] == ["B", "8"]


def test_there_is_nothing_to_follow_from_null_and_from_other_columns(driver, file):
    open_at(driver, file, "people", 5, "city_id")
    assert driver.text(5, column(driver, "city_id")) == "NULL"
    follow = driver.window.controls.actions["follow_key"]
    assert not follow.isEnabled()
    driver.go(5, column(driver, "boss_id"))
    assert follow.isEnabled()
    driver.go(5, column(driver, "name"))
    assert not follow.isEnabled()
    driver.window.navigation.open_table(driver.document, "bookings", keep=True)
    driver.loaded()
    driver.go(2, column(driver, "house"))  # number is NULL there
    assert not follow.isEnabled()


def test_a_reference_into_nothing_is_said_and_one_stays(driver, file):
    open_at(driver, file, "people", 4, "city_id")
    driver.act("follow_key")
    driver.wait(lambda: driver.grid.banner.isVisible())
    expected = "The reference leads nowhere: cities has no row with id = 999."
    assert driver.grid.banner.label.text() == expected
    assert is_at(driver, "people", 4, "city_id")
    open_at(driver, file, "orphans", 0, "ghost")
    driver.act("follow_key")
    driver.wait(lambda: driver.grid.banner.isVisible())
    assert driver.grid.banner.label.text() == "There is no table ghosts in the file."


def test_a_staged_row_is_found_and_a_staged_value_followed(driver, file):
    open_at(driver, file, "cities", 0, "id")
    driver.document.edits.insert_row("cities", {"id": 77, "name": "Nowhere yet"})
    open_at(driver, file, "people", 3, "city_id")
    driver.edit(3, column(driver, "city_id"), "77")
    driver.go(3, column(driver, "city_id"))
    driver.act("follow_key")
    driver.wait(lambda: is_at(driver, "cities", 50, "id"))
    assert driver.text(50, 1) == "Nowhere yet"


def test_a_filter_that_hides_the_row_is_taken_away_and_comes_back(driver, file):
    open_at(driver, file, "cities", 0, "name")
    filtering = driver.window.controls.filtering
    made = filtering.current
    made.model.set_wanted(made.model.wanted.with_text("name", "City 33"))
    driver.wait(lambda: driver.grid.viewmodel.row_count == 1)
    open_at(driver, file, "people", 9, "city_id")  # the 10th person: city 11
    driver.act("follow_key")
    driver.wait(lambda: is_at(driver, "cities", 10, "id"))
    assert filtering.current.model.wanted.is_empty
    driver.act("go_back")
    driver.wait(lambda: driver.grid.viewmodel.row_count == 1)
    assert filtering.current.model.wanted.typed == {"name": "City 33"}
    driver.act("go_back")
    driver.wait(lambda: is_at(driver, "people", 9, "city_id"))


def test_back_brings_sort_and_filter_of_a_tab_that_was_only_a_look(driver, file):
    driver.open_rows(file, "cities")
    navigation = driver.window.navigation
    navigation.open_table(driver.document, "people", keep=False)
    driver.loaded()
    driver.grid.viewmodel.set_sort([(1, True)])
    made = driver.window.controls.filtering.current
    made.model.set_wanted(made.model.wanted.with_text("name", "Person 19"))
    driver.wait(lambda: driver.grid.viewmodel.row_count < 200 and driver.grid.has_first_rows)
    driver.loaded()
    driver.go(2, column(driver, "boss_id"))
    name = driver.text(2, 1)
    navigation.open_table(driver.document, "rooms", keep=False)
    driver.loaded()
    assert driver.window.tabs.grid_of(driver.document, "people") is None
    press(driver, Qt.MouseButton.BackButton)
    driver.wait(lambda: is_at(driver, "people", 2, "boss_id"))
    assert driver.text(2, 1) == name
    assert driver.grid.viewmodel.sort == ((1, True),)
    assert driver.window.controls.filtering.current.model.wanted.typed == {"name": "Person 19"}
    press(driver, Qt.MouseButton.ForwardButton)
    driver.wait(lambda: driver.grid.viewmodel.table_name == "rooms")


def test_changing_tabs_is_a_step_too_and_a_closed_file_is_forgotten(driver, file, shop):
    driver.open_rows(file, "people")
    driver.go(3, 1)
    driver.open_rows(shop, "orders")
    driver.act("next_tab")
    actions = driver.window.controls.actions
    assert actions["go_back"].isEnabled()
    driver.act("go_back")
    driver.wait(lambda: driver.grid.viewmodel.table_name == "orders")
    document = next(d for d in driver.window.navigation.documents if d.path == str(file))
    driver.window.navigation.close_document(document)
    driver.wait(lambda: len(driver.window.navigation.documents) == 1)
    while actions["go_back"].isEnabled():
        driver.act("go_back")
        assert driver.grid.viewmodel.document.path == str(shop)


def test_places_behind_and_ahead():
    visited = Visited()
    a, b, c = (Stop("file", name, None) for name in "abc")
    assert visited.back(a) is None
    visited.leave(a)
    visited.leave(a)
    visited.leave(b)
    assert visited.back(c) == b
    assert visited.back(b) == a
    assert not visited.can_go_back
    assert visited.forward(a) == b
    visited.leave(b)
    assert not visited.can_go_forward
    assert visited.back(c) == b
    visited.forget("file")
    assert not visited.can_go_back
    assert not visited.can_go_forward
