"""Paints cells straight from ready texts: no role is asked, nothing is measured twice."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPolygon
from PySide6.QtWidgets import QTableView

from pytuck_desktop.features.grid.display import Look
from pytuck_desktop.features.grid.state import CellRange, Mark, PaintRow
from pytuck_desktop.theme.tokens import Tokens

PADDING = 8
"""Pixels left and right of a cell's text."""

_CORNER = 7
"""Pixels of the corner that marks an invalid cell: colour alone would not do."""

_RIGHT = frozenset((Look.NUMBER, Look.BLOB))
_MUTED = frozenset((Look.NULL, Look.BLOB, Look.FALSE))
_Span = tuple[int, int, int]
"""A column or line of a view with its position and size in pixels."""

_CHECKS = {Look.TRUE: "✓", Look.FALSE: "✗"}


class PaintSource(Protocol):
    """What is asked while painting."""

    @property
    def shows_placeholders(self) -> bool:
        """Whether rows on their way are shown as such."""

    def paint_row(self, row: int) -> PaintRow | None:
        """Return a row ready to be painted, None while it is on its way."""

    def is_right(self, column: int) -> bool:
        """Return whether the values of a column stand at its right."""

    def flash(self, row: int, column: int) -> float:
        """Return how strongly a cell glows, 0 to 1."""


class CellPainter:
    """Draws flat cells with what is staged, selected and current.

    Not an item delegate: Qt would call Python and make style options for every cell.
    """

    def __init__(self, source: PaintSource, tokens: Tokens, font: QFont) -> None:
        self._source = source
        self.use_tokens(tokens)
        self.use_font(font)

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._text = QPen(QColor(tokens.text))
        self._muted = QPen(QColor(tokens.muted))
        self._line = QPen(QColor(tokens.grid_line))
        self._focus = QPen(QColor(tokens.accent))
        self._focus.setWidth(2)
        self._selected = QColor(tokens.selection)
        self._selected_inactive = QColor(tokens.selection_inactive)
        self._placeholder = QColor(tokens.placeholder)
        self._flash = QColor(tokens.flash)
        self._backs = {
            Mark.NEW: QColor(tokens.new_back),
            Mark.CHANGED: QColor(tokens.changed_back),
            Mark.DELETED: QColor(tokens.deleted_back),
        }
        self._invalid_back = QColor(tokens.error_back)
        self._invalid = QPen(QColor(tokens.error_text))
        self._mark_pens = {
            Mark.NEW: QPen(QColor(tokens.new_text)),
            Mark.CHANGED: QPen(QColor(tokens.changed_text)),
            Mark.DELETED: QPen(QColor(tokens.deleted_text)),
        }

    def use_font(self, font: QFont) -> None:
        """Take the sizes of the grid's font."""
        metrics = QFontMetrics(font)
        self._ascent = metrics.ascent()
        self._height = metrics.height()
        self._narrow = metrics.horizontalAdvance("i")
        self._small = QFont(font)
        self._small.setPointSizeF(max(6.5, self._small.pointSizeF() * 0.82))
        self._null_width = QFontMetrics(self._small).horizontalAdvance("NULL")
        self._metrics = metrics

    def paint(
        self, view: QTableView, exposed: QRect, first: int, selected: list[CellRange]
    ) -> bool:
        """Paint the cells of a table that touch `exposed`.

        Args:
            first: The row of the whole table that stands in the first line of the view.
            selected: In rows of the whole table.
        Returns:
            Whether there were real rows among them.
        """
        columns, lines = _exposed_columns(view, exposed), _exposed_lines(view, exposed)
        is_active = view.isActiveWindow()
        painter = QPainter(view.viewport())
        painter.setFont(view.font())
        has_real_rows = False
        for line, top, height in lines:
            row = first + line
            ready = self._source.paint_row(row)
            has_real_rows = has_real_rows or ready is not None
            parts = [part for part in selected if part.top <= row <= part.bottom]
            for column, left, width in columns:
                area = QRect(left, top, width - 1, height - 1)  # the rest are lines
                self._paint_back(painter, area, ready, column)
                if any(part.left <= column <= part.right for part in parts):
                    self._paint_selection(painter, area, ready, is_active=is_active)
                self._paint_front(painter, area, ready, row, column)
        self._paint_lines(painter, columns, lines)
        current = view.currentIndex()
        if current.isValid() and view.hasFocus():
            painter.setPen(self._focus)
            painter.drawRect(view.visualRect(current).adjusted(1, 1, -1, -1))
        painter.end()
        return has_real_rows

    def _paint_lines(self, painter: QPainter, columns: list[_Span], lines: list[_Span]) -> None:
        if not columns or not lines:
            return
        left, top = columns[0][1], lines[0][1]
        right, bottom = sum(columns[-1][1:]) - 1, sum(lines[-1][1:]) - 1
        painter.setPen(self._line)
        for _, at, width in columns:
            painter.drawLine(at + width - 1, top, at + width - 1, bottom)
        for _, at, height in lines:
            painter.drawLine(left, at + height - 1, right, at + height - 1)

    def _paint_back(
        self, painter: QPainter, area: QRect, ready: PaintRow | None, column: int
    ) -> None:
        """Show what is staged."""
        if ready is not None and (
            ready.mark in (Mark.NEW, Mark.DELETED) or column in ready.changed
        ):
            is_invalid = column in ready.invalid
            painter.fillRect(area, self._invalid_back if is_invalid else self._backs[ready.mark])
            if is_invalid:
                corner = area.topRight()
                sides = [corner, corner - QPoint(_CORNER, 0), corner + QPoint(0, _CORNER)]
                path = QPainterPath(corner)
                path.addPolygon(QPolygon(sides))
                painter.fillPath(path, self._invalid.color())

    def _paint_selection(
        self, painter: QPainter, area: QRect, ready: PaintRow | None, *, is_active: bool
    ) -> None:
        colour = QColor(self._selected if is_active else self._selected_inactive)
        if ready is not None and ready.mark:
            colour.setAlpha(150)  # the staged state stays visible under the selection
        painter.fillRect(area, colour)

    def _paint_front(
        self, painter: QPainter, area: QRect, ready: PaintRow | None, row: int, column: int
    ) -> None:
        """Show the text, over the glow of a change by somebody else."""
        level = self._source.flash(row, column)
        if level > 0:
            colour = QColor(self._flash)
            colour.setAlphaF(level)
            painter.fillRect(area, colour)
        if ready is not None:
            self._paint_text(painter, area, ready, column)
        elif self._source.shows_placeholders:
            bar = area.adjusted(PADDING, 8, -PADDING - (row * 7 + column * 13) % 40, -8)
            painter.fillRect(bar, self._placeholder)

    def _paint_text(self, painter: QPainter, area: QRect, ready: PaintRow, column: int) -> None:
        text, look = ready.cells[column]
        if not text:
            return
        pen = self._muted if look in _MUTED else self._text
        if column in ready.invalid:
            pen = self._invalid
        elif ready.mark is Mark.DELETED or (ready.mark and column in ready.changed):
            pen = self._mark_pens[ready.mark]
        painter.setPen(pen)
        if look is Look.NULL:
            self._paint_null(painter, area, is_right=self._source.is_right(column))
            return
        room = area.width() - 2 * PADDING
        left = area.left() + PADDING
        check = _CHECKS.get(look)
        if check is not None:
            text = check
            left += (room - self._metrics.horizontalAdvance(check)) // 2
        elif look in _RIGHT:
            text, width = self._fitted(text, room)
            left += room - width
        elif len(text) * self._narrow > room:
            text, _ = self._fitted(text, room)
        baseline = area.top() + (area.height() - self._height) // 2 + self._ascent
        painter.drawText(left, baseline, text)
        if ready.mark is Mark.DELETED:
            middle = area.center().y()
            painter.drawLine(area.left(), middle, area.right(), middle)

    def _paint_null(self, painter: QPainter, area: QRect, *, is_right: bool) -> None:
        """NULL is no text: small, and at the side where the column's values stand."""
        left = area.right() - PADDING - self._null_width if is_right else area.left() + PADDING
        baseline = area.top() + (area.height() - self._height) // 2 + self._ascent - 1
        font = painter.font()
        painter.setFont(self._small)
        painter.drawText(left, baseline, "NULL")
        painter.setFont(font)

    def _fitted(self, text: str, room: int) -> tuple[str, int]:
        # No more than the cell can show is ever measured.
        shown = text[: max(1, room // max(1, self._narrow)) + 2]
        width = self._metrics.horizontalAdvance(shown)
        if width > room or len(shown) < len(text):
            shown = self._metrics.elidedText(text[:300], Qt.TextElideMode.ElideRight, room)
            width = self._metrics.horizontalAdvance(shown)
        return shown, width


def _exposed_columns(view: QTableView, exposed: QRect) -> list[_Span]:
    first, last = view.columnAt(exposed.left()), view.columnAt(exposed.right())
    if first < 0:
        return []
    end = view.model().columnCount() if last < 0 else last + 1
    return [(at, view.columnViewportPosition(at), view.columnWidth(at)) for at in range(first, end)]


def _exposed_lines(view: QTableView, exposed: QRect) -> list[_Span]:
    first, last = view.rowAt(exposed.top()), view.rowAt(exposed.bottom())
    if first < 0:
        return []
    end = view.model().rowCount() if last < 0 else last + 1
    return [(at, view.rowViewportPosition(at), view.rowHeight(at)) for at in range(first, end)]
