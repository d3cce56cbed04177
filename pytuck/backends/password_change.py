"""Giving a `.pytuck` file another password, a first one, or none.

The file is written anew beside the old one and takes its place when it is whole: encrypting in
place would lose the mark by which encrypted files are known, and a crash would leave half of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import apsw

from pytuck.backends.errors import translated
from pytuck.backends.opening import OpeningPlan, connect
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import LockTimeout, StorageFullError


def write_with_password(plan: OpeningPlan, password: str | None) -> None:
    """Replace a file, which no connection of this process has open, by one with another password.

    Args:
        password: None for a file that is not encrypted.

    Raises:
        LockTimeout: Another program has the file open.
        StorageFullError: The new file cannot be written. The old one is as it was.
    """
    path = Path(plan.name)
    try:
        with _alone(plan) as source, replacing(path) as new:
            new.unlink()  # an empty file is no database of any kind
            _write(source, plan, new, password)
    except apsw.Error as err:
        raise translated(err, plan.label) from err
    except OSError as err:
        raise StorageFullError(
            f"'{plan.label}' cannot be written anew beside the old file: {err}. Its password is "
            "as it was.",
            details={"path": plan.label},
        ) from err


@contextmanager
def _alone(plan: OpeningPlan) -> Iterator[SqliteConnection]:
    """Give a connection to the file while nobody else has it open, and none can write to it."""
    keeper = connect(plan)
    try:
        # Only who is alone can end the write-ahead log, which would be taken for the new file's.
        if keeper.pragma("journal_mode", "DELETE") != "delete":
            raise LockTimeout(
                f"'{plan.label}' is open in another program or session. Close it there, then "
                "change the password.",
                details={"path": plan.label},
            )
        keeper.begin()  # nobody can write now; who writes cannot be copied from, though
        source = connect(plan)
        try:
            yield source
        finally:
            source.close()
    finally:
        keeper.rollback()
        keeper.close()


def _write(source: SqliteConnection, plan: OpeningPlan, new: Path, password: str | None) -> None:
    if password is None:
        target = _copy(source, plan, new, plan.password)
        _rekey(target, "")
        target.close()
    elif plan.is_encrypted:
        _copy(source, plan, new, password).close()
    else:
        # SQLite copies from what is encrypted to what is encrypted only.
        between = new.with_name(f"{new.name}-1.tmp")
        try:
            copy = _copy(source, plan, between, None)
            _rekey(copy, password)
            _copy(copy, plan, new, password).close()
            copy.close()
        finally:
            between.unlink(missing_ok=True)


def _rekey(connection: SqliteConnection, password: str) -> None:
    # SQLite attaches another file for the time of it.
    connection.raw.limit(apsw.SQLITE_LIMIT_ATTACHED, 1)
    connection.pragma("rekey", password)


def _copy(
    source: SqliteConnection, plan: OpeningPlan, path: Path, password: str | None
) -> SqliteConnection:
    """Copy a database into a new file, and return a connection to it."""
    copy = replace(
        plan, name=str(path.absolute()), password=password, is_encrypted=password is not None
    )
    target = connect(copy, create=True)
    target.pragma("journal_mode", "MEMORY")  # what is left of it after a crash is thrown away whole
    with target.raw.backup("main", source.raw, "main") as work:
        work.step(-1)
    return target
