"""Writing our own XML layout: one line for each record, so that most of them can be copied."""

from __future__ import annotations

import codecs
import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, cast

from pytuck.common.options import XmlBackendOptions
from pytuck.common.progress import Work
from pytuck.formats.base import TableRows
from pytuck.formats.row_chunks import ChunkMap, write_rows
from pytuck.formats.xml_cells import FieldWriter, name_attributes
from pytuck.formats.xml_encoding import EncodedOut, xml_name
from pytuck.formats.xml_layout import XmlLayout
from pytuck.formats.xml_own import FORMAT_NAME, VERSION
from pytuck.formats.xml_text import escaped
from pytuck.schema.json_form import table_to_json

_NO_CHARACTERS = {0xFFFE: "\\ufffe", 0xFFFF: "\\uffff"}


class OwnWriter:
    """Writes the tables of one file."""

    def __init__(
        self, path: Path, tables: Sequence[TableRows], options: XmlBackendOptions, work: Work
    ) -> None:
        self._path = path
        self._tables = tables
        self._declared = xml_name(options.encoding)
        self._encoding = codecs.lookup(options.encoding).name
        self._is_pretty = options.pretty_print
        self._work = work

    def write(self, out: BinaryIO, known: XmlLayout | None) -> XmlLayout:
        """Write everything, and return how it is laid out."""
        written = XmlLayout(is_pretty=self._is_pretty)
        is_utf8 = self._encoding == "utf-8"
        if not is_utf8:
            out = cast("BinaryIO", EncodedOut(out, self._encoding))
        with contextlib.ExitStack() as stack:
            previous = None
            if is_utf8 and known and known.chunks and known.is_pretty == self._is_pretty:
                previous = stack.enter_context(self._path.open("rb"))
            self._line(
                out,
                0,
                f'<?xml version="1.0" encoding="{self._declared}"?>\n'
                f'<database format="{FORMAT_NAME}" format_version="{VERSION}">',
            )
            for rows in self._tables:
                table = rows.table
                before = None
                if previous and known and known.tables.get(table.name) == table:
                    before = (previous, known.chunks[table.name])
                chunks = self._write_table(out, rows, before)
                written.tables[table.name] = table
                if is_utf8:
                    written.chunks[table.name] = chunks
            self._line(out, 0, "</database>")
        return written

    def _write_table(
        self, out: BinaryIO, rows: TableRows, previous: tuple[BinaryIO, ChunkMap] | None
    ) -> ChunkMap:
        table = rows.table
        self._line(out, 1, f"<table {name_attributes(table.name)}>")
        self._line(out, 2, f"<schema>{escaped(_described(rows))}</schema>")
        self._line(out, 2, f'<records count="{rows.row_count}">')
        fields = FieldWriter(table, self._path, self._indent(3))
        chunks = write_rows(out, rows, fields.lines, previous=previous, work=self._work)
        self._line(out, 2, "</records>")
        self._line(out, 1, "</table>")
        return chunks

    def _indent(self, level: int) -> str:
        return "  " * level if self._is_pretty else ""

    def _line(self, out: BinaryIO, level: int, text: str) -> None:
        out.write(f"{self._indent(level)}{text}\n".encode())


def _described(rows: TableRows) -> str:
    described = table_to_json(rows.table)
    if rows.next_key is not None:
        described["next_id"] = rows.next_key
    text = json.dumps(described, ensure_ascii=False)
    return text.replace("\x7f", "\\u007f").translate(_NO_CHARACTERS)
