"""A line of text with buttons above the content it concerns: errors without a dialog."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from pytuck_desktop.theme.icons import icon
from pytuck_desktop.theme.pixmaps import pixmap
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.labels import PlainLabel

Tone = Literal["error", "warning", "info"]


class Banner(QFrame):
    """Hidden until `show_message` is called; stays until closed or `clear`ed."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._tone: Tone = "error"
        self._details = ""
        self.setObjectName("banner")
        self._mark = QLabel()
        self.label = PlainLabel(wrap=True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(2)
        self._copy = QPushButton(self.tr("Copy details"))
        self._copy.setObjectName("flat")
        self._copy.clicked.connect(self._copy_details)
        close = QToolButton()
        close.setObjectName("tabClose")
        close.setAccessibleName(self.tr("Close message"))
        close.setToolTip(self.tr("Close message"))
        close.clicked.connect(self.clear)
        self._close = close
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 6, 8, 6)
        row.setSpacing(10)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.label, 1)
        row.addLayout(self._buttons)
        row.addWidget(self._copy)
        row.addWidget(close)
        self.hide()

    def show_message(
        self,
        text: str,
        *,
        tone: Tone = "error",
        details: str = "",
        actions: Sequence[tuple[str, Callable[[], None]]] = (),
    ) -> None:
        """Show a message in place of the last one.

        Args:
            text: What happened, where, what to do next.
            details: What 'Copy details' copies; no such button if empty.
            actions: Further buttons: label and what a click does.
        """
        self._details = details
        self._tone = tone
        self.setProperty("tone", tone)
        self.label.show_text(text)
        self._copy.setVisible(bool(details))
        while (item := self._buttons.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for label, run in actions:
            button = QPushButton(label)
            button.setObjectName("flat")
            button.clicked.connect(run)
            self._buttons.addWidget(button)
        self.use_tokens(self._tokens)
        self.show()

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        colour = {
            "error": tokens.error_text,
            "warning": tokens.warning_text,
            "info": tokens.info_text,
        }[self._tone]
        self._mark.setPixmap(pixmap(self._tone, colour))
        self._close.setIcon(icon("close", tokens))
        self.style().unpolish(self)
        self.style().polish(self)

    def clear(self) -> None:
        """Hide the banner."""
        self._details = ""
        self.hide()

    def _copy_details(self) -> None:
        QGuiApplication.clipboard().setText(self._details)
