"""The pictures of the documentation, taken of the real window: `python3 dev.py screenshots`.

Not collected by the test command. Each scene is driven as a person would, once light in English
and once dark in Chinese; look at what it draws.
"""

from __future__ import annotations

import os
import runpy
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QWidget

from tests.desktop.driver import Driver

ROOT = Path(__file__).parents[3]
FOLDER = Path(os.environ.get("PYTUCK_SCREENSHOTS", ROOT / "docs" / "screenshots"))
# Without a screen there is nothing to raise a menu on; Qt warns of it.
pytestmark = pytest.mark.qt_log_level_fail("CRITICAL")
TITLE, AUTHOR, PRICE, STOCK = 1, 2, 6, 7


@pytest.fixture(scope="session")
def bookshop(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("sample") / "bookshop.pytuck"
    made = runpy.run_path(str(ROOT / "resources" / "sample" / "bookshop.py"))
    made["main"]([str(path)])
    return path.read_bytes()


@pytest.fixture
def books(bookshop, tmp_path) -> Path:
    path = tmp_path / "bookshop.pytuck"
    path.write_bytes(bookshop)
    return path


@pytest.fixture(params=[("light", "en"), ("dark", "zh_CN")], ids=["light-en", "dark-zh"])
def driver(request, qtbot, tmp_path):
    theme, language = request.param
    driver = Driver(qtbot, tmp_path / "settings.ini", theme=theme, language=language)
    driver.look = f"{theme}-{language[:2]}"
    driver.window.resize(1120, 700)
    yield driver
    driver.close()


def draw(driver: Driver, name: str, *above: QWidget) -> None:
    """Draw the window, with dialogs or menus above it where they stand."""
    driver.qtbot.wait(350)
    picture = driver.window.grab()
    painter = QPainter(picture)
    for widget in above:
        grabbed: QPixmap = widget.grab()
        room = driver.window.size() - widget.size()
        at = QPoint(room.width() // 2, room.height() // 2)
        if widget.windowType() == Qt.WindowType.Popup:
            at = driver.window.mapFromGlobal(widget.mapToGlobal(QPoint(0, 0)))
        painter.drawPixmap(at, grabbed)
        painter.setPen(Qt.GlobalColor.gray)
        painter.drawRect(QRect(at, widget.size()).adjusted(-1, -1, 0, 0))
    painter.end()
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{name}-{driver.look}.png"
    assert picture.save(str(path)), path


def open_books(driver: Driver, path: Path) -> None:
    driver.open_rows(path, "books")


def dialog(driver: Driver) -> QDialog:
    def shown() -> QDialog | None:
        dialogs = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog)]
        return next((w for w in dialogs if w.isVisible()), None)

    driver.wait(shown)
    found = shown()
    assert found is not None
    return found


def stage(driver: Driver) -> None:
    """Stage a bit of everything."""
    driver.edit(2, PRICE, "12.50")
    QGuiApplication.clipboard().setText("seven\n19")
    driver.go(4, STOCK)
    driver.grid.paste()
    driver.wait(lambda: driver.document.edits.count == 3)
    driver.go(7, TITLE)
    driver.act("delete_rows")
    driver.go(9, TITLE)
    driver.act("duplicate_rows")
    driver.wait(lambda: driver.document.edits.count == 5)
    driver.go(4, STOCK)


def test_start(driver):
    draw(driver, "start")


def test_browse(driver, books):
    open_books(driver, books)
    driver.go(3, TITLE)
    draw(driver, "browse")


def test_staged(driver, books):
    open_books(driver, books)
    stage(driver)
    draw(driver, "staged")


def test_review(driver, books):
    open_books(driver, books)
    stage(driver)
    driver.act("review")
    draw(driver, "review", dialog(driver))
    driver.act("undo")
    for _ in range(2):
        driver.act("undo")
    driver.edit(4, STOCK, "7")
    shown = dialog(driver)
    shown.pages.setCurrentWidget(shown.statements)
    driver.wait(shown.statements.toPlainText)
    draw(driver, "review-statements", shown)


def test_conflicts(driver, books):
    open_books(driver, books)
    driver.edit(2, PRICE, "12.50")
    driver.edit(3, STOCK, "7")
    with closing(sqlite3.connect(books)) as other, other:
        other.execute("UPDATE books SET price = '99.00', stock = 1 WHERE rowid IN (3, 4)")
    driver.act("save")
    shown = dialog(driver)
    driver.wait(shown.save.isEnabled)
    draw(driver, "conflicts", shown)


def test_filters(driver, books):
    open_books(driver, books)
    driver.go(4, PRICE)
    driver.act("filter_column")
    driver.wait(lambda: isinstance(QApplication.focusWidget(), QLineEdit))
    driver.qtbot.keyClicks(QApplication.focusWidget(), ">=20")
    driver.act("filter_panel")
    draw(driver, "filter")


def test_facets(driver, books):
    open_books(driver, books)
    driver.go(0, 4)
    driver.act("facets")
    driver.qtbot.wait(500)
    draw(driver, "facets")


def test_find(driver, books):
    open_books(driver, books)
    driver.act("find")
    driver.qtbot.wait(100)
    field = QApplication.focusWidget()
    driver.qtbot.keyClicks(field, "the")
    driver.qtbot.wait(800)
    draw(driver, "find")


def test_profile(driver, books):
    open_books(driver, books)
    driver.go(0, PRICE)
    driver.act("column_profile")
    panel = driver.window.controls.panels.panel("column_profile")
    driver.wait(lambda: panel.profile.is_complete and panel.chart.is_drawn)
    draw(driver, "profile")


def test_recent_changes(driver, books):
    open_books(driver, books)
    driver.act("recent_changes")
    panel = driver.window.controls.panels.panel("recent_changes")
    driver.edit(2, STOCK, "70")
    driver.save()
    driver.wait(lambda: panel.model.lines)
    driver.qtbot.wait(300)
    with closing(sqlite3.connect(books)) as other, other:
        other.execute("UPDATE books SET stock = stock + 1 WHERE rowid IN (3, 5, 8)")
    driver.wait(lambda: len(panel.model.lines) > 1)
    draw(driver, "recent-changes")


def test_columns(driver, books):
    open_books(driver, books)
    driver.act("show_columns")
    driver.qtbot.wait(200)
    popup = QApplication.activePopupWidget()
    draw(driver, "columns", *([] if popup is None else [popup]))
    if popup is not None:
        popup.close()


def test_cell_menu(driver, books):
    open_books(driver, books)
    driver.go(4, TITLE)
    at = driver.grid.table.viewport().mapToGlobal(driver.point(4, TITLE))
    driver.grid.actions_wanted.emit(at)
    driver.wait(QApplication.activePopupWidget)
    menu = QApplication.activePopupWidget()
    draw(driver, "cell-menu", menu)
    menu.close()


def test_problem(driver, tmp_path):
    path = tmp_path / "cut.pytuck"
    path.write_bytes(b"SQLite format 3\0 and no more")
    driver.open(path)
    draw(driver, "problem")


def test_small(driver, books):
    driver.window.resize(640, 420)
    open_books(driver, books)
    draw(driver, "small")


def test_record(driver, books):
    driver.open_rows(books, "orders")
    driver.go(3, 0)
    driver.act("record")
    driver.qtbot.wait(900)
    draw(driver, "record")


@pytest.mark.parametrize(("name", "column"), [("value-json", 12), ("value-bytes", 13)])
def test_value_window(driver, books, name, column):
    open_books(driver, books)
    driver.go(1, column)
    driver.act("edit_in_window")
    draw(driver, name, dialog(driver))
    dialog(driver).reject()


def test_calendar(driver, books):
    open_books(driver, books)
    driver.go(3, 9)
    driver.loaded()
    driver.act("edit_cell")
    driver.wait(lambda: driver.editor is not None)
    draw(driver, "editing-a-day")
    driver.key(Qt.Key.Key_Escape)


def test_value_panel(driver, books):
    open_books(driver, books)
    driver.go(1, 12)
    driver.loaded()
    driver.act("value")
    driver.qtbot.wait(600)
    draw(driver, "value-panel")
