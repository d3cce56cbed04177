"""What a view of rows asks the worker for: a table in some order, or the rows that meet a filter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pytuck_desktop.workspace.file_info import TableInfo
from pytuck_desktop.workspace.staged_edits import StoredIdentity, TableEdits

if TYPE_CHECKING:
    from pytuck_desktop.workspace.conditions import Group

MAX_KEPT = 200
"""Rows with staged changes that a filter never hides; beyond so many, those staged last."""


def question(
    table: TableInfo,
    condition: Group | None,
    sort: Sequence[tuple[str, bool]],
    kept: Sequence[StoredIdentity],
) -> dict[str, Any]:
    """Return the rows that are wanted, as the worker takes it.

    Args:
        condition: None for all rows.
        sort: Names of columns, and whether each sorts downwards.
        kept: Rows that are wanted whether they meet the condition or not.
    """
    if condition is None:
        return {"table": table.name, "sort": [list(key) for key in sort]}
    # What statements are made of is loaded by the first filter, not at the start.
    from pytuck_desktop.workspace.filter_statements import shown_statement

    return {"statement": shown_statement(table, condition, sort, kept)}


def staged_rows(overlay: TableEdits) -> tuple[StoredIdentity, ...]:
    """Return the rows in the file that have staged changes."""
    return tuple(dict.fromkeys((*overlay.deleted, *overlay.changed)))


def still_meant(condition: Group | None, table: TableInfo) -> Group | None:
    """Return what is left of a condition in a table whose columns have changed."""
    if condition is None:
        return None
    from pytuck_desktop.workspace.conditions import is_empty, with_columns
    from pytuck_desktop.workspace.filter_statements import shown_statement
    from pytuck_desktop.workspace.typed_values import RefusedText

    rest = with_columns(condition, frozenset(column.name for column in table.columns))
    try:
        shown_statement(table, rest)
    except RefusedText:
        return None  # a value means nothing in the column's new type; whoever set it says so
    return None if is_empty(rest) else rest
