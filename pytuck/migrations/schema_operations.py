"""What a revision script says: each method builds the change of the schema that it names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import EllipsisType
from typing import Any

from pytuck import schema
from pytuck.common.exceptions import SchemaError
from pytuck.core.columns import Column, Index, table_from_columns
from pytuck.core.foreign_keys import ForeignKeyConstraint
from pytuck.schema import MISSING, Action, Change
from pytuck.types import ColumnType, type_of


class SchemaOperations:
    """Changes of the schema, in the words of `Storage` and of models.

        op.create_table(
            "users",
            [Column(int, name="id", primary_key=True), Column(str, name="name"), Index("name")],
        )
        op.add_column("users", Column(int, name="age", comment="in years"))

    Columns go by their names in the database.

    Args:
        carry_out: What is done with each change.
    """

    def __init__(self, carry_out: Callable[[Change], None]) -> None:
        self._carry_out = carry_out

    # --- Tables ---

    def create_table(
        self,
        name: str,
        columns: Sequence[Column[Any] | Index | ForeignKeyConstraint],
        comment: str | None = None,
        *,
        primary_key: Sequence[str] | None = None,
    ) -> None:
        """Make a table.

        Args:
            columns: Each with its `name`; indexes and foreign keys of several columns may follow.
            primary_key: The order of its columns, if it is another one than theirs.

        Raises:
            SchemaError: The columns contradict one another.
        """
        made = [item for item in columns if isinstance(item, Column)]
        by_name = {column.name: column for column in made}
        table = table_from_columns(
            name,
            made,
            comment,
            [item.of_table(name, by_name) for item in columns if isinstance(item, Index)],
            [i.of_table(name, by_name) for i in columns if isinstance(i, ForeignKeyConstraint)],
        )
        self._carry_out(schema.CreateTable(name, _with_key(table, primary_key)))

    def drop_table(self, name: str) -> None:
        """Delete a table with its rows, or a view."""
        self._carry_out(schema.DropTable(name))

    def rename_table(self, name: str, new_name: str) -> None:
        """Give a table another name; foreign keys, views and triggers follow."""
        self._carry_out(schema.RenameTable(name, new_name))

    def comment_table(self, name: str, comment: str | None) -> None:
        """Set the comment of a table; None takes it away."""
        self._carry_out(schema.CommentTable(name, comment))

    # --- Columns ---

    def add_column(self, table: str, column: Column[Any], *, fill: object = MISSING) -> None:
        """Add a column at the end of a table, with its index and foreign key.

        Args:
            fill: What existing rows get; the column's default if not given. A default that is a
                function is called for each row.
        """
        wanted = table_from_columns(table, [column])
        if fill is MISSING and column.factory is not None:
            fill = column.factory
        key = wanted.foreign_keys[0] if wanted.foreign_keys else None
        self._carry_out(schema.AddColumn(table, wanted.columns[0], fill, key))
        for index in wanted.indexes:
            self._carry_out(schema.CreateIndex(table, index))

    def drop_column(self, table: str, column: str) -> None:
        """Delete a column with its values, its indexes and its foreign keys."""
        self._carry_out(schema.DropColumn(table, column))

    def rename_column(self, table: str, column: str, new_name: str) -> None:
        """Give a column another name; whatever refers to it follows."""
        self._carry_out(schema.RenameColumn(table, column, new_name))

    def alter_column(
        self,
        table: str,
        column: str,
        *,
        type: type[Any] | ColumnType[Any] | EllipsisType = ...,  # noqa: A002 - as people say it
        nullable: bool | EllipsisType = ...,
        default: object = ...,
        autoincrement: bool | EllipsisType = ...,
        on_bad: schema.OnBadValue = "stop",
        fallback: object = MISSING,
        keep_in: str | None = None,
    ) -> None:
        """Change what is given of a column; all values are converted to another type.

        Args:
            default: The value for rows that give none; None for no default.
            on_bad: What becomes of values that cannot be converted: `stop` changes nothing at
                all, `null` and `default` put NULL or the `fallback` in their place, `keep` puts
                NULL there and the old value as text into one more column.
            fallback: What stands in for them.
            keep_in: The name of that column; `COLUMN_unconverted` if not given.
        """
        kind = type if isinstance(type, EllipsisType) else type_of(type)
        self._carry_out(
            schema.AlterColumn(
                table,
                column,
                kind,
                nullable,
                default,
                autoincrement,
                on_bad,
                fallback,
                keep_in,
            )
        )

    def comment_column(self, table: str, column: str, comment: str | None) -> None:
        """Set the comment of a column; None takes it away."""
        self._carry_out(schema.CommentColumn(table, column, comment))

    def reorder_columns(self, table: str, columns: str | Sequence[str]) -> None:
        """Put the columns of a table into another order, which names each of them."""
        self._carry_out(schema.ReorderColumns(table, _names(columns)))

    # --- Keys and rules ---

    def set_primary_key(self, table: str, columns: str | Sequence[str]) -> None:
        """Make other columns the primary key; none for a table without one."""
        self._carry_out(schema.SetPrimaryKey(table, _names(columns)))

    def add_unique(self, table: str, columns: str | Sequence[str]) -> None:
        """Have no two rows the same values in columns, NULLs excepted."""
        self._carry_out(schema.AddUnique(table, _names(columns)))

    def drop_unique(self, table: str, columns: str | Sequence[str]) -> None:
        """Allow rows to have the same values in columns again."""
        self._carry_out(schema.DropUnique(table, _names(columns)))

    def add_foreign_key(
        self,
        table: str,
        columns: str | Sequence[str],
        target: str,
        target_columns: str | Sequence[str],
        *,
        on_delete: Action = "NO ACTION",
        on_update: Action = "NO ACTION",
    ) -> None:
        """Have the values of columns stand in those of another table."""
        names, others = _names(columns), _names(target_columns)
        key = schema.ForeignKey(names, target, others, on_delete, on_update)
        self._carry_out(schema.AddForeignKey(table, key))

    def drop_foreign_key(self, table: str, columns: str | Sequence[str]) -> None:
        """Let columns have any values again, whatever they referred to."""
        self._carry_out(schema.DropForeignKey(table, _names(columns)))

    # --- Indexes ---

    def create_index(
        self,
        table: str,
        columns: str | Sequence[str],
        *,
        name: str | None = None,
        unique: bool = False,
    ) -> None:
        """Make an index on one column or several together.

        Args:
            name: Made of the names of table and columns if not given.
        """
        names = _names(columns)
        own_name = name or schema.index_name(table, names, is_unique=unique)
        self._carry_out(schema.CreateIndex(table, schema.Index(own_name, names, unique)))

    def drop_index(self, table: str, name: str) -> None:
        """Delete an index."""
        self._carry_out(schema.DropIndex(table, name))


def _names(columns: str | Sequence[str]) -> tuple[str, ...]:
    return (columns,) if isinstance(columns, str) else tuple(columns)


def _with_key(table: schema.Table, key: Sequence[str] | None) -> schema.Table:
    if key is None:
        return table
    if sorted(key) != sorted(table.primary_key):
        raise SchemaError(
            f"The primary key ({', '.join(key)}) of table '{table.name}' must name the columns "
            f"that are marked so: {', '.join(table.primary_key)}.",
            table_name=table.name,
        )
    return schema.applied([table], [schema.SetPrimaryKey(table.name, tuple(key))])[table.name]
