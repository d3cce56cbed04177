"""The lines of the form in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from pytuck_desktop.features.record.state import Kind, Line
from pytuck_desktop.widgets.cell_kit import CellKit
from pytuck_desktop.widgets.visible_text import cell_text, visible_text
from pytuck_desktop.workspace.file_info import TableInfo
from pytuck_desktop.workspace.record_relations import Finding, RelatedRow, Relation
from pytuck_desktop.workspace.relations import Reference
from pytuck_desktop.workspace.snapshots import RowState

if TYPE_CHECKING:
    from pytuck.types import Stored

LONGEST = 300
"""Characters of a value in the form; the inspector has the whole of it."""

_BARE = frozenset(("integer", "real", "decimal", "boolean"))
_STATES = {RowState.NEW: "+ ", RowState.CHANGED: "✎ ", RowState.DELETED: "− "}


def field_text(line: Line, kit: CellKit) -> str:
    """Return the value of a field in the form."""
    if line.column is None:
        return ""
    if line.value is None:
        return "NULL"
    if isinstance(line.value, str):
        return cell_text(kit.shown(line.column, line.value, line.size_bytes)[:LONGEST])
    return kit.shown(line.column, line.value, line.size_bytes)


def reference_title(reference: Reference) -> str:
    """Return a foreign key as columns and what they refer to."""
    columns = ", ".join(map(visible_text, reference.columns))
    return f"{columns} → {visible_text(reference.target_name)}"


def referring_title(reference: Reference) -> str:
    """Return a table that refers, and the columns by which it does."""
    columns = ", ".join(map(visible_text, reference.columns))
    return f"{visible_text(reference.table.name)} · {columns}"


def relation_title(line: Line) -> str:
    """Return the heading of a line about other rows."""
    translate = QCoreApplication.translate
    if line.kind is Kind.REFERENCES:
        return translate("Record", "Refers to")
    assert line.relation is not None
    reference = line.relation.reference
    return reference_title(reference) if line.relation.is_parent else referring_title(reference)


def row_text(relation: Relation, row: RelatedRow, kit: CellKit) -> str:
    """Return a row at the other end in one line: its key, then what it is recognised by."""
    table = relation.other_table
    assert table is not None
    hidden = () if relation.is_parent else relation.reference.columns
    names = [name for name in relation.names if name in table.primary_key or name not in hidden]
    values = [(name, row.values[name]) for name in names if row.values[name] is not None]
    texts = [_value_text(table, name, value, kit) for name, value in values]
    return _STATES.get(row.state, "") + " · ".join(text for text in texts if text)


def _value_text(table: TableInfo, name: str, value: Stored, kit: CellKit) -> str:
    column = table.columns[table.column_index(name)]
    text = cell_text(kit.shown(column, value)[:80])
    # A bare number says nothing; a text, a date or a key does.
    is_bare = column.storage in _BARE and name not in table.primary_key
    return f"{visible_text(name)} {text}" if is_bare else text


def state_text(line: Line) -> str:
    """Return what is known of the other end of a foreign key where there is no row to name."""
    translate = QCoreApplication.translate
    relation = line.relation
    assert relation is not None
    reference = relation.reference
    match line.finding:
        case Finding.NOTHING:
            return translate("Record", "NULL: refers to nothing")
        case Finding.SEARCHING:
            return translate("Record", "searching…")
        case Finding.MISSING:
            key = relation.key
            assert key is not None
            pairs = zip(key.columns, key.values, strict=True)
            wanted = ", ".join(f"{visible_text(name)} = {_short(value)}" for name, value in pairs)
            table = visible_text(reference.target_name)
            return translate("Record", "Leads nowhere: {0} has no row with {1}").format(
                table, wanted
            )
        case Finding.NO_TABLE:
            return translate("Record", "Leads nowhere: there is no table {0}").format(
                visible_text(reference.target_name)
            )
        case Finding.TOO_LONG:
            return translate("Record", "The key is too long to be searched for here.")
        case Finding.FAILED:
            return "" if relation.error is None else relation.error.message
    return ""


def count_text(line: Line) -> str:
    """Return how many rows refer."""
    if line.row_count is not None:
        return f"{line.row_count:,}"
    if line.finding is Finding.NOTHING:
        return "0"
    if line.finding is Finding.FOUND and line.relation is not None:
        return f"≥ {len(line.relation.rows) + 1:,}"
    return "…" if line.finding is Finding.SEARCHING else ""


def more_text(line: Line) -> str:
    """Return what a click on the line after the first rows does."""
    translate = QCoreApplication.translate
    assert line.relation is not None
    table = visible_text(line.relation.reference.table.name)
    if line.row_count is None:
        return translate("Record", "Show all in {0}").format(table)
    return translate("Record", "Show all {1} in {0}").format(table, f"{line.row_count:,}")


def accessible_text(line: Line) -> str:
    """Return what a line says to those who do not see it."""
    if line.kind is Kind.FIELD and line.column is not None:
        value = "NULL" if line.value is None else str(line.value)[:LONGEST]
        return f"{visible_text(line.column.name)}: {cell_text(value)}"
    if line.kind is Kind.REFERRING:
        return f"{relation_title(line)}: {count_text(line)}"
    if line.kind is Kind.REFERENCES:
        return relation_title(line)
    if line.kind is Kind.MORE:
        return more_text(line)
    assert line.relation is not None
    if line.row is None:
        return f"{relation_title(line)}: {state_text(line)}"
    values = ", ".join(_short(value) for value in line.row.values.values() if value is not None)
    return f"{relation_title(line)}: {values}" if line.kind is Kind.PARENT else values


def _short(value: object) -> str:
    text = str(value)
    return visible_text(text if len(text) <= 60 else f"{text[:60]}…")
