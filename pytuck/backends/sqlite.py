"""The `sqlite` engine: any SQLite file; a foreign one gets nothing that is not asked for."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

from pytuck.backends.base import Engine, EngineInfo, ReadOnlyReason
from pytuck.backends.connection import Connection
from pytuck.backends.file_check import FileFacts
from pytuck.backends.opening import OpeningPlan, connect
from pytuck.backends.reflection import reflect_table, table_names
from pytuck.common.exceptions import DatabaseConnectionError, ReadOnlyError
from pytuck.compiler import ddl
from pytuck.compiler.dialects import SQLITE
from pytuck.schema import Table

_MAX_IDLE = 8
"""Idle connections kept for the next user; each costs some ten kilobytes and a file handle."""


class SqliteEngine(Engine):
    """A SQLite database in a file.

    Args:
        plan: How its connections are opened.
        facts: What the first look at an existing file said; None for a new one.
        read_only_reason: Why nothing can be written; None if it can.
    """

    name = "sqlite"
    dialect = SQLITE

    def __init__(
        self,
        plan: OpeningPlan,
        facts: FileFacts | None = None,
        read_only_reason: ReadOnlyReason | None = None,
    ) -> None:
        self.plan = plan
        self.facts = facts
        self.read_only_reason = read_only_reason
        self._idle: list[Connection] = []
        self._lock = threading.Lock()
        self._is_closed = False
        self._pid = os.getpid()
        # This one stays open and notices the commits of others.
        self._watcher = self._create() if facts is None else connect(plan)

    def acquire(self) -> Connection:
        self._refuse_if_closed()
        if self._pid != os.getpid():
            # A connection must not be carried into a forked child ("How To Corrupt", 2.6).
            self._idle, self._pid = [], os.getpid()
            self._lock = threading.Lock()
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return connect(self.plan)

    def release(self, connection: Connection) -> None:
        connection.rollback()
        with self._lock:
            if not self._is_closed and len(self._idle) < _MAX_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def open_reader(self, *, with_temporary_tables: bool = False) -> Connection:
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

    def table_names(self) -> list[str]:
        with self.connection() as connection:
            return table_names(connection)

    def reflect(self, table: str) -> Table:
        with self.connection() as connection:
            return reflect_table(connection, table, self._comments(connection, table))

    def create_table(self, table: Table) -> None:
        self._refuse_if_read_only()
        with self.connection() as connection, connection.transaction():
            connection.fetch(ddl.create_table(table, self.dialect))
            for index in table.indexes:
                connection.fetch(ddl.create_index(table.name, index, self.dialect))
            self._keep_comments(connection, table)

    def drop_table(self, name: str) -> None:
        self._refuse_if_read_only()
        with self.connection() as connection, connection.transaction():
            connection.fetch(ddl.drop_table(name, self.dialect))
            self._keep_comments(connection, Table(name, ()))

    def versions(self) -> tuple[object, object]:
        if self.plan.can_write_file:
            # Reading the one brings the other up to date.
            schema_version = self._watcher.pragma("schema_version")
            return self._watcher.data_version(), schema_version
        return self._versions_of_unlocked_file()

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            connections, self._idle = [*self._idle, self._watcher], []
        if self._pid == os.getpid():
            for connection in connections:
                connection.close()

    def _versions_of_unlocked_file(self) -> tuple[object, object]:
        """A file that may not be written is read without locks, so only its state on disk tells."""
        path = Path(self.plan.name)
        status = path.stat()
        data = (status.st_mtime_ns, status.st_size, Path(f"{path}-wal").exists())
        with self._lock:
            stale, self._idle = self._idle, []
        for connection in stale:
            connection.close()
        with self.connection() as connection:
            return data, connection.pragma("schema_version")

    def _create(self) -> Connection:
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

    def _initialise(self, connection: Connection, *, is_file: bool) -> None:
        """Give a new database what this engine's files begin with."""
        connection.pragma("user_version", 0)

    def _comments(self, connection: Connection, table: str) -> dict[str, str]:
        """Return the comments kept for a table; a plain SQLite file has no place for any."""
        return {}

    def _keep_comments(self, connection: Connection, table: Table) -> None:
        """Keep the comments of a table, where the file has a place for them."""

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise DatabaseConnectionError(
                f"'{self.plan.name}' is closed. Open it again with Storage(...).",
                details={"path": self.plan.name},
            )

    def _refuse_if_read_only(self) -> None:
        if self.read_only_reason is not None:
            raise ReadOnlyError(
                f"'{self.plan.name}' is open for reading only and cannot be changed.",
                details={"path": self.plan.name, "reason": self.read_only_reason},
            )
