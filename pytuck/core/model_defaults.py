"""What statements on a model write beyond what they say: rows, defaults, `onupdate` values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pytuck.common.exceptions import QueryError
from pytuck.core.mapping import Attribute, Mapper
from pytuck.query import Insert, Statement, Update, nodes
from pytuck.types import Stored

T = TypeVar("T")


def with_rows(
    statement: Statement, rows: Iterable[Mapping[str, object]] | Mapping[str, object]
) -> Statement:
    """Return an insert with rows that are given beside it.

    Raises:
        QueryError: It is another statement.
    """
    if not isinstance(statement, Insert):
        raise QueryError(
            "Only an insert takes rows beside it. Give an update values(...) and where(...), "
            "or use bulk_update()."
        )
    return statement.values_list([rows] if isinstance(rows, Mapping) else rows)


def with_defaults(statement: Insert[T], mapper: Mapper) -> Insert[T]:
    """Return the insert with the defaults of the model for the columns it does not give."""
    given = {column.name for column in statement.columns}
    missing = [
        attribute
        for attribute in mapper.attributes
        if attribute.column.name not in given
        and (attribute.column.has_default or attribute.column.version)
    ]
    if not missing:
        return statement
    columns = tuple(_node(mapper, attribute) for attribute in missing)
    rows = tuple(
        row + tuple(_default(mapper, attribute) for attribute in missing)
        for row in (statement.rows or ((),))
    )
    return replace(statement, columns=statement.columns + columns, rows=rows)


def with_onupdate(statement: Update[T], mapper: Mapper) -> Update[T]:
    """Return the update with the `onupdate` values of the columns it does not set."""
    given = {column.name for column, _ in statement.assignments}
    added = []
    for name in mapper.onupdate:
        attribute = mapper.by_name[name]
        column = attribute.column
        if column.name not in given:
            stored = column.type.to_storage(column.convert(column.resolve_onupdate(), mapper.table))
            added.append((_node(mapper, attribute), nodes.Literal(stored, column.type)))
    if not added or not statement.assignments:
        return statement
    return replace(statement, assignments=statement.assignments + tuple(added))


def inserted_key(statement: Insert[Any], last_row_id: int) -> object:
    """Return the primary key of the last row that an insert added."""
    source = statement.table
    if source is None or source.schema.rowid_alias is not None or not source.schema.primary_key:
        return last_row_id
    positions = {column.name: place for place, column in enumerate(statement.columns)}
    key = source.schema.primary_key
    if not statement.rows or any(name not in positions for name in key):
        return None
    values = tuple(
        source.c[name].type.from_storage(statement.rows[-1][positions[name]]) for name in key
    )
    return values if len(values) > 1 else values[0]


def _node(mapper: Mapper, attribute: Attribute) -> nodes.ColumnRef:
    node = mapper.source.c[attribute.column.name].node
    assert isinstance(node, nodes.ColumnRef)
    return node


def _default(mapper: Mapper, attribute: Attribute) -> Stored:
    column = attribute.column
    value = 1 if column.version and not column.has_default else column.resolve_default()
    return column.type.to_storage(column.convert(value, mapper.table))
