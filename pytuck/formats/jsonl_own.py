"""Our files of JSON lines: reading, writing what changed, and adding rows behind the others."""

from __future__ import annotations

import os
from collections.abc import Collection, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pytuck.common.exceptions import ConflictError, CorruptFileError, SchemaError
from pytuck.common.progress import Work
from pytuck.formats.base import BATCH_ROWS, StoredRow, TableRows, TableStream
from pytuck.formats.json_codec import JsonCodec
from pytuck.formats.json_records import RecordCells, lines_of, note_chunks
from pytuck.formats.jsonl_header import (
    HEADER_BYTES,
    Header,
    Segment,
    find_segments,
    marker_line,
    read_header,
    row_key,
)
from pytuck.formats.jsonl_layout import JsonlLayout, is_ascending
from pytuck.formats.jsonl_lines import LineReader
from pytuck.formats.row_chunks import ChunkMap, write_rows
from pytuck.schema import Table
from pytuck.schema.json_form import table_from_json, table_to_json
from pytuck.types import Stored

SEPARATOR = b"\n"


# --- Reading ----------------------------------------------------------------------------------


class OwnLines:
    """Reads one file of ours."""

    def __init__(
        self, file: BinaryIO, path: Path, codec: JsonCodec, layout: JsonlLayout, work: Work
    ) -> None:
        self._file = file
        self._path = path
        self._codec = codec
        self._layout = layout
        self._work = work

    def streams(self) -> Generator[TableStream, None, None]:
        """Give the tables, and note in the layout where their rows are."""
        header = self._layout.header = read_header(self._file, self._path)
        unfinished = self._file.seek(0, 2) - header.size
        segments: dict[str, list[Segment]] = {}
        for segment in find_segments(self._file, self._path, self._codec, header):
            segments.setdefault(segment.marker["$table"], []).append(segment)
        for name, found in segments.items():
            stream = self._stream(name, found)
            if unfinished:
                stream.notes = (f"{unfinished} bytes of a save that did not finish are left out",)
            yield stream
            for _ in stream.batches:
                pass
        rows = sum(self._layout.row_counts.values())
        if rows != header.rows:
            raise CorruptFileError(
                f"'{self._path}' has {rows} rows, but it says that it has {header.rows}. Restore "
                "the file from a backup.",
                details={"path": str(self._path)},
            )

    def _stream(self, name: str, segments: list[Segment]) -> TableStream:
        try:
            table = table_from_json(name, segments[0].marker)
        except SchemaError as err:
            raise CorruptFileError(
                f"'{self._path}': {err} Restore the file from a backup.",
                table_name=name,
                details={"path": str(self._path)},
            ) from err
        next_key = segments[-1].marker.get("next_id")
        next_key = next_key if type(next_key) is int else None
        self._layout.tables[name] = table
        self._layout.next_keys[name] = next_key
        self._layout.segments[name] = []
        self._layout.row_counts[name] = 0
        return TableStream(table, self._batches(table, segments), next_key)

    def _batches(self, table: Table, segments: list[Segment]) -> Iterator[list[StoredRow]]:
        cells = RecordCells(table, self._path, row_key)
        done = 0
        for segment in segments:
            chunks = ChunkMap(end=segment.start)
            self._layout.segments[table.name].append(chunks)
            self._file.seek(segment.start)
            reader = LineReader(self._file, self._path, self._codec, place=segment.start)
            for lines in reader.lines(segment.end):
                rows = cells.decode(lines.values, done + 1)
                note_chunks(
                    chunks, table, lines.text, lines.start, rows, done=done, separator=SEPARATOR
                )
                done += len(rows)
                self._layout.row_counts[table.name] = done
                yield rows  # type: ignore[misc]
                self._work.step("reading", table.name, done)


# --- Writing everything, or what changed ------------------------------------------------------


@dataclass
class _RowsBetween:
    """The rows of a table between two row ids.

    Attributes:
        first, last: The row ids; None for no bound.
    """

    rows: TableRows
    first: int | None
    last: int | None

    @property
    def table(self) -> Table:
        return self.rows.table

    @property
    def next_key(self) -> int | None:
        return self.rows.next_key

    @property
    def row_count(self) -> int:
        return self.rows.row_count

    @property
    def changed(self) -> Collection[int]:
        first = self.first
        last = self.last
        return [
            row_id
            for row_id in self.rows.changed or ()
            if (first is None or row_id >= first) and (last is None or row_id <= last)
        ]

    def batches(
        self, size: int = BATCH_ROWS, first: int | None = None, last: int | None = None
    ) -> Iterator[list[tuple[Stored, ...]]]:
        first = self.first if first is None else first
        last = self.last if last is None else last
        return self.rows.batches(size, first, last)


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
            before = None
            if known is not None and known.shape == "own" and known.tables.get(name) == rows.table:
                before = known.segments[name]
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

    def _write_table(
        self, out: BinaryIO, rows: TableRows, before: list[ChunkMap] | None
    ) -> ChunkMap:
        filled = [segment for segment in before or () if segment.starts]
        if rows.changed is None or not filled or not is_ascending(filled):
            return self._write_rows(out, rows, None)
        written = ChunkMap(end=out.tell())
        with self._path.open("rb") as source:
            first: int | None = None
            for number, segment in enumerate(filled):
                is_last = number == len(filled) - 1
                last = None if is_last else segment.last_ids[-1]
                if written.starts:
                    out.write(SEPARATOR)
                part = self._write_rows(out, _RowsBetween(rows, first, last), (source, segment))
                if not part.starts and written.starts:
                    out.seek(-len(SEPARATOR), os.SEEK_CUR)
                    out.truncate()
                _join(written, part)
                first = segment.last_ids[-1] + 1
        return written

    def _write_rows(
        self, out: BinaryIO, rows: TableRows, previous: tuple[BinaryIO, ChunkMap] | None
    ) -> ChunkMap:
        cells = RecordCells(rows.table, self._path, row_key)
        lines = lines_of(self._codec, rows.table, cells.encode, self._path)
        return write_rows(
            out,
            rows,
            lambda batch: SEPARATOR.join(lines(batch)),
            previous=previous,
            separator=SEPARATOR,
            work=self._work,
        )

    # --- Adding rows ----------------------------------------------------------------------------

    def can_append(self, known: JsonlLayout | None) -> bool:
        """Return whether there are only new rows behind the others."""
        if known is None or known.shape != "own":
            return False
        names = [rows.table.name for rows in self._tables]
        return names == list(known.tables) and all(
            rows.table == known.tables[rows.table.name] and _has_only_new_rows(rows, known)
            for rows in self._tables
        )

    def append(self, known: JsonlLayout) -> JsonlLayout:
        """Add the new rows behind the others; they count when the first line says so.

        Raises:
            ConflictError: The file is not the one that the layout is of.
        """
        with self._path.open("r+b") as out:
            if out.read(HEADER_BYTES) != known.header.to_bytes():
                raise ConflictError(
                    f"'{self._path}' was changed by another program since it was read. Open it "
                    "again, or save under another name.",
                    details={"path": str(self._path)},
                )
            out.truncate(known.header.size)
            out.seek(known.header.size)
            try:
                added = [self._append_rows(out, rows, known) for rows in self._tables]
                _sync(out)
            except BaseException:
                out.truncate(known.header.size)
                raise
            size = out.tell()
            written = _with_added(known, self._tables, added, size)
            if size != known.header.size:
                out.seek(0)
                out.write(written.header.to_bytes())
                _sync(out)
        return written

    def _append_rows(self, out: BinaryIO, rows: TableRows, known: JsonlLayout) -> ChunkMap | None:
        """Add the new rows of a table, and return where they are."""
        name = rows.table.name
        if not rows.changed and rows.next_key == known.next_keys[name]:
            return None
        marker: dict[str, Any] = {"$table": name}
        if rows.next_key is not None:
            marker["next_id"] = rows.next_key
        out.write(marker_line(marker))
        last_id = known.last_id(name)
        assert last_id is not None
        chunks = self._write_rows(out, _RowsBetween(rows, last_id + 1, None), None)
        if chunks.starts:
            out.write(SEPARATOR)
        return chunks


def _described(rows: TableRows) -> dict[str, Any]:
    marker: dict[str, Any] = {"$table": rows.table.name, **table_to_json(rows.table)}
    if rows.next_key is not None:
        marker["next_id"] = rows.next_key
    return marker


def _has_only_new_rows(rows: TableRows, known: JsonlLayout) -> bool:
    last_id = known.last_id(rows.table.name)
    return (
        rows.changed is not None
        and last_id is not None
        and all(row_id > last_id for row_id in rows.changed)
    )


def _with_added(
    known: JsonlLayout, tables: Sequence[TableRows], added: list[ChunkMap | None], size: int
) -> JsonlLayout:
    written = JsonlLayout(tables=known.tables)
    for rows, chunks in zip(tables, added, strict=True):
        name = rows.table.name
        written.next_keys[name] = rows.next_key
        written.row_counts[name] = rows.row_count
        written.segments[name] = [*known.segments[name], *([chunks] if chunks else [])]
    written.header = Header(size, sum(written.row_counts.values()))
    return written


def _join(written: ChunkMap, part: ChunkMap) -> None:
    """Put the chunks of a part behind those that were written before."""
    if not written.starts:
        written.first_id = part.first_id
    written.starts.extend(part.starts)
    written.last_ids.extend(part.last_ids)
    written.end = part.end if part.starts else written.end
    written.is_ascending = written.is_ascending and part.is_ascending


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
