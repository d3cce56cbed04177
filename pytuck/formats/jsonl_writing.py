"""Writing our files of JSON lines: everything, with the bytes of the old file where nothing changed."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pytuck.common.progress import Work
from pytuck.formats.base import BATCH_ROWS, TableRows
from pytuck.formats.json_codec import JsonCodec
from pytuck.formats.json_records import RecordCells, lines_of
from pytuck.formats.jsonl_header import HEADER_BYTES, Header, marker_line, row_key
from pytuck.formats.jsonl_layout import JsonlLayout, is_ascending
from pytuck.formats.jsonl_own import SEPARATOR
from pytuck.formats.row_chunks import ChunkMap, write_rows
from pytuck.schema import Table
from pytuck.schema.json_form import table_to_json
from pytuck.types import Stored


@dataclass
class RowsBetween:
    """The rows of a table between two row ids.

    Attributes:
        first, last: The row ids; None for no bound.
        also_changed: Row ids that count as changed, too.
        given: How many rows were given.
    """

    rows: TableRows
    first: int | None
    last: int | None
    also_changed: Collection[int] = ()
    given: int = 0

    @property
    def table(self) -> Table:
        """Its structure."""
        return self.rows.table

    @property
    def next_key(self) -> int | None:
        """The key that the next row gets by itself."""
        return self.rows.next_key

    @property
    def row_count(self) -> int:
        """How many rows the table has, between whatever row ids."""
        return self.rows.row_count

    @property
    def changed(self) -> Collection[int]:
        """The row ids between the two that were written or deleted."""
        first = self.first
        last = self.last
        return [
            row_id
            for row_id in {*(self.rows.changed or ()), *self.also_changed}
            if (first is None or row_id >= first) and (last is None or row_id <= last)
        ]

    def batches(
        self, size: int = BATCH_ROWS, first: int | None = None, last: int | None = None
    ) -> Iterator[list[tuple[Stored, ...]]]:
        """Give the rows between the two, or between others."""
        first = self.first if first is None else first
        last = self.last if last is None else last
        for batch in self.rows.batches(size, first, last):
            self.given += len(batch)
            yield batch


class OwnWriter:
    """Writes the tables of one file of ours."""

    def __init__(
        self, path: Path, tables: Sequence[TableRows], codec: JsonCodec, work: Work
    ) -> None:
        self._path = path
        self._tables = tables
        self._codec = codec
        self._work = work

    def write(self, out: BinaryIO, known: JsonlLayout | None) -> JsonlLayout:
        """Write a new file, with the bytes of the old one where nothing changed."""
        written = JsonlLayout()
        out.write(b" " * HEADER_BYTES)
        for rows in self._tables:
            name = rows.table.name
            before = known
            if known is None or known.shape != "own" or known.tables.get(name) != rows.table:
                before = None
            out.write(marker_line(_described(rows)))
            written.segments[name] = [self._write_table(out, rows, before)]
            if written.segments[name][0].starts:
                out.write(SEPARATOR)
            self._note(written, rows)
        written.header = Header(out.tell(), sum(written.row_counts.values()))
        out.seek(0)
        out.write(written.header.to_bytes())
        return written

    def _note(self, written: JsonlLayout, rows: TableRows) -> None:
        name = rows.table.name
        written.tables[name] = rows.table
        written.next_keys[name] = rows.next_key
        written.row_counts[name] = rows.row_count
        (chunks,) = written.segments[name]
        is_numbered = not chunks.starts or (
            chunks.is_ascending and chunks.first_id == 1 and chunks.last_ids[-1] == rows.row_count
        )
        if rows.table.rowid_alias is None and is_numbered:
            written.numbered |= {name}

    def _write_table(self, out: BinaryIO, rows: TableRows, before: JsonlLayout | None) -> ChunkMap:
        name = rows.table.name
        segments = before.segments[name] if before else []
        overlaid = before.overlaid.get(name, ()) if before else ()
        filled = [segment for segment in segments if segment.starts]
        if rows.changed is None or not filled or not is_ascending(filled):
            return write_records(out, rows, self._codec, self._path, self._work)
        written = ChunkMap(end=out.tell())
        with self._path.open("rb") as source:
            first: int | None = None
            for number, segment in enumerate(filled):
                is_last = number == len(filled) - 1
                last = None if is_last else segment.last_ids[-1]
                if written.starts:
                    out.write(SEPARATOR)
                between = RowsBetween(rows, first, last, overlaid)
                previous = (source, segment)
                part = write_records(out, between, self._codec, self._path, self._work, previous)
                if not part.starts and written.starts:
                    out.seek(-len(SEPARATOR), os.SEEK_CUR)
                    out.truncate()
                _join(written, part)
                first = segment.last_ids[-1] + 1
        return written


def write_records(
    out: BinaryIO,
    rows: TableRows,
    codec: JsonCodec,
    path: Path,
    work: Work,
    previous: tuple[BinaryIO, ChunkMap] | None = None,
) -> ChunkMap:
    """Write rows behind what `out` holds, without a line break behind the last.

    Args:
        path: The file, for messages.
        previous: The file with the rows as they were, and where they are.
    """
    cells = RecordCells(rows.table, path, row_key)
    lines = lines_of(codec, rows.table, cells.encode, path)
    return write_rows(
        out,
        rows,
        lambda batch: SEPARATOR.join(lines(batch)),
        previous=previous,
        separator=SEPARATOR,
        work=work,
    )


def _described(rows: TableRows) -> dict[str, Any]:
    marker: dict[str, Any] = {"$table": rows.table.name, **table_to_json(rows.table)}
    if rows.next_key is not None:
        marker["next_id"] = rows.next_key
    return marker


def _join(written: ChunkMap, part: ChunkMap) -> None:
    """Put the chunks of a part behind those that were written before."""
    if not written.starts:
        written.first_id = part.first_id
    written.starts.extend(part.starts)
    written.last_ids.extend(part.last_ids)
    written.end = part.end if part.starts else written.end
    written.is_ascending = written.is_ascending and part.is_ascending
