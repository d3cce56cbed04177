"""The two headers: column names with types and sort arrows; row numbers with staged marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPolygon
from PySide6.QtWidgets import QHeaderView, QWidget

from pytuck_desktop.features.grid.model import GridModel
from pytuck_desktop.features.grid.state import MARK_GLYPHS, Mark
from pytuck_desktop.features.grid.viewmodel import GridViewModel
from pytuck_desktop.theme.pixmaps import pixmap, plain
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.frozen_columns import FrozenHeader, is_drag
from pytuck_desktop.widgets.visible_text import visible_text

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent

PADDING = 8
_ICON = 12
_ARROW_ROOM = 18
_NUMBER_ROOM = 10
"""The place of a column among several that are sorted by."""


class ColumnHeader(FrozenHeader):
    """Name, small type, key icons, sort arrows. A click asks to sort, Shift adds a column.

    A drag moves a column, a drag of its border makes it wider.
    """

    sort_asked = Signal(int, bool)  # column, keep the other sort columns

    def __init__(self, viewmodel: GridViewModel, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._viewmodel = viewmodel
        self._tokens = tokens
        self._pressed = -1
        self.room_below = 0
        self._pressed_at = QPoint()
        self._name_font = QFont(self.font())
        self._name_font.setWeight(QFont.Weight.DemiBold)
        self._type_font = QFont(self.font())
        self._type_font.setPointSizeF(max(7.0, self.font().pointSizeF() * 0.86))
        self._name_metrics = QFontMetrics(self._name_font)
        self._type_metrics = QFontMetrics(self._type_font)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setMinimumSectionSize(40)
        self.setHighlightSections(False)
        self.setSectionsClickable(False)  # clicks are ours: they sort and select nothing
        self.setSectionsMovable(True)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Columns"))

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.viewport().update()

    def show_changes(self) -> None:
        """Paint the sections again."""
        self.headerDataChanged(Qt.Orientation.Horizontal, 0, max(0, self.count() - 1))

    def make_room_below(self, height: int) -> None:
        """Keep pixels free under the names, for what stands between them and the rows."""
        if height != self.room_below:
            self.room_below = height
            self.updateGeometry()
            self.geometriesChanged.emit()  # the table has the header's height from this

    def wanted_width(self, column: int) -> int:
        """Return the pixels that name, type and icons of a column need."""
        shown = self._viewmodel.columns[column]
        name = self._name_metrics.horizontalAdvance(visible_text(shown.name[:300]))
        kind = self._type_metrics.horizontalAdvance(visible_text(shown.type_label))
        icons = (_ICON + 4) * (shown.is_primary_key + (shown.foreign_key is not None))
        return max(name + _ARROW_ROOM, kind + icons + 3) + 2 * PADDING

    def sizeHint(self) -> QSize:
        height = self._name_metrics.height() + self._type_metrics.height()
        # Qt's own hint would ask for the text of every section; nothing looks at the width.
        return QSize(0, height + 13 + self.room_below)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803
        tokens = self._tokens
        rect = rect.adjusted(0, 0, 0, -self.room_below)
        painter.save()
        painter.setClipRect(rect)
        hovered = self._column_at_pointer() == logicalIndex
        painter.drawPixmap(rect, plain(tokens.hover if hovered else tokens.raised))
        painter.setPen(QColor(tokens.border))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        gap = 0 if self.is_last_frozen(logicalIndex) else 7
        painter.drawLine(rect.topRight() + QPoint(0, gap), rect.bottomRight() - QPoint(0, gap))
        inner = rect.adjusted(PADDING, 5, -PADDING, -6)
        self._paint_name(painter, inner, logicalIndex)
        self._paint_type(painter, inner, logicalIndex)
        painter.restore()

    def _paint_name(self, painter: QPainter, inner: QRect, column: int) -> None:
        sorted_at = next(
            (at for at, key in enumerate(self._viewmodel.sort) if key[0] == column), None
        )
        has_number = len(self._viewmodel.sort) > 1
        arrow_room = _ARROW_ROOM + (_NUMBER_ROOM if has_number else 0)
        room = inner.width() - (arrow_room if sorted_at is not None else 0)
        painter.setFont(self._name_font)
        metrics = self._name_metrics
        name = metrics.elidedText(
            visible_text(self._viewmodel.columns[column].name[:300]),
            Qt.TextElideMode.ElideRight,
            room,
        )
        painter.setPen(QColor(self._tokens.text))
        painter.drawText(inner.left(), inner.top() + metrics.ascent(), name)
        if sorted_at is not None:
            self._paint_arrow(painter, inner, sorted_at, metrics.height())

    def _paint_arrow(self, painter: QPainter, inner: QRect, at: int, height: int) -> None:
        descending = self._viewmodel.sort[at][1]
        middle = QPoint(inner.right() - 4, inner.top() + height // 2)
        tip, base = (3, -2) if descending else (-3, 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._tokens.accent_text))
        painter.drawPolygon(
            QPolygon([middle + QPoint(-4, base), middle + QPoint(4, base), middle + QPoint(0, tip)])
        )
        if len(self._viewmodel.sort) > 1:
            painter.setFont(self._type_font)
            painter.setPen(QColor(self._tokens.accent_text))
            painter.drawText(middle + QPoint(-14, 4), str(at + 1))

    def _paint_type(self, painter: QPainter, inner: QRect, column: int) -> None:
        shown = self._viewmodel.columns[column]
        metrics = self._type_metrics
        left = inner.left()
        top = inner.bottom() - metrics.height() + 1
        marks = [("key", self._tokens.changed_text)] if shown.is_primary_key else []
        if shown.foreign_key is not None:
            marks.append(("link", self._tokens.accent_text))
        for name, colour in marks:
            painter.drawPixmap(
                left, top + (metrics.height() - _ICON) // 2, pixmap(name, colour, _ICON)
            )
            left += _ICON + 4
        kind = metrics.elidedText(
            visible_text(shown.type_label[:120]),
            Qt.TextElideMode.ElideRight,
            inner.right() - left + 1,
        )
        painter.setFont(self._type_font)
        painter.setPen(QColor(self._tokens.muted))
        painter.drawText(left, top + metrics.ascent(), kind)

    def _column_at_pointer(self) -> int:
        if not self.underMouse():
            return -1
        return self.column_at(self.viewport().mapFromGlobal(self.cursor().pos()).x())

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            from pytuck_desktop.features.grid.cell_tips import show_column_tip

            show_column_tip(self, self._viewmodel, event)
            return True
        return super().viewportEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = int(event.position().x())
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = self.column_at(x) if left and not self.is_border(x) else -1
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, -1
        super().mouseReleaseEvent(event)
        at = event.position().toPoint()
        if pressed < 0 or is_drag(self._pressed_at, at):
            return  # moved, or made wider
        if self.viewport().rect().contains(at) and self.column_at(at.x()) == pressed:
            keep = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.sort_asked.emit(pressed, keep)


class RowHeader(QHeaderView):
    """Row numbers of the whole table, with the mark of a staged state."""

    def __init__(self, viewmodel: GridViewModel, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._viewmodel = viewmodel
        self._tokens = tokens
        self._width = 0
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setAccessibleName(self.tr("Row numbers"))
        self.follow_count()

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.viewport().update()

    def show_changes(self) -> None:
        """Paint the sections again."""
        self.headerDataChanged(Qt.Orientation.Vertical, 0, max(0, self.count() - 1))

    def follow_count(self) -> None:
        """Make room for the longest row number."""
        digits = len(f"{max(99, self._viewmodel.row_count):,}")
        width = self.fontMetrics().horizontalAdvance("0") * digits + 2 * PADDING + 16
        if width != self._width:
            self._width = width
            self.setFixedWidth(width)

    def sizeHint(self) -> QSize:
        # Qt's own hint would ask for the text of a thousand sections; nothing looks at the height.
        return QSize(self._width, 0)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803
        model = self.model()
        assert isinstance(model, GridModel)
        tokens = self._tokens
        row = model.first + logicalIndex
        ready = self._viewmodel.paint_row(row)
        mark = Mark.NONE if ready is None else ready.mark
        selection = self.selectionModel()
        selected = selection.isRowSelected(logicalIndex)
        painter.save()
        painter.drawPixmap(rect, plain(tokens.selection if selected else tokens.raised))
        painter.setPen(QColor(tokens.grid_line))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.setPen(QColor(tokens.border))
        painter.drawLine(rect.topRight(), rect.bottomRight())
        painter.setPen(QColor(tokens.text if selected else tokens.muted))
        centred = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(
            rect.adjusted(0, 0, -PADDING, 0), centred | Qt.AlignmentFlag.AlignRight, f"{row + 1:,}"
        )
        if mark is not Mark.NONE:
            colour = {
                Mark.NEW: tokens.new_text,
                Mark.CHANGED: tokens.changed_text,
                Mark.DELETED: tokens.deleted_text,
            }[mark]
            painter.setPen(QColor(colour))
            painter.drawText(rect.adjusted(PADDING - 2, 0, 0, 0), centred, MARK_GLYPHS[mark])
        painter.restore()
