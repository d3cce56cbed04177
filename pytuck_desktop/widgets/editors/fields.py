"""Fields for one value: a line, several lines, a choice. Each knows what is typed in it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QToolButton, QWidget

from pytuck.types import Stored
from pytuck_desktop.theme.pixmaps import pixmap
from pytuck_desktop.widgets.editors.reading import Reading
from pytuck_desktop.workspace.typed_text import Typed

_MOST_WIDTH = 420
"""Pixels up to which a field of one line grows over its cell."""

_MOST_CHARACTERS = 2**31 - 1


class LineField(QLineEdit):
    """A text in one line."""

    retyped = Signal()
    chosen = Signal()  # what is in the field now was picked, and can be taken at once
    _margin = 24

    def __init__(self, reading: Reading, parent: QWidget | None = None) -> None:
        super().__init__(reading.started_with, parent)
        self.reading = reading
        self.setMaxLength(_MOST_CHARACTERS)
        self.selectAll()
        self.textChanged.connect(self.retyped)

    @property
    def entered_text(self) -> str:
        """What is in the field, as text."""
        return self.text()

    @property
    def wanted_width(self) -> int:
        """The width in which the value it began with can be read, within reason."""
        text = self.fontMetrics().horizontalAdvance(self.reading.started_with)
        return min(text + self._margin, _MOST_WIDTH)

    def typed(self) -> Typed | None:
        """Return what is typed; None if nothing was changed."""
        return self.reading.of_text(self.text())

    def begin_with(self, text: str) -> None:
        """Put what was typed before the field was there in place of its value."""
        self.setText(text)


class LinesField(QPlainTextEdit):
    """A text in several lines; a button in its corner asks for more room."""

    retyped = Signal()
    room_wanted = Signal()
    wanted_width = 360

    def __init__(self, reading: Reading, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reading = reading
        self.setPlainText(reading.started_with)
        self.selectAll()
        self.textChanged.connect(self.retyped)
        self.room_button = QToolButton(self)
        self.room_button.setIcon(QIcon(pixmap("open-window", self.palette().text().color().name())))
        self.room_button.setToolTip(self.tr("Edit in a window (Shift+F2)"))
        self.room_button.setAccessibleName(self.tr("Edit in a window"))
        self.room_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.room_button.setCursor(Qt.CursorShape.ArrowCursor)
        self.room_button.clicked.connect(self.room_wanted)

    @property
    def entered_text(self) -> str:
        """What is in the field, as text."""
        return self.toPlainText()

    def typed(self) -> Typed | None:
        """Return what is typed; None if nothing was changed."""
        return self.reading.of_text(self.toPlainText())

    def begin_with(self, text: str) -> None:
        """Put what was typed before the field was there in place of its value."""
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        if event.key() == Qt.Key.Key_F2 and is_shift:
            self.room_wanted.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        button, area = self.room_button, self.viewport().geometry()
        button.adjustSize()
        button.move(area.right() - button.width(), area.bottom() - button.height())


class ChoiceField(QComboBox):
    """One of a few values, by their words."""

    retyped = Signal()
    chosen = Signal()

    def __init__(
        self,
        reading: Reading,
        choices: Sequence[tuple[str, Stored]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.reading = reading
        self._values: list[Stored] = []
        for text, value in choices:
            self._add(text, value)
        if reading.column.nullable or reading.held is None:
            self._add("NULL", None)
        if not self._holds(reading.held):
            self._add(str(reading.held), reading.held)
        self.setCurrentIndex(self._place(reading.held))
        self.currentIndexChanged.connect(self.retyped)
        self._is_list_closing = False
        self.activated.connect(self._after_choice)

    def _add(self, text: str, value: Stored) -> None:
        self._values.append(value)
        self.addItem(text, value)

    def _holds(self, value: Stored) -> bool:
        return self._place(value) >= 0

    def _place(self, value: Stored) -> int:
        # Not by `index`: 1 is equal to True and to 1.0.
        places = (at for at, one in enumerate(self._values) if _is_same(one, value))
        return next(places, -1)

    @property
    def wanted_width(self) -> int:
        """The width in which every choice can be read."""
        return min(self.sizeHint().width(), _MOST_WIDTH)

    @property
    def entered_text(self) -> str:
        """What is chosen, as text."""
        return self.currentText()

    def typed(self) -> Typed | None:
        """Return what is chosen; None if nothing was changed."""
        return self.reading.of_value(self._values[self.currentIndex()])

    def begin_with(self, text: str) -> None:
        """Choose what begins with a text."""
        at = self.findText(text, Qt.MatchFlag.MatchStartsWith)
        if at >= 0:
            self.setCurrentIndex(at)

    def hidePopup(self) -> None:
        super().hidePopup()
        self._is_list_closing = True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._is_list_closing = False
        super().keyPressEvent(event)

    def _after_choice(self) -> None:
        # Arrow keys choose, too, but not for good.
        if self._is_list_closing:
            self.chosen.emit()


def _is_same(left: Stored, right: Stored) -> bool:
    return type(left) is type(right) and left == right
