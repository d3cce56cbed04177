"""The engine of every document format: a private SQLite database, and a format that fills it."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pytuck.backends.backup_target import refuse_target, unwritable_backup
from pytuck.backends.base import EngineInfo, ReadOnlyReason
from pytuck.backends.capabilities import EngineCapabilities
from pytuck.backends.documents.changed_rows import ChangedRows, Changes
from pytuck.backends.documents.connection import DocumentConnection
from pytuck.backends.documents.file_state import FileState, refuse_if_changed
from pytuck.backends.documents.staging import StagingFolder
from pytuck.backends.opening import OpeningPlan, connect
from pytuck.backends.pytuck import PytuckEngine
from pytuck.backends.reflection import tables_in_order
from pytuck.backends.sqlite_changes import StructureChanges
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.backends.table_copying import (
    EngineRows,
    create_and_fill,
    telling_of_contradictions,
)
from pytuck.common.exceptions import DatabaseConnectionError, FilePermissionError, StorageFullError
from pytuck.common.options import BackendOptions
from pytuck.common.progress import SILENT, Work
from pytuck.formats.base import NOTHING_DECIDED, Format, Layout, Overrides, TableStream
from pytuck.schema import Table


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is opened as a document.

    Attributes:
        path: The file or folder.
        format: What kind of file it is.
        options: How it is read and written; None means the format's defaults.
        saves_commits: Each commit is written to the file at once.
        overrides: What a person decided about a file that does not say its types.
        work: Is told of the reading, and may stop it.
    """

    path: Path
    format: Format
    options: BackendOptions | None = None
    saves_commits: bool = False
    overrides: Overrides = NOTHING_DECIDED
    work: Work = SILENT


@dataclass(slots=True)
class _Saved:
    """The document as it was when it was read or saved last.

    Attributes:
        state: What tells that somebody else has changed it; None while there is no file.
        layout: How it is laid out.
        tables: Its tables, by name.
        version: The commits of the private database that it holds; None if it holds none.
        schema_version: The structure of the private database that it has.
    """

    state: FileState | None = None
    layout: Layout | None = None
    tables: dict[str, Table] = field(default_factory=dict)
    version: object = None
    schema_version: object = None


class DocumentEngine(PytuckEngine):
    """A document that is read as a whole, changed in a private database, and written back.

    Args:
        document: What is opened; the file is read, or made by the first save.
        read_only_reason: Why nothing can be written; None if it can.
        timeout_s: Seconds to wait for another thread that writes.

    Raises:
        SerializationError: The file is damaged or of another kind.
    """

    def __init__(
        self,
        document: Document,
        read_only_reason: ReadOnlyReason | None = None,
        *,
        timeout_s: float = 5.0,
    ) -> None:
        self.keeps_log = False  # its database is its own
        self.name = document.format.name
        self.capabilities = EngineCapabilities(
            several_writers=False,
            notices_other_processes=False,
            durability=("full",),
            document=document.format.capabilities,
        )
        self._notes: dict[str, tuple[str, ...]] = {}
        self.notes = MappingProxyType(self._notes)
        self._document = document
        self._process = os.getpid()  # a forked child leaves the file, and the parent's, alone
        self._changed = ChangedRows()
        self._saving = threading.Lock()
        self._asking = threading.Lock()
        self._saved = _Saved()
        self._staging = StagingFolder()
        plan = OpeningPlan(
            str(self._staging.database),
            is_read_only=read_only_reason is not None,
            timeout_s=timeout_s,
            durability="off",
            shown_as=str(document.path),
        )
        try:
            super().__init__(plan, None, read_only_reason)
        except BaseException:
            self._staging.remove()
            raise

    # --- Engine ---

    def info(self, *, sizes: bool = False) -> EngineInfo:
        path = self._document.path
        inside = super().info(sizes=sizes)
        return EngineInfo(
            table_bytes=inside.table_bytes,
            engine=self.name,
            path=str(path),
            format_version=self._document.format.version,
            is_encrypted=bool(getattr(self._document.options, "password", None)),
            size_bytes=_size(path),
            read_only_reason=self.read_only_reason,
        )

    @property
    def is_unsaved(self) -> bool:
        """Whether something was committed that the file does not have."""
        return self.read_only_reason is None and self._commits() != self._saved.version

    def save(self, work: Work = SILENT) -> bool:
        """Write what was committed to the file, and return whether there was anything to write.

        Raises:
            ConflictError: Somebody else has changed the file since it was read or saved.
            DeadlockError: A transaction of this thread is open.
            SerializationError: The format cannot keep a value; the file is as it was.
            StorageFullError: It cannot be written; the file is as it was.
        """
        if not self.is_unsaved:
            return False
        with self._snapshot() as (connection, changes):
            self._write(connection, changes, work)
        return True

    def close(self) -> None:
        if self._pool.is_closed:
            return
        if self._process == os.getpid():
            self.save()
        self.discard()

    def discard(self) -> None:
        """Close the document without saving it."""
        super().close()
        if self._process == os.getpid():
            self._staging.remove()

    def backup(self, target: Path, *, overwrite: bool, work: Work = SILENT) -> Path:
        """Write what is committed to another file of the same kind."""
        document = self._document
        refuse_target(document.path, target, overwrite=overwrite)
        with contextlib.closing(self.open_reader()) as connection, connection.reading():
            tables = [
                item
                for item in tables_in_order(connection, with_revisions=True)
                if item.kind == "table"
            ]
            rows = [EngineRows(connection, table) for table in tables]
            try:
                document.format.save(target, rows, document.options, work=work)
            except OSError as err:
                raise unwritable_backup(target, err) from err
        return target

    def compact(self, connection: Any, work: Work = SILENT) -> int:
        raise self._cannot("be compacted (a conversion to a new file leaves deleted rows out)")

    def versions(self) -> tuple[object, object]:
        with self._asking:  # the driver refuses two calls at once
            return super().versions()

    # --- Reading ---

    def _create(self) -> SqliteConnection:
        connection = connect(replace(self.plan, is_read_only=False), create=True)
        try:
            connection.pragma("journal_mode", "MEMORY")  # nobody else is there yet
            self._initialise(connection, is_file=False)
            if _exists(self._document.path):
                self._read(connection)
            connection.pragma("journal_mode", "WAL")
        except BaseException:
            connection.close()
            raise
        self._saved.schema_version = connection.pragma("schema_version")
        self._saved.version = connection.data_version()
        return connection

    def _read(self, connection: SqliteConnection) -> None:
        document = self._document
        state = FileState.of(document.path)
        overrides = replace(document.overrides, may_repeat=True)
        reading = document.format.read(
            document.path, document.options, overrides=overrides, work=document.work
        )
        with (
            telling_of_contradictions(document.path),
            reading,
            connection.structure_transaction(),
        ):
            create_and_fill(
                connection, StructureChanges(connection).apply, self._noting(reading), document.work
            )
        self._saved.state = state
        self._saved.layout = reading.layout
        found = tables_in_order(connection, with_revisions=True)
        self._saved.tables = {table.name: table for table in found}

    def _noting(self, streams: Iterable[TableStream]) -> Iterator[TableStream]:
        for stream in streams:
            yield stream
            if stream.notes:  # some come with the rows
                self._notes[stream.table.name] = tuple(stream.notes)
            if stream.is_inferred:
                self.inferred_tables |= {stream.table.name}

    # --- Writing ---

    @contextmanager
    def _snapshot(self) -> Iterator[tuple[SqliteConnection, Changes]]:
        """Give a connection that sees the commits up to now, and the rows that they wrote.

        Others go on writing meanwhile. What could not be saved counts as written again.
        """
        with ExitStack() as stack:
            reader = connect(self.plan)
            stack.callback(reader.close)
            with self.connection() as lock:
                lock.begin()
                try:
                    # Whoever writes has the first lock before the second, so nobody waits in vain.
                    stack.enter_context(self._saving)
                    changes = self._changed.take()
                    version = self._commits()
                    reader.begin(write=False)
                    reader.pragma("schema_version")  # a read is what makes the snapshot
                finally:
                    lock.rollback()
            try:
                yield reader, changes
            except BaseException:
                self._changed.put_back(changes)
                raise
            self._saved.version = version

    def _save_transaction(self, connection: SqliteConnection) -> None:
        """Write what an open transaction sees, before it is committed."""
        with self._saving:
            changes = self._changed.take()
            if not changes and connection.pragma("schema_version") == self._saved.schema_version:
                return
            try:
                self._write(connection, changes, SILENT)
            except BaseException:
                self._changed.put_back(changes)
                raise

    def _note_commit(self) -> None:
        self._saved.version = self._commits()

    def _commits(self) -> object:
        """Return a value that changes with each commit to the private database."""
        return self.versions()[0]

    def _write(self, connection: SqliteConnection, changes: Changes, work: Work) -> None:
        document, saved = self._document, self._saved
        refuse_if_changed(document.path, saved.state)
        tables = [
            table
            for table in tables_in_order(connection, with_revisions=True)
            if table.kind == "table"
        ]
        rows = [
            EngineRows(
                connection,
                table,
                changes.get(table.name, set())
                if saved.layout is not None and saved.tables.get(table.name) == table
                else None,
            )
            for table in tables
        ]
        try:
            layout = document.format.save(
                document.path, rows, document.options, layout=saved.layout, work=work
            )
        except BaseException as err:
            # A format that writes in place has put back what there was, at another time.
            saved.state = FileState.of(document.path)
            if isinstance(err, OSError):
                raise self._unwritable(err) from err
            raise
        saved.layout = layout
        saved.tables = {table.name: table for table in tables}
        saved.state = FileState.of(document.path)
        saved.schema_version = connection.pragma("schema_version")

    def _unwritable(self, err: OSError) -> DatabaseConnectionError:
        path = self._document.path
        if isinstance(err, PermissionError):
            return FilePermissionError(
                f"'{path}' may not be written here; it is as it was. Ask for the permission to "
                "write in its folder, or convert it to another place.",
                details={"path": str(path)},
            )
        return StorageFullError(
            f"'{path}' cannot be written: {err}. It is as it was; what was committed is kept until "
            "it is closed.",
            details={"path": str(path)},
        )

    def _open_connection(self) -> SqliteConnection:
        connection = connect(self.plan)
        self._changed.watch(connection.raw)
        if not self._document.saves_commits:
            return connection
        return DocumentConnection(connection, self._save_transaction, self._note_commit)


def _exists(path: Path) -> bool:
    return path.is_file() or (path.is_dir() and any(path.iterdir()))


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(found.stat().st_size for found in path.rglob("*") if found.is_file())
    return path.stat().st_size if path.exists() else 0
