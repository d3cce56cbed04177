"""Checking foreign keys, as SQLite does it: after each statement, or at the end of several.

DuckDB's own foreign keys refuse what is correct: to delete a row in the transaction in which
those that referred to it are deleted, to change any column of a row that others refer to, two
rows of one insert that refer to each other (https://duckdb.org/docs/stable/sql/constraints).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pytuck.backends.connection import Connection, broken_reference
from pytuck.backends.duckdb.catalogue import TableDefinition
from pytuck.compiler import Template, compile_statement
from pytuck.query import Select, TableSource, and_, count_of, exists, func, literal, not_, select
from pytuck.schema import Column, ForeignKey, Table
from pytuck.types import RAW

_MOST_VALUES = 500
"""So many different values are looked up one by one; for more, the whole table is checked."""

Reference = tuple[str, ForeignKey]
"""A foreign key with the table that has it."""


def concerned(
    template: Template, definitions: Mapping[str, TableDefinition]
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
) -> None:
    """Refuse a write that left a row referring to one that does not exist.

    Raises:
        ConstraintError: There is such a row.
    """
    outgoing, incoming = references
    for reference in outgoing:
        values = _written_values(template, rows, reference[1])
        if values is None:
            check_all(connection, [reference])
        elif values and not _all_exist(connection, reference[1], values):
            raise broken_reference(connection.path, template.table)
    check_all(connection, incoming)


def check_all(connection: Connection, references: Iterable[Reference]) -> None:
    """Refuse the state of the tables if a row refers to one that does not exist.

    Raises:
        ConstraintError: There is such a row.
    """
    for table, key in references:
        found = _orphans(table, key).limit(1)
        if connection.execute(compile_statement(found, connection.dialect)).rows:
            raise broken_reference(connection.path, table)


def count_orphans(connection: Connection, references: Iterable[Reference]) -> dict[str, int]:
    """Return how many rows of each table have a foreign key that refers to nothing."""
    counts: Counter[str] = Counter()
    for table, key in references:
        found = count_of(_orphans(table, key))
        rows = connection.execute(compile_statement(found, connection.dialect)).rows
        counts[table] += int(rows[0][0] or 0)
    return dict(counts)


def is_referred_to(connection: Connection, references: Iterable[Reference]) -> bool:
    """Return whether any row has one of these foreign keys."""
    for table, key in references:
        child = _source(table, key.columns)
        found = select(literal(1)).select_from(child).where(_is_given(child, key)).limit(1)
        if connection.execute(compile_statement(found, connection.dialect)).rows:
            return True
    return False


def _definition(definitions: Mapping[str, TableDefinition], table: str) -> TableDefinition:
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


def _orphans(table: str, key: ForeignKey) -> Select[Any]:
    """Return the question for the rows whose foreign key refers to nothing."""
    child = _source(table, key.columns).alias()
    parent = _source(key.target_table, key.target_columns).alias()
    pairs = zip(key.columns, key.target_columns, strict=True)
    match = and_(*(parent.c[there] == child.c[here] for here, there in pairs))
    referred = exists(select(literal(1)).select_from(parent).where(match))
    return select(literal(1)).select_from(child).where(_is_given(child, key), not_(referred))


def _is_given(child: TableSource, key: ForeignKey) -> Any:
    return and_(*(child.c[name].is_not_null() for name in key.columns))


def _source(table: str, columns: Iterable[str]) -> TableSource:
    names = dict.fromkeys(columns)
    return TableSource(Table(table, tuple(Column(name, RAW) for name in names)))
