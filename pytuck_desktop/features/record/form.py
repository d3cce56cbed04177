"""The lines of a row as a widget: keys and mouse edit fields and follow links."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from pytuck_desktop.features.record.field_editing import FieldEditor
from pytuck_desktop.features.record.model import RecordModel
from pytuck_desktop.features.record.painting import RecordPainter
from pytuck_desktop.features.record.state import Kind, Line
from pytuck_desktop.features.record.viewmodel import RecordViewModel
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.cell_kit import CellKit
from pytuck_desktop.widgets.editors.reading import Reading
from pytuck_desktop.widgets.editors.value_window import ValueWindow, open_value_window
from pytuck_desktop.workspace.file_info import ColumnInfo

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent

    from pytuck.types import Stored


class RecordForm(QListView):
    """Shows the lines of a `RecordViewModel` and edits them in place."""

    intent = Signal(object)

    def __init__(
        self, viewmodel: RecordViewModel, tokens: Tokens, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("panelList")
        self.setAccessibleName(self.tr("Fields and related rows"))
        self._viewmodel = viewmodel
        self.lines = RecordModel(self)
        self._painter = RecordPainter(self.lines, tokens)
        self.editor = FieldEditor(self.viewport())
        self.editor.staged.connect(self._stage)
        self.editor.stepped.connect(self._step)
        self.editor.room_wanted.connect(self._open_window)
        self.window_of_value: ValueWindow | None = None
        self.setModel(self.lines)
        self.setItemDelegate(self._painter)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        viewmodel.changed.connect(self.follow)

    def use_kit(self, kit: CellKit) -> None:
        """Show values as this says."""
        self._painter.kit = self.lines.kit = kit
        self.follow()

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._painter.tokens = tokens
        self.viewport().update()

    def follow(self) -> None:
        """Show the lines as they are now."""
        lines = self._viewmodel.lines
        if lines != self.lines.lines:
            self.lines.show(lines)
            self._fit()

    def _fit(self) -> None:
        self._painter.fit_names(self.fontMetrics(), self.viewport().width())
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def line_at(self, index: QModelIndex) -> Line | None:
        """Return the line of an index."""
        return self.lines.lines[index.row()] if index.isValid() else None

    # --- keys and mouse --------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        line, key = self.line_at(self.currentIndex()), event.key()
        command = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        is_typing = event.text().isprintable() and bool(event.text())
        if line is None:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_F2 and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            if line.column is not None and self.finish_editing():
                self._open_window(line.column)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self._activate(line)
        elif key == Qt.Key.Key_F12 and line.column is not None:
            self._follow_field(line.column)
        elif key == Qt.Key.Key_Delete and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            if line.column is not None:
                self._viewmodel.set_null(line.column)
        elif is_typing and line.column is not None and not event.modifiers() & command:
            self.edit_field(line.column, event.text())
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        line = self.line_at(self.indexAt(event.position().toPoint()))
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and line is not None and line.intent is not None:
            self.intent.emit(line.intent)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        line = self.line_at(self.indexAt(event.position().toPoint()))
        if line is not None and line.column is not None:
            self.edit_field(line.column)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        line = self.line_at(self.indexAt(event.position().toPoint()))
        is_link = line is not None and line.is_link
        shape = Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def _activate(self, line: Line) -> None:
        if line.intent is not None:
            self.intent.emit(line.intent)
        elif line.column is not None:
            self.edit_field(line.column)

    def _follow_field(self, column: ColumnInfo) -> None:
        """Follow the first foreign key that a field is part of."""
        for line in self.lines.lines:
            relation = line.relation
            if line.kind is not Kind.PARENT or relation is None or line.intent is None:
                continue
            if column.name in relation.reference.columns:
                self.intent.emit(line.intent)
                return

    # --- editing ---------------------------------------------------------------------------

    def edit_field(self, column: ColumnInfo, typed: str = "") -> None:
        """Open the editor of a field, once its whole value is there; a window for bytes."""
        if self.finish_editing():
            self._viewmodel.prepare_edit(column, lambda reading: self._open(reading, typed))

    def _open_window(self, column: ColumnInfo) -> None:
        """Open the window for a value that needs room, once it is there whole."""
        self._viewmodel.prepare_edit(column, self._show_window)

    def _show_window(self, reading: Reading) -> None:
        self.window_of_value = open_value_window(
            reading,
            is_editable=True,
            title=reading.column.name[:120],
            parent=self,
            on_entered=self._viewmodel.stage_at(reading.column),
        )

    def finish_editing(self) -> bool:
        """Stage what an open editor holds; False if it is refused."""
        return self.editor.commit()

    def _open(self, reading: Reading, typed: str) -> None:
        if isinstance(reading.held, bytes) or reading.column.storage == "blob":
            self._show_window(reading)
            return
        index = self._index_of(reading.column)
        if index is None:
            return
        self.setCurrentIndex(index)
        self.scrollTo(index)
        area = self._painter.value_area(self.visualRect(index))
        search = self._viewmodel.key_search(reading.column)
        self.editor.open(reading, area, search, typed)

    def _index_of(self, column: ColumnInfo) -> QModelIndex | None:
        for place, line in enumerate(self.lines.lines):
            if line.column == column:
                return self.lines.index(place)
        return None

    def _stage(self, column: ColumnInfo, value: Stored) -> None:
        self._viewmodel.stage(column, value)

    def _step(self, by: int) -> None:
        """Go on to the next field that can be edited."""
        place = self.currentIndex().row() + by
        while 0 <= place < len(self.lines.lines):
            column = self.lines.lines[place].column
            if column is None:
                return
            if not self._viewmodel.obstacle(column):
                self.edit_field(column)
                return
            place += by
