"""What is known of an open file and its tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from pytuck_desktop.worker.client import ErrorInfo

if TYPE_CHECKING:  # what tables are in the library costs start-up time, and is needed on saving
    from pytuck.types import Stored

__all__ = [
    "ColumnInfo",
    "ErrorInfo",
    "FileInfo",
    "ForeignKeyInfo",
    "IdentityKind",
    "TableInfo",
]

IdentityKind = Literal["rowid", "key", "none"]


class FileInfo(NamedTuple):
    """An open file.

    Attributes:
        format_version: Of the `.pytuck` format; 0 for other files.
        read_only_reason: `asked`, `permission`, `newer format`, `older format`, `format` or
            `locked`; None if it can be written.
        notes: What there is to know about how it was read, in English.
        writer: The process that writes to it just now, with its name; None if it is not `locked`.
    """

    path: str
    engine: str
    format_version: int
    is_encrypted: bool
    is_read_only: bool
    read_only_reason: str | None
    size_bytes: int
    notes: Sequence[str] = ()
    writer: str | None = None

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> FileInfo:
        """Return what a worker said of a file."""
        return cls(**{name: plain[name] for name in cls._fields})


class ColumnInfo(NamedTuple):
    """A column of a table.

    Attributes:
        type_name: Its declared SQL type, from which `pytuck.types.type_from_sql` knows it.
        storage: The name of the type's storage class, such as `text` or `boolean`.
        foreign_key: Table and column that its values stand in.
        default: The stored value a new row gets.
    """

    name: str
    type_name: str
    storage: str
    nullable: bool
    is_primary_key: bool
    is_generated: bool
    foreign_key: tuple[str, str] | None
    default: Stored
    comment: str | None

    @property
    def type_label(self) -> str:
        """The declared type as people know it: the affinity is left out of a decimal's name."""
        is_decimal = self.storage == "decimal"
        return self.type_name.replace("DECIMAL_TEXT", "DECIMAL") if is_decimal else self.type_name

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> ColumnInfo:
        """Return what a worker said of a column."""
        values = {name: plain[name] for name in cls._fields}
        key = values["foreign_key"]
        return cls(**{**values, "foreign_key": tuple(key) if key else None})


class ForeignKeyInfo(NamedTuple):
    """Columns whose values stand in another table's columns, or in those of the same table."""

    columns: tuple[str, ...]
    target_table: str
    target_columns: tuple[str, ...]


class TableInfo(NamedTuple):
    """A table or view.

    Attributes:
        identity: What tells its rows apart: a row id, the primary key, or nothing.
        rowid_name: The name under which SQL reaches the row id.
        rowid_alias: The column that is the row id itself.
        foreign_keys: All of them, also those of several columns.
    """

    name: str
    kind: Literal["table", "view"]
    columns: tuple[ColumnInfo, ...]
    primary_key: tuple[str, ...]
    identity: IdentityKind
    rowid_name: str | None
    rowid_alias: str | None
    comment: str | None
    is_editable: bool
    foreign_keys: tuple[ForeignKeyInfo, ...] = ()

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> TableInfo:
        """Return what a worker said of a table."""
        values = {name: plain[name] for name in cls._fields}
        values["columns"] = tuple(ColumnInfo.from_plain(column) for column in plain["columns"])
        values["primary_key"] = tuple(plain["primary_key"])
        values["foreign_keys"] = tuple(
            ForeignKeyInfo(tuple(columns), target, tuple(target_columns))
            for columns, target, target_columns in plain["foreign_keys"]
        )
        return cls(**values)

    def column_index(self, name: str) -> int:
        """Return the place of a column.

        Raises:
            KeyError: There is no such column.
        """
        for place, column in enumerate(self.columns):
            if column.name == name:
                return place
        raise KeyError(name)
