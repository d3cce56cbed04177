"""The engine of every document format: a private SQLite database, and a format that fills it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pytuck.backends.backup_target import refuse_target, unwritable_backup
from pytuck.backends.base import EngineInfo, ReadOnlyReason
from pytuck.backends.capabilities import EngineCapabilities
from pytuck.backends.documents.changed_rows import ChangedRows, Changes
from pytuck.backends.documents.connection import CommitSaving, DocumentConnection
from pytuck.backends.documents.document import Document
from pytuck.backends.documents.document_lock import DocumentLock
from pytuck.backends.documents.file_state import FileState, refuse_if_changed, unwritable
from pytuck.backends.documents.following import FileFollower, SavesOfOthers
from pytuck.backends.documents.reading import ReadDocument, read_document
from pytuck.backends.documents.staging import StagingFolder
from pytuck.backends.documents.write_access import WriteAccess
from pytuck.backends.lock_holders import LockHolder
from pytuck.backends.opening import OpeningPlan, connect
from pytuck.backends.pytuck import PytuckEngine
from pytuck.backends.reflection import tables_in_order
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.backends.table_copying import EngineRows
from pytuck.common.progress import SILENT, Work
from pytuck.formats.base import Layout
from pytuck.schema import Table


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
            durability=("full",),
            document=document.format.capabilities,
        )
        self._notes: dict[str, tuple[str, ...]] = {}
        self.notes = MappingProxyType(self._notes)
        self._document = document
        self._changed = ChangedRows()
        self._saving = threading.Lock()
        self._asking = threading.Lock()
        self._saved = _Saved()
        self._follower = FileFollower(
            document.path,
            known=lambda: self._saved.state,
            is_written=self._is_written,
            read_again=self._read_again,
        )
        self._access = WriteAccess(
            DocumentLock(document.path, timeout_s),
            catch_up=self._follower.look_now,
            is_unsaved=self._has_unsaved,
            program=lambda: self.label,
        )
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

    def acquire(self) -> SqliteConnection:
        self._follower.look()
        return super().acquire()

    def open_reader(self, *, with_temporary_tables: bool = False) -> SqliteConnection:
        self._follower.look()
        return super().open_reader(with_temporary_tables=with_temporary_tables)

    @property
    def lock_holder(self) -> LockHolder | None:
        return self._access.holder()

    def info(self, *, sizes: bool = False) -> EngineInfo:
        path = self._document.path
        inside = super().info(sizes=sizes)
        holder = self.lock_holder
        return EngineInfo(
            table_bytes=inside.table_bytes,
            engine=self.name,
            path=str(path),
            format_version=self._document.format.version,
            is_encrypted=bool(getattr(self._document.options, "password", None)),
            size_bytes=_size(path),
            read_only_reason=self.read_only_reason or ("locked" if holder else None),
            lock_holder=holder,
        )

    @property
    def is_unsaved(self) -> bool:
        """Whether something was committed that the file does not have."""
        return self._access.is_held and self._has_unsaved()

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
        self._access.settle()
        return True

    def close(self) -> None:
        if self._pool.is_closed:
            return
        self.save()
        self.discard()

    def discard(self) -> None:
        """Close the document without saving it."""
        super().close()
        self._access.close()
        if self._access.is_mine:
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
        self._follower.look()
        return self._private_versions()

    def commits_of_others(self) -> SavesOfOthers:
        return SavesOfOthers(self._follower)

    # --- Reading ---

    def _create(self) -> SqliteConnection:
        read = read_document(self._document, self.plan, self._prepare, self._document.work)
        connection = read.connection
        try:
            connection.pragma("journal_mode", "WAL")
            self._take_over(read)
            # Reading the one brings the other up to date.
            self._saved.schema_version = connection.pragma("schema_version")
            self._saved.version = connection.data_version()
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: SqliteConnection) -> None:
        self._initialise(connection, is_file=False)

    def _read_again(self) -> bool:
        """Hold what the file has now; whoever reads just now goes on with what there was."""
        before = self._saved.tables
        with self._staging.another_database() as path:
            plan = replace(self.plan, name=str(path))
            read = read_document(self._document, plan, self._prepare, SILENT)
            try:
                self._replace_rows(read.connection)
            finally:
                read.connection.close()
        self._changed.take()
        self._take_over(read)
        self._saved.version, self._saved.schema_version = self._private_versions()
        return read.tables != before

    def _replace_rows(self, source: SqliteConnection) -> None:
        target = connect(replace(self.plan, is_read_only=False))
        try:
            target.take_over(source)
        finally:
            target.close()

    def _take_over(self, read: ReadDocument) -> None:
        self._saved.state = read.state
        self._saved.layout = read.layout
        self._saved.tables = read.tables
        self._notes.clear()
        self._notes.update(read.notes)
        self.inferred_tables = frozenset(read.inferred)

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

    def _is_written(self) -> bool:
        """Whether somebody writes here, or has; or nobody can look any more."""
        return self._access.is_held or not self._access.is_mine or self._pool.is_closed

    def _has_unsaved(self) -> bool:
        return self._commits() != self._saved.version

    def _commits(self) -> object:
        """Return a value that changes with each commit to the private database."""
        return self._private_versions()[0]

    def _private_versions(self) -> tuple[object, object]:
        with self._asking:  # the driver refuses two calls at once
            return super().versions()

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
                raise unwritable(document.path, err) from err
            raise
        saved.layout = layout
        saved.tables = {table.name: table for table in tables}
        saved.state = FileState.of(document.path)
        saved.schema_version = connection.pragma("schema_version")

    def _open_connection(self) -> SqliteConnection:
        connection = connect(self.plan)
        if self.read_only_reason is not None:
            return connection
        self._changed.watch(connection.raw)
        saving = None
        if self._document.saves_commits:
            saving = CommitSaving(self._save_transaction, self._note_commit)
        return DocumentConnection(connection, self._access, saving)


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(found.stat().st_size for found in path.rglob("*") if found.is_file())
    return path.stat().st_size if path.exists() else 0
