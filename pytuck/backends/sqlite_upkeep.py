"""Looking after SQLite databases: checks, compacting, the room that tables take."""

from __future__ import annotations

import contextlib
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import apsw

from pytuck.backends import catalogue_check
from pytuck.backends.free_room import refuse_without_room
from pytuck.backends.lock_waiting import LockWait
from pytuck.backends.reflection import is_reserved, table_names
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.common.atomic_file import sweep_leftovers
from pytuck.common.exceptions import CancelledError, PytuckException
from pytuck.common.progress import SILENT, Task, Work
from pytuck.compiler import compile_statement, ddl
from pytuck.compiler.dialects import SQLITE
from pytuck.query import TableSource, select
from pytuck.schema import Column, Table
from pytuck.types import TYPES

_MOST_PROBLEMS = 100
"""As many are told; a damaged file may have one for each of its pages."""

_IN_MEMORY = 2
"""SQLite's word for temporary tables that are never on the disk, as those of encrypted files."""

_STEPS_AT_ONCE = 100_000
"""Of SQLite's machine, between two looks at who watches: some milliseconds."""

_PARTS = TableSource(
    Table("sqlite_schema", (Column("name", TYPES[str]), Column("tbl_name", TYPES[str])))
)
_PAGES = TableSource(
    Table(
        "dbstat",
        (
            Column("name", TYPES[str]),
            Column("pgsize", TYPES[int]),
            Column("aggregate", TYPES[bool]),
        ),
    )
)
"""What SQLite tells of the pages of tables and indexes (https://sqlite.org/dbstat.html)."""


def check(connection: SqliteConnection, work: Work = SILENT) -> list[str]:
    """Return what is wrong with a database; nothing if it is whole.

    All of it is said of one state, whatever is written meanwhile.

    Raises:
        CancelledError: It was to end.
    """
    try:
        with _one_state(connection), _telling(connection, "checking", work):
            rows = connection.fetch(f"PRAGMA integrity_check({_MOST_PROBLEMS})")
            problems = [str(row[0]) for row in rows if row[0] != "ok"]
            for table in table_names(connection):
                problems += _dangling(connection, table)
            return problems + catalogue_check.contradictions(connection)
    except CancelledError:
        raise
    except PytuckException as err:  # a page that cannot be read is what was asked about
        return [err.message]


def compact(connection: SqliteConnection, work: Work = SILENT) -> int:
    """Write a database anew without the room of deleted rows; return how many bytes it lost.

    Raises:
        StorageFullError: There is no room for another copy of it.
        CancelledError: It was to end; the database is as it was.
    """
    if connection.lock_name != ":memory:":
        sweep_leftovers(Path(connection.lock_name))
    before = _size(connection)
    _refuse_without_room(connection)
    with _attaching(connection), _telling(connection, "compacting", work):
        connection.fetch(ddl.compact())
    connection.raw.set_busy_timeout(0)  # a session that reads meanwhile delays it, and no harm
    try:
        connection.pragma("wal_checkpoint", "TRUNCATE")
    finally:
        connection.raw.set_busy_handler(LockWait(connection.timeout_s))
    return max(before - _size(connection), 0)


def table_bytes(connection: SqliteConnection) -> dict[str, int]:
    """Return the room that each table takes with its indexes; what is reserved under ''.

    The inner pages of each tree are read, and those of long values.
    """
    parts = connection.execute(compile_statement(select(*_PARTS.c), SQLITE)).rows
    table_of = {str(name): str(table) for name, table in parts}
    sums = select(_PAGES.c.name, _PAGES.c.pgsize).where(_PAGES.c.aggregate == True)  # noqa: E712
    found: Counter[str] = Counter({name: 0 for name in table_of.values() if not is_reserved(name)})
    for name, size in connection.execute(compile_statement(sums, SQLITE)).rows:
        table = table_of.get(str(name), "")
        found["" if is_reserved(table) else table] += int(size or 0)
    return dict(found)


def _one_state(connection: SqliteConnection) -> contextlib.AbstractContextManager[None]:
    """Keep to one state of a file; in memory everybody has the same connection anyway."""
    if connection.lock_name == ":memory:" or connection.in_transaction:
        return contextlib.nullcontext()
    return connection.reading()


@contextlib.contextmanager
def _attaching(connection: SqliteConnection) -> Iterator[None]:
    """Let SQLite attach the file that it writes anew to the old one, for a `with` block."""
    limit = connection.raw.limit(apsw.SQLITE_LIMIT_ATTACHED, 1)
    try:
        yield
    finally:
        connection.raw.limit(apsw.SQLITE_LIMIT_ATTACHED, limit)


def _refuse_without_room(connection: SqliteConnection) -> None:
    """Go on, unless there is no room for the rows, which are written twice.

    First into a temporary file, or memory; then over the database, and before that into its log.

    Raises:
        StorageFullError: There is not.
    """
    if connection.lock_name == ":memory:":
        return
    free = int(connection.pragma("freelist_count") or 0) * int(connection.pragma("page_size") or 0)
    kept = _size(connection) - free
    refuse_without_room(Path(connection.lock_name).parent, kept, connection.path)
    if connection.pragma("temp_store") != _IN_MEMORY:
        refuse_without_room(Path(tempfile.gettempdir()), kept, connection.path)


@contextlib.contextmanager
def _telling(connection: SqliteConnection, task: Task, work: Work) -> Iterator[None]:
    """Tell who watches of the steps of statements, and let them end these."""
    if work.progress is None and work.cancel is None:
        yield
        return
    steps = 0
    refusal: CancelledError | None = None

    def step() -> bool:
        nonlocal steps, refusal
        steps += _STEPS_AT_ONCE
        try:
            work.step(task, "", steps, unit="steps")
        except CancelledError as err:
            refusal = err
        return refusal is not None

    connection.raw.set_progress_handler(step, _STEPS_AT_ONCE, id=_telling)
    try:
        yield
    except CancelledError as err:
        raise refusal or err from err
    finally:
        connection.raw.set_progress_handler(None, id=_telling)


def _dangling(connection: SqliteConnection, table: str) -> list[str]:
    rows = connection.pragma_rows("foreign_key_check", table)
    if not rows:
        return []
    parents = ", ".join(sorted({str(row[2]) for row in rows}))
    return [f"{len(rows)} rows of table '{table}' refer to rows of {parents} that do not exist."]


def _size(connection: SqliteConnection) -> int:
    pages, size = connection.pragma("page_count"), connection.pragma("page_size")
    return int(pages or 0) * int(size or 0)
