"""What the sidebar says about files, tables and columns. No Qt."""

from __future__ import annotations

from pytuck_desktop.workspace.file_info import ColumnInfo, TableInfo


def column_line(column: ColumnInfo) -> str:
    """Return one column as in a schema: name, type, constraints, where it points."""
    parts = [column.name, column.type_label]
    if column.is_primary_key:
        parts.append("PRIMARY KEY")
    elif not column.nullable:
        parts.append("NOT NULL")
    if column.foreign_key is not None:
        parts.append("→ {}.{}".format(*column.foreign_key))
    line = " ".join(part for part in parts if part)
    return f"{line}\n{column.comment}" if column.comment else line


def table_tip(table: TableInfo) -> str:
    """Return name and comment of a table."""
    return f"{table.name}\n{table.comment}" if table.comment else table.name


def file_tip(path: str) -> str:
    """Return the full path."""
    return path


def count_text(count: int, *, is_exact: bool) -> str:
    """Return a number of rows with thousands separators, `≥` while it is still being counted."""
    return f"{count:,}" if is_exact else f"≥ {count:,}"
