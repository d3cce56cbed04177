"""Rows of our own JSON and JSONL files: one record a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate, repeat
from operator import itemgetter
from pathlib import Path
from typing import Any

from pytuck.common.exceptions import CorruptFileError, SerializationError
from pytuck.formats.base import StoredRow
from pytuck.formats.json_cells import JsonCells
from pytuck.formats.json_codec import JsonCodec
from pytuck.formats.json_source import LARGEST_VALUE
from pytuck.formats.row_chunks import CHUNK_ROWS, ChunkMap, RowsOfIds
from pytuck.schema import Table
from pytuck.types import Stored


class RecordCells:
    """Rows of a table as records: objects with the names of the columns as keys.

    Args:
        path: The file, for messages.
        key_of: Gives the key for the name of a column, where it is another one.
    """

    def __init__(self, table: Table, path: Path, key_of: Callable[[str], str] = str) -> None:
        self._path = path
        self._table = table
        self._cells = JsonCells(table, path)
        names = tuple(key_of(column.name) for column in table.columns)
        self._names = dict.fromkeys(names)
        self._get = itemgetter(*names) if len(names) > 1 else None

    def encode(self, rows: RowsOfIds) -> Iterable[dict[str, Any]]:
        """Return records for rows; what stands behind the last column is left out."""
        return map(dict, map(zip, repeat(self._names), self._cells.encode(rows)))

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


def lines_of(
    codec: JsonCodec,
    table: Table,
    records: Callable[[RowsOfIds], Iterable[dict[str, Any]]],
    path: Path,
    laid_out: Callable[[bytes], bytes] | None = None,
) -> Callable[[RowsOfIds], list[bytes]]:
    """Return what makes the texts of the records of rows.

    Args:
        laid_out: Changes the text of a record, which is one line.
    """

    def refusal(reason: str) -> SerializationError:
        return SerializationError(
            f"Table '{table.name}' cannot be written to '{path}': {reason}.",
            table_name=table.name,
            details={"path": str(path)},
        )

    def lines(batch: RowsOfIds) -> list[bytes]:
        try:
            found = codec.dumps_each(records(batch))
        except ValueError as err:
            raise refusal(str(err)) from err
        if laid_out is not None:
            found = list(map(laid_out, found))
        if max(map(len, found)) > LARGEST_VALUE:
            raise refusal(f"a row has more than {LARGEST_VALUE >> 20} MiB")
        return found

    return lines


def note_chunks(
    chunks: ChunkMap,
    table: Table,
    text: bytes,
    start: int,
    rows: Sequence[StoredRow],
    *,
    done: int,
    separator: bytes,
) -> None:
    """Note where rows lie, if each is a line.

    Args:
        text: The rows, as the file has them.
        start: The place of its first byte in the file.
        done: How many rows of the table are before them.
        separator: Stands between two rows; it ends with the line.
    """
    lines = text.split(b"\n")
    ids = row_ids(table, rows, done)
    if len(lines) != len(rows) or not _ascend(ids):
        chunks.is_ascending = False
    if not chunks.is_ascending:
        return
    ends = list(accumulate(map(len, lines), lambda end, length: end + 1 + length))
    for first in range(0, len(rows), CHUNK_ROWS):
        last = min(first + CHUNK_ROWS, len(rows)) - 1
        begin = start + (ends[first - 1] + 1 if first else 0)
        is_last_line = last == len(rows) - 1
        end = start + ends[last] - (0 if is_last_line else len(separator) - 1)
        chunks.add(begin, end, ids[first], ids[last])


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
