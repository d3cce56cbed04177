"""The driver's errors as ours: the only place where DuckDB's are told apart.

By the name of their class, so that this module needs no driver.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pytuck.common.exceptions import (
    CancelledError,
    ColumnNotFoundError,
    ConfigurationError,
    ConflictError,
    ConstraintError,
    CorruptFileError,
    DatabaseConnectionError,
    DuplicateKeyError,
    FilePermissionError,
    LockTimeout,
    NewerFormatError,
    PytuckException,
    QueryError,
    ReadOnlyError,
    StorageFullError,
    TableNotFoundError,
    TransactionError,
    UnsupportedOperationError,
    ValidationError,
)

_DUPLICATE = re.compile(r'Duplicate key "(?P<column>[^:]+): (?P<value>.*)" violates', re.DOTALL)
_DUPLICATE_IN_BATCH = re.compile(r'violation: duplicate key "(?P<value>.*)"', re.DOTALL)
_NOT_NULL = re.compile(r"NOT NULL constraint failed: (?P<table>.+)\.(?P<column>.+)")
_NO_TABLE = re.compile(r"Table with name (?P<table>.+?) does not exist")
_NO_COLUMN = re.compile(
    r'(?:Referenced column|Column|column) "(?P<column>[^"]+)" (?:not found|does not exist)'
    r'|does not have a column named "(?P<of>[^"]+)"'
)
_HOLDER = re.compile(r"held in (?P<program>.+?) \(PID (?P<process>\d+)\)")

_Translate = Callable[[str, str, str | None], PytuckException]


def translated(err: Exception, path: str, table: str | None = None) -> PytuckException:
    """Return our error for one of the driver.

    Args:
        err: What the driver raised.
        path: The file, for the message.
        table: The table the statement was about, where the driver does not say.
    """
    text = _first_line(str(err))
    translate = _BY_CLASS.get(type(err).__name__, _refused)
    return translate(text, path, table)


def is_locked(err: Exception) -> bool:
    """Return whether another process has the file."""
    return "Could not set lock" in str(err) or "being used by another process" in str(err)


def _first_line(text: str) -> str:
    """Return a message without the SQL and the advice that stand below it."""
    return text.partition("\n")[0].strip()


def _constraint(text: str, path: str, table: str | None) -> PytuckException:
    duplicate = _DUPLICATE.search(text)
    if duplicate:
        return DuplicateKeyError(
            table or "", duplicate["value"], column_name=_unquoted(duplicate["column"])
        )
    in_batch = _DUPLICATE_IN_BATCH.search(text)
    if in_batch:
        return DuplicateKeyError(table or "", in_batch["value"])
    missing = _NOT_NULL.search(text)
    if missing:
        column, of = _unquoted(missing["column"]), _unquoted(missing["table"])
        return ConstraintError(
            f"The column '{column}' of table '{of}' must have a value.",
            table_name=of,
            column_name=column,
        )
    return ConstraintError(
        f"A row does not meet a condition of table '{table}': {text}",
        table_name=table,
        details={"constraint": text},
    )


def _unquoted(column: str) -> str:
    name = column.strip()
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _input_output(text: str, path: str, table: str | None) -> PytuckException:
    details = {"path": path}
    if "Could not set lock" in text or "being used by another process" in text:
        return _locked(text, path)
    if "Could not read enough bytes" in text or "not a valid DuckDB database" in text:
        return _corrupt(text, path, table)
    if "version number" in text:
        return NewerFormatError(
            f"'{path}' was written by another version of DuckDB than this program can read "
            f"({text}). Install the newest duckdb package.",
            details=details,
        )
    if "No space left" in text or "disk is full" in text.lower():
        return StorageFullError(
            f"'{path}' cannot be written: {text}. Nothing of this transaction was kept. "
            "Make room on the disk and try again.",
            table_name=table,
            details=details,
        )
    return FilePermissionError(
        f"'{path}' cannot be opened ({text}). Check that its folder exists and may be read and "
        "written.",
        details=details,
    )


def _locked(text: str, path: str) -> PytuckException:
    holder = _HOLDER.search(text)
    who = f" (process {holder['process']}, {holder['program']})" if holder else ""
    return LockTimeout(
        f"'{path}' is open in another program{who}. DuckDB lets one program at a time have a "
        "file that it writes to: close it there and try again, or have all programs open it "
        "with read_only=True.",
        details={"path": path},
    )


def _corrupt(text: str, path: str, table: str | None) -> PytuckException:
    return CorruptFileError(
        f"The structure of '{path}' is damaged ({text}). "
        "Go back to a backup, or copy what can still be read into a new file.",
        table_name=table,
        details={"path": path},
    )


def _transaction(text: str, path: str, table: str | None) -> PytuckException:
    if "onflict" in text:
        return ConflictError(
            f"Another transaction has changed the same rows of '{path}' ({text}). Roll back, "
            "read them again and repeat the change.",
            table_name=table,
            details={"path": path},
        )
    return TransactionError(f"'{path}': {text}", table_name=table, details={"path": path})


def _connection(text: str, path: str, table: str | None) -> PytuckException:
    if "different configuration" in text:
        return ConfigurationError(
            f"'{path}' is open in this program already, with other options (for writing or read "
            "only, number of threads). Open it with the same ones, or close the other first.",
            details={"path": path},
        )
    return DatabaseConnectionError(f"The connection to '{path}' is closed.", details={"path": path})


def _catalogue(text: str, path: str, table: str | None) -> PytuckException:
    no_table = _NO_TABLE.search(text)
    return TableNotFoundError(no_table["table"]) if no_table else _refused(text, path, table)


def _binding(text: str, path: str, table: str | None) -> PytuckException:
    no_column = _NO_COLUMN.search(text)
    if no_column:
        return ColumnNotFoundError(table or "", no_column["column"] or no_column["of"])
    return _refused(text, path, table)


def _input(text: str, path: str, table: str | None) -> PytuckException:
    if "read-only mode" in text:
        return ReadOnlyError(
            f"'{path}' is open for reading only and cannot be changed.",
            table_name=table,
            details={"path": path},
        )
    return _refused(text, path, table)


def _value(text: str, path: str, table: str | None) -> PytuckException:
    return ValidationError(
        f"A value does not fit where it is to stand, in a statement on table '{table}': {text}",
        table_name=table,
        details={"path": path},
    )


def _interrupted(text: str, path: str, table: str | None) -> PytuckException:
    return CancelledError("The statement was cancelled.", table_name=table)


def _not_allowed(text: str, path: str, table: str | None) -> PytuckException:
    return UnsupportedOperationError(
        f"'{path}' does not allow this: {text}", table_name=table, details={"path": path}
    )


def _memory(text: str, path: str, table: str | None) -> PytuckException:
    return StorageFullError(
        f"DuckDB ran out of memory at a statement on '{path}' ({text}). Ask for less at once.",
        table_name=table,
        details={"path": path},
    )


def _refused(text: str, path: str, table: str | None) -> PytuckException:
    if text.startswith("Corrupt database file"):
        return _corrupt(text, path, table)
    return QueryError(
        f"'{path}' refused a statement: {text}", table_name=table, details={"path": path}
    )


_BY_CLASS: dict[str, _Translate] = {
    "ConstraintException": _constraint,
    "IOException": _input_output,
    "TransactionException": _transaction,
    "ConnectionException": _connection,
    "CatalogException": _catalogue,
    "BinderException": _binding,
    "InvalidInputException": _input,
    "ConversionException": _value,
    "OutOfRangeException": _value,
    "TypeMismatchException": _value,
    "InterruptException": _interrupted,
    "PermissionException": _not_allowed,
    "NotImplementedException": _not_allowed,
    "DependencyException": _not_allowed,
    "OutOfMemoryException": _memory,
    "FatalException": _corrupt,
    "SerializationException": _corrupt,
}
