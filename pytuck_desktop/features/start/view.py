"""What stands in place of tables: the start page, and a quiet one beside the sidebar."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.intents import ChooseFiles, ForgetFile, OpenFile, OpenSample
from pytuck_desktop.theme.icons import icon
from pytuck_desktop.theme.pixmaps import SIZE, pixmap
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.labels import ElidedLabel, PlainLabel

_SHOWN_RECENT = 6


class QuietPage(QFrame):
    """Stands in the middle while files are open and none of their tables is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._hint = PlainLabel("", tone="muted")
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        QVBoxLayout(self).addWidget(self._hint)

    def show_hint(self, *, has_file: bool) -> None:
        """Say what to do, or nothing while the file is being opened."""
        self._hint.show_text(self.tr("Choose a table in the sidebar.") if has_file else "")


class StartPage(QFrame):
    """Says what can be done when nothing is open."""

    intent = Signal(object)

    def __init__(self, recent: list[str], tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self._tokens = tokens
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        self._drop_icon = QLabel()
        self._open = QPushButton(self.tr("Open…"))
        self._open.setObjectName("primary")
        self._open.clicked.connect(lambda: self.intent.emit(ChooseFiles()))
        self._sample = QPushButton(self.tr("Open the sample"))
        self._sample.clicked.connect(lambda: self.intent.emit(OpenSample()))
        for button in (self._open, self._sample):
            button.setIconSize(QSize(SIZE + 4, SIZE))
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        outer.addLayout(self._column(), 10)
        outer.addStretch(1)
        self.show_recent(recent)
        self.use_tokens(tokens)

    def _column(self) -> QVBoxLayout:
        title = PlainLabel("Pytuck Desktop", tone="title")
        subtitle = PlainLabel(
            self.tr("Browse and edit .pytuck files and SQLite databases."), tone="muted", wrap=True
        )
        self._recent_title = PlainLabel(self.tr("Recent files"), tone="heading")
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addStretch(2)
        column.addWidget(title)
        column.addWidget(subtitle)
        column.addSpacing(14)
        column.addWidget(self._drop_zone())
        column.addSpacing(18)
        column.addWidget(self._recent_title)
        column.addLayout(self._recent)
        column.addStretch(3)
        return column

    def _drop_zone(self) -> QFrame:
        zone = QFrame()
        zone.setObjectName("dropZone")
        zone.setMaximumWidth(620)
        text = PlainLabel(self.tr("Drop files here, or"), tone="muted")
        row = QHBoxLayout(zone)
        row.setContentsMargins(22, 24, 22, 24)
        row.setSpacing(12)
        row.addStretch(1)
        row.addWidget(self._drop_icon)
        row.addWidget(text)
        row.addWidget(self._open)
        row.addWidget(self._sample)
        row.addStretch(1)
        return zone

    def show_recent(self, recent: list[str]) -> None:
        """Show the files opened last, the newest first."""
        while (item := self._recent.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for path in recent[:_SHOWN_RECENT]:
            line = RecentFile(path, self._tokens)
            line.intent.connect(self.intent)
            self._recent.addWidget(line)
        self._recent_title.setVisible(bool(recent))

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self._drop_icon.setPixmap(pixmap("drop", tokens.muted, 20))
        self._open.setIcon(icon("open", tokens, tokens.on_accent))
        self._sample.setIcon(icon("sample", tokens))
        for line in self.findChildren(RecentFile):
            line.use_tokens(tokens)


class RecentFile(QFrame):
    """One recent file: name and folder; a click or Enter opens it."""

    intent = Signal(object)

    def __init__(self, path: str, tokens: Tokens) -> None:
        super().__init__()
        self._path = path
        self.setMaximumWidth(620)
        pure = PurePath(path)
        self._icon = QLabel()
        name = PlainLabel(pure.name)
        font = QFont(name.font())
        font.setWeight(QFont.Weight.Medium)
        name.setFont(font)
        name.setMaximumWidth(320)
        folder = ElidedLabel(str(pure.parent), tone="muted")
        self._open = QPushButton(self.tr("Open"))
        self._open.setObjectName("flat")
        self._open.setAccessibleName(self.tr("Open {0}").format(pure.name))
        self._open.clicked.connect(self._ask_open)
        self._forget = QToolButton()
        self._forget.setObjectName("tabClose")
        self._forget.setToolTip(self.tr("Remove from this list"))
        self._forget.setAccessibleName(self.tr("Remove from this list"))
        self._forget.clicked.connect(lambda: self.intent.emit(ForgetFile(self._path)))
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(9)
        row.addWidget(self._icon)
        row.addWidget(name)
        row.addWidget(folder, 1)
        row.addWidget(self._open)
        row.addWidget(self._forget)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.use_tokens(tokens)

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._icon.setPixmap(pixmap("database", tokens.muted))
        self._forget.setIcon(icon("close", tokens, tokens.muted))

    def _ask_open(self) -> None:
        self.intent.emit(OpenFile(self._path))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._ask_open()
