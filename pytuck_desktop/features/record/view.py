"""The panel of the current row: its fields, and the rows around it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from pytuck_desktop.features.record.form import RecordForm
from pytuck_desktop.features.record.viewmodel import RecordViewModel
from pytuck_desktop.i18n.error_texts import explain
from pytuck_desktop.intents import StepRow
from pytuck_desktop.theme.icons import icon
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.cell_kit import CellKit
from pytuck_desktop.widgets.labels import ElidedLabel, PlainLabel
from pytuck_desktop.widgets.side_panel import SidePanel
from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.places import Place
from pytuck_desktop.workspace.snapshots import RowState

_MANY_COLUMNS = 15
"""From so many on, columns can be searched for."""


class RecordPanel(SidePanel):
    """Follows the current row in front; edits in it are staged as in the grid."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(tokens, parent)
        self.model = RecordViewModel(self)
        self.heading = ElidedLabel(tone="heading")
        self.position = PlainLabel(tone="muted")
        self.previous = self._button("up", self.tr("Previous row"), -1)
        self.next = self._button("down", self.tr("Next row"), 1)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Find a column"))
        self.search.setAccessibleName(self.tr("Find a column"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.model.set_part)
        self.form = RecordForm(self.model, tokens)
        self.form.intent.connect(self._go)
        self.hint = PlainLabel(
            self.tr("Select a row of a table to see it here."), tone="muted", wrap=True
        )
        self.note = PlainLabel(tone="muted", wrap=True)
        self.note.hide()
        self.model.changed.connect(self._show)
        self.model.refused.connect(self._say_refusal)
        self.model.failed.connect(self._say_error)
        self._lay_out()
        self.setFocusProxy(self.form)
        self._show()

    def _button(self, name: str, tip: str, by: int) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name, self.tokens))
        button.setProperty("icon-name", name)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda: self._go(StepRow(by)))
        return button

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.heading, 1)
        row.addWidget(self.previous)
        row.addWidget(self.next)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 10)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.position)
        column.addWidget(self.search)
        column.addWidget(self.note)
        column.addWidget(self.hint, 0, Qt.AlignmentFlag.AlignTop)
        column.addWidget(self.form, 1)

    # --- what is shown ---------------------------------------------------------------------

    def use_kit(self, kit: CellKit) -> None:
        """Show values as this says."""
        self.form.use_kit(kit)

    def show_place(self, place: Place | None) -> None:
        """Show the row in front; an open editor keeps what is typed as a staged edit."""
        before = self.model.place
        if before is not None and _row(before) != _row(place):
            self._leave_row()
        self.model.show(place)

    def _leave_row(self) -> None:
        self.note.hide()
        editor = self.form.editor
        if not self.form.finish_editing():
            column = editor.column
            editor.give_up()
            name = "" if column is None else column.name
            self._say(self.tr("What was typed for {0} does not fit and was left out.").format(name))

    def finish_editing(self) -> bool:
        return self.form.finish_editing()

    def _show(self) -> None:
        place, table = self.model.place, self.model.table
        has_row = place is not None and table is not None and place.position >= 0
        self.form.setVisible(has_row)
        self.search.setVisible(
            has_row and table is not None and len(table.columns) >= _MANY_COLUMNS
        )
        for button in (self.previous, self.next):
            button.setVisible(has_row)
        self.position.setVisible(has_row)
        self.heading.setVisible(has_row)
        self.hint.setVisible(not has_row)
        if not has_row or place is None or table is None:
            self.note.hide()
            return
        self.heading.show_text(table.name)
        self.position.show_text(self._position_text(place))
        self.previous.setEnabled(place.position > 0)
        self.next.setEnabled(place.position < place.row_count - 1)

    def _position_text(self, place: Place) -> str:
        text = self.tr("Row {0} of {1}").format(
            f"{place.position + 1:,}", f"{max(place.row_count, place.position + 1):,}"
        )
        states = {
            RowState.NEW: self.tr("new"),
            RowState.CHANGED: self.tr("changed"),
            RowState.DELETED: self.tr("about to be deleted"),
        }
        row = self.model.row
        state = None if row is None else states.get(row.state)
        return text if state is None else f"{text} · {state}"

    def use_tokens(self, tokens: Tokens) -> None:
        super().use_tokens(tokens)
        self.form.use_tokens(tokens)
        for button in (self.previous, self.next):
            button.setIcon(icon(button.property("icon-name"), tokens))

    # --- messages --------------------------------------------------------------------------

    def _say_refusal(self, word: str) -> None:
        words = {
            "read-only": self.tr("The file is open for reading only; it cannot be changed."),
            "view": self.tr("Rows of a view, or without a key, cannot be edited."),
            "generated": self.tr("The file computes this column itself; it cannot be edited."),
            "loading": self.tr("This row is still being loaded. Try again in a moment."),
            "deleted": self.tr("This row is about to be deleted. Undo that to edit it."),
            "damaged": self.tr(
                "This text is not in UTF-8 and cannot be edited as text; Set NULL clears it."
            ),
            "too-long": self.tr("This value is too long to be edited here."),
            "not-null": self.tr("This column needs a value; it cannot be NULL."),
        }
        self._say(words[word])

    def _say_error(self, error: ErrorInfo) -> None:
        self._say(explain(error).text)

    def _say(self, text: str) -> None:
        self.note.show_text(text)
        self.note.show()

    def _go(self, intent: object) -> None:
        if self.form.finish_editing():
            self.intent.emit(intent)


def _row(place: Place | None) -> tuple[object, ...]:
    return () if place is None else (place.document, place.table, place.identity)
