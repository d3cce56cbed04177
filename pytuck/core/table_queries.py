"""Tables by name: rows as dictionaries, page by page, with filters as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pytuck.common.exceptions import QueryError
from pytuck.core.instance_values import ROWID
from pytuck.core.plain_form import plain_value
from pytuck.query import (
    Condition,
    Expression,
    FieldCondition,
    Insert,
    Select,
    TableSource,
    count_of,
    select,
)
from pytuck.schema import MISSING, Column, Table
from pytuck.types import TYPE_CODES

if TYPE_CHECKING:
    from pytuck.core.open_database import OpenDatabase

Filters = Mapping[str, object] | Iterable[Any] | None
"""`{column: value}`, or a list of conditions: expressions, `FieldCondition`s, or dictionaries
with `field`, `operator` and `value`."""


def build(
    source: TableSource, conditions: Filters = None, sort: str | Iterable[str] | None = None
) -> Select[Any]:
    """Return the question for the rows of a table that meet all conditions.

    Args:
        sort: Names of columns to sort by, the first foremost; `-name` sorts downwards.

    Raises:
        ColumnNotFoundError: The table has no column of a name.
        QueryError: A condition has an unknown operator or form.
    """
    statement = select(source).where(*_conditions(source, conditions))
    for name in (sort,) if isinstance(sort, str) else sort or ():
        column = source.column_named(name.removeprefix("-"))
        statement = statement.order_by(column.desc() if name.startswith("-") else column)
    return statement


def rows_of(
    storage: OpenDatabase, source: TableSource, statement: Select[Any]
) -> list[dict[str, Any]]:
    """Return the answer to a question as dictionaries by column name.

    Where there is no primary key, the row id is among the values: nothing else tells rows apart.
    """
    if not source.schema.primary_key and source.schema.hidden_rowid is not None:
        columns = [*source.c, source.rowid.label(ROWID)]
        statement = statement.with_only_columns(*columns)
    return storage.execute(statement).mappings()


def are_keys_known(table: TableSource, rows: Sequence[Mapping[str, object]]) -> bool:
    """Return whether the keys of new rows are all given, or will follow one another."""
    key = table.schema.primary_key
    if all(row.get(name) is not None for name in key for row in rows) and key:
        return True
    can_follow = not key or table.schema.rowid_alias is not None
    return can_follow and not any(name in rows[0] for name in key)


def inserted_keys(table: TableSource, statement: Insert[Any], last_row_id: int) -> list[Any]:
    """Return the keys of the rows that an insert of `are_keys_known` added."""
    key = table.schema.primary_key
    places = {column.name: place for place, column in enumerate(statement.columns)}
    if not key or key[0] not in places:
        return list(range(last_row_id - len(statement.rows) + 1, last_row_id + 1))
    readers = [(places[name], table.c[name].type.from_storage) for name in key]
    keys = [tuple(read(row[place]) for place, read in readers) for row in statement.rows]
    return keys if len(key) > 1 else [parts[0] for parts in keys]


def page(
    storage: OpenDatabase,
    source: TableSource,
    statement: Select[Any],
    limit: int | None,
    offset: int,
) -> dict[str, Any]:
    """Return some of the rows of a question, and how many there are in all."""
    total = int(storage.execute(count_of(statement)).scalar())
    cut = statement.limit(limit).offset(offset or None)
    return {
        "records": rows_of(storage, source, cut),
        "total_count": total,
        "has_more": limit is not None and offset + limit < total,
        "schema": [column_info(source.schema, column) for column in source.schema.columns],
    }


def column_info(table: Table, column: Column) -> dict[str, Any]:
    """Return what there is to know about a column, as plain data."""
    target = next((key for key in table.foreign_keys if key.columns == (column.name,)), None)
    indexed = any(index.columns == (column.name,) for index in table.indexes)
    default = None if column.default is MISSING else column.default
    return {
        "name": column.name,
        "type": column.type.python_type.__name__,
        "type_code": TYPE_CODES.get(column.type.python_type, 0),
        "sql_type": column.type.sql_name,
        "nullable": column.nullable,
        "primary_key": column.primary_key,
        "unique": column.unique,
        "index": indexed,
        "default": plain_value(default),
        "foreign_key": None if target is None else [target.target_table, target.target_columns[0]],
        "comment": column.comment,
    }


def table_info(storage: OpenDatabase, table: Table) -> dict[str, Any]:
    """Return what there is to know about a table, as plain data."""
    return {
        "name": table.name,
        "kind": table.kind,
        "comment": table.comment,
        "primary_key": list(table.primary_key),
        "columns": [column_info(table, column) for column in table.columns],
        "indexes": [
            {"name": index.name, "columns": list(index.columns), "unique": index.is_unique}
            for index in table.indexes
        ],
        "foreign_keys": [
            {
                "columns": list(key.columns),
                "target_table": key.target_table,
                "target_columns": list(key.target_columns),
            }
            for key in table.foreign_keys
        ],
        "row_count": None if table.kind == "view" else _row_count(storage, table),
    }


def _row_count(storage: OpenDatabase, table: Table) -> int:
    return int(storage.execute(count_of(select(TableSource(table)))).scalar())


def _conditions(source: TableSource, conditions: Filters) -> list[Expression[bool]]:
    if conditions is None:
        return []
    if isinstance(conditions, Mapping):
        return [source.column_named(name) == value for name, value in conditions.items()]
    return [_condition(source, item) for item in conditions]


def _condition(source: TableSource, item: Any) -> Expression[bool]:
    if isinstance(item, Expression) and isinstance(item.node, FieldCondition):
        item = item.node
    if isinstance(item, Expression):
        return item
    if isinstance(item, Mapping):
        unknown = item.keys() - {"field", "operator", "value"}
        if unknown or "field" not in item:
            raise QueryError(
                f"A filter has 'field', 'operator' and 'value', not {sorted(item)!r}.",
                table_name=source.name,
            )
        item = FieldCondition(item["field"], item.get("operator", "="), item.get("value"))
    if isinstance(item, FieldCondition):
        condition: Condition = item.on(source)
        return condition
    raise QueryError(f"{item!r} is no condition on '{source.name}'.", table_name=source.name)
