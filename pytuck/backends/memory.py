"""Databases in memory: one connection that everybody in the process shares.

SQLite's own shared memory database lets nobody read while somebody writes, not even in the same
thread. So here all use one connection; a transaction belongs to whoever began it, others wait
with their writes, and what they read is the present state, committed or not.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from pathlib import Path

import apsw

from pytuck.backends.capabilities import MEMORY_CAPABILITIES
from pytuck.backends.connection import Connection
from pytuck.backends.opening import OpeningPlan, connect
from pytuck.backends.pytuck import PytuckEngine
from pytuck.backends.results import Outcome, StoredRow
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.backends.write_locks import WriteLock
from pytuck.common.progress import SILENT, Work
from pytuck.compiler import Compiled, Template
from pytuck.compiler.dialects import SQLITE
from pytuck.types import Stored


class MemoryConnection(SqliteConnection):
    """One user's share of the connection to a database in memory."""

    def __init__(self, raw: apsw.Connection, lock: WriteLock) -> None:
        super().__init__(raw, ":memory:", SQLITE)
        self._write_lock = lock
        self._call = lock.call  # the driver refuses two calls at once
        self._is_mine = False

    @property
    def in_transaction(self) -> bool:
        return self._is_mine and self.raw.in_transaction

    def execute(self, compiled: Compiled) -> Outcome:
        if not compiled.template.is_write or self._is_mine:
            with self._call:
                return super().execute(compiled)
        if self.recorder is not None:
            with self.transaction():
                return self.execute(compiled)
        self._take_lock()
        try:
            with self._call:
                return super().execute(compiled)
        finally:
            self._write_lock.release()

    def execute_many(self, template: Template, parameters: Iterable[Sequence[Stored]]) -> None:
        with self._call:
            super().execute_many(template, parameters)

    def write(self, template: Template, rows: Sequence[Sequence[Stored]]) -> int:
        with self._call:
            return super().write(template, rows)

    def batches(self, compiled: Compiled, size: int) -> Generator[list[StoredRow], None, None]:
        # The cursor is everybody's as the connection is, so it is read to its end at once.
        with self._call:
            found = list(super().batches(compiled, size))
        yield from found

    def fetch(self, sql: str, parameters: Sequence[Stored] = ()) -> list[StoredRow]:
        with self._call:
            return super().fetch(sql, parameters)

    def compile(self, sql: str) -> None:
        with self._call:
            super().compile(sql)

    @contextlib.contextmanager
    def function(
        self, name: str, call: Callable[..., Stored], argument_count: int = 0
    ) -> Iterator[None]:
        # One name would mean two things if somebody else had a function of it meanwhile.
        with self._call, super().function(name, call, argument_count):
            yield

    def pragma(self, name: str, value: str | int | None = None) -> Stored:
        with self._call:
            return super().pragma(name, value)

    def read_beginning(self, table: str, column: str, row_id: int, size: int) -> bytes:
        with self._call:
            return super().read_beginning(table, column, row_id, size)

    def begin(self, *, write: bool = True) -> None:
        if not self._is_mine:
            self._take_lock()
            self._is_mine = True
        try:
            super().begin(write=write)
        except BaseException:
            self._end()
            raise

    @contextlib.contextmanager
    def structure_transaction(self) -> Iterator[None]:
        # The setting is everybody's as the connection is, so nobody comes in before it is back.
        self._take_lock()
        self._is_mine = True
        try:
            with self._call, super().structure_transaction():
                yield
        finally:
            self._end()

    def commit(self) -> None:
        super().commit()
        self._end()

    def rollback(self) -> None:
        super().rollback()
        self._end()

    def close(self) -> None:
        self.rollback()

    def __del__(self) -> None:
        # A session was dropped in the middle of a transaction. This may run in any thread and in
        # the middle of a call of the driver, so the next one to write rolls it back.
        if self._is_mine:
            self._write_lock.release()

    def _take_lock(self) -> None:
        self._write_lock.acquire()
        with self._call:
            if self.raw.in_transaction:
                self.raw.execute(self.dialect.rollback)

    def _end(self) -> None:
        if self._is_mine:
            self._is_mine = False
            self._write_lock.release()


class MemoryEngine(PytuckEngine):
    """A database in memory; it ends with its storage."""

    capabilities = MEMORY_CAPABILITIES
    keeps_log = False

    def __init__(self, *, name: str = "pytuck", timeout_s: float = 5.0) -> None:
        self.name = name
        self._write_lock = WriteLock("the database in memory", timeout_s)
        super().__init__(OpeningPlan(":memory:", timeout_s=timeout_s, durability="off"))
        self.isolation_levels = ("READ UNCOMMITTED",)

    def acquire(self) -> SqliteConnection:
        self._refuse_if_closed()
        connection = MemoryConnection(self._watcher.raw, self._write_lock)
        if self._listener is not None or self._watcher.recorder is not None:
            self._record(self._watcher)  # the driver's connection is everybody's
            connection.recorder = self._watcher.recorder
        return connection

    def release(self, connection: Connection) -> None:
        connection.close()

    def open_reader(self, *, with_temporary_tables: bool = False) -> SqliteConnection:
        return self.acquire()

    def backup(self, target: Path, *, overwrite: bool, work: Work = SILENT) -> Path:
        with self._alone():
            return super().backup(target, overwrite=overwrite, work=work)

    def compact(self, connection: Connection | None, work: Work = SILENT) -> int:
        if connection is not None:
            return super().compact(connection)  # which refuses it
        with self._alone():
            return super().compact(None, work)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep everybody else out: the one connection would show what is not committed.

        Raises:
            DeadlockError: This thread has a transaction open.
            LockTimeout: Another thread keeps one open for too long.
        """
        MemoryConnection(self._watcher.raw, self._write_lock)._take_lock()
        try:
            with self._write_lock.call:
                yield
        finally:
            self._write_lock.release()

    def versions(self) -> tuple[object, object]:
        # Nobody outside can commit here; `total_changes` counts what is done inside.
        with self._write_lock.call:
            return self._watcher.total_changes(), self._watcher.pragma("schema_version")

    def _create(self) -> SqliteConnection:
        connection = connect(self.plan, create=True)
        self._initialise(connection, is_file=False)
        return connection
