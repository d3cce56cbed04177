"""The history of a `.pytuck` file: its commits with old and new values, in the log of changes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pytuck.backends import change_log
from pytuck.backends.change_log import CHANGES
from pytuck.backends.file_settings import read_setting, write_setting
from pytuck.common.exceptions import CorruptFileError
from pytuck.compiler import compile_statement
from pytuck.compiler.dialects import SQLITE
from pytuck.query import Select, Update, func, select, update

if TYPE_CHECKING:
    from pytuck.backends.sqlite_transactions import SqliteTransactions

_KEY = "history"
_DAY_S = 86_400
_ENTRIES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class HistoryBounds:
    """How much of the history is kept.

    Attributes:
        max_age_days: Commits that are older go; None for any age.
        max_bytes: The oldest commits go when all together have more; None for any size.
    """

    max_age_days: float | None = 365
    max_bytes: int | None = 1 << 28


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A commit that changed rows.

    Attributes:
        is_kept: Its values are still there.
    """

    seq: int
    time: float
    process: int | None
    label: str
    tables: tuple[str, ...]
    is_kept: bool


def read_bounds(connection: SqliteTransactions) -> HistoryBounds | None:
    """Return how much the file keeps; None if it keeps no history.

    Raises:
        CorruptFileError: The setting is no such thing.
    """
    text = read_setting(connection, _KEY)
    if text is None:
        return None
    try:
        return HistoryBounds(**json.loads(text))
    except (ValueError, TypeError) as err:
        raise CorruptFileError(
            f"The setting '{_KEY}' of '{connection.path}' is damaged: {err}. Turn the history on "
            "again.",
            details={"path": connection.path},
        ) from err


def write_bounds(connection: SqliteTransactions, bounds: HistoryBounds | None) -> None:
    """Have the file keep a history from the next transaction on, or none."""
    if bounds is not None:
        change_log.begin(connection)
    write_setting(connection, _KEY, None if bounds is None else json.dumps(asdict(bounds)))


def prune(connection: SqliteTransactions, bounds: HistoryBounds) -> int:
    """Forget the values of commits beyond the bounds, in the open transaction; count them."""
    oldest_kept = max(_first_within_age(connection, bounds), _first_within_size(connection, bounds))
    if not oldest_kept:
        return 0
    return _forget(connection, oldest_kept)


def forget_all(connection: SqliteTransactions) -> int:
    """Forget the values of all commits, in the open transaction; count them."""
    return _forget(connection, change_log.last_seq(connection) + 1)


def changeset_of(connection: SqliteTransactions, seq: int) -> bytes | None:
    """Return the changeset of a commit; None if there is none."""
    rows = _rows(connection, select(CHANGES.c.changeset).where(CHANGES.c.seq == seq))
    return rows[0][0] if rows else None


def changesets_after(
    connection: SqliteTransactions, seq: int
) -> Iterator[tuple[int, bytes | None]]:
    """Give the commits after one with their changesets, newest first."""
    last: int | None = None
    while True:
        question = select(CHANGES.c.seq, CHANGES.c.changeset).where(CHANGES.c.seq > seq)
        if last is not None:
            question = question.where(CHANGES.c.seq < last)
        rows = _rows(connection, question.order_by(CHANGES.c.seq.desc()).limit(1))
        if not rows:
            return
        last = int(rows[0][0])
        yield last, rows[0][1]


def has_log(connection: SqliteTransactions) -> bool:
    """Return whether there may be a history at all."""
    return change_log.is_kept(connection)


def entries(
    connection: SqliteTransactions, since: float | None = None, until: float | None = None
) -> Iterator[HistoryEntry]:
    """Give the commits with rows, newest first.

    Args:
        since, until: Only those made in this time, in seconds since 1970.
    """
    last: int | None = None
    while rows := _rows(connection, _page(last, since, until)):
        for seq, moment, origin, label, packed, is_kept in rows:
            entry = change_log.logged(seq, moment, origin, label, packed)
            tables = tuple(entry.tables or ())
            if tables:
                yield HistoryEntry(
                    entry.seq, entry.time, entry.process, entry.label, tables, bool(is_kept)
                )
        last = int(rows[-1][0])


def _page(last: int | None, since: float | None, until: float | None) -> Select[Any]:
    c = CHANGES.c
    is_kept = c.changeset.is_not(None)
    question = select(c.seq, c.time, c.origin, c.label, c.tables, is_kept)
    if last is not None:
        question = question.where(c.seq < last)
    if since is not None:
        question = question.where(c.time >= since)
    if until is not None:
        question = question.where(c.time < until)
    return question.order_by(c.seq.desc()).limit(_ENTRIES_AT_ONCE)


def wrote_rows(connection: SqliteTransactions, seq: int) -> bool:
    """Return whether a commit wrote rows of the user's tables."""
    return any(entry.seq == seq for entry in _near(connection, seq))


def _near(connection: SqliteTransactions, seq: int) -> Iterator[HistoryEntry]:
    for entry in entries(connection):
        if entry.seq < seq:
            return
        yield entry


def size_bytes(connection: SqliteTransactions) -> int:
    """Return how much room the values take."""
    rows = _rows(connection, select(func.sum(func.length(CHANGES.c.changeset))))
    return int(rows[0][0] or 0)


def _first_within_age(connection: SqliteTransactions, bounds: HistoryBounds) -> int:
    if bounds.max_age_days is None:
        return 0
    outdated = time.time() - bounds.max_age_days * _DAY_S
    question = select(func.max(CHANGES.c.seq)).where(CHANGES.c.time < outdated)
    return int(_rows(connection, question)[0][0] or -1) + 1


def _first_within_size(connection: SqliteTransactions, bounds: HistoryBounds) -> int:
    if bounds.max_bytes is None or size_bytes(connection) <= bounds.max_bytes:
        return 0
    c = CHANGES.c
    question = select(c.seq, func.length(c.changeset)).where(c.changeset.is_not(None))
    left = bounds.max_bytes
    for seq, size in _rows(connection, question.order_by(c.seq.desc())):
        left -= int(size)
        if left < 0:
            return int(seq) + 1
    return 0


def _forget(connection: SqliteTransactions, below: int) -> int:
    c = CHANGES.c
    statement: Update[Any] = update(CHANGES).where(c.seq < below, c.changeset.is_not(None))
    outcome = connection.execute(compile_statement(statement.values(changeset=None), SQLITE))
    return outcome.row_count


def _rows(connection: SqliteTransactions, question: Select[Any]) -> list[Any]:
    return list(connection.execute(compile_statement(question, SQLITE)).rows)
