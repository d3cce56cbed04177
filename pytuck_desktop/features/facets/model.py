"""The values of a column with check boxes and counts, as a list for Qt."""

from __future__ import annotations

from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from pytuck_desktop.features.facets.viewmodel import FacetsViewModel
from pytuck_desktop.widgets.condition_texts import value_text
from pytuck_desktop.widgets.visible_text import cell_text, tool_tip
from pytuck_desktop.workspace.conditions import ColumnTest
from pytuck_desktop.workspace.typed_values import Family, family_of

AnyIndex = QModelIndex | QPersistentModelIndex
SHARE_ROLE = int(Qt.ItemDataRole.UserRole)
"""How many of the rows have a value, 0 to 1."""
MUTED_ROLE = SHARE_ROLE + 1
"""Whether a line is no value like others, such as NULL."""


class Line(NamedTuple):
    """A value as it is listed; no count if it was not among those that were counted."""

    test: ColumnTest
    text: str
    is_muted: bool
    count: int | None  # type: ignore[assignment] # the method of tuples is not needed


class FacetModel(QAbstractTableModel):
    """The chosen values that are not among the commonest, then those. A click chooses."""

    def __init__(self, source: FacetsViewModel) -> None:
        super().__init__(source)
        self._source = source
        self._lines: list[Line] = []
        self._picks: frozenset[ColumnTest] = frozenset()
        self.follow()

    def follow(self) -> None:
        """Take over what is known now."""
        lines = self._made()
        picks = frozenset(self._source.picks)
        if lines != self._lines:
            self.beginResetModel()
            self._lines, self._picks = lines, picks
            self.endResetModel()
        elif picks != self._picks:
            self._picks = picks
            self.dataChanged.emit(self.index(0, 0), self.index(len(lines) - 1, 1))

    def _made(self) -> list[Line]:
        source = self._source
        if source.column is None:
            return []
        family = family_of(source.column)
        listed = [
            Line(source.pick(value), *shown_value(value, family), count)
            for value, count in source.facet.values or ()
        ]
        tests = {line.test for line in listed}
        others = [
            Line(test, *shown_value(test.values[0] if test.values else None, family), None)
            for test in source.picks
            if test not in tests
        ]
        return others + listed

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 2

    def line(self, row: int) -> Line:
        """Return a value of the list."""
        return self._lines[row]

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line = self._lines[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return line.text if index.column() == 0 else _count_text(line.count)
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == 0:
            is_chosen = line.test in self._picks
            return Qt.CheckState.Checked if is_chosen else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 1:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == 0:
            return tool_tip(line.text)
        if role == MUTED_ROLE:
            return line.is_muted
        if role == SHARE_ROLE:
            return (line.count or 0) / max(1, self._source.facet.rows or 1)
        return None

    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        test = self._lines[index.row()].test
        is_wanted = Qt.CheckState(value) == Qt.CheckState.Checked
        if is_wanted != (test in self._picks):
            self._source.toggle(test)
        return True

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else flags


def shown_value(value: int | float | str | bytes | None, family: Family) -> tuple[str, bool]:
    """Return a stored value as it is listed, and whether it is no value like others."""
    if value is None:
        return "NULL", True
    if family is Family.BOOLEAN:
        return {"1": "✓ true", "0": "✗ false"}.get(str(value), cell_text(str(value))), False
    if family is Family.BLOB:
        return ("NULL", True) if value else ("BLOB", True)
    if value == "":
        return "“”", True
    text = value_text(value)
    if family is Family.TIMESTAMP:
        text = text.removesuffix(".000000")
    return cell_text(text[:200]), False


def _count_text(count: int | None) -> str:
    return "–" if count is None else f"{count:,}"
