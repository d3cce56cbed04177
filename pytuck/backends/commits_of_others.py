"""Commits that were not made through a storage: by other programs, or other storages here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from pytuck.backends import change_log
from pytuck.backends.change_log import LoggedCommit

if TYPE_CHECKING:
    from pytuck.backends.sqlite import SqliteEngine


@dataclass(frozen=True, slots=True)
class Seen:
    """What others committed since the last look.

    Attributes:
        logged: Their commits that are in the log, in order.
        has_others: Something was committed that nobody logged.
        has_new_schema: It changed tables themselves, as far as that is known.
    """

    logged: tuple[LoggedCommit, ...] = ()
    has_others: bool = False
    has_new_schema: bool = False


NOTHING_SEEN = Seen()


class LooksForOthers(Protocol):
    """What looks for commits that were not made through a storage."""

    def look(self) -> Seen:
        """Return what others committed since the last look.

        Raises:
            PytuckException: The file cannot be read now, for example because it is gone.
        """
        ...

    def close(self) -> None:
        """Stop looking."""


class CommitsOfOthers:
    """Looks at a SQLite file for commits of others, through a connection of its own.

    A commit that is not logged is told from our own by counting those: one that falls between
    two looks together with one of ours is seen only with the next.
    """

    def __init__(self, engine: SqliteEngine) -> None:
        self._engine = engine
        self._connection = engine.open_reader()
        self._version = self._data_version()
        self._has_log = False
        self._own_ended = engine.own_commits.ended
        self._seq = self._last_seq()

    def look(self) -> Seen:
        """Return what others committed since the last look; cost: some microseconds if nothing.

        Raises:
            PytuckException: The file cannot be read now, for example because it is gone.
        """
        ended, version = self._engine.own_commits.ended, self._data_version()
        # Any that had not ended at the last look may have become visible since.
        has_own = self._engine.own_commits.begun > self._own_ended
        self._own_ended = ended
        if version == self._version:
            return NOTHING_SEEN
        self._version = version
        entries = self._new_entries()
        others = tuple(item for item in entries if item.writer != self._engine.log_writer)
        return Seen(others, has_others=not entries and not has_own)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _data_version(self) -> object:
        """Ask the file itself: the driver's own number is that of the last reading."""
        return self._connection.pragma("data_version")

    def _new_entries(self) -> list[LoggedCommit]:
        if not self._has_log:
            self._last_seq()
            self._seq = min(self._seq, 0)
        if not self._has_log:
            return []
        entries = change_log.entries_after(self._connection, self._seq)
        if entries:
            self._seq = entries[-1].seq
        return entries

    def _last_seq(self) -> int:
        self._has_log = self._engine.keeps_log and change_log.is_kept(self._connection)
        return change_log.last_seq(self._connection) if self._has_log else 0
