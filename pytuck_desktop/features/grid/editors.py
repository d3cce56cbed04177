"""Editors that stand in a cell: a line, several lines, true/false.

What is typed is converted when the user leaves the cell. A refused text stays in its open editor,
with the reason beneath, until it is corrected or given up with Esc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from pytuck_desktop.features.grid.display import Stored
from pytuck_desktop.features.grid.model import GridModel
from pytuck_desktop.features.grid.viewmodel import GridViewModel
from pytuck_desktop.widgets.labels import PlainLabel
from pytuck_desktop.workspace.staged_edits import Identity, Invalid

if TYPE_CHECKING:
    from pytuck_desktop.features.grid.typed_text import Typed

_LINES_SIZE = (360, 150)
"""Least size in pixels of an editor of several lines."""


class _Cell:
    """The cell an editor stands for, by identity of its row: rows may move meanwhile."""

    def __init__(self, row: int, column: int, identity: Identity | None, old: Stored) -> None:
        self.row = row
        self.column = column
        self.identity = identity
        self.old = old
        self.valid = old
        self.started_with = ""


class Editors(QObject):
    """Makes, checks and commits the editors of one grid."""

    def __init__(self, viewmodel: GridViewModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewmodel = viewmodel
        self._cells: dict[QWidget, _Cell] = {}
        self._reasons: dict[QWidget, PlainLabel] = {}

    def create(self, parent: QWidget, index: QModelIndex | QPersistentModelIndex) -> QWidget:
        """Return an editor for a cell, filled with its value."""
        model = index.model()
        assert isinstance(model, GridModel)
        row, column = model.first + index.row(), index.column()
        cell = _Cell(
            row, column, self._viewmodel.identity(row), self._viewmodel.full_value(row, column)
        )
        cell.valid = self._viewmodel.valid_value(row, column)
        editor = self._make(parent, cell)
        editor.setObjectName("cellEditor")
        editor.setAccessibleName(self._viewmodel.columns[column].name)
        self._cells[editor] = cell
        editor.destroyed.connect(lambda: self._forget(editor))
        return editor

    def _make(self, parent: QWidget, cell: _Cell) -> QWidget:
        column = self._viewmodel.columns[cell.column]
        # The types of the library are loaded by the first editor, not at the start.
        from pytuck_desktop.features.grid.typed_text import LONG_TEXT, editable_text

        if column.storage == "boolean" and cell.old in (None, 0, 1):
            return self._choices(parent, cell, nullable=column.nullable)
        text = cell.started_with = editable_text(column.type_name, cell.old)
        if "\n" in text or len(text) > LONG_TEXT or column.storage == "json":
            lines = QPlainTextEdit(parent)
            lines.setPlainText(text)
            lines.selectAll()
            lines.textChanged.connect(lambda: self._retype(lines))
            return lines
        line = QLineEdit(text, parent)
        line.setMaxLength(2**31 - 1)
        line.selectAll()
        line.textEdited.connect(lambda: self._retype(line))
        return line

    def _choices(self, parent: QWidget, cell: _Cell, *, nullable: bool) -> QComboBox:
        combo = QComboBox(parent)
        combo.addItem(self.tr("✓  true"), 1)
        combo.addItem(self.tr("✗  false"), 0)
        if nullable or cell.old is None:
            combo.addItem("NULL", None)
        combo.setCurrentIndex(combo.findData(cell.old))
        return combo

    def place(self, editor: QWidget, area: QRect) -> None:
        """Put an editor over its cell; one of several lines is larger, and stays in view."""
        if not isinstance(editor, QPlainTextEdit):
            editor.setGeometry(area.adjusted(-1, -1, 1, 1))
            return
        width, height = max(area.width(), _LINES_SIZE[0]), _LINES_SIZE[1]
        parent = editor.parentWidget()
        assert parent is not None
        left = max(0, min(area.left(), parent.width() - width))
        top = max(0, min(area.top(), parent.height() - height))
        editor.setGeometry(left, top, min(width, parent.width()), min(height, parent.height()))

    def commit(self, editor: QWidget) -> bool:
        """Stage what the editor holds, if it is changed and valid; return False if refused."""
        cell = self._cells.get(editor)
        if cell is None:
            return True
        typed = self._typed(editor, cell)
        if typed is None:
            return True
        if typed.refusal is not None:
            self._show_reason(editor, _why(typed), once_more=True)
            return False
        self._stage(editor, cell, typed.value)
        return True

    def keep_refused(self, editor: QWidget) -> None:
        """Stage a refused text all the same, to be put right before a save."""
        cell = self._cells.get(editor)
        typed = None if cell is None else self._typed(editor, cell)
        if cell is not None and typed is not None and typed.refusal is not None:
            self._stage(editor, cell, typed.as_invalid(self._text(editor)))

    def _stage(self, editor: QWidget, cell: _Cell, value: Stored | Invalid) -> None:
        self._drop_reason(editor)
        if cell.identity is not None:
            self._viewmodel.stage(cell.identity, cell.row, cell.column, value)
        cell.old = value.text if isinstance(value, Invalid) else value
        cell.started_with = self._text(editor)

    def is_refused(self, editor: QWidget) -> bool:
        """Return whether the editor holds a text that was refused."""
        return editor in self._reasons

    @property
    def refused_editor(self) -> QWidget | None:
        """The open editor with a refused text, if there is one."""
        return next(iter(self._reasons), None)

    @property
    def open_editors(self) -> list[QWidget]:
        """The editors that stand in cells."""
        return list(self._cells)

    def give_up(self, editor: QWidget) -> None:
        """Forget a refused text."""
        self._drop_reason(editor)
        self._cells.pop(editor, None)

    def _typed(self, editor: QWidget, cell: _Cell) -> Typed | None:
        from pytuck_desktop.features.grid.typed_text import Typed, typed_value

        column = self._viewmodel.columns[cell.column]
        if isinstance(editor, QComboBox):
            if editor.currentIndex() < 0 or editor.currentData() == cell.old:
                return None
            return Typed(editor.currentData())
        text = self._text(editor)
        if text == cell.started_with:
            return None
        return typed_value(column.type_name, text, nullable=column.nullable, old=cell.valid)

    @staticmethod
    def _text(editor: QWidget) -> str:
        if isinstance(editor, QPlainTextEdit):
            return editor.toPlainText()
        return editor.text() if isinstance(editor, QLineEdit) else ""

    def _retype(self, editor: QWidget) -> None:
        if not self.is_refused(editor):
            return
        typed = self._typed(editor, self._cells[editor])
        if typed is None or typed.refusal is None:
            self._drop_reason(editor)
        else:
            self._show_reason(editor, _why(typed))

    def _show_reason(self, editor: QWidget, reason: str, *, once_more: bool = False) -> None:
        if once_more:
            way_out = self.tr("Enter once more keeps it, to be put right before saving.")
            reason = f"{reason}\n{way_out}"
        label = self._reasons.get(editor)
        if label is None:
            label = PlainLabel("", editor.parentWidget())
            label.setObjectName("cellReason")
            label.setAccessibleName(self.tr("Why the value is refused"))
            self._reasons[editor] = label
            self._mark(editor, refused=True)
        label.show_text(reason)
        label.adjustSize()
        parent = editor.parentWidget()
        assert parent is not None
        area, room = editor.geometry(), parent.rect()
        below = area.bottom() + 3
        top = below if below + label.height() <= room.bottom() else area.top() - label.height() - 3
        label.move(max(0, min(area.left(), room.right() - label.width())), max(0, top))
        label.show()
        label.raise_()

    def _drop_reason(self, editor: QWidget) -> None:
        label = self._reasons.pop(editor, None)
        if label is not None:
            label.hide()
            label.deleteLater()
            self._mark(editor, refused=False)

    @staticmethod
    def _mark(editor: QWidget, *, refused: bool) -> None:
        editor.setProperty("refused", "true" if refused else "false")
        editor.style().unpolish(editor)
        editor.style().polish(editor)

    def _forget(self, editor: QWidget) -> None:
        self._cells.pop(editor, None)
        label = self._reasons.pop(editor, None)
        if label is not None:
            label.deleteLater()


def _why(typed: Typed) -> str:
    from pytuck_desktop.features.grid.refusal_texts import refusal_text

    return refusal_text(typed)
