"""A line of the recent changes: the table and the time, and under it what was done by whom."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from pytuck_desktop.features.recent_changes.model import RecentModel
from pytuck_desktop.theme.tokens import Tokens

_MARGIN, _GAP = 10, 3
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class RecentPainter(QStyledItemDelegate):
    """Paints the lines of a `RecentModel`."""

    def __init__(self, model: RecentModel, tokens: Tokens) -> None:
        super().__init__()
        self._model = model
        self.tokens = tokens

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(160, 2 * option.fontMetrics.height() + _GAP + 2 * 6)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        tokens, area = self.tokens, QRect(option.rect)
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, QColor(tokens.selection))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, QColor(tokens.hover))
        table, when, done, author = self._model.texts(self._model.lines[index.row()])
        inner = area.adjusted(_MARGIN, 6, -_MARGIN, -6)
        above = inner.adjusted(0, 0, 0, -(inner.height() + _GAP) // 2)
        below = inner.adjusted(0, (inner.height() + _GAP) // 2, 0, 0)
        font = QFont(option.font)
        rest = self._right(painter, font, above, when)
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        self._left(painter, bold, tokens.text, rest, table)
        rest = self._right(painter, font, below, author)
        self._left(painter, font, tokens.muted, rest, done)

    def _right(self, painter: QPainter, font: QFont, area: QRect, text: str) -> QRect:
        """Paint a text at the right, in at most half of the room, and return the rest."""
        painter.setFont(font)
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, area.width() // 2)
        painter.setPen(QColor(self.tokens.muted))
        painter.drawText(
            area, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), shown
        )
        return area.adjusted(0, 0, -metrics.horizontalAdvance(shown) - _MARGIN, 0)

    @staticmethod
    def _left(painter: QPainter, font: QFont, colour: str, area: QRect, text: str) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, int(_LEFT), shown)
