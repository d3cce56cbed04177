"""Files of JSON lines of others: one record a line, without a description."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pytuck.common.exceptions import FileFormatError
from pytuck.common.progress import Work
from pytuck.formats.base import Overrides, TableRows
from pytuck.formats.foreign_records import ForeignRecords, Records
from pytuck.formats.json_codec import JsonCodec
from pytuck.formats.json_foreign_cells import ForeignCells
from pytuck.formats.json_layout import ForeignTable
from pytuck.formats.json_records import lines_of, note_chunks
from pytuck.formats.jsonl_layout import JsonlLayout
from pytuck.formats.jsonl_lines import LineReader
from pytuck.formats.row_chunks import ChunkMap, write_rows
from pytuck.schema import Table

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

    def _records(self) -> Iterator[tuple[str, Records, int]]:
        name = self._path.stem
        done = 0
        chunks = ChunkMap()
        self._lines.segments = {name: [chunks]}
        yield name, [], 0
        with self._path.open("rb") as file:
            for lines in LineReader(file, self._path, self._codec).lines():
                kinds = set(map(type, lines.values))
                if not kinds <= {dict}:
                    number = next(
                        done + place
                        for place, value in enumerate(lines.values, 1)
                        if type(value) is not dict
                    )
                    raise FileFormatError(
                        f"'{self._path}': record {number} is no object, so it is no row of a "
                        "table. Correct it, or take it out.",
                        details={"path": str(self._path), "row": number},
                    )
                note_chunks(
                    chunks,
                    _ANY_TABLE,
                    lines.text,
                    lines.start,
                    lines.values,
                    done=done,
                    separator=_SEPARATOR,
                )
                done += len(lines.values)
                yield name, lines.values, lines.start + len(lines.text)


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
