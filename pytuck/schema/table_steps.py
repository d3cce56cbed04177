"""What one table is after a change that concerns no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from pytuck.common.exceptions import ColumnNotFoundError, SchemaError
from pytuck.schema import changes as c
from pytuck.schema.normal_form import names_of
from pytuck.schema.tables import MISSING, Column, Index, Table, index_in_place_of_rule, index_name
from pytuck.types import TYPES


def actual_name(table: Table, name: str) -> str:
    """Return a column's name as the table spells it.

    Raises:
        ColumnNotFoundError: There is none.
    """
    if name in table.by_name:
        return name
    for column in table.columns:
        if column.name.lower() == name.lower():
            return column.name
    raise ColumnNotFoundError(table.name, name, known=tuple(table.by_name))


def actual_names(table: Table, names: Iterable[str]) -> tuple[str, ...]:
    """Return names of columns as the table spells them.

    Raises:
        ColumnNotFoundError: There is no such column.
    """
    return tuple(actual_name(table, name) for name in names)


def altered(column: Column, change: c.AlterColumn) -> Column:
    """Return a column with another type, duty, default or counting.

    Raises:
        TypeConversionError: The default does not fit the type.
    """
    type_ = column.type if isinstance(change.type, type(...)) else change.type
    counts = column.autoincrement and type_.python_type is int
    counts = counts if isinstance(change.autoincrement, type(...)) else change.autoincrement
    default = column.default if change.default is ... else change.default
    if default is not MISSING and default is not None:
        default = type_.convert(default)
    return replace(
        column,
        type=type_,
        nullable=column.nullable if isinstance(change.nullable, type(...)) else change.nullable,
        default=MISSING if default is None else default,
        autoincrement=counts,
    )


class Renaming:
    """The name of one column that becomes another wherever it stands."""

    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old.lower(), new

    def one(self, name: str) -> str:
        """Return the name that stands in place of one."""
        return self._new if name.lower() == self._old else name

    def all(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the names that stand in place of some."""
        return tuple(map(self.one, names))

    def table(self, table: Table) -> Table:
        """Return the table with its column under the new name."""
        alias = table.rowid_alias
        return _with_own_names(
            replace(
                table,
                columns=tuple(replace(item, name=self.one(item.name)) for item in table.columns),
                primary_key=self.all(table.primary_key),
                foreign_keys=tuple(
                    replace(key, columns=self.all(key.columns)) for key in table.foreign_keys
                ),
                indexes=tuple(
                    replace(index, columns=self.all(index.columns)) for index in table.indexes
                ),
                rowid_alias=None if alias is None else self.one(alias),
            )
        )


def _comment_table(table: Table, change: c.CommentTable) -> Table:
    return replace(table, comment=change.comment or None)


def _comment_column(table: Table, change: c.CommentColumn) -> Table:
    return _with_column(table, change.column, comment=change.comment or None)


def _add_column(table: Table, change: c.AddColumn) -> Table:
    column = change.column
    if column.name.lower() in names_of(table.by_name):
        raise twin_column(table, column.name)
    if column.primary_key:
        raise SchemaError(
            f"Column '{table.name}.{column.name}' cannot be added as a primary key.",
            table_name=table.name,
        )
    keys = () if change.foreign_key is None else (change.foreign_key,)
    return replace(
        table, columns=(*table.columns, column), foreign_keys=(*table.foreign_keys, *keys)
    )


def _drop_column(table: Table, change: c.DropColumn) -> Table:
    name = actual_name(table, change.column)
    if name in table.primary_key or len(table.columns) == 1:
        raise SchemaError(
            f"Column '{table.name}.{name}' is (part of) the primary key, or the only one, and "
            "cannot be dropped.",
            table_name=table.name,
        )
    return replace(
        table,
        columns=tuple(column for column in table.columns if column.name != name),
        foreign_keys=tuple(
            key for key in table.foreign_keys if name.lower() not in names_of(key.columns)
        ),
        indexes=tuple(
            index for index in table.indexes if name.lower() not in names_of(index.columns)
        ),
    )


def _alter_column(table: Table, change: c.AlterColumn) -> Table:
    name = actual_name(table, change.column)
    new = altered(table.by_name[name], change)
    if name in table.primary_key:
        new = replace(new, nullable=False)
    columns = tuple(new if column.name == name else column for column in table.columns)
    if change.on_bad == "keep" and new.type.sql_name != table.by_name[name].type.sql_name:
        kept = Column(change.keep_in or f"{change.column}_unconverted", TYPES[str])
        if kept.name.lower() in names_of(table.by_name):
            raise twin_column(table, kept.name)
        columns = (*columns, kept)
    return _with_alias(replace(table, columns=columns))


def _set_primary_key(table: Table, change: c.SetPrimaryKey) -> Table:
    key = actual_names(table, change.columns)
    if key == table.primary_key:
        return table
    columns = tuple(
        replace(
            column,
            primary_key=column.name in key,
            # What counted by itself need not be given now, and so may be empty.
            nullable=column.name not in key
            and (column.nullable or column.name == table.rowid_alias),
            # The key is unique by itself, and ends to be so with it.
            unique=column.unique and (column.name,) not in (key, table.primary_key),
            autoincrement=False,
        )
        for column in table.columns
    )
    kept = tuple(
        index
        for index in table.indexes
        if not index.is_constraint or index.columns not in (key, table.primary_key)
    )
    return _with_alias(replace(table, columns=columns, primary_key=key, indexes=kept))


def _reorder_columns(table: Table, change: c.ReorderColumns) -> Table:
    names = actual_names(table, change.columns)
    if sorted(names) != sorted(table.by_name):
        raise SchemaError(
            f"The new order of table '{table.name}' must name each of its columns once: "
            f"{', '.join(table.by_name)}.",
            table_name=table.name,
        )
    return replace(table, columns=tuple(table.by_name[name] for name in names))


def _drop_index(table: Table, change: c.DropIndex) -> Table:
    kept = tuple(index for index in table.indexes if index.name != change.index)
    if len(kept) == len(table.indexes):
        raise SchemaError(
            f"Table '{table.name}' has no index '{change.index}'.", table_name=table.name
        )
    return replace(table, indexes=kept)


def _add_unique(table: Table, change: c.AddUnique) -> Table:
    names = actual_names(table, change.columns)
    if len(names) == 1:
        return _with_column(table, names[0], unique=True)
    own_name = index_name(table.name, names, is_unique=True)
    return with_index(table, Index(own_name, names, is_unique=True, is_constraint=True))


def _drop_unique(table: Table, change: c.DropUnique) -> Table:
    names = actual_names(table, change.columns)
    if len(names) == 1 and table.by_name[names[0]].unique:
        return _with_column(table, names[0], unique=False)
    index = index_in_place_of_rule(table, names)
    rules = (item for item in table.indexes if item.is_constraint and item.columns == names)
    index = index or next(rules, None)
    if index is None:
        raise SchemaError(
            f"({', '.join(names)}) of table '{table.name}' is not unique.", table_name=table.name
        )
    return replace(table, indexes=tuple(item for item in table.indexes if item is not index))


def _add_foreign_key(table: Table, change: c.AddForeignKey) -> Table:
    key = replace(change.foreign_key, columns=actual_names(table, change.foreign_key.columns))
    return replace(table, foreign_keys=(*table.foreign_keys, key))


def _drop_foreign_key(table: Table, change: c.DropForeignKey) -> Table:
    wanted = names_of(change.columns)
    kept = tuple(key for key in table.foreign_keys if names_of(key.columns) != wanted)
    if len(kept) == len(table.foreign_keys):
        raise SchemaError(
            f"({', '.join(change.columns)}) of table '{table.name}' is not a foreign key.",
            table_name=table.name,
        )
    return replace(table, foreign_keys=kept)


def with_name(table: Table, name: str) -> Table:
    """Return the table with another name."""
    return _with_own_names(replace(table, name=name))


def _with_own_names(table: Table) -> Table:
    """Return the table with the names its rules go by, which nobody chose."""
    indexes = (
        replace(index, name=index_name(table.name, index.columns, is_unique=True))
        if index.is_constraint
        else index
        for index in table.indexes
    )
    return replace(table, indexes=tuple(sorted(indexes, key=_by_name)))


def with_index(table: Table, index: Index) -> Table:
    """Return the table with one more index."""
    return replace(table, indexes=tuple(sorted((*table.indexes, index), key=_by_name)))


def _with_column(table: Table, name: str, **changed: Any) -> Table:
    name = actual_name(table, name)
    columns = (
        replace(column, **changed) if column.name == name else column for column in table.columns
    )
    return replace(table, columns=tuple(columns))


def _with_alias(table: Table) -> Table:
    is_single = len(table.primary_key) == 1 and table.has_rowid
    is_alias = is_single and table.by_name[table.primary_key[0]].type.sql_name == "INTEGER"
    return replace(table, rowid_alias=table.primary_key[0] if is_alias else None)


def _by_name(index: Index) -> str:
    return index.name


def twin_column(table: Table, name: str) -> SchemaError:
    """Return the error for a second column of a name."""
    return SchemaError(
        f"Table '{table.name}' has a column '{name}' already.", table_name=table.name
    )


TABLE_STEPS: Mapping[type[c.Change], Callable[[Table, Any], Table]] = {
    c.CommentTable: _comment_table,
    c.AddColumn: _add_column,
    c.DropColumn: _drop_column,
    c.AlterColumn: _alter_column,
    c.CommentColumn: _comment_column,
    c.SetPrimaryKey: _set_primary_key,
    c.ReorderColumns: _reorder_columns,
    c.DropIndex: _drop_index,
    c.AddUnique: _add_unique,
    c.DropUnique: _drop_unique,
    c.AddForeignKey: _add_foreign_key,
    c.DropForeignKey: _drop_foreign_key,
}
