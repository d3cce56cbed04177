"""Values with bars behind them that say how many rows each has."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.visible_text import cell_text

_LINE_AIR, _PADDING = 8, 8


class Share(NamedTuple):
    """One value and its rows."""

    text: str
    rows: int


class SharesList(QWidget):
    """A few values, one line each; nothing can be chosen."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._total = 0
        self.shares: list[Share] = []

    def show_shares(self, shares: list[Share], total: int) -> None:
        """Show values; a bar as wide as the list would be `total` rows."""
        self.shares, self._total = shares, total
        self.setAccessibleDescription("; ".join(f"{text}: {rows:,}" for text, rows in shares))
        self.setFixedHeight(max(1, len(shares)) * self._line)
        self.update()

    @property
    def _line(self) -> int:
        return self.fontMetrics().height() + _LINE_AIR

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self._line)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        for place, share in enumerate(self.shares):
            self._paint(painter, QRect(0, place * self._line, self.width(), self._line), share)

    def _paint(self, painter: QPainter, area: QRect, share: Share) -> None:
        part = share.rows / self._total if self._total else 0.0
        bar = area.adjusted(0, 1, 0, -1)
        bar.setWidth(max(2, round(area.width() * part)))
        painter.fillRect(bar, QColor(self._tokens.selection))
        inner = area.adjusted(_PADDING, 0, -_PADDING, 0)
        metrics = painter.fontMetrics()
        rows = f"{share.rows:,} · {part:.1%}"
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(self._tokens.muted))
        painter.drawText(inner, int(middle | Qt.AlignmentFlag.AlignRight), rows)
        room = inner.adjusted(0, 0, -metrics.horizontalAdvance(rows) - _PADDING, 0)
        shown = metrics.elidedText(cell_text(share.text), Qt.TextElideMode.ElideRight, room.width())
        painter.setPen(QColor(self._tokens.text))
        painter.drawText(room, int(middle | Qt.AlignmentFlag.AlignLeft), shown)
