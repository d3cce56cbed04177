"""Checking foreign keys, as SQLite does it: after each statement, or at the end of several.

DuckDB's own foreign keys refuse what is correct: to delete a row in the transaction in which
those that referred to it are deleted, to change any column of a row that others refer to, two
rows of one insert that refer to each other (https://duckdb.org/docs/stable/sql/constraints).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from pytuck.backends.connection import Connection, broken_reference
from pytuck.backends.duckdb.catalogue import TableDefinition
from pytuck.compiler import Template, compile_statement
from pytuck.compiler.dialects.duckdb import column_type
from pytuck.query import (
    Select,
    TableSource,
    and_,
    cast,
    count_of,
    exists,
    func,
    literal,
    not_,
    select,
)
from pytuck.schema import Column, ForeignKey, Table
from pytuck.types import RAW, ColumnType, type_from_sql

_MOST_VALUES = 500
"""So many different values are looked up one by one; for more, the whole table is checked."""

Reference = tuple[str, ForeignKey]
"""A foreign key with the table that has it."""

Definitions = Mapping[str, TableDefinition]
"""What is kept of tables, by their names."""

_NUMBERS = frozenset([int, float, bool, Decimal])
"""DuckDB compares all of these with one another."""


def concerned(
    template: Template, definitions: Definitions
) -> tuple[list[Reference], list[Reference]]:
    """Return the foreign keys that a write may break: of its table, and to its table."""
    table = template.table or ""
    changed = set(template.parameter_names)
    is_simple = template.action == "update" or template.is_plain
    outgoing = [
        (table, key)
        for key in _definition(definitions, table).foreign_keys
        if template.action != "delete" and (not is_simple or changed.intersection(key.columns))
    ]
    incoming = [
        (name, key)
        for name, definition in definitions.items()
        for key in definition.foreign_keys
        if key.target_table.casefold() == table.casefold()
        and not template.is_plain
        and (template.action != "update" or changed.intersection(key.target_columns))
    ]
    return outgoing, incoming


def check_written(
    connection: Connection,
    template: Template,
    rows: Sequence[Sequence[Any]],
    references: tuple[list[Reference], list[Reference]],
    definitions: Definitions,
) -> None:
    """Refuse a write that left a row referring to one that does not exist.

    Raises:
        ConstraintError: There is such a row.
    """
    outgoing, incoming = references
    for reference in outgoing:
        values = _written_values(template, rows, reference[1])
        if values is None or any(_text_types(reference, definitions)):
            check_all(connection, [reference], definitions)
        elif values and not _all_exist(connection, reference[1], values):
            raise broken_reference(connection.path, template.table)
    check_all(connection, incoming, definitions)


def check_all(
    connection: Connection, references: Iterable[Reference], definitions: Definitions
) -> None:
    """Refuse the state of the tables if a row refers to one that does not exist.

    Raises:
        ConstraintError: There is such a row.
    """
    for reference in references:
        found = _orphans(reference, definitions).limit(1)
        if connection.execute(compile_statement(found, connection.dialect)).rows:
            raise broken_reference(connection.path, reference[0])


def count_orphans(
    connection: Connection, references: Iterable[Reference], definitions: Definitions
) -> dict[str, int]:
    """Return how many rows of each table have a foreign key that refers to nothing."""
    counts: Counter[str] = Counter()
    for reference in references:
        found = count_of(_orphans(reference, definitions))
        rows = connection.execute(compile_statement(found, connection.dialect)).rows
        counts[reference[0]] += int(rows[0][0] or 0)
    return dict(counts)


def is_referred_to(connection: Connection, references: Iterable[Reference]) -> bool:
    """Return whether any row has one of these foreign keys."""
    for table, key in references:
        child = _source(table, key.columns)
        found = select(literal(1)).select_from(child).where(_is_given(child, key)).limit(1)
        if connection.execute(compile_statement(found, connection.dialect)).rows:
            return True
    return False


def _definition(definitions: Definitions, table: str) -> TableDefinition:
    known = definitions.get(table)
    if known is None:
        same = (item for name, item in definitions.items() if name.casefold() == table.casefold())
        known = next(same, TableDefinition())
    return known


def _written_values(
    template: Template, rows: Sequence[Sequence[Any]], key: ForeignKey
) -> set[Any] | None:
    """Return the different values written to a foreign key of one column, if they are known."""
    names = template.parameter_names
    if not template.is_plain or len(key.columns) > 1 or key.columns[0] not in names:
        return None
    position = names.index(key.columns[0])
    values = {row[position] for row in rows} - {None}
    return values if len(values) <= _MOST_VALUES else None


def _all_exist(connection: Connection, key: ForeignKey, values: set[Any]) -> bool:
    target = _source(key.target_table, key.target_columns)
    column = target.c[key.target_columns[0]]
    found = select(func.count(column.distinct())).where(column.in_(values))
    rows = connection.execute(compile_statement(found, connection.dialect)).rows
    return rows[0][0] == len(values)


def _orphans(reference: Reference, definitions: Definitions) -> Select[Any]:
    """Return the question for the rows whose foreign key refers to nothing."""
    table, key = reference
    types = _text_types(reference, definitions)
    child = _source(table, key.columns, [pair and pair[0] for pair in types])
    condition = refers_to_nothing(child, reference, definitions)
    return select(literal(1)).select_from(child).where(condition)


def refers_to_nothing(child: TableSource, reference: Reference, definitions: Definitions) -> Any:
    """Return the condition for the rows whose foreign key refers to nothing.

    Args:
        child: The table that has it.
    """
    _, key = reference
    types = _text_types(reference, definitions)
    parent = _source(
        key.target_table, key.target_columns, [pair and pair[1] for pair in types]
    ).alias()
    match = [
        cast(parent.c[there], str) == cast(child.c[here], str)
        if pair
        else parent.c[there] == child.c[here]
        for here, there, pair in zip(key.columns, key.target_columns, types, strict=True)
    ]
    referred = exists(select(literal(1)).select_from(parent).where(and_(*match)))
    return and_(_is_given(child, key), not_(referred))


def _text_types(
    reference: Reference, definitions: Definitions
) -> list[tuple[ColumnType[Any], ColumnType[Any]] | None]:
    """Return the types of columns that DuckDB does not compare with one another, but as text."""
    table, key = reference
    child = _definition(definitions, table).types
    parent = _definition(definitions, key.target_table).types
    return [
        _differing(_declared(child, here), _declared(parent, there))
        for here, there in zip(key.columns, key.target_columns, strict=True)
    ]


def _declared(types: Mapping[str, str], column: str) -> str | None:
    same = (kind for name, kind in types.items() if name.casefold() == column.casefold())
    return types.get(column) or next(same, None)


def _differing(
    child: str | None, parent: str | None
) -> tuple[ColumnType[Any], ColumnType[Any]] | None:
    if child == parent or child is None or parent is None:
        return None
    types = type_from_sql(child), type_from_sql(parent)
    are_numbers = {kind.python_type for kind in types} <= _NUMBERS
    return None if are_numbers or column_type(types[0]) == column_type(types[1]) else types


def _is_given(child: TableSource, key: ForeignKey) -> Any:
    return and_(*(child.c[name].is_not_null() for name in key.columns))


def _source(
    table: str, columns: Iterable[str], types: Iterable[ColumnType[Any] | None] = ()
) -> TableSource:
    found = dict(zip_longest(columns, types))
    made = (Column(name, kind or RAW) for name, kind in found.items())
    return TableSource(Table(table, tuple(made)))
