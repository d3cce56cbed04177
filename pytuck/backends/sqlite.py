"""The `sqlite` engine: any SQLite file; a foreign one gets nothing that is not asked for."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import apsw

from pytuck.backends import change_log, history, sqlite_upkeep
from pytuck.backends.base import CommitListener, Engine, EngineInfo, ReadOnlyReason
from pytuck.backends.capabilities import SQLITE_CAPABILITIES
from pytuck.backends.change_log import ChangeLog
from pytuck.backends.change_recording import ChangeRecorder, CommitCount, RecordedCommit
from pytuck.backends.change_safety import ChangeSafety
from pytuck.backends.commits_of_others import CommitsOfOthers, LooksForOthers
from pytuck.backends.connection import Connection
from pytuck.backends.connection_pool import ConnectionPool
from pytuck.backends.file_check import FileFacts
from pytuck.backends.history import HistoryBounds
from pytuck.backends.opening import OpeningPlan, connect
from pytuck.backends.reflection import reflect_table, table_names
from pytuck.backends.sqlite_backup import backup
from pytuck.backends.sqlite_changes import StructureChanges
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.backends.sqlite_structure import copy_structure
from pytuck.common.exceptions import DatabaseConnectionError, ReadOnlyError, TransactionError
from pytuck.common.options import IsolationLevel
from pytuck.common.progress import SILENT, Work
from pytuck.compiler.dialects import SQLITE
from pytuck.schema import Change, Table

_LOOK_FOR_LOG_S = 1.0


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
    keeps_log = False

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
        self._listener: CommitListener | None = None
        self.own_commits = CommitCount()
        self._log = ChangeLog()
        self._has_log = False
        self._log_looked_for = 0.0
        self._history: HistoryBounds | None = None
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
        connection = self._pool.acquire()
        if self.keeps_log:
            self._look_for_log(connection)
        if self._listener is not None or self._has_log or connection.recorder is not None:
            self._record(connection)
        return connection

    def release(self, connection: Connection) -> None:
        assert isinstance(connection, SqliteConnection)
        self._pool.release(connection)

    def open_reader(self, *, with_temporary_tables: bool = False) -> SqliteConnection:
        # SQLite's `query_only` would refuse temporary tables as well.
        connection = connect(replace(self.plan, is_read_only=not with_temporary_tables))
        if with_temporary_tables and not self.plan.is_encrypted:
            # Ten million rows in order take 600 MB of memory, and in a file half of the time.
            connection.pragma("temp_store", 1)
        return connection

    # --- Watching ---

    def watch(self, listener: CommitListener | None) -> None:
        self._listener = listener

    def begin_log(self) -> bool:
        """Have the file keep a log of changes, for other programs, if it may have one."""
        if not self.keeps_log or self.read_only_reason is not None:
            return False
        with self.connection() as connection:
            if not self._has_log and not change_log.is_kept(connection):
                with connection.structure_transaction():
                    change_log.begin(connection)
        self._has_log = True
        return True

    def commits_of_others(self) -> LooksForOthers:
        """Return what looks for commits that were not made through this engine."""
        return CommitsOfOthers(self)

    @property
    def log_writer(self) -> str:
        """Tells the entries of this engine in the log from those of others."""
        return self._log.writer

    def _look_for_log(self, connection: SqliteConnection) -> None:
        """Find out, once in a while, whether another program has begun a log."""
        now = time.monotonic()
        if now - self._log_looked_for > _LOOK_FOR_LOG_S:
            self._log_looked_for = now
            self.look_at_log(connection)

    def look_at_log(self, connection: SqliteConnection) -> None:
        """Find out what the file keeps of commits: a log, and with a history the values."""
        may_write = self.keeps_log and self.read_only_reason is None
        self._has_log = may_write and change_log.is_kept(connection)
        self._history = history.read_bounds(connection) if self._has_log else None

    def _record(self, connection: SqliteConnection) -> None:
        """Have a connection record what it writes, as it is wanted now."""
        log = self._log if self._has_log else None
        if connection.recorder is None:
            connection.recorder = ChangeRecorder(connection.raw, self._tell, self.own_commits)
        connection.recorder.log, connection.recorder.label = log, self.label
        connection.recorder.history = self._history

    def _tell(self, commit: RecordedCommit) -> None:
        if self._listener is not None:
            self._listener(commit)

    def info(self, *, sizes: bool = False) -> EngineInfo:
        path = Path(self.plan.name)
        with self.connection() as connection:
            page_bytes = int(connection.pragma("page_size") or 0)
            free_pages = int(connection.pragma("freelist_count") or 0)
            return EngineInfo(
                engine=self.name,
                path=str(path),
                format_version=0,
                is_encrypted=self.plan.is_encrypted,
                size_bytes=path.stat().st_size if path.exists() else 0,
                read_only_reason=self.read_only_reason,
                library=f"SQLite {apsw.sqlite_lib_version()}",
                journal_mode=str(connection.pragma("journal_mode")),
                page_bytes=page_bytes,
                free_bytes=free_pages * page_bytes,
                table_bytes=sqlite_upkeep.table_bytes(connection) if sizes else None,
            )

    def table_names(self, connection: Connection | None = None) -> list[str]:
        with self._using(connection) as used:
            return table_names(used)

    def copy_structure(self, target: Engine) -> None:
        assert isinstance(target, SqliteEngine)
        with self.connection() as source, target.connection() as copy:
            copy_structure(source, copy)

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

    def check(self, work: Work = SILENT) -> list[str]:
        with self.connection() as connection:
            return sqlite_upkeep.check(connection, work)

    def dangling_rows(self, connection: Connection | None = None) -> dict[str, int]:
        with self._using(connection) as used:
            return dict(ChangeSafety(used).dangling(set(table_names(used))))

    def backup(self, target: Path, *, overwrite: bool, work: Work = SILENT) -> Path:
        with self.connection() as connection:
            return backup(connection, self.plan, target, overwrite=overwrite, work=work)

    def compact(self, connection: Connection | None, work: Work = SILENT) -> int:
        self._refuse_if_read_only()
        if connection is not None:
            raise TransactionError(
                f"'{self.plan.label}' cannot be compacted inside a transaction; commit it first.",
                details={"path": self.plan.label},
            )
        with self.connection() as own:
            return sqlite_upkeep.compact(own, work)

    @contextlib.contextmanager
    def nothing_open(self) -> Iterator[None]:
        """Have no connection to the file for the time of a `with` block.

        Raises:
            TransactionError: A session or a transaction of this storage is at work.
        """
        if self._pool.lent:
            raise TransactionError(
                f"'{self.plan.label}' is in use by a session or a transaction of this program. "
                "Close it first.",
                details={"path": self.plan.label},
            )
        self._pool.drop_idle()
        mode = self._watching.pragma("journal_mode")
        self._watching.close()
        try:
            yield
        finally:
            self._watching = connect(self.plan)
            self._watching.pragma("journal_mode", str(mode))

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
