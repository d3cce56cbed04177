"""Paints the lines of the form: names and values, links, and what is staged."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from pytuck_desktop.features.record.model import RecordModel
from pytuck_desktop.features.record.state import Kind, Line
from pytuck_desktop.features.record.texts import (
    count_text,
    field_text,
    more_text,
    relation_title,
    row_text,
    state_text,
)
from pytuck_desktop.theme.pixmaps import pixmap
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.cell_kit import CellKit
from pytuck_desktop.widgets.visible_text import visible_text
from pytuck_desktop.workspace.record_relations import Finding
from pytuck_desktop.workspace.snapshots import RowState

_MARGIN, _GAP, _INDENT, _ICON = 10, 8, 12, 12
_MOST_LINES = 4
"""Lines of a long value in the form."""

_WRAP = int(Qt.TextFlag.TextWrapAnywhere | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
_MIDDLE = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_WRONG = (Finding.MISSING, Finding.NO_TABLE, Finding.FAILED)


class RecordPainter(QStyledItemDelegate):
    """Draws what `RecordModel` holds."""

    def __init__(self, model: RecordModel, tokens: Tokens) -> None:
        super().__init__()
        self._model = model
        self.tokens = tokens
        self.kit: CellKit | None = None
        self.width = 280
        self.name_width = 100

    def fit_names(self, metrics: QFontMetrics, width: int) -> None:
        """Give the names the room they need, at most two fifths of the width."""
        names = [line.column for line in self._model.lines if line.kind is Kind.FIELD]
        longest = sorted((column.name[:80] for column in names if column), key=len)[-3:]
        wanted = max((metrics.horizontalAdvance(visible_text(n)) for n in longest), default=0)
        self.width = width
        self.name_width = min(wanted + _ICON + 6, width * 2 // 5)

    def value_area(self, area: QRect) -> QRect:
        """Return where the value of a field stands in its line."""
        left = _MARGIN + self.name_width + _GAP
        return area.adjusted(left, 1, -_MARGIN + 4, -1)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        line = self._model.lines[index.row()]
        height = option.fontMetrics.height()
        if line.kind is Kind.FIELD:
            lines = self._lines_of(line, option.fontMetrics) + (line.invalid is not None)
            return QSize(60, lines * height + 9)
        if line.kind in (Kind.REFERENCES, Kind.REFERRING):
            return QSize(60, height + 20)
        if line.kind is Kind.PARENT:
            return QSize(60, 2 * height + 10)
        return QSize(60, height + 8)

    def _lines_of(self, line: Line, metrics: QFontMetrics) -> int:
        if self.kit is None or not isinstance(line.value, str) or len(line.value) < 12:
            return 1
        room = QRect(0, 0, self.width - self.name_width - _GAP - 2 * _MARGIN, 10_000)
        needed = metrics.boundingRect(room, _WRAP, field_text(line, self.kit)).height()
        return max(1, min(_MOST_LINES, round(needed / metrics.height())))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        if self.kit is None:
            return
        line, area = self._model.lines[index.row()], QRect(option.rect)
        is_hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        self._paint_back(painter, option, line)
        painter.setFont(option.font)
        match line.kind:
            case Kind.FIELD:
                self._paint_field(painter, area, line, self.kit)
            case Kind.REFERENCES | Kind.REFERRING:
                self._paint_heading(painter, area, line)
            case Kind.PARENT:
                self._paint_parent(painter, area, line, self.kit, is_hovered=is_hovered)
            case Kind.CHILD | Kind.MORE:
                self._paint_link(painter, area, line, self.kit, is_hovered=is_hovered)
        painter.restore()

    def _paint_back(self, painter: QPainter, option: QStyleOptionViewItem, line: Line) -> None:
        tokens, area = self.tokens, QRect(option.rect)
        backs = {
            RowState.NEW: tokens.new_back,
            RowState.CHANGED: tokens.changed_back,
            RowState.DELETED: tokens.deleted_back,
        }
        if line.state in backs and line.kind is Kind.FIELD:
            is_invalid = line.invalid is not None
            painter.fillRect(area, QColor(tokens.error_back if is_invalid else backs[line.state]))
        if option.state & QStyle.StateFlag.State_Selected:
            is_active = bool(option.state & QStyle.StateFlag.State_Active)
            colour = QColor(tokens.selection if is_active else tokens.selection_inactive)
            colour.setAlpha(150 if line.state is not RowState.NONE else 255)
            painter.fillRect(area, colour)
        elif option.state & QStyle.StateFlag.State_MouseOver and line.is_link:
            painter.fillRect(area, QColor(tokens.hover))

    # --- lines -----------------------------------------------------------------------------

    def _paint_field(self, painter: QPainter, area: QRect, line: Line, kit: CellKit) -> None:
        assert line.column is not None
        metrics = painter.fontMetrics()
        name = area.adjusted(_MARGIN, 4, 0, 0)
        name.setWidth(self.name_width)
        name.setHeight(metrics.height())
        mark = "key" if line.column.is_primary_key else ""
        mark = mark or ("link" if line.column.foreign_key is not None else "")
        if mark:
            colour = self.tokens.changed_text if mark == "key" else self.tokens.accent_text
            drawn = pixmap(mark, colour, _ICON)
            painter.drawPixmap(name.right() - _ICON + 1, name.center().y() - _ICON // 2, drawn)
            name.adjust(0, 0, -_ICON - 3, 0)
        self._text(painter, name, visible_text(line.column.name[:200]), self.tokens.muted)
        value = self.value_area(area).adjusted(0, 3, 0, 0)
        is_null = line.value is None
        colour = {
            RowState.NEW: self.tokens.new_text,
            RowState.CHANGED: self.tokens.changed_text,
            RowState.DELETED: self.tokens.deleted_text,
        }.get(line.state, self.tokens.muted if is_null else self.tokens.text)
        font = QFont(painter.font())
        if is_null:
            font.setPointSizeF(max(6.5, font.pointSizeF() * 0.82))
        font.setStrikeOut(line.state is RowState.DELETED)
        painter.setFont(font)
        painter.setPen(QColor(colour))
        painter.setClipRect(value)
        painter.drawText(value, _WRAP, field_text(line, kit))
        if line.invalid is not None:
            why = value.adjusted(0, value.height() - metrics.height() - 3, 0, 0)
            self._text(painter, why, f"⚠ {kit.why(line.invalid)}", self.tokens.error_text)

    def _paint_heading(self, painter: QPainter, area: QRect, line: Line) -> None:
        inner = area.adjusted(_MARGIN, 9, -_MARGIN, 0)
        painter.setPen(QColor(self.tokens.border))
        painter.drawLine(area.left() + _MARGIN, area.top() + 4, inner.right(), area.top() + 4)
        count = count_text(line) if line.kind is Kind.REFERRING else ""
        metrics = painter.fontMetrics()
        room = inner.adjusted(0, 0, -metrics.horizontalAdvance(count) - _GAP, 0)
        painter.setPen(QColor(self.tokens.muted))
        painter.drawText(
            inner, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), count
        )
        font = QFont(painter.font())
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        self._text(painter, room, relation_title(line), self.tokens.text)

    def _paint_parent(
        self, painter: QPainter, area: QRect, line: Line, kit: CellKit, *, is_hovered: bool
    ) -> None:
        inner = area.adjusted(_MARGIN, 4, -_MARGIN, -4)
        above = inner.adjusted(0, 0, 0, -inner.height() // 2)
        below = inner.adjusted(_INDENT, inner.height() // 2, 0, 0)
        self._text(painter, above, relation_title(line), self.tokens.muted)
        if line.row is None or line.relation is None:
            wrong = line.finding in _WRONG
            self._text(
                painter,
                below,
                state_text(line),
                self.tokens.error_text if wrong else self.tokens.muted,
            )
            return
        self._link(painter, below, row_text(line.relation, line.row, kit), line, is_hovered)

    def _paint_link(
        self, painter: QPainter, area: QRect, line: Line, kit: CellKit, *, is_hovered: bool
    ) -> None:
        inner = area.adjusted(_MARGIN + _INDENT, 0, -_MARGIN, 0)
        if line.kind is Kind.MORE:
            self._link(painter, inner, more_text(line), line, is_hovered)
        elif line.row is not None and line.relation is not None:
            self._link(painter, inner, row_text(line.relation, line.row, kit), line, is_hovered)

    def _link(
        self, painter: QPainter, area: QRect, text: str, line: Line, is_hovered: bool
    ) -> None:
        colour = {
            RowState.NEW: self.tokens.new_text,
            RowState.CHANGED: self.tokens.changed_text,
            RowState.DELETED: self.tokens.deleted_text,
        }.get(line.state, self.tokens.accent_text)
        font = QFont(painter.font())
        font.setUnderline(is_hovered and line.is_link)
        font.setStrikeOut(line.state is RowState.DELETED)
        painter.setFont(font)
        self._text(painter, area, text, colour if line.is_link else self.tokens.text)

    @staticmethod
    def _text(painter: QPainter, area: QRect, text: str, colour: str) -> None:
        painter.setPen(QColor(colour))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, _MIDDLE, shown)
