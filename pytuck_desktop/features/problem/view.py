"""One clear message about a file: its name, what is wrong, and the action that fits."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from pytuck_desktop.i18n.error_texts import Explanation, Remedy
from pytuck_desktop.intents import ChooseFiles, Intent, OpenFile, UnlockFile
from pytuck_desktop.theme.pixmaps import pixmap
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.labels import PlainLabel


class ProblemPage(QFrame):
    """Stands in the tab of a file that is not open."""

    intent = Signal(object)

    def __init__(
        self, path: str, explanation: Explanation, tokens: Tokens, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.path = path
        self.explanation = explanation
        self._mark = QLabel()
        name = PlainLabel(PurePath(path).name, tone="title", wrap=True)
        self.text = PlainLabel(explanation.text, wrap=True)
        where = PlainLabel(path, tone="muted", wrap=True)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addStretch(2)
        column.addWidget(self._mark)
        column.addWidget(name)
        column.addWidget(where)
        column.addSpacing(8)
        column.addWidget(self.text)
        column.addSpacing(12)
        column.addLayout(self._buttons(explanation))
        column.addStretch(3)
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        outer.addLayout(column, 6)
        outer.addStretch(1)
        self.use_tokens(tokens)

    def _buttons(self, explanation: Explanation) -> QHBoxLayout:
        choose = (self.tr("Choose another…"), ChooseFiles())
        retry = (self.tr("Try again"), OpenFile(self.path))
        unlock = (self.tr("Enter password…"), UnlockFile(self.path))
        offered: dict[Remedy, tuple[tuple[str, Intent], ...]] = {
            Remedy.CHOOSE_ANOTHER: (choose, retry),
            Remedy.TRY_AGAIN: (retry, choose),
            Remedy.ENTER_PASSWORD: (unlock, choose),
        }
        row = QHBoxLayout()
        row.setSpacing(8)
        for at, (label, intent) in enumerate(offered[explanation.remedy]):
            button = QPushButton(label)
            button.setObjectName("primary" if at == 0 else "")
            button.clicked.connect(lambda _=False, asked=intent: self.intent.emit(asked))
            row.addWidget(button)
        copy = QPushButton(self.tr("Copy details"))
        copy.setObjectName("flat")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(explanation.details))
        row.addWidget(copy)
        row.addStretch(1)
        return row

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        locked = self.explanation.remedy is Remedy.ENTER_PASSWORD
        name, colour = ("lock", tokens.accent_text) if locked else ("error", tokens.error_text)
        self._mark.setPixmap(pixmap(name, colour, 32))


class NotePage(QFrame):
    """Stands in the tab of a file with nothing to show: still opening, or without tables."""

    def __init__(self, path: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.path = path
        self.label = PlainLabel("", tone="muted")
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.label)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.addStretch(2)
        column.addLayout(row)
        column.addStretch(3)

    def say_opening(self) -> None:
        """Tell that the file is being opened."""
        self.label.show_text(self.tr("Opening {0}…").format(PurePath(self.path).name))

    def say_no_tables(self) -> None:
        """Tell that the file has no tables."""
        self.label.show_text(self.tr("{0} has no tables yet.").format(PurePath(self.path).name))

    def use_tokens(self, tokens: Tokens) -> None:
        """Nothing here has a colour of its own."""
