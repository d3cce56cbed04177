"""What a revision script can do to a database: `op`, the argument of its functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from pytuck.common.exceptions import QueryError
from pytuck.common.progress import SILENT, Work
from pytuck.core.tables import Table
from pytuck.migrations.schema_operations import SchemaOperations
from pytuck.query import Insert, Statement, TableSource, Update, select, tuple_, update
from pytuck.schema import Change
from pytuck.types import Stored

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
