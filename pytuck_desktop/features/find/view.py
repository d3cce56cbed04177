"""The bar above the rows in which the user types what to find."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QToolButton, QWidget

from pytuck_desktop.features.find.viewmodel import FindViewModel
from pytuck_desktop.theme.icons import icon
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.labels import ElidedLabel
from pytuck_desktop.workspace.needles import Needle


class FindBar(QFrame):
    """A text field, what was found, and the way from match to match."""

    closed = Signal()

    def __init__(self, model: FindViewModel, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setObjectName("findBar")
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Find in all rows"))
        self.field.setAccessibleName(self.tr("Find in all rows"))
        self.field.setMinimumWidth(140)
        self.field.setMaximumWidth(340)
        self.case = self._toggle("Aa", self.tr("Match upper and lower case"))
        self.pattern = self._toggle(".*", self.tr("Regular expression"))
        self.count = ElidedLabel(tone="muted")
        self.count.setAccessibleName(self.tr("Matches"))
        self._before = self._button(self.tr("Previous match (Shift+F3)"), lambda: model.step(-1))
        self._next = self._button(self.tr("Next match (F3)"), lambda: model.step(1))
        self._close = self._button(self.tr("Close (Esc)"), self.closed.emit)
        self._build()
        self.field.textEdited.connect(self._look)
        self.field.installEventFilter(self)
        model.changed.connect(self._follow)
        self.use_tokens(tokens)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 5, 8, 5)
        row.setSpacing(4)
        row.addWidget(self.field, 2)
        for button in (self.case, self.pattern, self._before, self._next):
            row.addWidget(button)
        row.addSpacing(8)
        row.addWidget(self.count, 3)
        row.addWidget(self._close)

    def _toggle(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setCheckable(True)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(self._look)
        return button

    def _button(self, tip: str, run: object) -> QToolButton:
        button = QToolButton()
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(run)
        return button

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._before.setIcon(icon("up", tokens))
        self._next.setIcon(icon("down", tokens))
        self._close.setIcon(icon("close", tokens))

    def open(self) -> None:
        """Show the bar and let the user type."""
        self._model.begin()
        self.show()
        self.field.setFocus()
        self.field.selectAll()
        if self.field.text():
            self._look()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
                self._model.step(-1 if back else 1)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.closed.emit()
                return True
        return super().eventFilter(watched, event)

    def _look(self) -> None:
        text = self.field.text()
        self._model.look_for(Needle(text, self.case.isChecked(), self.pattern.isChecked()))

    def _follow(self) -> None:
        text = self._count_text()
        self.count.show_text(text)
        finder = self._model.finder
        nothing = bool(self._model.needle.text) and not finder.found and not finder.is_running
        self.field.setProperty("refused", nothing)
        self.field.style().unpolish(self.field)
        self.field.style().polish(self.field)

    def _count_text(self) -> str:
        finder, needle = self._model.finder, self._model.needle
        if not needle.text:
            return ""
        if needle.error():
            return self.tr("This is no regular expression: {0}.").format(needle.error())
        if finder.error is not None:
            return finder.error.message
        count = f"{len(finder.found):,}"
        if finder.is_cut:
            count = self.tr("more than {0}").format(count)
        shown = self._model.shown
        place = None if shown is None else finder.found.place(shown)
        if finder.is_running:
            share = f"{finder.share * 100:.0f} %"
            return self.tr("{0} matches so far · {1} searched…").format(count, share)
        if not finder.found:
            return self.tr("No matches")
        if place is None:
            return self.tr("{0} matches").format(count)
        return self.tr("{0} of {1}").format(f"{place:,}", count)
