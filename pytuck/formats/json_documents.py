"""JSON files that describe their tables: our own, and those of the old library."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

from pytuck.common.exceptions import CorruptFileError, NewerFormatError, SchemaError
from pytuck.common.progress import Work
from pytuck.formats.base import StoredRow, TableStream
from pytuck.formats.json_layout import JsonLayout
from pytuck.formats.json_records import RecordCells, note_chunks
from pytuck.formats.json_source import JsonSource
from pytuck.formats.old_schema import OldCells, table_from_old
from pytuck.formats.row_chunks import ChunkMap
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
                note_chunks(
                    chunks, table, piece.text, piece.start, rows, done=done, separator=SEPARATOR
                )
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
