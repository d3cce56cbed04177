"""Rules of changes of the structure that are the same on every engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pytuck import schema
from pytuck.backends.connection import Connection
from pytuck.backends.results import StoredRow
from pytuck.common.exceptions import ColumnNotFoundError, SchemaError
from pytuck.compiler import compile_statement
from pytuck.query import Expression, TableSource, count_of, func, select
from pytuck.schema import MISSING, Column, Table
from pytuck.types import TYPES, ColumnType, Stored


def actual_name(table: Table, name: str) -> str:
    """Return a column's name as it is written in the database.

    Raises:
        ColumnNotFoundError: There is none.
    """
    for column in table.columns:
        if column.name.lower() == name.lower():
            return column.name
    raise ColumnNotFoundError(table.name, name, known=tuple(table.by_name))


def altered_column(old: Column, change: schema.AlterColumn) -> Column:
    """Return a column as it is to be.

    Raises:
        TypeConversionError: The default does not fit the type.
    """
    new = old
    if isinstance(change.type, ColumnType):
        new = replace(new, type=change.type)
    if isinstance(change.nullable, bool):
        new = replace(new, nullable=change.nullable)
    if isinstance(change.autoincrement, bool):
        new = replace(new, autoincrement=change.autoincrement)
    default = old.default if change.default is ... else change.default
    if default is not MISSING and default is not None:
        default = new.type.convert(default)
    return replace(new, default=default)


def filler(column: Column, fill: object) -> Callable[[], Stored]:
    """Return what gives the value of a new column to each row, as it is stored."""

    def filled() -> Stored:
        value = fill() if callable(fill) else fill
        return column.type.to_storage(None if value is MISSING else value)

    return filled


def count_rows(connection: Connection, table: Table) -> int:
    """Return how many rows a table has."""
    question = compile_statement(count_of(select(TableSource(table))), connection.dialect)
    return int(connection.execute(question).rows[0][0] or 0)


# --- Refusals ---


def refuse_twin(table: Table, name: str, besides: str = "") -> None:
    """Refuse a name that a column of a table has.

    Args:
        besides: The column that may have it.

    Raises:
        SchemaError: There is such a column.
    """
    taken = {column.name.lower() for column in table.columns} - {besides.lower()}
    if name.lower() in taken:
        raise SchemaError(
            f"Table '{table.name}' has a column '{name}' already.", table_name=table.name
        )


def refuse_added(connection: Connection, table: Table, change: schema.AddColumn) -> object:
    """Refuse a new column that cannot be; return the value that rows get, or MISSING.

    Raises:
        SchemaError: There is one of its name, it is a key, or rows would have no value.
    """
    column = change.column
    refuse_twin(table, column.name)
    if column.primary_key:
        raise SchemaError(
            f"Column '{table.name}.{column.name}' cannot be added as a primary key. Add it as "
            "an ordinary column, fill it, and call set_primary_key().",
            table_name=table.name,
        )
    fill = column.default if change.fill is MISSING else change.fill
    has_fill = fill is not MISSING and fill is not None
    if not column.nullable and not has_fill and count_rows(connection, table):
        raise SchemaError(
            f"Column '{table.name}.{column.name}' must have a value, and there are rows that "
            "would have none. Give it a default, or pass default_value.",
            table_name=table.name,
        )
    return fill


def refuse_dropped(table: Table, column: Column) -> None:
    """Refuse to drop a column that its table cannot be without.

    Raises:
        SchemaError: It is of the primary key, or the only one.
    """
    if column.primary_key:
        raise SchemaError(
            f"Column '{table.name}.{column.name}' is (part of) the primary key and cannot be "
            "dropped. Make another column the primary key first.",
            table_name=table.name,
        )
    if len(table.columns) == 1:
        raise SchemaError(
            f"'{column.name}' is the only column of table '{table.name}'. Drop the table.",
            table_name=table.name,
        )


def refuse_uncountable(table: Table, column: Column) -> None:
    """Refuse a column that is to count by itself and cannot.

    Args:
        column: As it is to be.

    Raises:
        SchemaError: It is not a primary key of one int.
    """
    if table.primary_key != (column.name,) or column.type != TYPES[int]:
        raise SchemaError(
            f"Column '{table.name}.{column.name}' cannot count by itself: only a primary key of "
            "one int can.",
            table_name=table.name,
        )


def refuse_kept(table: Table, change: schema.AlterColumn) -> Column:
    """Return the column that keeps values which cannot be converted.

    Raises:
        SchemaError: There is one of its name.
    """
    name = change.keep_in or f"{change.column}_unconverted"
    if name.lower() in (known.lower() for known in table.by_name):
        raise SchemaError(
            f"Table '{table.name}' has a column '{name}' already; values that cannot be "
            "converted cannot be kept there. Name another one with keep_in.",
            table_name=table.name,
            column_name=name,
        )
    return Column(name, TYPES[str])


def refuse_unpaired(change: schema.AddForeignKey) -> None:
    """Refuse a foreign key that does not lead from as many columns as it leads to.

    Raises:
        SchemaError: It is so.
    """
    key = change.foreign_key
    if not key.columns or len(key.columns) != len(key.target_columns):
        raise SchemaError(
            f"A foreign key of '{change.table}' must lead from as many columns as it leads to, "
            f"not from ({', '.join(key.columns)}) to ({', '.join(key.target_columns)}).",
            table_name=change.table,
        )


def refuse_order(table: Table, names: Sequence[str]) -> None:
    """Refuse a new order of columns in which one is missing, or stands twice.

    Raises:
        SchemaError: It is so.
    """
    if sorted(names) != sorted(table.by_name):
        raise SchemaError(
            f"The new order of table '{table.name}' must name each of its columns once: "
            f"{', '.join(table.by_name)}.",
            table_name=table.name,
        )


def known_index(table: Table, name: str) -> schema.Index:
    """Return an index of a table.

    Raises:
        SchemaError: It has none of this name.
    """
    known = {index.name: index for index in table.indexes}
    if name not in known:
        raise SchemaError(
            f"Table '{table.name}' has no index '{name}'. "
            f"Its indexes are: {', '.join(known) or 'none'}.",
            table_name=table.name,
        )
    return known[name]


def refuse_nulls(connection: Connection, table: Table, names: Sequence[str]) -> None:
    """Refuse columns in which rows have no value.

    Raises:
        SchemaError: There are such rows.
    """
    source = TableSource(table)
    for name in names:
        empty = count_of(select(source).where(source.c[name].is_null()))
        found = compile_statement(empty, connection.dialect)
        count = int(connection.execute(found).rows[0][0] or 0)
        if count:
            raise SchemaError(
                f"Column '{table.name}.{name}' has no value in {count} rows; give them one first.",
                table_name=table.name,
            )


def refuse_equal_rows(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    refusal: str,
    *where: Expression[bool],
) -> None:
    """Refuse columns in which several rows have the same values.

    Args:
        refusal: What cannot be, as the beginning of the message.
        where: Conditions of the rows that count.

    Raises:
        SchemaError: There are such rows.
    """
    values = equal_rows(connection, table, names, *where)
    if values is not None:
        raise SchemaError(
            f"{refusal} of '{table.name}': several rows have the value "
            f"{', '.join(map(repr, values))}.",
            table_name=table.name,
        )


def equal_rows(
    connection: Connection, table: Table, names: Sequence[str], *where: Expression[bool]
) -> StoredRow | None:
    """Return values that several rows have in the same columns; None if there are none."""
    if not names:
        return None
    source = TableSource(table)
    columns = [source.c[name] for name in names]
    twins = select(*columns).where(*where).group_by(*columns).having(func.count() > 1).limit(1)
    rows = connection.execute(compile_statement(twins, connection.dialect)).rows
    return rows[0] if rows else None


def are_given(table: Table, names: Sequence[str]) -> list[Expression[bool]]:
    """Return the conditions that a row has values in columns."""
    source = TableSource(table)
    return [source.c[name].is_not_null() for name in names]
