"""Paints cells straight from ready texts: no role is asked, nothing is measured twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap, QPolygon

from pytuck_desktop.features.grid.display import Look
from pytuck_desktop.features.grid.state import CellRange, Mark, PaintRow
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.frozen_columns import FrozenTable, Span

PADDING = 8
"""Pixels left and right of a cell's text."""

PICTURE_WIDTH = 44
"""The most pixels in width of the small picture of an image."""

_RIGHT = frozenset((Look.NUMBER, Look.BLOB, Look.IMAGE))
_MUTED = frozenset((Look.NULL, Look.BLOB, Look.IMAGE, Look.FALSE))
_INVALID_CORNER = 6
"""Edge in pixels of the triangle that marks a value not of its column's type."""

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

    def is_link(self, column: int) -> bool:
        """Return whether the values of a column lead to rows of another table."""

    def flash(self, row: int, column: int) -> float:
        """Return how strongly a cell glows, 0 to 1."""


class CellPainter:
    """Draws flat cells with what is staged, selected and current.

    Not an item delegate: Qt would call Python and make style options for every cell.

    Args:
        picture: Gives the small picture of an image by row and column, if there is one yet.
    """

    def __init__(
        self,
        source: PaintSource,
        tokens: Tokens,
        font: QFont,
        picture: Callable[[int, int], QPixmap | None],
    ) -> None:
        self._source = source
        self._picture = picture
        self.use_tokens(tokens)
        self.use_font(font)

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._text = QPen(QColor(tokens.text))
        self._muted = QPen(QColor(tokens.muted))
        self._link = QPen(QColor(tokens.accent_text))
        self._line = QPen(QColor(tokens.grid_line))
        self._edge = QPen(QColor(tokens.disabled))
        self._base = QColor(tokens.base)
        self._invalid = QColor(tokens.warning_text)
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
        self._refused = QPen(QColor(tokens.error_text))
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
        self._wide = metrics.horizontalAdvance("W")
        self._small = QFont(font)
        self._small.setPointSizeF(max(6.5, self._small.pointSizeF() * 0.82))
        self._null_width = QFontMetrics(self._small).horizontalAdvance("NULL")
        self._metrics = metrics

    def paint(
        self, view: FrozenTable, exposed: QRect, first: int, selected: list[CellRange]
    ) -> bool:
        """Paint the cells of a table that touch `exposed`.

        Args:
            first: The row of the whole table that stands in the first line of the view.
            selected: In rows of the whole table.
        Returns:
            Whether there were real rows among them.
        """
        lines = _exposed_lines(view, exposed)
        strips = view.column_header.strips(exposed)
        painter = QPainter(view.viewport())
        painter.setFont(view.font())
        is_active = view.isActiveWindow()
        for number, strip in enumerate(strips):
            if len(strips) > 1:
                painter.setClipRect(strip.area)
            if number:
                painter.fillRect(strip.area, self._base)
            for line in lines:
                self._paint_line(painter, strip.columns, line, first, selected, is_active=is_active)
            self._paint_lines(painter, strip.columns, lines)
            if number and strip.columns and lines:
                self._paint_edge(painter, strip.columns[-1], lines)
            current = view.currentIndex()
            if current.isValid() and view.hasFocus():
                self._paint_focus(painter, view, strip.columns)
        painter.end()
        return any(self._source.paint_row(first + line.at) is not None for line in lines)

    def _paint_line(
        self,
        painter: QPainter,
        columns: list[Span],
        line: Span,
        first: int,
        selected: list[CellRange],
        *,
        is_active: bool,
    ) -> None:
        row = first + line.at
        ready = self._source.paint_row(row)
        parts = [part for part in selected if part.top <= row <= part.bottom]
        for column, left, width in columns:
            area = QRect(left, line.start, width - 1, line.size - 1)  # the rest are lines
            self._paint_back(painter, area, ready, column)
            if any(part.left <= column <= part.right for part in parts):
                self._paint_selection(painter, area, ready, is_active=is_active)
            self._paint_front(painter, area, ready, row, column)

    def _paint_focus(self, painter: QPainter, view: FrozenTable, columns: list[Span]) -> None:
        current = view.currentIndex()
        if any(span.at == current.column() for span in columns):
            painter.setPen(self._focus)
            painter.drawRect(view.visualRect(current).adjusted(1, 1, -1, -1))

    def _paint_lines(self, painter: QPainter, columns: list[Span], lines: list[Span]) -> None:
        if not columns or not lines:
            return
        left, top = columns[0].start, lines[0].start
        right, bottom = sum(columns[-1][1:]) - 1, sum(lines[-1][1:]) - 1
        painter.setPen(self._line)
        for _, at, width in columns:
            painter.drawLine(at + width - 1, top, at + width - 1, bottom)
        for _, at, height in lines:
            painter.drawLine(left, at + height - 1, right, at + height - 1)

    def _paint_edge(self, painter: QPainter, last: Span, lines: list[Span]) -> None:
        """Show where the columns that stay end."""
        right = last.start + last.size - 1
        painter.setPen(self._edge)
        painter.drawLine(right, lines[0].start, right, sum(lines[-1][1:]) - 1)

    def _paint_back(
        self, painter: QPainter, area: QRect, ready: PaintRow | None, column: int
    ) -> None:
        """Show what is staged."""
        if ready is not None and (
            ready.mark in (Mark.NEW, Mark.DELETED) or column in ready.changed
        ):
            is_invalid = column in ready.invalid
            painter.fillRect(area, self._invalid_back if is_invalid else self._backs[ready.mark])

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
            self._paint_text(painter, area, ready, row, column)
        elif self._source.shows_placeholders:
            bar = area.adjusted(PADDING, 8, -PADDING - (row * 7 + column * 13) % 40, -8)
            painter.fillRect(bar, self._placeholder)

    def _paint_text(
        self, painter: QPainter, area: QRect, ready: PaintRow, row: int, column: int
    ) -> None:
        text, look = ready.cells[column]
        if not text:
            return
        painter.setPen(self._pen(ready, column, look))
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
        elif len(text) * self._wide > room or not text.isascii():
            text, _ = self._fitted(text, room)
        baseline = area.top() + (area.height() - self._height) // 2 + self._ascent
        painter.drawText(left, baseline, text)
        if ready.mark is Mark.DELETED:
            middle = area.center().y()
            painter.drawLine(area.left(), middle, area.right(), middle)
        if look is Look.INVALID:
            self._paint_invalid(painter, area)
        elif look is Look.IMAGE:
            self._paint_picture(painter, area, left, row, column)

    def _pen(self, ready: PaintRow, column: int, look: Look) -> QPen:
        if column in ready.invalid:
            return self._refused
        if ready.mark is Mark.DELETED or (ready.mark and column in ready.changed):
            return self._mark_pens[ready.mark]
        if look in _MUTED:
            return self._muted
        return self._link if self._source.is_link(column) else self._text

    def _paint_invalid(self, painter: QPainter, area: QRect) -> None:
        corner, edge = area.topRight() + QPoint(1, 0), _INVALID_CORNER
        painter.save()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._invalid)
        painter.drawPolygon(QPolygon([corner, corner - QPoint(edge, 0), corner + QPoint(0, edge)]))
        painter.restore()

    def _paint_picture(
        self, painter: QPainter, area: QRect, text_left: int, row: int, column: int
    ) -> None:
        picture = self._picture(row, column)
        if picture is None:
            return
        size = picture.deviceIndependentSize().toSize()
        left = area.left() + PADDING
        if left + size.width() + PADDING <= text_left:
            top = area.top() + (area.height() - size.height()) // 2
            painter.drawPixmap(left, top, picture)

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


def _exposed_lines(view: FrozenTable, exposed: QRect) -> list[Span]:
    first, last = view.rowAt(exposed.top()), view.rowAt(exposed.bottom())
    if first < 0:
        return []
    end = view.model().rowCount() if last < 0 else last + 1
    return [Span(at, view.rowViewportPosition(at), view.rowHeight(at)) for at in range(first, end)]
