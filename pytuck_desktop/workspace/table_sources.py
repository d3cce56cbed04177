"""Tables as statements see them, from what is known of them in the window."""

from __future__ import annotations

from pytuck.query import TableSource
from pytuck.schema import Column, Table
from pytuck.types import type_from_sql
from pytuck_desktop.workspace.file_info import TableInfo


def source_of(table: TableInfo) -> TableSource:
    """Return a table to select from or write to."""
    columns = tuple(
        Column(column.name, type_from_sql(column.type_name)) for column in table.columns
    )
    return TableSource(
        Table(
            table.name,
            columns,
            primary_key=table.primary_key,
            has_rowid=table.identity == "rowid",
            rowid_alias=table.rowid_alias,
        )
    )
