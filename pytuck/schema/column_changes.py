"""Which changes bring the columns of one table into line with those that are wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from pytuck.common.exceptions import TypeConversionError
from pytuck.schema.changes import AddColumn, AlterColumn, Change, CommentColumn
from pytuck.schema.normal_form import names_of, stored_default
from pytuck.schema.table_steps import altered
from pytuck.schema.tables import Column, ForeignKey, Table


def added_columns(
    found: Table, wanted: Table, foreign_keys: Sequence[ForeignKey]
) -> Iterator[Change]:
    """Yield the changes that add what is missing; computed columns cannot be made.

    Args:
        foreign_keys: Those that may come with the column that they are of.
    """
    there = set(names_of(found.by_name))
    keys = {key.columns: key for key in reversed(foreign_keys)}
    for column in wanted.columns:
        if column.name.lower() not in there and not column.generated:
            plain = replace(column, primary_key=False, autoincrement=False)
            yield AddColumn(found.name, plain, foreign_key=keys.get((column.name,)))


def altered_columns(found: Table, wanted: Table) -> Iterator[Change]:
    """Yield the changes of columns that are in both."""
    there = {column.name.lower(): column for column in found.columns}
    for column in wanted.columns:
        old = there.get(column.name.lower())
        if old is not None and not column.generated and not old.generated:
            change = altered_column(found.name, old, column)
            if change is not None:
                yield change


def altered_column(table: str, found: Column, wanted: Column) -> AlterColumn | None:
    """Return the change of type, duty, default and counting of a column; None if there is none."""
    changed: dict[str, Any] = {}
    if found.type.sql_name != wanted.type.sql_name:
        changed["type"] = wanted.type
    if found.nullable != wanted.nullable:
        changed["nullable"] = wanted.nullable
    change = AlterColumn(table, found.name, **changed)
    if _counts_after(found, change) != wanted.autoincrement:
        change = replace(change, autoincrement=wanted.autoincrement)
    if not _has_default_after(found, change, wanted):
        has_none = stored_default(wanted) is None
        change = replace(change, default=None if has_none else wanted.default)
    return change if change != AlterColumn(table, found.name) else None


def commented_columns(found: Table, wanted: Table) -> Iterator[Change]:
    """Yield the changes of comments of columns that are in both."""
    there = {column.name.lower(): column for column in found.columns}
    for column in wanted.columns:
        old = there.get(column.name.lower())
        if old is not None and old.comment != column.comment:
            yield CommentColumn(found.name, old.name, column.comment)


def _counts_after(found: Column, change: AlterColumn) -> bool:
    is_int = isinstance(change.type, type(...)) or change.type.python_type is int
    return found.autoincrement and is_int


def _has_default_after(found: Column, change: AlterColumn, wanted: Column) -> bool:
    """Return whether the default is the wanted one after a change of the type alone."""
    try:
        after = altered(found, change)
    except TypeConversionError:
        return False  # it does not fit the new type, and so must be given
    return stored_default(after) == stored_default(wanted)
