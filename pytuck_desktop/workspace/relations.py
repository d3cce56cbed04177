"""Which tables refer to which, as foreign keys say it, and what of a row people recognise it by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from pytuck_desktop.workspace.file_info import ColumnInfo, ForeignKeyInfo, TableInfo

if TYPE_CHECKING:
    from pytuck.types import Stored

MOST_READABLE = 3
"""Columns that describe a row in one line."""

_NAME_WORDS = ("name", "title", "label", "subject", "caption", "email", "code", "名称", "标题")


class RowKey(NamedTuple):
    """What a foreign key says of the row it refers to: none of the values is NULL."""

    table: str
    columns: tuple[str, ...]
    values: tuple[Stored, ...]

    def plain(self) -> dict[str, Any]:
        """Return it as the worker takes it."""
        values = list(self.values)
        return {"table": self.table, "columns": list(self.columns), "values": values}


class Reference(NamedTuple):
    """A foreign key, from a table to another one or to itself.

    Attributes:
        table: The one whose rows refer.
        target: The one they refer to; None if there is none of that name.
        target_name: As the foreign key says it.
    """

    table: TableInfo
    columns: tuple[str, ...]
    target_name: str
    target: TableInfo | None
    target_columns: tuple[str, ...]


def references_of(tables: Iterable[TableInfo], table: TableInfo) -> list[Reference]:
    """Return the foreign keys of a table: where its rows lead to."""
    by_name = {one.name: one for one in tables}
    return [_reference(by_name, table, key) for key in table.foreign_keys]


def references_to(tables: Iterable[TableInfo], table: TableInfo) -> list[Reference]:
    """Return the foreign keys that lead to a table, its own ones to itself included."""
    by_name = {one.name: one for one in tables}
    every = (_reference(by_name, one, key) for one in by_name.values() for key in one.foreign_keys)
    return [one for one in every if one.target is not None and one.target.name == table.name]


def references_at(tables: Iterable[TableInfo], table: TableInfo, column: str) -> list[Reference]:
    """Return the foreign keys that a column is part of, those of the fewest columns first."""
    found = [one for one in references_of(tables, table) if column in one.columns]
    return sorted(found, key=lambda one: len(one.columns))


def _reference(by_name: dict[str, TableInfo], table: TableInfo, key: ForeignKeyInfo) -> Reference:
    target = by_name.get(key.target_table)
    if target is None:  # names in a file made elsewhere may differ in the case of letters
        wanted = key.target_table.casefold()
        target = next((one for name, one in by_name.items() if name.casefold() == wanted), None)
    if target is None:
        return Reference(table, key.columns, key.target_table, None, key.target_columns)
    columns = tuple(_column_name(target, name) for name in key.target_columns)
    is_whole = len(columns) == len(key.columns) and None not in columns
    names = tuple(name for name in columns if name is not None)
    own = tuple(_column_name(table, name) or name for name in key.columns)
    return Reference(table, own, target.name, target if is_whole else None, names)


def _column_name(table: TableInfo, name: str) -> str | None:
    names = [column.name for column in table.columns]
    if name in names:
        return name
    return next((one for one in names if one.casefold() == name.casefold()), None)


def readable_columns(table: TableInfo, without: Iterable[str] = ()) -> tuple[ColumnInfo, ...]:
    """Return the columns that say most about a row in one line, in the order of the table.

    Texts that are no keys, those with names such as `name` or `title` first; other short values
    where there are not enough of them.

    Args:
        without: Columns that are known from elsewhere.
    """
    left_out = {*table.primary_key, *without}
    keys = {name for key in table.foreign_keys for name in key.columns}
    free = [
        column
        for column in table.columns
        if column.name not in left_out and column.name not in keys
    ]
    ranked = sorted((column for column in free if _rank(column) < _LAST), key=_rank)
    chosen = {column.name for column in ranked[:MOST_READABLE]}
    return tuple(column for column in table.columns if column.name in chosen)


_LAST = 9


def _rank(column: ColumnInfo) -> int:
    name = column.name.casefold()
    if column.storage == "text":
        if any(name == word or name.endswith(word) for word in _NAME_WORDS):
            return 0
        return 3 if column.type_name.upper() in ("UUID", "ENUM") else 1
    ranks = {"date": 2, "timestamp": 2, "integer": 4, "decimal": 4, "real": 4, "boolean": 5}
    return ranks.get(column.storage, _LAST)


def has_values(values: Iterable[Stored]) -> bool:
    """Return whether a foreign key refers to anything: none of its columns is NULL."""
    return all(value is not None for value in values)
