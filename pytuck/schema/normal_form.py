"""The one form in which two tables can be compared: what is said twice or without effect is gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from pytuck.schema.tables import MISSING, Column, ForeignKey, Index, Table
from pytuck.types import Stored

Tables = Iterable[Table] | Mapping[str, Table]
"""The tables of a schema, in any order; views are none of it."""


def tables_of(tables: Tables) -> list[Table]:
    """Return the tables of a schema without its views."""
    found = tables.values() if isinstance(tables, Mapping) else tables
    return [table for table in found if table.kind == "table"]


def names_of(columns: Iterable[str]) -> tuple[str, ...]:
    """Return names as they are compared: upper and lower case are the same."""
    return tuple(name.lower() for name in columns)


def normal_form(table: Table) -> Table:
    """Return a table as a database would tell it after it was made.

    A key has a value in any case and is unique by itself; an empty comment is none; the default
    NULL is none; a rule of one column stands at the column.
    """
    key = names_of(table.primary_key)
    single = {index.columns[0].lower() for index in table.indexes if _is_of_column(index)}
    is_alias = len(key) == 1 and table.has_rowid
    return replace(
        table,
        columns=tuple(_normal_column(column, key, single, is_alias) for column in table.columns),
        indexes=tuple(index for index in table.indexes if not _says_nothing_new(index, key)),
        comment=table.comment or None,
    )


def stored_default(column: Column) -> tuple[type, Stored] | None:
    """Return the default as the database holds it, by which defaults are compared; None for none."""
    if column.default is MISSING or column.default is None:
        return None
    stored = column.type.to_storage(column.default)
    return type(stored), stored


def key_identity(key: ForeignKey) -> tuple[object, ...]:
    """Return what makes two foreign keys the same."""
    return (
        names_of(key.columns),
        key.target_table.lower(),
        names_of(key.target_columns),
        key.on_delete,
        key.on_update,
    )


def index_identity(index: Index) -> tuple[object, ...]:
    """Return what an index does, its name apart."""
    return names_of(index.columns), index.is_unique, index.is_partial


def is_whole(index: Index) -> bool:
    """Return whether an index says everything, so that it can be made anew from what we know."""
    return bool(index.columns) and not index.is_partial


def _normal_column(
    column: Column, key: tuple[str, ...], unique: set[str], is_alias: bool
) -> Column:
    name = column.name.lower()
    is_key = name in key
    is_row_id = is_alias and is_key and column.type.sql_name == "INTEGER"
    return replace(
        column,
        nullable=column.nullable and not is_key,
        primary_key=is_key,
        default=MISSING if column.default is None else column.default,
        unique=(column.unique or name in unique) and key != (name,),
        autoincrement=column.autoincrement and is_row_id,
        comment=column.comment or None,
    )


def _is_of_column(index: Index) -> bool:
    return index.is_constraint and len(index.columns) == 1


def _says_nothing_new(index: Index, key: tuple[str, ...]) -> bool:
    is_key = index.is_constraint and names_of(index.columns) == key
    return is_key or _is_of_column(index)
