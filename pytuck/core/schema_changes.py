"""Changes of the tables of an open database; the part of `Storage` that alters its structure."""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType
from typing import Any, Literal

from pytuck import schema
from pytuck.backends.reflection import is_reserved
from pytuck.common.exceptions import (
    SchemaError,
    TableNotFoundError,
    ValidationError,
)
from pytuck.common.options import SyncOptions, SyncResult
from pytuck.core.columns import Column, table_from_columns
from pytuck.core.open_database import OpenDatabase
from pytuck.core.unconvertible import Unconvertible, find_unconvertible
from pytuck.schema import (
    MISSING,
    AddColumn,
    AlterColumn,
    Change,
    CommentColumn,
    CommentTable,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropIndex,
    DropTable,
    OnBadValue,
    RenameColumn,
    RenameTable,
    ReorderColumns,
    SetPrimaryKey,
    differences,
)
from pytuck.types import ColumnType, type_of


class SchemaChanges(OpenDatabase):
    """Makes, changes and drops tables.

    Each method is all or nothing, and part of `transaction()` where one is open. Columns go by
    their names in the database. What a table has beside the changed part stays as it is: rows,
    indexes, foreign keys, conditions, triggers, comments.
    """

    def change(self, *changes: Change) -> None:
        """Carry out changes of the structure one after the other, all or none.

        Raises:
            SchemaError: A change contradicts what is there.
            TableNotFoundError, ColumnNotFoundError: It names what is not there.
            TypeConversionError: A stored value cannot be converted.
            ConstraintError: Rows would refer to rows that do not exist.
            TransactionError: A table that others refer to cannot be made anew inside a
                transaction that was open before.
            ReadOnlyError: The file is open for reading only.
        """
        for change in changes:
            _refuse_names(change)
        self.note_changed_tables()
        try:
            self._engine.change(changes, self.transaction_connection)
        finally:
            self.refresh_schema()

    def dangling_rows(self) -> dict[str, int]:
        """Return how many rows of each table refer to rows that do not exist; none where all do."""
        return self._engine.dangling_rows(self.transaction_connection)

    # --- Tables ---

    def create_table(
        self, name: str, columns: Sequence[Column[Any]], comment: str | None = None
    ) -> None:
        """Create a table from columns, each with its `name`; nothing happens if it exists.

        Raises:
            SchemaError: The columns contradict one another.
            ReadOnlyError: The file is open for reading only.
        """
        self.ensure_table(table_from_columns(name, columns, comment))

    def ensure_table(self, table: schema.Table) -> None:
        """Create a table if there is none of its name.

        Raises:
            ReadOnlyError: It does not exist, and the file is open for reading only.
        """
        if table.name not in self._tables and not self._has_table(table.name):
            self.change(CreateTable(table.name, table))

    def drop_table(self, table_name: str) -> None:
        """Delete a table with its rows, or a view.

        Raises:
            TableNotFoundError: There is none of this name.
            ConstraintError: Rows of other tables refer to its rows.
        """
        self.change(DropTable(table_name))

    def rename_table(self, old_name: str, new_name: str) -> None:
        """Give a table another name; foreign keys, views and triggers follow.

        Raises:
            SchemaError: There is a table of the new name.
        """
        self.change(RenameTable(old_name, new_name))

    def update_table_comment(self, table_name: str, comment: str | None) -> None:
        """Set the comment of a table; None takes it away."""
        self.change(CommentTable(table_name, comment))

    # --- Columns ---

    def add_column(
        self, table_name: str, column: Column[Any], default_value: object = None
    ) -> None:
        """Add a column at the end of a table.

        Args:
            column: With its `name`.
            default_value: What existing rows get; the column's default if not given. A default
                that is a function is called for each row.

        Raises:
            SchemaError: There is one of this name, or it must have a value and rows would have
                none.
        """
        self.change(*_added(table_name, column, default_value))

    def drop_column(self, table_name: str, column_name: str) -> None:
        """Delete a column with its values, its indexes and its foreign keys.

        Raises:
            SchemaError: It is (part of) the primary key, or a view or condition speaks of it.
        """
        self.change(DropColumn(table_name, column_name))

    def rename_column(self, table_name: str, column_name: str, new_name: str) -> None:
        """Give a column another name; keys, indexes, views and triggers follow.

        Raises:
            SchemaError: There is a column of the new name.
        """
        self.change(RenameColumn(table_name, column_name, new_name))

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        col_type: type | ColumnType[Any] | EllipsisType = ...,
        nullable: bool | EllipsisType = ...,
        default: object = ...,
        on_bad: OnBadValue = "stop",
        fallback: object = MISSING,
        keep_in: str | None = None,
    ) -> None:
        """Change the type of a column, whether it may be empty, or its default.

        Args:
            col_type: The values are converted; `unconvertible` tells which cannot be.
            default: The value for rows that give none; None for no default.
            on_bad: What becomes of values that cannot be converted: `stop` changes nothing at
                all, `null` and `default` put NULL or the `fallback` in their place, `keep` puts
                NULL there and the old value as text into one more column.
            fallback: What stands in for them.
            keep_in: The name of that column; `COLUMN_unconverted` if not given.

        Raises:
            TypeConversionError: A value cannot be converted.
            SchemaError: Rows have no value in a column that must have one.
        """
        kind = col_type if isinstance(col_type, EllipsisType) else type_of(col_type)
        self.change(
            AlterColumn(
                table_name,
                column_name,
                kind,
                nullable,
                default,
                on_bad=on_bad,
                fallback=fallback,
                keep_in=keep_in,
            )
        )

    def unconvertible(
        self,
        table_name: str,
        column_name: str,
        col_type: type | ColumnType[Any],
        limit: int = 20,
    ) -> Unconvertible:
        """Return which values of a column could not be converted into another type.

        Args:
            limit: As many are told with their rows; all are counted.

        Raises:
            TableNotFoundError, ColumnNotFoundError: There is none of this name.
        """
        return find_unconvertible(self, table_name, column_name, type_of(col_type), limit)

    def update_column(
        self,
        table_name: str,
        column_name: str,
        comment: str | EllipsisType | None = ...,
        index: bool | Literal["hash", "sorted"] | EllipsisType = ...,
    ) -> None:
        """Set the comment of a column, or make or drop the index on it."""
        changes: list[Change] = []
        if not isinstance(comment, EllipsisType):
            changes.append(CommentColumn(table_name, column_name, comment))
        if not isinstance(index, EllipsisType):
            changes += self._indexing(table_name, column_name, bool(index))
        self.change(*changes)

    def set_primary_key(self, table_name: str, column_name: str | Sequence[str]) -> None:
        """Make another column, or several together, the primary key.

        Raises:
            SchemaError: Rows have no value in it, or the same one.
        """
        names = (column_name,) if isinstance(column_name, str) else tuple(column_name)
        self.change(SetPrimaryKey(table_name, names))

    def reorder_columns(self, table_name: str, new_order: Sequence[str]) -> None:
        """Put the columns of a table into another order.

        Raises:
            SchemaError: `new_order` does not name each column once.
        """
        self.change(ReorderColumns(table_name, tuple(new_order)))

    # --- Indexes ---

    def create_index(
        self,
        table_name: str,
        column_names: str | Sequence[str],
        *,
        name: str | None = None,
        unique: bool = False,
    ) -> None:
        """Make an index on one column or several together.

        Args:
            name: Made of the names of table and columns if not given.

        Raises:
            DuplicateKeyError: It is to be unique, and rows have the same values.
        """
        names = (column_names,) if isinstance(column_names, str) else tuple(column_names)
        own_name = name or schema.index_name(table_name, names, is_unique=unique)
        self.change(CreateIndex(table_name, schema.Index(own_name, names, unique)))

    def drop_index(self, table_name: str, name: str) -> None:
        """Delete an index.

        Raises:
            SchemaError: The table has none of this name.
        """
        self.change(DropIndex(table_name, name))

    # --- Bringing into line ---

    def sync_table_schema(
        self,
        table_name: str,
        columns: Sequence[Column[Any]],
        comment: str | None = None,
        options: SyncOptions | None = None,
        *,
        dry_run: bool = False,
    ) -> SyncResult:
        """Bring a table into line with columns, and say what changed.

        Args:
            dry_run: Only say what would change.

        Raises:
            TableNotFoundError: There is none of this name.
        """
        wanted = table_from_columns(table_name, columns, comment)
        return self.sync_table(wanted, options, dry_run=dry_run)

    def sync_table(
        self, wanted: schema.Table, options: SyncOptions | None = None, *, dry_run: bool = False
    ) -> SyncResult:
        """Bring a table into line with a structure, and say what changed.

        Args:
            dry_run: Only say what would change.

        Raises:
            TableNotFoundError: There is none of this name.
        """
        found = self.get_table(wanted.name).schema
        changes = differences(found, wanted, options or SyncOptions())
        if changes and not dry_run:
            self.change(*changes)
        return _summary(wanted.name, changes)

    def _has_table(self, name: str) -> bool:
        try:
            self._engine.reflect(name, self.transaction_connection)
        except TableNotFoundError:
            return False
        return True

    def _indexing(self, table_name: str, column_name: str, is_wanted: bool) -> list[Change]:
        table = self.get_table(table_name).schema
        column = next(
            (item.name for item in table.columns if item.name.lower() == column_name.lower()),
            column_name,
        )
        found = [index for index in table.indexes if index.columns == (column,)]
        if is_wanted and not found:
            index = schema.Index(schema.index_name(table.name, (column,)), (column,))
            return [CreateIndex(table.name, index)]
        if is_wanted:
            return []
        table.column(column)
        return [DropIndex(table.name, index.name) for index in found if not index.is_unique]


def _refuse_names(change: Change) -> None:
    """Refuse new names that no table or column may have."""
    tables: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    match change:
        case CreateTable(name, definition):
            tables, columns = (name,), tuple(column.name for column in definition.columns)
        case RenameTable(_, new_name):
            tables = (new_name,)
        case AddColumn(_, column):
            columns = (column.name,)
        case RenameColumn(_, _, new_name):
            columns = (new_name,)
    if not all(columns):
        raise SchemaError(
            f"A column of table '{change.table}' has no name. Give it one: Column(..., name=...).",
            table_name=change.table,
        )
    for name in tables:
        if not name or is_reserved(name):
            raise SchemaError(
                f"A table cannot have the name '{name}': it is empty, or begins with 'sqlite_' or "
                "'_pytuck_', which are reserved.",
                table_name=name,
            )


def _added(table_name: str, column: Column[Any], default_value: object) -> list[Change]:
    """Return the changes that add a column as a model would declare it."""
    if not column.name:
        raise ValidationError(
            f"The column to be added to '{table_name}' needs its name: Column(..., name=...).",
            table_name=table_name,
        )
    wanted = table_from_columns(table_name, [column])
    fill: object = MISSING
    if default_value is not None:
        fill = column.convert(default_value, table_name)
    elif column.factory is not None:
        fill = lambda: column.convert(column.resolve_default(), table_name)  # noqa: E731
    key = wanted.foreign_keys[0] if wanted.foreign_keys else None
    changes: list[Change] = [AddColumn(table_name, wanted.columns[0], fill, key)]
    return [*changes, *(CreateIndex(table_name, index) for index in wanted.indexes)]


def _summary(table_name: str, changes: Sequence[Change]) -> SyncResult:
    return SyncResult(
        table_name,
        table_comment_updated=any(isinstance(change, CommentTable) for change in changes),
        columns_added=[item.column.name for item in changes if isinstance(item, AddColumn)],
        columns_dropped=[item.column for item in changes if isinstance(item, DropColumn)],
        column_comments_updated=[
            item.column for item in changes if isinstance(item, CommentColumn)
        ],
        columns_altered=[item.column for item in changes if isinstance(item, AlterColumn)],
        changes=tuple(changes),
    )
