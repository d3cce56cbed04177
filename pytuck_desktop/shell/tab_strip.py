"""Flat tabs: a preview tab is italic, a dot marks staged edits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QTabBar, QWidget

from pytuck_desktop.theme.pixmaps import pixmap, plain
from pytuck_desktop.theme.tokens import Tokens

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent

_HEIGHT = 34
_PADDING = 12
_ICON = 14
_MOST_TEXT = 220


class TabStrip(QTabBar):
    """A tab bar that draws itself. Texts are shown as they are, `&` included."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._hovered_close = -1
        self._pressed_close = -1
        self.setExpanding(False)
        self.setMovable(True)
        self.setDrawBase(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setUsesScrollButtons(True)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Open tables"))

    def mark(self, index: int, *, icon: str, is_preview: bool, is_staged: bool) -> None:
        """Say how a tab looks beside its text."""
        data = (icon, is_preview, is_staged)
        if self.tabData(index) != data:
            self.setTabData(index, data)
            # Qt asks for sizes again only when a text changes.
            self.setIconSize(self.iconSize())
            self.update()

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    def tabSizeHint(self, index: int) -> QSize:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        text = min(QFontMetrics(font).horizontalAdvance(self.tabText(index)), _MOST_TEXT)
        return QSize(_PADDING + _ICON + 7 + text + 8 + 18 + 8, _HEIGHT)

    def minimumTabSizeHint(self, index: int) -> QSize:
        hint = self.tabSizeHint(index)
        return QSize(min(110, hint.width()), hint.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = self._tokens
        painter.setPen(QColor(tokens.border))
        painter.drawLine(self.rect().bottomLeft(), self.rect().bottomRight())
        for index in range(self.count()):
            self._paint_tab(painter, index)

    def _paint_tab(self, painter: QPainter, index: int) -> None:
        tokens = self._tokens
        area = self.tabRect(index)
        is_current = index == self.currentIndex()
        icon, is_preview, is_staged = self.tabData(index) or ("table", False, False)
        if is_current:
            painter.drawPixmap(area, plain(tokens.base))
            painter.drawPixmap(area.left(), area.top(), area.width(), 2, plain(tokens.accent))
        painter.setPen(QColor(tokens.border))
        painter.drawLine(area.topRight(), area.bottomRight())
        if self.hasFocus() and is_current:
            painter.drawRect(area.adjusted(3, 5, -4, -4))
        colour = tokens.text if is_current else tokens.muted
        painter.drawPixmap(
            area.left() + _PADDING,
            area.center().y() - _ICON // 2 + 1,
            pixmap(icon, tokens.accent_text if is_current else tokens.muted, _ICON),
        )
        font = QFont(self.font())
        font.setItalic(is_preview)
        font.setWeight(QFont.Weight.DemiBold if is_current else QFont.Weight.Normal)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        room = area.adjusted(_PADDING + _ICON + 7, 1, -30, 0)
        text = QFontMetrics(font).elidedText(
            self.tabText(index), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        self._paint_close(painter, index, is_staged=is_staged)

    def _paint_close(self, painter: QPainter, index: int, *, is_staged: bool) -> None:
        tokens = self._tokens
        area = self._close_area(index)
        hovered = self._hovered_close == index
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if hovered:
            painter.setBrush(QColor(tokens.hover))
            painter.drawRoundedRect(area, 4, 4)
        if is_staged and not hovered:
            painter.setBrush(QColor(tokens.changed_text))
            painter.drawEllipse(area.center(), 4, 4)
        else:
            painter.drawPixmap(area.left() + 3, area.top() + 3, pixmap("close", tokens.muted, 12))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _close_area(self, index: int) -> QRect:
        area = self.tabRect(index)
        return QRect(area.right() - 25, area.center().y() - 8, 18, 18)

    def _close_at(self, event: QMouseEvent) -> int:
        at = event.position().toPoint()
        index = self.tabAt(at)
        return index if index >= 0 and self._close_area(index).contains(at) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hovered = self._close_at(event)
        if hovered != self._hovered_close:
            self._hovered_close = hovered
            self.update()
        if self._pressed_close < 0:
            super().mouseMoveEvent(event)

    def leaveEvent(self, event: object) -> None:
        self._hovered_close = -1
        self.update()
        super().leaveEvent(event)  # type: ignore[arg-type]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_close = self._close_at(event)
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pressed_close = self.tabAt(event.position().toPoint())
        if self._pressed_close < 0:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed_close = self._pressed_close, -1
        if pressed < 0:
            super().mouseReleaseEvent(event)
            return
        middle = event.button() == Qt.MouseButton.MiddleButton
        at = self.tabAt(event.position().toPoint()) if middle else self._close_at(event)
        if at == pressed:
            self.tabCloseRequested.emit(pressed)
