"""Options of engines, as plain dataclasses, which programs of old may change after making them.

Names and defaults are those that users of the `pytuck` library know; see the manual's page on
engines for what each does here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pytuck.common.exceptions import ValidationError

Durability = Literal["full", "normal", "off"]
"""When a commit counts as done.

`full`: it is on the disk and survives a power cut. `normal`: it survives a crash of the program;
a power cut may lose the last commits. `off`: the operating system writes when it likes; a power
cut may damage the file.
"""


IsolationLevel = Literal["SERIALIZABLE", "READ COMMITTED", "READ UNCOMMITTED"]
"""What a transaction sees of others that commit while it is open.

`SERIALIZABLE`: nothing; all its questions see one state, and it writes only if that is still the
state of the file. `READ COMMITTED`: each question sees what was committed before it, until the
first write. `READ UNCOMMITTED`: what others do, at once; of databases in memory alone.
"""


@dataclass(slots=True)
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


@dataclass(slots=True)
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


@dataclass(slots=True)
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


@dataclass(slots=True)
class JsonBackendOptions:
    r"""Options of the `json` engine.

    Attributes:
        indent: Spaces that each level of a value is moved in by; None writes a row on one line,
            which saves fastest.
        ensure_ascii: Write characters beyond ASCII as `\uXXXX`.
        impl: Accepted for the old library's users; without effect, the fastest installed
            library is used.
    """

    indent: int | None = None
    ensure_ascii: bool = False
    impl: str | None = None


@dataclass(slots=True)
class JsonlBackendOptions:
    r"""Options of the `jsonl` engine.

    Attributes:
        ensure_ascii: Write characters beyond ASCII as `\uXXXX`.
        impl: Accepted for the old library's users; without effect.
        password: Opens a zip container of the old library, or makes one. Its cipher is weak:
            for secrets use an encrypted `.pytuck` file.
    """

    ensure_ascii: bool = False
    impl: str | None = None
    password: str | None = None

    def __post_init__(self) -> None:
        check_zip_password(self.password)


CsvLayout = Literal["file", "folder", "zip"]


@dataclass(slots=True)
class CsvBackendOptions:
    """Options of the `csv` engine.

    What a file does not say is found out when it is read; an option that is given counts.

    Attributes:
        encoding: Of new files, and of files whose bytes do not tell; None finds it out.
        delimiter: Between two fields; None finds it out.
        quote: Around fields that need it.
        has_header: The first line has the names of the columns; None finds it out.
        null_text: What stands for NULL, beside nothing at all.
        layout: What a new database is: one file for one table, without types; a folder with a
            file for each table; a zip of them. None means a folder if the path is one or has no
            ending, and else a zip.
        indent: Accepted for the old library's users: spaces in the description of the tables.
        password: Opens a zip, or makes one. Its cipher is weak: for secrets use an encrypted
            `.pytuck` file.
        field_size_limit: Characters of the longest field that is read; None for any.
    """

    encoding: str | None = "utf-8-sig"
    delimiter: str | None = None
    quote: str = '"'
    has_header: bool | None = None
    null_text: str = ""
    layout: CsvLayout | None = None
    indent: int | None = None
    password: str | None = None
    field_size_limit: int | None = None

    def __post_init__(self) -> None:
        check_zip_password(self.password)
        if self.field_size_limit is not None and self.field_size_limit <= 0:
            raise ValidationError("field_size_limit must be a positive number.")


@dataclass(slots=True)
class ExcelBackendOptions:
    """Options of the `excel` engine.

    Attributes:
        read_only: Refuse every write, as the storage's own `read_only`.
        hide_metadata_sheets: Hide the sheet that describes the tables.
        has_header: The first row of a sheet has the names of the columns; None finds it out.
        row_numbers: Have a column of this name with the number of each row in its sheet.
    """

    read_only: bool = False
    hide_metadata_sheets: bool = True
    has_header: bool | None = None
    row_numbers: str | None = None


@dataclass(slots=True)
class XmlBackendOptions:
    """Options of the `xml` engine.

    Attributes:
        encoding: Of files that are written.
        pretty_print: Move inner elements in.
    """

    encoding: str = "utf-8"
    pretty_print: bool = True


@dataclass(slots=True)
class TinydbBackendOptions:
    r"""Options of the `tinydb` engine.

    Attributes:
        indent: Spaces that each level is moved in by; None writes one line.
        ensure_ascii: Write characters beyond ASCII as `\uXXXX`.
    """

    indent: int | None = None
    ensure_ascii: bool = False


@dataclass(slots=True)
class DiskcacheBackendOptions:
    """Options of the `diskcache` engine.

    Attributes:
        size_limit: Bytes a new cache may hold before diskcache drops entries by itself; None
            for any, so that nothing is dropped.
    """

    size_limit: int | None = None


@dataclass(slots=True)
class PydbliteBackendOptions:
    """Options of the `pydblite` engine; it has none."""


@dataclass(slots=True)
class MsgpackBackendOptions:
    """Options of the `msgpack` engine; it has none."""


@dataclass(slots=True)
class ParquetBackendOptions:
    """Options of the `parquet` engine.

    Attributes:
        compression: How columns are compressed.
        row_group_rows: Rows that are kept together; fewer need less memory.
    """

    compression: Literal["zstd", "snappy", "gzip", "uncompressed"] = "zstd"
    row_group_rows: int = 100_000


BackendOptions = (
    PytuckBackendOptions
    | SqliteBackendOptions
    | DuckdbBackendOptions
    | JsonBackendOptions
    | JsonlBackendOptions
    | CsvBackendOptions
    | ExcelBackendOptions
    | XmlBackendOptions
    | TinydbBackendOptions
    | DiskcacheBackendOptions
    | PydbliteBackendOptions
    | MsgpackBackendOptions
    | ParquetBackendOptions
)

_DEFAULTS: dict[str, type[BackendOptions]] = {
    "pytuck": PytuckBackendOptions,
    "binary": PytuckBackendOptions,
    "sqlite": SqliteBackendOptions,
    "duckdb": DuckdbBackendOptions,
    "json": JsonBackendOptions,
    "jsonl": JsonlBackendOptions,
    "csv": CsvBackendOptions,
    "excel": ExcelBackendOptions,
    "xml": XmlBackendOptions,
    "tinydb": TinydbBackendOptions,
    "diskcache": DiskcacheBackendOptions,
    "pydblite": PydbliteBackendOptions,
    "msgpack": MsgpackBackendOptions,
    "parquet": ParquetBackendOptions,
}


def get_default_backend_options(engine: str) -> BackendOptions:
    """Return the default options of an engine; those of `pytuck` for an unknown one."""
    return _DEFAULTS.get(engine, PytuckBackendOptions)()


def check_zip_password(password: str | None) -> None:
    """Refuse a password that zip programs do not agree about.

    Raises:
        ValidationError: It has a character that is no printable ASCII.
    """
    if password and not all("!" <= character <= "~" for character in password):
        raise ValidationError(
            "The password of a zip file can have only letters, digits and signs of ASCII, "
            "and no spaces."
        )


@dataclass(slots=True)
class SqliteConnectorOptions:
    """Options of the connector to SQLite files; the old library's names, without effect here."""

    check_same_thread: bool = True
    timeout: float | None = None
    isolation_level: str | None = None


@dataclass(slots=True)
class DuckdbConnectorOptions:
    """Options of the connector to DuckDB files.

    Attributes:
        read_only: Refuse every write.
        threads: How many threads a question may use; None means one for each processor.
        schema: The schema whose tables are meant.
    """

    read_only: bool = False
    threads: int | None = None
    schema: str = "main"


ConnectorOptions = SqliteConnectorOptions | DuckdbConnectorOptions


def get_default_connector_options(db_type: str) -> ConnectorOptions:
    """Return the default options of a connector: `sqlite` or `duckdb`."""
    return DuckdbConnectorOptions() if db_type == "duckdb" else SqliteConnectorOptions()


@dataclass(slots=True)
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
