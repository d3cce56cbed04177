"""Looking after SQLite databases: checks, online backups, compacting."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import apsw

from pytuck.backends.errors import translated
from pytuck.backends.file_check import is_there
from pytuck.backends.lock_waiting import LockWait
from pytuck.backends.opening import OpeningPlan, connect
from pytuck.backends.reflection import table_names
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import (
    ConfigurationError,
    FileMissingError,
    PytuckException,
    StorageFullError,
)
from pytuck.compiler import ddl

_MOST_PROBLEMS = 100
"""As many are told; a damaged file may have one for each of its pages."""


def check(connection: SqliteConnection) -> list[str]:
    """Return what is wrong with a database; nothing if it is whole."""
    try:
        rows = connection.fetch(f"PRAGMA integrity_check({_MOST_PROBLEMS})")
        problems = [str(row[0]) for row in rows if row[0] != "ok"]
        for table in table_names(connection):
            problems += _dangling(connection, table)
    except PytuckException as err:  # a page that cannot be read is what was asked about
        return [err.message]
    return problems


def backup(source: SqliteConnection, plan: OpeningPlan, target: Path, *, overwrite: bool) -> Path:
    """Copy a database into a file, which appears when it is whole and on the disk.

    Raises:
        ConfigurationError: There is a file already, or it is the database itself.
        StorageFullError: The file cannot be written.
    """
    _refuse_target(plan, target, overwrite=overwrite)
    try:
        with replacing(target) as path:
            path.unlink()  # an empty file is no database of any kind
            copy = connect(_plan_of_copy(plan, path), create=True)
            try:
                with copy.raw.backup("main", source.raw, "main") as work:
                    work.step(-1)
            finally:
                copy.close()
    except apsw.Error as err:
        raise translated(err, str(target)) from err
    except OSError as err:
        raise StorageFullError(
            f"The backup '{target}' cannot be written: {err}. Nothing stands there that was not "
            "there before.",
            details={"path": str(target)},
        ) from err
    return target


def compact(connection: SqliteConnection) -> int:
    """Write a database anew without the room of deleted rows; return how many bytes it lost."""
    before = _size(connection)
    # SQLite attaches the new file to the old one for the time of it.
    limit = connection.raw.limit(apsw.SQLITE_LIMIT_ATTACHED, 1)
    try:
        connection.fetch(ddl.compact())
    finally:
        connection.raw.limit(apsw.SQLITE_LIMIT_ATTACHED, limit)
    connection.raw.set_busy_timeout(0)  # a session that reads meanwhile delays it, and no harm
    try:
        connection.pragma("wal_checkpoint", "TRUNCATE")
    finally:
        connection.raw.set_busy_handler(LockWait(connection.timeout_s))
    return max(before - _size(connection), 0)


def _dangling(connection: SqliteConnection, table: str) -> list[str]:
    rows = connection.pragma_rows("foreign_key_check", table)
    if not rows:
        return []
    parents = ", ".join(sorted({str(row[2]) for row in rows}))
    return [f"{len(rows)} rows of table '{table}' refer to rows of {parents} that do not exist."]


def _refuse_target(plan: OpeningPlan, target: Path, *, overwrite: bool) -> None:
    if not target.parent.is_dir():
        raise FileMissingError(
            f"'{target}' cannot be made: there is no folder '{target.parent}'. Make it first.",
            details={"path": str(target)},
        )
    if not is_there(target):
        return
    if plan.name != ":memory:" and target.samefile(plan.name):
        raise ConfigurationError(
            f"'{target}' is the open file itself. Choose another name for the backup.",
            details={"path": str(target)},
        )
    if not overwrite:
        raise ConfigurationError(
            f"There is a file '{target}' already. Choose another name, or pass overwrite=True.",
            details={"path": str(target)},
        )


def _plan_of_copy(plan: OpeningPlan, path: Path) -> OpeningPlan:
    return replace(plan, name=str(path.absolute()), is_read_only=False, can_write_file=True)


def _size(connection: SqliteConnection) -> int:
    pages, size = connection.pragma("page_count"), connection.pragma("page_size")
    return int(pages or 0) * int(size or 0)
