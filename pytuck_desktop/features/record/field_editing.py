"""The editor that stands in a field of the form, one at a time.

What is typed is staged by Enter, Tab or leaving the field; a refused text stays open with the
reason beneath it, until it is corrected, given up by Esc, or kept by Enter to be put right later.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from pytuck_desktop.widgets.editors.fields import LinesField
from pytuck_desktop.widgets.editors.key_field import KeySearch
from pytuck_desktop.widgets.editors.make_field import Field, make_field
from pytuck_desktop.widgets.editors.reading import Reading
from pytuck_desktop.widgets.editors.refusal_texts import refusal_text
from pytuck_desktop.widgets.labels import PlainLabel
from pytuck_desktop.workspace.file_info import ColumnInfo
from pytuck_desktop.workspace.typed_text import Typed

_AWAY = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
"""The focus comes back: from a menu, a calendar, the choices of a list, another window."""

_LINES_HEIGHT = 150


class FieldEditor(QObject):
    """Edits one field at a time over the lines of the form."""

    staged = Signal(object, object)  # ColumnInfo and value
    stepped = Signal(int)  # to the next field, or the one before
    room_wanted = Signal(object)  # ColumnInfo: the user wants a window for the value

    def __init__(self, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self.widget: Field | None = None
        self.reason: PlainLabel | None = None

    @property
    def column(self) -> ColumnInfo | None:
        """The column that is edited."""
        return None if self.widget is None else self.widget.reading.column

    def open(
        self, reading: Reading, area: QRect, search: KeySearch | None, typed: str = ""
    ) -> None:
        """Put an editor over a field.

        Args:
            search: Finds the rows that a foreign key may refer to.
            typed: Stands in the editor in place of the value, if given.
        """
        self.give_up()
        widget = make_field(reading, self._viewport, search=search)
        widget.setObjectName("cellEditor")
        widget.setAccessibleName(reading.column.name)
        widget.retyped.connect(self._retype)
        if isinstance(widget, LinesField):
            widget.room_wanted.connect(self._want_room)
        else:
            widget.chosen.connect(self.commit)
        self.widget = widget
        if typed:
            widget.begin_with(typed)
        self._place(area)
        widget.installEventFilter(self)
        widget.show()
        widget.setFocus()

    def _want_room(self) -> None:
        column = self.column
        if column is not None and self.commit():
            self.room_wanted.emit(column)

    def _place(self, area: QRect) -> None:
        widget, room = self.widget, self._viewport.rect()
        assert widget is not None
        if isinstance(widget, LinesField):
            height = min(_LINES_HEIGHT, room.height())
            top = max(0, min(area.top(), room.bottom() - height))
            widget.setGeometry(6, top, room.width() - 12, height)
        else:
            height = max(area.height(), widget.sizeHint().height())
            widget.setGeometry(area.left() - 4, area.top(), area.width() + 4, height)

    # --- leaving it ------------------------------------------------------------------------

    def commit(self) -> bool:
        """Stage what is typed and close; False if it is refused."""
        widget = self.widget
        if widget is None:
            return True
        typed = widget.typed()
        if typed is not None and typed.refusal is not None:
            self._show_reason(typed)
            return False
        self.give_up()
        if typed is not None:
            self.staged.emit(widget.reading.column, typed.value)
        return True

    def _keep_refused(self) -> None:
        """Stage a refused text all the same, to be put right before a save."""
        widget = self.widget
        typed = None if widget is None else widget.typed()
        if widget is None or typed is None or typed.refusal is None:
            self.commit()
            return
        invalid = typed.as_invalid(widget.entered_text)
        self.give_up()
        self.staged.emit(widget.reading.column, invalid)

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
        is_left = isinstance(event, QFocusEvent) and event.lostFocus()
        if is_left and event.reason() not in _AWAY and not self._has_focus_within():  # type: ignore[attr-defined]
            self.commit()
        return False

    def _has_focus_within(self) -> bool:
        """Return whether the focus is at what the editor itself has opened, such as a calendar."""
        widget = QApplication.focusWidget()
        while widget is not None and widget is not self.widget:
            widget = widget.parentWidget()
        return widget is not None

    def _take_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        is_lines = isinstance(self.widget, LinesField)
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

    def _retype(self) -> None:
        if self.reason is None or self.widget is None:
            return
        typed = self.widget.typed()
        if typed is None or typed.refusal is None:
            self._drop_reason()
        else:
            self.reason.show_text(refusal_text(typed))

    def _show_reason(self, typed: Typed) -> None:
        widget = self.widget
        assert widget is not None
        if self.reason is None:
            self.reason = PlainLabel("", self._viewport, wrap=True)
            self.reason.setObjectName("cellReason")
            self.reason.setAccessibleName(self.tr("Why the value is refused"))
            self._mark("true")
        way_out = self.tr("Enter once more keeps it, to be put right before saving.")
        self.reason.show_text(f"{refusal_text(typed)}\n{way_out}")
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
