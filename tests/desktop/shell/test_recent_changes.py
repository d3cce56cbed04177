"""Every commit to the open file lands in a panel, whoever made it, and the rows can be held."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from pytuck import Column, Storage
from pytuck_desktop.features.recent_changes.view import RecentChanges

OTHER = """
import sys
from pytuck import Storage
with Storage(sys.argv[1]) as storage:
    storage.changes.label = "night import"
    storage.update("items", 3, {"price": 333})
"""


def make(path: Path, key: type = int) -> Path:
    with Storage(path) as storage:
        storage.create_table(
            "items",
            [
                Column(key, name="id", primary_key=True),
                Column(int, name="price"),
            ],
        )
        storage.bulk_insert("items", [{"id": key(n), "price": n} for n in range(5000)])
        storage.create_table("others", [Column(int, name="id", primary_key=True)])
    return path


@pytest.fixture
def file(tmp_path) -> Path:
    return make(tmp_path / "shop.pytuck")


def open_panel(driver) -> RecentChanges:
    driver.act("recent_changes")
    panel = driver.window.controls.panels.panel("recent_changes")
    assert isinstance(panel, RecentChanges)
    return panel


def texts(panel) -> list[tuple[str, str, str]]:
    """What each line says but for the time."""
    all_texts = map(panel.model.texts, panel.model.lines)
    return [(table, done, author) for table, _, done, author in all_texts]


def run_program(code: str, path: Path) -> None:
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)


def share(path: Path) -> None:
    """Have the file keep its log of changes."""
    with Storage(path) as storage:
        storage.changes.subscribe(print).close()


def test_own_saves_and_those_of_others_are_listed_with_their_rows(driver, file):
    share(file)
    driver.open_rows(file, "items")
    panel = open_panel(driver)
    assert panel.hint.text() == "Nothing was changed since the file was opened."
    driver.wait(lambda: driver.text(0, 1) == "0")
    run_program(OTHER, file)
    driver.wait(lambda: panel.model.lines)
    ((table, done, author),) = texts(panel)
    assert (table, done) == ("items", "1 changed")
    assert author.startswith("night import (")
    driver.edit(0, 1, "77")
    driver.save()
    driver.wait(lambda: len(panel.model.lines) == 2)
    assert texts(panel)[0] == ("items", "1 changed", "This window")


@pytest.mark.parametrize("key", [int, str])
def test_a_line_leads_to_its_rows_wherever_they_stand(driver, tmp_path, key):
    file = make(tmp_path / "keys.pytuck", key)
    driver.open_rows(file, "items")
    panel = open_panel(driver)
    driver.go(4321, 1)
    driver.loaded()
    driver.edit(4321, 1, "77")
    driver.save()
    driver.wait(lambda: panel.model.lines)
    driver.window.navigation.open_table(driver.document, "others", keep=True)
    driver.loaded()
    panel.list.setCurrentIndex(panel.model.index(0, 0))
    driver.qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    driver.wait(lambda: driver.grid.viewmodel.table_name == "items")
    driver.wait(lambda: driver.grid.table.current_row == 4321)


def test_plain_sqlite_is_told_as_such_and_the_file_can_keep_a_log(driver, file):
    driver.open_rows(file, "items")
    panel = open_panel(driver)
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("UPDATE items SET price = 9 WHERE id = 1")
    driver.wait(lambda: panel.model.lines)
    assert texts(panel)[0] == ("The whole file", "It is not known what", "Another program")
    assert panel.share.isVisible()
    driver.qtbot.mouseClick(panel.share, Qt.MouseButton.LeftButton)
    run_program(OTHER, file)
    driver.wait(lambda: any(author.startswith("night") for _, _, author in texts(panel)))
    assert ("items", "1 changed") in {(table, done) for table, done, _ in texts(panel)}


def test_opening_a_file_and_its_panel_writes_nothing(driver, file):
    before = file.read_bytes()
    driver.open_rows(file, "items")
    open_panel(driver)
    driver.qtbot.wait(600)
    assert file.read_bytes() == before


def test_paused_rows_stay_until_it_goes_on(driver, file):
    driver.open_rows(file, "items")
    panel = open_panel(driver)
    driver.qtbot.mouseClick(panel.pause, Qt.MouseButton.LeftButton)
    assert driver.window.controls.status.paused.isVisible()
    run_program(OTHER, file)
    driver.wait(lambda: panel.model.lines)
    driver.qtbot.wait(600)
    assert driver.text(3, 1) == "3"
    driver.qtbot.mouseClick(panel.pause, Qt.MouseButton.LeftButton)
    driver.wait(lambda: driver.text(3, 1) == "333")
    assert not driver.window.controls.status.paused.isVisible()


def test_the_place_and_staged_edits_stay(driver, file):
    driver.open_rows(file, "items")
    open_panel(driver)
    driver.go(2000, 1)
    driver.loaded()
    driver.edit(2000, 1, "5")
    driver.go(2000, 1)
    run_program(OTHER.replace("update", "delete").replace(', {"price": 333}', ""), file)
    driver.wait(lambda: driver.grid.viewmodel.stored_count == 4999)
    driver.loaded()
    assert driver.document.edits.count == 1
    assert driver.grid.table.current_row in {1999, 2000}


def test_the_list_keeps_the_rules_of_models_and_can_be_cleared(driver, file):
    driver.open_rows(file, "items")
    panel = open_panel(driver)
    tester = QAbstractItemModelTester(
        panel.model, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    for price in ("1", "2"):
        driver.edit(0, 1, price + "00")
        driver.save()
    driver.wait(lambda: len(panel.model.lines) == 2)
    driver.qtbot.mouseClick(panel.forget, Qt.MouseButton.LeftButton)
    assert not panel.model.lines
    assert tester.model() is panel.model
