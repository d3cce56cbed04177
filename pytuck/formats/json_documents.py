"""JSON files that describe their tables: our own, and those of the old library."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from itertools import accumulate
from operator import itemgetter
from pathlib import Path
from typing import Any

from pytuck.common.exceptions import CorruptFileError, NewerFormatError, SchemaError
from pytuck.common.progress import Work
from pytuck.formats.base import StoredRow, TableStream
from pytuck.formats.json_cells import JsonCells
from pytuck.formats.json_layout import JsonLayout
from pytuck.formats.json_source import JsonSource, Piece
from pytuck.formats.old_schema import OldCells, table_from_old
from pytuck.formats.row_chunks import CHUNK_ROWS, ChunkMap
from pytuck.schema import Table
from pytuck.schema.json_form import table_from_json
from pytuck.types import Stored

VERSION = 3
FORMAT_NAME = "pytuck-json"
SEPARATOR = b",\n"

_LINES = b"},\n{"

Decode = Callable[[Sequence[Any], int], list[tuple[Stored, ...]]]


class _Document:
    """Reads the tables of one file."""

    def __init__(self, source: JsonSource, path: Path, layout: JsonLayout, work: Work) -> None:
        self._source = source
        self._path = path
        self._layout = layout
        self._work = work

    def streams(self) -> Generator[TableStream, None, None]:
        """Give the tables."""
        has_tables = False
        for key in self._source.members():
            if key == "tables":
                has_tables = True
                for name in self._source.members():
                    yield from self._table(name)
                continue
            value = self._source.value()
            if key == "format_version":
                self._check_version(value)
        self._source.check_end()
        if not has_tables:
            raise CorruptFileError(
                f"'{self._path}' has no key 'tables'. Restore the file from a backup.",
                details={"path": str(self._path)},
            )

    def _check_version(self, version: Any) -> None:
        if type(version) is not int or version > VERSION:
            raise NewerFormatError(
                f"'{self._path}' has version {version!r} of the layout; this program reads up to "
                f"{VERSION}. Open it with a newer version of the program.",
                details={"path": str(self._path)},
            )

    def _table(self, name: str) -> Iterator[TableStream]:
        described: dict[str, Any] = {}
        has_records = False
        for key in self._source.members():
            if key != "records":
                described[key] = self._source.value()
                continue
            has_records = True
            stream = self._stream(name, described)
            yield stream
            for _ in stream.batches:
                pass
        if not has_records:
            stream = self._stream(name, described)
            stream.batches = iter(())
            yield stream

    def _stream(self, name: str, described: dict[str, Any]) -> TableStream:
        try:
            table = table_from_json(name, described)
        except SchemaError as err:
            raise CorruptFileError(
                f"'{self._path}': {err} Restore the file from a backup.",
                table_name=name,
                details={"path": str(self._path)},
            ) from err
        chunks = self._layout.chunks[name] = ChunkMap()
        self._layout.tables[name] = table
        decode = RecordCells(table, self._path).decode
        next_key = described.get("next_id")
        return TableStream(
            table,
            self._batches(table, decode, chunks),
            next_key=next_key if type(next_key) is int else None,
        )

    def _batches(
        self, table: Table, decode: Decode, chunks: ChunkMap | None
    ) -> Iterator[list[StoredRow]]:
        done = 0
        for piece in self._source.items():
            rows = decode(piece.values, done + 1)
            if chunks is not None:
                _note_chunks(chunks, table, piece, rows, done)
            done += len(rows)
            yield rows  # type: ignore[misc]
            self._work.step("reading", table.name, done)
        if chunks is not None and self._source.separator not in (None, _LINES):
            chunks.is_ascending = False


class _OldDocument(_Document):
    """Reads the tables of a file of the old library."""

    def _stream(self, name: str, described: dict[str, Any]) -> TableStream:
        table, next_key = table_from_old(name, described, self._path)
        cells = OldCells(table, self._path)
        stream = TableStream(table, iter(()), next_key)
        stream.batches = self._noted_batches(stream, cells)
        return stream

    def _noted_batches(self, stream: TableStream, cells: OldCells) -> Iterator[list[StoredRow]]:
        for batch in self._batches(stream.table, cells.decode, None):
            stream.notes = tuple(cells.notes)
            yield batch


def own_streams(
    source: JsonSource, path: Path, layout: JsonLayout, work: Work
) -> Generator[TableStream, None, None]:
    """Give the tables of a file of ours, and note in the layout where their rows are."""
    return _Document(source, path, layout, work).streams()


def old_streams(
    source: JsonSource, path: Path, layout: JsonLayout, work: Work
) -> Generator[TableStream, None, None]:
    """Give the tables of a file that the old library wrote."""
    return _OldDocument(source, path, layout, work).streams()


class RecordCells:
    """Rows of a table as records: objects with the names of the columns as keys.

    Args:
        path: The file, for messages.
    """

    def __init__(self, table: Table, path: Path) -> None:
        self._path = path
        self._table = table
        self._cells = JsonCells(table, path)
        names = [column.name for column in table.columns]
        self._names = dict.fromkeys(names)
        self._get = itemgetter(*names) if len(names) > 1 else None

    def decode(self, records: Sequence[Any], first_row: int) -> list[tuple[Stored, ...]]:
        """Return the stored values of records; a missing key is NULL.

        Raises:
            CorruptFileError: A value is not of its column, or a key is none.
        """
        return self._cells.decode(self._in_order(records, first_row), first_row)

    def _in_order(self, records: Sequence[Any], first_row: int) -> Sequence[Sequence[Any]]:
        try:
            if self._get is not None and set(map(len, records)) == {len(self._names)}:
                return list(map(self._get, records))
        except (TypeError, KeyError):
            pass
        return [self._values(record, row) for row, record in enumerate(records, first_row)]

    def _values(self, record: Any, row: int) -> Sequence[Any]:
        if type(record) is not dict or not record.keys() <= self._names.keys():
            what = "is no object"
            if type(record) is dict:
                unknown = next(key for key in record if key not in self._names)
                what = f"has the key {unknown!r}, which is no column of the table"
            raise CorruptFileError(
                f"'{self._path}', table '{self._table.name}', row {row} {what}. Correct it in "
                "the file, or restore the file from a backup.",
                table_name=self._table.name,
                details={"path": str(self._path), "row": row},
            )
        return tuple(map(record.get, self._names))


def _note_chunks(
    chunks: ChunkMap, table: Table, piece: Piece, rows: Sequence[StoredRow], done: int
) -> None:
    """Note where rows lie, if each is a line."""
    lines = piece.text.split(b"\n")
    ids = row_ids(table, rows, done)
    if len(lines) != len(rows) or not _ascend(ids):
        chunks.is_ascending = False
    if not chunks.is_ascending:
        return
    ends = list(accumulate(map(len, lines), lambda end, length: end + 1 + length))
    for first in range(0, len(rows), CHUNK_ROWS):
        last = min(first + CHUNK_ROWS, len(rows)) - 1
        start = piece.start + (ends[first - 1] + 1 if first else 0)
        is_last_line = last == len(rows) - 1
        end = piece.start + ends[last] - (0 if is_last_line else len(SEPARATOR) - 1)
        chunks.add(start, end, ids[first], ids[last])


def _ascend(ids: Sequence[Any]) -> bool:
    return isinstance(ids, range) or (set(map(type, ids)) == {int} and ids == sorted(ids))


def row_ids(table: Table, rows: Sequence[StoredRow], done: int) -> Sequence[Any]:
    """Return the row ids of rows.

    Args:
        done: How many rows of the table are before them.
    """
    if table.rowid_alias is None:
        return range(done + 1, done + len(rows) + 1)
    place = [column.name for column in table.columns].index(table.rowid_alias)
    return [row[place] for row in rows]
