"""The field in which one value of a condition is typed, by the type of its column."""

from __future__ import annotations

from PySide6.QtCore import QDate, QSignalBlocker, Signal
from PySide6.QtWidgets import (
    QCalendarWidget,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QToolButton,
    QWidget,
    QWidgetAction,
)

from pytuck_desktop.theme.icons import icon
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.workspace.typed_values import Family

_EXAMPLES = {
    Family.NUMBER: "12.5",
    Family.DATE: "2026-03-31",
    Family.TIMESTAMP: "2026-03-31 14:30",
    Family.TIME: "14:30",
}


class ValueField(QWidget):
    """A line of text; with a calendar for dates, a choice for booleans."""

    changed = Signal()

    def __init__(self, family: Family, tokens: Tokens, *, is_list: bool = False) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.choice: QComboBox | None = None
        self.edit = QLineEdit()
        self.edit.setMinimumWidth(90)
        self.edit.setAccessibleName(self.tr("Value"))
        if family is Family.BOOLEAN and not is_list:
            self.choice = self._make_choice()
            row.addWidget(self.choice, 1)
            return
        example = _EXAMPLES.get(family, "")
        self.edit.setPlaceholderText(self.tr("a, b, null") if is_list else example)
        self.edit.textEdited.connect(self.changed)
        row.addWidget(self.edit, 1)
        if family in (Family.DATE, Family.TIMESTAMP) and not is_list:
            row.addWidget(self._make_calendar(tokens))

    def _make_choice(self) -> QComboBox:
        made = QComboBox()
        made.setAccessibleName(self.tr("Value"))
        made.addItem("", "")
        made.addItem("✓ true", "true")
        made.addItem("✗ false", "false")
        made.currentIndexChanged.connect(self.changed)
        return made

    def _make_calendar(self, tokens: Tokens) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon("calendar", tokens))
        button.setToolTip(self.tr("Choose a day"))
        button.setAccessibleName(self.tr("Choose a day"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.aboutToShow.connect(lambda: self._fill_calendar(menu))
        button.setMenu(menu)
        return button

    def _fill_calendar(self, menu: QMenu) -> None:
        menu.clear()
        calendar = QCalendarWidget()
        day = QDate.fromString(self.edit.text()[:10], "yyyy-MM-dd")
        if day.isValid():
            calendar.setSelectedDate(day)

        def choose(chosen: QDate) -> None:
            self.edit.setText(chosen.toString("yyyy-MM-dd"))
            menu.close()
            self.changed.emit()

        calendar.clicked.connect(choose)
        calendar.activated.connect(choose)
        action = QWidgetAction(menu)
        action.setDefaultWidget(calendar)
        menu.addAction(action)

    @property
    def text(self) -> str:
        """What is typed or chosen."""
        return self.edit.text() if self.choice is None else str(self.choice.currentData())

    def set_text(self, text: str) -> None:
        """Show a value, without a signal."""
        blocker = QSignalBlocker(self.choice or self.edit)
        if self.choice is None:
            self.edit.setText(text)
        else:
            words = {"": "", "true": "true", "1": "true", "false": "false", "0": "false"}
            self.choice.setCurrentIndex(max(0, self.choice.findData(words.get(text.lower(), ""))))
        blocker.unblock()

    def show_refused(self, is_refused: bool) -> None:
        """Mark the field as holding something that means nothing."""
        self.edit.setProperty("refused", is_refused)
        self.edit.style().unpolish(self.edit)
        self.edit.style().polish(self.edit)
