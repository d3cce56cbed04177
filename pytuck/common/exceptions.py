"""Everything that can go wrong, as one hierarchy under `PytuckException`.

A message says what happened, to which file, table, column or row, and what to do next.
`code` is stable: translations and the manual refer to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

Detail = None | bool | int | float | str
"""What a detail of an exception may be: plain data, so that it can cross a process border."""


class PytuckException(Exception):  # noqa: N818 - the name users of the library catch
    """The root of every error this library raises.

    Args:
        message: What happened, where, and what to do next.
        table_name: The table concerned, if there is one.
        column_name: The column concerned, if there is one.
        pk: The primary key of the row concerned, if there is one.
        details: Further plain fields, such as `path`.
    """

    code: ClassVar[str] = "PT-1000"

    def __init__(
        self,
        message: str,
        *,
        table_name: str | None = None,
        column_name: str | None = None,
        pk: object = None,
        details: Mapping[str, Detail] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.table_name = table_name
        self.column_name = column_name
        self.pk = pk
        self.details: dict[str, Detail] = dict(details or {})

    def to_dict(self) -> dict[str, object]:
        """Return the error as plain data: class name, message and the fields that are set."""
        fields: dict[str, object] = {"error": type(self).__name__, "message": self.message}
        for name in ("table_name", "column_name", "pk"):
            value = getattr(self, name)
            if value is not None:
                fields[name] = value
        if self.details:
            fields["details"] = dict(self.details)
        return fields


# --- What was asked for is not there, or is there already -------------------------------


class TableNotFoundError(PytuckException):
    """The open file has no table of this name."""

    code = "PT-1101"

    def __init__(self, table_name: str, *, known: tuple[str, ...] | None = None) -> None:
        hint = ""
        if known is not None:
            hint = f" Its tables are: {', '.join(known[:20])}." if known else " It has no tables."
        super().__init__(f"Table '{table_name}' not found.{hint}", table_name=table_name)


class ColumnNotFoundError(PytuckException):
    """The table has no column of this name."""

    code = "PT-1102"

    def __init__(
        self, table_name: str, column_name: str, *, known: tuple[str, ...] = (), hint: str = ""
    ) -> None:
        hint = f" Its columns are: {', '.join(known[:50])}." if known else hint
        super().__init__(
            f"Column '{column_name}' not found in table '{table_name}'.{hint}",
            table_name=table_name,
            column_name=column_name,
        )


class RecordNotFoundError(PytuckException):
    """The table has no row with this primary key."""

    code = "PT-1103"

    def __init__(self, table_name: str, pk: object) -> None:
        super().__init__(
            f"Table '{table_name}' has no row with primary key {pk!r}.",
            table_name=table_name,
            pk=pk,
        )


class DuplicateKeyError(PytuckException):
    """A row with this key exists already, in the primary key or a unique column."""

    code = "PT-1104"

    def __init__(self, table_name: str, pk: object, *, column_name: str | None = None) -> None:
        where = f"column '{column_name}'" if column_name else "its primary key"
        value = f" {pk!r}" if pk is not None else ""
        super().__init__(
            f"Table '{table_name}' already has a row with the value{value} in {where}. "
            "Use another value, or update the existing row.",
            table_name=table_name,
            column_name=column_name,
            pk=pk,
        )


# --- Values ------------------------------------------------------------------------------


class ValidationError(PytuckException):
    """A value does not fit its column or model."""

    code = "PT-1201"


class TypeConversionError(ValidationError):
    """A value cannot be turned into the type of its column."""

    code = "PT-1202"

    def __init__(
        self,
        message: str,
        *,
        value: object = None,
        target_type: type | None = None,
        table_name: str | None = None,
        column_name: str | None = None,
        details: Mapping[str, Detail] | None = None,
    ) -> None:
        super().__init__(message, table_name=table_name, column_name=column_name, details=details)
        self.value = value
        self.target_type = target_type


class ConstraintError(ValidationError):
    """The database refuses a row: NOT NULL, CHECK or FOREIGN KEY."""

    code = "PT-1203"


# --- Use of the library -------------------------------------------------------------------


class ConfigurationError(PytuckException):
    """An option, an engine name or a model definition is not valid."""

    code = "PT-1301"


class SchemaError(ConfigurationError):
    """A model or a schema change contradicts itself or the database."""

    code = "PT-1302"


class StaleModelError(SchemaError):
    """The table of a model was changed since the model was defined, and does not fit it."""

    code = "PT-1305"


class MissingDependencyError(ConfigurationError):
    """An optional package is not installed."""

    code = "PT-1303"

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(
            f"The package '{package}' is needed here and is not installed. "
            f"Install it with: pip install 'pytuck-desktop[{extra}]'",
            details={"package": package, "extra": extra},
        )


class UnknownEventError(ConfigurationError, ValueError):
    """There is no event of this name to listen to."""

    code = "PT-1304"

    def __init__(self, name: str, family: str, known: tuple[str, ...]) -> None:
        super().__init__(
            f"Unknown event: {name!r}. A {family} has: {', '.join(known)}.",
            details={"event": name, "family": family},
        )


class QueryError(PytuckException):
    """A statement is not valid, or gave another number of rows than it promised."""

    code = "PT-1401"


class PytuckIndexError(PytuckException):
    """An index cannot be built or used."""

    code = "PT-1402"


class UnknownRelationshipError(QueryError, ValueError):
    """The model has no relationship of this name."""

    code = "PT-1404"


class UnsupportedOperationError(PytuckException):
    """The engine or the object cannot do this."""

    code = "PT-1403"


class SerializationError(PytuckException):
    """Stored data cannot be read, or data cannot be stored."""

    code = "PT-1501"


class MigrationError(PytuckException):
    """A conversion or a schema migration failed; what was there before is unchanged."""

    code = "PT-1601"


class TargetExistsError(MigrationError, FileExistsError):
    """There is a file already where a new one is to be made."""

    code = "PT-1602"


class UnknownFileError(UnsupportedOperationError, ValueError):
    """The file is of no kind that can be loaded, or lacks the sheet that was named."""

    code = "PT-1603"


class BadRowError(ValidationError, ValueError):
    """A row of a file does not fit the model it is loaded for."""

    code = "PT-1604"


# --- Files --------------------------------------------------------------------------------


class DatabaseConnectionError(PytuckException):
    """A file or database cannot be opened, or is no longer open."""

    code = "PT-2001"


class FileMissingError(DatabaseConnectionError, FileNotFoundError):
    """There is no file at this path."""

    code = "PT-2101"


class NotAFileError(DatabaseConnectionError):
    """The path leads to a directory, a device or another thing that is no regular file."""

    code = "PT-2102"


class FileFormatError(SerializationError):
    """The file is not of the format it is opened as."""

    code = "PT-2104"


class EmptyFileError(FileFormatError):
    """The file has no content at all."""

    code = "PT-2103"


class TruncatedFileError(FileFormatError):
    """The end of the file is missing."""

    code = "PT-2105"


class FilePermissionError(DatabaseConnectionError):
    """The operating system does not allow to read or write the file."""

    code = "PT-2106"


class NewerFormatError(FileFormatError):
    """The file was made by a newer version than this one can handle."""

    code = "PT-2107"


class CorruptFileError(FileFormatError):
    """The file's structure is damaged."""

    code = "PT-2108"


class StorageFullError(DatabaseConnectionError):
    """The disk is full or the device failed; the last commit is what the file holds."""

    code = "PT-2109"


class FileReplacedError(DatabaseConnectionError):
    """Another file stands where the open one was."""

    code = "PT-2110"


class EncryptionError(PytuckException):
    """Something about a password or a cipher is wrong."""

    code = "PT-2200"


class PasswordRequiredError(EncryptionError):
    """The file is encrypted and no password was given."""

    code = "PT-2201"


class WrongPasswordError(EncryptionError):
    """The password does not open the file."""

    code = "PT-2202"


# --- Transactions -------------------------------------------------------------------------


class TransactionError(PytuckException):
    """A transaction was used in a way that cannot work."""

    code = "PT-2300"


class LockTimeout(TransactionError):  # noqa: N818 - the name users know from other databases
    """Another connection held the write lock for longer than the deadline."""

    code = "PT-2301"


class ReadOnlyError(TransactionError):
    """The file is open for reading only."""

    code = "PT-2302"


class DeadlockError(TransactionError):
    """The thread would wait for a lock that it holds itself."""

    code = "PT-2303"


class CancelledError(TransactionError):
    """The statement was cancelled."""

    code = "PT-2304"


class ConflictError(PytuckException):
    """Somebody else changed what was about to be written."""

    code = "PT-2401"


class StaleDataError(ConflictError):
    """A row was changed or deleted since this session read it."""

    code = "PT-2402"
