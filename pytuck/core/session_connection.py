"""The connection of a session: lent by the engine, or that of `storage.transaction()`."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from pytuck.backends import Connection
from pytuck.common.exceptions import ReadOnlyError, StaleDataError
from pytuck.core.storage import Storage
from pytuck.core.transaction_parts import TransactionPart


class SessionConnection:
    """Has a connection from the first statement to the end of the transaction.

    Inside of `storage.transaction()` it is that one's; the session's part of it lies behind a
    savepoint, so that it can be undone by itself.

    Args:
        isolation_level: What it sees of others that commit while it has only read.

    Attributes:
        part: Follows what becomes of that transaction.
        is_explicit: The transaction was begun by name, and keeps to what it saw even if this
            thread itself commits elsewhere.
    """

    def __init__(self, storage: Storage, isolation_level: str | None = None) -> None:
        self._storage = storage
        level = storage.known_isolation_level(isolation_level)
        self._keeps_to_one_state = level == "SERIALIZABLE"
        self.is_explicit = False
        self._refusal: StaleDataError | None = None
        self._connection: Connection | None = None
        self._joined: int | None = None
        self._cursors: list[Generator[Any, None, None]] = []
        self.part: TransactionPart | None = None

    @property
    def in_transaction(self) -> bool:
        """Whether something was written and neither committed nor rolled back."""
        return self._connection is not None and self._connection.in_transaction

    @property
    def is_joined(self) -> bool:
        """Whether the connection is that of `storage.transaction()`."""
        return self._joined is not None

    def get(self) -> Connection:
        """Return the connection to read on, borrowing it first if need be."""
        connection = self.borrow()
        if self._keeps_to_one_state and self._joined is None and not connection.in_transaction:
            if not connection.is_reading:
                connection.begin(write=False)
                self._storage.stale_models.look(connection)
            elif connection.has_outdated_itself and not self.is_explicit:
                # Nobody expects not to see what the same thread has just done.
                connection.rollback()
                connection.begin(write=False)
                self._storage.stale_models.look(connection)
        return connection

    def borrow(self) -> Connection:
        """Return the connection, borrowing it first if need be, whatever state it sees."""
        inside = self._storage.transaction_connection
        if self._joined is not None and inside is not self._connection:
            self._connection = self._joined = None  # that transaction has ended
        if self._connection is None and inside is not None:
            self._connection, self._joined = inside, inside.set_savepoint()
            if self.part is not None:
                self._storage.join_transaction(self.part)
        elif self._connection is None:
            self._connection = self._storage.engine.acquire()
            if not self._keeps_to_one_state:
                self._storage.stale_models.look(self._connection)
        return self._connection

    def writing(self) -> Connection:
        """Return the connection with the write lock taken.

        Raises:
            ReadOnlyError: The file is open for reading only.
            LockTimeout: Somebody else kept the lock for too long.
            StaleDataError: Others have committed since the transaction began to read.
        """
        connection = self.borrow()
        if not connection.in_transaction:
            self.begin(connection)
        return connection

    def begin(self, connection: Connection) -> None:
        """Take the write lock on the connection, which has not got it.

        Raises:
            ReadOnlyError: The file is open for reading only.
            LockTimeout: Somebody else kept the lock for too long.
        """
        if self._storage.engine.read_only_reason is not None:
            raise ReadOnlyError(
                f"{self._storage!r} is open for reading only and cannot be changed.",
                details={"path": str(self._storage.file_path)},
            )
        if connection.has_outdated_itself and not self.is_explicit:
            connection.rollback()
        if self._refusal is not None:  # trying once more would write what rests on old rows
            raise self._refusal
        try:
            connection.begin()
        except StaleDataError as err:
            self._refusal = err
            raise
        self._storage.stale_models.look(connection)

    def end_reading(self) -> None:
        """Have the next question see what is committed by then."""
        connection = self._connection
        if connection is not None and self._joined is None and connection.is_reading:
            connection.rollback()

    def keep(self) -> None:
        """Leave what was done to `storage.transaction()`."""
        if self._connection is not None and self._joined is not None:
            self._connection.release_savepoint(self._joined)
        self._connection = self._joined = None

    def release(self) -> None:
        """Give the connection back; what is not committed is undone."""
        connection, self._connection = self._connection, None
        savepoint, self._joined = self._joined, None
        self._refusal = None
        if connection is None:
            return
        if savepoint is None:
            self._storage.engine.release(connection)
        elif self._storage.transaction_connection is connection:
            connection.undo_to_savepoint(savepoint)

    def leave(self) -> None:
        """Let go of the connection of a `storage.transaction()` that was undone."""
        if self._joined is not None:
            self._connection = self._joined = None

    # --- Streams that read on it ---

    def add_cursor(self, cursor: Generator[Any, None, None]) -> None:
        """Have a cursor closed when the transaction ends."""
        self._cursors.append(cursor)

    def drop_cursor(self, cursor: Generator[Any, None, None]) -> bool:
        """Forget a cursor; return whether the transaction it reads in goes on."""
        if cursor in self._cursors:
            self._cursors.remove(cursor)
            return True
        return False

    def has_cursor(self, cursor: Generator[Any, None, None]) -> bool:
        """Return whether the transaction that a cursor reads in goes on."""
        return cursor in self._cursors

    def interrupt_streams(self) -> None:
        """Close the cursors of this transaction; streams that go on reading say why they end."""
        cursors, self._cursors = self._cursors, []
        for cursor in cursors:
            cursor.close()
