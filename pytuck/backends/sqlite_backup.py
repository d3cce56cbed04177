"""Copies of SQLite databases that are in use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import apsw

from pytuck.backends.backup_target import refuse_target, unwritable_backup
from pytuck.backends.errors import translated
from pytuck.backends.opening import OpeningPlan, connect
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.common.atomic_file import replacing
from pytuck.common.progress import SILENT, Work

_PAGES_AT_ONCE = 1024
"""Copied between two looks at who watches: some milliseconds, and few locks taken anew."""

_MOST_RESTARTS = 3
"""A copy begins anew when somebody writes meanwhile, where there is no write-ahead log."""


def backup(
    source: SqliteConnection,
    plan: OpeningPlan,
    target: Path,
    *,
    overwrite: bool,
    work: Work = SILENT,
) -> Path:
    """Copy a database into a file, which appears when it is whole and on the disk.

    Raises:
        ConfigurationError: There is a file already, or it is the database itself.
        StorageFullError: The file cannot be written.
        CancelledError: It was to end; nothing was made.
    """
    store = None if plan.name == ":memory:" else Path(plan.name)
    refuse_target(store, target, overwrite=overwrite)
    try:
        with replacing(target) as path:
            path.unlink()  # an empty file is no database of any kind
            copy = connect(_plan_of_copy(plan, path), create=True)
            try:
                copy.pragma("journal_mode", "MEMORY")  # what is left after a failure is thrown away
                _copy_database(source, copy, work)
            finally:
                copy.close()
    except apsw.Error as err:
        raise translated(err, str(target)) from err
    except OSError as err:
        raise unwritable_backup(target, err) from err
    return target


def _plan_of_copy(plan: OpeningPlan, path: Path) -> OpeningPlan:
    """Return how a copy is opened that is synced as a whole when it is done."""
    return replace(
        plan,
        name=str(path.absolute()),
        is_read_only=False,
        can_write_file=True,
        durability="off",
    )


def _copy_database(source: SqliteConnection, copy: SqliteConnection, work: Work) -> None:
    """Copy one state of a database over another one, page by page.

    With a write-ahead log it is the state at the beginning, whatever is written meanwhile.
    Without one, writers go on between steps, and the copy begins anew for them; if that happens
    too often they wait for the rest of it.

    Raises:
        CancelledError: It was to end.
    """
    is_logged = source.pragma("journal_mode") == "wal"
    is_in_memory = source.path == ":memory:"
    page_bytes = int(source.pragma("page_size") or 0)

    def tell(done: int, total: int) -> None:
        work.step("copying", "", done * page_bytes, total * page_bytes, unit="bytes")

    try:
        with copy.raw.backup("main", source.raw, "main") as pages:
            # Nobody writes to a database in memory meanwhile: its only connection is this one.
            restarts = 0 if is_logged else _MOST_RESTARTS
            _copy_pages(pages, None if is_in_memory else source, restarts, tell)
    finally:
        if not is_in_memory:
            source.rollback()


def _copy_pages(
    pages: apsw.Backup,
    source: SqliteConnection | None,
    restarts_left: int,
    tell: Callable[[int, int], None],
) -> None:
    left_before = None
    while not pages.done:
        if source is not None and restarts_left <= 0 and not source.is_reading:
            source.begin(write=False)
            source.pragma("schema_version")  # a read is what makes the snapshot
        try:
            pages.step(_PAGES_AT_ONCE)
        except (apsw.BusyError, apsw.LockedError):
            if source is None or source.is_reading:
                raise
            restarts_left -= 1  # a writer has it for itself just now
            continue
        if left_before is not None and pages.remaining >= left_before:
            restarts_left -= 1
        left_before = pages.remaining
        tell(pages.page_count - pages.remaining, pages.page_count)
