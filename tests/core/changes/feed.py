"""A subscriber that a test can wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from pytuck.events.change_sets import ChangeSet, TableChanges

DEADLINE_S = 10.0


class Heard:
    """Collects change sets."""

    def __init__(self) -> None:
        self._sets: list[ChangeSet] = []
        self._news = threading.Condition()

    def __call__(self, change_set: ChangeSet) -> None:
        with self._news:
            self._sets.append(change_set)
            self._news.notify_all()

    def wait(self, count: int = 1) -> list[ChangeSet]:
        """Return the next change sets when so many have come."""
        with self._news:
            assert self._news.wait_for(lambda: len(self._sets) >= count, DEADLINE_S), self._sets
            found, self._sets = self._sets, []
        assert len(found) == count, found
        return found

    def until(self, is_there: Callable[[list[ChangeSet]], Any]) -> list[ChangeSet]:
        """Return all change sets when a condition on them holds."""
        with self._news:
            assert self._news.wait_for(lambda: is_there(self._sets), DEADLINE_S), self._sets
            found, self._sets = self._sets, []
        return found

    def tables(self) -> dict[str, TableChanges]:
        """Return the tables of the next change set."""
        return dict(self.wait()[0].tables)
