"""Files of pytuck 1.2 to 1.4: magic `PTK7`."""

from __future__ import annotations

import json
import struct
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any

from pytuck.common.progress import Work
from pytuck.formats.base import BATCH_ROWS, StoredRow, TableStream
from pytuck.formats.old_schema import table_from_old
from pytuck.formats.ptk_source import PtkSource, Region
from pytuck.formats.ptk_values import DECODERS, VALUE_ERRORS, type_name
from pytuck.schema import Table
from pytuck.types import Stored

MAGIC = b"PTK7"
_HEADER = struct.Struct("<4sHHI6QI")
_CRYPTO_BYTES = 20
_REFERENCE = struct.Struct("<10Q")
_ENTRY = struct.Struct("<qQI")
_LENGTH = struct.Struct("<I")
_VERSION = 7
_BITMAP_BITS = 32
"""Columns beyond have no bit, and always a value."""

_SPARSE = 4
"""Rows that lie in more than this times their size are read one by one."""


@dataclass(frozen=True, slots=True)
class _Reference:
    """Where the parts of a table are."""

    count: int
    next_key: int
    data: int
    data_size: int
    directory: int
    directory_size: int


def read_tables(
    source: PtkSource, password: str | None, work: Work
) -> Generator[TableStream, None, None]:
    """Read a file, table after table.

    Raises:
        CorruptFileError, TruncatedFileError: It is damaged.
        PasswordRequiredError, WrongPasswordError: It is encrypted.
    """
    header = _HEADER.unpack(source.read(0, _HEADER.size, "the header"))
    _, version, flags, _, schema, schema_size, refs, refs_size, size, _, _ = header
    if version != _VERSION:
        source.fail(f"its version is {version}", f"files of this kind have version {_VERSION}")
    if size > source.size:
        source.read(0, size, "the file")  # says that its end is missing
    crypto = source.read(_HEADER.size, _CRYPTO_BYTES, "the salt") if flags & 2 else bytes(20)
    stream = source.keystream(flags, crypto[:16], crypto[16:], password)
    described = _described(source, source.read(schema, schema_size, "the schema"))
    references = _references(source, source.read(refs, refs_size, "the list of tables"))
    payload = Region(source, refs + refs_size, stream)
    for entry in described:
        name = entry["name"]
        table, next_key = table_from_old(name, entry, source.path)
        reference = references.get(name)
        if reference is None:
            source.fail(f"the place of table '{name}' is not told", "no entry", name)
        rows = _Rows(payload, table, entry, reference, work)
        yield TableStream(table, rows.batches(), next_key)


def _described(source: PtkSource, data: bytes) -> list[dict[str, Any]]:
    try:
        tables = json.loads(data.decode("utf-8"))["tables"]
        for table in tables:
            table["name"] = str(table["name"])
            for column in table["columns"]:
                column["type"] = type_name(column.get("type_name"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as err:
        source.fail("the description of its tables is not valid", err)
    return list(tables)


def _references(source: PtkSource, data: bytes) -> dict[str, _Reference]:
    found = {}
    place = 0
    try:
        while place < len(data):
            (length,) = struct.unpack_from("<H", data, place)
            name = data[place + 2 : place + 2 + length].decode("utf-8")
            place += 2 + length
            count, next_key, rows, rows_size, keys, keys_size, *_ = _REFERENCE.unpack_from(
                data, place
            )
            place += _REFERENCE.size
            found[name] = _Reference(count, next_key, rows, rows_size, keys, keys_size)
    except VALUE_ERRORS as err:
        source.fail("the list of its tables is not valid", err)
    return found


class _Rows:
    """The rows of one table."""

    def __init__(
        self,
        payload: Region,
        table: Table,
        entry: dict[str, Any],
        reference: _Reference,
        work: Work,
    ) -> None:
        self._payload = payload
        self._source = payload.source
        self._table = table
        self._reference = reference
        self._work = work
        key = entry["primary_key"]
        names = [column["name"] for column in entry["columns"]]
        self._key_place = names.index(key) if key is not None else None
        self._is_bool_key = key is not None and entry["columns"][names.index(key)]["type"] == "bool"
        self._decoders = [
            (place, DECODERS[column["type"]])
            for place, column in enumerate(entry["columns"])
            if column["name"] != key
        ]
        self._width = len(names)

    def batches(self) -> Iterator[list[StoredRow]]:
        """Give the rows in the order of their keys."""
        reference = self._reference
        if reference.directory_size % _ENTRY.size:
            self._fail("its directory is not whole", f"{reference.directory_size} bytes")
        total = reference.directory_size // _ENTRY.size
        for first in range(0, total, BATCH_ROWS):
            count = min(BATCH_ROWS, total - first)
            start = reference.directory + first * _ENTRY.size
            data = self._payload.read(start, count * _ENTRY.size, "the directory of a table")
            yield self._batch(list(_ENTRY.iter_unpack(data)))
            self._work.step("reading", self._table.name, first + count, total)

    def _batch(self, entries: list[tuple[int, int, int]]) -> list[StoredRow]:
        low = min(start for _, start, _ in entries)
        high = max(start + length for _, start, length in entries)
        if high - low <= _SPARSE * sum(length for _, _, length in entries):
            data = self._payload.read(low, high - low, "the rows of a table")
            return [
                self._row(key, data[start - low : start - low + length])
                for key, start, length in entries
            ]
        return [
            self._row(key, self._payload.read(start, length, "a row"))
            for key, start, length in entries
        ]

    def _row(self, key: int, data: bytes) -> StoredRow:
        values: list[Stored] = [None] * self._width
        try:
            (length,) = _LENGTH.unpack_from(data, 0)
            if length != len(data) - _LENGTH.size:
                raise ValueError(f"its length is {length}, not {len(data) - _LENGTH.size}")
            (nulls,) = _LENGTH.unpack_from(data, _LENGTH.size)
            place = 2 * _LENGTH.size
            for number, (column, decode) in enumerate(self._decoders):
                if number >= _BITMAP_BITS or not nulls >> number & 1:
                    values[column], place = decode(data, place)
            if place != len(data):
                raise ValueError(f"it has {len(data) - place} bytes too many")
        except VALUE_ERRORS as err:
            self._fail(f"the row with key {key} cannot be read", err)
        if self._key_place is not None:
            values[self._key_place] = int(bool(key)) if self._is_bool_key else key
        return tuple(values)

    def _fail(self, what: str, reason: object) -> None:
        self._source.fail(f"table '{self._table.name}': {what}", reason, self._table.name)
