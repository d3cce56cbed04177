"""Reading our files of JSON lines."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import BinaryIO

from pytuck.common.exceptions import CorruptFileError, SchemaError
from pytuck.common.progress import Work
from pytuck.formats.base import StoredRow, TableStream
from pytuck.formats.json_codec import JsonCodec
from pytuck.formats.json_records import RecordCells, note_chunks
from pytuck.formats.jsonl_changes import Changes, is_change, length, read_changes
from pytuck.formats.jsonl_header import Segment, find_segments, read_header, row_key
from pytuck.formats.jsonl_layout import JsonlLayout
from pytuck.formats.jsonl_lines import LineReader
from pytuck.formats.row_chunks import ChunkMap
from pytuck.schema import Table
from pytuck.schema.json_form import table_from_json

SEPARATOR = b"\n"


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
        layout = self._layout
        layout.tables[name] = table
        layout.next_keys[name] = next_key
        layout.segments[name] = []
        layout.row_counts[name] = 0
        changed = [segment for segment in segments if is_change(segment)]
        changes = read_changes(self._file, self._path, self._codec, table, changed)
        layout.changed_bytes += sum(map(length, changed))
        rest = [segment for segment in segments if not is_change(segment)]
        return TableStream(table, self._batches(table, rest, changes), next_key)

    def _batches(
        self, table: Table, segments: list[Segment], changes: Changes
    ) -> Iterator[list[StoredRow]]:
        layout, name, done = self._layout, table.name, 0
        for rows in self._stored(table, segments):
            now = changes.applied(rows, done, layout.segments[name])
            done += len(rows)
            layout.row_counts[name] += len(now)
            if now:
                yield now
            self._work.step("reading", name, layout.row_counts[name])
        layout.overlaid[name] = changes.finish(layout.segments[name])
        if table.rowid_alias is None and layout.row_counts[name] == done:
            layout.numbered |= {name}

    def _stored(self, table: Table, segments: list[Segment]) -> Iterator[list[StoredRow]]:
        """Give the rows as they were before any change, and note where they are."""
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
                yield rows  # type: ignore[misc]
