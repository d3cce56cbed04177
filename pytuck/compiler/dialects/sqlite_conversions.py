"""Conversions of stored values that SQLite can do by itself, for all values of the usual form.

They must give what `ColumnType.convert` gives; every other value goes to a function of ours.
"""

from __future__ import annotations

_EXACT = 2**53
"""Up to here every whole number is a float of its own."""

_INTEGER, _FLOAT, _TEXT, _BOOLEAN, _DATE = "INTEGER", "REAL", "TEXT", "BOOLEAN", "DATE"

_IS_INTEGER = "typeof({0}) = 'integer'"
_IS_DAY = (
    "typeof({0}) = 'text' AND length({0}) = 10 AND {0} >= '0001' COLLATE BINARY "
    "AND date({0}) = {0} COLLATE BINARY"
)
_IS_WHOLE = (
    f"typeof({{0}}) = 'real' AND {{0}} BETWEEN -{_EXACT} AND {_EXACT} "
    "AND {0} = CAST({0} AS INTEGER)"
)
USUAL: dict[tuple[str, str], tuple[str, str]] = {
    (_INTEGER, _TEXT): (_IS_INTEGER, "CAST({0} AS TEXT)"),
    (_INTEGER, _FLOAT): (
        f"{_IS_INTEGER} AND {{0}} BETWEEN -{_EXACT} AND {_EXACT}",
        "CAST({0} AS REAL)",
    ),
    (_INTEGER, _BOOLEAN): (f"{_IS_INTEGER} AND {{0}} IN (0, 1)", "{0}"),
    (_BOOLEAN, _INTEGER): (f"{_IS_INTEGER} AND {{0}} IN (0, 1)", "{0}"),
    (_FLOAT, _INTEGER): (
        _IS_WHOLE,
        "CAST({0} AS INTEGER)",
    ),
    (_TEXT, _INTEGER): (
        "typeof({0}) = 'text' AND {0} = CAST(CAST({0} AS INTEGER) AS TEXT) COLLATE BINARY",
        "CAST({0} AS INTEGER)",
    ),
    (_TEXT, _DATE): (_IS_DAY, "{0}"),
    (_DATE, _TEXT): (_IS_DAY, "{0}"),
}
"""By the declared types: which values have the usual form, and what becomes of them."""
