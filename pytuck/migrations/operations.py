"""What a revision script can do to a database: `op`, the argument of its functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import EllipsisType
from typing import TYPE_CHECKING, Any, Protocol

from pytuck import schema
from pytuck.common.exceptions import QueryError, SchemaError
from pytuck.common.progress import SILENT, Work
from pytuck.core.columns import Column, Index, table_from_columns
from pytuck.core.foreign_keys import ForeignKeyConstraint
from pytuck.core.tables import Table
from pytuck.query import Insert, Statement, TableSource, Update, select, tuple_, update
from pytuck.schema import Change
from pytuck.types import ColumnType, Stored, type_of

if TYPE_CHECKING:
    from pytuck.backends import Result, SqlAnswer
    from pytuck.core.storage import Storage

ChangeRow = Callable[[dict[str, Any]], Mapping[str, Any] | None]
"""Gets a row, and returns the values that are to be changed in it; None or nothing for none."""

_ROWS_AT_ONCE = 1000


class BeforeRows(Protocol):
    """Is called before rows are changed."""

    def __call__(self, *, loses_data: bool) -> None:
        """Do what is to be done.

        Args:
            loses_data: Values may be overwritten or deleted.
        """


def _ignoring(*, loses_data: bool) -> None:
    """Do nothing."""


class SchemaOperations:
    """The changes of tables, each a method that hands a `Change` on.

    Args:
        carry_out: Does something with each change.
    """

    def __init__(self, carry_out: Callable[[Change], None]) -> None:
        self._carry_out = carry_out

    # --- Tables ---

    def create_table(
        self,
        table: str,
        columns: Sequence[Column[Any]],
        *,
        indexes: Sequence[Index] = (),
        foreign_keys: Sequence[ForeignKeyConstraint] = (),
        primary_key: Sequence[str] | None = None,
        comment: str | None = None,
    ) -> None:
        """Create a table from columns, each with its `name`.

        Args:
            foreign_keys: Those of several columns together.
            primary_key: The order of its columns, if it is another one than theirs.

        Raises:
            SchemaError: The columns contradict one another.
        """
        by_name = {column.name: column for column in columns}
        made = [index.of_table(table, by_name) for index in indexes]
        keys = [key.of_table(table, by_name) for key in foreign_keys]
        wanted = table_from_columns(table, columns, comment, made, keys)
        self._carry_out(schema.CreateTable(table, _with_key(wanted, primary_key)))

    def drop_table(self, table: str) -> None:
        """Delete a table with its rows."""
        self._carry_out(schema.DropTable(table))

    def rename_table(self, table: str, new_name: str) -> None:
        """Give a table another name; whatever refers to it follows."""
        self._carry_out(schema.RenameTable(table, new_name))

    def comment_table(self, table: str, comment: str | None) -> None:
        """Set the comment of a table; None takes it away."""
        self._carry_out(schema.CommentTable(table, comment))

    def set_primary_key(self, table: str, *columns: str) -> None:
        """Make other columns the primary key; none for a table without one."""
        self._carry_out(schema.SetPrimaryKey(table, columns))

    # --- Columns ---

    def add_column(self, table: str, column: Column[Any], *, fill: object = schema.MISSING) -> None:
        """Add a column at the end of a table, with its index and foreign key if it has them.

        Args:
            column: With its `name`.
            fill: What existing rows get; the default of the column if not given. A function is
                called for each row.
        """
        wanted = table_from_columns(table, [column])
        if fill is schema.MISSING and column.factory is not None:
            fill = column.factory
        key = wanted.foreign_keys[0] if wanted.foreign_keys else None
        self._carry_out(schema.AddColumn(table, wanted.columns[0], fill, key))
        for index in wanted.indexes:
            self._carry_out(schema.CreateIndex(table, index))

    def drop_column(self, table: str, column: str) -> None:
        """Delete a column with its values, its indexes and its foreign keys."""
        self._carry_out(schema.DropColumn(table, column))

    def rename_column(self, table: str, column: str, new_name: str) -> None:
        """Give a column another name; keys, indexes, views and triggers follow."""
        self._carry_out(schema.RenameColumn(table, column, new_name))

    def alter_column(
        self,
        table: str,
        column: str,
        *,
        type: type | ColumnType[Any] | EllipsisType = ...,  # noqa: A002 - the word for it
        nullable: bool | EllipsisType = ...,
        default: object = ...,
        autoincrement: bool | EllipsisType = ...,
        on_bad: schema.OnBadValue = "stop",
        fallback: object = schema.MISSING,
        keep_in: str | None = None,
    ) -> None:
        """Change the type of a column, whether it may be empty, or its default (None for none).

        Args:
            autoincrement: Keys of deleted rows are never given again.
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
                on_bad=on_bad,
                fallback=fallback,
                keep_in=keep_in,
                autoincrement=autoincrement,
            )
        )

    def comment_column(self, table: str, column: str, comment: str | None) -> None:
        """Set the comment of a column; None takes it away."""
        self._carry_out(schema.CommentColumn(table, column, comment))

    def reorder_columns(self, table: str, *columns: str) -> None:
        """Put the columns of a table into another order; all of them are named."""
        self._carry_out(schema.ReorderColumns(table, columns))

    # --- Unique columns and foreign keys ---

    def add_unique(self, table: str, *columns: str) -> None:
        """Have no two rows the same values in a column, or in several together."""
        self._carry_out(schema.AddUnique(table, columns))

    def drop_unique(self, table: str, *columns: str) -> None:
        """Allow rows to have the same values in columns again."""
        self._carry_out(schema.DropUnique(table, columns))

    def add_foreign_key(
        self,
        table: str,
        columns: str | Sequence[str],
        target: str,
        target_columns: str | Sequence[str],
        *,
        on_delete: schema.Action = "NO ACTION",
        on_update: schema.Action = "NO ACTION",
    ) -> None:
        """Have the values of columns stand in those of another table."""
        names, others = _names(columns), _names(target_columns)
        key = schema.ForeignKey(names, target, others, on_delete, on_update)
        self._carry_out(schema.AddForeignKey(table, key))

    def drop_foreign_key(self, table: str, *columns: str) -> None:
        """Let columns have any values again, whatever they referred to."""
        self._carry_out(schema.DropForeignKey(table, columns))

    # --- Indexes ---

    def create_index(
        self, table: str, *columns: str, name: str | None = None, unique: bool = False
    ) -> None:
        """Make an index on one column or several together."""
        own_name = name or schema.index_name(table, columns, is_unique=unique)
        self._carry_out(schema.CreateIndex(table, schema.Index(own_name, columns, unique)))

    def drop_index(self, table: str, name: str) -> None:
        """Delete an index."""
        self._carry_out(schema.DropIndex(table, name))


def _names(columns: str | Sequence[str]) -> tuple[str, ...]:
    return (columns,) if isinstance(columns, str) else tuple(columns)


def _with_key(table: schema.Table, key: Sequence[str] | None) -> schema.Table:
    """Return the table with the columns of its key in another order."""
    if key is None:
        return table
    if sorted(key) != sorted(table.primary_key):
        raise SchemaError(
            f"The primary key ({', '.join(key)}) of table '{table.name}' must name the columns "
            f"that are marked so: {', '.join(table.primary_key)}.",
            table_name=table.name,
        )
    return replace(table, primary_key=tuple(key))


class Operations(SchemaOperations):
    """What a revision script can do: changes of tables, and of rows.

    Args:
        storage: The database, in a transaction of which all is a part.
        before_rows: Is called before rows are changed.
        work: Is told how far the changing of rows is, and may stop it.
    """

    def __init__(
        self,
        storage: Storage,
        carry_out: Callable[[Change], None],
        before_rows: BeforeRows = _ignoring,
        work: Work = SILENT,
    ) -> None:
        super().__init__(carry_out)
        self._storage = storage
        self._before_rows = before_rows
        self._work = work

    @property
    def tables(self) -> Mapping[str, Table]:
        """The tables as they are now, for statements: `op.tables["users"].c.age`."""
        return self._storage.tables

    def execute(
        self, statement: Statement | str, parameters: Sequence[Stored] = ()
    ) -> Result[Any] | SqlAnswer:
        """Run a statement, or SQL as it is given.

        Args:
            parameters: Take the places of `?` in SQL.
        """
        self._before_rows(loses_data=not isinstance(statement, Insert))
        if isinstance(statement, str):
            return self._storage.execute_sql(statement, parameters)
        if parameters:
            raise QueryError("Parameters belong to SQL text; a statement has its values in it.")
        return self._storage.execute(statement)

    def insert_rows(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add rows, given by the names of their columns."""
        self._before_rows(loses_data=False)
        self._storage.bulk_insert(table, rows)

    def update_rows(self, table: str, change: ChangeRow, *, batch: int = _ROWS_AT_ONCE) -> int:
        """Change the rows of a table with a function; return how many were changed.

        The rows are read and written batch after batch, so a table may be larger than memory.

        Args:
            change: Called with each row; returns the values that are to be changed in it.

        Raises:
            TableNotFoundError, ColumnNotFoundError: There is none of a name.
        """
        self._before_rows(loses_data=True)
        source = self._storage.get_table(table)
        total = self._storage.count_rows(table)
        done = changed = 0
        for rows in _batches(self._storage, source, batch):
            for row, is_row in rows:
                new = change(row)
                if new:
                    values: Update[Any] = update(source).where(is_row).values(dict(new))
                    changed += self._storage.execute(values).rowcount()
            done += len(rows)
            self._work.step("writing", table, done, total)
        return changed


def _batches(
    storage: Storage, source: TableSource, size: int
) -> Iterator[list[tuple[dict[str, Any], Any]]]:
    """Give the rows of a table, each with the condition that it is this row."""
    key = _key_of(source)
    place: Any = tuple_(*key) if len(key) > 1 else key[0]
    names = [column.name for column in source.schema.columns]
    question = select(*source.c, *key).order_by(*key).limit(size)
    after = question
    while True:
        found = storage.execute(after).all()
        if not found:
            return
        keys = [tuple(row[len(names) :]) for row in found]
        yield [
            (dict(zip(names, row, strict=False)), _equals(key, values))
            for row, values in zip(found, keys, strict=True)
        ]
        last: Any = keys[-1] if len(key) > 1 else keys[-1][0]
        after = question.where(place > last)


def _key_of(source: TableSource) -> list[Any]:
    """Return what tells the rows apart, and can be sorted by."""
    table = source.schema
    if table.rowid_alias is None and table.hidden_rowid is not None:
        return [source.rowid]
    return [source.c[name] for name in table.primary_key]


def _equals(key: list[Any], values: tuple[Any, ...]) -> Any:
    condition = key[0] == values[0]
    for column, value in zip(key[1:], values[1:], strict=True):
        condition = condition & (column == value)
    return condition
