"""DuckDB's values as those that are stored elsewhere, and the reverse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from pytuck.backends.connection import refused_value
from pytuck.backends.results import StoredRow
from pytuck.compiler import Template
from pytuck.compiler.dialects.duckdb import DECIMAL_DIGITS, DECIMAL_SCALE
from pytuck.types import TYPES, DecimalType, Stored
from pytuck.types.json_values import to_json_text

Reader = Callable[[Any], Stored]
Row = Sequence[Any]

_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_OTHERS = ("DOUBLE", "FLOAT", "VARCHAR", "JSON", "BLOB", "BOOLEAN")
_PLAIN = frozenset((*_INTEGERS, *(f"U{name}" for name in _INTEGERS), *_OTHERS))
_FREE_DECIMAL = f"DECIMAL({DECIMAL_DIGITS},{DECIMAL_SCALE})"


def stored_rows(rows: list[Any], description: Sequence[Sequence[Any]] | None) -> list[StoredRow]:
    """Return the driver's rows with values as they are stored elsewhere."""
    readers = _readers(description or ())
    return [_read(row, readers) for row in rows] if readers else rows


def _readers(description: Sequence[Sequence[Any]]) -> list[tuple[int, Reader]]:
    found = [(position, reader_of(str(column[1]))) for position, column in enumerate(description)]
    return [(position, reader) for position, reader in found if reader is not None]


def reader_of(declared: str) -> Reader | None:
    """Return what turns the values of a type into ours; None if they are the same."""
    if declared in _PLAIN:
        return None
    return _free_decimal if declared == _FREE_DECIMAL else _stored


def _read(row: Row, readers: list[tuple[int, Reader]]) -> StoredRow:
    values = list(row)
    for position, reader in readers:
        if values[position] is not None:
            values[position] = reader(values[position])
    return tuple(values)


def _free_decimal(value: Decimal) -> Stored:
    """Return a decimal without the zeros that only fill the column's digits."""
    return TYPES[Decimal].to_storage(value)


def _stored(value: Any) -> Stored:
    """Return a value of one of the types that only some columns have."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "microseconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return TYPES[timedelta].to_storage(value)
    if isinstance(value, (list, dict, tuple)):
        return _json(value)
    if value is None or isinstance(value, (int, float, str, bytes)):
        return value
    return str(value)  # UUID, Decimal


def _json(value: object) -> Stored:
    try:
        return to_json_text(value)
    except (TypeError, ValueError):
        return str(value)  # a MAP with keys that are no text


# --- Values on the way in ---

Binder = Callable[[Template, int, Any], Any]


def bound(template: Template, rows: Sequence[Row]) -> Sequence[Row]:
    """Return sets of parameters as the driver takes them.

    Raises:
        ValidationError: A decimal has more digits than DuckDB keeps.
    """
    places = [
        place
        for place, kind in enumerate(template.parameter_types)
        if isinstance(kind, DecimalType)
    ]
    return [_with_decimals(template, row, places) for row in rows] if places else rows


def _with_decimals(template: Template, row: Row, places: list[int]) -> Row:
    values = list(row)
    for place in places:
        if values[place] is not None:
            values[place] = _decimal(template, place, values[place])
    return values


def _decimal(template: Template, place: int, stored: Any) -> Decimal:
    """Return a decimal; DuckDB would round one with too many digits without a word."""
    number = Decimal(repr(stored) if isinstance(stored, float) else stored)
    kind = template.parameter_types[place]
    is_kept = template.is_write and isinstance(kind, DecimalType) and kind.precision is None
    excess = decimal_excess(number, is_kept=is_kept)
    if excess:
        raise refused_value(template, place, excess)
    return number


def decimal_excess(number: Decimal, *, is_kept: bool = True) -> str | None:
    """Return why DuckDB cannot have a decimal, or None if it can.

    Args:
        is_kept: It is for a column of decimals without a declared number of digits.
    """
    _, digits, exponent = number.as_tuple()
    fraction = max(0, -int(exponent))
    whole = max(0, len(digits) + int(exponent))
    most_whole = DECIMAL_DIGITS - (DECIMAL_SCALE if is_kept else fraction)
    if whole <= most_whole and fraction <= (DECIMAL_SCALE if is_kept else DECIMAL_DIGITS):
        return None
    return (
        f"DuckDB keeps decimals of {DECIMAL_DIGITS - DECIMAL_SCALE} digits before the point "
        f"and {DECIMAL_SCALE} after it; {number} has more. Declare the column as "
        "DecimalType(digits, digits_after_the_point) for another division."
    )
