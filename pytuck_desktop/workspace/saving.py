"""Staged edits as statements, each with the number of rows it must hit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytuck.query import Condition, Statement, TableSource, and_, delete, nodes, raw_literal
from pytuck.query.json_form import dump
from pytuck.query.statements import Insert, Update
from pytuck.types import Stored
from pytuck_desktop.workspace.file_info import TableInfo
from pytuck_desktop.workspace.staged_edits import (
    Change,
    Identity,
    StagedEdits,
    StoredIdentity,
    storable,
)
from pytuck_desktop.workspace.table_sources import source_of


@dataclass(frozen=True, slots=True)
class PlannedEdit:
    """One statement to run.

    Attributes:
        expected: How many rows it must hit; any other number is a conflict.
    """

    table: str
    identity: Identity
    statement: Statement
    expected: int = 1

    def plain(self) -> dict[str, Any]:
        """Return the edit as a worker takes it."""
        return {"statement": dump(self.statement), "expected": self.expected}


def planned_edits(edits: StagedEdits, tables: dict[str, TableInfo]) -> list[PlannedEdit]:
    """Return what a save would run: deletions, changes, then new rows, table by table.

    Tables that others refer to come first when rows are added and last when rows are deleted.
    """
    names = _parents_first([name for name in edits.tables if name in tables], tables)
    sources = {name: source_of(tables[name]) for name in names}
    planned: list[PlannedEdit] = []
    for name in reversed(names):
        planned.extend(_deletions(edits, tables[name], sources[name]))
    for name in names:
        planned.extend(_changes(edits, tables[name], sources[name]))
    for name in names:
        planned.extend(_new_rows(edits, name, sources[name]))
    return planned


def _deletions(edits: StagedEdits, table: TableInfo, source: TableSource) -> Iterator[PlannedEdit]:
    for identity, values in edits.overlay(table.name).deleted.items():
        condition = _is_row(source, table, identity, values)
        yield PlannedEdit(table.name, identity, delete(source).where(condition))


def _changes(edits: StagedEdits, table: TableInfo, source: TableSource) -> Iterator[PlannedEdit]:
    for identity, cells in edits.overlay(table.name).changed.items():
        old = {name: change.old for name, change in cells.items() if change.is_old_whole}
        statement: Update[Any] = Update(
            source.node, tuple(_assignment(source, name, change) for name, change in cells.items())
        )
        condition = _is_row(source, table, identity, old)
        yield PlannedEdit(table.name, identity, statement.where(condition))


def _new_rows(edits: StagedEdits, name: str, source: TableSource) -> Iterator[PlannedEdit]:
    for row, values in edits.overlay(name).inserted.items():
        columns = tuple(_column(source, column) for column in values)
        rows = (tuple(map(storable, values.values())),) if values else ()
        statement: Insert[Any] = Insert(source.node, columns, rows)
        yield PlannedEdit(name, row, statement)


def _assignment(
    source: TableSource, name: str, change: Change
) -> tuple[nodes.ColumnRef, nodes.Node]:
    return _column(source, name), raw_literal(storable(change.new)).node


def _column(source: TableSource, name: str) -> nodes.ColumnRef:
    node = source.c[name].node
    assert isinstance(node, nodes.ColumnRef)
    return node


def _is_row(
    source: TableSource, table: TableInfo, identity: StoredIdentity, old: dict[str, Stored]
) -> Condition:
    """Return the condition that a row is the one identified, and as the user saw it."""
    if isinstance(identity, tuple):
        parts = zip(table.primary_key, identity, strict=True)
        conditions = [source.c[name].is_(raw_literal(part)) for name, part in parts]
    else:
        conditions = [source.rowid.is_(raw_literal(identity))]
    conditions += [source.c[name].is_(raw_literal(value)) for name, value in old.items()]
    return and_(*conditions)


def _parents_first(names: list[str], tables: dict[str, TableInfo]) -> list[str]:
    ordered: list[str] = []
    visited: set[str] = set()

    def visit(name: str) -> None:
        if name in visited:
            return
        visited.add(name)
        for column in tables[name].columns:
            if column.foreign_key is not None and column.foreign_key[0] in names:
                visit(column.foreign_key[0])
        ordered.append(name)

    for name in names:
        visit(name)
    return ordered
