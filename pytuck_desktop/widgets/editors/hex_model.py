"""Bytes as an item model: one line for sixteen of them, made when it is looked at."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from pytuck_desktop.workspace.hex_lines import BYTES_A_LINE, hex_lines

Index = QModelIndex | QPersistentModelIndex


class HexModel(QAbstractListModel):
    """Lines with an offset, the bytes in hex, and the same as ASCII."""

    def __init__(self) -> None:
        super().__init__()
        self._data = b""

    def show(self, data: bytes) -> None:
        """Show other bytes."""
        self.beginResetModel()
        self._data = data
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        return 0 if parent.isValid() else -(-len(self._data) // BYTES_A_LINE)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role != Qt.ItemDataRole.DisplayRole:
            return None
        first = index.row() * BYTES_A_LINE
        return hex_lines(self._data[first : first + BYTES_A_LINE], first)
