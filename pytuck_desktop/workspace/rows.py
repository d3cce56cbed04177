"""One view of a table: its rows in one order, with the staged edits laid over them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pytuck_desktop.intents import Key
from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.worker.protocol import OUTDATED
from pytuck_desktop.workspace.file_info import TableInfo
from pytuck_desktop.workspace.pages import PAGE_ROWS, Page, PageCache, page_rows
from pytuck_desktop.workspace.row_fetching import RowFetch
from pytuck_desktop.workspace.row_questions import MAX_KEPT, question, staged_rows, still_meant
from pytuck_desktop.workspace.snapshots import RowSnapshot, RowState, new_row, stored_row
from pytuck_desktop.workspace.staged_edits import (
    Identity,
    NewRow,
    StagedEdits,
    StoredIdentity,
    TableEdits,
)

if TYPE_CHECKING:
    from pytuck_desktop.workspace.conditions import Group

__all__ = ["CANCELLED", "RowSnapshot", "RowState", "RowsView", "SortKey"]

_MAX_PAGES = 4
"""Pages asked for in one request."""

CANCELLED = "PT-2304"
"""The error of a page that the worker gave up for a newer one."""


class SortKey(NamedTuple):
    """A column to sort by."""

    column: str
    descending: bool = False


class Requester(Protocol):
    """Sends requests to the worker of the file."""

    def request(
        self,
        operation: str,
        arguments: dict[str, Any],
        on_done: Callable[[Any], None],
        on_error: Callable[[ErrorInfo], None],
    ) -> int:
        """Send a request; one of the two is called later."""


class _Status(NamedTuple):
    """What the worker said last of the order."""

    row_count: int = 0
    exact: bool = False
    ready: bool = False
    revision: int = 0

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> _Status:
        return cls(plain["count"], plain["exact"], plain["ready"], plain["revision"])


class _Wanted(NamedTuple):
    """Which rows are visible, and which way they move."""

    first: int = 0
    last: int = PAGE_ROWS - 1
    is_downwards: bool = True


class RowsView:
    """The rows of one table for one grid; nothing here blocks.

    Attributes:
        on_reset: Called when any position may show another row.
        on_rows_changed: Called with the first and last position that show something new.
        on_count_changed: Called when the number of rows, or what is known of it, changed.
        on_error: Called with what went wrong.
        filter: What the rows in the file must meet; None for all rows.
        total: How many rows there are without a filter, once that is known.
    """

    def __init__(
        self, number: int, table: TableInfo, edits: StagedEdits, worker: Requester
    ) -> None:
        self.number = number
        self.edits = edits
        self.worker = worker
        self.on_reset: list[Callable[[], None]] = []
        self.on_rows_changed: list[Callable[[int, int], None]] = []
        self.on_count_changed: list[Callable[[], None]] = []
        self.on_error: list[Callable[[ErrorInfo], None]] = []
        self.sort: tuple[SortKey, ...] = ()
        self.filter: Group | None = None
        self.total: int | None = None
        self._kept: tuple[StoredIdentity, ...] = ()
        self.last_query_ms: float | None = None
        self._generation = 0
        self._is_switching = False
        self._is_closed = False
        self._status = _Status()
        self._pages = PageCache()
        self._stale: set[int] = set()
        self._asked: tuple[int, int] | None = None
        self._wanted = _Wanted()
        self._is_watched = False
        self._snapshots: dict[int, RowSnapshot] = {}
        self._set_table(table)
        self._page_rows = page_rows(len(table.columns))
        self._new_rows: tuple[NewRow, ...] = tuple(self._overlay.inserted)
        self._open()

    # --- What is shown ---

    @property
    def row_count(self) -> int:
        """Rows in the file, as far as known, and staged new rows, which stand at the end."""
        return self._status.row_count + len(self._new_rows)

    @property
    def count_is_exact(self) -> bool:
        """Whether the rows in the file have been counted to the end."""
        return self._status.exact

    @property
    def is_order_ready(self) -> bool:
        """Whether every position can be shown."""
        return self._status.ready and not self._is_switching

    def row(self, index: int) -> RowSnapshot | None:
        """Return the row at a position, the same object until it changes; None if not loaded."""
        known = self._snapshots.get(index)
        if known is not None:
            return known
        made = self._made(index)
        if made is not None:
            if len(self._snapshots) > 16 * self._page_rows:
                self._snapshots.clear()
            self._snapshots[index] = made
        return made

    def index_of(self, identity: Identity) -> int | None:
        """Return the position of a row among those that are loaded."""
        if isinstance(identity, NewRow):
            if identity not in self._new_rows:
                return None
            return self._status.row_count + self._new_rows.index(identity)
        for number in self._pages.numbers():
            page = self._pages.get(number)
            if page is not None and identity in page.identities:
                return page.first + page.identities.index(identity)
        return None

    @property
    def is_closed(self) -> bool:
        """Whether the view was let go."""
        return self._is_closed

    # --- What the window asks for ---

    def want(self, first: int, last: int) -> None:
        """Have the rows from `first` to `last` loaded, and the next ones in scroll direction."""
        self._is_watched = True
        is_downwards = first >= self._wanted.first
        self._wanted = _Wanted(max(0, first), max(first, last), is_downwards)
        self._ask()

    def set_sort(self, keys: tuple[SortKey, ...]) -> None:
        """Show the rows in another order; the old rows stay until the new ones are there."""
        if keys != self.sort:
            self.sort = keys
            self._open()

    def set_filter(self, condition: Group | None) -> None:
        """Show only the rows that meet a condition, and those with staged changes.

        Nothing unsaved is ever hidden by a filter, so new rows stay at the end, too.
        """
        if condition != self.filter:
            self.filter = condition
            self._open()

    def find(self, identity: StoredIdentity, on_done: Callable[[int | None], None]) -> None:
        """Find out at which position a row stands, loaded or not."""
        generation = self._generation
        arguments = {"view": self.number, "identity": identity, "generation": generation}

        def failed(error: ErrorInfo) -> None:
            if generation == self._generation:  # else positions mean other rows by now
                self._fail(error)

        self.worker.request("locate", arguments, on_done, failed)

    def find_key(self, key: Key, on_done: Callable[[int | None], None]) -> None:
        """Find out at which position the row of a primary key stands, loaded or not."""
        arguments = {
            "view": self.number,
            "generation": self._generation,
            "table": self.table.name,
            "key": key,
        }
        self.worker.request("locate_key", arguments, on_done, self._fail)

    def refresh(self) -> None:
        """Load the visible rows again; nothing is cleared before they are there."""
        visible = set(self._visible_pages())
        for number in self._pages.numbers():
            if number not in visible:
                self._pages.drop(number)
        self._stale = set(self._pages.numbers())
        self._drop_snapshots_outside()
        self._asked = None
        self._ask()

    def close(self) -> None:
        """Let go of the rows."""
        if not self._is_closed:
            self._is_closed = True
            self.worker.request("view_close", {"view": self.number}, _ignore, _ignore)

    def fetch(
        self,
        ranges: Sequence[tuple[int, int]],
        columns: Iterable[int],
        on_done: Callable[[list[RowSnapshot]], None],
        on_failed: Callable[[ErrorInfo], None],
    ) -> None:
        """Fetch rows wherever they are, with the whole of long values in some columns.

        Args:
            ranges: First and last position of rows.
        """
        RowFetch(self, self.worker.request, ranges, columns, on_done, on_failed).start()

    @property
    def generation(self) -> int:
        """Changes when positions mean other rows."""
        return self._generation

    @property
    def overlay(self) -> TableEdits:
        """What is staged of this table."""
        return self._overlay

    # --- What the document passes on ---

    def take_progress(self, plain: dict[str, Any]) -> None:
        """Note what the worker said of the order without being asked."""
        if plain["generation"] == self._generation and not self._is_switching:
            self._take_status(plain)
            self._ask()

    def take_failure(self, error: ErrorInfo, generation: int) -> None:
        """Note that the worker could not go on with the order."""
        if generation == self._generation:
            self._fail(error)

    def take_table(self, table: TableInfo) -> None:
        """Note that the table's structure has changed."""
        if table == self.table:
            return
        self._set_table(table)
        names = {column.name for column in table.columns}
        self.sort = tuple(key for key in self.sort if key.column in names)
        self.filter = still_meant(self.filter, table)
        self.total = None
        self._open()

    def take_edits(self) -> None:
        """Note that staged edits of this table have changed."""
        before = len(self._new_rows)
        self._new_rows = tuple(self._overlay.inserted)
        changed = self._forget_outdated_snapshots()
        if len(self._new_rows) != before:
            _call(self.on_count_changed)
        if changed:
            _call(self.on_rows_changed, min(changed), max(changed))
        if not set(self._kept).issubset(staged_rows(self._overlay)):
            self._open()  # a row that is shown for its staged changes only has none any more

    def take_saved(self, overlay: TableEdits) -> None:
        """Put saved values into the loaded pages, so that nothing flickers until they are read."""
        for number in self._pages.numbers():
            page = self._pages.get(number)
            if page is not None:
                self._pages.put(number, page.with_saved(overlay, self._places))

    # --- Loading ---

    def _open(self) -> None:
        """Ask for the rows in the present order, from the beginning."""
        self._generation += 1
        self._is_switching = True
        self._asked = None
        self._kept = () if self.filter is None else staged_rows(self._overlay)[-MAX_KEPT:]
        generation = self._generation
        self.worker.request(
            "view_open",
            {
                "view": self.number,
                "generation": generation,
                "count": page_rows(len(self.table.columns)),
                **question(self.table, self.filter, self.sort, self._kept),
            },
            lambda result: self._opened(result, generation),
            lambda error: self._fail_in(error, generation),
        )

    def _opened(self, plain: dict[str, Any], generation: int) -> None:
        if generation != self._generation or self._is_closed:
            return
        self._is_switching = False
        self._page_rows = page_rows(len(self.table.columns))
        self._pages.clear()
        self._stale.clear()
        self._snapshots.clear()
        self._status = _Status.from_plain(plain)
        self._note_total()
        if plain["page"] is not None:
            self._keep(plain["page"])
        _call(self.on_reset)
        if self._is_watched:  # else the window is still busy with these rows
            self._ask()

    def _ask(self) -> None:
        """Ask for the visible pages that are missing, or else for the one to come next."""
        if self._is_switching or self._is_closed:
            return
        missing = [number for number in self._visible_pages() if self._is_missing(number)]
        if not missing:
            # Before an order is built a page costs a pass over the table, and delays the order.
            ahead = self._page_ahead() if self._status.ready else None
            if ahead is None or not self._is_missing(ahead):
                return
            missing = [ahead]
        first, last = missing[0], min(missing[-1], missing[0] + _MAX_PAGES - 1)
        if self._asked == (first, last):
            return
        self._asked = (first, last)
        generation = self._generation
        self.worker.request(
            "page",
            {
                "view": self.number,
                "generation": generation,
                "first": first * self._page_rows,
                "count": (last - first + 1) * self._page_rows,
            },
            lambda result: self._received(result, generation, (first, last)),
            lambda error: self._fail_in(error, generation, (first, last)),
        )

    def _received(self, plain: dict[str, Any], generation: int, asked: tuple[int, int]) -> None:
        if generation != self._generation or self._is_closed:
            return
        if self._asked == asked:
            self._asked = None
        self._take_status(plain)
        if plain["page"] is None:
            self._asked = asked  # not built yet; asked again when the worker says it is
            return
        changed = self._keep(plain["page"])
        if changed:
            _call(self.on_rows_changed, changed[0], changed[1])
        self._ask()

    def _keep(self, plain: dict[str, Any]) -> tuple[int, int] | None:
        """Keep the rows of an answer as pages; return the positions that show something new."""
        whole = Page.from_plain(plain)
        self.last_query_ms = plain["elapsed_ms"]
        changed: list[int] = []
        for start in range(0, max(1, len(whole.rows)), self._page_rows):
            page = whole.part(start, self._page_rows)
            number = page.first // self._page_rows
            self._stale.discard(number)
            if self._pages.get(number) != page:
                self._pages.put(number, page)
                changed += [page.first, page.first + self._page_rows - 1]
        if not changed:
            return None
        for index in range(min(changed), max(changed) + 1):
            self._snapshots.pop(index, None)
        return min(changed), min(max(changed), self.row_count - 1)

    def _take_status(self, plain: dict[str, Any]) -> None:
        before, self._status = self._status, _Status.from_plain(plain)
        if self._status.revision != before.revision:
            self.refresh()
        if self._status.ready != before.ready:
            self._asked = None
        self._note_total()
        if self._status == before:
            return
        if self._status.row_count != before.row_count:
            self._drop_short_pages()
            lowest = min(before.row_count, self._status.row_count)
            for index in [index for index in self._snapshots if index >= lowest]:
                del self._snapshots[index]
        _call(self.on_count_changed)
        if self._status.row_count != before.row_count and self._new_rows:
            _call(self.on_rows_changed, lowest, self.row_count - 1)

    def _note_total(self) -> None:
        if self.filter is None and self._status.exact:
            self.total = self._status.row_count

    def _drop_short_pages(self) -> None:
        """A page that ended with the table may have more rows now."""
        for number in self._pages.numbers():
            page = self._pages.get(number)
            if page is not None and len(page.rows) < min(
                self._page_rows, self._status.row_count - page.first
            ):
                self._stale.add(number)

    def _fail_in(
        self, error: ErrorInfo, generation: int, asked: tuple[int, int] | None = None
    ) -> None:
        if generation != self._generation or self._is_closed:
            return
        if asked is not None and self._asked == asked:
            self._asked = None
        if error.code == OUTDATED:
            return
        if error.code == CANCELLED:
            self._ask()
            return
        if asked is None:
            self._is_switching = False
        self._fail(error)

    def _fail(self, error: ErrorInfo) -> None:
        if not self._is_closed:
            _call(self.on_error, error)

    # --- Pages ---

    def _visible_pages(self) -> range:
        last = min(self._wanted.last, max(0, self._status.row_count - 1))
        return range(min(self._wanted.first, last) // self._page_rows, last // self._page_rows + 1)

    def _page_ahead(self) -> int | None:
        visible = self._visible_pages()
        ahead = visible[-1] + 1 if self._wanted.is_downwards else visible[0] - 1
        return ahead if 0 <= ahead * self._page_rows < self._status.row_count else None

    def _is_missing(self, number: int) -> bool:
        if self._status.row_count == 0:
            return False
        return number in self._stale or self._pages.get(number) is None

    # --- Snapshots ---

    @property
    def _overlay(self) -> TableEdits:
        return self.edits.overlay(self.table.name)

    def _set_table(self, table: TableInfo) -> None:
        self.table = table
        self._places = {column.name: place for place, column in enumerate(table.columns)}

    def _made(self, index: int) -> RowSnapshot | None:
        if index >= self._status.row_count:
            place = index - self._status.row_count
            if place >= len(self._new_rows):
                return None
            return new_row(self._new_rows[place], self.table, self._overlay)
        page = self._pages.get(index // self._page_rows)
        if page is None or not 0 <= index - page.first < len(page.rows):
            return None
        return stored_row(page, index - page.first, self._places, self._overlay)

    def _forget_outdated_snapshots(self) -> list[int]:
        """Drop the snapshots that would look different now; return their positions."""
        outdated = [index for index, kept in self._snapshots.items() if self._made(index) != kept]
        for index in outdated:
            del self._snapshots[index]
        return outdated

    def _drop_snapshots_outside(self) -> None:
        kept = set(self._pages.numbers())
        for index in [index for index in self._snapshots if index // self._page_rows not in kept]:
            del self._snapshots[index]


def _call(listeners: list[Any], *arguments: object) -> None:
    for listener in list(listeners):
        listener(*arguments)


def _ignore(result: object) -> None:
    """Nobody waits for this answer."""
