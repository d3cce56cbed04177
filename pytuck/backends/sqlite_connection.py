"""One conversation with a SQLite database: its statements. Transactions have a module of their own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from itertools import islice

import apsw

from pytuck.backends.change_recording import ChangeRecorder
from pytuck.backends.connection import unstorable
from pytuck.backends.forked import forget_connection
from pytuck.backends.results import Outcome, StoredRow
from pytuck.backends.sqlite_transactions import SqliteTransactions, all_rows
from pytuck.backends.write_locks import (
    note_own_commit,
    refuse_to_wait_for_itself,
)
from pytuck.common.exceptions import (
    DatabaseConnectionError,
)
from pytuck.compiler import Compiled, Template, compile_statement
from pytuck.compiler.dialects import sqlite_changes
from pytuck.query import TableSource, select
from pytuck.schema import Column, Table
from pytuck.types import TYPES, Stored

_MANY_ROWS = 100
WRITE_WORDS = {"INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "ALTER", "DROP"}
"""What a statement begins with that writes."""

_STRUCTURE_WORDS = {"CREATE", "ALTER", "DROP"}
_BIND_ERRORS = (OverflowError, UnicodeEncodeError, TypeError)


def _never(*_: object) -> bool:
    """Keep a statement from running, as a driver's tracer."""
    return False


_SEQUENCES = TableSource(
    Table("sqlite_sequence", (Column("name", TYPES[str]), Column("seq", TYPES[int])))
)
"""Where SQLite keeps the highest keys of tables with AUTOINCREMENT."""


class SqliteConnection(SqliteTransactions):
    """A connection to one SQLite database: its statements, on top of its transactions."""

    # --- Statements ---

    def execute(self, compiled: Compiled) -> Outcome:
        """Run a statement, once for each of its sets of parameters.

        Raises:
            PytuckException: What the database refused, with table and column where known.
        """
        template = compiled.template
        if template.is_write and not self.raw.in_transaction:
            refuse_to_wait_for_itself(self._lock_key, self)
            if self.recorder is not None:
                with self.transaction():
                    return self._execute(compiled)
            note_own_commit(self._lock_key)
        return self._execute(compiled)

    def _execute(self, compiled: Compiled) -> Outcome:
        template = compiled.template
        if self.recorder is not None and template.is_write:
            self.recorder.expect(self, template.table)
        try:
            if len(compiled.parameters) == 1:
                cursor = self.raw.execute(template.sql, compiled.parameters[0])
                rows = all_rows(cursor)
                count = self.raw.changes() if template.is_write else len(rows)
                return Outcome(rows, count, self.raw.last_insert_rowid())
            return self._execute_many(compiled)
        except (apsw.Error, UnicodeDecodeError) as err:
            values: dict[str | None, object] | None = None
            if len(compiled.parameters) == 1:
                values = dict(zip(template.parameter_names, compiled.parameters[0], strict=False))
            raise self._refusal(err, template.table, values) from err
        except _BIND_ERRORS as err:
            raise unstorable(template, compiled.parameters, err) from err

    def _execute_many(self, compiled: Compiled) -> Outcome:
        before = self.raw.total_changes()
        with self._all_or_nothing():
            rows = self._run_many(compiled.template, compiled.parameters).fetchall()
        count = self.raw.total_changes() - before
        return Outcome(rows, count, self.raw.last_insert_rowid())

    def execute_many(self, template: Template, parameters: Iterable[Sequence[Stored]]) -> None:
        """Run one write for many sets of parameters, which may be an iterator.

        Raises:
            PytuckException: What the database refused; nothing of the batch is kept then.
        """
        sets = parameters if isinstance(parameters, (list, tuple)) else list(parameters)
        if self.recorder is not None and not self.in_transaction:
            with self.transaction():
                self.write(template, sets)
            return
        try:
            with self._all_or_nothing():
                self._run_many(template, sets)
        except apsw.Error as err:
            raise self._refusal(err, template.table) from err
        except _BIND_ERRORS as err:
            raise unstorable(template, sets, err) from err

    def write(self, template: Template, rows: Sequence[Sequence[Stored]]) -> int:
        """Run one write for many rows inside the open transaction; return how many it changed.

        Unlike `execute_many` it leaves it to the caller to undo a batch that failed half way.
        What triggers change is counted, too.

        Raises:
            PytuckException: What the database refused.
        """
        if self.recorder is not None:
            self.recorder.expect(self, template.table)
        before = self.raw.total_changes()
        try:
            if len(rows) == 1:
                self.raw.execute(template.sql, rows[0])
            else:
                self._run_many(template, rows)
        except apsw.Error as err:
            raise self._refusal(err, template.table) from err
        except _BIND_ERRORS as err:
            raise unstorable(template, rows, err) from err
        return self.raw.total_changes() - before

    def _run_many(self, template: Template, rows: Sequence[Sequence[Stored]]) -> apsw.Cursor:
        if self.recorder is None or len(rows) < _MANY_ROWS or not template.is_plain:
            return self.raw.executemany(template.sql, rows)
        with self.recorder.inserting(template, rows):
            return self.raw.executemany(template.sql, rows)

    def last_row_id(self) -> int:
        return self.raw.last_insert_rowid()

    def highest_key_given(self, table: str) -> int:
        found = select(_SEQUENCES.c.seq).where(_SEQUENCES.c.name == table)
        rows = self.execute(compile_statement(found, self.dialect)).rows
        return int(rows[0][0] or 0) if rows else 0

    def note_keys_given(self, table: Table, highest: int) -> None:
        for sql in sqlite_changes.keep_counter(table.name, highest, self.dialect):
            self.fetch(sql)

    def batches(self, compiled: Compiled, size: int) -> Generator[list[StoredRow], None, None]:
        """Give the stored rows of a question batch by batch, from a cursor that stays open.

        Closing the generator closes the cursor.

        Raises:
            PytuckException: What the database refused.
        """
        cursor = self.raw.cursor()
        try:
            cursor.execute(compiled.sql, compiled.parameters[0])
            while rows := list(islice(cursor, size)):
                yield rows
        except (apsw.Error, UnicodeDecodeError) as err:
            raise self._refusal(err, compiled.template.table) from err
        finally:
            cursor.close(True)

    def run_text(
        self, sql: str, parameters: Sequence[Stored] = ()
    ) -> tuple[list[str], list[StoredRow]]:
        if self.recorder is not None:
            return self._run_recorded(self.recorder, sql, parameters)
        return self._run_text(sql, parameters)

    def _run_recorded(
        self, recorder: ChangeRecorder, sql: str, parameters: Sequence[Stored]
    ) -> tuple[list[str], list[StoredRow]]:
        """Run SQL; a single write gets a transaction of its own, in which the log is written."""
        kind = sql.split(None, 1)[0].upper() if sql.strip() else ""
        if kind in _STRUCTURE_WORDS:
            recorder.note_new_schema()
        if kind in WRITE_WORDS and not self.in_transaction:
            refuse_to_wait_for_itself(self._lock_key, self)
            with self.transaction():
                return self._run_text(sql, parameters)
        found = self._run_text(sql, parameters)
        recorder.settle(self)
        return found

    def _run_text(
        self, sql: str, parameters: Sequence[Stored]
    ) -> tuple[list[str], list[StoredRow]]:
        try:
            cursor = self.raw.execute(sql, parameters)
            names = [str(column[0]) for column in cursor.get_description()]
            return names, all_rows(cursor)
        except apsw.ExecutionCompleteError:  # it gave no rows
            return [], []
        except (apsw.Error, UnicodeDecodeError) as err:
            raise self._refusal(err) from err

    def read_beginning(self, table: str, column: str, row_id: int, size: int) -> bytes:
        """Return the first bytes of a long text or blob without reading the rest of it.

        Raises:
            PytuckException: The row is gone.
        """
        try:
            blob = self.raw.blob_open("main", table, column, row_id, False)
            try:
                beginning: bytes = blob.read(size)
            finally:
                blob.close()
        except apsw.Error as err:
            raise self._refusal(err, table) from err
        return beginning

    def compile(self, sql: str) -> None:
        """Compile SQL without running it, to see that it fits the tables there are.

        Raises:
            PytuckException: It does not.
        """
        cursor = self.raw.cursor()
        cursor.exec_trace = _never
        try:
            # Not from the cache: a statement there was compiled for the tables of another time.
            cursor.execute(sql, can_cache=False)
        except apsw.ExecTraceAbort:
            return
        except apsw.Error as err:
            raise self._refusal(err) from err
        finally:
            cursor.close(True)

    @contextlib.contextmanager
    def function(
        self, name: str, call: Callable[..., Stored], argument_count: int = 0
    ) -> Iterator[None]:
        """Have a function in SQL for the time of a `with` block.

        What it raises ends the statement, and comes out of it.
        """
        self.raw.create_scalar_function(name, call, argument_count)
        try:
            yield
        finally:
            self.raw.create_scalar_function(name, None, argument_count)

    @contextlib.contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Hold a batch together; the driver's own context is the fastest way."""
        with self.raw:
            yield

    def take_over(self, source: SqliteConnection) -> None:
        """Have the whole content of another database in place of one's own.

        It is one commit: whoever reads meanwhile goes on with what there was.

        Raises:
            PytuckException: Somebody else writes, or there is no room.
        """
        try:
            with self.raw.backup("main", source.raw, "main") as copying:
                copying.step(-1)
        except apsw.Error as err:
            raise self._refusal(err) from err

    # --- Watching and ending ---

    def total_changes(self) -> int:
        """Return how many rows this connection has written since it was opened."""
        return self.raw.total_changes()

    def interrupt(self) -> None:
        """Make the running statement end with `CancelledError`; may be called by any thread."""
        with contextlib.suppress(apsw.ConnectionClosedError):
            self.raw.interrupt()

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        forget_connection(self)
        try:
            self.raw.close()
        except apsw.Error as err:
            raise DatabaseConnectionError(
                f"'{self.path}' could not be closed: {err}", details={"path": self.path}
            ) from err
