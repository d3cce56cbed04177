"""The driver's errors as ours: the only place where they are told apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import apsw

from pytuck.common.exceptions import (
    CancelledError,
    ColumnNotFoundError,
    ConstraintError,
    CorruptFileError,
    DatabaseConnectionError,
    DuplicateKeyError,
    FilePermissionError,
    LockTimeout,
    PytuckException,
    QueryError,
    ReadOnlyError,
    StorageFullError,
    TableNotFoundError,
    UnsupportedOperationError,
    ValidationError,
)

_UNIQUE = re.compile(r"UNIQUE constraint failed: (?P<table>[^.]+)\.(?P<column>[^,]+)(?P<more>.*)")
_NOT_NULL = re.compile(r"NOT NULL constraint failed: (?P<table>.+)\.(?P<column>.+)")
_NO_TABLE = re.compile(r"no such table: (?:main\.)?(?P<table>.+)")
_MODEL_AHEAD = (
    " If a model declares it, session.sync_schema(model) adds it to the table, or "
    "declarative_base(storage, sync_schema=True) for all models."
)
_NO_COLUMN = re.compile(
    r"(?:no such column: (?:(?P<table>.+)\.)?|table (?P<of>.+) has no column named )(?P<column>.+)"
)


def translated(
    err: apsw.Error,
    path: str,
    table: str | None = None,
    values: Mapping[str | None, object] | None = None,
) -> PytuckException:
    """Return our error for one of the driver.

    Args:
        err: What the driver raised.
        path: The file, for the message.
        table: The table the statement was about, where the driver does not say.
        values: What the statement was to write, by column.
    """
    for kinds, translate in _BY_CLASS:
        if isinstance(err, kinds):
            found = translate(str(err), path, table)
            column = found.column_name
            if isinstance(found, DuplicateKeyError) and values and column in values:
                return DuplicateKeyError(found.table_name or "", values[column], column_name=column)
            return found
    return QueryError(
        f"'{path}' refused a statement: {err}", table_name=table, details={"path": path}
    )


def _constraint(text: str, path: str, table: str | None) -> PytuckException:
    unique = _UNIQUE.search(text)
    if unique:
        return DuplicateKeyError(unique["table"], None, column_name=unique["column"])
    missing = _NOT_NULL.search(text)
    if missing:
        return ConstraintError(
            f"The column '{missing['column']}' of table '{missing['table']}' must have a value.",
            table_name=missing["table"],
            column_name=missing["column"],
        )
    if "FOREIGN KEY" in text:
        return ConstraintError(
            f"A row of table '{table}' would refer to a row that does not exist, or a row that "
            "others refer to would go. Add or change the other row first.",
            table_name=table,
            details={"constraint": "foreign key"},
        )
    return ConstraintError(
        f"A row does not meet a condition of table '{table}': {text}",
        table_name=table,
        details={"constraint": text},
    )


def _busy(text: str, path: str, table: str | None) -> PytuckException:
    return LockTimeout(
        f"'{path}' is locked by another program that is writing to it. "
        "Try again when it has finished.",
        table_name=table,
        details={"path": path},
    )


def _read_only(text: str, path: str, table: str | None) -> PytuckException:
    return ReadOnlyError(
        f"'{path}' is open for reading only and cannot be changed.",
        table_name=table,
        details={"path": path},
    )


def _full(text: str, path: str, table: str | None) -> PytuckException:
    return StorageFullError(
        f"'{path}' cannot be written: {text}. Nothing of this transaction was kept. "
        "Make room on the disk and try again.",
        table_name=table,
        details={"path": path},
    )


def _corrupt(text: str, path: str, table: str | None) -> PytuckException:
    return CorruptFileError(
        f"The structure of '{path}' is damaged ({text}). "
        "Go back to a backup, or copy what can still be read into a new file.",
        table_name=table,
        details={"path": path},
    )


def _cannot_open(text: str, path: str, table: str | None) -> PytuckException:
    return FilePermissionError(
        f"'{path}' cannot be opened. Check that its folder exists and may be read and written.",
        details={"path": path},
    )


def _interrupted(text: str, path: str, table: str | None) -> PytuckException:
    return CancelledError("The statement was cancelled.", table_name=table)


def _too_big(text: str, path: str, table: str | None) -> PytuckException:
    return ValidationError(
        f"A value for table '{table}' is larger than a database file can hold (about 1 GB).",
        table_name=table,
    )


def _mismatch(text: str, path: str, table: str | None) -> PytuckException:
    return ValidationError(
        f"A value for the primary key of table '{table}' is no whole number.", table_name=table
    )


def _unsupported(text: str, path: str, table: str | None) -> PytuckException:
    return UnsupportedOperationError(
        f"'{path}' does not allow this: {text}.", table_name=table, details={"path": path}
    )


def _closed(text: str, path: str, table: str | None) -> PytuckException:
    return DatabaseConnectionError(f"The connection to '{path}' is closed.", details={"path": path})


def _sql(text: str, path: str, table: str | None) -> PytuckException:
    no_table = _NO_TABLE.search(text)
    if no_table:
        return TableNotFoundError(no_table["table"])
    no_column = _NO_COLUMN.search(text)
    if no_column:
        of = no_column["table"] or no_column["of"] or table or ""
        return ColumnNotFoundError(of, no_column["column"], hint=_MODEL_AHEAD)
    return QueryError(
        f"'{path}' refused a statement: {text}", table_name=table, details={"path": path}
    )


def no_utf8(err: UnicodeDecodeError, path: str, table: str | None = None) -> CorruptFileError:
    """Return our error for a text of a file that is not in UTF-8, as other programs leave some."""
    where = f"A text in table '{table}' of '{path}'" if table else f"A text in '{path}'"
    return CorruptFileError(
        f"{where} is not in UTF-8 (byte 0x{err.object[err.start]:02x}). Read the column as "
        "CAST(... AS BLOB), or write it again as text with the right encoding.",
        table_name=table,
        details={"path": path},
    )


_Translate = Callable[[str, str, str | None], PytuckException]

_BY_CLASS: tuple[tuple[type[apsw.Error] | tuple[type[apsw.Error], ...], _Translate], ...] = (
    (apsw.ConstraintError, _constraint),
    ((apsw.BusyError, apsw.LockedError), _busy),
    (apsw.ReadOnlyError, _read_only),
    ((apsw.FullError, apsw.IOError), _full),
    ((apsw.CorruptError, apsw.NotADBError), _corrupt),
    ((apsw.CantOpenError, apsw.PermissionsError), _cannot_open),
    (apsw.InterruptError, _interrupted),
    (apsw.TooBigError, _too_big),
    (apsw.MismatchError, _mismatch),
    (apsw.AuthError, _unsupported),
    ((apsw.ConnectionClosedError, apsw.CursorClosedError), _closed),
    (apsw.SQLError, _sql),
)
