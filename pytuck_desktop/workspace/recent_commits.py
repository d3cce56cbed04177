"""The last commits to an open file, whoever made them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from pytuck_desktop.intents import Key

_MOST = 500


class TableCommit(NamedTuple):
    """What a commit changed in one table.

    Attributes:
        inserted, updated, deleted: Numbers of rows.
        keys: Of rows that are there after it, the changed ones first; not of all if they are many.
        is_complete: These are all; else some rows are not known.
    """

    name: str
    inserted: int
    updated: int
    deleted: int
    keys: tuple[Key, ...]
    is_complete: bool


class RecentCommit(NamedTuple):
    """One commit.

    Attributes:
        time: When, in seconds since 1970.
        process: Who, by process id; None if it is not known.
        label: What that program calls itself.
        is_here: It was made by this window.
        is_anything: It is not known what was changed.
    """

    time: float
    process: int | None
    label: str
    is_here: bool
    is_anything: bool
    has_new_schema: bool
    tables: tuple[TableCommit, ...]


class RecentCommits:
    """The newest commits of a file, the last one first; older ones are forgotten.

    Attributes:
        missed: Commits that came too fast to be told one by one.
        listeners: Called after each change.
    """

    def __init__(self) -> None:
        self._commits: deque[RecentCommit] = deque(maxlen=_MOST)
        self.missed = 0
        self.listeners: list[Callable[[], None]] = []

    def __iter__(self) -> Iterator[RecentCommit]:
        return reversed(self._commits)

    def __len__(self) -> int:
        return len(self._commits)

    def add(self, plain: dict[str, Any]) -> None:
        """Take what the worker told."""
        self._commits.extend(map(_commit, plain["commits"]))
        self.missed += plain["missed"]
        self._tell()

    def clear(self) -> None:
        """Forget them all."""
        self._commits.clear()
        self.missed = 0
        self._tell()

    def _tell(self) -> None:
        for listener in list(self.listeners):
            listener()


def _commit(plain: dict[str, Any]) -> RecentCommit:
    return RecentCommit(**{**plain, "tables": tuple(map(_table, plain["tables"]))})


def _table(plain: dict[str, Any]) -> TableCommit:
    keys = tuple(tuple(key) if isinstance(key, list) else key for key in plain["keys"])
    return TableCommit(**{**plain, "keys": keys})
