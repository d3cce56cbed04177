"""The current row as a form: its fields, what it refers to, what refers to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit

from pytuck import Column, Storage
from pytuck_desktop.features.record.state import Kind
from pytuck_desktop.features.record.texts import count_text, more_text, row_text, state_text
from pytuck_desktop.features.record.view import RecordPanel
from pytuck_desktop.workspace.record_relations import Finding
from pytuck_desktop.workspace.snapshots import RowState
from pytuck_desktop.workspace.staged_edits import CellEdit
from tests.desktop.references import make_references

ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def file(tmp_path):
    return make_references(tmp_path / "people.sqlite")


class Form:
    """What a person reads in the panel and does with it."""

    def __init__(self, driver) -> None:
        self.driver = driver
        driver.grid.table.setFocus()
        driver.key(Qt.Key.Key_Space)
        panel = driver.window.controls.panels.panel("record")
        assert isinstance(panel, RecordPanel)
        self.panel, self.form = panel, panel.form
        self.tester = QAbstractItemModelTester(panel.form.lines)

    @property
    def lines(self):
        return self.form.lines.lines

    @property
    def kit(self):
        return self.form._painter.kit

    def at(self, *kinds):
        return [line for line in self.lines if line.kind in kinds]

    def fields(self):
        return {line.column.name: line.value for line in self.at(Kind.FIELD)}

    def field(self, name):
        return next(line for line in self.at(Kind.FIELD) if line.column.name == name)

    def parents(self):
        """What is said of each row that is referred to."""
        return [
            row_text(line.relation, line.row, self.kit) if line.row else state_text(line)
            for line in self.at(Kind.PARENT)
        ]

    def referring(self):
        """Of each foreign key to the row: the table, its columns, the count as shown, the rows."""
        found: list = []
        for line in self.lines:
            if line.kind is Kind.REFERRING:
                reference = line.relation.reference
                found.append((reference.table.name, reference.columns, count_text(line), []))
            elif line.kind is Kind.CHILD:
                found[-1][3].append(row_text(line.relation, line.row, self.kit))
        return found

    def is_settled(self):
        relations = [line for line in self.lines if line.relation is not None]
        is_known = all(line.finding is not Finding.SEARCHING for line in relations)
        return is_known and all(
            count_text(line)[:1] not in "≥…" for line in self.at(Kind.REFERRING)
        )

    def settled(self):
        self.driver.wait(lambda: self.lines and self.is_settled())
        return self

    def index(self, line):
        return self.form.lines.index(self.lines.index(line))

    def click(self, line):
        index = self.index(line)
        self.form.scrollTo(index)
        at = self.form.visualRect(index).topLeft() + QPoint(40, 8)
        self.driver.qtbot.mouseClick(self.form.viewport(), Qt.MouseButton.LeftButton, pos=at)

    def select(self, name):
        self.form.setCurrentIndex(self.index(self.field(name)))
        self.form.setFocus()

    def key(self, key, modifiers=Qt.KeyboardModifier.NoModifier):
        target = self.form.editor.widget or self.form
        self.driver.qtbot.keyClick(target, key, modifiers)

    def type(self, name, text):
        """Open a field by F2 and type a text in place of its own."""
        self.select(name)
        self.key(Qt.Key.Key_F2)
        self.driver.wait(lambda: self.form.editor.widget is not None)
        editor = self.form.editor.widget
        editor.selectAll()
        self.driver.qtbot.keyClicks(editor, text)
        return editor


def open_form(driver, file, table, row):
    driver.open_rows(file, table)
    driver.go(row, 0)
    driver.loaded()
    return Form(driver)


def test_the_row_is_shown_with_the_rows_around_it(driver, file):
    form = open_form(driver, file, "people", 6).settled()
    assert form.fields() == {
        "id": 7, "name": "Person 7", "city_id": 8, "boss_id": 1, "note": "note 7",
    }  # fmt: skip
    assert form.parents() == ["8 · City 8", "1 · Person 1 · note 1"]
    booked, hosted, led = form.referring()
    assert booked[:3] == ("bookings", ("guest_id",), "12")
    assert booked[3][0].startswith("1 · 2026-11-24")
    assert len(booked[3]) == 5
    assert hosted == ("bookings", ("host_id",), "0", [])
    assert led == ("people", ("boss_id",), "0", [])
    assert form.panel.position.text() == "Row 7 of 2,000"


def test_it_follows_the_current_row_and_steps_through_the_rows(driver, file):
    form = open_form(driver, file, "people", 6).settled()
    driver.go(7, 0)
    driver.wait(lambda: form.fields()["id"] == 8)
    driver.qtbot.mouseClick(form.panel.next, Qt.MouseButton.LeftButton)
    driver.wait(lambda: form.fields()["id"] == 9)
    driver.act("previous_row")
    driver.act("previous_row")
    driver.wait(lambda: form.fields()["id"] == 7)
    assert form.settled().referring()[0][2] == "12"
    driver.go(0, 0)
    driver.wait(lambda: not form.panel.previous.isEnabled())


def test_a_self_reference_and_many_rows_are_counted_and_bounded(driver, file):
    form = open_form(driver, file, "people", 0).settled()
    assert form.parents() == ["2 · City 2", "NULL: refers to nothing"]
    led = form.referring()[2]
    assert led[:3] == ("people", ("boss_id",), "1,999")
    assert len(led[3]) == 5


def test_keys_of_two_columns_and_null_and_references_into_nothing(driver, file):
    form = open_form(driver, file, "bookings", 6).settled()
    assert form.parents()[2] == "B · 8 · Room B8"
    driver.go(2, 0)  # number is NULL there
    driver.wait(lambda: form.fields()["id"] == 3)
    assert form.settled().parents()[2] == "NULL: refers to nothing"
    driver.window.navigation.open_table(driver.document, "rooms", keep=True)
    driver.loaded()
    driver.go(0, 0)
    driver.wait(lambda: form.fields().get("title") == "Room A1")
    assert form.settled().referring()[0][:3] == ("bookings", ("house", "number"), "300")
    driver.window.navigation.open_table(driver.document, "people", keep=True)
    driver.loaded()
    driver.go(4, 0)
    driver.wait(lambda: form.fields().get("city_id") == 999)
    assert form.settled().parents()[0] == "Leads nowhere: cities has no row with id = 999"
    driver.window.navigation.open_table(driver.document, "orphans", keep=True)
    driver.loaded()
    driver.go(0, 0)
    driver.wait(lambda: "ghost" in form.fields())
    assert form.parents() == ["Leads nowhere: there is no table ghosts"]


def test_a_click_on_a_parent_goes_there_and_back_again(driver, file):
    form = open_form(driver, file, "people", 6).settled()
    form.click(form.at(Kind.PARENT)[0])
    driver.wait(lambda: form.fields().get("name") == "City 8")
    assert driver.grid.viewmodel.table_name == "cities"
    assert form.settled().referring()[0][:3] == ("people", ("city_id",), "40")
    driver.act("go_back")
    driver.wait(lambda: form.fields().get("name") == "Person 7")
    assert driver.grid.table.current_row == 6


def test_a_click_on_a_child_goes_to_it_and_enter_does_too(driver, file):
    form = open_form(driver, file, "people", 6).settled()
    form.click(form.at(Kind.CHILD)[3])
    driver.wait(lambda: form.fields().get("guest_id") == 7)
    assert driver.grid.table.current_row == 3
    assert driver.grid.viewmodel.row_count == 3000
    driver.act("go_back")
    driver.wait(lambda: form.fields().get("name") == "Person 7")
    form.settled()
    form.form.setCurrentIndex(form.index(form.at(Kind.CHILD)[4]))
    form.key(Qt.Key.Key_Return)
    driver.wait(lambda: form.fields().get("guest_id") == 7 and driver.grid.table.current_row == 4)


def test_show_all_opens_the_referring_table_filtered(driver, file):
    form = open_form(driver, file, "people", 6).settled()
    more = form.at(Kind.MORE)[0]
    assert more_text(more) == "Show all 12 in bookings"
    form.click(more)
    driver.wait(lambda: driver.grid.viewmodel.table_name == "bookings")
    driver.wait(lambda: driver.grid.viewmodel.count_is_exact and driver.grid.has_first_rows)
    driver.loaded()
    assert driver.grid.viewmodel.row_count == 12
    driver.act("go_back")
    driver.wait(lambda: form.fields().get("name") == "Person 7")
    driver.window.navigation.open_table(driver.document, "rooms", keep=True)
    driver.loaded()
    driver.go(0, 0)
    driver.wait(lambda: form.fields().get("title") == "Room A1")
    form.settled()
    form.click(form.at(Kind.MORE)[0])
    driver.wait(lambda: driver.grid.viewmodel.row_count == 300)  # by both columns


def test_what_is_typed_is_staged_as_in_the_grid_and_undone(driver, file):
    form = open_form(driver, file, "people", 6).settled()
    form.type("name", "Ada")
    form.key(Qt.Key.Key_Return)
    assert driver.document.edits.count == 1
    assert driver.text(6, 1) == "Ada"
    assert form.field("name").state is RowState.CHANGED
    assert form.field("note").state is RowState.NONE
    assert "changed" in form.panel.position.text()
    driver.act("undo")
    assert form.fields()["name"] == "Person 7"
    assert driver.document.edits.count == 0
    driver.act("redo")
    driver.save()
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT name FROM people WHERE id = 7").fetchone() == ("Ada",)


def test_a_refused_text_stays_with_its_reason_and_a_save_waits_for_it(driver, shop):
    driver.open_rows(shop, "customers")
    driver.go(0, 0)
    form = Form(driver)
    editor = form.type("age", "old")
    form.key(Qt.Key.Key_Return)
    assert form.form.editor.widget is editor
    assert "whole number" in form.form.editor.reason.text()
    editor.selectAll()
    driver.qtbot.keyClicks(editor, "44")
    assert form.form.editor.reason is None
    form.key(Qt.Key.Key_Tab)  # stages it, and goes on to the next field
    assert form.fields()["age"] == 44
    driver.wait(lambda: form.form.editor.column is not None)
    assert form.form.editor.column.name == "note"
    driver.qtbot.keyClicks(form.form.editor.widget, "typed, not left")
    driver.save()  # an open editor is part of what is saved
    with Storage(shop) as storage:
        saved = storage.select("customers", 1)
    assert (saved["age"], saved["note"]) == (44, "typed, not left")


def test_a_refused_text_can_be_kept_to_be_put_right_later(driver, shop):
    driver.open_rows(shop, "customers")
    driver.go(0, 0)
    form = Form(driver)
    form.type("age", "old")
    form.key(Qt.Key.Key_Return)
    form.key(Qt.Key.Key_Return)
    assert form.form.editor.widget is None
    assert form.fields()["age"] == "old"
    assert "whole number" in form.kit.why(form.field("age").invalid)
    tip = form.index(form.field("age")).data(Qt.ItemDataRole.ToolTipRole)
    assert "Not a whole number" in tip
    form.type("age", "45")
    form.key(Qt.Key.Key_Return)
    assert form.field("age").invalid is None
    driver.save()
    with Storage(shop) as storage:
        assert storage.select("customers", 1)["age"] == 45


def test_a_foreign_key_is_picked_from_the_rows_it_may_refer_to(driver, file):
    form = open_form(driver, file, "people", 6).settled()
    editor = form.type("city_id", "City 33")
    driver.wait(lambda: editor.list is not None and editor.list.model.rowCount() == 1)
    form.key(Qt.Key.Key_Down)
    form.key(Qt.Key.Key_Return)
    assert form.fields()["city_id"] == 33
    driver.wait(lambda: form.parents()[0].startswith("33 · City 33"))


def test_dates_are_chosen_from_a_calendar(driver, file):
    form = open_form(driver, file, "bookings", 0).settled()
    form.select("day")
    form.key(Qt.Key.Key_F2)
    field = form.form.editor.widget
    form.key(Qt.Key.Key_Down, ALT)
    driver.wait(lambda: field.panel is not None and field.panel.isVisible())
    assert form.form.editor.widget is field  # the focus only went to the calendar
    field.panel.picked.emit("2026-12-31", True)
    driver.wait(lambda: form.fields()["day"] == "2026-12-31")


def test_bytes_are_edited_in_a_window(driver, tmp_path):
    path = tmp_path / "blobs.sqlite"
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB, note TEXT)")
        file.execute("INSERT INTO t VALUES (1, x'0102', CAST(x'ff41' AS TEXT))")
    form = open_form(driver, path, "t", 0)
    form.select("data")
    form.key(Qt.Key.Key_Return)
    window = form.form.window_of_value
    driver.wait(window.isVisible)
    assert window.is_bytes
    window.entered.emit(b"\x03")
    assert form.fields()["data"] == b"\x03"
    window.close()
    form.select("note")
    form.key(Qt.Key.Key_F2)
    assert form.panel.note.text().startswith("This text is not in UTF-8")
    form.key(Qt.Key.Key_Delete, ALT)
    assert form.fields()["note"] is None


def test_escape_gives_up_and_typing_replaces_and_alt_del_sets_null(driver, file):
    form = open_form(driver, file, "people", 6).settled()
    form.type("name", "Nobody")
    form.key(Qt.Key.Key_Escape)
    assert driver.document.edits.count == 0
    form.select("note")
    driver.qtbot.keyClicks(form.form, "n")
    assert isinstance(form.form.editor.widget, QLineEdit)
    driver.qtbot.keyClicks(form.form.editor.widget, "ew")
    form.key(Qt.Key.Key_Return)
    assert form.fields()["note"] == "new"
    form.select("city_id")
    form.key(Qt.Key.Key_Delete, ALT)
    assert form.fields()["city_id"] is None
    form.select("name")
    form.key(Qt.Key.Key_Delete, ALT)
    assert form.panel.note.text() == "This column needs a value; it cannot be NULL."
    assert form.fields()["name"] == "Person 7"


def test_a_staged_key_leads_to_its_new_parent(driver, file):
    form = open_form(driver, file, "people", 6).settled()
    form.type("city_id", "50")
    form.key(Qt.Key.Key_Return)
    driver.wait(lambda: form.parents()[0] == "50 · City 50 · 中国" or form.parents()[0][:2] == "50")
    form.type("city_id", "12345")
    form.key(Qt.Key.Key_Return)
    driver.wait(lambda: form.parents()[0] == "Leads nowhere: cities has no row with id = 12345")
    driver.document.edits.insert_row("cities", {"id": 12345, "name": "Newtown"})
    driver.wait(lambda: form.parents()[0] == "+ 12345 · Newtown")


def test_staged_children_come_and_go(driver, file):
    form = open_form(driver, file, "people", 6).settled()
    edits = driver.document.edits
    edits.insert_row("bookings", {"id": 9000, "guest_id": 7, "day": "2027-01-01"})
    driver.wait(lambda: form.referring()[0][2] == "13")
    assert form.referring()[0][3][0] == "+ 9000 · 2027-01-01"
    edits.set_cells([CellEdit("bookings", 1, "guest_id", 7, 8)])
    driver.wait(lambda: form.referring()[0][2] == "12")
    assert not any(row.startswith("1 ·") for row in form.referring()[0][3])
    edits.set_cells([CellEdit("bookings", 2000, "guest_id", 8, 7)])
    driver.wait(lambda: form.referring()[0][2] == "13")
    assert any(row.startswith("✎ 2000 ·") for row in form.referring()[0][3])
    driver.act("undo")
    driver.act("undo")
    driver.act("undo")
    driver.wait(lambda: form.referring()[0][2] == "12" and "+" not in form.referring()[0][3][0])


def test_commits_of_others_are_shown(driver, file):
    form = open_form(driver, file, "people", 6).settled()
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("UPDATE cities SET name = 'Renamed' WHERE id = 8")
        other.execute("DELETE FROM bookings WHERE guest_id = 7 AND id > 2")
    driver.wait(lambda: form.parents()[0] == "8 · Renamed")
    driver.wait(lambda: form.referring()[0][2] == "2")
    assert len(form.referring()[0][3]) == 2


def test_long_texts_are_fetched_whole_before_they_are_edited(driver, file):
    long = "all " * 5000
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("UPDATE people SET note = ? WHERE id = 7", (long,))
    form = open_form(driver, file, "people", 6).settled()
    assert form.field("note").size_bytes == 20_000
    form.select("note")
    form.key(Qt.Key.Key_F2)
    driver.wait(lambda: form.form.editor.widget is not None)
    editor = form.form.editor.widget
    assert isinstance(editor, QPlainTextEdit)
    assert editor.toPlainText() == long
    editor.moveCursor(editor.textCursor().MoveOperation.End)
    driver.qtbot.keyClicks(editor, "more")
    form.key(Qt.Key.Key_Return, CTRL)
    driver.save()
    with closing(sqlite3.connect(file)) as other:
        assert other.execute("SELECT note FROM people WHERE id = 7").fetchone() == (long + "more",)


def test_booleans_are_chosen(driver, tmp_path):
    path = tmp_path / "flags.pytuck"
    with Storage(path) as storage:
        columns = [Column(int, name="id", primary_key=True), Column(bool, name="on")]
        storage.create_table("flags", columns)
        storage.insert("flags", {"on": True})
    form = open_form(driver, path, "flags", 0)
    form.select("on")
    form.key(Qt.Key.Key_Return)
    combo = form.form.editor.widget
    assert isinstance(combo, QComboBox)
    combo.setCurrentIndex(1)
    form.key(Qt.Key.Key_Return)
    assert form.fields()["on"] == 0


def test_columns_of_a_wide_table_are_found_by_name(driver, tmp_path):
    path = tmp_path / "wide.sqlite"
    names = [f"column {n}" for n in range(1500)]
    with closing(sqlite3.connect(path)) as file, file:
        columns = ", ".join(f'"{name}" INTEGER' for name in names)
        file.execute(f"CREATE TABLE wide ({columns})")
        file.execute('INSERT INTO wide ("column 77") VALUES (5)')
    form = open_form(driver, path, "wide", 0)
    driver.wait(lambda: len(form.lines) == 1500)
    form.panel.search.setFocus()
    driver.qtbot.keyClicks(form.panel.search, "n 77")
    assert form.fields()["column 77"] == 5
    assert len(form.lines) == 11


def test_rows_of_a_view_are_shown_and_not_edited(driver, file):
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("CREATE VIEW short AS SELECT id, name FROM people WHERE id < 9")
    form = open_form(driver, file, "short", 2)
    driver.wait(lambda: form.fields().get("name") == "Person 3")
    form.select("name")
    form.key(Qt.Key.Key_F2)
    assert form.form.editor.widget is None
    assert form.panel.note.text() == "Rows of a view, or without a key, cannot be edited."


def test_f6_goes_to_the_panel_and_back_to_the_rows(driver, file):
    form = open_form(driver, file, "people", 6).settled()
    assert driver.grid.table.hasFocus()
    driver.key(Qt.Key.Key_F6)
    assert form.form.hasFocus()
    form.key(Qt.Key.Key_Down)
    form.key(Qt.Key.Key_F2)
    assert form.form.editor.column.name == "name"
    form.key(Qt.Key.Key_Escape)
    assert form.form.hasFocus()
    form.key(Qt.Key.Key_F6)
    assert driver.grid.table.hasFocus()


def test_the_panel_closes_lets_go_and_says_what_to_do_without_a_row(driver, file):
    form = open_form(driver, file, "people", 6).settled()
    driver.grid.table.setFocus()
    driver.key(Qt.Key.Key_Space)
    assert driver.window.controls.panels.panel("record") is None
    assert form.panel.model._follow_edits not in driver.document.on_edits_changed
    driver.act("record")
    driver.wait(lambda: form.fields().get("id") == 7)
    driver.act("close_file")
    driver.wait(lambda: form.panel.hint.isVisible())
