"""Sums over the rows of a table, whatever their order, that tell whether two tables are the same."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from typing import Any

from pytuck.formats.base import StoredRow
from pytuck.schema import Table
from pytuck.types import ColumnType, StorageClass

_MASK = (1 << 64) - 1
_PLAIN = 2  # of marshal's versions the newest one whose bytes say nothing but the value


class Checksum:
    """Counts rows and sums up their contents, batch by batch.

    Whole numbers in REAL columns count as the floats they become there, and -0.0 as 0.0, which
    SQLite keeps in its place; True counts as 1, for which DuckDB gives it.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rows = 0
        self.sum = 0
        kinds = [column.type.storage_class for column in table.columns]
        self._reals = [place for place, kind in enumerate(kinds) if kind is StorageClass.REAL]
        self._booleans = [place for place, kind in enumerate(kinds) if kind is StorageClass.BOOLEAN]

    @property
    def types(self) -> dict[str, ColumnType[Any]]:
        """The types of the columns, for readers of files that do not say them."""
        return {column.name: column.type for column in self.table.columns}

    def add(self, batch: Sequence[StoredRow]) -> None:
        """Take in some rows."""
        rows = self._normal(batch) if batch and (self._reals or self._booleans) else batch
        # As bytes: the hashes of 1, 1.0 and True are the same, and those of -1 and -2.
        hashes = map(hash, map(marshal.dumps, map(tuple, rows), repeat(_PLAIN)))
        self.rows += len(batch)
        self.sum = (self.sum + sum(hashes)) & _MASK

    def of(self, batches: Iterator[list[StoredRow]]) -> Iterator[list[StoredRow]]:
        """Take in the rows that go by."""
        for batch in batches:
            self.add(batch)
            yield batch

    def _normal(self, batch: Sequence[StoredRow]) -> Sequence[StoredRow]:
        columns: list[Sequence[Any]] = list(zip(*batch, strict=True))
        for place in self._reals:
            columns[place] = [
                value + 0.0 if value.__class__ in {float, int} else value
                for value in columns[place]
            ]
        for place in self._booleans:
            columns[place] = [
                value + 0 if value.__class__ is bool else value for value in columns[place]
            ]
        return list(zip(*columns, strict=True))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Checksum):
            return NotImplemented
        return (self.rows, self.sum) == (other.rows, other.sum)

    __hash__: Callable[[], int] = None  # type: ignore[assignment]
