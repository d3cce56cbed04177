"""Good files open, bad files say why, nothing is made or changed by opening."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel, QPushButton

from pytuck import Column, Storage
from pytuck_desktop.intents import OpenTable
from tests.desktop.driver import Driver


def _table(path, name="things", **options):
    with Storage(path, **options) as storage:
        storage.create_table(name, [Column(int, name="id", primary_key=True)])
        storage.bulk_insert(name, [{"id": n} for n in range(1, 4)])
    return path


def test_several_files_open_side_by_side(driver, tmp_path):
    first = _table(tmp_path / "one.pytuck", "first")
    second = _table(tmp_path / "two.pytuck", "second")
    driver.open(first, second)
    assert [each.name for each in driver.window.navigation.documents] == [
        "one.pytuck",
        "two.pytuck",
    ]
    driver.open(first)  # it is open already: its tab comes to the front
    assert len(driver.window.navigation.documents) == 2
    assert driver.grid.viewmodel.table_name == "first"
    assert driver.application.preferences.recent == [str(second), str(first)]


def test_files_dropped_on_the_window_open(driver, shop):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(shop))])
    event = QDropEvent(
        QPoint(300, 300).toPointF(),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    driver.window.dropEvent(event)
    driver.wait(lambda: driver.window.grid is not None)
    assert driver.grid.viewmodel.table_name == "customers"


def test_files_chosen_in_the_dialog_open(driver, shop):
    driver.answers.files = [str(shop)]
    driver.act("open")
    driver.wait(lambda: driver.window.grid is not None)


def _missing(path):
    return path / "missing.pytuck"


def _directory(path):
    (path / "folder.pytuck").mkdir()
    return path / "folder.pytuck"


def _empty(path):
    (path / "empty.pytuck").touch()
    return path / "empty.pytuck"


def _picture(path):
    (path / "picture.pytuck").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 5000)
    return path / "picture.pytuck"


def _truncated(path):
    whole = _table(path / "whole.pytuck")
    with Storage(whole) as storage:
        storage.bulk_insert("things", [{"id": n} for n in range(10, 20_000)])
    data = whole.read_bytes()
    (path / "truncated.pytuck").write_bytes(data[: len(data) // 2])
    return path / "truncated.pytuck"


@pytest.mark.parametrize(
    ("make", "said", "button"),
    [
        (_missing, "no file at this place", "Choose another…"),
        (_directory, "folder", "Choose another…"),
        (_empty, "empty", "Choose another…"),
        (_picture, "not a database", "Choose another…"),
        (_truncated, "end of the file is missing", "Choose another…"),
    ],
)
def test_a_bad_file_gives_one_clear_message(driver, tmp_path, make, said, button):
    path = make(tmp_path)
    before = sorted(entry.name for entry in tmp_path.iterdir())
    driver.open(path)
    assert said in driver.problem.text.text()
    labels = {label.text() for label in driver.problem.findChildren(QLabel)}
    assert {path.name, str(path)} <= labels
    assert driver.problem.findChildren(QPushButton)[0].text() == button
    now = sorted(entry.name for entry in tmp_path.iterdir() if entry.name != "settings.ini")
    assert now == [name for name in before if name != "settings.ini"]


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may read anything")
def test_a_file_that_may_not_be_read(driver, shop):
    shop.chmod(0)
    driver.open(shop)
    assert "permissions" in driver.problem.text.text()


def test_try_again_opens_a_file_that_has_come(driver, tmp_path):
    path = tmp_path / "later.pytuck"
    driver.open(path)
    _table(path)
    again = next(b for b in driver.problem.findChildren(QPushButton) if b.text() == "Try again")
    again.click()
    driver.wait(lambda: driver.window.grid is not None)
    assert len(driver.window.tabs.pages) == 1


def test_a_wrong_password_can_be_retried(driver, tmp_path):
    path = _table(tmp_path / "secret.pytuck", password="open sesame")
    driver.answers.passwords = ["sesame", "open sesame"]
    driver.open_rows(path)
    assert driver.answers.asked == [
        ("password", False),
        ("password", True),
    ]
    assert driver.text(0, 0) == "1"
    settings = driver.application.preferences._settings
    settings.sync()
    assert "sesame" not in (tmp_path / "settings.ini").read_text()


def test_a_password_not_given_leaves_a_page_that_asks_for_it(driver, tmp_path):
    path = _table(tmp_path / "secret.pytuck", password="open sesame")
    driver.answers.passwords = [None, "open sesame"]
    driver.open(path)
    driver.wait(lambda: driver.window.tabs.pages)
    button = driver.problem.findChildren(QPushButton)[0]
    assert button.text() == "Enter password…"
    button.click()
    driver.wait(lambda: driver.window.grid is not None)


def test_a_read_only_file_opens_and_says_so(driver, shop, monkeypatch):
    if os.geteuid() == 0:
        pytest.skip("root may write anything")
    shop.chmod(0o444)
    driver.open_rows(shop)
    assert driver.window.controls.status.lock_reason.text() == "Read-only"
    assert not driver.window.controls.actions["add_row"].isEnabled()


def test_a_locked_file_is_read_and_the_save_says_why_it_waits(driver, shop):
    driver.open_rows(shop, "customers")
    driver.edit(0, 1, "Waiting")
    other = sqlite3.connect(shop, isolation_level=None)
    other.execute("begin immediate")
    driver.act("save")
    driver.wait(driver.grid.banner.isVisible)
    assert "lock" in driver.grid.banner.label.text()
    other.rollback()
    other.close()
    driver.save()
    assert not driver.grid.banner.isVisible()


HOSTILE = [
    "<img src='file:///etc/passwd'>",
    "<a href='http://example.com'>x</a>",
    "a&b &amp; c",
    "\u202etxt.exe",
    "quote \" and ' and ;--",
    "select",
    "emoji 🎉 and 中文",
    "x" * 300,
    "line\nbreak",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_and_work(driver, tmp_path, name):
    path = tmp_path / "hostile <b>.db"
    quoted = '"' + name.replace('"', '""') + '"'
    with sqlite3.connect(path) as file:
        file.execute(f"create table {quoted} ({quoted} text, plain text)")
        file.execute(f"insert into {quoted} values (?, ?)", (name, name))
    file.close()
    driver.open_rows(path)
    driver.edit(0, 1, "edited")
    driver.save()
    with sqlite3.connect(path) as file:
        assert file.execute(f"select * from {quoted}").fetchall() == [(name, "edited")]
    file.close()
    # No label of the window takes text for HTML, and no tool tip holds markup of the file.
    for label in driver.window.findChildren(QLabel):
        if label.text():
            assert label.textFormat() == Qt.TextFormat.PlainText
    assert "\u202e" not in driver.window.windowTitle()
    index = driver.window.controls.sidebar_model.model.index_of(str(path), name)
    tip = index.data(Qt.ItemDataRole.ToolTipRole)
    assert tip.startswith("<qt>")
    assert "<img" not in tip
    assert "<a " not in tip


def test_a_look_reuses_the_preview_tab_and_keeping_it_does_not(driver, shop):
    driver.open_rows(shop)
    answer = driver.window.navigation.answer
    answer(OpenTable(str(shop), "orders", keep=False))
    assert [grid.viewmodel.table_name for grid in driver.window.tabs.grids] == ["orders"]
    answer(OpenTable(str(shop), "orders", keep=True))
    answer(OpenTable(str(shop), "customers", keep=False))
    assert [grid.viewmodel.table_name for grid in driver.window.tabs.grids] == [
        "orders",
        "customers",
    ]
    driver.loaded()
    driver.edit(0, 1, "Edited tabs are kept")
    answer(OpenTable(str(shop), "orders", keep=False))
    assert len(driver.window.tabs.grids) == 2


def test_the_sidebar_counts_rows(driver, shop):
    driver.open_rows(shop)
    model = driver.window.controls.sidebar_model.model
    counts = {}

    def counted():
        for name in ("customers", "orders"):
            counts[name] = model.node(model.index_of(str(shop), name)).count
        return counts == {"customers": "1,000", "orders": "10"}

    driver.wait(counted)


def test_a_file_without_tables_says_so(driver, tmp_path):
    path = tmp_path / "bare.pytuck"
    Storage(path).close()
    driver.open(path)
    driver.wait(lambda: driver.window.tabs.pages)
    assert "no tables" in driver.window.tabs.current.label.text()


def test_an_empty_table_says_what_to_do(driver, tmp_path):
    path = tmp_path / "empty.pytuck"
    with Storage(path) as storage:
        storage.create_table("nothing", [Column(int, name="id", primary_key=True)])
    driver.open(path)
    driver.wait(lambda: driver.grid._empty is not None and driver.grid._empty.isVisible())
    assert "Ctrl+I" in driver.grid._empty.label.text()


def test_a_lost_worker_keeps_the_staged_edits(driver, shop):
    driver.open_rows(shop, "customers")
    driver.edit(0, 1, "Still here")
    driver.document._client._transport._process.kill()
    driver.wait(driver.grid.banner.isVisible)
    again = next(
        b for b in driver.grid.banner.findChildren(QPushButton) if b.text() == "Open again"
    )
    again.click()
    driver.wait(
        lambda: driver.window.navigation.documents and not driver.window.navigation.is_opening
    )
    driver.window.navigation.open_table(driver.document, "customers", keep=True)
    driver.loaded()
    assert driver.text(0, 1) == "Still here"
    driver.save()


def test_the_start_page_opens_what_was_open(driver, shop, qtbot, tmp_path):
    driver.open_rows(shop)
    driver.close()
    again = Driver(qtbot, tmp_path / "settings.ini")
    again.wait(lambda: again.window._start is not None)
    names = [label.text() for label in again.window._start.findChildren(QLabel)]
    assert "shop.pytuck" in names
    again.close()


def test_the_command_saves_a_screenshot(shop, tmp_path):
    picture = tmp_path / "window.png"
    command = [sys.executable, "-m", "pytuck_desktop", "--screenshot", str(picture)]
    subprocess.run([*command, "--size", "900x600", str(shop)], check=True, timeout=60)
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_screenshot_of_a_bad_file_fails(tmp_path):
    command = [sys.executable, "-m", "pytuck_desktop", "--screenshot", str(tmp_path / "x.png")]
    done = subprocess.run(
        [*command, str(tmp_path / "missing.pytuck")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "no file at this place" in done.stderr
