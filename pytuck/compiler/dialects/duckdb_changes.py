"""How tables of DuckDB are changed: by its ALTER TABLE, or made anew with another definition.

After a crash DuckDB repeats what stands in its log, before its own functions are there, let alone
ours; and a file whose log it cannot repeat, it does not open. So no expression stands in what is
written here but literals: rows are converted on their way into a table that is made anew.

DuckDB keeps no text of a definition but writes one, as SQLite would, which is taken apart in the
same way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pytuck.common.exceptions import SchemaError
from pytuck.compiler import ddl
from pytuck.compiler.dialects.base import Dialect
from pytuck.compiler.dialects.duckdb import DUCKDB
from pytuck.compiler.dialects.sqlite_tables import (
    Clause,
    ColumnText,
    TableText,
    parse_table,
    unquoted,
    words_of,
)
from pytuck.schema import MISSING, AlterColumn, Column
from pytuck.types import TYPES

_NAME = re.compile(r'"(?:[^"]|"")*"|[^\W\d]\w*')
_COMPUTED = ("GENERATED", "AS")


@dataclass(frozen=True, slots=True)
class IndexText:
    """An index as DuckDB tells it.

    Attributes:
        parts: SQL of the names of columns, and of expressions.
    """

    name: str
    is_unique: bool
    parts: tuple[str, ...]
    comment: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Its columns; none if there are expressions among them."""
        are_names = all(_NAME.fullmatch(part) for part in self.parts)
        return tuple(map(unquoted, self.parts)) if are_names else ()

    def speaks_of(self, column: str) -> bool:
        """Return whether a column stands in it."""
        return any(column.lower() in words_of(part) for part in self.parts)

    def with_renamed(self, column: str, new_name: str, dialect: Dialect) -> IndexText:
        """Return the index after a column got another name.

        Raises:
            SchemaError: The column stands in an expression.
        """
        if not self.speaks_of(column):
            return self
        if not self.columns:
            raise SchemaError(
                f"The index '{self.name}' speaks of the column '{column}' in an expression. Drop "
                "it first, and make it again with the new name.",
                column_name=column,
            )
        names = (new_name if name.lower() == column.lower() else name for name in self.columns)
        return replace(self, parts=tuple(map(dialect.quote, names)))

    def create_on(self, table: str, dialect: Dialect) -> list[str]:
        """Return the SQL that makes it, with its comment."""
        unique = "UNIQUE " if self.is_unique else ""
        name = dialect.quote(self.name)
        made = f"CREATE {unique}INDEX {name} ON {dialect.quote(table)} ({', '.join(self.parts)})"
        if not self.comment:
            return [made]
        return [made, f"COMMENT ON INDEX {name} IS {ddl.literal_sql(self.comment, dialect)}"]


# --- ALTER TABLE ---


def set_not_null(table: str, column: str, *, is_set: bool) -> str:
    """Return the SQL after which a column must have a value, or need not have one."""
    return f"{_altering(table, column)} {'SET' if is_set else 'DROP'} NOT NULL"


def set_default(table: str, column: Column) -> str:
    """Return the SQL that gives a column its default, or takes the one it has away."""
    if column.default is MISSING or column.default is None:
        return f"{_altering(table, column.name)} DROP DEFAULT"
    stored = column.type.to_storage(column.default)
    return f"{_altering(table, column.name)} SET DEFAULT {ddl.literal_sql(stored, DUCKDB)}"


def _altering(table: str, column: str) -> str:
    return f"ALTER TABLE {DUCKDB.quote(table)} ALTER COLUMN {DUCKDB.quote(column)}"


# --- Tables made anew ---


def with_column(text: TableText, column: Column) -> TableText:
    """Return the table with one more column."""
    definition = ddl.column_sql(column, None, DUCKDB)
    return replace(text, columns=(*text.columns, parse_table(f"({definition})").columns[0]))


def without_column(text: TableText, name: str) -> tuple[TableText, bool]:
    """Return the table without a column, and whether DuckDB's own DROP COLUMN will do.

    Raises:
        SchemaError: A condition or a computed column speaks of it and of others.
    """
    lower = name.lower()
    others = tuple(column for column in text.columns if column.name.lower() != lower)
    names = {column.name.lower() for column in others}
    kept = []
    for clause in text.clauses:
        words = words_of(clause.text)
        if clause.kind == "CHECK" and lower in words and names & words:
            raise _spoken_of(name, clause)
        if lower not in (words if clause.kind == "CHECK" else map(str.lower, clause.columns)):
            kept.append(clause)
    for clause in (clause for column in others for clause in column.clauses):
        if clause.kind in _COMPUTED and lower in words_of(clause.text):
            raise _spoken_of(name, clause)
    is_plain = len(kept) == len(text.clauses) and not _is_before_key(text, lower)
    return replace(text, columns=others, clauses=tuple(kept)), is_plain


def _is_before_key(text: TableText, name: str) -> bool:
    """Return whether a column, or one behind it, is of a key or unique: then it is not dropped."""
    names = [column.name.lower() for column in text.columns]
    keys = {column.name.lower() for column in text.columns if column.has("PRIMARY", "UNIQUE")}
    keys.update(column.lower() for clause in text.clauses for column in clause.columns)
    return not keys.isdisjoint(names[names.index(name) :])


def _spoken_of(name: str, clause: Clause) -> SchemaError:
    return SchemaError(
        f"The column '{name}' cannot be dropped: the table's condition {clause.text} speaks of it.",
        column_name=name,
    )


def altered(text: TableText, column: Column, change: AlterColumn) -> TableText:
    """Return the table with another type, duty or default of a column.

    Args:
        column: The column as it is to be.
    """
    changed = text.column(column.name)
    if not isinstance(change.type, type(...)):
        changed = replace(changed, type=ddl.type_name(change.type, DUCKDB)).without("COLLATE")
    changed = changed.without("NOT", "NULL")
    if not column.nullable:
        changed = changed.having("NOT", "NOT NULL")
    return text.with_column(_with_default(changed, column, change))


def _with_default(changed: ColumnText, column: Column, change: AlterColumn) -> ColumnText:
    """Return the column with its default, which is written anew where the type changes, too."""
    if change.default is ... and (change.type is ... or column.default is MISSING):
        return changed
    changed = changed.without("DEFAULT")
    if column.default is MISSING or column.default is None:
        return changed
    stored = column.type.to_storage(column.default)
    return changed.having("DEFAULT", f"DEFAULT {ddl.literal_sql(stored, DUCKDB)}")


def with_primary_key(text: TableText, names: Sequence[str], former: Sequence[str]) -> TableText:
    """Return the table with another primary key.

    Args:
        former: Columns that must still have a value.
    """
    lower = [name.lower() for name in names]
    columns = []
    for column in text.columns:
        item = column.without("PRIMARY")
        if column.name in former and not item.has("NOT"):
            item = item.having("NOT", "NOT NULL")
        if lower == [column.name.lower()]:
            item = item.having("PRIMARY", "PRIMARY KEY")
        columns.append(item)
    clauses = tuple(clause for clause in text.clauses if clause.kind != "PRIMARY")
    if len(names) > 1:
        together = ", ".join(map(DUCKDB.quote, names))
        clauses = (Clause("PRIMARY", f"PRIMARY KEY ({together})", tuple(names)), *clauses)
    return replace(text, columns=tuple(columns), clauses=clauses)


def with_row_ids(text: TableText, name: str) -> TableText:
    """Return the table with a column for row ids, which is its primary key."""
    key = ColumnText(name, DUCKDB.column_type(TYPES[int]), (Clause("PRIMARY", "PRIMARY KEY"),))
    return replace(text, columns=(*text.columns, key))


def create_table(name: str, text: TableText) -> str:
    """Return the SQL that makes a table of a definition."""
    parts = [
        " ".join(
            filter(None, [DUCKDB.quote(item.name), item.type, *(c.text for c in item.clauses)])
        )
        for item in text.columns
    ]
    body = ",\n  ".join([*parts, *(clause.text for clause in text.clauses)])
    return f"CREATE TABLE {DUCKDB.quote(name)} (\n  {body}\n)"


ROW_NUMBER = "row_number() OVER ()"
"""The number of a row in the order in which the rows stand, counted from 1."""


def cast_as(source: str, native: str) -> str:
    """Return the SQL of a value as one of a type of DuckDB."""
    return f"CAST({source} AS {native})"


def call(function: str, *arguments: str) -> str:
    """Return the SQL of a call of a function of ours."""
    return f"{function}({', '.join(arguments)})"


def row_name(key: Sequence[str]) -> str:
    """Return the SQL of a text that tells which row it is: its key, or its number."""
    if not key:
        return f"CAST({ROW_NUMBER} AS VARCHAR)"
    return f"concat_ws(', ', {', '.join(map(DUCKDB.quote, key))})"


def copy_rows(old: str, new: str, text: TableText, sources: Mapping[str, str]) -> str:
    """Return the SQL that copies all rows of a table into the one made anew.

    Args:
        sources: SQL by column name, for columns whose values are not simply taken over.
    """
    copied = {
        DUCKDB.quote(column.name): sources.get(column.name, DUCKDB.quote(column.name))
        for column in text.columns
        if not column.is_generated
    }
    return (
        f"INSERT INTO {DUCKDB.quote(new)} ({', '.join(copied)}) "
        f"SELECT {', '.join(copied.values())} FROM {DUCKDB.quote(old)}"
    )


def probe(view: str) -> str:
    """Return SQL that fails if a view does not fit the tables."""
    return f"EXPLAIN SELECT * FROM {DUCKDB.quote(view)}"
