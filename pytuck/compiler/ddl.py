"""SQL that defines tables and indexes."""

from __future__ import annotations

import math
import re
from typing import Any

from pytuck.common.exceptions import SchemaError
from pytuck.compiler.dialects import Dialect
from pytuck.schema import ACTIONS, MISSING, Action, Column, ForeignKey, Index, Missing, Table
from pytuck.types import TYPES, ColumnType, Stored


def create_table(table: Table, dialect: Dialect) -> str:
    """Return the SQL that creates a table, its indexes apart.

    Raises:
        SchemaError: The definition contradicts itself.
    """
    if not table.columns:
        raise SchemaError(f"Table '{table.name}' has no columns.", table_name=table.name)
    parts = [_column(table, column, dialect) for column in table.columns]
    if _is_key_apart(table):
        parts.append(f"PRIMARY KEY ({_names(table.primary_key, dialect)})")
    if not table.primary_key and not dialect.fills_in_row_ids:
        parts.append(_row_id_column(table, dialect))
    if dialect.has_unique_rules:
        rules = [index.columns for index in table.indexes if index.is_constraint]
        parts.extend(unique_rule(columns, dialect) for columns in rules)
    if dialect.checks_foreign_keys:
        parts.extend(foreign_key_rule(key, dialect) for key in table.foreign_keys)
    body = ",\n  ".join(parts)
    return f"CREATE TABLE {dialect.quote(table.name)} (\n  {body}\n)"


def rename_table(name: str, new_name: str, dialect: Dialect) -> str:
    """Return the SQL that gives a table another name."""
    return f"ALTER TABLE {dialect.quote(name)} RENAME TO {dialect.quote(new_name)}"


def rename_column(table: str, column: str, new_name: str, dialect: Dialect) -> str:
    """Return the SQL that gives a column another name."""
    names = f"{dialect.quote(column)} TO {dialect.quote(new_name)}"
    return f"ALTER TABLE {dialect.quote(table)} RENAME COLUMN {names}"


def add_column(table: str, column: Column, key: ForeignKey | None, dialect: Dialect) -> str:
    """Return the SQL that adds a column to a table."""
    return f"ALTER TABLE {dialect.quote(table)} ADD COLUMN {column_sql(column, key, dialect)}"


def drop_column(table: str, column: str, dialect: Dialect) -> str:
    """Return the SQL that deletes a column with its values."""
    return f"ALTER TABLE {dialect.quote(table)} DROP COLUMN {dialect.quote(column)}"


def column_sql(column: Column, key: ForeignKey | None, dialect: Dialect) -> str:
    """Return the SQL that defines one column outside of the primary key."""
    text = _column(Table("", (column,)), column, dialect)
    return text if key is None else f"{text} {_references(key, dialect)}"


def drop_view(name: str, dialect: Dialect) -> str:
    """Return the SQL that deletes a view."""
    return f"DROP VIEW {dialect.quote(name)}"


def compact() -> str:
    """Return the SQL that writes the database anew without the room of deleted rows."""
    return "VACUUM"


def drop_index(name: str, dialect: Dialect) -> str:
    """Return the SQL that deletes an index."""
    return f"DROP INDEX {dialect.quote(name)}"


def create_index(table: str, index: Index, dialect: Dialect) -> str:
    """Return the SQL that creates an index."""
    unique = "UNIQUE " if index.is_unique else ""
    return (
        f"CREATE {unique}INDEX {dialect.quote(index.name)} "
        f"ON {dialect.quote(table)} ({_names(index.columns, dialect)})"
    )


def drop_table(name: str, dialect: Dialect) -> str:
    """Return the SQL that deletes a table with its rows and indexes."""
    return f"DROP TABLE {dialect.quote(name)}"


def comment_on(table: str, column: str | None, comment: str | None, dialect: Dialect) -> str:
    """Return the SQL that gives a table, or one of its columns, a comment; None takes it away."""
    what = f"TABLE {dialect.quote(table)}"
    if column is not None:
        what = f"COLUMN {dialect.quote(table)}.{dialect.quote(column)}"
    return f"COMMENT ON {what} IS {literal_sql(comment, dialect)}"


def literal_sql(stored: Stored, dialect: Dialect) -> str:
    """Return a stored value as SQL text, which only a column's default needs.

    Raises:
        SchemaError: Text with a NUL character cannot stand in SQL.
    """
    if stored is None:
        return "NULL"
    if isinstance(stored, bytes):
        return dialect.blob.format(stored.hex())
    if isinstance(stored, float):
        if math.isinf(stored):
            return dialect.infinity if stored > 0 else f"-{dialect.infinity}"
        return repr(stored)
    if isinstance(stored, int):
        return str(int(stored))
    if "\0" in stored:
        raise SchemaError("A default text cannot have a NUL character.")
    return "'" + stored.replace("'", "''") + "'"


def literal_value(sql: str) -> Stored | Missing:
    """Return the stored value that SQL text of a default stands for; `MISSING` if an expression."""
    text = sql.strip()
    if text.upper() == "NULL":
        return None
    if text.upper() in ("TRUE", "FALSE"):
        return int(text.upper() == "TRUE")
    if re.fullmatch(r"'(?:[^']|'')*'", text):
        return text[1:-1].replace("''", "'")
    blob = re.fullmatch(r"(?:[xX]|unhex\()'((?:[0-9a-fA-F]{2})*)'\)?", text)
    if blob:
        return bytes.fromhex(blob[1])
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    if re.fullmatch(r"[+-]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?", text):
        return float(text)
    return MISSING


def _column(table: Table, column: Column, dialect: Dialect) -> str:
    parts = [dialect.quote(column.name), type_name(column.type, dialect)]
    if column.primary_key and not _is_key_apart(table):
        parts.append("PRIMARY KEY")
        if column.autoincrement and dialect.fills_in_row_ids:
            parts.append("AUTOINCREMENT")
    if not column.nullable and not (column.primary_key and table.rowid_alias):
        parts.append("NOT NULL")
    if column.default is not MISSING:
        parts.append(f"DEFAULT {literal_sql(column.type.to_storage(column.default), dialect)}")
    if column.unique and table.primary_key != (column.name,):
        parts.append("UNIQUE")
    return " ".join(part for part in parts if part)


def _row_id_column(table: Table, dialect: Dialect) -> str:
    """Return the column that holds the row ids which the database itself does not keep."""
    if table.hidden_rowid is None:
        raise SchemaError(
            f"Table '{table.name}' needs a primary key: its columns took every name for row ids.",
            table_name=table.name,
        )
    return f"{dialect.quote(table.hidden_rowid)} {dialect.column_type(TYPES[int])} PRIMARY KEY"


def type_name(type_: ColumnType[Any], dialect: Dialect) -> str:
    """Return the declared type of a column."""
    return dialect.column_type(type_)


def _is_key_apart(table: Table) -> bool:
    return len(table.primary_key) > 1


def unique_rule(columns: tuple[str, ...], dialect: Dialect) -> str:
    """Return the part of a table's definition that has columns be unique together."""
    return f"UNIQUE ({_names(columns, dialect)})"


def foreign_key_rule(key: ForeignKey, dialect: Dialect) -> str:
    """Return the part of a table's definition that is a foreign key.

    Raises:
        SchemaError: There is no such action.
    """
    return f"FOREIGN KEY ({_names(key.columns, dialect)}) {_references(key, dialect)}"


def _references(key: ForeignKey, dialect: Dialect) -> str:
    target = f"{dialect.quote(key.target_table)} ({_names(key.target_columns, dialect)})"
    said = [f" ON {event} {action}" for event, action in _actions(key) if action != "NO ACTION"]
    return f"REFERENCES {target}{''.join(said)}"


def _actions(key: ForeignKey) -> tuple[tuple[str, Action], tuple[str, Action]]:
    """Return what happens to rows that refer to others.

    Raises:
        SchemaError: There is no such action.
    """
    found = (("DELETE", key.on_delete), ("UPDATE", key.on_update))
    for _, action in found:
        if action not in ACTIONS:
            raise SchemaError(
                f"A foreign key has no action {action!r}; choose one of {', '.join(ACTIONS)}."
            )
    return found


def _names(names: tuple[str, ...], dialect: Dialect) -> str:
    return ", ".join(map(dialect.quote, names))
