"""The value of the current cell: whole, laid out, as bytes, as a picture."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QBuffer, QByteArray, Qt
from PySide6.QtGui import QColor, QImage

from pytuck_desktop.features.inspector.state import PART_LENGTH, Form
from pytuck_desktop.features.inspector.view import ValuePanel
from pytuck_desktop.worker.json_layout import laid_out
from pytuck_desktop.workspace.hex_lines import hex_lines

LONG = "".join(f"line {n} 中文\n" for n in range(40_000))
BLOB = bytes(range(256)) * 4096
DOCUMENT = '{"a":[1.0,1e3,{}],"a":"twice","空":null,"s":"x,{\\"}"}'


def png(width, height):
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("teal"))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data.data())


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "values.sqlite"
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("CREATE TABLE vals (id INTEGER PRIMARY KEY, v)")
        values = [
            "short", None, 42, DOCUMENT, LONG, BLOB, png(40, 20), "<img src=x>\u202eevil",
            bytes(5 * 1024 * 1024), "y" * 5000,
        ]  # fmt: skip
        file.executemany("INSERT INTO vals (v) VALUES (?)", [(value,) for value in values])
    return path


SHORT, NULL, NUMBER, JSON, TEXT, BYTES, IMAGE, HOSTILE, HUGE, MIDDLE = range(10)


class Inspector:
    def __init__(self, driver, file, row):
        self.driver = driver
        driver.open_rows(file, "vals")
        driver.go(row, 1)
        driver.key(Qt.Key.Key_F7)
        panel = driver.window.controls.panels.panel("value")
        assert isinstance(panel, ValuePanel)
        self.panel = panel

    @property
    def text(self):
        return self.panel.text.toPlainText()

    @property
    def forms(self):
        return self.panel._forms

    def go(self, row):
        self.driver.go(row, 1)
        self.driver.wait(lambda: not self.panel.model.is_loading)

    def choose(self, form):
        bar = self.panel.forms
        at = bar.tabRect(self.forms.index(form)).center()
        self.driver.qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=at)


def test_small_values_are_shown_whole_with_type_and_size(driver, file):
    inspector = Inspector(driver, file, SHORT)
    assert inspector.text == "short"
    assert inspector.panel.facts.text().endswith("5 characters · 5 B")
    inspector.choose(Form.HEX)
    assert inspector.text.startswith("00000000  73 68 6f 72 ")
    inspector.go(NULL)
    assert inspector.panel.facts.text().endswith("NULL")
    assert not inspector.panel.body.isVisible()
    inspector.go(NUMBER)
    assert inspector.text == "42"


def test_json_is_laid_out_and_nothing_of_it_changes(driver, file):
    inspector = Inspector(driver, file, JSON)
    assert inspector.forms[0] is Form.JSON
    assert inspector.text.splitlines()[:4] == ["{", '  "a": [', "    1.0,", "    1e3,"]
    assert inspector.text.count('"a"') == 2
    inspector.choose(Form.TEXT)
    assert inspector.text == DOCUMENT
    driver.go(SHORT, 1)
    driver.go(JSON, 1)
    assert inspector.text == DOCUMENT  # the form last chosen for texts


def test_a_long_text_comes_when_asked_and_in_parts(driver, file):
    inspector = Inspector(driver, file, TEXT)
    panel = inspector.panel
    assert panel.load.isVisible()
    assert LONG.startswith(inspector.text)
    assert len(inspector.text) < 1000
    driver.qtbot.mouseClick(panel.load, Qt.MouseButton.LeftButton)
    driver.wait(lambda: not panel.model.is_loading)
    count = PART_LENGTH[str]
    assert inspector.text == LONG[:count]
    assert panel.part.text() == f"1 to {count:,} of {len(LONG):,}"
    assert f"{len(LONG):,} characters" in panel.facts.text()
    assert not panel.before.isEnabled()
    driver.qtbot.mouseClick(panel.after, Qt.MouseButton.LeftButton)
    driver.wait(lambda: inspector.text == LONG[count : 2 * count])
    assert panel.before.isEnabled()


def test_values_of_some_kilobytes_come_by_themselves(driver, file):
    inspector = Inspector(driver, file, MIDDLE)
    driver.wait(lambda: inspector.text == "y" * 5000)
    assert not inspector.panel.load.isVisible()
    assert inspector.forms == [Form.TEXT, Form.HEX]


def test_bytes_are_shown_in_hex_part_by_part(driver, file):
    inspector = Inspector(driver, file, BYTES)
    driver.qtbot.mouseClick(inspector.panel.load, Qt.MouseButton.LeftButton)
    driver.wait(lambda: inspector.panel.part.isVisible())
    assert inspector.forms == [Form.HEX]
    assert "1.0 MB" in inspector.panel.facts.text()
    driver.qtbot.mouseClick(inspector.panel.after, Qt.MouseButton.LeftButton)
    driver.wait(lambda: inspector.text.startswith("00010000  00 01 02 03"))
    few = len(inspector.text.split("\n")[0])
    driver.window.controls.panels.setFixedWidth(700)
    driver.wait(lambda: len(inspector.text.split("\n")[0]) > few)


def test_a_large_blob_in_a_column_of_no_type_is_shown_in_hex(driver, file, tmp_path):
    path = tmp_path / "loose.sqlite"
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("CREATE TABLE vals (id INTEGER PRIMARY KEY, v)")
        other.execute("INSERT INTO vals (v) VALUES (?)", (b"\xff\x00" * 200_000,))
    inspector = Inspector(driver, path, 0)
    driver.qtbot.mouseClick(inspector.panel.load, Qt.MouseButton.LeftButton)
    driver.wait(lambda: inspector.forms == [Form.HEX] and inspector.panel.part.isVisible())
    assert inspector.panel.part.text() == f"1 to {PART_LENGTH[bytes]:,} of 400,000"


def test_images_are_shown_in_the_room_there_is(driver, file):
    inspector = Inspector(driver, file, IMAGE)
    assert inspector.forms == [Form.IMAGE, Form.HEX]
    assert inspector.panel.facts.text().endswith("PNG 40 × 20")
    driver.wait(lambda: not inspector.panel.picture.image.isNull())
    assert inspector.panel.picture.image.width() == 40


def test_hidden_characters_are_told_and_nothing_is_html(driver, file):
    inspector = Inspector(driver, file, HOSTILE)
    assert inspector.text == "<img src=x>\u202eevil"
    assert inspector.panel.note.text() == "There are invisible characters in this text."


def test_what_is_staged_is_shown_and_other_commits_too(driver, file):
    inspector = Inspector(driver, file, SHORT)
    driver.edit(SHORT, 1, "staged")
    driver.go(SHORT, 1)
    assert inspector.text == "staged"
    driver.act("undo")
    assert inspector.text == "short"
    with closing(sqlite3.connect(file)) as other, other:
        other.execute("UPDATE vals SET v = 'theirs' WHERE id = 1")
    driver.wait(lambda: inspector.text == "theirs")


def test_loading_is_given_up_when_the_user_goes_on(driver, file):
    inspector = Inspector(driver, file, HUGE)
    driver.qtbot.mouseClick(inspector.panel.load, Qt.MouseButton.LeftButton)
    driver.go(SHORT, 1)
    assert inspector.text == "short"
    inspector.go(HUGE)
    assert inspector.panel.load.isVisible()
    driver.qtbot.mouseClick(inspector.panel.load, Qt.MouseButton.LeftButton)
    driver.qtbot.mouseClick(inspector.panel.cancel, Qt.MouseButton.LeftButton)
    assert inspector.panel.load.isVisible()
    assert not inspector.panel.note.text().startswith("PT")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_laid_out_json_means_the_same(value):
    text = json.dumps({"value": value}, ensure_ascii=False)
    shown = laid_out(text)
    assert shown is not None
    assert json.loads(shown) == json.loads(text)


@pytest.mark.parametrize("text", ["", "5", '"x"', "{", "[1,]", "[" * 100_000, "{'a': 1}"])
def test_what_is_no_json_is_not_laid_out(text):
    assert laid_out(text) is None


def test_hex_lines():
    assert hex_lines(b"") == ""
    assert hex_lines(b"AB\x00", 16, 4) == "00000010  41 42 00     AB."
