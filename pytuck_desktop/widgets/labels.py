"""Labels that never take their text for HTML."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from pytuck_desktop.widgets.visible_text import tool_tip, visible_lines


class PlainLabel(QLabel):
    """A label for any text, also from files: always plain, hidden characters shown."""

    def __init__(
        self, text: str = "", parent: QWidget | None = None, *, tone: str = "", wrap: bool = False
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setOpenExternalLinks(False)
        self.setWordWrap(wrap)
        if tone:
            self.setProperty("tone", tone)
        self.show_text(text)

    def show_text(self, text: str) -> None:
        """Show `text`."""
        shown = visible_lines(text)
        if shown != self.text():
            self.setText(shown)


class ElidedLabel(PlainLabel):
    """One line that is cut with `…` in the middle where there is no room; a tool tip has all."""

    def __init__(self, text: str = "", parent: QWidget | None = None, *, tone: str = "") -> None:
        super().__init__(text, parent, tone=tone)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, room.width()
        )
        self.setToolTip(tool_tip(self.text()) if shown != self.text() else "")
        painter.drawText(room, int(self.alignment()), shown)
