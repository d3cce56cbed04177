"""What the window for one value shows it as: text, a JSON tree, bytes."""

from __future__ import annotations

import json
from typing import Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFontDatabase, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QListView,
    QMenu,
    QPlainTextEdit,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.widgets.editors.hex_model import HexModel
from pytuck_desktop.widgets.editors.json_model import JsonModel
from pytuck_desktop.widgets.labels import PlainLabel

_KEY_WIDTH = 220
MOST_TREE_CHARACTERS = 8_000_000
"""A longer text is not taken apart into a tree while the user waits."""


class TextPane(QWidget):
    """A text with its length, wrapped or not."""

    changed = Signal()

    def __init__(self, text: str, *, is_editable: bool, is_fixed: bool = False) -> None:
        super().__init__()
        self.edit = QPlainTextEdit()
        self.edit.setPlainText(text)
        self.edit.setReadOnly(not is_editable)
        self.edit.setTabChangesFocus(False)
        self.edit.setAccessibleName(self.tr("Text"))
        if is_fixed:
            self.edit.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.wrap = QCheckBox(self.tr("Wrap long lines"))
        self.wrap.setChecked(True)
        self.wrap.toggled.connect(self._wrap)
        self.facts = PlainLabel("", tone="muted")
        below = QHBoxLayout()
        below.addWidget(self.wrap)
        below.addStretch(1)
        below.addWidget(self.facts)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self.edit, 1)
        column.addLayout(below)
        self.edit.textChanged.connect(self._follow)
        self._follow()

    def _wrap(self, is_on: bool) -> None:
        mode = QPlainTextEdit.LineWrapMode
        self.edit.setLineWrapMode(mode.WidgetWidth if is_on else mode.NoWrap)

    def _follow(self) -> None:
        document = self.edit.document()
        characters, lines = document.characterCount() - 1, document.blockCount()
        text = self.tr("{0} characters, {1} lines").format(f"{characters:,}", f"{lines:,}")
        self.facts.show_text(text)
        self.changed.emit()

    @property
    def text(self) -> str:
        """What is in the field."""
        return self.edit.toPlainText()

    def put(self, text: str) -> None:
        """Put another text in place, as a step that Ctrl+Z undoes."""
        cursor = self.edit.textCursor()
        cursor.select(cursor.SelectionType.Document)
        cursor.insertText(text)


class JsonPane(QWidget):
    """A tree whose values are edited by a double click or F2, and its parts by a menu."""

    changed = Signal(str)  # the document as text

    def __init__(self, *, is_editable: bool) -> None:
        super().__init__()
        self.model = JsonModel()
        self.model.is_editable = is_editable
        self.model.edited.connect(self._tell)
        self.tree = _Tree(self.model)
        self.tree.setAccessibleName(self.tr("JSON as a tree"))
        self.note = PlainLabel("", tone="muted", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self.note)
        column.addWidget(self.tree, 1)
        if is_editable:
            hint = self.tr("F2 edits, Ins adds, Del removes; text needs no quotation marks.")
            column.addWidget(PlainLabel(hint, tone="muted"))

    def show_text(self, text: str) -> None:
        """Show a text as a tree, or say why it is none."""
        problem = ""
        try:
            self.model.show(json.loads(text))
        except RecursionError:
            problem = self.tr("Too deep to be shown as a tree.")
        except ValueError:
            line, column = json_mistake(text) or (1, 1)
            problem = self.tr("Not JSON yet: line {0}, column {1}.").format(line, column)
        self.note.show_text(problem)
        self.note.setVisible(bool(problem))
        self.tree.setVisible(not problem)
        if not problem:
            self.tree.expandToDepth(1)

    def _tell(self) -> None:
        self.changed.emit(pretty_json(self.model.document))


class _Tree(QTreeView):
    """The tree with its keys and its menu."""

    def __init__(self, model: JsonModel) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(False)
        self.setColumnWidth(0, _KEY_WIDTH)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._open_menu)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Insert:
            self._add()
        elif event.key() == Qt.Key.Key_Delete:
            self._remove()
        else:
            super().keyPressEvent(event)

    def _open_menu(self, at: QPoint) -> None:
        if not self._model.is_editable:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Edit")).triggered.connect(lambda: self.edit(self.currentIndex()))
        menu.addAction(self.tr("Add")).triggered.connect(self._add)
        menu.addAction(self.tr("Remove")).triggered.connect(self._remove)
        menu.popup(self.viewport().mapToGlobal(at))

    def _add(self) -> None:
        if self._model.is_editable and self.currentIndex().isValid():
            made = self._model.add(self.currentIndex())
            if made.isValid():
                self.expand(made.parent())
                self.setCurrentIndex(made)

    def _remove(self) -> None:
        if self._model.is_editable and self.currentIndex().isValid():
            self._model.remove(self.currentIndex())


class HexPane(QWidget):
    """Bytes in hex and as ASCII."""

    def __init__(self) -> None:
        super().__init__()
        self.model = HexModel()
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.list.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setAccessibleName(self.tr("Bytes in hex"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self.list)


def pretty_json(document: Any) -> str:
    """Return a document as text that people can read."""
    return json.dumps(document, ensure_ascii=False, indent=2)


def json_mistake(text: str) -> tuple[int, int] | None:
    """Return the line and column in which a text stops being JSON; None if it is JSON."""
    try:
        json.loads(text)
    except json.JSONDecodeError as err:
        return err.lineno, err.colno
    except (ValueError, RecursionError):  # a number of very many digits, or too deep
        return None
    return None


def laid_out(text: str) -> str:
    """Return JSON laid out in lines; any other text as it is."""
    try:
        return pretty_json(json.loads(text))
    except (ValueError, RecursionError):
        return text
