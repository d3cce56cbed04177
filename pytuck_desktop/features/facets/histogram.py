"""Bars that show how values are spread, and choose a part of them by a click."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.visible_text import tool_tip
from pytuck_desktop.workspace.facet_questions import Bar

_HEIGHT = 76
_LEAST_BAR = 2


class Histogram(QWidget):
    """Bars from left to right; arrow keys move between them, Enter chooses."""

    chosen = Signal(object)  # Bar

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens
        self.bars: tuple[Bar, ...] = ()
        self._current = -1
        self._marked: Bar | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("How the values are spread"))

    def sizeHint(self) -> QSize:
        return QSize(160, _HEIGHT)

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    def show_bars(self, bars: tuple[Bar, ...], marked: Bar | None) -> None:
        """Show these bars, one of them marked as chosen."""
        self.bars, self._marked = bars, marked
        self._current = min(self._current, len(bars) - 1)
        self.update()

    def area(self, at: int) -> QRect:
        """Return where a bar stands, with the room above it."""
        left = at * self.width() // len(self.bars)
        right = (at + 1) * self.width() // len(self.bars)
        return QRect(left, 0, right - left, self.height())

    def _bar_at(self, at: QPoint) -> int:
        if not self.bars or not self.rect().contains(at):
            return -1
        return min(len(self.bars) - 1, at.x() * len(self.bars) // max(1, self.width()))

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = self._tokens
        painter.setPen(QColor(tokens.border))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        most = max((bar.count for bar in self.bars), default=0)
        for at, bar in enumerate(self.bars):
            area = self.area(at)
            height = round((self.height() - 6) * bar.count / max(1, most))
            height = max(_LEAST_BAR, height) if bar.count else 0
            shape = QRect(area.left(), self.height() - 1 - height, max(1, area.width() - 1), height)
            is_marked = bar == self._marked
            if at == self._current:
                painter.fillRect(area, QColor(tokens.hover))
            painter.fillRect(shape, QColor(tokens.accent if is_marked else tokens.disabled))
        painter.end()

    # --- choosing ----------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._move_to(self._bar_at(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._move_to(-1)

    def _move_to(self, at: int) -> None:
        if at != self._current:
            self._current = at
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._bar_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and at >= 0:
            self.chosen.emit(self.bars[at])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and self.bars:
            step = steps[Qt.Key(event.key())]
            self._move_to(max(0, min(len(self.bars) - 1, self._current + step)))
            self.setAccessibleDescription(self._text(self._current))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space) and self._current >= 0:
            self.chosen.emit(self.bars[self._current])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = self._bar_at(event.pos())
            if at >= 0:
                QToolTip.showText(event.globalPos(), tool_tip(self._text(at)), self)
            return True
        return super().event(event)

    def _text(self, at: int) -> str:
        bar = self.bars[at]
        if not bar.high:
            return self.tr("{0}: {1} rows").format(bar.low, f"{bar.count:,}")
        return self.tr("{0} to below {1}: {2} rows").format(bar.low, bar.high, f"{bar.count:,}")
