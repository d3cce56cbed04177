"""Columns at the left that stay while the others scroll, in one table and one header.

The first visible sections are painted and hit where they stand unscrolled, over those that have
scrolled under them. `FrozenHeader` knows which they are, `FrozenTable` asks it. Qt's functions for
the place of a column are not virtual: ours must be asked instead (`left_of`, `column_at`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHeaderView, QTableView

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent

_LEAST_SCROLLED = 96
"""Pixels that must remain for the other columns; else nothing is frozen until there is room."""


class Span(NamedTuple):
    """A column or line of a view with its position and size in pixels."""

    at: int
    start: int
    size: int


class Strip(NamedTuple):
    """Columns that scroll together, and the part of the view that they may paint."""

    area: QRect
    columns: list[Span]


class _Held(NamedTuple):
    """A frozen column that the mouse has taken hold of.

    Attributes:
        width: When its border was taken hold of; else 0.
    """

    column: int
    start: QPoint
    width: int


class FrozenHeader(QHeaderView):
    """A header whose first sections may stay while the others scroll."""

    frozen_changed = Signal()

    _frozen = 0
    _held: _Held | None = None

    @property
    def frozen(self) -> int:
        """How many sections stay, counted from the left, hidden ones included."""
        return self._frozen

    def freeze(self, sections: int) -> None:
        """Have so many sections stay."""
        self._frozen = max(0, min(sections, self.count()))
        self.viewport().update()
        self.frozen_changed.emit()

    def hidden_columns(self) -> frozenset[int]:
        """Return the columns that are not shown."""
        if not self.sectionsHidden():
            return frozenset()
        return frozenset(at for at in range(self.count()) if self.isSectionHidden(at))

    @property
    def frozen_width(self) -> int:
        """Pixels at the left that do not scroll."""
        if not self._frozen:
            return 0
        width = sum(span.size for span in self.frozen_spans())
        return width if width <= self.viewport().width() - _LEAST_SCROLLED else 0

    def frozen_spans(self) -> list[Span]:
        """Return the columns that stay, from left to right."""
        spans, left = [], 0
        for visual in range(min(self._frozen, self.count())):
            column = self.logicalIndex(visual)
            size = self.sectionSize(column)
            if size:
                spans.append(Span(column, left, size))
                left += size
        return spans

    def is_frozen(self, column: int) -> bool:
        """Return whether a column stays just now."""
        return self.visualIndex(column) < self._frozen and self.frozen_width > 0

    def is_last_frozen(self, column: int) -> bool:
        """Return whether a column is the last one that stays."""
        spans = self.frozen_spans() if self._frozen else []
        return bool(spans) and spans[-1].at == column and self.frozen_width > 0

    def left_of(self, column: int) -> int:
        """Return where a column is to be seen."""
        if self._frozen and self.is_frozen(column):
            return next((span.start for span in self.frozen_spans() if span.at == column), 0)
        return self.sectionViewportPosition(column)

    def column_at(self, x: int) -> int:
        """Return the column to be seen at `x`, -1 if there is none."""
        if self._frozen and 0 <= x < self.frozen_width:
            return next(span.at for span in self.frozen_spans() if x < span.start + span.size)
        return self.logicalIndexAt(x)

    def strips(self, exposed: QRect) -> list[Strip]:
        """Return the columns to be painted in `exposed`: those that scroll, then those that stay.

        Cost: by the columns on the screen, however many there are.
        """
        width = self.frozen_width
        whole = self.viewport().width()
        scrolled = exposed.intersected(QRect(width, exposed.top(), whole, exposed.height()))
        strips = [Strip(scrolled, self._spans_between(scrolled.left(), scrolled.right()))]
        if width and exposed.left() < width:
            area = exposed.intersected(QRect(0, exposed.top(), width, exposed.height()))
            strips.append(Strip(area, self.frozen_spans()))
        return strips

    def _spans_between(self, left: int, right: int) -> list[Span]:
        first, last = self.visualIndexAt(left), self.visualIndexAt(right)
        if first < 0 or right < left:
            return []
        spans = []
        for visual in range(first, (self.count() - 1 if last < 0 else last) + 1):
            column = self.logicalIndex(visual)
            size = self.sectionSize(column)
            if size:
                spans.append(Span(column, self.sectionViewportPosition(column), size))
        return spans

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.frozen_width and event.rect().left() < self.frozen_width:
            painter = QPainter(self.viewport())
            for span in self.frozen_spans():
                self.paintSection(painter, QRect(span.start, 0, span.size, self.height()), span.at)
            painter.end()

    def setOffset(self, offset: int) -> None:
        super().setOffset(offset)
        if self._frozen:
            self.viewport().update()

    # --- mouse: Qt looks for a section where it would stand unfrozen -------------------------

    def is_border(self, x: int) -> bool:
        """Return whether a press at `x` takes hold of a column's border."""
        return self._border_at(x) >= 0

    def _border_at(self, x: int) -> int:
        """Return the column whose right border is at `x`, -1 if there is none."""
        # The names of all measures of styles are loaded by the first press, not at the start.
        from PySide6.QtWidgets import QStyle

        grip = self.style().pixelMetric(QStyle.PixelMetric.PM_HeaderGripMargin, None, self)
        column = self.column_at(x)
        if column < 0:
            return -1
        left = self.left_of(column)
        if left + self.sectionSize(column) - x <= grip:
            return column
        return self.column_at(left - 1) if x - left < grip and left > 0 else -1

    def _is_over_scrolled(self, event: QMouseEvent) -> bool:
        return bool(self._frozen and self.offset()) and event.position().x() < self.frozen_width

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._held = None
        if not self._is_over_scrolled(event):
            super().mousePressEvent(event)
        elif event.button() == Qt.MouseButton.LeftButton:
            at = event.position().toPoint()
            border = self._border_at(at.x())
            column = self.column_at(at.x()) if border < 0 else border
            self._held = _Held(column, at, self.sectionSize(column) if border >= 0 else 0)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        held, at = self._held, event.position().toPoint()
        if held is not None and held.width:
            wanted = max(self.minimumSectionSize(), held.width + at.x() - held.start.x())
            self.resizeSection(held.column, wanted)
        elif held is None and self._is_over_scrolled(event):
            shape = Qt.CursorShape.SplitHCursor if self.is_border(at.x()) else None
            self.unsetCursor() if shape is None else self.setCursor(shape)
            self.viewport().update()
        else:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        held, self._held = self._held, None
        if held is None:
            super().mouseReleaseEvent(event)
            return
        at = event.position().toPoint()
        target = self.column_at(at.x())
        if not held.width and is_drag(held.start, at) and target >= 0:
            self.moveSection(self.visualIndex(held.column), self.visualIndex(target))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self._is_over_scrolled(event):
            super().mouseDoubleClickEvent(event)
        elif (border := self._border_at(int(event.position().x()))) >= 0:
            self.sectionHandleDoubleClicked.emit(border)


class FrozenTable(QTableView):
    """A table under a `FrozenHeader`."""

    column_header: FrozenHeader

    def indexAt(self, pos: QPoint) -> QModelIndex:
        header = self.column_header
        if not header.frozen or pos.x() >= header.frozen_width:
            return super().indexAt(pos)
        line, column = self.rowAt(pos.y()), header.column_at(pos.x())
        return self.model().index(line, column) if line >= 0 <= column else QModelIndex()

    def visualRect(self, index: QModelIndex | QPersistentModelIndex) -> QRect:
        rect = super().visualRect(index)
        if self.column_header.frozen and self.column_header.is_frozen(index.column()):
            rect.moveLeft(self.column_header.left_of(index.column()))
        return rect

    def scrollTo(
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        header, bar = self.column_header, self.horizontalScrollBar()
        before = bar.value()
        super().scrollTo(index, hint)
        if not header.frozen:
            return
        if header.is_frozen(index.column()):
            bar.setValue(before)
            return
        hidden = header.frozen_width - header.sectionViewportPosition(index.column())
        if hidden > 0:
            bar.setValue(bar.value() - hidden)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if dx and self.column_header.frozen:
            self.viewport().update()  # what was moved holds the columns that stay


def is_drag(start: QPoint, end: QPoint) -> bool:
    """Return whether the pointer has moved further than a hand does in a click."""
    return (end - start).manhattanLength() >= QApplication.startDragDistance()
