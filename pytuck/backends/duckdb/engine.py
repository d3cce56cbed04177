"""The `duckdb` engine."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from pytuck.backends.backup_target import refuse_target, unwritable_backup
from pytuck.backends.base import CommitListener, Engine, EngineInfo, ReadOnlyReason
from pytuck.backends.capabilities import DUCKDB_CAPABILITIES
from pytuck.backends.connection import Connection
from pytuck.backends.connection_pool import ConnectionPool
from pytuck.backends.duckdb import foreign_keys, upkeep
from pytuck.backends.duckdb.connection import DuckDBConnection
from pytuck.backends.duckdb.opening import MEMORY, connect, give_up, share, use_schema
from pytuck.backends.duckdb.reflection import reflect_table, table_names
from pytuck.backends.duckdb.structure_changes import StructureChanges
from pytuck.backends.opening import OpeningPlan
from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import (
    DatabaseConnectionError,
    ReadOnlyError,
    UnsupportedOperationError,
)
from pytuck.common.options import DuckdbBackendOptions
from pytuck.common.progress import SILENT, Work
from pytuck.compiler.dialects import DUCKDB
from pytuck.schema import Change, Table


class DuckDBEngine(Engine):
    """A DuckDB database in a file, or in memory.

    Args:
        plan: How its connections are opened.
        read_only_reason: Why nothing can be written; None if it can.
        options: Threads and schema.
    """

    name = "duckdb"
    dialect = DUCKDB
    capabilities = DUCKDB_CAPABILITIES

    def __init__(
        self,
        plan: OpeningPlan,
        read_only_reason: ReadOnlyReason | None = None,
        options: DuckdbBackendOptions | None = None,
    ) -> None:
        if plan.password is not None:
            raise UnsupportedOperationError(
                f"'{plan.name}': the duckdb engine does not encrypt. Take the pytuck engine for a "
                "file with a password."
            )
        parent = Path(plan.name).parent
        if plan.name != MEMORY and not parent.is_dir():
            raise DatabaseConnectionError(
                f"'{plan.name}' cannot be made: there is no folder '{parent}'. Make it first.",
                details={"path": plan.name},
            )
        self.plan = plan
        self.options = options or DuckdbBackendOptions()
        self.read_only_reason = read_only_reason
        self._root = connect(plan, self.options)
        self._shared = share(plan.name, plan.timeout_s)
        self._pool = ConnectionPool(self._new_connection)
        self._listener: CommitListener | None = None

    def acquire(self) -> DuckDBConnection:
        self._refuse_if_unusable()
        connection = self._pool.acquire()
        connection.listener, connection.label = self._listener, self.label
        return connection

    def release(self, connection: Connection) -> None:
        assert isinstance(connection, DuckDBConnection)
        self._pool.release(connection)

    def open_reader(self, *, with_temporary_tables: bool = False) -> DuckDBConnection:
        self._refuse_if_unusable()
        return self._new_connection()

    def info(self, *, sizes: bool = False) -> EngineInfo:
        path = Path(self.plan.name)
        with self.connection() as connection:
            room = upkeep.room(connection)
            table_bytes = upkeep.table_bytes(connection) if sizes else None
        return EngineInfo(
            library=f"DuckDB {version('duckdb')}",
            page_bytes=room.block_bytes,
            free_bytes=room.free_bytes,
            table_bytes=table_bytes,
            engine=self.name,
            path=self.plan.name,
            format_version=0,
            is_encrypted=False,
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
        with self._using(connection) as used, used.transaction():
            StructureChanges(used).apply(changes)

    def check(self, work: Work = SILENT) -> list[str]:
        with self.connection() as connection:
            return upkeep.check(connection, work)

    def dangling_rows(self, connection: Connection | None = None) -> dict[str, int]:
        with self._using(connection) as used:
            definitions = used.definitions()
            references = [
                (name, key) for name, kept in definitions.items() for key in kept.foreign_keys
            ]
            return foreign_keys.count_orphans(used, references, definitions)

    def backup(self, target: Path, *, overwrite: bool, work: Work = SILENT) -> Path:
        store = None if self.plan.name == MEMORY else Path(self.plan.name)
        refuse_target(store, target, overwrite=overwrite)
        try:
            with self.connection() as connection, replacing(target) as path:
                path.unlink()  # an empty file is no database of any kind
                self._fill(path, connection, work)
        except OSError as err:
            raise unwritable_backup(target, err) from err
        return target

    def compact(self, connection: Connection | None, work: Work = SILENT) -> int:
        raise self._cannot("be compacted (a conversion to a new file leaves deleted rows out)")

    def _fill(self, path: Path, source: DuckDBConnection, work: Work) -> None:
        plan = replace(self.plan, name=str(path), is_read_only=False, can_write_file=True)
        copy = DuckDBEngine(plan, None, DuckdbBackendOptions(threads=self.options.threads))
        try:
            with copy.connection() as target:
                upkeep.copy(source, target, work)
        finally:
            copy.close()

    def watch(self, listener: CommitListener | None) -> None:
        if self._listener is not None:
            self._shared.listeners.remove(self._listener)
        self._listener = listener
        if listener is not None:
            self._shared.listeners.append(listener)

    def versions(self) -> tuple[object, object]:
        # No other process can write while this one has the file, so what is counted here is all.
        return self._shared.commits, self._shared.schema_changes

    def close(self) -> None:
        if self._pool.is_closed:
            return
        is_mine = not self._pool.is_inherited
        self._pool.close()
        if is_mine:
            give_up(self._shared)
            self._root.close()

    @contextlib.contextmanager
    def connection(self) -> Iterator[DuckDBConnection]:
        connection = self.acquire()
        try:
            yield connection
        finally:
            self.release(connection)

    def _new_connection(self) -> DuckDBConnection:
        raw = self._root.cursor()
        use_schema(raw, self.plan, self.options.schema)
        return DuckDBConnection(raw, self.plan.name, self._shared, self.options.schema)

    @contextlib.contextmanager
    def _using(self, connection: Connection | None) -> Iterator[DuckDBConnection]:
        """Give the connection that is there, or lend one for the time of a `with` block."""
        if connection is None:
            with self.connection() as lent:
                yield lent
        else:
            assert isinstance(connection, DuckDBConnection)
            yield connection

    def _refuse_if_unusable(self) -> None:
        if self._pool.is_closed:
            raise DatabaseConnectionError(
                f"'{self.plan.name}' is closed. Open it again with Storage(...).",
                details={"path": self.plan.name},
            )
        if self._pool.is_inherited:
            raise DatabaseConnectionError(
                f"'{self.plan.name}' was opened by the process that this one was forked from; "
                "DuckDB cannot be used on both sides. Open it in one of them only.",
                details={"path": self.plan.name},
            )

    def _refuse_if_read_only(self) -> None:
        if self.read_only_reason is not None:
            raise ReadOnlyError(
                f"'{self.plan.name}' is open for reading only and cannot be changed.",
                details={"path": self.plan.name, "reason": self.read_only_reason},
            )
