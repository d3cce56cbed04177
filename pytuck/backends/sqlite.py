"""The `sqlite` engine: any SQLite file; a foreign one gets nothing that is not asked for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pytuck.backends import sqlite_upkeep
from pytuck.backends.base import Engine, EngineInfo, ReadOnlyReason
from pytuck.backends.capabilities import SQLITE_CAPABILITIES
from pytuck.backends.connection import Connection
from pytuck.backends.connection_pool import ConnectionPool
from pytuck.backends.file_check import FileFacts
from pytuck.backends.opening import OpeningPlan, connect
from pytuck.backends.reflection import reflect_table, table_names
from pytuck.backends.sqlite_changes import StructureChanges
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.common.exceptions import DatabaseConnectionError, ReadOnlyError, TransactionError
from pytuck.common.options import IsolationLevel
from pytuck.compiler.dialects import SQLITE
from pytuck.schema import Change, Table


def _levels(connection: SqliteConnection) -> tuple[IsolationLevel, ...]:
    """Return the isolation levels of a file, the one that is meant if none is named first.

    With a write-ahead log readers keep nobody from writing. Without one they do, so they keep to
    one state only if they were asked to.
    """
    if connection.pragma("journal_mode") == "wal":
        return ("SERIALIZABLE", "READ COMMITTED")
    return ("READ COMMITTED", "SERIALIZABLE")


class SqliteEngine(Engine):
    """A SQLite database in a file.

    Args:
        plan: How its connections are opened.
        facts: What the first look at an existing file said; None for a new one.
        read_only_reason: Why nothing can be written; None if it can.
    """

    name = "sqlite"
    dialect = SQLITE
    capabilities = SQLITE_CAPABILITIES

    def __init__(
        self,
        plan: OpeningPlan,
        facts: FileFacts | None = None,
        read_only_reason: ReadOnlyReason | None = None,
    ) -> None:
        if plan.name != ":memory:":
            # The program may go to another folder meanwhile.
            plan = replace(plan, name=str(Path(plan.name).absolute()), shown_as=plan.label)
        self.plan = plan
        self.facts = facts
        self.read_only_reason = read_only_reason
        self._pool = ConnectionPool(
            self._open_connection, plan.label, plan.max_connections, plan.timeout_s
        )
        # This one stays open and notices the commits of others.
        self._watching = self._create() if facts is None else connect(plan)
        self.isolation_levels = _levels(self._watching)

    @property
    def _watcher(self) -> SqliteConnection:
        if self._watching.is_inherited:
            self._watching = connect(self.plan)
        return self._watching

    def acquire(self) -> SqliteConnection:
        self._refuse_if_closed()
        return self._pool.acquire()

    def release(self, connection: Connection) -> None:
        assert isinstance(connection, SqliteConnection)
        self._pool.release(connection)

    def open_reader(self, *, with_temporary_tables: bool = False) -> SqliteConnection:
        # SQLite's `query_only` would refuse temporary tables as well.
        return connect(replace(self.plan, is_read_only=not with_temporary_tables))

    def info(self) -> EngineInfo:
        path = Path(self.plan.name)
        return EngineInfo(
            engine=self.name,
            path=str(path),
            format_version=0,
            is_encrypted=self.plan.is_encrypted,
            size_bytes=path.stat().st_size if path.exists() else 0,
            read_only_reason=self.read_only_reason,
        )

    def table_names(self, connection: Connection | None = None) -> list[str]:
        with self._using(connection) as used:
            return table_names(used)

    def reflect(self, table: str, connection: Connection | None = None) -> Table:
        with self._using(connection) as used:
            return reflect_table(used, table)

    def change(self, changes: Sequence[Change], connection: Connection | None = None) -> None:
        self._refuse_if_read_only()
        if connection is not None:
            with connection.transaction(), self._using(connection) as used:
                StructureChanges(used).apply(changes)
            return
        with self.connection() as own, own.structure_transaction():
            StructureChanges(own).apply(changes)

    def check(self) -> list[str]:
        with self.connection() as connection:
            return sqlite_upkeep.check(connection)

    def backup(self, target: Path, *, overwrite: bool) -> Path:
        with self.connection() as connection:
            return sqlite_upkeep.backup(connection, self.plan, target, overwrite=overwrite)

    def compact(self, connection: Connection | None) -> int:
        self._refuse_if_read_only()
        if connection is not None:
            raise TransactionError(
                f"'{self.plan.label}' cannot be compacted inside a transaction; commit it first.",
                details={"path": self.plan.label},
            )
        with self.connection() as own:
            return sqlite_upkeep.compact(own)

    def versions(self) -> tuple[object, object]:
        if self.plan.can_write_file:
            # Reading the one brings the other up to date.
            schema_version = self._watcher.pragma("schema_version")
            return self._watcher.data_version(), schema_version
        return self._versions_of_unlocked_file()

    def close(self) -> None:
        self._pool.close()
        self._watching.close()

    @contextlib.contextmanager
    def connection(self) -> Iterator[SqliteConnection]:
        connection = self.acquire()
        try:
            yield connection
        finally:
            self.release(connection)

    def _versions_of_unlocked_file(self) -> tuple[object, object]:
        """A file that may not be written is read without locks, so only its state on disk tells."""
        path = Path(self.plan.name)
        status = path.stat()
        data = (status.st_mtime_ns, status.st_size, Path(f"{path}-wal").exists())
        self._pool.drop_idle()
        with self.connection() as connection:
            return data, connection.pragma("schema_version")

    def _open_connection(self) -> SqliteConnection:
        self._watcher.refuse_if_moved()
        return connect(self.plan)

    def _create(self) -> SqliteConnection:
        """Make the database and return its first connection."""
        path = Path(self.plan.name)
        if not path.parent.is_dir():
            raise DatabaseConnectionError(
                f"'{path}' cannot be made: there is no folder '{path.parent}'. Make it first.",
                details={"path": str(path)},
            )
        connection = connect(replace(self.plan, is_read_only=False), create=True)
        self._initialise(connection, is_file=True)
        return connection

    def _initialise(self, connection: SqliteConnection, *, is_file: bool) -> None:
        """Give a new database what this engine's files begin with."""
        connection.pragma("user_version", 0)

    @contextlib.contextmanager
    def _using(self, connection: Connection | None) -> Iterator[SqliteConnection]:
        """Give the connection that is there, or lend one for the time of a `with` block."""
        if connection is None:
            with self.connection() as lent:
                yield lent
        else:
            assert isinstance(connection, SqliteConnection)
            yield connection

    def _refuse_if_closed(self) -> None:
        if self._pool.is_closed:
            raise DatabaseConnectionError(
                f"'{self.plan.label}' is closed. Open it again with Storage(...).",
                details={"path": self.plan.label},
            )

    def _refuse_if_read_only(self) -> None:
        if self.read_only_reason is not None:
            raise ReadOnlyError(
                f"'{self.plan.label}' is open for reading only and cannot be changed.",
                details={"path": self.plan.label, "reason": self.read_only_reason},
            )
