"""How a table's definition looks after a change that SQLite has no ALTER TABLE for.

Such a table is made anew with another definition, and its rows are copied.
Source: https://www.sqlite.org/lang_altertable.html#otheralter
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pytuck.common.exceptions import SchemaError
from pytuck.compiler import ddl
from pytuck.compiler.dialects.base import Dialect
from pytuck.compiler.dialects.sqlite import SQLITE
from pytuck.compiler.dialects.sqlite_rules import (
    with_counting,
    without_counting,
    without_unique_of_key,
)
from pytuck.compiler.dialects.sqlite_tables import (
    Clause,
    ColumnText,
    TableText,
    parse_table,
    words_of,
)
from pytuck.schema import (
    MISSING,
    AddColumn,
    AlterColumn,
    Column,
    ReorderColumns,
    SetPrimaryKey,
    Table,
)

_SPEAKS_OF_COLUMNS = ("CHECK", "GENERATED", "AS")


@dataclass(frozen=True, slots=True)
class Rebuild:
    """A table as it is to be, and where the values of its columns come from.

    Attributes:
        sources: SQL by column name, for columns whose values are not simply taken over.
    """

    text: TableText
    sources: Mapping[str, str] = field(default_factory=dict)


def with_column(text: TableText, change: AddColumn, source: str, dialect: Dialect) -> Rebuild:
    """Return the table with one more column, whose values come from `source`."""
    definition = ddl.column_sql(change.column, change.foreign_key, dialect)
    added = parse_table(f"({definition})").columns[0]
    return Rebuild(replace(text, columns=(*text.columns, added)), {added.name: source})


def without_column(text: TableText, name: str) -> tuple[Rebuild, bool]:
    """Return the table without a column, and whether SQLite's own DROP COLUMN will do.

    Raises:
        SchemaError: A condition or a computed column speaks of it.
    """
    lower = name.lower()
    others = tuple(column for column in text.columns if column.name.lower() != lower)
    kept = [clause for clause in text.clauses if lower not in map(str.lower, clause.columns)]
    for clause in (*kept, *(clause for column in others for clause in column.clauses)):
        if clause.kind in _SPEAKS_OF_COLUMNS and lower in words_of(clause.text):
            raise SchemaError(
                f"The column '{name}' cannot be dropped: the table's condition {clause.text} "
                "speaks of it.",
                column_name=name,
            )
    is_plain = len(kept) == len(text.clauses)
    is_plain = is_plain and not text.column(name).has("UNIQUE", "REFERENCES", "CHECK")
    return Rebuild(replace(text, columns=others, clauses=tuple(kept))), is_plain


def altered(text: TableText, column: Column, change: AlterColumn, dialect: Dialect) -> TableText:
    """Return the table with another type, duty, default or counting of a column.

    Args:
        column: The column as it is to be.
    """
    if change.autoincrement is True:  # which can be said at the column only
        text = with_primary_key(text, SetPrimaryKey(change.table, (column.name,)), dialect)
    changed = text.column(column.name)
    if not isinstance(change.type, type(...)):
        changed = replace(changed, type=ddl.type_name(change.type, dialect))
        if change.type.python_type is not int:
            changed = without_counting(changed)
    if change.nullable is not ...:
        changed = changed.without("NOT", "NULL")
    # A key that is the row id has a value anyway; SQLite asks any other for one only if told.
    is_row_id = column.primary_key and changed.type.upper() == "INTEGER"
    if not column.nullable and not is_row_id and not changed.has("NOT"):
        changed = changed.having("NOT", "NOT NULL")
    if change.autoincrement is not ...:
        changed = with_counting(changed) if change.autoincrement else without_counting(changed)
    changed = _with_default(changed, column, change)
    return text.with_column(changed)


def _with_default(changed: ColumnText, column: Column, change: AlterColumn) -> ColumnText:
    """Return the column with its default, which is written anew where the type changes, too."""
    if change.default is ... and (change.type is ... or column.default is MISSING):
        return changed
    changed = changed.without("DEFAULT")
    if column.default is MISSING or column.default is None:
        return changed
    stored = column.type.to_storage(column.default)
    return changed.having("DEFAULT", f"DEFAULT {ddl.literal_sql(stored, SQLITE)}")


def with_primary_key(text: TableText, change: SetPrimaryKey, dialect: Dialect) -> TableText:
    """Return the table with another primary key."""
    names = [name.lower() for name in change.columns]
    former = {name.lower() for key in _keys(text) for name in key}
    was_row_id = _has_rowid_alias(replace(text, options=""))
    for key in (change.columns, *_keys(text)):  # unique by itself, and ends to be so with the key
        text = without_unique_of_key(text, key)
    columns = []
    for column in text.columns:
        item = column.without("PRIMARY")
        if column.name.lower() in former:  # it must still have a value if that had to be given
            item = item.without("NOT", "NULL")
            item = item if was_row_id else item.having("NOT", "NOT NULL")
        if column.name.lower() in names:
            item = item.without("NOT", "NULL")
            item = item.having("PRIMARY", "PRIMARY KEY") if len(names) == 1 else item
            is_rowid = len(names) == 1 and item.type.strip().upper() == "INTEGER"
            item = item if is_rowid else item.having("NOT", "NOT NULL")
        columns.append(item)
    clauses = tuple(clause for clause in text.clauses if clause.kind != "PRIMARY")
    if len(names) > 1:
        together = ", ".join(map(dialect.quote, change.columns))
        clauses = (Clause("PRIMARY", f"PRIMARY KEY ({together})", change.columns), *clauses)
    return replace(text, columns=tuple(columns), clauses=clauses)


def _keys(text: TableText) -> list[tuple[str, ...]]:
    """Return the columns of the primary key, if there is one."""
    keys = [clause.columns for clause in text.clauses if clause.kind == "PRIMARY"]
    return keys + [(column.name,) for column in text.columns if column.has("PRIMARY")]


def reordered(text: TableText, change: ReorderColumns) -> TableText:
    """Return the table with its columns in another order."""
    return replace(text, columns=tuple(text.column(name) for name in change.columns))


def create_rebuilt(name: str, text: TableText, dialect: Dialect) -> str:
    """Return the SQL that makes a table of a definition."""
    parts = [_column_sql(column, dialect) for column in text.columns]
    parts += [clause.text for clause in text.clauses]
    body = ",\n  ".join(parts)
    return f"CREATE TABLE {dialect.quote(name)} (\n  {body}\n) {text.options}".rstrip()


def copy_rows(old: Table, new: str, rebuild: Rebuild, dialect: Dialect) -> str:
    """Return the SQL that copies all rows of a table into the one made anew.

    Hidden row ids are kept, since nothing else tells the rows of a table without a key apart.
    """
    there = {column.name.lower() for column in old.columns}
    copied = {
        column.name: rebuild.sources.get(column.name, dialect.quote(column.name))
        for column in rebuild.text.columns
        if not column.is_generated
        and (column.name in rebuild.sources or column.name.lower() in there)
    }
    targets, sources = [dialect.quote(name) for name in copied], list(copied.values())
    if old.hidden_rowid is not None and not _has_rowid_alias(rebuild.text):
        targets.append(old.hidden_rowid)
        sources.append(old.hidden_rowid)
    return (
        f"INSERT INTO {dialect.quote(new)} ({', '.join(targets)}) "
        f"SELECT {', '.join(sources)} FROM {dialect.quote(old.name)}"
    )


def fill_column(table: str, column: str, function: str, dialect: Dialect) -> str:
    """Return the SQL that gives every row a value that a function of ours returns."""
    return f"UPDATE {dialect.quote(table)} SET {dialect.quote(column)} = {function}()"


def key_clause(text: TableText) -> str:
    """Return what the definition of a table's columns says of the primary key, in capitals."""
    clauses = [clause for column in text.columns for clause in column.clauses]
    return " ".join(clause.text.upper() for clause in clauses if clause.kind == "PRIMARY")


def keep_counter(name: str, highest: int, dialect: Dialect) -> list[str]:
    """Return the SQL that keeps the highest key a table ever gave, so that none is given again."""
    table = ddl.literal_sql(name, SQLITE)
    return [
        f"DELETE FROM sqlite_sequence WHERE name = {table}",
        f"INSERT INTO sqlite_sequence (name, seq) VALUES ({table}, {int(highest)})",
    ]


def definitions_of(table: str) -> str:
    """Return the SQL that asks for kind, name and SQL of a table and what belongs to it."""
    name = ddl.literal_sql(table.lower(), SQLITE)
    return (
        "SELECT type, name, sql FROM sqlite_schema "
        f"WHERE lower(tbl_name) = {name} AND sql IS NOT NULL"
    )


def anything_named(name: str) -> str:
    """Return the SQL that has a row if a table, index, view or trigger has this name."""
    return (
        f"SELECT 1 FROM sqlite_schema WHERE lower(name) = {ddl.literal_sql(name.lower(), SQLITE)}"
    )


def views_and_triggers() -> str:
    """Return the SQL that asks for kind, name and table of all views and triggers."""
    return "SELECT type, name, tbl_name FROM sqlite_schema WHERE type IN ('view', 'trigger')"


def probes(kind: str, table: str, columns: Iterable[str], dialect: Dialect) -> list[str]:
    """Return SQL that compiles only if a view, or the triggers of a table, fit the tables.

    It is not to be run.
    """
    name = dialect.quote(table)
    if kind == "view":
        return [f"SELECT * FROM {name}"]
    assigned = ", ".join(f"{quoted} = {quoted}" for quoted in map(dialect.quote, columns))
    return [
        f"INSERT INTO {name} DEFAULT VALUES",
        f"UPDATE {name} SET {assigned}",
        f"DELETE FROM {name}",
    ]


def _column_sql(column: ColumnText, dialect: Dialect) -> str:
    parts = [dialect.quote(column.name), column.type, *(clause.text for clause in column.clauses)]
    return " ".join(part for part in parts if part)


def _has_rowid_alias(text: TableText) -> bool:
    if "WITHOUT ROWID" in " ".join(text.options.upper().split()):
        return True
    keys = [column for column in text.columns if column.has("PRIMARY")]
    keys += [
        text.column(clause.columns[0])
        for clause in text.clauses
        if clause.kind == "PRIMARY" and len(clause.columns) == 1
    ]
    return any(column.type.strip().upper() == "INTEGER" for column in keys)
