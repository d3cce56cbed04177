"""How the lines of the list of values are painted and clicked."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from pytuck_desktop.features.facets.model import MUTED_ROLE, SHARE_ROLE
from pytuck_desktop.theme.pixmaps import pixmap
from pytuck_desktop.theme.tokens import Tokens

AnyIndex = QModelIndex | QPersistentModelIndex

_BOX = 15
_TEXT_LEFT = 24
_PADDING = 10


class LineDelegate(QStyledItemDelegate):
    """A box, the value, its count, and a line as long as its share below them."""

    def __init__(self, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self._tokens = tokens

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens

    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        hint = super().sizeHint(option, index)
        return QSize(hint.width() + 6, option.fontMetrics.height() + _PADDING)

    def editorEvent(
        self,
        event: QEvent,
        model: QAbstractItemModel,
        option: QStyleOptionViewItem,
        index: AnyIndex,
    ) -> bool:
        """Leave clicks to the view, which takes them anywhere in a line; the keys choose here."""
        if isinstance(event, QMouseEvent):
            return False
        return super().editorEvent(event, model, option, index)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        painter.save()
        tokens, area = self._tokens, option.rect
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(area, QColor(tokens.hover))
        is_muted = bool(index.data(MUTED_ROLE))
        painter.setPen(QColor(tokens.muted if is_muted or index.column() else tokens.text))
        if index.column() == 0:
            self._paint_value(painter, option, index)
        else:
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(area.adjusted(0, 0, -4, 0), right, str(index.data()))
        painter.restore()

    def _paint_value(
        self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex
    ) -> None:
        area = option.rect
        room = area.adjusted(_TEXT_LEFT, 0, -4, 0)
        text = option.fontMetrics.elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        share = float(index.data(SHARE_ROLE) or 0)
        if share:
            line = QRect(room.left(), area.bottom() - 2, max(1, round(room.width() * share)), 2)
            painter.fillRect(line, QColor(self._tokens.accent))
        is_chosen = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked
        self._paint_box(painter, area, is_chosen=is_chosen)

    def _paint_box(self, painter: QPainter, area: QRect, *, is_chosen: bool) -> None:
        tokens = self._tokens
        box = QRect(area.left() + 3, area.center().y() - _BOX // 2, _BOX, _BOX)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.accent if is_chosen else tokens.muted)))
        painter.setBrush(QColor(tokens.accent if is_chosen else tokens.base))
        painter.drawRoundedRect(box.adjusted(0, 0, -1, -1), 3, 3)
        if is_chosen:
            painter.drawPixmap(box.left() + 1, box.top() + 1, pixmap("check", tokens.on_accent, 12))
