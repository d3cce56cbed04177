"""What every engine can do."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from pytuck.backends.capabilities import EngineCapabilities
from pytuck.backends.connection import Connection
from pytuck.backends.lock_holders import LockHolder
from pytuck.backends.results import Outcome
from pytuck.common.exceptions import UnsupportedOperationError
from pytuck.common.options import IsolationLevel
from pytuck.common.progress import SILENT, Work
from pytuck.compiler import Compiled
from pytuck.compiler.dialects import Dialect
from pytuck.schema import Change, CreateTable, DropTable, Table

if TYPE_CHECKING:
    from pytuck.backends.change_recording import RecordedCommit

CommitListener = Callable[["RecordedCommit"], None]
"""Is called after a commit, in the thread that made it."""

ReadOnlyReason = Literal["asked", "permission", "newer format", "older format", "format", "locked"]
"""Why nothing can be written: it was asked for, the operating system forbids it, the file was made
by a newer or by the old library, files of its format can only be read, or another program has the
lock of a document just now.
"""


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What there is to know about an open store.

    Attributes:
        format_version: The version of the `.pytuck` format; 0 for other files.
        read_only_reason: Why nothing can be written; None if it can.
        lock_holder: Who writes to a document just now, if it is somebody else.
        library: What reads and writes it, with its version, such as `SQLite 3.53.0`.
        journal_mode: How SQLite keeps a crash from doing harm: mostly `wal`; empty elsewhere.
        page_bytes: The size of a page, in which room is given to tables; 0 where there are none.
        free_bytes: The room of what was deleted, which new rows will take.
        table_bytes: The room that each table takes with its indexes, if it was asked for and the
            engine knows; what the file keeps for itself is under an empty name.
    """

    engine: str
    path: str
    format_version: int
    is_encrypted: bool
    size_bytes: int
    read_only_reason: ReadOnlyReason | None
    lock_holder: LockHolder | None = None
    library: str = ""
    journal_mode: str = ""
    page_bytes: int = 0
    free_bytes: int = 0
    table_bytes: Mapping[str, int] | None = None


class Engine(ABC):
    """Holds the data of one open store, runs compiled statements on it and keeps it durable.

    Attributes:
        name: The engine's name, as in `Storage(path, engine=...)`.
        dialect: The SQL it understands.
        capabilities: What it can do, and what it cannot keep.
        read_only_reason: Why nothing can ever be written; None if it can, for now or later.
        notes: What a person should know about how a document was read, by table.
        label: What the program calls itself, for those who watch what it writes.
        inferred_tables: The tables of a document whose types were found out from their values.
        isolation_levels: What transactions can keep out; the first is meant if none is named.
    """

    name: str
    dialect: Dialect
    capabilities: EngineCapabilities
    read_only_reason: ReadOnlyReason | None = None
    label: str = ""
    notes: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    inferred_tables: frozenset[str] = frozenset()
    isolation_levels: tuple[IsolationLevel, ...] = ("READ COMMITTED",)

    @abstractmethod
    def acquire(self) -> Connection:
        """Return a connection that nobody else uses until it is released."""

    @abstractmethod
    def release(self, connection: Connection) -> None:
        """Give a connection back; an open transaction is rolled back."""

    @abstractmethod
    def open_reader(self, *, with_temporary_tables: bool = False) -> Connection:
        """Return a new connection for reading that the caller closes; it may live in any thread.

        Args:
            with_temporary_tables: Let it make temporary tables; it must write nothing else.
        """

    @abstractmethod
    def info(self, *, sizes: bool = False) -> EngineInfo:
        """Return what there is to know about the store.

        Args:
            sizes: Find out how much room each table takes, which may read the whole file.
        """

    @abstractmethod
    def table_names(self, connection: Connection | None = None) -> list[str]:
        """Return the names of the user's tables and views.

        Args:
            connection: The one to ask, which sees what its transaction did.
        """

    def copy_structure(self, target: Engine) -> None:
        """Make the tables of this store, without their rows, in an empty one of the same kind."""
        with self.connection() as connection:
            names = self.table_names(connection)
            tables = [self.reflect(name, connection) for name in names]
        target.change([CreateTable(item.name, item) for item in tables if item.kind == "table"])

    @abstractmethod
    def reflect(self, table: str, connection: Connection | None = None) -> Table:
        """Return the structure of a table.

        Args:
            connection: The one to ask, which sees what its transaction did.

        Raises:
            TableNotFoundError: There is none of this name.
        """

    def change(self, changes: Sequence[Change], connection: Connection | None = None) -> None:
        """Change the structure of the store, all or nothing.

        Args:
            connection: One with an open transaction that this is to be a part of.

        Raises:
            SchemaError: A change contradicts what is there.
            ReadOnlyError: The store is open for reading only.
            UnsupportedOperationError: The engine has no way to carry out such a change.
        """
        for change in changes:
            if isinstance(change, CreateTable):
                self.create_table(change.definition)
            elif isinstance(change, DropTable):
                self.drop_table(change.table)
            else:
                raise self._cannot(f"carry out '{change.describe()}'")

    def create_table(self, table: Table) -> None:
        """Create a table with its indexes and comments, all or nothing."""
        self.change([CreateTable(table.name, table)])

    def drop_table(self, name: str) -> None:
        """Delete a table with its rows."""
        self.change([DropTable(name)])

    def supports_server_side_pagination(self) -> bool:
        """Return whether a page of rows is read without the others; here always."""
        return True

    def check(self, work: Work = SILENT) -> list[str]:
        """Return what is wrong with the store; nothing if it is whole.

        Raises:
            CancelledError: It was to end.
            UnsupportedOperationError: The engine has no way to tell.
        """
        raise self._cannot("be checked")

    def dangling_rows(self, connection: Connection | None = None) -> dict[str, int]:
        """Return how many rows of each table refer to rows that do not exist.

        Args:
            connection: The one to ask, which sees what its transaction did.
        """
        return {}

    def backup(self, target: Path, *, overwrite: bool, work: Work = SILENT) -> Path:
        """Copy the store into a file while it is in use.

        Raises:
            ConfigurationError: There is a file already, or it is the open file itself.
            StorageFullError: It cannot be written.
            CancelledError: It was to end; nothing was made.
            UnsupportedOperationError: The engine has no way to do that.
        """
        raise self._cannot("be copied while it is open")

    def compact(self, connection: Connection | None, work: Work = SILENT) -> int:
        """Give the room of deleted rows back; return how many bytes that were.

        Args:
            connection: That of a transaction that is open in this thread.

        Raises:
            UnsupportedOperationError: The engine has no way to do that.
            TransactionError: A transaction is open.
            StorageFullError: There is no room for another copy of the rows.
            CancelledError: It was to end; the store is as it was.
        """
        raise self._cannot("be compacted")

    def change_password(self, password: str | None) -> None:
        """Encrypt the store with another password; None for no encryption.

        Raises:
            UnsupportedOperationError: Stores of this engine have no passwords.
        """
        raise self._cannot("get a password")

    def _cannot(self, what: str) -> UnsupportedOperationError:
        return UnsupportedOperationError(
            f"'{self.info().path}' cannot {what}: its engine '{self.name}' has no way to do that.",
            details={"path": self.info().path},
        )

    @property
    def lock_holder(self) -> LockHolder | None:
        """Who else keeps the lock of a document while its changes are not saved; None if nobody.

        Others can write as soon as these are.
        """
        return None

    @property
    def is_unsaved(self) -> bool:
        """Whether something was committed that the file does not have; documents only."""
        return False

    def save(self, work: Work = SILENT) -> bool:
        """Write what was committed to a document's file; return whether there was anything.

        Elsewhere a commit is in the file when it returns, and there is nothing to do.

        Raises:
            ConflictError: Somebody else has changed the file since it was read or saved.
            SerializationError: The format cannot keep a value; the file is as it was.
        """
        return False

    def discard(self) -> None:
        """Close every connection without saving a document."""
        self.close()

    def watch(self, listener: CommitListener | None) -> None:
        """Have a function called after each commit of this storage, in the committing thread.

        Args:
            listener: None takes the one there was away.

        Raises:
            UnsupportedOperationError: The engine does not tell what is written.
        """
        raise self._cannot("be watched row by row")

    def begin_log(self) -> bool:
        """Have the file keep a log of changes, for other programs; return whether it does."""
        return False

    @abstractmethod
    def versions(self) -> tuple[object, object]:
        """Return two values: one changes with each commit of others, one with the schema."""

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection for the time of a `with` block."""
        connection = self.acquire()
        try:
            yield connection
        finally:
            self.release(connection)

    def execute(self, compiled: Compiled) -> Outcome:
        """Run one statement in a transaction of its own.

        Raises:
            PytuckException: What the store refused.
        """
        connection = self.acquire()
        try:
            return connection.execute(compiled)
        finally:
            self.release(connection)
