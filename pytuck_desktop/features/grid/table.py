"""The table itself: a QTableView over the window of rows, scrolled by rows of the whole table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QHelpEvent, QKeyEvent, QPalette
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QWidget

from pytuck_desktop.features.grid.following import reference_at
from pytuck_desktop.features.grid.headers import ColumnHeader, RowHeader
from pytuck_desktop.features.grid.model import GridModel
from pytuck_desktop.features.grid.painting import PICTURE_WIDTH, CellPainter
from pytuck_desktop.features.grid.state import CellRange, side_by_side, without_columns
from pytuck_desktop.features.grid.viewmodel import GridViewModel
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.frozen_columns import FrozenTable

if TYPE_CHECKING:
    from PySide6.QtGui import QMouseEvent, QPaintEvent, QPixmap, QResizeEvent

    from pytuck_desktop.features.grid.editors import Editors
    from pytuck_desktop.features.grid.thumbnails import Thumbnails

_EDGE_ROWS = 1000
"""The window moves when the visible rows come this near to its edge."""

_MARK_WIDTH = 20
"""Pixels around the middle of a cell in which a click turns its check mark around."""

HISTORY_BUTTONS = (Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton)

_ROW_PADDING = 9
"""Pixels of a row beyond the height of its text."""


class GridTable(FrozenTable):
    """Rows of one table. Positions are rows of the whole table unless called lines."""

    scrolled = Signal()  # other rows are visible
    painted = Signal(int, bool)  # first visible row's line, whether real rows were painted
    selection_moved = Signal()
    link_pressed = Signal(object, int)  # row and column
    window_wanted = Signal()  # to edit the current cell with more room

    column_header: ColumnHeader

    def __init__(self, viewmodel: GridViewModel, tokens: Tokens, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("grid")
        self._viewmodel = viewmodel
        self.grid_model = GridModel(viewmodel, self)
        self._editors: Editors | None = None
        self._outside: list[CellRange] = []  # selected, but outside the window
        self._pressed_mark: QModelIndex | None = None
        self._current_row = -1  # kept while outside the window
        self._is_moving = False
        self._shown_names = viewmodel.column_names
        self._use_own_viewport()
        self._thumbnails: Thumbnails | None = None
        self._cells = CellPainter(viewmodel, tokens, self.font(), self._picture)
        self._shown_font = self.font()
        self.column_header = ColumnHeader(viewmodel, tokens, self)
        self.setHorizontalHeader(self.column_header)
        self.row_header = RowHeader(viewmodel, tokens, self)
        self.setVerticalHeader(self.row_header)
        self.setModel(self.grid_model)  # after the headers: Qt's own ones would measure it
        self._set_up()
        self.verticalScrollBar().valueChanged.connect(self._after_scroll)
        selection = self.selectionModel()
        selection.selectionChanged.connect(self._after_selection)
        selection.currentChanged.connect(self._after_current)

    def _use_own_viewport(self) -> None:
        # To give Python a viewport that Qt made, PySide looks through every class of widgets there
        # is, which takes a seventh of the time of starting.
        viewport = QWidget()
        viewport.setAutoFillBackground(True)
        viewport.setBackgroundRole(QPalette.ColorRole.Base)
        self.setViewport(viewport)

    def _set_up(self) -> None:
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)  # see `start_edit`
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAccessibleName(self.tr("Rows of {0}").format(self._viewmodel.table_name))
        self.row_header.setMinimumSectionSize(16)
        self.row_header.setDefaultSectionSize(self.fontMetrics().height() + _ROW_PADDING)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    # --- rows and scrolling ---------------------------------------------------------------

    @property
    def top_row(self) -> int:
        """The first visible row of the table."""
        return self.grid_model.first + self.verticalScrollBar().value()

    @property
    def visible_rows(self) -> int:
        """How many rows fit."""
        return max(1, self.viewport().height() // self.row_header.defaultSectionSize())

    def scroll_to_top(self, row: int) -> None:
        """Make `row` the first visible one, as far as the table goes."""
        last = max(0, self._viewmodel.row_count - self.visible_rows)
        row = max(0, min(row, last))
        window = self.grid_model.first
        self._keep_in_window(row)
        self.verticalScrollBar().setValue(row - self.grid_model.first)
        if self.grid_model.first != window:
            # Moving the window has set the scroll bar quietly; the new rows must be fetched.
            self.scrolled.emit()

    def show_row(self, row: int, column: int = -1) -> None:
        """Make the row current and visible."""
        row = max(0, min(row, self._viewmodel.row_count - 1))
        if row < 0:
            return
        if not self.top_row <= row < self.top_row + self.visible_rows:
            top = row if row < self.top_row else row - self.visible_rows + 1
            if abs(row - self.top_row) > self.visible_rows * 3 and row > 0:
                top = row - self.visible_rows // 2
            self.scroll_to_top(top)
        line = self.grid_model.line_of(row)
        if line is not None:
            at = column if column >= 0 else max(0, self.currentIndex().column())
            self._outside.clear()
            # Qt's own way looks at the keys: with Ctrl held, what was selected would stay so.
            alone = QItemSelectionModel.SelectionFlag.ClearAndSelect
            self.selectionModel().setCurrentIndex(self.grid_model.index(line, at), alone)

    def _after_scroll(self) -> None:
        if self._is_moving:
            return
        self._keep_in_window(self.top_row)
        self.scrolled.emit()

    def _keep_in_window(self, top: int) -> None:
        model = self.grid_model
        total = self._viewmodel.row_count
        if total <= model.window_rows:
            if model.first:
                self._move_window(0, top)
            return
        above, below = top - model.first, model.first + model.rowCount() - top - self.visible_rows
        near_top = above < _EDGE_ROWS and model.first > 0
        near_end = below < _EDGE_ROWS and model.first + model.rowCount() < total
        if near_top or near_end:
            self._move_window(top - model.window_rows // 2, top)

    def _move_window(self, first: int, top: int) -> None:
        """Show other rows in the same lines; selection and current cell keep their rows."""
        selected = self.selected_ranges()
        current, column = self.current_row, self.currentIndex().column()
        self._is_moving = True
        self.grid_model.move_window(first)
        self._select_quietly(selected, current, column)
        self.verticalScrollBar().setValue(top - self.grid_model.first)
        self._is_moving = False
        self.row_header.show_changes()
        self.viewport().update()

    def follow_columns(self) -> bool:
        """Start anew if the table has other columns now; return whether it has."""
        names = self._viewmodel.column_names
        if names == self._shown_names:
            self._outside.clear()
            return False
        self._shown_names = names
        self.grid_model.start_anew()
        return True

    # --- selection ------------------------------------------------------------------------

    @property
    def current_row(self) -> int:
        """The row of the current cell, -1 if there is none."""
        index = self.currentIndex()
        return self.grid_model.first + index.row() if index.isValid() else self._current_row

    def selected_ranges(self) -> list[CellRange]:
        """Return the selected cells, also those outside the window."""
        first = self.grid_model.first
        inside = [
            CellRange(first + part.top(), part.left(), first + part.bottom(), part.right())
            for part in self.selectionModel().selection().toList()
            if part.isValid()
        ]
        if len(inside) > 1:
            inside = side_by_side(inside)
        return without_columns(inside + self._outside, self.column_header.hidden_columns())

    def select_ranges(self, ranges: list[CellRange], row: int, column: int) -> None:
        """Select these cells and make one current."""
        self._select_quietly(ranges, row, column)
        self.viewport().update()
        self.row_header.show_changes()
        self.selection_moved.emit()

    def _select_quietly(self, ranges: list[CellRange], row: int, column: int) -> None:
        model, selection = self.grid_model, self.selectionModel()
        first, last = model.first, model.first + model.rowCount() - 1
        chosen, outside = QItemSelection(), []
        for item in ranges:
            top, bottom = max(item.top, first), min(item.bottom, last)
            if top > bottom:
                outside.append(item)
                continue
            chosen.select(
                model.index(top - first, item.left), model.index(bottom - first, item.right)
            )
            if item.top < first:
                outside.append(item._replace(bottom=first - 1))
            if item.bottom > last:
                outside.append(item._replace(top=last + 1))
        line = model.line_of(row)
        blocked = selection.blockSignals(True)
        flag = QItemSelectionModel.SelectionFlag
        index = model.index(line, max(0, column)) if line is not None else QModelIndex()
        selection.setCurrentIndex(index, flag.NoUpdate)
        selection.select(chosen, flag.ClearAndSelect)
        selection.blockSignals(blocked)
        self._outside = outside
        self._current_row = row

    def selectAll(self) -> None:
        whole = CellRange(0, 0, self._viewmodel.row_count - 1, len(self._viewmodel.columns) - 1)
        if whole.bottom >= 0 and whole.right >= 0:
            self.select_ranges([whole], max(0, self.current_row), self.currentIndex().column())

    def _after_selection(self) -> None:
        # A new selection of the user replaces what was selected outside the window.
        self._outside.clear()
        self.row_header.show_changes()
        self.selection_moved.emit()

    def _after_current(self, current: QModelIndex) -> None:
        if current.isValid():
            self._current_row = self.grid_model.first + current.row()
        self.selection_moved.emit()

    # --- keys and mouse -------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        key = event.key()
        if self._current_row >= 0 and not self.currentIndex().isValid():
            self.show_row(self._current_row)
        if control and key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._jump(key == Qt.Key.Key_End, event)
        elif key == Qt.Key.Key_F2 and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.window_wanted.emit()
        elif key in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.start_edit()
        elif key == Qt.Key.Key_Space and not event.modifiers() and self._toggle():
            return
        elif self._is_typing(event):
            self.start_edit(event.text())
        else:
            super().keyPressEvent(event)

    def _jump(self, to_end: bool, event: QKeyEvent) -> None:
        row = self._viewmodel.row_count - 1 if to_end else 0
        if row < 0:
            return
        column = max(0, self.currentIndex().column())
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            start = max(0, self.current_row)
            top, bottom = min(start, row), max(start, row)
            self.scroll_to_top(row if not to_end else row - self.visible_rows + 1)
            self.select_ranges([CellRange(top, column, bottom, column)], start, column)
        else:
            self.show_row(row, column)

    @staticmethod
    def _is_typing(event: QKeyEvent) -> bool:
        command = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        text = event.text()
        return bool(text) and text.isprintable() and not event.modifiers() & command

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() in HISTORY_BUTTONS:
            event.ignore()  # the window goes back and forward
            return
        refused = self.editors.refused_editor
        if refused is not None:
            refused.setFocus()  # the typed text is not lost by a click elsewhere
            return
        if self._press_link(event):
            return
        is_plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        self._pressed_mark = self._mark_at(event.position().toPoint()) if is_plain else None
        super().mousePressEvent(event)

    def _press_link(self, event: QMouseEvent) -> bool:
        """Follow a foreign key by Ctrl and a click; return whether that was meant."""
        is_meant = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if not is_meant or event.button() != Qt.MouseButton.LeftButton:
            return False
        index = self.indexAt(event.position().toPoint())
        row = self.grid_model.first + index.row()
        if not index.isValid() or reference_at(self._viewmodel, row, index.column()) is None:
            return False
        self.setCurrentIndex(index)
        self.link_pressed.emit(row, index.column())
        return True

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        at, pressed = event.position().toPoint(), self._pressed_mark
        self._pressed_mark = None
        if pressed is not None and self._mark_at(at) == pressed:
            self._toggle()

    def _mark_at(self, at: QPoint) -> QModelIndex | None:
        """Return the cell whose check mark is at a point; None if there is no mark."""
        index = self.indexAt(at)
        row = self.grid_model.first + index.row()
        is_near = abs(self.visualRect(index).center().x() - at.x()) <= _MARK_WIDTH // 2
        return index if is_near and self._viewmodel.is_check(row, index.column()) else None

    def _toggle(self) -> bool:
        """Turn the truth of the current cell around; return whether it has one."""
        index = self.currentIndex()
        return index.isValid() and self._viewmodel.toggle(self.current_row, index.column())

    def event(self, event: QEvent) -> bool:
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and event.key() == Qt.Key.Key_Space and self._is_truth_current():  # type: ignore[attr-defined]
            event.accept()  # elsewhere Space may be the key of an action
            return True
        return super().event(event)

    def _is_truth_current(self) -> bool:
        index = self.currentIndex()
        return index.isValid() and self._viewmodel.is_truth(self.current_row, index.column())

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            from pytuck_desktop.features.grid.cell_tips import show_cell_tip

            show_cell_tip(self, self._viewmodel, event)
            return True
        return super().viewportEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() in HISTORY_BUTTONS:
            event.ignore()
        elif event.button() == Qt.MouseButton.LeftButton and self.editors.refused_editor is None:
            self.start_edit()

    # --- editing --------------------------------------------------------------------------

    @property
    def editors(self) -> Editors:
        """What makes and commits the editors of cells."""
        return self._editors or self._load_editors()

    def _load_editors(self) -> Editors:
        # On first use, not at the start.
        from pytuck_desktop.features.grid.delegate import EditingDelegate
        from pytuck_desktop.features.grid.editors import Editors

        self._editors = Editors(self._viewmodel, self)
        self._editors.chosen.connect(self._take_chosen)
        self._editors.room_wanted.connect(self._want_room)
        self.setItemDelegate(EditingDelegate(self._editors, self))
        return self._editors

    def start_edit(self, typed: str = "") -> None:
        """Open the editor of the current cell, with `typed` in place of its value if given."""
        index = self.currentIndex()
        if not index.isValid():
            return
        row, column = self.grid_model.first + index.row(), index.column()
        if self._viewmodel.wants_window(row, column):
            self.window_wanted.emit()
            return
        self._viewmodel.prepare_edit(row, column, lambda: self._open_editor(row, column, typed))

    def _open_editor(self, row: int, column: int, typed: str) -> None:
        line = self.grid_model.line_of(row)
        if line is None or not self._viewmodel.can_edit(row, column):
            return
        index = self.grid_model.index(line, column)
        is_editing = self.state() == QAbstractItemView.State.EditingState
        if index != self.currentIndex() or is_editing:
            return
        if self._editors is None:
            self._load_editors()
        self.edit(index)
        editor = self.indexWidget(index)
        if typed and editor is not None:
            self.editors.begin_with(editor, typed)

    def finish_editing(self) -> bool:
        """Stage what open editors hold and close them; False if a text is refused."""
        for editor in self.editors.open_editors:
            if not self.editors.commit(editor):
                editor.setFocus()
                return False
            self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        return True

    def _take_chosen(self, editor: QWidget) -> None:
        if self.editors.commit(editor):
            self.closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
            self.setFocus()

    def _want_room(self, editor: QWidget) -> None:
        if self.finish_editing():
            self.window_wanted.emit()

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        if self.editors.is_refused(editor):
            if hint != QAbstractItemDelegate.EndEditHint.RevertModelCache:
                editor.setFocus()
                return
            self.editors.give_up(editor)
        steps = {
            QAbstractItemDelegate.EndEditHint.EditNextItem: self.CursorAction.MoveNext,
            QAbstractItemDelegate.EndEditHint.EditPreviousItem: self.CursorAction.MovePrevious,
        }
        step = steps.get(hint)
        if step is None:
            super().closeEditor(editor, hint)
            return
        # Qt would open the next editor itself, before a long value has been fetched in full.
        super().closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        self.setCurrentIndex(self.moveCursor(step, Qt.KeyboardModifier.NoModifier))
        self.start_edit()

    # --- painting -------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.font() != self._shown_font:
            self._follow_font()
        has_real_rows = self._cells.paint(
            self, event.rect(), self.grid_model.first, self.selected_ranges()
        )
        self.painted.emit(self.verticalScrollBar().value(), has_real_rows)

    def _picture(self, row: int, column: int) -> QPixmap | None:
        if self._thumbnails is None:
            from pytuck_desktop.features.grid.thumbnails import Thumbnails

            ratio = self.devicePixelRatioF()
            box = QSize(PICTURE_WIDTH, self.row_header.defaultSectionSize() - 6) * ratio
            self._thumbnails = Thumbnails(self._viewmodel, box, ratio, self)
            self._thumbnails.arrived.connect(self.viewport().update)
        return self._thumbnails.picture(row, column)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.scrolled.emit()

    def _follow_font(self) -> None:
        self._shown_font = self.font()
        self._cells.use_font(self._shown_font)
        self.row_header.setDefaultSectionSize(self.fontMetrics().height() + _ROW_PADDING)
        self.row_header.follow_count()

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._cells.use_tokens(tokens)
        self.column_header.use_tokens(tokens)
        self.row_header.use_tokens(tokens)
        self.viewport().update()
