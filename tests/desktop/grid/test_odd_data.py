"""Data that other programs have left: not of their column's type, not in UTF-8, oddly named."""

from __future__ import annotations

import sqlite3

import pytest

from pytuck_desktop.features.grid.cell_tips import cell_tip, column_tip
from pytuck_desktop.features.grid.display import Look

BAD_TEXT = "x'4dfc6c6c6572'"  # Müller in Latin-1


@pytest.fixture
def odd(tmp_path):
    path = tmp_path / "odd.db"
    file = sqlite3.connect(path)
    with file:
        file.execute(
            'CREATE TABLE odd (id INTEGER PRIMARY KEY, "select" TEXT, "" INTEGER, born DATE, '
            '"a""b" BLOB, "مرحبا 😀" TEXT)'
        )
        file.execute(
            f"INSERT INTO odd VALUES (1, CAST({BAD_TEXT} AS TEXT), 'many', 12.5, x'00ff', '😀 שלום')"
        )
        file.execute("INSERT INTO odd VALUES (2, 'fine', 7, '2026-03-31', NULL, '<b>bold</b>')")
        file.executemany(
            "INSERT INTO odd (id, [select]) VALUES (?, ?)", [(n, f"row {n}") for n in range(3, 700)]
        )
        file.execute(f"UPDATE odd SET [select] = CAST({BAD_TEXT} || 'x' AS TEXT) WHERE id = 600")
        file.execute("CREATE VIEW seen AS SELECT [select] AS name, id FROM odd")
    file.close()
    return path


def look(driver, row, column):
    return driver.grid.viewmodel.displayed(row)[column][1]


def test_one_unreadable_text_does_not_hide_the_rest(driver, odd):
    grid = driver.open_rows(odd, "odd")
    assert driver.text(0, 1) == "M�ller"
    assert look(driver, 0, 1) is Look.INVALID
    assert driver.text(0, 5) == "😀 שלום"
    assert grid.viewmodel.stored(0, 4) == b"\x00\xff"
    assert driver.text(1, 1) == "fine"
    assert look(driver, 1, 1) is Look.TEXT
    assert "UTF-8" in cell_tip(grid.viewmodel, 0, 1, is_cut=False)
    driver.go(599, 1)
    driver.loaded()
    assert driver.text(599, 1) == "M�llerx"


def test_unreadable_texts_are_shown_sorted_and_in_views(driver, odd):
    grid = driver.open_rows(odd, "odd")
    grid.viewmodel.set_sort([(0, True)])
    driver.wait(lambda: grid.viewmodel.sort and grid.viewmodel.is_order_ready)
    driver.go(698, 1)
    driver.loaded()
    assert driver.text(698, 1) == "M�ller"
    assert driver.text(696, 1) == "row 3"
    driver.open_rows(odd, "seen")
    assert [driver.text(row, 0) for row in range(3)] == ["M�ller", "fine", "row 3"]


def test_an_unreadable_text_is_not_edited_but_can_be_replaced(driver, odd):
    grid = driver.open_rows(odd, "odd")
    driver.go(0, 1)
    driver.act("edit_cell")
    driver.wait(lambda: grid._banner)
    assert "UTF-8" in grid.banner.label.text()
    assert driver.editor is None
    driver.edit(0, 5, "new")  # the row can be changed all the same
    driver.save()
    file = sqlite3.connect(odd)
    assert file.execute('SELECT CAST("select" AS BLOB) FROM odd WHERE id = 1').fetchone() == (
        bytes.fromhex("4dfc6c6c6572"),
    )
    driver.go(0, 1)
    driver.act("set_null")
    driver.save()
    assert file.execute('SELECT "select" FROM odd WHERE id = 1').fetchone() == (None,)
    driver.go(599, 0)
    driver.loaded()
    driver.act("delete_rows")
    driver.save()
    assert file.execute("SELECT count(*) FROM odd").fetchone() == (698,)
    file.close()


def test_values_of_another_type_are_shown_as_they_are_and_marked(driver, odd):
    grid = driver.open_rows(odd, "odd")
    assert [driver.text(0, at) for at in (2, 3)] == ["many", "12.5"]
    assert look(driver, 0, 2) is look(driver, 0, 3) is Look.INVALID
    assert "text" in cell_tip(grid.viewmodel, 0, 2, is_cut=False)
    assert "a number" in cell_tip(grid.viewmodel, 0, 3, is_cut=False)
    assert cell_tip(grid.viewmodel, 1, 2, is_cut=False) == ""


def test_columns_of_any_name_are_edited_and_saved(driver, odd):
    driver.open_rows(odd, "odd")
    driver.edit(1, 1, "keyword")
    driver.edit(1, 2, "8")
    driver.edit(1, 5, "سلام 😀")
    driver.save()
    file = sqlite3.connect(odd)
    row = file.execute('SELECT "select", "", "مرحبا 😀" FROM odd WHERE id = 2').fetchone()
    file.close()
    assert row == ("keyword", 8, "سلام 😀")


def test_tips_are_plain_text_and_bounded(driver, odd):
    file = sqlite3.connect(odd)
    with file:
        file.execute("UPDATE odd SET [select] = ? WHERE id = 2", ("line\n" * 500,))
    file.close()
    grid = driver.open_rows(odd, "odd")
    driver.wait(lambda: driver.text(1, 1).startswith("line⏎"))
    tip = cell_tip(grid.viewmodel, 1, 1, is_cut=True)
    assert tip.count("\n") <= 21
    assert "in all" in tip
    assert cell_tip(grid.viewmodel, 1, 5, is_cut=True) == "<b>bold</b>"  # escaped where shown
    assert column_tip(grid.viewmodel, 2) == "INTEGER"
