"""MessagePack files of others: lists of maps, maps of such lists, or one map after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import msgpack

from pytuck.common.exceptions import CorruptFileError, FileFormatError, SerializationError
from pytuck.common.progress import Work
from pytuck.formats.base import BATCH_ROWS, Overrides
from pytuck.formats.foreign_records import ForeignRecords, Records
from pytuck.formats.json_layout import ForeignTable, RecordsLayout
from pytuck.formats.msgpack_source import MsgpackSource
from pytuck.schema import Table
from pytuck.types import StorageClass, Stored
from pytuck.types.base import DECODE_ERRORS, short_repr
from pytuck.types.json_values import from_json_text

Shape = Literal["own", "records", "tables", "stream"]


class NotThisShapeError(Exception):
    """The file has another shape than the one it is read in."""


class ForeignMsgpack(ForeignRecords):
    """One file of somebody else's."""

    def __init__(
        self, path: Path, layout: RecordsLayout, overrides: Overrides, work: Work, shape: Shape
    ) -> None:
        super().__init__(path, layout, overrides, work)
        self.shape = shape

    def _survey(self) -> None:
        try:
            self._look_at_all()
        except NotThisShapeError:
            self.shape = "stream"
            self._look_at_all()

    def _records(self) -> Iterator[tuple[str, Records, int]]:
        with self._path.open("rb") as file:
            source = MsgpackSource(file, self._path)
            if self.shape == "records":
                yield from self._list(source, self._path.stem)
            elif self.shape == "stream":
                yield from self._sequence(source)
            else:
                yield from self._lists(source)
            source.check_end()

    def _lists(self, source: MsgpackSource) -> Iterator[tuple[str, Records, int]]:
        names: set[str] = set()
        for _ in range(source.length_of_map()):
            name = source.value()
            if type(name) is not str:
                raise NotThisShapeError
            if name in names:
                raise CorruptFileError(
                    f"'{self._path}' has two lists with the name {name!r}.",
                    details={"path": str(self._path)},
                )
            names.add(name)
            yield from self._list(source, name)

    def _list(self, source: MsgpackSource, name: str) -> Iterator[tuple[str, Records, int]]:
        try:
            left = source.length_of_list()
        except CorruptFileError:
            raise NotThisShapeError from None
        yield name, [], source.position
        while left:
            records = [source.value() for _ in range(min(left, BATCH_ROWS))]
            left -= len(records)
            yield name, self._checked(records, source), source.position

    def _sequence(self, source: MsgpackSource) -> Iterator[tuple[str, Records, int]]:
        while not source.is_at_end:
            records: list[Any] = []
            while len(records) < BATCH_ROWS and not source.is_at_end:
                records.append(source.value())
            yield self._path.stem, self._checked(records, source), source.position

    def _checked(self, records: list[Any], source: MsgpackSource) -> Records:
        kinds = set(map(type, records))
        if kinds != {dict}:
            if self.shape == "tables":
                raise NotThisShapeError
            kind = next(kind for kind in kinds if kind is not dict)
            raise FileFormatError(
                f"'{self._path}' has a '{kind.__name__}' where a map is expected, before byte "
                f"{source.position}. Tables are read from a list of maps, a map of such lists, or "
                "one map after another.",
                details={"path": str(self._path), "position": source.position},
            )
        return [
            {self._key(key): self._plain(value) for key, value in record.items()}
            for record in records
        ]

    def _key(self, key: Any) -> str:
        if type(key) is str:
            return key
        raise FileFormatError(
            f"'{self._path}' has the key {short_repr(key)}, which is no text, so it is no name of "
            "a column.",
            details={"path": str(self._path)},
        )

    def _plain(self, value: Any) -> Any:
        """Return a value with its time stamps as points in time."""
        kind = type(value)
        if kind is msgpack.Timestamp:
            if value.nanoseconds % 1000:
                raise SerializationError(
                    f"'{self._path}' has a time stamp with nanoseconds, {value!r}; points in time "
                    "are kept to the microsecond.",
                    details={"path": str(self._path)},
                )
            return value.to_datetime()
        if kind is list:
            return list(map(self._plain, value))
        if kind is dict:
            return {key: self._plain(item) for key, item in value.items()}
        return value


class RecordPacker:
    """Makes records of the rows of a table, as somebody else's file has them.

    Args:
        path: The file, for messages.
    """

    def __init__(self, table: Table, foreign: ForeignTable, path: Path) -> None:
        self._table = table
        self._path = path
        self._keys = [foreign.keys.get(column.name, column.name) for column in table.columns]
        self._sparse = foreign.sparse
        self._convert = [
            _time_stamp
            if column.name in foreign.time_stamps
            else _CONVERT.get(column.type.storage_class)
            for column in table.columns
        ]

    def records(self, rows: Sequence[Sequence[Stored]]) -> Iterator[dict[str, Any]]:
        """Give records; what stands behind the last column of a row is left out.

        Raises:
            SerializationError: A value cannot be kept in them.
        """
        columns = [
            values if convert is None else [self._converted(place, convert, v) for v in values]
            for place, (convert, values) in enumerate(
                zip(self._convert, zip(*rows, strict=True), strict=False)
            )
        ]
        for values in zip(*columns, strict=True):
            yield {
                key: value
                for key, value in zip(self._keys, values, strict=True)
                if value is not None or key not in self._sparse
            }

    def _converted(self, place: int, convert: Callable[[Any], Any], value: Stored) -> Any:
        try:
            return None if value is None else convert(value)
        except DECODE_ERRORS as err:
            column = self._table.columns[place]
            raise SerializationError(
                f"'{self._path}' is a plain file of records, which cannot keep the value "
                f"{short_repr(value)} of column '{column.name}' in table '{self._table.name}'. "
                "Convert the file to one of ours, which keeps every type.",
                table_name=self._table.name,
                column_name=column.name,
                details={"path": str(self._path)},
            ) from err


def _time_stamp(stored: Any) -> Any:
    value = datetime.fromisoformat(stored)
    return stored if value.tzinfo is None else msgpack.Timestamp.from_datetime(value)


def _json_value(stored: Any) -> Any:
    return _packable(from_json_text(stored))


def _packable(value: Any) -> Any:
    """Return a value that MessagePack has."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return msgpack.Timestamp.from_datetime(value)
    if isinstance(value, list):
        return list(map(_packable, value))
    if isinstance(value, dict):
        return {key: _packable(item) for key, item in value.items()}
    if value is None or type(value) in (bool, float, str, bytes):
        return value
    if type(value) is int and -(2**63) <= value < 2**64:
        return value
    raise TypeError


def _boolean(stored: Any) -> Any:
    return stored == 1 if stored in (0, 1) else stored


def _number(stored: Any) -> Any:
    number = Decimal(str(stored))
    whole = number == number.to_integral_value() and -(2**63) <= number < 2**64
    return int(number) if whole else str(stored)


_CONVERT: dict[StorageClass, Callable[[Any], Any]] = {
    StorageClass.JSON: _json_value,
    StorageClass.BOOLEAN: _boolean,
    StorageClass.DECIMAL: _number,
}
