"""SQL of rows by position: the temporary tables in which an order is kept."""

from __future__ import annotations

from typing import Any

from pytuck.compiler.cache import compile_statement
from pytuck.compiler.dialects import Dialect
from pytuck.compiler.expressions import ExpressionWriter
from pytuck.query import Select
from pytuck.query.nodes import Node
from pytuck.types import Stored


def build_order(
    name: str, statement: Select[Any], dialect: Dialect
) -> list[tuple[str, tuple[Stored, ...]]]:
    """Return the SQL, with parameters, that keeps the rows of a question as a temporary table.

    Its rows have positions from 1 and the question's columns.
    """
    compiled = compile_statement(statement, dialect)
    parameters = tuple(compiled.parameters[0])
    values = ", ".join(_value(number, dialect) for number in range(len(statement.columns)))
    order = dialect.quote(name)
    if dialect.fills_in_row_ids:  # the row id is the position, and finds its row
        create = f"CREATE TEMP TABLE {order} (position INTEGER PRIMARY KEY, {values})"
        fill = f"INSERT INTO temp.{order} ({values}) {compiled.sql}"
        return [(create, ()), (fill, parameters)]
    numbered = f"SELECT row_number() OVER () AS position, q.* FROM ({compiled.sql}) AS q ({values})"
    return [(f"CREATE TEMP TABLE {order} AS {numbered}", parameters)]


def drop_order(name: str, dialect: Dialect) -> str:
    """Return the SQL that deletes the temporary table of an order."""
    return f"DROP TABLE IF EXISTS temp.{dialect.quote(name)}"


def count_order(name: str, dialect: Dialect) -> str:
    """Return the SQL that gives the number of rows in an order, without counting them."""
    return f"SELECT max(position) FROM temp.{dialect.quote(name)}"


def page_of_order(
    name: str, keys: tuple[Node, ...], columns: tuple[Node, ...], table: str, dialect: Dialect
) -> str:
    """Return the SQL of the rows of `table` at the positions from ?1 to before ?2 of an order.

    Each row begins with its position, the values of the order, and a key of the table, which is
    NULL if the row is gone since.
    """
    writer = ExpressionWriter(dialect)
    order = f"temp.{dialect.quote(name)}"
    values = [f"{order}.{_value(number, dialect)}" for number in range(len(keys))]
    written = [writer.write(key) for key in keys]
    matches = " AND ".join(f"{key} = {value}" for key, value in zip(written, values, strict=True))
    shown = ", ".join([*values, written[0], *map(writer.write, columns)])
    return (
        f"SELECT {order}.position, {shown} FROM {order} "
        f"LEFT JOIN {_main_table(table, dialect)} ON {matches} "
        f"WHERE {order}.position >= ?1 AND {order}.position < ?2 ORDER BY {order}.position"
    )


def page_of_copies(name: str, width: int, dialect: Dialect) -> str:
    """Return the SQL of the copied rows at the positions from ?1 to before ?2."""
    values = ", ".join(_value(number, dialect) for number in range(width))
    return (
        f"SELECT {values} FROM temp.{dialect.quote(name)} "
        "WHERE position >= ?1 AND position < ?2 ORDER BY position"
    )


def locate_in_order(name: str, width: int, dialect: Dialect) -> str:
    """Return the SQL of the position at which an order has the values ?1, ?2, ..."""
    matches = " AND ".join(f"{_value(number, dialect)} = ?{number + 1}" for number in range(width))
    return f"SELECT position FROM temp.{dialect.quote(name)} WHERE {matches}"


def _main_table(name: str, dialect: Dialect) -> str:
    # A temporary table would come first under the same name; where the user's tables stand in
    # a schema of another name, ours has a name that no table of a user has.
    return f"main.{dialect.quote(name)}" if dialect.fills_in_row_ids else dialect.quote(name)


def _value(number: int, dialect: Dialect) -> str:
    return dialect.quote(f"value_{number}")
