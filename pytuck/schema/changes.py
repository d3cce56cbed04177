"""What can be done to the structure of a database, one step each, as plain data.

`compiler.ddl` and the engines carry changes out, `schema.differences` finds them, and the
migrations keep them. `...` (Ellipsis) stands for "leave it as it is", since None is a value.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import EllipsisType
from typing import Any, Literal

from pytuck.schema.tables import MISSING, Column, ForeignKey, Index, Missing, Table
from pytuck.types import ColumnType

OnBadValue = Literal["stop", "null", "default", "keep"]
"""What becomes of a value that cannot be converted into the new type of its column."""


@dataclass(frozen=True, slots=True)
class Change:
    """One step that changes the structure of a database.

    Attributes:
        table: The name of the table it is done to.
    """

    table: str

    def describe(self) -> str:
        """Return the step as a short English sentence without a full stop."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class CreateTable(Change):
    """Make a table with its indexes and comments.

    Attributes:
        definition: What it is made of; its name is `table`.
    """

    definition: Table

    def describe(self) -> str:
        return f"create table {self.table}"


@dataclass(frozen=True, slots=True)
class DropTable(Change):
    """Delete a table with its rows."""

    def describe(self) -> str:
        return f"drop table {self.table}"


@dataclass(frozen=True, slots=True)
class RenameTable(Change):
    """Give a table another name; whatever refers to it follows."""

    new_name: str

    def describe(self) -> str:
        return f"rename table {self.table} to {self.new_name}"


@dataclass(frozen=True, slots=True)
class CommentTable(Change):
    """Set the comment of a table; None takes it away."""

    comment: str | None

    def describe(self) -> str:
        return f"comment table {self.table}"


@dataclass(frozen=True, slots=True)
class AddColumn(Change):
    """Add a column at the end of a table.

    Attributes:
        fill: The value existing rows get; `MISSING` for the default of the column.
        foreign_key: What its values must stand in.
    """

    column: Column
    fill: object | Missing = MISSING
    foreign_key: ForeignKey | None = None

    def describe(self) -> str:
        return f"add column {self.table}.{self.column.name}"


@dataclass(frozen=True, slots=True)
class DropColumn(Change):
    """Delete a column with its values, and the indexes and foreign keys it is part of."""

    column: str

    def describe(self) -> str:
        return f"drop column {self.table}.{self.column}"


@dataclass(frozen=True, slots=True)
class RenameColumn(Change):
    """Give a column another name; whatever refers to it follows."""

    column: str
    new_name: str

    def describe(self) -> str:
        return f"rename column {self.table}.{self.column} to {self.new_name}"


@dataclass(frozen=True, slots=True)
class AlterColumn(Change):
    """Change the type, the duty to have a value, or the default of a column.

    Attributes:
        type: The new type; the values are converted.
        default: The new default as a Python value; `MISSING` or None for none.
        autoincrement: Keys of deleted rows are never given again; for a primary key of one `int`.
        on_bad: What becomes of a value that cannot be converted: `stop` ends everything and
            leaves it as it was, `null` puts NULL in its place and `default` the `fallback`;
            `keep` puts NULL there, and the old value as text into one more column.
        fallback: What stands in for it, as a Python value.
        keep_in: The name of the column that keeps old values; `COLUMN_unconverted` if not given.
    """

    column: str
    type: ColumnType[Any] | EllipsisType = ...
    nullable: bool | EllipsisType = ...
    default: object = ...
    autoincrement: bool | EllipsisType = ...
    on_bad: OnBadValue = "stop"
    fallback: object = MISSING
    keep_in: str | None = None

    def describe(self) -> str:
        named = {
            "type": self.type,
            "nullable": self.nullable,
            "default": self.default,
            "autoincrement": self.autoincrement,
        }
        what = ", ".join(name for name, value in named.items() if value is not ...)
        return f"alter column {self.table}.{self.column} ({what})"


@dataclass(frozen=True, slots=True)
class CommentColumn(Change):
    """Set the comment of a column; None takes it away."""

    column: str
    comment: str | None

    def describe(self) -> str:
        return f"comment column {self.table}.{self.column}"


@dataclass(frozen=True, slots=True)
class SetPrimaryKey(Change):
    """Make other columns the primary key; none for a table without one.

    Those that were in it must still have a value, but for a single one that counted by itself.
    """

    columns: tuple[str, ...]

    def describe(self) -> str:
        return f"make ({', '.join(self.columns)}) the primary key of {self.table}"


@dataclass(frozen=True, slots=True)
class ReorderColumns(Change):
    """Put the columns into another order.

    Attributes:
        columns: The names of all columns.
    """

    columns: tuple[str, ...]

    def describe(self) -> str:
        return f"reorder the columns of {self.table}"


@dataclass(frozen=True, slots=True)
class CreateIndex(Change):
    """Make an index."""

    index: Index

    def describe(self) -> str:
        return f"create index {self.index.name}"


@dataclass(frozen=True, slots=True)
class DropIndex(Change):
    """Delete an index."""

    index: str

    def describe(self) -> str:
        return f"drop index {self.index}"


@dataclass(frozen=True, slots=True)
class AddUnique(Change):
    """Have no two rows the same values in a column, or in several together, NULLs excepted.

    It is a rule of the table itself; an index that does the same is made by `CreateIndex`.
    """

    columns: tuple[str, ...]

    def describe(self) -> str:
        return f"make {_together(self.table, self.columns)} unique"


@dataclass(frozen=True, slots=True)
class DropUnique(Change):
    """Allow rows to have the same values in columns again."""

    columns: tuple[str, ...]

    def describe(self) -> str:
        return f"make {_together(self.table, self.columns)} no longer unique"


@dataclass(frozen=True, slots=True)
class AddForeignKey(Change):
    """Have the values of columns stand in another table's columns."""

    foreign_key: ForeignKey

    def describe(self) -> str:
        key = self.foreign_key
        return (
            f"add foreign key {_together(self.table, key.columns)} to "
            f"{_together(key.target_table, key.target_columns)}"
        )


@dataclass(frozen=True, slots=True)
class DropForeignKey(Change):
    """Let columns have any values again, whatever they referred to.

    Attributes:
        columns: All columns of the foreign key.
    """

    columns: tuple[str, ...]

    def describe(self) -> str:
        return f"drop foreign key {_together(self.table, self.columns)}"


def _together(table: str, columns: tuple[str, ...]) -> str:
    names = columns[0] if len(columns) == 1 else f"({', '.join(columns)})"
    return f"{table}.{names}"
