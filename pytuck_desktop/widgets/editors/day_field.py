"""A date, with or without a time of day: typed, or chosen from a calendar."""

from __future__ import annotations

from PySide6.QtCore import QDate, QDateTime, QEvent, QObject, QPoint, Qt, QTime, Signal
from PySide6.QtGui import QAction, QIcon, QKeyEvent, QTextCharFormat, QTransform
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCalendarWidget,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QTimeEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.theme.pixmaps import pixmap
from pytuck_desktop.widgets.editors.fields import LineField
from pytuck_desktop.widgets.editors.reading import Reading

_DAY, _TIME = "yyyy-MM-dd", "HH:mm:ss"
_FIRST_DAY, _LAST_DAY = QDate(1, 1, 1), QDate(9999, 12, 31)
"""What the types of the library hold."""


class DayField(LineField):
    """A line with a calendar behind a button, or Alt+Down."""

    _margin = 52

    def __init__(
        self, reading: Reading, parent: QWidget | None = None, *, has_time: bool = False
    ) -> None:
        super().__init__(reading, parent)
        self.has_time = has_time
        self.panel: DayPanel | None = None
        ink = self.palette().text().color().name()
        action = QAction(QIcon(pixmap("calendar", ink)), self.tr("Choose a day (Alt+Down)"), self)
        action.triggered.connect(self.open_calendar)
        self.addAction(action, LineField.ActionPosition.TrailingPosition)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and _opens(event):
            event.accept()  # in the window it may be the key of an action
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _opens(event):
            self.open_calendar()
        else:
            super().keyPressEvent(event)

    def open_calendar(self) -> None:
        """Show the calendar at the day that is typed, or today."""
        panel = DayPanel(self, has_time=self.has_time, has_null=self.reading.column.nullable)
        panel.show_text(self.text())
        panel.picked.connect(self._take)
        self.panel = panel
        panel.open_below(self)

    def _take(self, text: str, is_final: bool) -> None:
        self.setText(text)
        if is_final and self.panel is not None:
            self.panel.close()
            self.setFocus()
            self.chosen.emit()


def _opens(event: QEvent) -> bool:
    is_key = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Down
    return is_key and bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)  # type: ignore[attr-defined]


class DayPanel(QFrame):
    """A calendar, with a time of day if wanted, that opens over everything else."""

    picked = Signal(str, bool)  # the text, and whether that is all

    def __init__(self, parent: QWidget, *, has_time: bool, has_null: bool) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._fraction = ""
        self.calendar = QCalendarWidget()
        self.calendar.setDateRange(_FIRST_DAY, _LAST_DAY)
        self.calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        # Red Saturdays and Sundays would look like something refused.
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.calendar.setWeekdayTextFormat(day, QTextCharFormat())
        self._draw_arrows()
        self.calendar.setAccessibleName(self.tr("Calendar"))
        self.calendar.clicked.connect(lambda: self._pick(is_final=not has_time))
        self.calendar.activated.connect(lambda: self._pick(is_final=True))
        self.time: QTimeEdit | None = self._make_time() if has_time else None
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.calendar)
        column.addLayout(self._buttons(has_null=has_null))

    def _draw_arrows(self) -> None:
        # Qt's own ones are black in any theme.
        arrow = pixmap("down", self.palette().text().color().name())
        for name, degrees in (("qt_calendar_prevmonth", 90), ("qt_calendar_nextmonth", -90)):
            button = self.calendar.findChild(QToolButton, name)
            if button is not None:
                button.setIcon(QIcon(arrow.transformed(QTransform().rotate(degrees))))

    def _make_time(self) -> QTimeEdit:
        made = QTimeEdit()
        made.setDisplayFormat(_TIME)
        made.setButtonSymbols(QAbstractSpinBox.ButtonSymbols.NoButtons)
        made.setAccessibleName(self.tr("Time of day"))
        made.timeChanged.connect(self._pick_time)
        made.installEventFilter(self)
        return made

    def _buttons(self, *, has_null: bool) -> QHBoxLayout:
        row = QHBoxLayout()
        if self.time is not None:
            row.addWidget(self.time)
        row.addStretch(1)
        if has_null:
            row.addWidget(self._button("NULL", lambda: self.picked.emit("", True)))
        now = self.tr("Today") if self.time is None else self.tr("Now")
        row.addWidget(self._button(now, self._pick_now))
        if self.time is not None:
            done = self._button(self.tr("Done"), lambda: self._pick(is_final=True))
            done.setObjectName("primary")
            row.addWidget(done)
        return row

    def _button(self, text: str, run: object) -> QPushButton:
        button = QPushButton(text)
        button.clicked.connect(lambda _=False: run())  # type: ignore[operator]
        return button

    def show_text(self, text: str) -> None:
        """Show the day and time of a text; today at midnight if it is neither."""
        day = QDate.fromString(text[:10], _DAY)
        self.calendar.setSelectedDate(day if day.isValid() else QDate.currentDate())
        if self.time is not None:
            at = QTime.fromString(text[11:19], _TIME)
            at = at if at.isValid() else QTime.fromString(text[11:16], "HH:mm")
            self._fraction = text[19:] if day.isValid() else ""
            blocked = self.time.blockSignals(True)
            self.time.setTime(at if at.isValid() else QTime(0, 0))
            self.time.blockSignals(blocked)

    def open_below(self, field: QWidget) -> None:
        """Show the panel under a field, or above it where there is no room."""
        self.adjustSize()
        at = field.mapToGlobal(QPoint(0, field.height() + 2))
        room = field.screen().availableGeometry()
        if at.y() + self.height() > room.bottom():
            at.setY(field.mapToGlobal(QPoint(0, 0)).y() - self.height() - 2)
        at.setX(max(room.left(), min(at.x(), room.right() - self.width())))
        self.move(at)
        self.show()
        self.calendar.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_key = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if is_key and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):  # type: ignore[attr-defined]
            self._pick(is_final=True)
            return True
        return super().eventFilter(watched, event)

    def _pick_now(self) -> None:
        now = QDateTime.currentDateTime()
        self.calendar.setSelectedDate(now.date())
        if self.time is not None:
            self._fraction = ""
            self.time.setTime(now.time())
        self._pick(is_final=True)

    def _pick_time(self) -> None:
        self._fraction = ""
        self._pick(is_final=False)

    def _pick(self, *, is_final: bool) -> None:
        day = self.calendar.selectedDate().toString(_DAY)
        if self.time is None:
            self.picked.emit(day, is_final)
        else:
            self.picked.emit(f"{day} {self.time.time().toString(_TIME)}{self._fraction}", is_final)
