"""SQL of rows by position: the temporary tables in which an order is kept."""

from __future__ import annotations

from typing import Any

from pytuck.compiler.cache import compile_statement
from pytuck.compiler.dialects import Dialect
from pytuck.compiler.expressions import ExpressionWriter
from pytuck.query import Select
from pytuck.query.nodes import Node
from pytuck.types import Stored


def create_order(name: str, width: int, dialect: Dialect) -> str:
    """Return the SQL that makes a temporary table of positions from 1 and `width` values each."""
    values = ", ".join(_value(number, dialect) for number in range(width))
    return f"CREATE TEMP TABLE {dialect.quote(name)} (position INTEGER PRIMARY KEY, {values})"


def drop_order(name: str, dialect: Dialect) -> str:
    """Return the SQL that deletes the temporary table of an order."""
    return f"DROP TABLE IF EXISTS temp.{dialect.quote(name)}"


def fill_order(
    name: str, statement: Select[Any], dialect: Dialect
) -> tuple[str, tuple[Stored, ...]]:
    """Return the SQL, with parameters, that fills an order with the rows of a question."""
    compiled = compile_statement(statement, dialect)
    values = ", ".join(_value(number, dialect) for number in range(len(statement.columns)))
    sql = f"INSERT INTO temp.{dialect.quote(name)} ({values}) {compiled.sql}"
    return sql, tuple(compiled.parameters[0])


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
        f"LEFT JOIN main.{dialect.quote(table)} ON {matches} "
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


def _value(number: int, dialect: Dialect) -> str:
    return dialect.quote(f"value_{number}")
