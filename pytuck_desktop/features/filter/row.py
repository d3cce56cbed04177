"""The filter row: one field under the name of each column.

The fields are painted, and one real line edit moves to where the user types: a table of 2,000
columns has no more widgets than one of two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QToolTip, QWidget

from pytuck_desktop.features.filter.viewmodel import FilterViewModel
from pytuck_desktop.theme.pixmaps import pixmap, plain
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.frozen_columns import FrozenTable
from pytuck_desktop.widgets.labels import PlainLabel
from pytuck_desktop.widgets.visible_text import tool_tip, visible_text

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent

    from pytuck_desktop.workspace.file_info import ColumnInfo
    from pytuck_desktop.workspace.typed_values import RefusedText

_MARGIN = 3
_ICON = 11
_CLEAR_ROOM = 20


class FilterRow(QWidget):
    """Lies over the lower end of a table's header, and moves with its columns.

    Attributes:
        left: Emitted when the user goes on to the rows.
    """

    left = Signal()

    def __init__(
        self, model: FilterViewModel, view: FrozenTable, tokens: Tokens, height: int
    ) -> None:
        header = view.column_header
        super().__init__(header)
        self._model = model
        self._view = view
        self._header = header
        self._tokens = tokens
        self._height = height
        self._column = -1
        self.setAccessibleName(self.tr("Filter row"))
        self.setMouseTracking(True)
        self.editor = FilterField(self)
        self._reason = PlainLabel("", view, wrap=True)
        self._reason.setObjectName("cellReason")
        self._reason.hide()
        self._connect()
        self._place()
        self.show()

    def _connect(self) -> None:
        self.editor.textEdited.connect(self._take_text)
        self.editor.applied.connect(self._model.apply)
        self.editor.left.connect(self._leave)
        self.editor.stepped.connect(self._step)
        self.editor.hidden.connect(self._close_editor)
        self._model.changed.connect(self._follow)
        self._header.sectionResized.connect(self._place)
        self._header.sectionMoved.connect(self._place)
        self._header.frozen_changed.connect(self._place)
        self._header.geometriesChanged.connect(self._place)
        self._header.sectionCountChanged.connect(self._place)
        self._view.horizontalScrollBar().valueChanged.connect(self._place)
        self._header.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        self.update()

    # --- where the fields are ----------------------------------------------------------------

    def _place(self, *_: object) -> None:
        height = self._height
        self.setGeometry(0, self._header.height() - height, self._header.width(), height)
        if self._column >= 0:
            self.editor.setGeometry(self.field(self._column))
            self._place_reason()
        self.update()

    def field(self, column: int) -> QRect:
        """Return where the field of a column is."""
        left, width = self._header.left_of(column), self._header.sectionSize(column)
        return QRect(left + 2, _MARGIN - 1, width - 5, self.height() - 2 * _MARGIN)

    def _column_at(self, at: QPoint) -> int:
        return self._header.column_at(at.x())

    # --- painting ----------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawPixmap(self.rect(), plain(self._tokens.raised))
        painter.setPen(QColor(self._tokens.border))
        painter.drawLine(self.rect().bottomLeft(), self.rect().bottomRight())
        columns = self._model.columns
        for strip in self._header.strips(event.rect()):
            painter.setClipRect(strip.area)
            for column, _, _ in strip.columns:
                if column < len(columns):
                    self._paint_field(painter, self.field(column), columns[column].name)
        painter.end()

    def _paint_field(self, painter: QPainter, field: QRect, column: str) -> None:
        tokens, text = self._tokens, self._model.text(column)
        is_refused = column in self._model.refused
        back = tokens.error_back if is_refused else tokens.selection if text else tokens.base
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(back))
        edge = tokens.deleted_text if is_refused else tokens.accent if text else tokens.border
        painter.setPen(QPen(QColor(edge)))
        painter.drawRoundedRect(field.adjusted(0, 0, -1, -1), 4, 4)
        inner = field.adjusted(6, 0, -6, 0)
        if text:
            clear = pixmap("close", tokens.text, _ICON)
            painter.drawPixmap(
                inner.right() - _ICON + 2, field.center().y() - _ICON // 2 + 1, clear
            )
            inner.setRight(inner.right() - _ICON - 2)
        painter.setPen(QColor(tokens.error_text if is_refused else tokens.text))
        shown = visible_text(text[:200])
        if not text:
            painter.setPen(QColor(tokens.muted))
            shown = self.tr("Filter")
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        elided = self.fontMetrics().elidedText(shown, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, middle, elided)

    # --- typing ------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        column = self._column_at(at)
        if event.button() != Qt.MouseButton.LeftButton or column < 0:
            return
        name = self._model.columns[column].name
        if self._model.text(name) and at.x() > self.field(column).right() - _CLEAR_ROOM:
            self._model.type_text(name, "")
            self._model.apply()
        self.edit(column)

    def edit(self, column: int) -> None:
        """Let the user type under a column."""
        if not 0 <= column < len(self._model.columns):
            return
        self._scroll_to(column)
        self._column = column
        shown = self._model.columns[column]
        self.editor.setText(self._model.text(shown.name))
        self.editor.setAccessibleName(self.tr("Filter of {0}").format(shown.name))
        self.editor.setPlaceholderText(_examples(shown))
        self.editor.setGeometry(self.field(column))
        self.editor.show()
        self.editor.setFocus()
        self.editor.selectAll()
        self._follow()

    def _scroll_to(self, column: int) -> None:
        rows = self._view.model()
        if rows.rowCount():
            line = max(0, self._view.rowAt(0))
            self._view.scrollTo(rows.index(line, column))

    def _take_text(self, text: str) -> None:
        self._model.type_text(self._model.columns[self._column].name, text)

    def _step(self, by: int) -> None:
        visual = self._header.visualIndex(self._column) + by
        while 0 <= visual < self._header.count():
            column = self._header.logicalIndex(visual)
            if not self._header.isSectionHidden(column):
                self._model.apply()
                self.edit(column)
                return
            visual += by

    def _leave(self) -> None:
        self._model.apply()
        self.left.emit()

    def _close_editor(self) -> None:
        self.editor.hide()
        self._reason.hide()
        self._column = -1
        self.update()

    # --- what is refused ---------------------------------------------------------------------

    def _follow(self) -> None:
        columns = self._model.columns
        if self._column >= len(columns):
            self._close_editor()
        if self._column >= 0:
            name = columns[self._column].name
            if self.editor.text() != self._model.text(name) and not self.editor.text().strip():
                self.editor.setText(self._model.text(name))
            self._show_reason(name)
        self.update()

    def _show_reason(self, column: str) -> None:
        refused = self._model.refused.get(column)
        self.editor.setProperty("refused", refused is not None)
        self.editor.style().unpolish(self.editor)
        self.editor.style().polish(self.editor)
        if refused is None or not self.editor.text().strip():
            self._reason.hide()
            return
        self._reason.show_text(_reason(refused))
        self._place_reason()
        self._reason.show()
        self._reason.raise_()

    def _place_reason(self) -> None:
        wanted = self._reason.fontMetrics().horizontalAdvance(self._reason.text()) + 24
        self._reason.setFixedWidth(max(120, min(wanted, 420, self._view.width() - 16)))
        self._reason.adjustSize()
        below = self.mapTo(self._view, self.field(self._column).bottomLeft())
        most = self._view.width() - self._reason.width() - 4
        self._reason.move(max(0, min(below.x(), most)), below.y() + 6)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            column = self._column_at(event.pos())
            if column >= 0:
                QToolTip.showText(event.globalPos(), tool_tip(self._help(column)), self)
            return True
        return super().event(event)

    def _help(self, column: int) -> str:
        shown = self._model.columns[column]
        refused = self._model.refused.get(shown.name)
        if refused is not None:
            return _reason(refused)
        title = self.tr("Show only rows whose {0} is:").format(visible_text(shown.name))
        return f"{title}\n{_examples(shown)}"


def _examples(column: ColumnInfo) -> str:
    # The types are loaded by the first field that is typed in or asked about, not at the start.
    from pytuck_desktop.widgets.condition_texts import examples
    from pytuck_desktop.workspace.typed_values import family_of

    return examples(family_of(column))


def _reason(refused: RefusedText) -> str:

    from pytuck_desktop.widgets.condition_texts import refused_text

    return refused_text(refused)


class FilterField(QLineEdit):
    """The line edit of the filter row."""

    applied = Signal()
    left = Signal()
    stepped = Signal(int)
    hidden = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("cellEditor")
        self.hide()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            steps = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}
            if event.key() in steps:
                self.stepped.emit(steps[Qt.Key(event.key())])
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.applied.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self.textEdited.emit("")
            self.applied.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (
            Qt.FocusReason.ActiveWindowFocusReason,
            Qt.FocusReason.PopupFocusReason,
        ):
            self.hidden.emit()
