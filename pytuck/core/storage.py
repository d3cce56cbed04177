"""`Storage`: an open database."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pytuck.backends import Engine, EngineInfo, memory_engine, open_engine
from pytuck.backends.base import ReadOnlyReason
from pytuck.backends.paging import RowOrder
from pytuck.common.exceptions import ConfigurationError, UnsupportedOperationError
from pytuck.common.options import (
    BackendOptions,
    Durability,
    IsolationLevel,
    PytuckBackendOptions,
    SqliteBackendOptions,
)
from pytuck.common.progress import CancelToken, ProgressListener, Work
from pytuck.core.changes import Changes
from pytuck.core.history import History
from pytuck.core.model_registry import ModelRegistry
from pytuck.core.schema_changes import SchemaChanges
from pytuck.core.stale_models import StaleModels
from pytuck.core.table_rows import TableRows
from pytuck.core.tables import Table
from pytuck.core.upkeep import Upkeep
from pytuck.events import event
from pytuck.formats.base import Overrides
from pytuck.query import Select

__all__ = ["Storage", "Table"]


class Storage(SchemaChanges, TableRows, Upkeep):
    """An open database: the user's handle.

    Args:
        file_path: The file; none means in memory. It is made if it does not exist.
        in_memory: Keep everything in memory, whatever the path.
        engine: A name from `pytuck.backends.ENGINES`, such as `"sqlite"` or `"csv"`; found from
            the file's content, or a new file's name, if not given.
        auto_flush: Have each commit write the file of a document, such as a JSON file. In
            databases every commit is durable anyway.
        backend_options: Options of the engine.
        read_only: Refuse every write.
        create: Make the file if there is none.
        password: Opens an encrypted file, or encrypts a new one.
        timeout_s: Seconds to wait while another program writes.
        durability: When a commit counts as done.
        isolation_level: What transactions see of others that commit meanwhile, by the name
            SQLAlchemy gives it; None means the engine's own, see `Storage.isolation_level`.
        max_connections: How many connections to a file may be in use at once; who needs one
            more waits for `timeout_s`. None means any number.
        types: Types of columns, by table and column, for files that do not say them: in place of
            those found out from the values.
        progress: Is told how far the reading of a document is.
        cancel: Stops it.

    Raises:
        FileMissingError: There is no file, and none may be made.
        NotAFileError, EmptyFileError, TruncatedFileError, FileFormatError, FilePermissionError:
            What stands there is no database, or may not be read.
        PasswordRequiredError, WrongPasswordError: The file is encrypted.
        LockTimeout: Another program has the file for itself.
        ConfigurationError: The engine has no isolation level of this name.

    Attributes:
        isolation_level: What transactions of sessions see of others that commit meanwhile.
    """

    isolation_level: IsolationLevel

    def __init__(
        self,
        file_path: str | Path | None = None,
        in_memory: bool = False,
        engine: str | None = None,
        auto_flush: bool = False,
        backend_options: BackendOptions | None = None,
        *,
        read_only: bool = False,
        create: bool = True,
        password: str | None = None,
        timeout_s: float = 5.0,
        durability: Durability = "full",
        isolation_level: str | None = None,
        max_connections: int | None = 100,
        types: Mapping[str, Mapping[str, Any]] | None = None,
        progress: ProgressListener | None = None,
        cancel: CancelToken | None = None,
    ) -> None:
        self.in_memory = in_memory or file_path is None
        self.file_path = None if self.in_memory else Path(str(file_path)).expanduser()
        self.auto_flush = auto_flush
        event.tell(self, "before_load")
        if self.file_path is None:
            opened = memory_engine(engine, backend_options)
        else:
            password, timeout_s = _apply_options(backend_options, password, timeout_s)
            opened = open_engine(
                self.file_path,
                engine=engine,
                read_only=read_only,
                create=create,
                password=password,
                timeout_s=timeout_s,
                durability=durability,
                max_connections=max_connections,
                options=backend_options,
                saves_commits=auto_flush,
                overrides=Overrides(types or {}),
                work=Work(progress, cancel),
            )
        super().__init__(opened)
        self.changes = Changes(self)
        self.history = History(self)
        try:
            self.isolation_level = self.known_isolation_level(isolation_level)
        except ConfigurationError:
            self.close()
            raise
        self.models = ModelRegistry()
        self.stale_models = StaleModels(opened, self.models)
        self._seen_versions = self._engine.versions()
        try:
            event.tell(self, "after_load")
        except BaseException:
            self.close()
            raise

    # --- What is open ---

    @property
    def backend(self) -> Engine:
        """The engine, by the name it had in the old library."""
        return self._engine

    @property
    def engine_name(self) -> str:
        """The engine's name."""
        return self._engine.name

    @property
    def is_native_sql_mode(self) -> bool:
        """Always true: every statement is run as SQL."""
        return True

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be written, at least just now."""
        return self.read_only_reason is not None

    @property
    def read_only_reason(self) -> ReadOnlyReason | None:
        """Why nothing can be written; None if it can.

        `asked`, `permission`, `newer format`, `older format` and `format` are for good. `locked`
        lasts as long as another program, or another storage, has unsaved changes of a document.
        """
        reason = self._engine.read_only_reason
        if reason is None and self._engine.lock_holder is not None:
            return "locked"
        return reason

    def known_isolation_level(self, name: str | None) -> IsolationLevel:
        """Return an isolation level by its name, which may be written in small letters.

        Args:
            name: None means that of the engine, or that which this storage was given.

        Raises:
            ConfigurationError: The engine has no such level.
        """
        levels = self._engine.isolation_levels
        if name is None:
            return getattr(self, "isolation_level", levels[0])
        wanted = name.upper().replace("_", " ")
        for level in levels:
            if level == wanted:
                return level
        raise ConfigurationError(
            f"There is no isolation level {name!r} for {self!r}. It has: {', '.join(levels)}.",
            details={"isolation_level": name},
        )

    def info(self, *, sizes: bool = False) -> EngineInfo:
        """Return what there is to know about the file.

        Args:
            sizes: Find out how much room each table takes, which may read the whole file.
        """
        return self._engine.info(sizes=sizes)

    def __repr__(self) -> str:
        where = "in memory" if self.in_memory else repr(str(self.file_path))
        return f"Storage({where}, engine={self.engine_name!r})"

    def row_order(self, statement: Select[Any]) -> RowOrder:
        """Return the rows of a question by position, for scrolling through millions of them.

        Raises:
            UnsupportedOperationError: The engine cannot do it.
        """
        if not self._engine.capabilities.rows_by_position:
            raise UnsupportedOperationError(
                f"The {self.engine_name} engine has no rows by position. Ask for them with "
                "order_by(), limit() and offset()."
            )
        return RowOrder(self._engine, statement)

    def rehearsal(self) -> Storage:
        """Return a storage in memory with the same tables and no rows, to try changes out."""
        scratch = Storage(in_memory=True, engine="duckdb" if self.engine_name == "duckdb" else None)
        try:
            self._engine.copy_structure(scratch.engine)
        except BaseException:
            scratch.close()
            raise
        return scratch

    def change_password(self, password: str | None) -> None:
        """Encrypt the file with another password, or for the first time; None takes it away.

        The file is written anew; the new one takes the place of the old one when it is whole.

        Raises:
            LockTimeout: Another program has the file open.
            TransactionError: A session or transaction of this program is at work.
            UnsupportedOperationError: It is no `.pytuck` file.
            StorageFullError: There is no room beside the old file, which stays as it was.
        """
        with self.changes.paused():
            self._engine.change_password(password)

    # --- Watching and ending ---

    def poll_changes(self) -> tuple[bool, bool]:
        """Return whether anything was committed since the last call, and whether tables changed.

        Commits of this storage and of other programs count alike. Cost: a few microseconds; a
        document that somebody else has saved is read again.
        """
        versions = self._engine.versions()
        data_changed = versions[0] != self._seen_versions[0]
        schema_changed = versions[1] != self._seen_versions[1]
        self._seen_versions = versions
        if schema_changed:
            self.refresh_schema()
        return data_changed or schema_changed, schema_changed

    @property
    def is_unsaved(self) -> bool:
        """Whether something was committed that the file of a document does not have yet."""
        return self._engine.is_unsaved

    def flush(
        self, progress: ProgressListener | None = None, cancel: CancelToken | None = None
    ) -> None:
        """Write what was committed to the file of a document, such as a JSON or CSV file.

        In databases a commit is in the file when it returns, and only the events `before_flush`
        and `after_flush` are told.

        Args:
            progress: Is told how far the writing is.
            cancel: Stops it; the file is as it was then.

        Raises:
            ConflictError: Somebody else has changed the file since it was read or saved.
            SerializationError: The format cannot keep a value; the file is as it was.
        """
        event.tell(self, "before_flush")
        self._engine.save(Work(progress, cancel))
        event.tell(self, "after_flush")

    def close(self) -> None:
        """Close the file, after writing that of a document if something was committed.

        Raises:
            ConflictError, SerializationError: The document could not be written; it is still
                open, so that it can be converted elsewhere, or closed with `discard()`.
        """
        self._engine.close()
        self.changes.close()

    def discard(self) -> None:
        """Close a document without writing its file; what was not flushed is lost."""
        self.changes.close()
        self._engine.discard()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _apply_options(
    options: BackendOptions | None, password: str | None, timeout_s: float
) -> tuple[str | None, float]:
    if isinstance(options, PytuckBackendOptions):
        password = options.password if options.password is not None else password
        if options.encryption is not None and password is None:
            raise ConfigurationError("Encryption needs a password in the options.")
    elif isinstance(options, SqliteBackendOptions):
        timeout_s = options.timeout if options.timeout is not None else timeout_s
    return password, timeout_s
