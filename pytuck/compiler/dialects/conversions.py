"""How a database turns stored values of one type into those of another by itself."""

from __future__ import annotations

from collections.abc import Mapping

from pytuck.types import ColumnType

Usual = Mapping[tuple[str, str], tuple[str, str]]
"""By the declared types: which values have the usual form, and what becomes of them."""


def conversion(
    usual: Usual, old: ColumnType[object], new: ColumnType[object], column: str, call: str
) -> str:
    """Return the SQL for a stored value of one type as one of another.

    Args:
        usual: What the database does by itself.
        column: The SQL for the stored value.
        call: The SQL that calls a function of ours for it.
    """
    found = usual.get((old.sql_name, new.sql_name))
    if found is None:
        return call
    condition, result = (part.format(column) for part in found)
    return f"CASE WHEN {condition} THEN {result} WHEN {column} IS NULL THEN NULL ELSE {call} END"
