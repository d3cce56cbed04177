"""Rows as the records that somebody else's JSON file has, which has no room for types."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from itertools import repeat
from pathlib import Path
from typing import Any

from pytuck.common.exceptions import SerializationError, TypeConversionError
from pytuck.formats.json_cells import JsonCells, json_text
from pytuck.formats.json_layout import ForeignTable, TimeStyle
from pytuck.schema import Column, Table
from pytuck.types import StorageClass, Stored
from pytuck.types.base import DECODE_ERRORS, short_repr
from pytuck.types.json_values import from_json_text

_Convert = Callable[[Any], Any]


class ForeignCells:
    """Makes records of the rows of a table.

    Args:
        path: The file, for messages.
    """

    def __init__(self, table: Table, foreign: ForeignTable, path: Path) -> None:
        self._table = table
        self._path = path
        self._cells = JsonCells(table, path)
        self._keys = tuple(foreign.keys.get(column.name, column.name) for column in table.columns)
        self._sparse = foreign.sparse & set(self._keys)
        self._convert: list[_Convert | None] = [
            _converter(column, foreign.styles.get(column.name)) for column in table.columns
        ]

    def records(self, rows: Sequence[Sequence[Stored]]) -> Iterable[dict[str, Any]]:
        """Return records; what stands behind the last column of a row is left out.

        Raises:
            SerializationError: A value cannot be kept in them.
        """
        stored = list(zip(*rows, strict=True))
        columns: list[Sequence[Any]] = []
        for place, cells in enumerate(zip(*self._cells.encode(rows), strict=True)):
            convert = self._convert[place]
            if convert is not None:
                columns.append([self._converted(place, convert, value) for value in stored[place]])
                continue
            if dict in set(map(type, cells)):  # a tag
                self._refuse(place, next(cell for cell in cells if type(cell) is dict))
            columns.append(cells)
        records = map(dict, map(zip, repeat(self._keys), zip(*columns, strict=True)))
        return map(self._without_lacks, records) if self._sparse else records

    def _without_lacks(self, record: dict[str, Any]) -> dict[str, Any]:
        sparse = self._sparse
        return {
            key: value for key, value in record.items() if value is not None or key not in sparse
        }

    def _converted(self, place: int, convert: _Convert, value: Stored) -> Any:
        try:
            return None if value is None else convert(value)
        except (*DECODE_ERRORS, InvalidOperation, TypeConversionError):
            self._refuse(place, value)

    def _refuse(self, place: int, value: Any) -> None:
        column = self._table.columns[place]
        raise SerializationError(
            f"'{self._path}' is a plain file of records, which cannot keep the value "
            f"{short_repr(value)} of column '{column.name}' in table '{self._table.name}'. "
            "Convert the file to one of ours, which keeps every type.",
            table_name=self._table.name,
            column_name=column.name,
            details={"path": str(self._path)},
        )


def _converter(column: Column, style: TimeStyle | None) -> _Convert | None:
    kind = column.type.storage_class
    if kind is StorageClass.JSON:
        return _json_value
    if kind is StorageClass.DECIMAL:
        return _number
    if kind is StorageClass.BLOB:
        return _refuse_bytes
    if style is not None and kind is StorageClass.TIMESTAMP:
        return partial(_styled, style)
    return None


def _json_value(stored: Stored) -> Any:
    if type(stored) is not str:
        raise TypeError
    value = from_json_text(stored)
    json_text(value)
    return value


def _number(stored: Stored) -> Any:
    """Return a number for a decimal, if JSON's numbers keep it, else its text."""
    number = Decimal(str(stored))
    if number == number.to_integral_value():
        return int(number)
    return float(number) if Decimal(repr(float(number))) == number else str(stored)


def _refuse_bytes(stored: Stored) -> Any:
    raise TypeError


def _styled(style: TimeStyle, stored: Stored) -> str:
    """Return the text of a point in time as the file writes others."""
    before, digits, zone = style
    if type(stored) is not str:
        raise TypeError
    value = datetime.fromisoformat(stored)
    text = value.isoformat(before, _resolution(value, digits))
    if 0 < digits < 6 and value.microsecond and not value.microsecond % 10 ** (6 - digits):
        text = value.isoformat(before, "microseconds").replace(
            f".{value.microsecond:06}", f".{value.microsecond:06}"[: digits + 1]
        )
    return text.removesuffix("+00:00") + "Z" if zone and text.endswith("+00:00") else text


def _resolution(value: datetime, digits: int) -> str:
    if value.microsecond:
        return "milliseconds" if digits == 3 and not value.microsecond % 1000 else "microseconds"
    if digits < 0 and not value.second:
        return "minutes"
    return {3: "milliseconds", 6: "microseconds"}.get(digits, "seconds")
