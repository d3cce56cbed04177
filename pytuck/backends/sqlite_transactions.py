"""How the transactions of a SQLite connection begin, go on and end, and what it refuses."""

from __future__ import annotations

import contextlib
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence

import apsw

from pytuck.backends.change_recording import ChangeRecorder
from pytuck.backends.connection import Connection, broken_reference
from pytuck.backends.errors import no_utf8, translated
from pytuck.backends.forked import ParentsConnection, note_connection
from pytuck.backends.lock_holders import find_holder
from pytuck.backends.lock_records import WriterNotes
from pytuck.backends.lock_waiting import waited_in_vain
from pytuck.backends.open_files import FileNumber, file_number, gone_or_replaced
from pytuck.backends.results import StoredRow
from pytuck.backends.write_locks import (
    forget_writer,
    note_own_commit,
    note_writer,
    own_commits,
    refuse_to_wait_for_itself,
    writing_thread,
)
from pytuck.common.exceptions import (
    PytuckException,
    ReadOnlyError,
    StaleDataError,
    TransactionError,
)
from pytuck.compiler.dialects import Dialect
from pytuck.types import Stored

_BREAKING = (apsw.IOError, apsw.CorruptError, apsw.CantOpenError, apsw.NotADBError)
"""After these a connection is not lent again: a new one finds out whether all is well."""


_JUST_NOW_S = 0.001
"""A transaction mostly begins when its connection has just been lent, and looked at for that."""


def all_rows(cursor: apsw.Cursor) -> list[StoredRow]:
    """Return the rows of a statement; it does not stay open, with its lock, if one is unreadable."""
    try:
        return cursor.fetchall()
    except UnicodeDecodeError:
        cursor.close(True)
        raise


class SqliteTransactions(Connection):
    """The transactions of a connection to one SQLite database, used by one thread at a time.

    Attributes:
        path: The file, for messages.
        raw: The driver's connection; for the backends only.
        lock_name: The path by which the write lock is known.
        timeout_s: How long it waits for a lock, for messages.
        recorder: Notes what is written, for those who watch the database; None if nobody does.
    """

    def __init__(
        self,
        raw: apsw.Connection,
        path: str,
        dialect: Dialect,
        lock_name: str | None = None,
        timeout_s: float = 0.0,
    ) -> None:
        self.raw = raw
        self.path = path
        self.dialect = dialect
        self.lock_name = lock_name or path
        self.timeout_s = timeout_s
        self.recorder: ChangeRecorder | None = None
        self._savepoints = 0
        self._marks: dict[int, int] = {}
        self._notes = WriterNotes(self.lock_name)
        self._reference = weakref.ref(self)
        self._is_reading = False
        self._refuses_writes = False
        self._commits_before_reading = 0
        self._file: FileNumber | None = None
        if self.lock_name != ":memory:":
            self._file = file_number(self.lock_name)
            note_connection(self)
        self._looked = 0.0
        self._lock_key = self._file or self.lock_name

    # --- The simplest statements ---

    def fetch(self, sql: str, parameters: Sequence[Stored] = ()) -> list[StoredRow]:
        """Return the stored rows of SQL that the compiler wrote.

        Raises:
            PytuckException: What the database refused.
        """
        try:
            return all_rows(self.raw.execute(sql, parameters))
        except (apsw.Error, UnicodeDecodeError) as err:
            raise self._refusal(err) from err

    def pragma(self, name: str, value: str | int | None = None) -> Stored:
        """Read or set one of SQLite's settings."""
        try:
            stored: Stored = self.raw.pragma(name, *(() if value is None else (value,)))
        except apsw.Error as err:
            raise self._refusal(err) from err
        return stored

    def pragma_rows(self, name: str, argument: str) -> list[StoredRow]:
        """Return the rows of a setting that describes something, such as a table."""
        return self.fetch(f"PRAGMA {name}({self.dialect.quote(argument)})")

    def data_version(self) -> int:
        """Return a number that changes when another connection commits to the file."""
        try:
            return self.raw.data_version()
        except apsw.Error as err:
            raise self._refusal(err) from err

    def schema_stamp(self) -> object:
        return self.fetch("PRAGMA schema_version")[0][0]

    @contextlib.contextmanager
    def noting_statements(self) -> Iterator[list[str]]:
        noted: list[str] = []

        def note(_: object, sql: str, __: object) -> bool:
            noted.append(sql)
            return True

        before = self.raw.exec_trace
        self.raw.exec_trace = note
        try:
            yield noted
        finally:
            self.raw.exec_trace = before

    # --- Transactions ---

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open that may write."""
        return self.raw.in_transaction and not self._is_reading

    @property
    def is_reading(self) -> bool:
        """Whether a transaction is open that keeps to one state of the database."""
        return self._is_reading

    def begin(self, *, write: bool = True) -> None:
        """Open a transaction; for writing, wait for the file's write lock.

        A transaction that has only read becomes one that may write, if what it read still holds.

        Raises:
            LockTimeout: Another connection kept the lock for longer than the deadline.
            StaleDataError: Others have committed since it began to read.
            TransactionError: One is open already.
        """
        if self.in_transaction or (self._is_reading and not write):
            raise TransactionError("A transaction is open already on this connection.")
        self._savepoints = 0
        if not write:
            self._begin_reading()
        elif self._refuses_writes:
            raise ReadOnlyError(
                f"The open transaction of '{self.path}' is for reading only. Write before or "
                "after it, or begin it without read_only=True.",
                details={"path": self.path},
            )
        else:
            self._begin_writing()

    def _begin_writing(self) -> None:
        if time.monotonic() - self._looked > _JUST_NOW_S:
            self.refuse_if_moved()
        seen = self._end_reading() if self._is_reading else None
        refuse_to_wait_for_itself(self._lock_key, self)
        self.fetch(self.dialect.begin_write)
        note_writer(self._lock_key, self._reference, self._notes)
        if self.recorder is not None:
            self.recorder.begin()
        if seen is not None and seen != self.data_version():
            self.rollback()
            raise self._stale()

    def _begin_reading(self) -> None:
        self.fetch(self.dialect.begin_read)
        self._is_reading, self._looked = True, 0.0
        self._commits_before_reading = own_commits(self._lock_key)

    def _end_reading(self) -> int:
        """End a transaction that has only read; return the version of what it saw."""
        version = self.data_version()
        self._is_reading = False
        self.fetch(self.dialect.rollback)
        return version

    @property
    def has_outdated_itself(self) -> bool:
        """Whether this thread has committed elsewhere since this connection began to read."""
        return self._is_reading and self._commits_before_reading != own_commits(self._lock_key)

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        with super().reading():
            was_read_only = bool(self.pragma("query_only"))
            self.pragma("query_only", 1)
            self._refuses_writes = True
            try:
                yield
            finally:
                self._refuses_writes = False
                if not was_read_only:
                    self.pragma("query_only", 0)

    def commit(self) -> None:
        """Make the open transaction durable.

        Raises:
            PytuckException: It could not be; the transaction is rolled back then.
        """
        if self._is_reading:
            self._is_reading = False
            self.fetch(self.dialect.commit)
            return
        recorder = self.recorder
        try:
            if recorder is not None:
                recorder.write_log(self)
            self.fetch(self.dialect.commit)
        except PytuckException:
            self.rollback()
            if recorder is not None:
                recorder.forget()
            raise
        forget_writer(self._lock_key, self._reference, self._notes)
        note_own_commit(self._lock_key)
        if recorder is not None:
            recorder.settle(self)

    def rollback(self) -> None:
        """Undo the open transaction, if there is one."""
        if self.is_inherited:
            return  # the parent may still commit it
        if self._is_reading:
            self._is_reading = False
            if self.raw.in_transaction:
                self.fetch(self.dialect.rollback)
        elif self.in_transaction:
            self.fetch(self.dialect.rollback)
            if self.recorder is not None:
                self.recorder.forget()
            forget_writer(self._lock_key, self._reference, self._notes)

    def set_savepoint(self) -> int:
        """Mark a place in the open transaction to which it can go back; return its number."""
        self._savepoints += 1
        self.fetch(self.dialect.savepoint.format(self._savepoint_name(self._savepoints)))
        if self.recorder is not None:
            self._marks[self._savepoints] = self.recorder.mark()
        return self._savepoints

    def release_savepoint(self, number: int) -> None:
        """Take over into the transaction what was done since a savepoint, inner ones included."""
        self.fetch(self.dialect.release.format(self._savepoint_name(number)))
        self._savepoints = number - 1

    def undo_to_savepoint(self, number: int) -> None:
        """Undo what was done since a savepoint, and end it."""
        self.fetch(self.dialect.rollback_to.format(self._savepoint_name(number)))
        if self.recorder is not None:
            self.recorder.cut(self._marks.get(number, 0))
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
                if self.recorder is not None:
                    self.recorder.note_new_schema()
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

    # --- Refusals ---

    @property
    def is_usable(self) -> bool:
        self.refuse_if_moved()
        return not self.is_broken and not self.raw.in_transaction

    def refuse_if_moved(self) -> None:
        """Refuse to go on where nobody would find it: SQLite itself goes on without a word.

        Raises:
            FileMissingError: The file was deleted or moved since it was opened.
            FileReplacedError: There is another one in its place.
        """
        if self._file is not None:
            self._looked = time.monotonic()
            found = file_number(self.lock_name)
            if found != self._file:
                raise gone_or_replaced(self.path, is_there=found is not None)

    def be_inherited(self, stand_in: ParentsConnection) -> None:
        """Be out of use in this process, which was forked."""
        self.raw = stand_in  # type: ignore[assignment]
        self.is_inherited = self.is_broken = True
        self._is_reading = False

    def _refusal(
        self,
        err: apsw.Error | UnicodeDecodeError,
        table: str | None = None,
        values: Mapping[str | None, object] | None = None,
    ) -> PytuckException:
        """Return our error for one of the driver."""
        if isinstance(err, UnicodeDecodeError):
            return no_utf8(err, self.path, table)
        if isinstance(err, _BREAKING):
            self.is_broken = True
        if not isinstance(err, apsw.BusyError):
            return translated(err, self.path, table, values)
        if getattr(err, "extendedresult", 0) == apsw.SQLITE_BUSY_SNAPSHOT:
            return self._stale(table)
        holder = find_holder(self.lock_name, self._notes, writing_thread(self._lock_key))
        return waited_in_vain(self.path, holder, self.timeout_s, table)

    def _stale(self, table: str | None = None) -> StaleDataError:
        return StaleDataError(
            f"'{self.path}' was changed by others since this transaction began to read, so it "
            "cannot write. Roll it back and do its work again; storage.run(...) does that.",
            table_name=table,
            details={"path": self.path},
        )
