"""Stored values as those a Python program keeps, and back: cells of files that hold any of them.

Booleans are `True` and `False`, lists and dictionaries are themselves; all the rest is what is
stored: numbers, text (dates, decimals and UUIDs, too) and bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pytuck.common.exceptions import CorruptFileError
from pytuck.formats.base import StoredRow
from pytuck.formats.json_cells import JsonCells
from pytuck.schema import Table
from pytuck.types import StorageClass, Stored
from pytuck.types.base import short_repr

_OWN_FORM = (StorageClass.BOOLEAN, StorageClass.JSON)
_STORED_KINDS = {type(None), int, float, str, bytes}


class NativeCells:
    """The cells of one table's rows, batch by batch.

    Args:
        path: The file, for messages.
    """

    def __init__(self, table: Table, path: Path) -> None:
        self._table = table
        self._path = path
        self._places = [
            place
            for place, column in enumerate(table.columns)
            if column.type.storage_class in _OWN_FORM
        ]
        chosen = tuple(table.columns[place] for place in self._places)
        self._cells = JsonCells(Table(table.name, chosen), path)

    def encode(self, rows: Sequence[StoredRow]) -> Iterable[Sequence[Any]]:
        """Return the cells of rows; what stands behind the last column is left out."""
        if not rows:
            return []
        count = len(self._table.columns)
        columns: list[Sequence[Any]] = [*zip(*rows, strict=True)]
        columns = columns[:count]
        if self._places:
            chosen = list(zip(*(columns[place] for place in self._places), strict=True))
            encoded = zip(*self._cells.encode(chosen), strict=True)
            for place, column in zip(self._places, encoded, strict=True):
                columns[place] = column
        return zip(*columns, strict=True)

    def decode(self, rows: Sequence[Sequence[Any]], first_row: int = 1) -> list[tuple[Stored, ...]]:
        """Return the stored values of rows of cells.

        Raises:
            CorruptFileError: A cell is none of its column.
        """
        if not rows:
            return []
        columns: list[Sequence[Any]] = [*zip(*rows, strict=True)]
        if self._places:
            chosen = list(zip(*(columns[place] for place in self._places), strict=True))
            decoded = zip(*self._cells.decode(chosen, first_row), strict=True)
            for place, stored in zip(self._places, decoded, strict=True):
                columns[place] = stored
        for place, column in enumerate(columns):
            if not set(map(type, column)) <= _STORED_KINDS or _has_long_number(column):
                self._refuse(place, column, first_row)
        return list(zip(*columns, strict=True))

    def _refuse(self, place: int, column: Sequence[Any], first_row: int) -> None:
        number = next(number for number, cell in enumerate(column) if not _is_stored(cell))
        name, row = self._table.columns[place].name, first_row + number
        raise CorruptFileError(
            f"'{self._path}', table '{self._table.name}', row {row}: {short_repr(column[number])} "
            f"is no value of the column '{name}'. Restore the file from a backup.",
            table_name=self._table.name,
            column_name=name,
            details={"path": str(self._path), "row": row},
        )


def _has_long_number(column: Sequence[Any]) -> bool:
    return int in set(map(type, column)) and not all(map(_is_stored, column))


def _is_stored(cell: object) -> bool:
    if type(cell) is int:
        return -(2**63) <= cell < 2**63
    return type(cell) in _STORED_KINDS
