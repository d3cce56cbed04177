"""MessagePack: our own layout, with batches of rows, and the records of others."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

import msgpack

from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import (
    CorruptFileError,
    EmptyFileError,
    FileFormatError,
    NewerFormatError,
    SchemaError,
    SerializationError,
    TruncatedFileError,
)
from pytuck.common.options import MsgpackBackendOptions
from pytuck.common.progress import SILENT, Work
from pytuck.formats.base import (
    BATCH_ROWS,
    NOTHING_DECIDED,
    Format,
    Layout,
    Overrides,
    Reading,
    StoredRow,
    TableRows,
    TableStream,
)
from pytuck.formats.capabilities import FormatCapabilities
from pytuck.formats.json_layout import ForeignTable, RecordsLayout
from pytuck.formats.msgpack_foreign import ForeignMsgpack, RecordPacker, Shape
from pytuck.formats.msgpack_source import LARGEST_OBJECT, MsgpackSource
from pytuck.schema import Table
from pytuck.schema.json_form import table_from_json, table_to_json
from pytuck.types import Stored

MAGIC = b"PYTUCKMP"
VERSION = 1

_WANTED_BYTES = 1 << 22  # of a batch; rows with large values come in smaller batches
_LARGEST_ROW = LARGEST_OBJECT // 2
_KINDS = {int, float, str, bytes, type(None)}
_LISTS = frozenset([*range(0x90, 0xA0), 0xDC, 0xDD])
_MAPS = frozenset([*range(0x80, 0x90), 0xDE, 0xDF])


@dataclass(slots=True)
class MsgpackLayout(RecordsLayout):
    """How a MessagePack file is laid out.

    Attributes:
        shape: Our own layout; a list of maps; a map of such lists; one map after another.
    """

    shape: Shape = "own"


class MsgpackFormat(Format):
    """MessagePack files.

    Ours have `PYTUCKMP` and a byte with the version, and then objects: for each table a map that
    describes it and lists of rows; at the end the numbers of tables and rows.
    """

    name: ClassVar[str] = "msgpack"
    version: ClassVar[int] = VERSION
    capabilities: ClassVar[FormatCapabilities] = FormatCapabilities(
        limits=(
            f"a row has at most {_LARGEST_ROW >> 20} MiB",
            "a file of others keeps its shape, which has no room for types, keys and indexes",
        ),
    )
    options: ClassVar[type] = MsgpackBackendOptions

    def read(
        self,
        path: Path,
        options: MsgpackBackendOptions | None = None,
        *,
        overrides: Overrides = NOTHING_DECIDED,
        work: Work = SILENT,
    ) -> Reading:
        layout = MsgpackLayout()
        return Reading(_streams(path, layout, overrides, work), layout)

    def save(
        self,
        path: Path,
        tables: Sequence[TableRows],
        options: MsgpackBackendOptions | None = None,
        *,
        layout: Layout | None = None,
        work: Work = SILENT,
    ) -> MsgpackLayout:
        known = layout if isinstance(layout, MsgpackLayout) else MsgpackLayout()
        with replacing(path) as temporary, temporary.open("wb") as out:
            writer = _Writer(out, path, work)
            if known.shape == "own":
                writer.write_own(tables)
            else:
                writer.write_foreign(tables, known)
        return MsgpackLayout(foreign=known.foreign, empty=known.empty, shape=known.shape)


# --- Reading ----------------------------------------------------------------------------------


def _streams(
    path: Path, layout: MsgpackLayout, overrides: Overrides, work: Work
) -> Generator[TableStream, None, None]:
    with path.open("rb") as file:
        head = file.read(len(MAGIC) + 1)
        _check_head(head, path)
        if head.startswith(MAGIC):
            yield from _own_streams(MsgpackSource(file, path), path, layout, work)
            return
    shape: Shape = "records" if head[0] in _LISTS else "tables"
    foreign = ForeignMsgpack(path, layout, overrides, work, shape)
    for stream in foreign.streams():
        layout.shape = foreign.shape
        yield stream
    layout.shape = foreign.shape


def _check_head(head: bytes, path: Path) -> None:
    details = {"path": str(path)}
    if not head:
        raise EmptyFileError(f"'{path}' is empty.", details=details)
    if head.startswith(MAGIC):
        if head[len(MAGIC) :] > bytes([VERSION]):
            raise NewerFormatError(
                f"'{path}' has version {head[-1]} of the layout; this program reads up to "
                f"{VERSION}. Open it with a newer version of the program.",
                details=details,
            )
    elif MAGIC.startswith(head):
        raise TruncatedFileError(f"'{path}' ends in its first bytes.", details=details)
    elif head[0] not in _LISTS | _MAPS:
        raise FileFormatError(
            f"'{path}' is no MessagePack file with tables: it begins neither with a list nor with "
            "a map.",
            details=details,
        )


def _own_streams(
    source: MsgpackSource, path: Path, layout: MsgpackLayout, work: Work
) -> Generator[TableStream, None, None]:
    reader = _OwnReader(source, path, work)
    yield from reader.streams()


class _OwnReader:
    """Reads one file of ours."""

    def __init__(self, source: MsgpackSource, path: Path, work: Work) -> None:
        self._source = source
        self._path = path
        self._work = work
        self._next: Any = None
        self._rows = 0

    def streams(self) -> Generator[TableStream, None, None]:
        """Give the tables."""
        count = 0
        self._next = self._source.value()
        while isinstance(self._next, dict) and "table" in self._next:
            stream = self._stream(self._next)
            count += 1
            yield stream
            for _ in stream.batches:
                pass
        if self._next != {"tables": count, "rows": self._rows}:
            raise self._damaged("the numbers at its end are not those of its tables and rows")
        self._source.check_end()

    def _stream(self, described: dict[str, Any]) -> TableStream:
        try:
            name = described["table"]
            if type(name) is not str:
                raise SchemaError(f"{name!r} is no name of a table")  # noqa: TRY301 - one handler
            table = table_from_json(name, described)
        except SchemaError as err:
            raise self._damaged(str(err)) from err
        next_key = described.get("next_id")
        return TableStream(table, self._batches(table), next_key if type(next_key) is int else None)

    def _batches(self, table: Table) -> Iterator[list[StoredRow]]:
        done = 0
        while isinstance(batch := self._source.value(), list):
            self._check(table, batch)
            done += len(batch)
            self._rows += len(batch)
            yield batch
            self._work.step("reading", table.name, done)
        self._next = batch

    def _check(self, table: Table, batch: list[Any]) -> None:
        """Refuse rows with other values than those that are stored."""
        width = len(table.columns)
        if set(map(type, batch)) == {list} and set(map(len, batch)) == {width}:
            for values in zip(*batch, strict=True):
                kinds = set(map(type, values))
                if not kinds <= _KINDS or (int in kinds and not _all_64_bits(values)):
                    break
            else:
                return
        raise self._damaged(f"a row of table '{table.name}' is none")

    def _damaged(self, reason: str) -> CorruptFileError:
        return CorruptFileError(
            f"'{self._path}' is damaged before byte {self._source.position}: {reason}. Restore it "
            "from a backup.",
            details={"path": str(self._path), "position": self._source.position},
        )


def _all_64_bits(values: Sequence[Any]) -> bool:
    return max(value for value in values if type(value) is int) < 2**63


# --- Writing -----------------------------------------------------------------------------------


class _Writer:
    """Writes one file."""

    def __init__(self, out: BinaryIO, path: Path, work: Work) -> None:
        self._out = out
        self._path = path
        self._work = work
        self._packer = msgpack.Packer()

    def write_own(self, tables: Sequence[TableRows]) -> None:
        self._out.write(MAGIC + bytes([VERSION]))
        count = 0
        for rows in tables:
            described: dict[str, Any] = {"table": rows.table.name, **table_to_json(rows.table)}
            if rows.next_key is not None:
                described["next_id"] = rows.next_key
            self._out.write(self._packer.pack(described))
            done = 0
            for batch in rows.batches(BATCH_ROWS):
                self._write_batch(rows.table, [row[:-1] for row in batch])
                done += len(batch)
                self._work.step("writing", rows.table.name, done, rows.row_count)
            count += done
        self._out.write(self._packer.pack({"tables": len(tables), "rows": count}))

    def _write_batch(self, table: Table, batch: list[tuple[Stored, ...]]) -> None:
        if len(batch) > 1 and _bytes_of(batch) > _WANTED_BYTES:
            middle = len(batch) // 2
            self._write_batch(table, batch[:middle])
            self._write_batch(table, batch[middle:])
            return
        packed = self._packed(table, batch)
        if len(packed) > _LARGEST_ROW:
            raise self._cannot_keep(table, f"a row has more than {_LARGEST_ROW >> 20} MiB")
        self._out.write(packed)

    def _packed(self, table: Table, value: Any) -> bytes:
        try:
            packed = self._packer.pack(value)
        except (ValueError, TypeError, OverflowError) as err:
            raise self._cannot_keep(table, str(err)) from err
        assert isinstance(packed, bytes)
        return packed

    def write_foreign(self, tables: Sequence[TableRows], known: MsgpackLayout) -> None:
        if known.shape == "tables":
            lists: dict[str, TableRows | None] = dict.fromkeys(known.empty)
            for rows in tables:
                lists[_foreign(rows, known).name] = rows
            self._out.write(self._packer.pack_map_header(len(lists)))
            for name, table_rows in lists.items():
                self._out.write(self._packer.pack(name))
                self._write_list(table_rows, known)
            return
        if len(tables) > 1:
            raise SerializationError(
                f"'{self._path}' is one list of records, which cannot hold {len(tables)} tables. "
                "Convert the file to one of ours, which holds any number.",
                details={"path": str(self._path)},
            )
        rows_or_none = tables[0] if tables else None
        if known.shape == "records":
            self._write_list(rows_or_none, known)
        elif rows_or_none is not None:
            self._write_records(rows_or_none, known)

    def _write_list(self, rows: TableRows | None, known: MsgpackLayout) -> None:
        self._out.write(self._packer.pack_array_header(rows.row_count if rows else 0))
        if rows is not None:
            self._write_records(rows, known)

    def _write_records(self, rows: TableRows, known: MsgpackLayout) -> None:
        done = 0
        records = RecordPacker(rows.table, _foreign(rows, known), self._path)
        for batch in rows.batches(BATCH_ROWS):
            for record in records.records(batch):
                self._out.write(self._packed(rows.table, record))
            done += len(batch)
            self._work.step("writing", rows.table.name, done, rows.row_count)

    def _cannot_keep(self, table: Table, reason: str) -> SerializationError:
        return SerializationError(
            f"Table '{table.name}' cannot be written to '{self._path}': {reason}.",
            table_name=table.name,
            details={"path": str(self._path)},
        )


def _foreign(rows: TableRows, known: MsgpackLayout) -> ForeignTable:
    name = rows.table.name
    return known.foreign.get(name) or ForeignTable(name)


def _bytes_of(batch: Sequence[Sequence[Stored]]) -> int:
    """Return about how many bytes the texts and bytes of rows have."""
    return sum(
        len(value) for row in batch for value in row if type(value) is str or type(value) is bytes
    )


FORMAT = MsgpackFormat()
