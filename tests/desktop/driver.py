"""The real window, off-screen, with real workers, driven as a person would."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from pytuck_desktop.app import Application
from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.features.problem.view import ProblemPage
from pytuck_desktop.options import Options
from pytuck_desktop.shell.prompts import Unsaved
from pytuck_desktop.workspace.documents import Document

TIMEOUT_MS = 8_000


class Answers:
    """Prompts that a test answers; what was asked is noted."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.passwords: list[str | None] = []
        self.on_unsaved = Unsaved.CANCEL
        self.discard = True
        self.asked: list[tuple[str, object]] = []

    def files_to_open(self, folder: str) -> list[str]:
        self.asked.append(("files", folder))
        return self.files

    def password(self, path: str, *, was_wrong: bool) -> str | None:
        self.asked.append(("password", was_wrong))
        return self.passwords.pop(0)

    def unsaved(self, name: str, count: int) -> Unsaved:
        self.asked.append(("unsaved", count))
        return self.on_unsaved

    def may_discard(self, name: str, count: int) -> bool:
        self.asked.append(("discard", count))
        return self.discard


class Driver:
    """One application window and what a person does with it."""

    def __init__(self, qtbot: QtBot, settings: Path, **options: object) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self.qtbot = qtbot
        self.answers = Answers()
        self.is_closed = False
        options.setdefault("theme", "light")
        options.setdefault("language", "en")
        self.application = Application(
            app,
            Options(**options),  # type: ignore[arg-type]
            QSettings(str(settings), QSettings.Format.IniFormat),
            prompts=self.answers,
        )
        self.window = self.application.window
        self.window.show()

    def wait(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=TIMEOUT_MS)

    def open(self, *paths: Path) -> None:
        self.application.open_files(tuple(map(str, paths)))
        self.wait(lambda: not self.window.navigation.is_opening)

    def open_rows(self, path: Path, table: str = "") -> GridView:
        """Open a file and wait for the rows of a table."""
        self.open(path)
        if table:
            self.window.navigation.open_table(self.document, table, keep=True)
        self.loaded()
        return self.grid

    @property
    def document(self) -> Document:
        return self.window.navigation.documents[-1]

    @property
    def grid(self) -> GridView:
        grid = self.window.grid
        assert grid is not None
        return grid

    @property
    def problem(self) -> ProblemPage:
        page = self.window.tabs.current
        assert isinstance(page, ProblemPage)
        return page

    def loaded(self) -> None:
        """Wait until all visible rows are there and every position can be shown."""

        def is_loaded() -> bool:
            rows, table = self.grid.viewmodel, self.grid.table
            last = min(table.top_row + table.visible_rows, rows.row_count)
            visible = range(table.top_row, last)
            return rows.is_order_ready and all(map(rows.displayed, visible))

        self.wait(lambda: self.grid.viewmodel.is_order_ready and is_loaded())

    def text(self, row: int, column: int) -> str:
        """What a cell shows."""
        cells = self.grid.viewmodel.displayed(row)
        assert cells is not None
        return cells[column][0]

    def go(self, row: int, column: int) -> None:
        self.grid.table.show_row(row, column)

    def point(self, row: int, column: int) -> QPoint:
        model = self.grid.table.grid_model
        line = model.line_of(row)
        assert line is not None
        return self.grid.table.visualRect(model.index(line, column)).center()

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier | None = None) -> None:
        target = self.editor or self.grid.table
        self.qtbot.keyClick(target, key, modifiers or Qt.KeyboardModifier.NoModifier)

    @property
    def editor(self) -> QWidget | None:
        editors = self.grid.table.editors.open_editors
        return editors[0] if editors else None

    def edit(self, row: int, column: int, text: str) -> None:
        """Type a text into a cell and leave it with Enter, a long text with Ctrl+Enter."""
        is_long = isinstance(self.type(row, column, text), QPlainTextEdit)
        self.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier if is_long else None)
        self.wait(lambda: self.editor is None)

    def type(self, row: int, column: int, text: str) -> QWidget:
        """Open the editor of a cell by F2 and type a text in place of its own."""
        self.go(row, column)
        self.key(Qt.Key.Key_F2)
        self.wait(lambda: self.editor is not None)
        editor = self.editor
        assert isinstance(editor, (QLineEdit, QPlainTextEdit))
        editor.selectAll()
        if not text:
            self.key(Qt.Key.Key_Delete)
        elif text.isascii():
            self.qtbot.keyClicks(editor, text)
        else:  # an input method puts it there; QTest's keys know Latin only
            put = editor.insert if isinstance(editor, QLineEdit) else editor.insertPlainText
            put(text)
        return editor

    def act(self, name: str) -> None:
        """Do an action of the menu, which must be enabled."""
        action = self.window.controls.actions[name]
        assert action.isEnabled(), name
        action.trigger()

    def save(self) -> None:
        self.act("save")
        self.wait(lambda: self.document.edits.count == 0)

    def clipboard(self) -> str:
        return QGuiApplication.clipboard().text()

    def close(self) -> None:
        if self.is_closed:
            return
        self.is_closed = True
        self.answers.on_unsaved = Unsaved.DISCARD
        self.window.close()
        self.wait(lambda: not self.window.isVisible())
        for translator in self.application._translators:
            self.application.qt.removeTranslator(translator)
        self.window.deleteLater()
