"""How the table that there is differs from the one that is wanted."""

from __future__ import annotations

from collections.abc import Iterator

from pytuck.common.options import SyncOptions
from pytuck.schema.changes import (
    AddColumn,
    AlterColumn,
    Change,
    CommentColumn,
    CommentTable,
    CreateIndex,
    DropColumn,
)
from pytuck.schema.tables import Table


def differences(found: Table, wanted: Table, options: SyncOptions) -> list[Change]:
    """Return the changes that bring `found` into line with `wanted`, as far as `options` allow.

    Names are compared without regard to upper and lower case, as SQLite does. A comment that is
    not wanted is left alone: that nothing is said of it does not mean that it is to go.
    """
    changes: list[Change] = []
    if options.drop_missing_columns:
        changes += _dropped(found, wanted)
    if options.add_new_columns:
        changes += _added(found, wanted)
    if options.update_column_types:
        changes += _retyped(found, wanted)
    if options.sync_table_comment and wanted.comment and wanted.comment != found.comment:
        changes.append(CommentTable(found.name, wanted.comment))
    if options.sync_column_comments:
        changes += _commented(found, wanted)
    return changes


def _dropped(found: Table, wanted: Table) -> Iterator[Change]:
    names = _names(wanted)
    for column in found.columns:
        if column.name.lower() not in names:
            yield DropColumn(found.name, column.name)


def _added(found: Table, wanted: Table) -> Iterator[Change]:
    names = _names(found)
    new = [column for column in wanted.columns if column.name.lower() not in names]
    keys = {key.columns: key for key in wanted.foreign_keys}
    for column in new:
        yield AddColumn(found.name, column, foreign_key=keys.get((column.name,)))
    indexes = {index.name for index in found.indexes}
    new_names = {column.name for column in new}
    for index in wanted.indexes:
        if index.name not in indexes and new_names.intersection(index.columns):
            yield CreateIndex(found.name, index)


def _retyped(found: Table, wanted: Table) -> Iterator[Change]:
    there = {column.name.lower(): column for column in found.columns}
    for column in wanted.columns:
        old = there.get(column.name.lower())
        if old is not None and old.type.sql_name != column.type.sql_name:
            yield AlterColumn(found.name, old.name, type=column.type)


def _commented(found: Table, wanted: Table) -> Iterator[Change]:
    there = {column.name.lower(): column for column in found.columns}
    for column in wanted.columns:
        old = there.get(column.name.lower())
        if old is not None and column.comment and column.comment != old.comment:
            yield CommentColumn(found.name, old.name, column.comment)


def _names(table: Table) -> set[str]:
    return {column.name.lower() for column in table.columns}
