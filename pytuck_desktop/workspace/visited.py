"""Where the user has been, to go back and forward as in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pytuck_desktop.workspace.rows import SortKey
from pytuck_desktop.workspace.staged_edits import Identity

if TYPE_CHECKING:
    from pytuck_desktop.workspace.table_filters import TableFilter

MOST_STOPS = 200
"""Places that are remembered, the last ones."""


class Stop(NamedTuple):
    """A place in a table, with all that decides which rows are shown there.

    Attributes:
        identity: The current row; None if there was none.
        column: The name of the current column.
        is_kept: The table had a tab of its own, not that of the last look.
    """

    path: str
    table: str
    filter: TableFilter
    sort: tuple[SortKey, ...] = ()
    identity: Identity | None = None
    column: str | None = None
    is_kept: bool = True


class Visited:
    """The places behind and ahead of the one the user is at."""

    def __init__(self) -> None:
        self._behind: list[Stop] = []
        self._ahead: list[Stop] = []

    @property
    def can_go_back(self) -> bool:
        """Whether there is a place behind."""
        return bool(self._behind)

    @property
    def can_go_forward(self) -> bool:
        """Whether there is a place ahead."""
        return bool(self._ahead)

    def leave(self, stop: Stop) -> None:
        """Note a place that is left for a new one; what was ahead is forgotten."""
        self._ahead.clear()
        if not self._behind or self._behind[-1] != stop:
            self._behind.append(stop)
            del self._behind[:-MOST_STOPS]

    def back(self, here: Stop | None) -> Stop | None:
        """Return the place behind, to which `here` is ahead from now on."""
        return self._step(self._behind, self._ahead, here)

    def forward(self, here: Stop | None) -> Stop | None:
        """Return the place ahead, to which `here` is behind from now on."""
        return self._step(self._ahead, self._behind, here)

    @staticmethod
    def _step(source: list[Stop], target: list[Stop], here: Stop | None) -> Stop | None:
        while source:
            stop = source.pop()
            if stop != here:  # going there is worth a step
                if here is not None:
                    target.append(here)
                return stop
        return None

    def forget(self, path: str) -> None:
        """Forget the places in a file that was closed."""
        self._behind = [stop for stop in self._behind if stop.path != path]
        self._ahead = [stop for stop in self._ahead if stop.path != path]
