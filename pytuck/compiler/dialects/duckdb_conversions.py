"""Conversions of stored values that DuckDB can do by itself, for all values of the usual form.

They must give what `ColumnType.convert` gives; every other value goes to a function of ours.
"""

from __future__ import annotations

from pytuck.types import ColumnType

_EXACT = 2**53
"""Up to here every whole number is a float of its own."""

_INTEGER, _FLOAT, _TEXT, _BOOLEAN, _DATE = "INTEGER", "REAL", "TEXT", "BOOLEAN", "DATE"

_IS_EXACT = f"{{0}} BETWEEN -{_EXACT} AND {_EXACT}"
_DAY_TEXT = "CAST({0} AS VARCHAR)"
_USUAL: dict[tuple[str, str], tuple[str, str]] = {
    (_INTEGER, _TEXT): ("{0} IS NOT NULL", "CAST({0} AS VARCHAR)"),
    (_INTEGER, _FLOAT): (_IS_EXACT, "CAST({0} AS DOUBLE)"),
    (_INTEGER, _BOOLEAN): ("{0} IN (0, 1)", "{0} = 1"),
    (_BOOLEAN, _INTEGER): ("{0} IS NOT NULL", "CAST({0} AS BIGINT)"),
    (_FLOAT, _INTEGER): (f"{_IS_EXACT} AND {{0}} = trunc({{0}})", "CAST({0} AS BIGINT)"),
    (_TEXT, _INTEGER): (
        "CAST(TRY_CAST({0} AS BIGINT) AS VARCHAR) = {0}",
        "TRY_CAST({0} AS BIGINT)",
    ),
    (_TEXT, _DATE): (
        "length({0}) = 10 AND {0} >= '0001' AND CAST(TRY_CAST({0} AS DATE) AS VARCHAR) = {0}",
        "TRY_CAST({0} AS DATE)",
    ),
    # A day before Christ, or an infinite one, has another length.
    (_DATE, _TEXT): (f"length({_DAY_TEXT}) = 10", _DAY_TEXT),
}
"""By the declared types: which values have the usual form, and what becomes of them."""


def conversion(old: ColumnType[object], new: ColumnType[object], column: str, call: str) -> str:
    """Return the SQL for a stored value of one type as one of another.

    Args:
        column: The SQL for the stored value.
        call: The SQL that calls a function of ours for it.
    """
    usual = _USUAL.get((old.sql_name, new.sql_name))
    if usual is None:
        return call
    condition, result = (part.format(column) for part in usual)
    return f"CASE WHEN {condition} THEN {result} WHEN {column} IS NULL THEN NULL ELSE {call} END"
