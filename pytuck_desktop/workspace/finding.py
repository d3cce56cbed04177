"""Finding a text in all rows of a view, in the order they are shown, a part at a time.

The worker looks through the rows from the current one on, then from the first one to it, and is
asked for a short part each time; nothing but the places of the cells is kept. Staged values are
looked through here, in place of the stored ones.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.worker.protocol import OUTDATED
from pytuck_desktop.workspace.needles import Needle, Search, search_for
from pytuck_desktop.workspace.rows import CANCELLED, RowsView
from pytuck_desktop.workspace.staged_edits import as_shown

if TYPE_CHECKING:
    from pytuck_desktop.workspace.staged_edits import StoredIdentity

MOST_HITS = 1_000_000
"""Cells kept in mind (8 bytes each); the search ends there."""


class Cell(NamedTuple):
    """A cell by position."""

    row: int
    column: int


class FoundCells:
    """The places of cells in the order in which they were met."""

    def __init__(self, columns: int) -> None:
        self._columns = max(1, columns)
        self._after = array("q")  # from where the search began
        self._before = array("q")  # before it

    def __len__(self) -> int:
        return len(self._after) + len(self._before)

    def add(self, cell: Cell, *, is_before: bool) -> None:
        """Add a cell that stands behind those added before, in its part."""
        (self._before if is_before else self._after).append(self._number(cell))

    def __contains__(self, cell: Cell) -> bool:
        number = self._number(cell)
        return any(_has(part, number) for part in (self._before, self._after))

    def following(self, cell: Cell) -> Cell | None:
        """Return the first cell behind one."""
        for part in (self._before, self._after):
            at = bisect_right(part, self._number(cell))
            if at < len(part):
                return self._cell(part[at])
        return None

    def preceding(self, cell: Cell) -> Cell | None:
        """Return the last cell before one."""
        for part in (self._after, self._before):
            at = bisect_left(part, self._number(cell))
            if at > 0:
                return self._cell(part[at - 1])
        return None

    def place(self, cell: Cell) -> int | None:
        """Return which of all cells from the top one is, from 1."""
        number = self._number(cell)
        if cell not in self:
            return None
        return bisect_left(self._before, number) + bisect_left(self._after, number) + 1

    def _number(self, cell: Cell) -> int:
        return cell.row * self._columns + cell.column

    def _cell(self, number: int) -> Cell:
        return Cell(*divmod(number, self._columns))


class Finder:
    """Looks for one thing at a time in the rows of a view.

    Attributes:
        on_changed: Called when more is found, or the search is over.
        found: The cells met so far.
        is_running: Whether there are rows that were not looked at.
        searched: Rows looked at.
        is_cut: There are more cells than are kept in mind.
        error: Why the search ended early.
    """

    def __init__(self, rows: RowsView, cancel: Callable[[int], None]) -> None:
        self._rows = rows
        self._cancel = cancel
        self.on_changed: list[Callable[[], None]] = []
        self.needle: Needle | None = None
        self._run = 0
        self._request: int | None = None
        self._clear()
        rows.on_reset.append(self.restart)
        rows.on_count_changed.append(self._go_on_when_ready)

    def _clear(self) -> None:
        self.found = FoundCells(len(self._rows.table.columns))
        self.is_running = False
        self.searched = 0
        self.is_cut = False
        self.error: ErrorInfo | None = None
        self._search: Search | None = None
        self._start = 0
        self._next: int | None = 0
        self._is_before = False
        self._is_waiting = False

    def start(self, needle: Needle, row: int) -> None:
        """Look for something, from a row on."""
        self.stop()
        self.needle = needle
        self._clear()
        if needle.text and not needle.error():
            self._search = search_for(needle, self._rows.table)
            self._start = self._next = row if 0 < row < self._stored_count else 0
            if self._search.groups:
                self.is_running = True
                self._ask()
            else:
                self._look_at_new_rows()  # no column in the file can have it
        self._tell()

    def restart(self) -> None:
        """Look again, as the rows are others now."""
        if self.needle is not None and not self._rows.is_closed:
            self.start(self.needle, self._start)

    def stop(self) -> None:
        """Look for nothing any more; a running part is given up."""
        self._run += 1
        self.needle = None
        self.is_running = False
        if self._request is not None:
            self._cancel(self._request)
            self._request = None

    def forget(self) -> None:
        """Look for nothing, and have nothing found."""
        self.stop()
        self._clear()
        self._tell()

    @property
    def has_wrapped(self) -> bool:
        """Whether all rows from where the search began to the last one were looked at."""
        return self._is_before or not self.is_running

    @property
    def start_row(self) -> int:
        """Where the search began."""
        return self._start

    @property
    def share(self) -> float:
        """How much of the rows was looked at, 0 to 1."""
        return min(1.0, self.searched / max(1, self._stored_count))

    # --- Through the rows ---

    @property
    def _stored_count(self) -> int:
        return self._rows.row_count - len(self._rows.overlay.inserted)

    def _ask(self) -> None:
        assert self._search is not None
        run, generation = self._run, self._rows.generation
        overlay = self._rows.overlay
        self._staged: list[StoredIdentity] = list(overlay.changed)
        arguments = {
            "view": self._rows.number,
            "generation": generation,
            "statement": self._search.statement,
            "key_width": self._search.key_width,
            "staged": self._staged,
            "first": self._next,
        }
        self._request = self._rows.worker.request(
            "find",
            arguments,
            lambda plain: self._take(plain, run),
            lambda error: self._fail(error, run, generation),
        )

    def _take(self, plain: dict[str, Any] | None, run: int) -> None:
        if run != self._run:
            return
        self._request = None
        if plain is None:
            self._is_waiting = True
            return
        seen = {position: self._staged[place] for position, place in plain["staged"]}
        flags = {position: found for position, found in plain["hits"]}  # noqa: C416 - lists
        for position in sorted({*flags, *seen}):
            self._take_row(position, flags.get(position), seen.get(position))
        self._step(plain["next"])
        self._tell()

    def _take_row(
        self, row: int, flags: list[str | None] | None, identity: StoredIdentity | None
    ) -> None:
        columns = self._flagged(flags) if flags is not None else set()
        if identity is not None:
            columns = self._with_staged(columns, identity)
        for column in sorted(columns):
            self._add(Cell(row, column))

    def _flagged(self, flags: list[str | None]) -> set[int]:
        assert self._search is not None
        return {
            column
            for group, marks in zip(self._search.groups, flags, strict=True)
            if marks is not None
            for column, mark in zip(group, marks, strict=True)
            if mark == "1"
        }

    def _with_staged(self, columns: set[int], identity: StoredIdentity) -> set[int]:
        assert self.needle is not None
        changes = self._rows.overlay.changed.get(identity, {})
        table, kept = self._rows.table, set(columns)
        for place, column in enumerate(table.columns):
            if column.name in changes:
                kept.discard(place)
                if self.needle.is_in(as_shown(changes[column.name].new)):
                    kept.add(place)
        return kept

    def _add(self, cell: Cell) -> None:
        if self._is_before and cell.row >= self._start:
            return
        if len(self.found) >= MOST_HITS:
            self.is_cut = True
            return
        self.found.add(cell, is_before=self._is_before)

    def _step(self, following: int | None) -> None:
        """Go on behind the rows that were looked at: at the end comes what is new, then the top."""
        at_end = following is None or (self._is_before and following >= self._start)
        end = self._start if self._is_before else self._stored_count
        done = end if following is None else following
        self.searched += max(0, min(done, end) - (self._next or 0))
        self._next = following
        if self.is_cut or (at_end and self._is_before):
            self.is_running = False
            return
        if at_end:
            self._look_at_new_rows()
            if self._start == 0:
                self.is_running = False
                return
            self._next, self._is_before = 0, True
        self._ask()

    def _look_at_new_rows(self) -> None:
        assert self.needle is not None
        first = self._stored_count
        columns = self._rows.table.columns
        for place, values in enumerate(self._rows.overlay.inserted.values()):
            for at, column in enumerate(columns):
                value = as_shown(values.get(column.name, column.default))
                if self.needle.is_in(value):
                    self._add(Cell(first + place, at))

    def _go_on_when_ready(self) -> None:
        if self._is_waiting and self._rows.is_order_ready and self._rows.count_is_exact:
            self._is_waiting = False
            self._ask()

    def _fail(self, error: ErrorInfo, run: int, generation: int) -> None:
        if run != self._run or generation != self._rows.generation:
            return  # with other rows the search begins anew
        self._request = None
        if error.code in (CANCELLED, OUTDATED):
            self._ask()  # it gave way to what another view needs
            return
        self.is_running = False
        self.error = error
        self._tell()

    def _tell(self) -> None:
        for listener in list(self.on_changed):
            listener()


def _has(part: array[int], number: int) -> bool:
    at = bisect_left(part, number)
    return at < len(part) and part[at] == number
