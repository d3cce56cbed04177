"""Paints cells straight from ready texts: no role is asked, nothing is measured twice."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QPlainTextEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from pytuck_desktop.features.grid.display import Look
from pytuck_desktop.features.grid.editors import Editors
from pytuck_desktop.features.grid.model import GridModel
from pytuck_desktop.features.grid.state import Mark, PaintRow
from pytuck_desktop.theme.tokens import Tokens

PADDING = 8
"""Pixels left and right of a cell's text."""

_RIGHT = frozenset((Look.NUMBER, Look.BLOB))
_MUTED = frozenset((Look.NULL, Look.BLOB, Look.FALSE))
_CHECKS = {Look.TRUE: "✓", Look.FALSE: "✗"}


class PaintSource(Protocol):
    """What the delegate asks while painting."""

    @property
    def shows_placeholders(self) -> bool:
        """Whether rows on their way are shown as such."""

    def paint_row(self, row: int) -> PaintRow | None:
        """Return a row ready to be painted, None while it is on its way."""

    def is_right(self, column: int) -> bool:
        """Return whether the values of a column stand at its right."""

    def flash(self, row: int, column: int) -> float:
        """Return how strongly a cell glows, 0 to 1."""


class CellDelegate(QStyledItemDelegate):
    """Flat cells; editing is left to `Editors`."""

    def __init__(
        self, source: PaintSource, editors: Editors, tokens: Tokens, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._editors = editors
        self.real_rows_painted = 0
        self.use_tokens(tokens)
        self.use_font(parent.font())

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._text = QPen(QColor(tokens.text))
        self._muted = QPen(QColor(tokens.muted))
        self._accent = QPen(QColor(tokens.accent), 2)
        self._selected = QColor(tokens.selection)
        self._selected_inactive = QColor(tokens.selection_inactive)
        self._placeholder = QColor(tokens.placeholder)
        self._flash = QColor(tokens.flash)
        self._backs = {
            Mark.NEW: QColor(tokens.new_back),
            Mark.CHANGED: QColor(tokens.changed_back),
            Mark.DELETED: QColor(tokens.deleted_back),
        }
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
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        model = index.model()
        assert isinstance(model, GridModel)
        row, column = model.first + index.row(), index.column()
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        ready = self._source.paint_row(row)
        if ready is not None:
            self.real_rows_painted += 1
        self._paint_back(painter, area, state, ready, row=row, column=column)
        if ready is not None:
            self._paint_text(painter, area, ready, column)
        elif self._source.shows_placeholders:
            bar = area.adjusted(PADDING, 8, -PADDING - (row * 7 + column * 13) % 40, -8)
            painter.fillRect(bar, self._placeholder)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(self._accent)
            painter.drawRect(area.adjusted(1, 1, -1, -1))

    def _paint_back(
        self,
        painter: QPainter,
        area: QRect,
        state: QStyle.StateFlag,
        ready: PaintRow | None,
        *,
        row: int,
        column: int,
    ) -> None:
        mark = Mark.NONE if ready is None else ready.mark
        if mark in (Mark.NEW, Mark.DELETED) or (ready is not None and column in ready.changed):
            painter.fillRect(area, self._backs[mark])
        if state & QStyle.StateFlag.State_Selected:
            colour = QColor(
                self._selected if state & QStyle.StateFlag.State_Active else self._selected_inactive
            )
            if mark:
                colour.setAlpha(150)  # the staged state stays visible under the selection
            painter.fillRect(area, colour)
        level = self._source.flash(row, column)
        if level > 0:
            colour = QColor(self._flash)
            colour.setAlphaF(level)
            painter.fillRect(area, colour)

    def _paint_text(self, painter: QPainter, area: QRect, ready: PaintRow, column: int) -> None:
        text, look = ready.cells[column]
        if not text:
            return
        pen = self._muted if look in _MUTED else self._text
        if ready.mark is Mark.DELETED or (ready.mark and column in ready.changed):
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

    def createEditor(
        self,
        parent: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> QWidget:
        return self._editors.create(parent, index)

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        """Have Ctrl+Enter end an editor of several lines, in which Enter begins a new one."""
        if (
            isinstance(editor, QPlainTextEdit)
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.commitData.emit(editor)
            self.closeEditor.emit(editor)
            return True
        return super().eventFilter(editor, event)

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        """Nothing: an editor is filled when it is made, and never overwritten while open."""

    def setModelData(
        self,
        editor: QWidget,
        model: QAbstractItemModel,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        self._editors.commit(editor)

    def updateEditorGeometry(
        self,
        editor: QWidget,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        self._editors.place(editor, option.rect)
