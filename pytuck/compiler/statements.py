"""SQL of the roots: questions and the three ways to write."""

from __future__ import annotations

from typing import Any

from pytuck.common.exceptions import QueryError
from pytuck.compiler.compiled import ResultColumn, Template
from pytuck.compiler.dialects import Dialect
from pytuck.compiler.questions import QuestionWriter
from pytuck.query import nodes
from pytuck.query.node_sources import sources_in
from pytuck.query.node_types import name_of_node, type_of_node
from pytuck.query.nodes import Node
from pytuck.query.statements import Delete, Insert, Statement, Update


def write_statement(statement: Statement, dialect: Dialect) -> Template:
    """Return the SQL shared by all statements of this one's shape.

    Raises:
        QueryError: The statement is not complete.
        UnsupportedOperationError: The dialect cannot say it.
    """
    writer = QuestionWriter(dialect)
    if isinstance(statement, Insert):
        return _insert(statement, writer)
    if isinstance(statement, Update):
        return _update(statement, writer)
    if isinstance(statement, Delete):
        return _delete(statement, writer)
    sql = writer.with_definitions(writer.question(statement))
    table = next((item.name for item in _tables(statement)), None)
    return Template(
        sql, _result_columns(statement.columns), False, table, (), tuple(writer.parameter_types)
    )


def _tables(statement: Any) -> list[nodes.TableRef]:
    source = getattr(statement, "source", None)
    return [item for item in sources_in(source) if isinstance(item, nodes.TableRef)]


def _insert(statement: Insert[Any], writer: QuestionWriter) -> Template:
    quote = writer.dialect.quote
    names = tuple(column.name for column in statement.columns)
    listed = f" ({', '.join(map(quote, names))})" if names else ""
    sql = f"INSERT INTO {quote(statement.target.name)}{listed}"
    if statement.question is not None:
        sql += " " + _inserted_question(statement.question, writer)
    elif names:
        sql += f" VALUES ({', '.join(map(writer.parameter, statement.columns))})"
    else:
        sql += " DEFAULT VALUES"
    writer.inside((statement.target.name, "excluded"))
    sql += _conflict(statement.conflict, writer) + _returning(statement.returning_nodes, writer)
    columns = _result_columns(statement.returning_nodes)
    return Template(
        writer.with_definitions(sql),
        columns,
        True,
        statement.target.name,
        names,
        tuple(writer.parameter_types),
    )


def _inserted_question(statement: nodes.Question, writer: QuestionWriter) -> str:
    # Without a condition, SQLite would take ON CONFLICT for the condition of a join.
    sql = writer.question(statement)
    return f"SELECT * FROM ({sql}) WHERE {writer.dialect.true}"


def _conflict(conflict: nodes.Conflict | None, writer: QuestionWriter) -> str:
    if conflict is None:
        return ""
    quote = writer.dialect.quote
    target = f" ({', '.join(map(quote, conflict.columns))})" if conflict.columns else ""
    if not conflict.assignments:
        return f" ON CONFLICT{target} DO NOTHING"
    assigned = ", ".join(
        f"{quote(item.column.name)} = {writer.write(item.value)}" for item in conflict.assignments
    )
    return f" ON CONFLICT{target} DO UPDATE SET {assigned}{writer.where(conflict.condition)}"


def _update(statement: Update[Any], writer: QuestionWriter) -> Template:
    if not statement.assignments:
        raise QueryError(
            f"An update of '{statement.target.name}' sets no column. Give it values(...)."
        )
    quote = writer.dialect.quote
    others = writer.sources_besides(
        statement, [*(node for _, node in statement.assignments), statement.where_node]
    )
    writer.inside([statement.target.name, *(source.label for source in others)])
    assigned = ", ".join(
        f"{quote(column.name)} = {writer.write(node)}" for column, node in statement.assignments
    )
    sql = f"UPDATE {quote(statement.target.name)} SET {assigned}"
    if others:
        sql += f" FROM {', '.join(map(writer.source, others))}"
    sql += writer.where(statement.where_node) + _returning(statement.returning_nodes, writer)
    names = tuple(column.name for column, node in statement.assignments)
    return Template(
        writer.with_definitions(sql),
        _result_columns(statement.returning_nodes),
        True,
        statement.target.name,
        names,
        tuple(writer.parameter_types),
    )


def _delete(statement: Delete[Any], writer: QuestionWriter) -> Template:
    others = writer.sources_besides(statement, [statement.where_node])
    sql = f"DELETE FROM {writer.dialect.quote(statement.target.name)}"
    from_others = ", ".join(map(writer.source, others))
    writer.inside([statement.target.name, *(source.label for source in others)])
    where = writer.where(statement.where_node)
    sql += f" WHERE EXISTS (SELECT 1 FROM {from_others}{where})" if others else where
    sql += _returning(statement.returning_nodes, writer)
    return Template(
        writer.with_definitions(sql),
        _result_columns(statement.returning_nodes),
        True,
        statement.target.name,
        (),
        tuple(writer.parameter_types),
    )


def _returning(items: tuple[Node, ...], writer: QuestionWriter) -> str:
    return f" RETURNING {', '.join(map(writer.shown, items))}" if items else ""


def _result_columns(items: tuple[Node, ...]) -> tuple[ResultColumn, ...]:
    return tuple(
        ResultColumn(name_of_node(item, number), type_of_node(item))
        for number, item in enumerate(items, 1)
    )
