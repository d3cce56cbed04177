"""The lines of a review as an item model."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from pytuck_desktop.features.review.state import LineKind, ReviewLine
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.visible_text import visible_text

_SHOWN = 300
"""Characters of a value that are shown."""

Index = QModelIndex | QPersistentModelIndex


class ReviewModel(QAbstractTableModel):
    """One line for each changed cell, and each row that comes or goes."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens
        self.lines: list[ReviewLine] = []

    def show(self, lines: list[ReviewLine]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        return 0 if parent.isValid() else 6

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return (
            "",
            self.tr("Table"),
            self.tr("Row"),
            self.tr("Column"),
            self.tr("Before"),
            self.tr("After"),
        )[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(line, index.column())
        if role == Qt.ItemDataRole.BackgroundRole and index.column() == 0:
            return QColor(self._colour(line.kind))
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0:
            return self._words(line.kind)
        return None

    def _text(self, line: ReviewLine, column: int) -> str:
        parts = (line.kind.value, line.table, line.row, line.column, line.before, line.after)
        return visible_text((parts[column] or "")[:_SHOWN])

    def _colour(self, kind: LineKind) -> str:
        tokens = self._tokens
        return {
            LineKind.NEW: tokens.new_back,
            LineKind.CHANGED: tokens.changed_back,
            LineKind.DELETED: tokens.deleted_back,
            LineKind.INVALID: tokens.error_back,
        }[kind]

    def _words(self, kind: LineKind) -> str:
        return {
            LineKind.NEW: self.tr("New row"),
            LineKind.CHANGED: self.tr("Changed"),
            LineKind.DELETED: self.tr("Deleted row"),
            LineKind.INVALID: self.tr("Does not fit its column"),
        }[kind]
