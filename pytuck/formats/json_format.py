"""JSON: our own layout, which describes its tables, and the files of others, as they are."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Generator, Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import SerializationError
from pytuck.common.options import JsonBackendOptions
from pytuck.common.progress import SILENT, Work
from pytuck.formats.base import (
    NOTHING_DECIDED,
    Format,
    Layout,
    Overrides,
    Reading,
    TableRows,
    TableStream,
)
from pytuck.formats.capabilities import FormatCapabilities
from pytuck.formats.json_codec import JsonCodec, fastest_codec
from pytuck.formats.json_documents import FORMAT_NAME, SEPARATOR, VERSION, old_streams, own_streams
from pytuck.formats.json_foreign import ForeignJson
from pytuck.formats.json_foreign_cells import ForeignCells
from pytuck.formats.json_layout import ForeignTable, JsonLayout
from pytuck.formats.json_records import RecordCells, lines_of
from pytuck.formats.json_source import LARGEST_VALUE, JsonSource
from pytuck.formats.row_chunks import ChunkMap, RowsOfIds, write_rows
from pytuck.schema import Table
from pytuck.schema.json_form import table_to_json

_OWN = re.compile(rb'\s*\{\s*"format"\s*:\s*"' + FORMAT_NAME.encode() + b'"')
_OLD = re.compile(
    rb'\s*\{\s*"format_version"\s*:\s*\d+\s*,\s*"timestamp"\s*:\s*"[^"]*"\s*,\s*"tables"\s*:\s*\{'
)


class JsonFormat(Format):
    """JSON files.

    Args:
        codec: Reads and writes the text; None means the fastest that is installed.
    """

    name: ClassVar[str] = "json"
    version: ClassVar[int] = VERSION
    capabilities: ClassVar[FormatCapabilities] = FormatCapabilities(
        incremental=True,
        limits=(
            f"a row has at most {LARGEST_VALUE >> 20} MiB",
            "a file of others keeps its shape, which has no room for types, keys and indexes",
        ),
    )
    options: ClassVar[type] = JsonBackendOptions

    def __init__(self, codec: JsonCodec | None = None) -> None:
        self._codec = codec

    def read(
        self,
        path: Path,
        options: JsonBackendOptions | None = None,
        *,
        overrides: Overrides = NOTHING_DECIDED,
        work: Work = SILENT,
    ) -> Reading:
        layout = JsonLayout()
        return Reading(self._streams(path, layout, overrides, work), layout)

    def _streams(
        self, path: Path, layout: JsonLayout, overrides: Overrides, work: Work
    ) -> Generator[TableStream, None, None]:
        codec = self._codec or fastest_codec()
        with path.open("rb") as file:
            source = JsonSource(file, path, codec)
            source.check_begins_well()
            if source.begins_like(_OWN):
                yield from own_streams(source, path, layout, work)
                return
            if source.begins_like(_OLD):
                source.has_nan = True
                yield from old_streams(source, path, layout, work)
                return
        yield from ForeignJson(path, codec, layout, overrides, work).streams()

    def save(
        self,
        path: Path,
        tables: Sequence[TableRows],
        options: JsonBackendOptions | None = None,
        *,
        layout: Layout | None = None,
        work: Work = SILENT,
    ) -> JsonLayout:
        chosen = options or JsonBackendOptions()
        known = layout if isinstance(layout, JsonLayout) else None
        codec = self._codec
        if codec is None or chosen.ensure_ascii:
            codec = fastest_codec(ensure_ascii=chosen.ensure_ascii)
        writer = _Writer(path, tables, codec, chosen.indent, work)
        with replacing(path) as temporary, temporary.open("wb") as out:
            if known is None or known.shape == "own":
                return writer.write_own(out, known)
            return writer.write_foreign(out, known)


class _Writer:
    """Writes the tables of one file."""

    def __init__(
        self,
        path: Path,
        tables: Sequence[TableRows],
        codec: JsonCodec,
        indent: int | None,
        work: Work,
    ) -> None:
        self._path = path
        self._tables = tables
        self._codec = codec
        self._indent = indent
        self._work = work

    # --- Our own layout ---------------------------------------------------------------------

    def write_own(self, out: BinaryIO, known: JsonLayout | None) -> JsonLayout:
        written = JsonLayout(indent=self._indent)
        with contextlib.ExitStack() as stack:
            previous = None
            if known is not None and known.chunks and known.indent is None is self._indent:
                previous = stack.enter_context(self._path.open("rb"))
            out.write(
                b'{"format": "%s", "format_version": %d, "tables": {'
                % (FORMAT_NAME.encode(), VERSION)
            )
            for number, rows in enumerate(self._tables):
                table = rows.table
                out.write(b",\n" if number else b"\n")
                out.write(_head(rows))
                before = None
                if (
                    previous is not None
                    and known is not None
                    and known.tables.get(table.name) == table
                ):
                    before = (previous, known.chunks[table.name])
                written.tables[table.name] = table
                written.chunks[table.name] = self._write_rows(out, rows, before)
                out.write(b"\n]}")
            out.write(b"\n}}\n")
        return written

    def _write_rows(
        self, out: BinaryIO, rows: TableRows, previous: tuple[BinaryIO, ChunkMap] | None
    ) -> ChunkMap:
        cells = RecordCells(rows.table, self._path)
        encode = self._encoder(rows.table, cells.encode, level=3)
        return write_rows(
            out, rows, encode, previous=previous, separator=SEPARATOR, work=self._work
        )

    # --- The shapes of others ---------------------------------------------------------------

    def write_foreign(self, out: BinaryIO, known: JsonLayout) -> JsonLayout:
        written = JsonLayout(
            shape=known.shape,
            tables={rows.table.name: rows.table for rows in self._tables},
            foreign=known.foreign,
            empty=known.empty,
            indent=known.indent,
        )
        self._indent = known.indent if self._indent is None else self._indent
        if known.shape == "tables":
            self._write_lists(out, known)
            return written
        if len(self._tables) > 1:
            raise SerializationError(
                f"'{self._path}' is one list of records, which cannot hold {len(self._tables)} "
                "tables. Convert the file to one of ours, which holds any number.",
                details={"path": str(self._path)},
            )
        rows = self._tables[0] if self._tables else None
        if known.shape == "record" and rows is not None and rows.row_count == 1:
            self._write_records(out, rows, known, level=0)
        elif rows is not None:
            self._write_list(out, rows, known, level=1)
        else:
            out.write(b"[]")
        out.write(b"\n")
        return written

    def _write_lists(self, out: BinaryIO, known: JsonLayout) -> None:
        lists: dict[str, TableRows | None] = dict.fromkeys(known.empty)
        for rows in self._tables:
            foreign = known.foreign.get(rows.table.name)
            lists[foreign.name if foreign else rows.table.name] = rows
        for number, (name, table_rows) in enumerate(lists.items()):
            out.write(b",\n" if number else b"{\n")
            out.write(b" " * (self._indent or 0) + self._codec.dumps(name) + b": ")
            if table_rows is None:
                out.write(b"[]")
            else:
                self._write_list(out, table_rows, known, level=2)
        out.write(b"\n}\n" if lists else b"{}\n")

    def _write_list(self, out: BinaryIO, rows: TableRows, known: JsonLayout, level: int) -> None:
        out.write(b"[\n")
        self._write_records(out, rows, known, level)
        out.write(b"\n" + b" " * ((self._indent or 0) * (level - 1)) + b"]")

    def _write_records(self, out: BinaryIO, rows: TableRows, known: JsonLayout, level: int) -> None:
        table = rows.table
        foreign = known.foreign.get(table.name) or ForeignTable(table.name)
        cells = ForeignCells(table, foreign, self._path)
        encode = self._encoder(table, cells.records, level)
        write_rows(out, rows, encode, separator=SEPARATOR, work=self._work)

    # --- Text -------------------------------------------------------------------------------

    def _encoder(
        self,
        table: Table,
        records: Callable[[RowsOfIds], Iterable[dict[str, Any]]],
        level: int,
    ) -> Callable[[RowsOfIds], bytes]:
        """Return what makes the text of some rows."""
        before = b" " * ((self._indent or 0) * level)

        def laid_out(line: bytes) -> bytes:
            return before + self._indented(line).replace(b"\n", b"\n" + before)

        lines = lines_of(
            self._codec, table, records, self._path, None if self._indent is None else laid_out
        )
        return lambda batch: SEPARATOR.join(lines(batch))

    def _indented(self, line: bytes) -> bytes:
        # A line that is all ASCII stays so: perhaps it is to be.
        value = json.loads(line)
        return json.dumps(value, ensure_ascii=line.isascii(), indent=self._indent).encode()


def _head(rows: TableRows) -> bytes:
    """Return what stands before the records of a table."""
    described = table_to_json(rows.table)
    if rows.next_key is not None:
        described["next_id"] = rows.next_key
    name = json.dumps(rows.table.name, ensure_ascii=False)
    text = json.dumps(described, ensure_ascii=False)
    return f'{name}: {text[:-1]}, "records": [\n'.encode()


FORMAT = JsonFormat()
