"""The editor that stands in a field of the form, one at a time.

What is typed is staged by Enter, Tab or leaving the field; a refused text stays open with the
reason beneath it, until it is corrected, given up by Esc, or kept by Enter to be put right later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from pytuck_desktop.widgets.cell_kit import CellKit, TypedCell
from pytuck_desktop.widgets.labels import PlainLabel
from pytuck_desktop.workspace.file_info import ColumnInfo

if TYPE_CHECKING:
    from pytuck.types import Stored

_LONG_TEXT = 30
_AWAY = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
"""The focus comes back: from a menu, from the choices of a combo box, from another window."""

_LINES_HEIGHT = 150


class FieldEditor(QObject):
    """Edits one field at a time over the lines of the form."""

    staged = Signal(object, object)  # ColumnInfo and value
    stepped = Signal(int)  # to the next field, or the one before

    def __init__(self, viewport: QWidget, kit: CellKit) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self._kit = kit
        self._column: ColumnInfo | None = None
        self._old: Stored = None
        self._started_with = ""
        self.widget: QLineEdit | QPlainTextEdit | QComboBox | None = None
        self.reason: PlainLabel | None = None

    @property
    def column(self) -> ColumnInfo | None:
        """The column that is edited."""
        return self._column if self.widget is not None else None

    def open(
        self, column: ColumnInfo, values: tuple[Stored, Stored], area: QRect, typed: str = ""
    ) -> None:
        """Put an editor over a field.

        Args:
            values: What it holds, and what it held last that fits its column.
            typed: Stands in the editor in place of the value, if given.
        """
        self.give_up()
        self._column, (value, self._old) = column, values
        self._started_with = self._kit.editable(column, value)
        widget = self._make(column, value)
        widget.setObjectName("cellEditor")
        widget.setAccessibleName(column.name)
        self.widget = widget
        if typed and not isinstance(widget, QComboBox):
            _put(widget, typed)
        self._place(area)
        widget.installEventFilter(self)
        widget.show()
        widget.setFocus()

    def _make(self, column: ColumnInfo, value: Stored) -> QLineEdit | QPlainTextEdit | QComboBox:
        if column.storage == "boolean" and value in (None, 0, 1):
            return self._choices(column, value)
        text = self._started_with
        if "\n" in text or len(text) > _LONG_TEXT or column.storage == "json":
            lines = QPlainTextEdit(self._viewport)
            lines.setPlainText(text)
            lines.selectAll()
            lines.textChanged.connect(self._retype)
            return lines
        line = QLineEdit(text, self._viewport)
        line.setMaxLength(2**31 - 1)
        line.selectAll()
        line.textEdited.connect(self._retype)
        return line

    def _choices(self, column: ColumnInfo, value: Stored) -> QComboBox:
        combo = QComboBox(self._viewport)
        combo.addItem(self.tr("✓  true"), 1)
        combo.addItem(self.tr("✗  false"), 0)
        if column.nullable or value is None:
            combo.addItem("NULL", None)
        combo.setCurrentIndex(combo.findData(value))
        combo.activated.connect(self.commit)
        return combo

    def _place(self, area: QRect) -> None:
        widget, room = self.widget, self._viewport.rect()
        assert widget is not None
        if isinstance(widget, QPlainTextEdit):
            height = min(_LINES_HEIGHT, room.height())
            top = max(0, min(area.top(), room.bottom() - height))
            widget.setGeometry(6, top, room.width() - 12, height)
        else:
            height = max(area.height(), widget.sizeHint().height())
            widget.setGeometry(area.left() - 4, area.top(), area.width() + 4, height)

    # --- leaving it ------------------------------------------------------------------------

    def commit(self) -> bool:
        """Stage what is typed and close; False if it is refused."""
        column = self._column
        if self.widget is None or column is None:
            return True
        typed = self._typed()
        if typed is not None and typed.reason:
            self._show_reason(typed.reason)
            return False
        self.give_up()
        if typed is not None:
            self.staged.emit(column, typed.value)
        return True

    def _keep_refused(self) -> None:
        """Stage a refused text all the same, to be put right before a save."""
        column, typed = self._column, self._typed()
        if column is not None and typed is not None and typed.invalid is not None:
            self.give_up()
            self.staged.emit(column, typed.invalid)
        else:
            self.commit()

    def give_up(self) -> None:
        """Close the editor and forget what is typed."""
        widget, self.widget = self.widget, None
        self._drop_reason()
        if widget is not None:
            widget.removeEventFilter(self)
            had_focus = widget.hasFocus()
            widget.hide()
            widget.deleteLater()
            parent = self._viewport.parentWidget()
            if had_focus and parent is not None:
                parent.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.widget:
            return False
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._take_key(event)
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() not in _AWAY:
            self.commit()
        return False

    def _take_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        is_lines = isinstance(self.widget, QPlainTextEdit)
        with_control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key == Qt.Key.Key_Escape:
            self.give_up()
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (not is_lines or with_control):
            if self.reason is None:
                self.commit()
            else:
                self._keep_refused()
            return True
        if key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab) and not is_lines:
            if self.commit():
                self.stepped.emit(1 if key == Qt.Key.Key_Tab else -1)
            return True
        return False

    # --- what is typed ---------------------------------------------------------------------

    def _typed(self) -> TypedCell | None:
        """Return what is typed; None if nothing was changed."""
        assert self._column is not None
        if isinstance(self.widget, QComboBox):
            value = self.widget.currentData()
            return None if value == self._old else TypedCell(value)
        text = self._text()
        if text == self._started_with:
            return None
        return self._kit.typed(self._column, text, self._old)

    def _text(self) -> str:
        if isinstance(self.widget, QPlainTextEdit):
            return self.widget.toPlainText()
        return self.widget.text() if isinstance(self.widget, QLineEdit) else ""

    def _retype(self) -> None:
        if self.reason is None:
            return
        typed = self._typed()
        if typed is None or not typed.reason:
            self._drop_reason()
        else:
            self.reason.show_text(typed.reason)

    def _show_reason(self, text: str) -> None:
        widget = self.widget
        assert widget is not None
        if self.reason is None:
            self.reason = PlainLabel("", self._viewport, wrap=True)
            self.reason.setObjectName("cellReason")
            self.reason.setAccessibleName(self.tr("Why the value is refused"))
            self._mark("true")
        way_out = self.tr("Enter once more keeps it, to be put right before saving.")
        self.reason.show_text(f"{text}\n{way_out}")
        area, room = widget.geometry(), self._viewport.rect()
        self.reason.setFixedWidth(room.width() - 12)
        self.reason.adjustSize()
        below = area.bottom() + 3
        fits = below + self.reason.height() <= room.bottom()
        self.reason.move(6, below if fits else max(0, area.top() - self.reason.height() - 3))
        self.reason.show()
        self.reason.raise_()
        widget.setFocus()

    def _drop_reason(self) -> None:
        if self.reason is not None:
            self.reason.hide()
            self.reason.deleteLater()
            self.reason = None
            self._mark("false")

    def _mark(self, refused: str) -> None:
        if self.widget is not None:
            self.widget.setProperty("refused", refused)
            self.widget.style().unpolish(self.widget)
            self.widget.style().polish(self.widget)


def _put(widget: QLineEdit | QPlainTextEdit, text: str) -> None:
    if isinstance(widget, QLineEdit):
        widget.setText(text)
    else:
        widget.setPlainText(text)
        widget.moveCursor(widget.textCursor().MoveOperation.End)
