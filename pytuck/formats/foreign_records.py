"""Files of records that do not describe their tables: lists of objects, whatever writes them.

They are read twice, once for the types and once for the rows; a small one is kept in memory
meanwhile.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytuck.common.exceptions import FileFormatError
from pytuck.common.progress import Work
from pytuck.formats.base import Overrides, StoredRow, TableStream
from pytuck.formats.json_inference import RecordInference
from pytuck.formats.json_layout import ForeignTable, RecordsLayout
from pytuck.formats.usable_names import usable_names

KEPT_BYTES = 16 << 20
"""A file of so many bytes is parsed only once; its records need about eight times as much."""

Records = list[dict[str, Any]]


@dataclass(slots=True)
class _Found:
    """One list of records."""

    name: str
    inference: RecordInference
    count: int = 0


class ForeignRecords(ABC):
    """One file of somebody else's. A subclass says where the records are."""

    def __init__(self, path: Path, layout: RecordsLayout, overrides: Overrides, work: Work) -> None:
        self._path = path
        self._layout = layout
        self._overrides = overrides
        self._work = work
        self._found: list[_Found] = []
        self._kept: list[tuple[str, Records]] | None = []

    @abstractmethod
    def _records(self) -> Iterator[tuple[str, Records, int]]:
        """Give all records with the name of their table and the place that was reached.

        An empty list of them says only that there is a table of this name.
        """

    def _survey(self) -> None:
        """Look at all records."""
        self._look_at_all()

    def streams(self) -> Generator[TableStream, None, None]:
        """Give the tables, after all values were looked at."""
        self._survey()
        names, _ = usable_names(found.name for found in self._found)
        self._layout.empty = tuple(found.name for found in self._found if not found.count)
        rest = self._all_records()
        for found, name in zip(self._found, names, strict=True):
            if found.count:
                stream = self._stream(found, name, rest)
                yield stream
                for _ in stream.batches:
                    pass

    def _stream(self, found: _Found, name: str, rest: Iterator[tuple[str, Records]]) -> TableStream:
        inference = found.inference
        columns, notes = usable_names(inference.keys_seen())
        if not columns:
            raise FileFormatError(
                f"'{self._path}': the records of '{found.name}' have no keys, so there are no "
                "columns. Give them some.",
                details={"path": str(self._path)},
            )
        table = inference.table(columns, name)
        notes += inference.notes
        if name != found.name:
            notes.insert(0, f"{found.name!r} is called {name!r}")
        keys = dict(zip(columns, inference.keys, strict=True))
        styles, time_stamps = inference.styles, inference.time_stamp_keys
        self._layout.tables[name] = table
        self._layout.foreign[name] = ForeignTable(
            found.name,
            keys,
            inference.sparse_keys,
            {column: styles[key] for column, key in keys.items() if key in styles},
            frozenset(column for column, key in keys.items() if key in time_stamps),
        )
        return TableStream(
            table, self._rows(found, name, rest), is_inferred=True, notes=tuple(notes)
        )

    def _rows(
        self, found: _Found, name: str, rest: Iterator[tuple[str, Records]]
    ) -> Iterator[list[StoredRow]]:
        done = 0
        while done < found.count:
            _, records = next(rest)
            if not records:
                continue
            rows = found.inference.rows(records, done + 1)
            done += len(rows)
            yield rows  # type: ignore[misc]
            self._work.step("reading", name, done, found.count)

    def _look_at_all(self) -> None:
        self._found, self._kept = [], []
        limit = self._overrides.sample_rows
        for name, records, position in self._records():
            if not self._found or self._found[-1].name != name:
                self._found.append(self._new(name))
            found = self._found[-1]
            if limit is None or found.count < limit:
                found.inference.look_at(
                    records if limit is None else records[: limit - found.count]
                )
            found.inference.add_keys(records)
            found.count += len(records)
            if position > KEPT_BYTES:
                self._kept = None
            elif self._kept is not None:
                self._kept.append((name, records))
            self._work.step("reading", name, position, unit="bytes")

    def _new(self, name: str) -> _Found:
        types = self._overrides.types.get(name, {})
        is_sample = self._overrides.sample_rows is not None
        return _Found(name, RecordInference(name, types, self._path, is_sample=is_sample))

    def _all_records(self) -> Iterator[tuple[str, Records]]:
        if self._kept is not None:
            while self._kept:
                yield self._kept.pop(0)
            return
        for name, records, _ in self._records():
            yield name, records
