"""SQL of the roots: questions and the three ways to write."""

from __future__ import annotations

from typing import Any

from pytuck.common.exceptions import QueryError
from pytuck.compiler.batches import BATCH, all_of_batch, batch_source
from pytuck.compiler.compiled import FilledKey, ResultColumn, Template
from pytuck.compiler.dialects import Dialect
from pytuck.compiler.questions import QuestionWriter
from pytuck.query import nodes
from pytuck.query.node_sources import sources_in
from pytuck.query.node_types import name_of_node, type_of_node
from pytuck.query.nodes import Node
from pytuck.query.statements import Delete, Insert, Statement, Update
from pytuck.types import TYPES


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
    columns = list(statement.columns)
    names = tuple(column.name for column in columns)
    key = _filled_key(statement, names, writer.dialect)
    if key is not None and not key.is_given:
        columns.append(nodes.ColumnRef(statement.target.name, key.column, TYPES[int]))
    listed = f" ({', '.join(quote(column.name) for column in columns)})" if columns else ""
    beginning = f"INSERT INTO {quote(statement.target.name)}{listed}"
    if statement.question is not None:
        key, rows = None, " " + _inserted_question(statement, key, writer)
    elif columns:
        rows = f" VALUES ({', '.join(map(writer.parameter, columns))})"
    else:
        rows = " DEFAULT VALUES"
    own_types = tuple(writer.parameter_types)
    writer.inside((statement.target.name, "excluded"))
    end = _conflict(statement.conflict, writer) + _returning(statement.returning_nodes, writer)
    is_batch = bool(columns) and len(writer.parameter_types) == len(columns)
    places = _conflict_places(statement, names)
    is_batch = is_batch and statement.question is None and places is not None
    batch = f"{beginning} {all_of_batch(own_types, writer.dialect)}{end}" if is_batch else None
    return Template(
        writer.with_definitions(beginning + rows + end),
        _result_columns(statement.returning_nodes),
        True,
        statement.target.name,
        names,
        tuple(writer.parameter_types),
        "insert",
        batch if writer.dialect.writes_batches else None,
        is_batch and not end,
        key,
        places or (),
    )


def _conflict_places(statement: Insert[Any], names: tuple[str, ...]) -> tuple[int, ...] | None:
    """Return the parameters that decide about a conflict; None if that cannot be told."""
    if statement.conflict is None:
        return ()
    columns = statement.conflict.columns
    if not columns or not set(columns) <= set(names):
        return None
    return tuple(names.index(column) for column in columns)


def _filled_key(
    statement: Insert[Any], names: tuple[str, ...], dialect: Dialect
) -> FilledKey | None:
    """Return the key that is to be given to the new rows, if the database does not do it."""
    if dialect.fills_in_row_ids or statement.table is None:
        return None
    column = statement.table.schema.numbered_column
    if column is None:
        return None
    is_given = column in names
    position = names.index(column) if is_given else len(names)
    return FilledKey(column, position, is_given)


def _inserted_question(
    statement: Insert[Any], key: FilledKey | None, writer: QuestionWriter
) -> str:
    assert statement.question is not None
    shown = "*"
    if key is not None and not key.is_given:
        column, table = map(writer.dialect.quote, (key.column, statement.target.name))
        highest = f"(SELECT coalesce(max({column}), 0) FROM {table})"
        shown += f", {highest} + row_number() OVER ()"
    # Without a condition, SQLite would take ON CONFLICT for the condition of a join.
    sql = writer.question(statement.question)
    return f"SELECT {shown} FROM ({sql}) WHERE {writer.dialect.true}"


def _conflict(conflict: nodes.Conflict | None, writer: QuestionWriter) -> str:
    if conflict is None:
        return ""
    quote = writer.dialect.quote
    target = f" ({', '.join(map(quote, conflict.columns))})" if conflict.columns else ""
    if not conflict.assignments:
        if conflict.condition is not None:
            raise QueryError("An insert that does nothing on a conflict has no condition for it.")
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
    others = writer.sources_besides(
        statement, [*(node for _, node in statement.assignments), statement.where_node]
    )
    writer.inside([statement.target.name, *(source.label for source in others)])
    beginning, end = _update_parts(statement, writer)
    source = f" FROM {', '.join(map(writer.source, others))}" if others else ""
    end += _returning(statement.returning_nodes, writer)
    batch = None
    if _has_batch(statement, writer) and not others:
        source_of_batch = batch_source(writer.parameter_types, writer.dialect)
        before, after = _update_parts(statement, _batch_writer(statement, writer))
        batch = f"{before} FROM {source_of_batch}{after}"
    return Template(
        writer.with_definitions(beginning + source + end),
        _result_columns(statement.returning_nodes),
        True,
        statement.target.name,
        tuple(column.name for column, _ in statement.assignments),
        tuple(writer.parameter_types),
        "update",
        batch,
    )


def _update_parts(statement: Update[Any], writer: QuestionWriter) -> tuple[str, str]:
    """Return what stands before and after the sources of an update."""
    quote = writer.dialect.quote
    assigned = ", ".join(
        f"{quote(column.name)} = {writer.write(node)}" for column, node in statement.assignments
    )
    before = f"UPDATE {quote(statement.target.name)} SET {assigned}"
    return before, writer.where(statement.where_node)


def _delete(statement: Delete[Any], writer: QuestionWriter) -> Template:
    others = writer.sources_besides(statement, [statement.where_node])
    beginning = f"DELETE FROM {writer.dialect.quote(statement.target.name)}"
    from_others = ", ".join(map(writer.source, others))
    writer.inside([statement.target.name, *(source.label for source in others)])
    where = writer.where(statement.where_node)
    end = f" WHERE EXISTS (SELECT 1 FROM {from_others}{where})" if others else where
    end += _returning(statement.returning_nodes, writer)
    batch = None
    if _has_batch(statement, writer) and not others:
        source_of_batch = batch_source(writer.parameter_types, writer.dialect)
        where = _batch_writer(statement, writer).where(statement.where_node)
        batch = f"{beginning} USING {source_of_batch}{where}"
    return Template(
        writer.with_definitions(beginning + end),
        _result_columns(statement.returning_nodes),
        True,
        statement.target.name,
        (),
        tuple(writer.parameter_types),
        "delete",
        batch,
    )


def _has_batch(statement: Update[Any] | Delete[Any], writer: QuestionWriter) -> bool:
    is_plain = not statement.returning_nodes and not writer.has_definitions
    return writer.dialect.writes_batches and is_plain and bool(writer.parameter_types)


def _batch_writer(statement: Update[Any] | Delete[Any], writer: QuestionWriter) -> QuestionWriter:
    twin = QuestionWriter(writer.dialect, BATCH)
    twin.inside([statement.target.name])
    return twin


def _returning(items: tuple[Node, ...], writer: QuestionWriter) -> str:
    return f" RETURNING {', '.join(map(writer.shown, items))}" if items else ""


def _result_columns(items: tuple[Node, ...]) -> tuple[ResultColumn, ...]:
    return tuple(
        ResultColumn(name_of_node(item, number), type_of_node(item))
        for number, item in enumerate(items, 1)
    )
