"""The editors that stand in cells: put in place, checked, and their values staged.

What is typed is converted when the user leaves the cell. A refused text stays in its open editor,
with the reason beneath, until it is corrected, entered once more or given up with Esc.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from pytuck_desktop.features.grid.display import Stored
from pytuck_desktop.features.grid.model import GridModel
from pytuck_desktop.features.grid.viewmodel import GridViewModel
from pytuck_desktop.widgets.labels import PlainLabel
from pytuck_desktop.workspace.staged_edits import Identity, Invalid

if TYPE_CHECKING:
    from pytuck_desktop.widgets.editors.make_field import Field
    from pytuck_desktop.workspace.parent_rows import ParentSearch
    from pytuck_desktop.workspace.typed_text import Typed

_LINES_SIZE = (360, 150)
"""Least size in pixels of an editor of several lines."""


class _Cell:
    """The cell an editor stands for, by identity of its row: rows may move meanwhile."""

    def __init__(self, row: int, column: int, identity: Identity | None, field: Field) -> None:
        self.row = row
        self.column = column
        self.identity = identity
        self.field = field


class Editors(QObject):
    """Makes, checks and commits the editors of one grid."""

    chosen = Signal(QWidget)  # its value was picked, and can be taken at once
    room_wanted = Signal(QWidget)  # the user wants a window for the value

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
        field = self._make(parent, row, column)
        field.setObjectName("cellEditor")
        field.setAccessibleName(self._viewmodel.columns[column].name)
        self._cells[field] = _Cell(row, column, self._viewmodel.identity(row), field)
        field.destroyed.connect(lambda: self._forget(field))
        return field

    def _make(self, parent: QWidget, row: int, column: int) -> Field:
        # The types of the library are loaded by the first editor, not at the start.
        from pytuck_desktop.widgets.editors.fields import LinesField
        from pytuck_desktop.widgets.editors.make_field import make_field
        from pytuck_desktop.widgets.editors.reading import Reading

        rows = self._viewmodel
        reading = Reading(
            rows.columns[column], rows.full_value(row, column), rows.valid_value(row, column)
        )
        field = make_field(reading, parent, search=self.search(column))
        field.retyped.connect(lambda: self._retype(field))
        if isinstance(field, LinesField):
            field.room_wanted.connect(lambda: self.room_wanted.emit(field))
        else:
            field.chosen.connect(lambda: self.chosen.emit(field))
        return field

    def search(self, column: int) -> ParentSearch | None:
        """Return what finds the rows a column may refer to; None if it refers to none."""
        from pytuck_desktop.workspace.parent_rows import ParentSearch

        document, target = self._viewmodel.document, self._viewmodel.columns[column].foreign_key
        is_known = target is not None and target[0] in (one.name for one in document.tables)
        return ParentSearch(document, target) if target is not None and is_known else None

    def begin_with(self, editor: QWidget, text: str) -> None:
        """Put what was typed before the editor was there in place of its value."""
        self._cells[editor].field.begin_with(text)

    def place(self, editor: QWidget, area: QRect) -> None:
        """Put an editor over its cell; one of several lines is larger, and stays in view."""
        if not isinstance(editor, QPlainTextEdit):
            self._place_line(editor, area)
            return
        width, height = max(area.width(), _LINES_SIZE[0]), _LINES_SIZE[1]
        parent = editor.parentWidget()
        assert parent is not None
        left = max(0, min(area.left(), parent.width() - width))
        top = max(0, min(area.top(), parent.height() - height))
        editor.setGeometry(left, top, min(width, parent.width()), min(height, parent.height()))

    def _place_line(self, editor: QWidget, area: QRect) -> None:
        parent = editor.parentWidget()
        assert parent is not None
        width = min(max(area.width(), self._cells[editor].field.wanted_width), parent.width())
        left = max(0, min(area.left(), parent.width() - width))
        editor.setGeometry(QRect(left, area.top(), width, area.height()).adjusted(-1, -1, 1, 1))

    def commit(self, editor: QWidget) -> bool:
        """Stage what the editor holds, if it is changed and valid; return False if refused."""
        cell = self._cells.get(editor)
        if cell is None:
            return True
        typed = cell.field.typed()
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
        typed = None if cell is None else cell.field.typed()
        if cell is not None and typed is not None and typed.refusal is not None:
            self._stage(editor, cell, typed.as_invalid(cell.field.entered_text))

    def _stage(self, editor: QWidget, cell: _Cell, value: Stored | Invalid) -> None:
        self._drop_reason(editor)
        if cell.identity is not None:
            self._viewmodel.stage(cell.identity, cell.row, cell.column, value)
        reading = cell.field.reading
        reading.held = value.text if isinstance(value, Invalid) else value
        reading.started_with = cell.field.entered_text

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

    def _retype(self, editor: QWidget) -> None:
        if not self.is_refused(editor):
            return
        typed = self._cells[editor].field.typed()
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
    from pytuck_desktop.widgets.editors.refusal_texts import refusal_text

    return refusal_text(typed)
