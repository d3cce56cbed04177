"""Tables out of an engine as streams of stored rows, and into one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from pytuck.backends.connection import Connection
from pytuck.common.exceptions import (
    ConstraintError,
    CorruptFileError,
    DuplicateKeyError,
    SchemaError,
)
from pytuck.common.garbage import seldom_collecting
from pytuck.common.progress import SILENT, Work
from pytuck.compiler import Template, compile_statement
from pytuck.formats.base import BATCH_ROWS, RowsRepeatedError, StoredRow, TableStream
from pytuck.query import Expression, Insert, TableSource, func, insert, select
from pytuck.schema import Change, CreateIndex, CreateTable, DropTable, Table
from pytuck.types import StorageClass, Stored


class EngineRows:
    """A table of an engine as a writer of files needs it (`formats.base.TableRows`).

    Args:
        connection: Reads the rows; its transaction says as of when.
        table: The table as the engine reflects it.
        changed: The row ids written since the file was read or saved; None means all.
    """

    def __init__(
        self, connection: Connection, table: Table, changed: Collection[int] | None = None
    ) -> None:
        self._connection = connection
        self._source = TableSource(table)
        self.changed = changed
        self.table = stored_form(table)

    @property
    def next_key(self) -> int | None:
        """The key the next row gets, where keys are never given again."""
        if not any(column.autoincrement for column in self.table.columns):
            return None
        return self._connection.highest_key_given(self.table.name) + 1

    @cached_property
    def row_count(self) -> int:
        """How many rows there are; counted once, because SQLite walks over all of them."""
        counted = select(func.count()).select_from(self._source)
        rows = self._connection.execute(compile_statement(counted, self._connection.dialect)).rows
        return int(rows[0][0] or 0)

    def batches(
        self, size: int = BATCH_ROWS, first: int | None = None, last: int | None = None
    ) -> Iterator[list[tuple[Stored, ...]]]:
        """Give the rows in the order of their row ids, each with its row id behind its values."""
        row_id = self._row_id()
        columns = list(self._source.c)
        question = select(*columns) if row_id is None else select(*columns, row_id)
        if row_id is not None:
            question = question.order_by(row_id)
        elif self.table.primary_key:
            question = question.order_by(*(self._source.c[name] for name in self.table.primary_key))
        if first is not None and row_id is not None:
            question = question.where(row_id >= first)
        if last is not None and row_id is not None:
            question = question.where(row_id <= last)
        compiled = compile_statement(question, self._connection.dialect)
        found: Iterator[list[Any]] = self._connection.batches(compiled, size)
        if row_id is None:
            found = _numbered(found)
        if not self._connection.dialect.fills_in_row_ids:
            found = map(self._with_numbers_for_booleans, found)
        return found

    def _with_numbers_for_booleans(self, rows: list[Any]) -> list[Any]:
        """Return rows with 0 and 1, as booleans are stored, where the driver gives booleans."""
        places = [
            place
            for place, column in enumerate(self.table.columns)
            if column.type.storage_class is StorageClass.BOOLEAN
        ]
        if not places:
            return rows
        columns: list[Any] = list(zip(*rows, strict=True))
        for place in places:
            columns[place] = [None if value is None else int(value) for value in columns[place]]
        return list(zip(*columns, strict=True))

    def _row_id(self) -> Expression[int] | None:
        table = self._source.schema
        if table.rowid_alias is not None:
            return self._source.c[table.rowid_alias]
        is_reachable = self._connection.dialect.fills_in_row_ids and table.hidden_rowid is not None
        return self._source.rowid if is_reachable else None


def table_stream(connection: Connection, table: Table) -> TableStream:
    """Return a table of an engine as a stream."""
    rows = EngineRows(connection, table)
    return TableStream(rows.table, without_ids(rows.batches()), rows.next_key)


def without_ids(batches: Iterable[list[tuple[Any, ...]]]) -> Iterator[list[StoredRow]]:
    """Give batches of rows without the row ids behind their values."""
    for batch in batches:
        yield [row[:-1] for row in batch]


def stored_form(table: Table) -> Table:
    """Return a table or view as an ordinary table with the values that it shows now.

    Indexes on expressions, or on some rows only, have no form beside their SQL and are left out.
    """
    columns = tuple(
        replace(column, generated=False) if column.generated else column for column in table.columns
    )
    is_key_of_int = len(table.primary_key) == 1 and table.rowid_alias is not None
    return replace(
        table,
        columns=columns,
        indexes=tuple(index for index in table.indexes if index.columns and not index.is_partial),
        kind="table",
        has_rowid=True,
        rowid_alias=table.primary_key[0] if is_key_of_int else None,
    )


def create_and_fill(
    connection: Connection,
    change: Callable[[Sequence[Change]], None],
    streams: Iterable[TableStream],
    work: Work = SILENT,
) -> dict[str, int]:
    """Create the tables of streams in the open transaction, with their rows.

    Indexes are made when the rows are there, which is faster.

    Args:
        connection: One with an open transaction of `structure_transaction`.
        change: Changes the structure in that transaction.

    Returns:
        How many rows each table got.

    Raises:
        PytuckException: What the engine or the stream refused.
    """
    counts: dict[str, int] = {}
    with seldom_collecting():
        for stream in streams:
            rows = _create_one(connection, change, stream, work)
            if rows is not None:
                counts[stream.table.name] = rows
    return counts


@contextmanager
def telling_of_contradictions(path: Path) -> Iterator[None]:
    """Turn what is refused about rows of a document, by the rules it gives, into its damage.

    Raises:
        CorruptFileError: The rows or tables of the document at `path` do not fit together.
    """
    try:
        yield
    except (DuplicateKeyError, ConstraintError, SchemaError) as err:
        reason = err.message
        if isinstance(err, DuplicateKeyError):
            reason = f"Two rows of table '{err.table_name}' are equal in '{err.column_name}'."
        raise CorruptFileError(
            f"'{path}' cannot be read, since it contradicts itself or is too large. {reason} "
            "Correct it in the file, or restore the file from a backup.",
            table_name=err.table_name,
            column_name=err.column_name,
            details={"path": str(path)},
        ) from err


def _create_one(
    connection: Connection,
    change: Callable[[Sequence[Change]], None],
    stream: TableStream,
    work: Work,
) -> int | None:
    """Create a table with its rows; None if it is to be read again."""
    table = stream.table
    change([CreateTable(table.name, replace(table, indexes=()))])
    try:
        rows = fill(connection, table, stream.batches, work)
    except RowsRepeatedError:
        change([DropTable(table.name)])
        return None
    if table.indexes:
        change([CreateIndex(table.name, index) for index in table.indexes])
    if stream.next_key is not None and any(column.autoincrement for column in table.columns):
        connection.note_keys_given(table, stream.next_key - 1)
    return rows


def fill(
    connection: Connection,
    table: Table,
    batches: Iterable[Sequence[Sequence[Stored]]],
    work: Work = SILENT,
    total: int | None = None,
) -> int:
    """Insert stored rows into a table in the open transaction; return how many they were.

    Args:
        batches: Rows with a value for each column that is not generated.
        total: How many there are, for the progress.

    Raises:
        PytuckException: What the database refused.
    """
    template = insert_template(connection, table)
    done = 0
    for batch in batches:
        if batch:
            connection.write(template, batch)
            done += len(batch)
            work.step("reading", table.name, done, total)
    return done


def insert_template(connection: Connection, table: Table) -> Template:
    """Return the insert of a row with a value for each column that is not generated."""
    names = [column.name for column in table.columns if not column.generated]
    statement: Insert[Any] = insert(TableSource(table)).values(dict.fromkeys(names))
    return compile_statement(statement, connection.dialect).template


def _numbered(batches: Iterator[list[Any]]) -> Iterator[list[tuple[Stored, ...]]]:
    number = 0
    for batch in batches:
        yield [(*row, place) for place, row in enumerate(batch, number + 1)]
        number += len(batch)
