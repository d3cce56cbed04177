"""Files of JSON lines of others: one record a line, without a description."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from pytuck.common.exceptions import FileFormatError
from pytuck.common.progress import Work
from pytuck.formats.base import Overrides, TableRows, UnreadableRow
from pytuck.formats.foreign_records import ForeignRecords, Records
from pytuck.formats.json_codec import JsonCodec
from pytuck.formats.json_foreign_cells import ForeignCells
from pytuck.formats.json_layout import ForeignTable
from pytuck.formats.json_records import lines_of, note_chunks
from pytuck.formats.jsonl_layout import JsonlLayout
from pytuck.formats.jsonl_lines import BadLine, LineReader, Lines
from pytuck.formats.row_chunks import ChunkMap, write_rows
from pytuck.schema import Table

_RAW_SHOWN = 2000
_SEPARATOR = b"\n"
_ANY_TABLE = Table("", ())


class ForeignLines(ForeignRecords):
    """One file of lines of somebody else's: a table with the name of the file."""

    def __init__(
        self, path: Path, codec: JsonCodec, layout: JsonlLayout, overrides: Overrides, work: Work
    ) -> None:
        super().__init__(path, layout, overrides, work)
        self._codec = codec
        self._lines = layout
        self._has_told = False

    def _records(self) -> Iterator[tuple[str, Records, int]]:
        name = self._path.stem
        done = 0
        chunks = ChunkMap()
        self._lines.segments = {name: [chunks]}
        yield name, [], 0
        with self._path.open("rb") as file:
            reader = LineReader(file, self._path, self._codec)
            reader.keeps_bad = self._overrides.on_bad_row is not None
            for lines in reader.lines():
                records = lines.values
                if not set(map(type, records)) <= {dict}:
                    records = list(self._objects(name, lines))
                note_chunks(
                    chunks,
                    _ANY_TABLE,
                    lines.text,
                    lines.start,
                    records,
                    done=done,
                    separator=_SEPARATOR,
                )
                done += len(records)
                yield name, records, lines.start + len(lines.text)
        self._has_told = True

    def _objects(self, name: str, lines: Lines) -> Iterator[dict[str, Any]]:
        """Give the values that are rows; the others are an error, or told of once."""
        on_bad_row = self._overrides.on_bad_row
        for number, text, value in lines.numbered():
            if type(value) is dict:
                yield value
                continue
            is_json = not isinstance(value, BadLine)
            reason = "it is no object, so it is no row of a table" if is_json else value.reason
            if on_bad_row is None:
                raise FileFormatError(
                    f"'{self._path}', line {number}: {reason}. Correct it, or take it out.",
                    details={"path": str(self._path), "line": number},
                )
            if not self._has_told:
                raw = text[:_RAW_SHOWN].decode(errors="replace")
                on_bad_row(UnreadableRow(name, number, reason, raw))


def write_lines(
    out: BinaryIO, path: Path, rows: TableRows, known: JsonlLayout, codec: JsonCodec, work: Work
) -> ChunkMap:
    """Write the rows of a table as plain lines, copying those that did not change."""
    table = rows.table
    foreign = known.foreign.get(table.name) or ForeignTable(table.name)
    lines = lines_of(codec, table, ForeignCells(table, foreign, path).records, path)

    def write(previous: tuple[BinaryIO, ChunkMap] | None) -> ChunkMap:
        return write_rows(
            out,
            rows,
            lambda batch: _SEPARATOR.join(lines(batch)),
            previous=previous,
            separator=_SEPARATOR,
            work=work,
        )

    segments = known.segments.get(foreign.name)
    if segments is None or known.tables.get(table.name) != table:
        written = write(None)
    else:
        with path.open("rb") as source:
            written = write((source, segments[0]))
    if written.starts:
        out.write(_SEPARATOR)
    return written
