"""How a table's definition looks with another rule: unique columns, foreign keys, counted keys.

SQLite has no ALTER TABLE for any of these, so that the table is made anew.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pytuck.common.exceptions import SchemaError
from pytuck.compiler import ddl
from pytuck.compiler.dialects.sqlite import SQLITE
from pytuck.compiler.dialects.sqlite_tables import Clause, ColumnText, TableText
from pytuck.schema import AddForeignKey, AddUnique, DropForeignKey, DropUnique

_AUTOINCREMENT = re.compile(r"\s+AUTOINCREMENT\b", re.IGNORECASE)


def with_unique(text: TableText, change: AddUnique) -> TableText:
    """Return the table with columns that are unique, one by itself or several together.

    Raises:
        SchemaError: They are so already.
    """
    if _rules(text, "UNIQUE", change.columns):
        raise SchemaError(
            f"{_named(change.table, change.columns)} is unique already.", table_name=change.table
        )
    if len(change.columns) == 1:
        return text.with_column(text.column(change.columns[0]).having("UNIQUE", "UNIQUE"))
    rule = Clause("UNIQUE", ddl.unique_rule(change.columns, SQLITE), change.columns)
    return replace(text, clauses=(*text.clauses, rule))


def without_unique(text: TableText, change: DropUnique) -> TableText:
    """Return the table without the rule that columns are unique.

    Raises:
        SchemaError: There is no such rule.
    """
    return _without(text, "UNIQUE", change.table, change.columns)


def without_unique_of_key(text: TableText, key: Sequence[str]) -> TableText:
    """Return the table without the rule that its primary key is unique, if there is one."""
    return _without(text, "UNIQUE", "", key) if _rules(text, "UNIQUE", key) else text


def with_foreign_key(text: TableText, change: AddForeignKey) -> TableText:
    """Return the table with one more foreign key.

    Raises:
        SchemaError: Its columns do not fit those it leads to.
    """
    key = change.foreign_key
    if not key.columns or len(key.columns) != len(key.target_columns):
        raise SchemaError(
            f"A foreign key of '{change.table}' must lead from as many columns as it leads to, "
            f"not from ({', '.join(key.columns)}) to ({', '.join(key.target_columns)}).",
            table_name=change.table,
        )
    rule = Clause("FOREIGN", ddl.foreign_key_rule(key, SQLITE), key.columns)
    return replace(text, clauses=(*text.clauses, rule))


def without_foreign_key(text: TableText, change: DropForeignKey) -> TableText:
    """Return the table without the foreign keys of columns.

    Raises:
        SchemaError: There is none.
    """
    return _without(text, "FOREIGN", change.table, change.columns)


def without_counting(column: ColumnText) -> ColumnText:
    """Return a key that may be given again when its row is deleted."""
    clauses = (
        replace(clause, text=_AUTOINCREMENT.sub("", clause.text)) for clause in column.clauses
    )
    return replace(column, clauses=tuple(clauses))


def with_counting(column: ColumnText) -> ColumnText:
    """Return a key of a column's own that is never given again."""
    plain = without_counting(column)
    clauses = (
        replace(clause, text=f"{clause.text} AUTOINCREMENT") if clause.kind == "PRIMARY" else clause
        for clause in plain.clauses
    )
    return replace(plain, clauses=tuple(clauses))


_OF_COLUMN = {"UNIQUE": "UNIQUE", "FOREIGN": "REFERENCES"}
"""What a rule of one column begins with where it stands at the column itself."""


def _without(text: TableText, kind: str, table: str, columns: Sequence[str]) -> TableText:
    rules = _rules(text, kind, columns)
    if not rules:
        what = "unique" if kind == "UNIQUE" else "a foreign key"
        raise SchemaError(f"{_named(table, columns)} is not {what}.", table_name=table)
    clauses = tuple(clause for clause in text.clauses if clause not in rules)
    changed = replace(text, clauses=clauses)
    if len(columns) == 1:
        changed = changed.with_column(text.column(columns[0]).without(_OF_COLUMN[kind]))
    return changed


def _rules(text: TableText, kind: str, columns: Sequence[str]) -> list[Clause]:
    """Return the clauses that are a rule of just these columns."""
    wanted = [name.lower() for name in columns]
    found = [
        clause
        for clause in text.clauses
        if clause.kind == kind and [name.lower() for name in clause.columns] == wanted
    ]
    if len(wanted) == 1 and any(item.name.lower() == wanted[0] for item in text.columns):
        found += [item for item in text.column(wanted[0]).clauses if item.kind == _OF_COLUMN[kind]]
    return found


def _named(table: str, columns: Sequence[str]) -> str:
    return f"({', '.join(columns)}) of table '{table}'"
