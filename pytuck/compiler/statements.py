"""SQL of the four roots."""

from __future__ import annotations

from typing import Any

from pytuck.common.exceptions import QueryError
from pytuck.compiler.compiled import ResultColumn, Template
from pytuck.compiler.dialects import Dialect
from pytuck.compiler.expressions import ExpressionWriter
from pytuck.query import nodes
from pytuck.query.nodes import Node
from pytuck.query.statements import Delete, Insert, Select, Statement, Update
from pytuck.types import RAW, TYPES


def write_statement(statement: Statement, dialect: Dialect) -> Template:
    """Return the SQL shared by all statements of this one's shape.

    Raises:
        QueryError: The statement is not complete.
        UnsupportedOperationError: The dialect cannot say it.
    """
    writer = ExpressionWriter(dialect)
    if isinstance(statement, Select):
        return _select(statement, writer)
    if isinstance(statement, Insert):
        return _insert(statement, writer)
    if isinstance(statement, Update):
        return _update(statement, writer)
    return _delete(statement, writer)


def _select(statement: Select[Any], writer: ExpressionWriter) -> Template:
    distinct = "DISTINCT " if statement.is_distinct else ""
    sql = f"SELECT {distinct}{', '.join(map(writer.write, statement.columns))}"
    if statement.source is not None:
        sql += f" FROM {writer.dialect.quote(statement.source.name)}"
    sql += _where(statement.where_node, writer)
    if statement.order:
        sql += f" ORDER BY {', '.join(map(writer.write, statement.order))}"
    sql += _limit(statement, writer)
    table = statement.source.name if statement.source else None
    return Template(sql, _result_columns(statement.columns), False, table)


def _limit(statement: Select[Any], writer: ExpressionWriter) -> str:
    if statement.limit_node is None and statement.offset_node is None:
        return ""
    # SQLite has no offset without a limit; -1 means none.
    sql = " LIMIT " + (writer.write(statement.limit_node) if statement.limit_node else "-1")
    if statement.offset_node is not None:
        sql += " OFFSET " + writer.write(statement.offset_node)
    return sql


def _insert(statement: Insert[Any], writer: ExpressionWriter) -> Template:
    quote = writer.dialect.quote
    names = tuple(column.name for column in statement.columns)
    sql = f"INSERT INTO {quote(statement.target.name)}"
    if names:
        places = ", ".join(f"?{number}" for number in range(1, len(names) + 1))
        sql += f" ({', '.join(map(quote, names))}) VALUES ({places})"
    else:
        sql += " DEFAULT VALUES"
    sql += _returning(statement.returning_nodes, writer)
    if writer.literals:
        raise QueryError("An insert can give back columns and expressions of columns only.")
    columns = _result_columns(statement.returning_nodes)
    return Template(sql, columns, True, statement.target.name, names)


def _update(statement: Update[Any], writer: ExpressionWriter) -> Template:
    if not statement.assignments:
        raise QueryError(
            f"An update of '{statement.target.name}' sets no column. Give it values(...)."
        )
    quote = writer.dialect.quote
    assigned = ", ".join(
        f"{quote(column.name)} = {writer.write(node)}" for column, node in statement.assignments
    )
    sql = f"UPDATE {quote(statement.target.name)} SET {assigned}"
    sql += _where(statement.where_node, writer)
    sql += _returning(statement.returning_nodes, writer)
    names = tuple(column.name for column, node in statement.assignments)
    columns = _result_columns(statement.returning_nodes)
    return Template(sql, columns, True, statement.target.name, names)


def _delete(statement: Delete[Any], writer: ExpressionWriter) -> Template:
    sql = f"DELETE FROM {writer.dialect.quote(statement.target.name)}"
    sql += _where(statement.where_node, writer)
    sql += _returning(statement.returning_nodes, writer)
    columns = _result_columns(statement.returning_nodes)
    return Template(sql, columns, True, statement.target.name)


def _where(node: Node | None, writer: ExpressionWriter) -> str:
    return "" if node is None else f" WHERE {writer.write(node)}"


def _returning(items: tuple[Node, ...], writer: ExpressionWriter) -> str:
    return f" RETURNING {', '.join(map(writer.write, items))}" if items else ""


def _result_columns(items: tuple[Node, ...]) -> tuple[ResultColumn, ...]:
    return tuple(_result_column(item, number) for number, item in enumerate(items, 1))


def _result_column(node: Node, number: int) -> ResultColumn:
    if isinstance(node, nodes.Labelled):
        return ResultColumn(node.name, _result_column(node.item, number).type)
    if isinstance(node, nodes.ColumnRef):
        return ResultColumn(node.name, node.type)
    if isinstance(node, nodes.RowIdRef):
        return ResultColumn(node.name, TYPES[int])
    if isinstance(node, nodes.Function):
        return ResultColumn(node.name, node.type)
    if isinstance(node, nodes.Literal):
        return ResultColumn(f"column_{number}", node.type)
    if isinstance(node, nodes.Preview):
        return ResultColumn(_result_column(node.item, number).name, RAW)
    is_value = isinstance(node, (nodes.Order, nodes.LongSize, nodes.Row))
    return ResultColumn(f"column_{number}", RAW if is_value else TYPES[bool])
