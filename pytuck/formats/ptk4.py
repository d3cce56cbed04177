"""Files of pytuck 0.4 to 0.9: magic `PTK4`, with a log of writes behind the data."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

from pytuck.common.progress import Work
from pytuck.formats.base import BATCH_ROWS, StoredRow, TableStream
from pytuck.formats.old_schema import table_from_old
from pytuck.formats.ptk_source import PtkSource, Region
from pytuck.formats.ptk_values import DECODERS, TYPE_CODES, VALUE_ERRORS
from pytuck.types import Stored

MAGIC = b"PTK4"
_HEADER = struct.Struct("<4sHQ8QQII16s4s")
_HEADER_BYTES = 128
_CHECKED_BYTES = 90
_INSERT, _UPDATE, _DELETE = 1, 2, 3
_IS_NULLABLE, _IS_KEY, _IS_INDEXED = 1, 2, 4
_NULL = 0xFF
_KEY_LAYOUTS = {2: "<b", 3: "<h", 4: "<i", 5: "<q"}
_SHORT_TEXT = 7

Key = Stored


@dataclass(slots=True)
class _Table:
    """A table with its rows.

    Attributes:
        entry: Its description, as later versions of the library wrote it.
        rows: By key; without a key, by a running number.
    """

    entry: dict[str, Any]
    rows: dict[Key, list[Stored]] = field(default_factory=dict)

    @property
    def key_place(self) -> int | None:
        """Which column is the key."""
        key = self.entry["primary_key"]
        names = [column["name"] for column in self.entry["columns"]]
        return names.index(key) if key else None


def read_tables(
    source: PtkSource, password: str | None, work: Work
) -> Generator[TableStream, None, None]:
    """Read a file. These were small and held in memory as a whole, and are so here.

    Raises:
        CorruptFileError, TruncatedFileError: It is damaged.
        PasswordRequiredError, WrongPasswordError: It is encrypted.
    """
    header = _live_header(source)
    _, _, _, schema, schema_size, data, data_size, _, _, log, log_size, *rest = header
    checkpoint, flags, _, salt, check = rest
    stream = source.keystream(flags, salt, check, password)
    cursor = _Cursor(source, source.read(schema, schema_size, "the schema"))
    tables: dict[str, _Table] = {}
    while not cursor.is_at_end:
        table = _read_table(cursor)
        tables[table.entry["name"]] = table
    region = Region(source, data, stream)
    cursor = _Cursor(source, region.read(data, data_size, "the data"))
    for table in tables.values():
        _read_rows(cursor, table)
    if log_size:
        log_region = Region(source, log, stream)
        _replay(_Cursor(source, log_region.read(log, log_size, "the log")), tables, checkpoint)
    for name, table in tables.items():
        yield _stream(source, name, table, work)


def _live_header(source: PtkSource) -> tuple[Any, ...]:
    """Return the newer one of the two headers that are whole."""
    found = []
    for start in (0, _HEADER_BYTES):
        if source.size < start + _HEADER_BYTES:
            continue
        data = source.read(start, _HEADER_BYTES, "the header")
        header = _HEADER.unpack_from(data)
        if header[0] == MAGIC and header[13] == zlib.crc32(data[:_CHECKED_BYTES]):
            found.append(header)
    if not found:
        source.fail("neither of its two headers is whole", "wrong checksums")
    return max(found, key=lambda header: int(header[2]))


class _Cursor:
    """Reads one thing after another."""

    def __init__(self, source: PtkSource, data: bytes) -> None:
        self.source = source
        self.data = data
        self.place = 0

    @property
    def is_at_end(self) -> bool:
        """Whether all was read."""
        return self.place >= len(self.data)

    def number(self, layout: str) -> int:
        """Read a number."""
        packed = struct.Struct(f"<{layout}")
        (value,) = packed.unpack_from(self.data, self.place)
        self.place += packed.size
        return int(value)

    def bytes(self, count: int) -> bytes:
        """Read some bytes."""
        found = self.data[self.place : self.place + count]
        if len(found) != count:
            raise ValueError(f"{count - len(found)} bytes are missing at its end")
        self.place += count
        return found

    def text(self) -> str:
        """Read a text with its length before it."""
        return self.bytes(self.number("H")).decode("utf-8")


def _read_table(cursor: _Cursor) -> _Table:
    try:
        name, key, comment = cursor.text(), cursor.text(), cursor.text()
        count, next_key = cursor.number("H"), cursor.number("Q")
        columns = [_read_column(cursor) for _ in range(count)]
        if key:
            [column["name"] for column in columns].index(key)
    except (*VALUE_ERRORS, KeyError) as err:
        cursor.source.fail("the description of its tables is not valid", err)
    entry = {
        "name": name,
        "primary_key": key or None,
        "next_id": next_key,
        "comment": comment or None,
        "columns": columns,
    }
    return _Table(entry)


def _read_column(cursor: _Cursor) -> dict[str, Any]:
    name, code, flags = cursor.text(), cursor.number("B"), cursor.number("B")
    return {
        "name": name,
        "type": TYPE_CODES[code],
        "nullable": bool(flags & _IS_NULLABLE),
        "primary_key": bool(flags & _IS_KEY),
        "index": bool(flags & _IS_INDEXED),
        "comment": cursor.text() or None,
    }


def _read_rows(cursor: _Cursor, table: _Table) -> None:
    name = table.entry["name"]
    key = table.key_place
    number = 0
    try:
        for number in range(1, cursor.number("I") + 1):
            record = _Cursor(cursor.source, cursor.bytes(cursor.number("I")))
            if key is not None:
                kind = table.entry["columns"][key]["type"]
                _, record.place = DECODERS[kind](record.data, 0)  # stands among the fields, too
            row = _read_fields(record, table)
            table.rows[number if key is None else row[key]] = row
    except (*VALUE_ERRORS, KeyError) as err:
        cursor.source.fail(f"row {number} of table '{name}' cannot be read", err, name)


def _read_fields(record: _Cursor, table: _Table) -> list[Stored]:
    values: list[Stored] = [None] * len(table.entry["columns"])
    for _ in range(record.number("H")):
        column, code = record.number("H"), record.number("B")
        if code == _NULL:
            record.number("B")
            continue
        data = record.bytes(record.number("I"))
        if data:
            values[column], _ = DECODERS[TYPE_CODES[code]](data, 0)
    return values


def _replay(log: _Cursor, tables: dict[str, _Table], checkpoint: int) -> None:
    """Do again what was written after the data."""
    sequence = 0
    try:
        while not log.is_at_end:
            data = log.bytes(log.number("I"))
            if zlib.crc32(data[:-4]) != int.from_bytes(data[-4:], "little"):
                raise ValueError("its checksum is wrong")
            entry = _Cursor(log.source, data[:-4])
            sequence = entry.number("Q")
            _replay_one(entry, tables)
    except (*VALUE_ERRORS, KeyError) as err:
        log.source.fail(f"entry {sequence + 1} of its log cannot be read", err)


def _replay_one(entry: _Cursor, tables: dict[str, _Table]) -> None:
    action = entry.number("B")
    table = tables[entry.text()]
    key = _key(entry.bytes(entry.number("H")))
    record = _Cursor(entry.source, entry.bytes(entry.number("I")))
    if action == _DELETE:
        table.rows.pop(key, None)
    elif action in {_INSERT, _UPDATE}:
        if table.key_place is not None:
            record.bytes(record.number("H"))  # the key, which stands among the fields, too
        table.rows[key] = _read_fields(record, table)
    else:
        raise ValueError(f"it has an unknown action {action}")


def _key(data: bytes) -> Key:
    code = data[0]
    if code in _KEY_LAYOUTS:
        (number,) = struct.unpack(_KEY_LAYOUTS[code], data[1:])
        return int(number)
    if code == _SHORT_TEXT and data[1] == len(data) - 2:
        return data[2:].decode("utf-8")
    raise ValueError(f"its key is of an unknown kind {code}")


def _stream(source: PtkSource, name: str, table: _Table, work: Work) -> TableStream:
    described, next_key = table_from_old(name, table.entry, source.path)
    rows = list(table.rows.values())

    def batches() -> Generator[list[StoredRow], None, None]:
        for first in range(0, len(rows), BATCH_ROWS):
            yield [tuple(row) for row in rows[first : first + BATCH_ROWS]]
            work.step("reading", name, min(first + BATCH_ROWS, len(rows)), len(rows))

    return TableStream(described, batches(), next_key)
