"""Tables to be written, from rows in memory."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from pytuck.schema import Table
from pytuck.types import Stored


@dataclass
class RowsInMemory:
    table: Table
    rows: list[tuple[Stored, ...]] = field(default_factory=list)
    next_key: int | None = None
    changed: Collection[int] | None = None

    @property
    def row_count(self) -> int:
        return len(self.rows)

    def _numbered(self) -> list[tuple[Stored, ...]]:
        alias = self.table.rowid_alias
        if alias is None:
            return [(*row, number) for number, row in enumerate(self.rows, 1)]
        place = [column.name for column in self.table.columns].index(alias)
        return sorted(((*row, row[place]) for row in self.rows), key=lambda row: row[-1])

    def batches(
        self, size: int = 1024, first: int | None = None, last: int | None = None
    ) -> Iterator[list[tuple[Stored, ...]]]:
        wanted = [
            row
            for row in self._numbered()
            if (first is None or row[-1] >= first) and (last is None or row[-1] <= last)
        ]
        for start in range(0, len(wanted), size):
            yield wanted[start : start + size]
