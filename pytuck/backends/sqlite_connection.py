"""One conversation with a SQLite database: statements, transactions, settings."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from itertools import islice

import apsw

from pytuck.backends.connection import Connection, broken_reference, unstorable
from pytuck.backends.errors import no_utf8, translated
from pytuck.backends.results import Outcome, StoredRow
from pytuck.backends.write_locks import forget_writer, note_writer, refuse_to_wait_for_itself
from pytuck.common.exceptions import DatabaseConnectionError, PytuckException, TransactionError
from pytuck.compiler import Compiled, Template, compile_statement
from pytuck.compiler.dialects import Dialect, sqlite_changes
from pytuck.query import TableSource, select
from pytuck.schema import Column, Table
from pytuck.types import TYPES, Stored

_BIND_ERRORS = (OverflowError, UnicodeEncodeError, TypeError)


def _never(*_: object) -> bool:
    """Keep a statement from running, as a driver's tracer."""
    return False


_SEQUENCES = TableSource(
    Table("sqlite_sequence", (Column("name", TYPES[str]), Column("seq", TYPES[int])))
)
"""Where SQLite keeps the highest keys of tables with AUTOINCREMENT."""


class SqliteConnection(Connection):
    """A connection to one SQLite database, used by one thread at a time.

    Attributes:
        path: The file, for messages.
        raw: The driver's connection; for the backends only.
    """

    def __init__(
        self, raw: apsw.Connection, path: str, dialect: Dialect, lock_name: str | None = None
    ) -> None:
        self.raw = raw
        self.path = path
        self.dialect = dialect
        self.lock_name = lock_name or path
        self._savepoints = 0

    # --- Statements ---

    def execute(self, compiled: Compiled) -> Outcome:
        """Run a statement, once for each of its sets of parameters.

        Raises:
            PytuckException: What the database refused, with table and column where known.
        """
        template = compiled.template
        if template.is_write and not self.raw.in_transaction:
            refuse_to_wait_for_itself(self.lock_name, self)
        try:
            if len(compiled.parameters) == 1:
                cursor = self.raw.execute(template.sql, compiled.parameters[0])
                rows = cursor.fetchall()
                count = self.raw.changes() if template.is_write else len(rows)
                return Outcome(rows, count, self.raw.last_insert_rowid())
            return self._execute_many(compiled)
        except apsw.Error as err:
            values: dict[str | None, object] | None = None
            if len(compiled.parameters) == 1:
                values = dict(zip(template.parameter_names, compiled.parameters[0], strict=False))
            raise translated(err, self.path, template.table, values) from err
        except UnicodeDecodeError as err:
            raise no_utf8(err, self.path, template.table) from err
        except _BIND_ERRORS as err:
            raise unstorable(template, compiled.parameters, err) from err

    def _execute_many(self, compiled: Compiled) -> Outcome:
        before = self.raw.total_changes()
        with self._all_or_nothing():
            rows = self.raw.executemany(compiled.sql, compiled.parameters).fetchall()
        count = self.raw.total_changes() - before
        return Outcome(rows, count, self.raw.last_insert_rowid())

    def execute_many(self, template: Template, parameters: Iterable[Sequence[Stored]]) -> None:
        """Run one write for many sets of parameters, which may be an iterator.

        Raises:
            PytuckException: What the database refused; nothing of the batch is kept then.
        """
        sets = parameters if isinstance(parameters, (list, tuple)) else list(parameters)
        try:
            with self._all_or_nothing():
                self.raw.executemany(template.sql, sets)
        except apsw.Error as err:
            raise translated(err, self.path, template.table) from err
        except _BIND_ERRORS as err:
            raise unstorable(template, sets, err) from err

    def write(self, template: Template, rows: Sequence[Sequence[Stored]]) -> int:
        """Run one write for many rows inside the open transaction; return how many it changed.

        Unlike `execute_many` it leaves it to the caller to undo a batch that failed half way.
        What triggers change is counted, too.

        Raises:
            PytuckException: What the database refused.
        """
        before = self.raw.total_changes()
        try:
            if len(rows) == 1:
                self.raw.execute(template.sql, rows[0])
            else:
                self.raw.executemany(template.sql, rows)
        except apsw.Error as err:
            raise translated(err, self.path, template.table) from err
        except _BIND_ERRORS as err:
            raise unstorable(template, rows, err) from err
        return self.raw.total_changes() - before

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
        except apsw.Error as err:
            raise translated(err, self.path, compiled.template.table) from err
        except UnicodeDecodeError as err:
            raise no_utf8(err, self.path, compiled.template.table) from err
        finally:
            cursor.close(True)

    def fetch(self, sql: str, parameters: Sequence[Stored] = ()) -> list[StoredRow]:
        """Return the stored rows of SQL that the compiler wrote.

        Raises:
            PytuckException: What the database refused.
        """
        try:
            return self.raw.execute(sql, parameters).fetchall()
        except apsw.Error as err:
            raise translated(err, self.path) from err
        except UnicodeDecodeError as err:
            raise no_utf8(err, self.path) from err

    def run_text(
        self, sql: str, parameters: Sequence[Stored] = ()
    ) -> tuple[list[str], list[StoredRow]]:
        try:
            cursor = self.raw.execute(sql, parameters)
            names = [str(column[0]) for column in cursor.get_description()]
            return names, cursor.fetchall()
        except apsw.ExecutionCompleteError:  # it gave no rows
            return [], []
        except apsw.Error as err:
            raise translated(err, self.path) from err
        except UnicodeDecodeError as err:
            raise no_utf8(err, self.path) from err

    def pragma(self, name: str, value: str | int | None = None) -> Stored:
        """Read or set one of SQLite's settings."""
        try:
            stored: Stored = self.raw.pragma(name, *(() if value is None else (value,)))
        except apsw.Error as err:
            raise translated(err, self.path) from err
        return stored

    def pragma_rows(self, name: str, argument: str) -> list[StoredRow]:
        """Return the rows of a setting that describes something, such as a table."""
        return self.fetch(f"PRAGMA {name}({self.dialect.quote(argument)})")

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
            raise translated(err, self.path, table) from err
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
            raise translated(err, self.path) from err
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

    # --- Transactions ---

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self.raw.in_transaction

    def begin(self, *, write: bool = True) -> None:
        """Open a transaction; for writing, wait for the file's write lock.

        Raises:
            LockTimeout: Another connection kept the lock for longer than the deadline.
            TransactionError: One is open already.
        """
        if self.in_transaction:
            raise TransactionError("A transaction is open already on this connection.")
        self._savepoints = 0
        if not write:
            self.fetch(self.dialect.begin_read)
            return
        refuse_to_wait_for_itself(self.lock_name, self)
        self.fetch(self.dialect.begin_write)
        note_writer(self.lock_name, self)

    def commit(self) -> None:
        """Make the open transaction durable.

        Raises:
            PytuckException: It could not be; the transaction is rolled back then.
        """
        try:
            self.fetch(self.dialect.commit)
        except PytuckException:
            self.rollback()
            raise
        forget_writer(self.lock_name)

    def rollback(self) -> None:
        """Undo the open transaction, if there is one."""
        if self.in_transaction:
            self.fetch(self.dialect.rollback)

    def set_savepoint(self) -> int:
        """Mark a place in the open transaction to which it can go back; return its number."""
        self._savepoints += 1
        self.fetch(self.dialect.savepoint.format(self._savepoint_name(self._savepoints)))
        return self._savepoints

    def release_savepoint(self, number: int) -> None:
        """Take over into the transaction what was done since a savepoint, inner ones included."""
        self.fetch(self.dialect.release.format(self._savepoint_name(number)))
        self._savepoints = number - 1

    def undo_to_savepoint(self, number: int) -> None:
        """Undo what was done since a savepoint, and end it."""
        self.fetch(self.dialect.rollback_to.format(self._savepoint_name(number)))
        self.release_savepoint(number)

    @contextlib.contextmanager
    def structure_transaction(self) -> Iterator[None]:
        """A transaction in which foreign keys are not enforced.

        Source: https://www.sqlite.org/lang_altertable.html#otheralter
        """
        self.pragma("foreign_keys", 0)
        try:
            with self.transaction():
                yield
        finally:
            self.pragma("foreign_keys", 1)

    def _savepoint_name(self, number: int) -> str:
        return self.dialect.quote(f"pytuck_{number}")

    @contextlib.contextmanager
    def deferred_foreign_keys(self) -> Iterator[None]:
        """Check foreign keys at the end of a `with` block inside the open transaction.

        For rows that refer to one another, in whatever order they are written.

        Raises:
            ConstraintError: A row refers to one that does not exist.
        """
        self.pragma("defer_foreign_keys", 1)
        try:
            yield
            broken, _ = self.raw.status(apsw.SQLITE_DBSTATUS_DEFERRED_FKS)
            if broken:
                raise broken_reference(self.path)
        finally:
            if self.in_transaction:
                self.pragma("defer_foreign_keys", 0)

    @contextlib.contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        """Hold a batch together; the driver's own context is the fastest way."""
        with self.raw:
            yield

    # --- Watching and ending ---

    def data_version(self) -> int:
        """Return a number that changes when another connection commits to the file."""
        try:
            return self.raw.data_version()
        except apsw.Error as err:
            raise translated(err, self.path) from err

    def total_changes(self) -> int:
        """Return how many rows this connection has written since it was opened."""
        return self.raw.total_changes()

    def interrupt(self) -> None:
        """Make the running statement end with `CancelledError`; may be called by any thread."""
        with contextlib.suppress(apsw.ConnectionClosedError):
            self.raw.interrupt()

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        try:
            self.raw.close()
        except apsw.Error as err:
            raise DatabaseConnectionError(
                f"'{self.path}' could not be closed: {err}", details={"path": self.path}
            ) from err
