"""How the columns of tables look in Parquet files, and the reverse."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from pytuck.formats.json_cells import JsonCells
from pytuck.formats.json_codec import fastest_codec
from pytuck.formats.json_inference import container_text
from pytuck.schema import Column, Table
from pytuck.types import JSON, RAW, TYPES, ColumnType, DecimalType, StorageClass, Stored

Values = Sequence[Any]

_NONE = type(None)
_MOST_DIGITS = 38
_CODEC = fastest_codec()


class UnfitError(ValueError):
    """A value of a column is none of the Parquet type that was tried."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to keep a column.

    Attributes:
        sql: DuckDB's name of the type.
        to_array: Turns stored values into an array that DuckDB takes; `UnfitError` where one
            cannot be kept this way.
        to_stored: Turns DuckDB's values into stored ones; None where they are already.
    """

    sql: str
    to_array: Callable[[Values], Any]
    to_stored: Callable[[Values], Values] | None = None


def kinds_of(column: Column) -> list[str]:
    """Return the names of the ways to keep a column, the best first; the last always works."""
    type_ = column.type
    if isinstance(type_, DecimalType) and type_.precision and type_.precision <= _MOST_DIGITS:
        return [f"DECIMAL({type_.precision},{type_.scale or 0})", "VARCHAR", "CELLS"]
    return _KINDS_OF_CLASS[type_.storage_class]


def kind(name: str) -> Kind:
    """Return a way to keep columns by its name.

    Raises:
        KeyError: There is none of this name.
    """
    digits = _DECIMAL.fullmatch(name)
    if digits is not None:
        return _decimal_kind(name, int(digits[1]), int(digits[2]))
    return KINDS[name]


# --- From stored values to arrays ----------------------------------------------------------------


def _of_kind(values: Values, expected: type) -> bool:
    """Return whether there are NULLs among values of one class.

    Raises:
        UnfitError: There is a value of another class.
    """
    kinds = set(map(type, values))
    if not kinds <= {expected, _NONE}:
        raise UnfitError
    return _NONE in kinds


def _numbers(expected: type, array_type: type) -> Callable[[Values], Any]:
    def convert(values: Values) -> Any:
        if not _of_kind(values, expected):
            return np.array(values, dtype=array_type)
        filled: Any = np.array(
            [0 if value is None else value for value in values], dtype=array_type
        )
        return np.ma.masked_array(filled, mask=[value is None for value in values])

    return convert


def _booleans(values: Values) -> Any:
    if not set(values) <= {0, 1, None}:
        raise UnfitError
    return _numbers(int, np.bool_)(values)


def _objects(values: Values) -> Any:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _plain(expected: type) -> Callable[[Values], Any]:
    def convert(values: Values) -> Any:
        _of_kind(values, expected)
        return _objects(values)

    return convert


def _texts_like(parse: Callable[[str], Any], encode: Callable[[Any], str]) -> Callable[..., Any]:
    """Return what takes the texts that come back exactly as they were."""

    def convert(values: Values) -> Any:
        _of_kind(values, str)
        try:
            for text in values:
                if text is not None and encode(parse(text)) != text:
                    raise UnfitError
        except ValueError as err:
            raise UnfitError from err
        return _objects(values)

    return convert


def _naive_datetime(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is not None:
        raise UnfitError
    return found


def _naive_time(text: str) -> time:
    found = time.fromisoformat(text)
    if found.tzinfo is not None:
        raise UnfitError
    return found


def _date_time_text(value: datetime) -> str:
    return value.isoformat(" ", "microseconds")


_RAW_TABLE = Table("", (Column("", RAW),))
_RAW_CELLS = JsonCells(_RAW_TABLE, Path())


def _cells(values: Values) -> Any:
    encoded = _RAW_CELLS.encode([(value,) for value in values])
    return _objects([_CODEC.dumps(cell).decode() for (cell,) in encoded])


def _from_cells(values: Values) -> Values:
    cells = [(_CODEC.loads(text.encode()),) for text in values]
    return [row[0] for row in _RAW_CELLS.decode(cells)]


# --- From DuckDB's values to stored ones --------------------------------------------------------


def _each(convert: Callable[[Any], Stored]) -> Callable[[Values], Values]:
    return lambda values: [None if value is None else convert(value) for value in values]


def _fixed(value: Decimal) -> str:
    return format(value, "f")


_NAIVE_TIMES = Kind("TIME", _texts_like(_naive_time, time.isoformat), _each(time.isoformat))

KINDS: dict[str, Kind] = {
    "BIGINT": Kind("BIGINT", _numbers(int, np.int64)),
    "DOUBLE": Kind("DOUBLE", _numbers(float, np.float64)),
    "BOOLEAN": Kind("BOOLEAN", _booleans, _each(int)),
    "VARCHAR": Kind("VARCHAR", _plain(str)),
    "BLOB": Kind("BLOB", _plain(bytes)),
    "DATE": Kind("DATE", _texts_like(date.fromisoformat, date.isoformat), _each(date.isoformat)),
    "TIME": _NAIVE_TIMES,
    "TIMESTAMP": Kind(
        "TIMESTAMP", _texts_like(_naive_datetime, _date_time_text), _each(_date_time_text)
    ),
    "CELLS": Kind("VARCHAR", _cells, _from_cells),
}
"""The ways to keep columns; `CELLS` is JSON text of each value, whatever it is."""

_KINDS_OF_CLASS: dict[StorageClass, list[str]] = {
    StorageClass.INTEGER: ["BIGINT", "CELLS"],
    StorageClass.REAL: ["DOUBLE", "CELLS"],
    StorageClass.TEXT: ["VARCHAR", "BIGINT", "DOUBLE", "BLOB", "CELLS"],
    StorageClass.BLOB: ["BLOB", "CELLS"],
    StorageClass.BOOLEAN: ["BOOLEAN", "BIGINT", "CELLS"],
    StorageClass.DECIMAL: ["VARCHAR", "CELLS"],
    StorageClass.DATE: ["DATE", "VARCHAR", "CELLS"],
    StorageClass.TIME: ["TIME", "VARCHAR", "CELLS"],
    StorageClass.TIMESTAMP: ["TIMESTAMP", "VARCHAR", "CELLS"],
    StorageClass.JSON: ["VARCHAR", "CELLS"],
}
_DECIMAL = re.compile(r"DECIMAL\((\d{1,2}),(\d{1,2})\)")


def _decimal_kind(name: str, precision: int, scale: int) -> Kind:
    fraction = rf"\.[0-9]{{{scale}}}" if scale else ""
    whole = rf"(0|[1-9][0-9]{{0,{precision - scale - 1}}})" if precision > scale else "0"
    fits = re.compile(rf"-?{whole}{fraction}").fullmatch

    def convert(values: Values) -> Any:
        _of_kind(values, str)
        for text in values:
            if text is not None and (not fits(text) or (not text.strip("-0.") and text[0] == "-")):
                raise UnfitError
        return _objects(values)

    return Kind(name, convert, _each(_fixed))


# --- Columns of other programs ------------------------------------------------------------------

_WHOLE = ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"]
_FOREIGN: dict[str, ColumnType[Any]] = {
    **dict.fromkeys(_WHOLE, TYPES[int]),
    **dict.fromkeys(("UBIGINT", "HUGEINT", "UHUGEINT"), TYPES[Decimal]),
    **dict.fromkeys(("FLOAT", "DOUBLE"), TYPES[float]),
    **dict.fromkeys(("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS"), TYPES[datetime]),
    **dict.fromkeys(("TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE"), TYPES[datetime]),
    **dict.fromkeys(("TIME", "TIME WITH TIME ZONE", "TIME_NS"), TYPES[time]),
    "BOOLEAN": TYPES[bool],
    "BLOB": TYPES[bytes],
    "DATE": TYPES[date],
    "INTERVAL": TYPES[timedelta],
    "JSON": JSON,
}


def foreign_type(declared: str) -> ColumnType[Any]:
    """Return the type for a column of somebody else's file."""
    digits = _DECIMAL.fullmatch(declared)
    if digits is not None:
        return DecimalType(int(digits[1]), int(digits[2]))
    if declared.endswith("]"):
        return TYPES[list]
    if declared.startswith("STRUCT("):
        return TYPES[dict]
    if declared.startswith(("MAP(", "UNION(")):
        return JSON
    return _FOREIGN.get(declared, TYPES[str])


def foreign_values(declared: str, values: Values) -> Values:
    """Return the stored values of a column of somebody else's file."""
    if declared in _WHOLE or declared in ("VARCHAR", "BLOB"):
        return values
    if declared in ("FLOAT", "DOUBLE"):
        return [None if value is None or value != value else value for value in values]  # noqa: PLR0124
    return [None if value is None else _stored(declared, value) for value in values]


def _stored(declared: str, value: Any) -> Stored:
    if declared == "JSON":
        return container_text(_CODEC.loads(value.encode()))
    if isinstance(value, (bool, Decimal, datetime)):
        encode = {bool: int, Decimal: _fixed, datetime: _date_time_text}[type(value)]
        return encode(value)  # type: ignore[operator, no-any-return]
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return TYPES[timedelta].to_storage(value)
    if declared.endswith("]") or declared.startswith(("STRUCT(", "MAP(", "UNION(")):
        return container_text(_plain_value(value))
    return str(value)


def _plain_value(value: Any) -> Any:
    """Return a value that JSON can hold: a map whose keys are no text is a list of pairs."""
    if isinstance(value, (list, tuple)):
        return [_plain_value(item) for item in value]
    if isinstance(value, dict):
        if all(type(key) is str for key in value):
            return {key: _plain_value(item) for key, item in value.items()}
        return [[_plain_value(key), _plain_value(item)] for key, item in value.items()]
    if isinstance(value, float) and value != value:  # noqa: PLR0124 - only NaN differs from itself
        return None
    return bytes(value) if isinstance(value, (bytearray, memoryview)) else value
