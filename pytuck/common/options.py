"""Options of engines, as plain dataclasses.

Names and defaults are those that users of the `pytuck` library know; see the manual's page on
engines for what each does here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Durability = Literal["full", "normal", "off"]
"""When a commit counts as done.

`full`: it is on the disk and survives a power cut. `normal`: it survives a crash of the program;
a power cut may lose the last commits. `off`: the operating system writes when it likes; a power
cut may damage the file.
"""


@dataclass(frozen=True, slots=True)
class PytuckBackendOptions:
    """Options of the `pytuck` engine.

    Attributes:
        encryption: Any of the old library's levels switches encryption on for a new file; all
            of them mean the same strong cipher here. None leaves it to `password`.
        password: Opens an encrypted file, or encrypts a new one.
    """

    encryption: Literal["low", "medium", "high"] | None = None
    password: str | None = None


BinaryBackendOptions = PytuckBackendOptions
"""The older name of `PytuckBackendOptions`."""


@dataclass(frozen=True, slots=True)
class SqliteBackendOptions:
    """Options of the `sqlite` engine.

    Attributes:
        timeout: Seconds to wait for a lock; None means the storage's `timeout_s`.
        check_same_thread: Accepted for the old library's users; without effect, because a
            connection is never shared between threads here.
        isolation_level: Accepted; without effect, transactions are always explicit here.
        use_native_sql: Accepted; without effect, every statement is SQL here.
    """

    check_same_thread: bool = True
    timeout: float | None = None
    isolation_level: str | None = None
    use_native_sql: bool = True


@dataclass(frozen=True, slots=True)
class DuckdbBackendOptions:
    """Options of the `duckdb` engine.

    Attributes:
        read_only: Refuse every write, as the storage's own `read_only`. Several programs can read
            a file at once, but only one can have it for writing.
        threads: How many threads a question may use; None means one for each processor.
        schema: The schema whose tables are meant.
        use_native_sql: Accepted for the old library's users; without effect, every statement is
            SQL here.
    """

    read_only: bool = False
    threads: int | None = None
    schema: str = "main"
    use_native_sql: bool = True


BackendOptions = PytuckBackendOptions | SqliteBackendOptions | DuckdbBackendOptions


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """What bringing an existing table into line with a model may change.

    Attributes:
        sync_table_comment: Set the comment of the table to that of the model, if it has one.
        sync_column_comments: Set the comments of columns to those of the model, where it has any.
        add_new_columns: Add columns that the model has and the table lacks.
        drop_missing_columns: Delete columns, with their values, that the model does not have.
        update_column_types: Convert columns whose type is another one in the model.
    """

    sync_table_comment: bool = True
    sync_column_comments: bool = True
    add_new_columns: bool = True
    drop_missing_columns: bool = False
    update_column_types: bool = False


@dataclass(slots=True)
class SyncResult:
    """What bringing a table into line changed, or would change.

    Attributes:
        table_name: The table.
        table_comment_updated: Its comment is another one now.
        columns_added: Names of the columns that were added.
        columns_dropped: Names of those that were deleted.
        column_comments_updated: Names of those whose comment is another one now.
        columns_altered: Names of those whose type is another one now.
        changes: Every step, a `pytuck.schema.Change` each.
    """

    table_name: str
    table_comment_updated: bool = False
    columns_added: list[str] = field(default_factory=list)
    columns_dropped: list[str] = field(default_factory=list)
    column_comments_updated: list[str] = field(default_factory=list)
    columns_altered: list[str] = field(default_factory=list)
    changes: tuple[Any, ...] = ()

    @property
    def has_changes(self) -> bool:
        """Whether there is any difference."""
        return bool(
            self.changes
            or self.table_comment_updated
            or self.columns_added
            or self.columns_dropped
            or self.column_comments_updated
            or self.columns_altered
        )
