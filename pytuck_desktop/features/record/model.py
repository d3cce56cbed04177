"""The form as a list of lines: fields first, then the rows around the row."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from pytuck_desktop.features.record.state import Kind, Line
from pytuck_desktop.features.record.texts import accessible_text
from pytuck_desktop.widgets.cell_kit import CellKit
from pytuck_desktop.widgets.visible_text import tool_tip

Index = QModelIndex | QPersistentModelIndex


class RecordModel(QAbstractListModel):
    """The lines of one row; what is alike in the next row keeps its place."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: list[Line] = []
        self.kit: CellKit | None = None

    def show(self, lines: list[Line]) -> None:
        """Show other lines in place of those before."""
        same = _same_shape(self.lines, lines)
        old = self.lines
        if same < len(old):
            self.beginRemoveRows(QModelIndex(), same, len(old) - 1)
            self.lines = old[:same]
            self.endRemoveRows()
        changed = [at for at in range(same) if old[at] != lines[at]]
        self.lines = lines[:same]
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))
        if same < len(lines):
            self.beginInsertRows(QModelIndex(), same, len(lines) - 1)
            self.lines = lines
            self.endInsertRows()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return accessible_text(self.lines[index.row()])
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(self.lines[index.row()])
        return None

    def _tip(self, line: Line) -> str:
        """Return all of a line that may be cut where there is no room, and why it does not fit."""
        texts = [accessible_text(line)]
        if line.invalid is not None and self.kit is not None:
            texts.append(self.kit.why(line.invalid))
        return tool_tip("\n".join(texts))

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self.lines[index.row()].kind in (Kind.REFERENCES, Kind.REFERRING):
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


def _same_shape(old: list[Line], new: list[Line]) -> int:
    """Return how many lines at the beginning stand for the same."""
    for at, (one, other) in enumerate(zip(old, new, strict=False)):
        if one.kind is not other.kind or one.column != other.column:
            return at
    return min(len(old), len(new))
