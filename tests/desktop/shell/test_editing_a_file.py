"""From opening a file to finding the edit in it again."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QComboBox, QPlainTextEdit

from pytuck import Column, Storage
from pytuck_desktop.features.grid.state import CellRange, Mark
from pytuck_desktop.shell.prompts import Unsaved
from tests.desktop.driver import Driver

ID, NAME, AGE, NOTE = range(4)


def _stored(path, sql):
    """Read in another process: what the screen says must be in the file."""
    code = (
        "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), sql], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _commit(path, *statements):
    """Commit from another process."""
    code = (
        "import sqlite3, sys\n"
        "with sqlite3.connect(sys.argv[1]) as file:\n"
        "    for sql in sys.argv[2:]: file.execute(sql)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(path), *statements], check=True)


def test_edit_save_and_find_it_again(driver, shop, qtbot, tmp_path):
    driver.open_rows(shop, "customers")
    driver.edit(1, NAME, "Ann 安")
    assert driver.text(1, NAME) == "Ann 安"
    assert driver.grid.viewmodel.paint_row(1).mark is Mark.CHANGED
    driver.save()
    assert _stored(shop, "select name from customers where id = 2") == "[('Ann 安',)]"
    driver.close()
    again = Driver(qtbot, tmp_path / "settings.ini")
    again.open_rows(shop, "customers")
    assert again.text(1, NAME) == "Ann 安"
    again.close()


def test_nothing_but_the_edited_cell_is_changed(driver, shop):
    before = _stored(shop, "select * from customers where id <> 3")
    driver.open_rows(shop, "customers")
    driver.edit(2, AGE, "41")
    driver.save()
    assert _stored(shop, "select * from customers where id <> 3") == before
    assert _stored(shop, "select age, typeof(age) from customers where id = 3") == (
        "[(41, 'integer')]"
    )


def test_looking_changes_nothing_in_the_file(driver, shop):
    before = shop.read_bytes()
    driver.open_rows(shop, "customers")
    driver.grid.last_row()
    driver.loaded()
    driver.close()
    assert shop.read_bytes() == before


def test_undo_and_redo_over_two_tables(driver, shop):
    driver.open_rows(shop, "customers")
    driver.edit(0, NAME, "One")
    driver.window.navigation.open_table(driver.document, "orders", keep=True)
    driver.loaded()
    driver.edit(0, 2, "99.5")
    assert driver.document.edits.count == 2
    driver.act("undo")
    assert driver.text(0, 2) == "0.25"
    driver.act("undo")
    assert driver.document.edits.count == 0
    driver.act("redo")
    driver.act("redo")
    assert driver.text(0, 2) == "99.5"


def test_a_new_row_stands_at_the_end_and_its_first_cell_opens(driver, shop):
    driver.open_rows(shop, "customers")
    driver.wait(lambda: driver.grid.viewmodel.count_is_exact)
    driver.act("add_row")
    assert driver.grid.table.current_row == 1000
    driver.wait(lambda: driver.editor is not None)
    assert driver.grid.table.currentIndex().column() == NAME
    driver.qtbot.keyClicks(driver.editor, "Newcomer")
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.editor is None)
    driver.save()
    driver.wait(lambda: driver.grid.viewmodel.row_count == 1001)
    assert _stored(shop, "select id, name from customers order by id desc limit 1") == (
        "[(1001, 'Newcomer')]"
    )


def test_deleted_rows_are_struck_through_until_saved(driver, shop):
    driver.open_rows(shop, "customers")
    driver.grid.table.select_ranges([CellRange(20, 0, 22, 0)], 20, 0)
    driver.act("delete_rows")
    assert driver.grid.viewmodel.paint_row(21).mark is Mark.DELETED
    assert driver.grid.viewmodel.row_count == 1000
    driver.save()
    driver.wait(lambda: driver.grid.viewmodel.row_count == 997)
    assert _stored(shop, "select count(*) from customers where id in (21, 22, 23)") == "[(0,)]"


def test_set_null_and_empty_text_are_told_apart(driver, shop):
    driver.open_rows(shop, "customers")
    driver.edit(0, NOTE, "x")
    driver.go(0, NOTE)
    driver.act("set_null")
    assert driver.text(0, NOTE) == "NULL"
    driver.edit(1, NOTE, "y")
    driver.edit(1, NOTE, "")
    assert driver.text(1, NOTE) == ""
    driver.save()
    assert _stored(shop, "select note from customers where id < 3") == "[(None,), ('',)]"


def test_opening_an_editor_and_leaving_it_changes_nothing(driver, shop):
    driver.open_rows(shop, "customers")
    driver.go(0, NOTE)
    driver.key(Qt.Key.Key_F2)
    driver.wait(lambda: driver.editor is not None)
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.editor is None)
    assert driver.document.edits.count == 0
    assert driver.text(0, NOTE) == "NULL"


def test_a_refused_text_stays_with_its_reason(driver, shop):
    driver.open_rows(shop, "customers")
    editor = driver.type(0, AGE, "old")
    driver.key(Qt.Key.Key_Return)
    editors = driver.grid.table.editors
    driver.wait(lambda: editors.is_refused(editor))
    assert editor.text() == "old"
    assert "whole number" in editors._reasons[editor].text()
    # A click elsewhere or Save does not lose it either.
    driver.qtbot.mouseClick(
        driver.grid.table.viewport(), Qt.MouseButton.LeftButton, pos=driver.point(5, NAME)
    )
    assert driver.editor is editor
    editor.selectAll()
    driver.qtbot.keyClicks(editor, "7")
    assert not editors.is_refused(editor)
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.editor is None)
    assert driver.text(0, AGE) == "7"


def test_escape_gives_a_refused_text_up(driver, shop):
    driver.open_rows(shop, "customers")
    editor = driver.type(0, AGE, "old")
    driver.key(Qt.Key.Key_Return)
    driver.wait(lambda: driver.grid.table.editors.is_refused(editor))
    driver.key(Qt.Key.Key_Escape)
    driver.wait(lambda: driver.editor is None)
    assert driver.document.edits.count == 0


def test_typing_begins_an_edit(driver, shop):
    driver.open_rows(shop, "customers")
    driver.go(3, NAME)
    driver.qtbot.keyClicks(driver.grid.table, "Q")
    driver.wait(lambda: driver.editor is not None)
    driver.qtbot.keyClicks(driver.editor, "uinn")
    driver.key(Qt.Key.Key_Tab)
    driver.wait(lambda: driver.text(3, NAME) == "Quinn")


def test_a_long_text_is_edited_in_full(driver, tmp_path):
    path = tmp_path / "long.pytuck"
    text = "\n".join(f"Line {n} of a long letter" for n in range(100))
    with Storage(path) as storage:
        columns = [Column(int, name="id", primary_key=True), Column(str, name="letter")]
        storage.create_table("letters", columns)
        storage.bulk_insert("letters", [{"letter": text}])
    driver.open_rows(path)
    assert driver.text(0, 1).endswith("…")
    driver.go(0, 1)
    driver.key(Qt.Key.Key_F2)
    driver.wait(lambda: driver.editor is not None)
    editor = driver.editor
    assert isinstance(editor, QPlainTextEdit)
    assert editor.toPlainText() == text
    editor.moveCursor(editor.textCursor().MoveOperation.End)
    driver.qtbot.keyClicks(editor, "!")
    driver.grid.finish_editing()
    driver.save()
    with Storage(path) as storage:
        source = storage.tables["letters"]
        from pytuck.query import select

        assert storage.execute(select(source.c.letter)).scalar() == text + "!"


def test_booleans_are_chosen(driver, tmp_path):
    path = tmp_path / "flags.pytuck"
    with Storage(path) as storage:
        columns = [Column(int, name="id", primary_key=True), Column(bool, name="on")]
        storage.create_table("flags", columns)
        storage.bulk_insert("flags", [{"on": True}])
    driver.open_rows(path)
    driver.go(0, 1)
    driver.key(Qt.Key.Key_F2)
    driver.wait(lambda: driver.editor is not None)
    assert isinstance(driver.editor, QComboBox)
    driver.editor.setCurrentIndex(driver.editor.findData(0))
    driver.grid.finish_editing()
    assert driver.text(0, 1) == "false"


def test_many_edits_are_discarded_after_asking_and_come_back(driver, shop):
    driver.open_rows(shop, "customers")
    driver.grid.table.select_ranges([CellRange(0, AGE, 5, AGE)], 0, AGE)
    driver.act("set_null")
    driver.answers.discard = False
    driver.act("discard")
    assert driver.answers.asked == [("discard", 6)]
    assert driver.document.edits.count == 6
    driver.answers.discard = True
    driver.act("discard")
    assert driver.document.edits.count == 0
    driver.act("undo")
    assert driver.document.edits.count == 6


def test_a_conflict_names_the_row_and_saves_nothing(driver, shop):
    driver.open_rows(shop, "customers")
    driver.edit(4, NAME, "Mine")
    _commit(shop, "update customers set name = 'Theirs' where id = 5")
    driver.act("save")
    driver.wait(driver.grid.banner.isVisible)
    assert "customers, row 5" in driver.grid.banner.label.text()
    assert driver.document.edits.count == 1
    assert _stored(shop, "select name from customers where id = 5") == "[('Theirs',)]"


def test_a_refusal_of_the_database_names_row_and_column(driver, shop):
    driver.open_rows(shop, "orders")
    driver.edit(3, 1, "123456")
    driver.act("save")
    driver.wait(driver.grid.banner.isVisible)
    assert driver.grid.banner.label.text().startswith("orders, row 4")
    assert driver.document.edits.count == 1


def test_a_foreign_commit_shows_and_nothing_of_the_user_is_lost(driver, shop):
    driver.open_rows(shop, "customers")
    driver.edit(210, AGE, "1")
    driver.grid.table.scroll_to_top(200)
    driver.loaded()
    ranges = [CellRange(203, 1, 206, 2)]
    driver.grid.table.select_ranges(ranges, 203, 1)
    _commit(shop, "update customers set name = 'Changed outside' where id = 206")
    driver.wait(lambda: driver.text(205, NAME) == "Changed outside")
    assert driver.grid.table.top_row == 200
    assert driver.grid.table.selected_ranges() == ranges
    assert driver.text(210, AGE) == "1"
    assert driver.grid.viewmodel.flash(205, NAME) > 0
    assert driver.grid.viewmodel.flash(206, NAME) == 0
    driver.wait(lambda: driver.grid.viewmodel.flash(205, NAME) == 0)


def test_own_edits_and_saves_do_not_flash(driver, shop):
    driver.open_rows(shop, "customers")
    driver.edit(0, NAME, "Mine")
    assert driver.grid.viewmodel.flash(0, NAME) == 0
    driver.save()
    driver.loaded()
    assert driver.grid.viewmodel.flash(0, NAME) == 0


def test_rows_and_columns_added_by_others_appear(driver, shop):
    driver.open_rows(shop, "orders")
    _commit(shop, "insert into orders (customer_id, total) values (1, 5)")
    driver.wait(lambda: driver.grid.viewmodel.row_count == 11)
    _commit(shop, "alter table orders add column remark text")
    driver.wait(lambda: driver.grid.viewmodel.column_names[-1] == "remark")
    driver.loaded()
    assert driver.grid.table.grid_model.columnCount() == 4
    assert driver.text(0, 3) == "NULL"


def test_closing_with_staged_edits_asks(driver, shop):
    driver.open_rows(shop, "customers")
    driver.edit(0, NAME, "Kept?")
    driver.answers.on_unsaved = Unsaved.CANCEL
    driver.window.close()
    assert driver.answers.asked == [("unsaved", 1)]
    assert driver.window.isVisible()
    driver.answers.on_unsaved = Unsaved.SAVE
    driver.window.close()
    driver.wait(lambda: not driver.window.isVisible())
    assert _stored(shop, "select name from customers where id = 1") == "[('Kept?',)]"


def test_the_selection_is_copied_as_a_spreadsheet_takes_it(driver, shop):
    driver.open_rows(shop, "customers")
    driver.grid.table.select_ranges([CellRange(0, ID, 1, AGE)], 0, 0)
    driver.act("copy")
    driver.wait(lambda: driver.clipboard() == "1\tCustomer 1\t1\n2\tCustomer 2\t2")


def test_the_status_bar_adds_the_selection_up(driver, shop):
    driver.open_rows(shop, "customers")
    driver.grid.table.select_ranges([CellRange(0, AGE, 3, AGE)], 0, AGE)
    assert driver.window.controls.status.selection.text() == (
        "Selected: 4 cells in 4 rows   Sum 10 · Average 2.50"
    )


def test_a_sort_click_cycles_and_shift_adds(driver, shop):
    driver.open_rows(shop, "customers")
    header = driver.grid.table.column_header

    def click(column, modifiers=Qt.KeyboardModifier.NoModifier):
        x = header.sectionViewportPosition(column) + header.sectionSize(column) // 2
        place = header.viewport().rect().center()
        place.setX(x)
        driver.qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, modifiers, place)
        driver.loaded()

    click(AGE)
    assert driver.grid.viewmodel.sort == ((AGE, False),)
    driver.wait(lambda: driver.text(0, AGE) == "0")
    click(AGE)
    driver.wait(lambda: driver.text(0, AGE) == "89")
    click(NAME, Qt.KeyboardModifier.ShiftModifier)
    assert driver.grid.viewmodel.sort == ((AGE, True), (NAME, False))
    driver.wait(lambda: driver.text(0, NAME) == "Customer 179")
    click(AGE)
    assert driver.grid.viewmodel.sort == ()


def test_staged_edits_stay_with_their_rows_when_sorted(driver, shop):
    driver.open_rows(shop, "customers")
    driver.edit(0, AGE, "77")
    driver.grid.viewmodel.cycle_sort(AGE, keep=False)
    driver.grid.viewmodel.cycle_sort(AGE, keep=False)
    driver.wait(lambda: driver.grid.viewmodel.sort == ((AGE, True),))
    driver.loaded()
    driver.save()
    assert _stored(shop, "select age from customers where id = 1") == "[(77,)]"


def test_the_model_keeps_the_rules_of_qt(driver, shop):
    grid = driver.open_rows(shop, "customers")
    tester = QAbstractItemModelTester(
        grid.table.grid_model, QAbstractItemModelTester.FailureReportingMode.Warning
    )
    driver.act("add_row")
    driver.key(Qt.Key.Key_Escape)
    driver.act("undo")
    _commit(shop, "delete from customers where id > 500")
    driver.wait(lambda: driver.grid.viewmodel.row_count == 500)
    QAbstractItemModelTester(driver.window.controls.sidebar_model.model)
    _commit(shop, "create table extra (x)")
    driver.wait(lambda: len(driver.document.tables) == 3)
    assert tester is not None


def test_a_plain_sqlite_file_is_edited_too(driver, tmp_path):
    path = tmp_path / "plain.db"
    with sqlite3.connect(path) as file:
        file.execute("create table pairs (k text primary key, v) without rowid")
        file.execute("insert into pairs values ('a', 1), ('b', 'two')")
    file.close()
    driver.open_rows(path)
    driver.edit(1, 1, "zwei")
    driver.save()
    assert _stored(path, "select * from pairs") == "[('a', 1), ('b', 'zwei')]"
