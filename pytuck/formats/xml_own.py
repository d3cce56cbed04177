"""XML files that describe their tables, as this library writes them."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Generator, Iterator
from itertools import pairwise
from typing import Any, ClassVar

from pytuck.common.exceptions import FileFormatError, NewerFormatError, SchemaError
from pytuck.common.progress import Work
from pytuck.formats.base import StoredRow, TableStream
from pytuck.formats.row_chunks import CHUNK_ROWS, ChunkMap
from pytuck.formats.xml_cells import BAD_CELLS, FieldReader, name_from
from pytuck.formats.xml_layout import XmlLayout
from pytuck.formats.xml_source import LARGEST_RECORD, XmlSource
from pytuck.schema import Table
from pytuck.schema.json_form import table_from_json
from pytuck.types import Stored
from pytuck.types.base import short_repr

VERSION = 3
FORMAT_NAME = "pytuck-xml"

_RECORD_START, _RECORD_END = b"<record>", b"</record>"
_PLACES = {
    "": ("database",),
    "database": ("table",),
    "table": ("schema", "records", "columns"),
    "columns": ("column",),
    "records": ("record",),
    "record": ("field",),
}
"""Which elements stand in which."""

_TEXTUAL = ("schema", "field")


class PendingTable:
    """A table whose rows are on their way from the parser to the reader.

    Attributes:
        attributes: Those of its element.
        name: Its name.
        stream: The table with its rows, from the first record on.
        rows: The rows that nobody took yet.
        done: The number of rows up to now.
        is_closed: All rows have come.
    """

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name = name
        self.attributes = attributes
        self.stream: TableStream | None = None
        self.rows: list[Any] = []
        self.done = 0
        self.is_closed = False


class OwnTables:
    """Reads the tables of one file, and notes in the layout where their rows are."""

    last_version: ClassVar[int] = VERSION

    def __init__(self, source: XmlSource, layout: XmlLayout, work: Work) -> None:
        self.texts: list[str] = []
        self._source = source
        self._layout = layout
        self._work = work
        self._path = source.path
        self._open = [""]
        self._attributes: dict[str, str] = {}
        self._tables: deque[PendingTable] = deque()
        self._names: set[str] = set()
        self._table: PendingTable | None = None
        self._fields: FieldReader | None = None
        self._places: dict[str, int] = {}
        self._row: list[Stored] = []
        self._seen: set[int] = set()
        self._length = 0
        self._chunks = ChunkMap()
        source.tell(self)

    # --- Tables and batches -----------------------------------------------------------------

    def streams(self) -> Generator[TableStream, None, None]:
        """Give the tables."""
        while self._tables or self._go_on():
            if not self._tables:
                continue
            table = self._tables.popleft()
            while table.stream is None:
                self._go_on()
            table.stream.batches = self._batches(table)
            yield table.stream
            for _ in table.stream.batches:
                pass

    def _batches(self, table: PendingTable) -> Iterator[list[StoredRow]]:
        while table.rows or not table.is_closed:
            if not table.rows:
                self._go_on()
                continue
            rows, table.rows = table.rows, []
            rows = self._stored(table, rows)
            yield rows
            self._work.step("reading", table.name, table.done, self._count(table))

    def _stored(self, table: PendingTable, rows: list[Any]) -> list[Any]:
        """Return the stored values of what `_end_record` kept."""
        return rows

    def _count(self, table: PendingTable) -> int | None:
        text = table.attributes.get("count", "")
        return int(text) if text.isdecimal() and len(text) < 16 else None

    def _go_on(self) -> bool:
        """Read about a block more of the file; return False at its end."""
        if self._open[-1] == "records" and self._fields is not None:
            start = self._source.position
            lines = self._source.lines_before(b"</records>")
            if lines:
                self._take_lines(lines, start)
                return True
        return self._source.parse_through(b"<records")

    def _take_lines(self, lines: bytes, start: int) -> None:
        table = self._table
        assert table is not None
        assert self._fields is not None
        rows: list[Any] | None = None
        if not self.texts or not "".join(self.texts).strip():
            rows = self._fields.rows(lines)
        done = table.done
        if rows is None:
            self._source.parse_taken(lines)
            rows = table.rows
            is_known = _are_records(lines)
        else:
            self._source.pass_over(lines)
            table.rows = rows
            table.done += len(rows)
            is_known = True
        if self._source.is_utf8:
            self._note_chunks(lines.split(b"\n")[:-1] if is_known else [], start, rows, done)

    # --- Where the rows are -----------------------------------------------------------------

    def _note_chunks(self, lines: list[bytes], start: int, rows: list[Any], done: int) -> None:
        """Note where in the file the lines with some rows are."""
        assert self._table is not None
        assert self._table.stream is not None
        if len(lines) != len(rows):
            self._chunks.is_ascending = False
            return
        alias = self._table.stream.table.rowid_alias
        place = None if alias is None else self._places[alias]
        for first in range(0, len(rows), CHUNK_ROWS):
            last = min(first + CHUNK_ROWS, len(rows)) - 1
            end = start + sum(map(len, lines[first : last + 1])) + last + 1 - first
            if place is None:
                self._chunks.add(start, end, done + first + 1, done + last + 1)
            elif type(rows[first][place]) is type(rows[last][place]) is int:
                ids = [row[place] for row in rows[first : last + 1]]
                self._chunks.add(start, end, ids[0], ids[-1])
                self._chunks.is_ascending &= _ascend(ids)
            else:
                self._chunks.is_ascending = False
            start = end

    # --- What the parser says ---------------------------------------------------------------

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        parent = self._open[-1]
        if tag not in _PLACES.get(parent, ()):
            inside = f"in <{parent}>" if parent else "as the outermost element"
            raise self._error(f"<{tag[:100]}> stands {inside}, where it means nothing.")
        self._check_no_text(tag)
        self._open.append(tag)
        self._attributes = attributes
        begin = getattr(self, f"_start_{tag}", None)
        if begin is not None:
            begin(attributes)

    def end(self, tag: str) -> None:
        """An element ends."""
        self._open.pop()
        if tag not in _TEXTUAL:
            self._check_no_text(tag)
        finish = getattr(self, f"_end_{tag}", None)
        if finish is not None:
            finish()
        self.texts.clear()

    def _check_no_text(self, tag: str) -> None:
        if self.texts:
            text = "".join(self.texts).strip()
            if text:
                raise self._error(f"the text {short_repr(text)} stands before or in <{tag}>.")
            self.texts.clear()

    def _error(self, reason: str, *, kind: type[FileFormatError] | None = None) -> FileFormatError:
        table = self._table.name if self._table else None
        where = f"table '{table}': " if self._table else ""
        text = f"{where}{reason} Correct it in the file, or restore the file from a backup."
        return (
            self._source.error(text, table=table)
            if kind is None
            else self._source.error(text, kind, table)
        )

    def _start_database(self, attributes: dict[str, str]) -> None:
        version = attributes.get("format_version", "")
        if not version.isdecimal():
            raise self._error("<database> has no attribute 'format_version' with a number.")
        if len(version) > 9 or int(version) > self.last_version:
            raise NewerFormatError(
                f"'{self._path}' has version {version[:20]} of the layout; this program reads up "
                f"to {VERSION}. Open it with a newer version of the program.",
                details={"path": str(self._path)},
            )

    def _start_table(self, attributes: dict[str, str]) -> None:
        try:
            name = name_from(attributes)
        except ValueError as err:
            raise self._error(f"a <table> has no valid name ({err}).") from err
        self._table = PendingTable(name, attributes)
        if name in self._names:
            raise self._error("it stands there a second time.")
        self._names.add(name)
        self._tables.append(self._table)
        self._fields = None
        self._layout.is_pretty = self._source.parser.CurrentColumnNumber > 0

    def _end_schema(self) -> None:
        assert self._table is not None
        if self._table.stream is not None:
            raise self._error("it has two descriptions.")
        try:
            described = json.loads("".join(self.texts))
            table = table_from_json(self._table.name, described)
        except (ValueError, TypeError, RecursionError, SchemaError) as err:
            raise self._error(f"its description is not valid ({err}).") from err
        next_key = described.get("next_id")
        self._begin(table, next_key if type(next_key) is int else None)
        self._fields = FieldReader(table)

    def _begin(self, table: Table, next_key: int | None) -> None:
        """Have the table given to the reader."""
        assert self._table is not None
        self._table.stream = TableStream(table, iter(()), next_key)
        self._places = {column.name: place for place, column in enumerate(table.columns)}
        self._chunks = self._layout.chunks[table.name] = ChunkMap()
        self._layout.tables[table.name] = table

    def _start_records(self, attributes: dict[str, str]) -> None:
        assert self._table is not None
        if self._table.stream is None:
            raise self._error("its records stand before its description.")
        self._table.attributes |= {"count": attributes.get("count", "")}

    def _end_records(self) -> None:
        assert self._table is not None
        count = self._count(self._table)
        if count is not None and count != self._table.done:
            raise self._error(
                f"it has {self._table.done:,} records, but says that it has {count:,}: some are "
                "lost. (Whoever adds or removes records by hand takes out the attribute 'count'.)"
            )

    def _end_table(self) -> None:
        assert self._table is not None
        if self._table.stream is None:
            raise self._error("it has no description.")
        self._table.is_closed = True
        self._table = None

    # --- Records ----------------------------------------------------------------------------

    def _start_record(self, attributes: dict[str, str]) -> None:
        self._row = [None] * len(self._places)
        self._seen = set()
        self._length = 0

    def _end_record(self) -> None:
        assert self._table is not None
        self._table.rows.append(tuple(self._row))
        self._table.done += 1

    def _end_field(self) -> None:
        assert self._fields is not None
        text = "".join(self.texts)
        place = self._field_place(text)
        try:
            self._row[place] = self._fields.value(place, self._attributes, text)
        except BAD_CELLS as err:
            raise self._bad_field(place, text, err) from err

    def _field_place(self, text: str) -> int:
        """Return which column a field is of."""
        try:
            name = name_from(self._attributes)
            place = self._places[name]
        except (ValueError, KeyError) as err:
            raise self._error(f"{self._row_name}: a <field> has no name of a column.") from err
        if place in self._seen:
            raise self._error(f"{self._row_name}: the field '{name}' stands there twice.")
        self._seen.add(place)
        self._length += len(text)
        if self._length > LARGEST_RECORD:
            raise self._error(
                f"{self._row_name} is longer than {LARGEST_RECORD >> 20} MiB.", kind=FileFormatError
            )
        return place

    @property
    def _row_name(self) -> str:
        return f"row {self._table.done + 1 if self._table else 0:,}"

    def _bad_field(self, place: int, text: str, err: Exception) -> FileFormatError:
        assert self._table is not None
        assert self._table.stream is not None
        column = self._table.stream.table.columns[place]
        found = self._error(
            f"{self._row_name}: {short_repr(text)} is no value of the column '{column.name}' "
            f"({column.type.sql_name or 'any type'}): {err}."
        )
        found.column_name = column.name
        return found


def _are_records(lines: bytes) -> bool:
    """Whether each line is one record, as we write them."""
    return (
        b"<!" not in lines
        and b"<?" not in lines
        and all(
            line.lstrip(b" ").startswith(_RECORD_START)
            and line.endswith(_RECORD_END)
            and line.count(_RECORD_START) == 1
            for line in lines.split(b"\n")[:-1]
        )
    )


def _ascend(ids: list[Any]) -> bool:
    return all(type(one) is int for one in ids) and all(one < other for one, other in pairwise(ids))
