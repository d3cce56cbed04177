"""The dialog that gives a column of the selected rows one value, by the editor of its type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.widgets.editors.key_field import KeyField
from pytuck_desktop.widgets.editors.make_field import Field, make_field
from pytuck_desktop.widgets.editors.reading import Reading
from pytuck_desktop.widgets.editors.refusal_texts import refusal_text
from pytuck_desktop.widgets.labels import PlainLabel
from pytuck_desktop.workspace.typed_text import Typed

if TYPE_CHECKING:
    from pytuck.types import Stored
    from pytuck_desktop.features.grid.view import GridView

_WIDTH, _LINES_HEIGHT, _LIST_HEIGHT = 420, 120, 400


class ValueQuestion(QDialog):
    """Asks for one value of a column; begins with that of the current cell."""

    answered = Signal(object)  # the value

    def __init__(self, field: Field, row_count: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(self.tr("Set column to value"))
        self.setMinimumWidth(_WIDTH)
        self.field = field
        name = field.reading.column.name[:120]
        title = self.tr("{0} in {1} selected rows:").format(name, f"{row_count:,}")
        field.setAccessibleName(self.tr("Value"))
        if isinstance(field, QPlainTextEdit):
            field.setFixedHeight(_LINES_HEIGHT)
            field.room_button.hide()
        if isinstance(field, KeyField):
            self.setMinimumHeight(_LIST_HEIGHT)
        field.retyped.connect(self._check)
        self.note = PlainLabel("", tone="error", wrap=True)
        self.note.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(10)
        column.addWidget(PlainLabel(title, tone="heading", wrap=True))
        column.addWidget(field)
        column.addWidget(self.note)
        column.addStretch(1)
        column.addLayout(self._buttons())
        field.setFocus()

    def _buttons(self) -> QHBoxLayout:
        self.null = QPushButton(self.tr("Set NULL"))
        self.null.setAutoDefault(False)
        self.null.setVisible(self.field.reading.column.nullable)
        self.null.clicked.connect(lambda: self._answer(None))
        cancel = QPushButton(self.tr("Cancel"))
        cancel.setAutoDefault(False)
        cancel.clicked.connect(self.reject)
        self.take = QPushButton(self.tr("Set"))
        self.take.setDefault(True)
        self.take.clicked.connect(self._take)
        row = QHBoxLayout()
        row.addWidget(self.null)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.take)
        return row

    def _check(self) -> Typed:
        reading = self.field.reading
        typed = self.field.typed() or Typed(reading.valid)
        is_refused = typed.refusal is not None
        self.note.show_text(refusal_text(typed) if is_refused else "")
        self.note.setVisible(is_refused)
        self.take.setEnabled(not is_refused)
        return typed

    def _take(self) -> None:
        typed = self._check()
        if typed.refusal is None:
            self._answer(typed.value)

    def _answer(self, value: Stored) -> None:
        self.answered.emit(value)
        self.accept()


def ask_value(grid: GridView, column: int) -> None:
    """Ask for a value for the selected rows of a grid, and stage it."""
    rows, table = grid.viewmodel, grid.table
    ranges, described = table.selected_ranges(), rows.columns[column]
    valid = rows.valid_value(table.current_row, column)
    held = None if rows.full_length(table.current_row, column) else valid
    field = make_field(Reading(described, held, held), search=table.editors.search(column))
    question = ValueQuestion(field, grid.selected_row_count, grid)
    question.answered.connect(lambda value: grid.blocks.set_all(ranges, column, value))
    question.show()
