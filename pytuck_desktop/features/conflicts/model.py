"""The conflicts of a save as an item model: mine, theirs and the original, side by side."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.widgets.visible_text import visible_text
from pytuck_desktop.workspace.conflicts import Conflict, ConflictKind
from pytuck_desktop.workspace.staged_edits import Invalid

Index = QModelIndex | QPersistentModelIndex
_SHOWN = 300
"""Characters of a value that are shown."""


class Place(IntEnum):
    """The columns of the model."""

    TABLE = 0
    ROW = 1
    COLUMN = 2
    ORIGINAL = 3
    THEIRS = 4
    MINE = 5


class ConflictModel(QAbstractTableModel):
    """One line for each conflict; of `THEIRS` and `MINE` one is chosen."""

    def __init__(self, tokens: Tokens) -> None:
        super().__init__()
        self._tokens = tokens
        self.conflicts: list[Conflict] = []
        self._keeps_mine: list[bool] = []

    def show(self, conflicts: list[Conflict]) -> None:
        """Show other conflicts; mine is chosen where it can be saved."""
        self.beginResetModel()
        self.conflicts = conflicts
        self._keeps_mine = [one.may_keep_mine for one in conflicts]
        self.endResetModel()

    def choose(self, line: int, *, mine: bool) -> None:
        """Choose a side of a line. A row to be deleted is deleted or not as a whole."""
        chosen = self.conflicts[line]
        for at, one in enumerate(self.conflicts):
            is_same_row = (one.table, one.identity) == (chosen.table, chosen.identity)
            is_whole = one.kind is ConflictKind.DELETED_AND_CHANGED and is_same_row
            if at == line or is_whole:
                self._keeps_mine[at] = mine and one.may_keep_mine
        self._announce()

    def choose_all(self, *, mine: bool) -> None:
        """Choose one side everywhere, as far as possible."""
        self._keeps_mine = [mine and one.may_keep_mine for one in self.conflicts]
        self._announce()

    @property
    def given_up(self) -> list[Conflict]:
        """The conflicts in which theirs is chosen."""
        pairs = zip(self.conflicts, self._keeps_mine, strict=True)
        return [one for one, keeps_mine in pairs if not keeps_mine]

    def keeps_mine(self, line: int) -> bool:
        """Return whether mine is chosen in a line."""
        return self._keeps_mine[line]

    def _announce(self) -> None:
        if self.conflicts:
            last = self.index(len(self.conflicts) - 1, Place.MINE)
            self.dataChanged.emit(self.index(0, Place.THEIRS), last)

    # --- what Qt asks ----------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        return 0 if parent.isValid() else len(self.conflicts)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - as Qt declares it
        return 0 if parent.isValid() else len(Place)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole or orientation != Qt.Orientation.Horizontal:
            return None
        return (
            self.tr("Table"),
            self.tr("Row"),
            self.tr("Column"),
            self.tr("Original"),
            self.tr("Theirs"),
            self.tr("Mine"),
        )[section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, place = index.row(), Place(index.column())
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return visible_text(self._text(self.conflicts[line], place)[:_SHOWN])
        if place not in (Place.THEIRS, Place.MINE):
            return None
        is_chosen = self._keeps_mine[line] == (place is Place.MINE)
        if role == Qt.ItemDataRole.CheckStateRole:
            return (Qt.CheckState.Checked if is_chosen else Qt.CheckState.Unchecked).value
        if role == Qt.ItemDataRole.BackgroundRole and is_chosen:
            return QColor(self._tokens.selection)
        if role == Qt.ItemDataRole.FontRole and is_chosen:
            font = QFont()
            font.setBold(True)
            return font
        return None

    def _text(self, one: Conflict, place: Place) -> str:
        if place is Place.TABLE:
            return one.table
        if place is Place.ROW:
            parts = one.identity if isinstance(one.identity, tuple) else (one.identity,)
            return ", ".join(map(str, parts))
        if place is Place.COLUMN:
            return one.column
        if place is Place.ORIGINAL:
            return _shown(one.original)
        if place is Place.THEIRS:
            is_gone = one.kind is ConflictKind.CHANGED_AND_GONE
            return self.tr("row deleted") if is_gone else _shown(one.theirs)
        is_deleted = one.kind is ConflictKind.DELETED_AND_CHANGED
        return self.tr("delete the row") if is_deleted else _shown(one.mine)


def _shown(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, Invalid):
        return value.text
    if isinstance(value, bytes):
        return f"X'{value[:32].hex()}{'…' if len(value) > 32 else ''}' ({len(value):,})"
    return str(value)
