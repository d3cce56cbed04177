"""The window of rows that Qt sees: up to 100,000 of however many the table has.

Qt counts the pixels of a header in 32 bits, so a view of more than about 80 million rows breaks.
The model shows rows `first … first + rowCount()` of the table; the view moves the window and
scrolls by a bar of its own. Positions in the table are Python integers everywhere ("row"); Qt's
row numbers inside the window are called "line".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from pytuck_desktop.features.grid.display import DisplayCell, Stored

WINDOW_ROWS = 100_000

AnyIndex = QModelIndex | QPersistentModelIndex


class RowSource(Protocol):
    """Where the model takes rows from; it answers at once and never blocks."""

    @property
    def row_count(self) -> int:
        """How many rows there are, as far as known."""

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns."""

    def displayed(self, row: int) -> Sequence[DisplayCell] | None:
        """Return the cells of a row, or None while it is on its way."""

    def stored(self, row: int, column: int) -> Stored:
        """Return what a loaded cell holds."""

    def can_edit(self, row: int, column: int) -> bool:
        """Return whether the cell may be edited."""


class GridModel(QAbstractTableModel):
    """Rows of a `RowSource`, by position, through a window."""

    def __init__(
        self, source: RowSource, parent: QObject | None = None, *, window_rows: int = WINDOW_ROWS
    ) -> None:
        super().__init__(parent)
        self._source = source
        self._window_rows = window_rows
        self._lines = min(source.row_count, window_rows)
        self.first = 0

    @property
    def window_rows(self) -> int:
        """The most rows the model shows at once."""
        return self._window_rows

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else self._lines

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._source.column_names)

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            cells = self._source.displayed(self.first + index.row())
            return None if cells is None else cells[index.column()][0]
        if role == Qt.ItemDataRole.EditRole:
            return self._source.stored(self.first + index.row(), index.column())
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return str(self.first + section + 1)
        names = self._source.column_names
        return names[section] if 0 <= section < len(names) else None

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        if self._source.can_edit(self.first + index.row(), index.column()):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def line_of(self, row: int) -> int | None:
        """Return the line that shows a row of the table, or None if it is outside the window."""
        line = row - self.first
        return line if 0 <= line < self._lines else None

    def follow_count(self) -> None:
        """Take over the number of rows of the source: lines come and go at the end only."""
        total = self._source.row_count
        if self.first > max(0, total - self._window_rows):
            self.move_window(max(0, total - self._window_rows))
        wanted = max(0, min(total - self.first, self._window_rows))
        if wanted > self._lines:
            self.beginInsertRows(QModelIndex(), self._lines, wanted - 1)
            self._lines = wanted
            self.endInsertRows()
        elif wanted < self._lines:
            self.beginRemoveRows(QModelIndex(), wanted, self._lines - 1)
            self._lines = wanted
            self.endRemoveRows()

    def start_anew(self) -> None:
        """Take over other columns."""
        self.beginResetModel()
        self.first = 0
        self._lines = min(self._source.row_count, self._window_rows)
        self.endResetModel()

    def move_window(self, first: int) -> None:
        """Show other rows of the table in the same lines."""
        total = self._source.row_count
        first = max(0, min(first, total - self._window_rows))
        if first == self.first:
            return
        self.first = first
        self.announce(first, first + self._lines - 1)
        if self._lines:
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, self._lines - 1)

    def announce(self, first: int, last: int) -> None:
        """Tell the views that rows of the table changed, if they are in the window."""
        top = max(0, first - self.first)
        bottom = min(self._lines, last - self.first + 1) - 1
        if top <= bottom and self._source.column_names:
            right = len(self._source.column_names) - 1
            self.dataChanged.emit(self.index(top, 0), self.index(bottom, right))
