"""Sums over the rows of a table, whatever their order, that tell whether two tables are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pytuck.formats.base import StoredRow
from pytuck.schema import Table
from pytuck.types import ColumnType, RawType, StorageClass

_MASK = (1 << 64) - 1
_NUMBERS = (StorageClass.INTEGER, StorageClass.REAL)
_MINUS_ONE = "minus one"


class Checksum:
    """Counts rows and sums up Python's hashes of them, batch by batch, in one process.

    Numbers of the same value have the same hash: a whole number in a REAL column counts as the
    float that it becomes there, -0.0 as the 0.0 that SQLite keeps in its place, True as 1. In
    columns without a type, the types count as well.

    Args:
        counts_only: Do not look at the contents.
    """

    def __init__(self, table: Table, *, counts_only: bool = False) -> None:
        self.table = table
        self._counts_only = counts_only
        self.rows = 0
        self.sum = 0
        kinds = [column.type for column in table.columns]
        self._raw = [place for place, kind in enumerate(kinds) if isinstance(kind, RawType)]
        self._numbers = [
            place for place, kind in enumerate(kinds) if kind.storage_class in _NUMBERS
        ]

    @property
    def types(self) -> dict[str, ColumnType[Any]]:
        """The types of the columns, for readers of files that do not say them."""
        return {column.name: column.type for column in self.table.columns}

    def add(self, batch: Sequence[StoredRow]) -> None:
        """Take in some rows."""
        self.rows += len(batch)
        if self._counts_only:
            return
        columns: list[Sequence[Any]] = list(zip(*batch, strict=True))
        if batch:
            for place in self._raw:
                columns[place] = list(map(repr, columns[place]))
            for place in self._numbers:
                if -1 in columns[place]:  # its hash is that of -2
                    columns[place] = [
                        _MINUS_ONE if value == -1 else value for value in columns[place]
                    ]
        self.sum = (self.sum + sum(map(hash, zip(*columns, strict=True)))) & _MASK

    def of(self, batches: Iterator[list[StoredRow]]) -> Iterator[list[StoredRow]]:
        """Take in the rows that go by."""
        for batch in batches:
            self.add(batch)
            yield batch

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Checksum):
            return NotImplemented
        return (self.rows, self.sum) == (other.rows, other.sum)

    __hash__: Callable[[], int] = None  # type: ignore[assignment]
