"""Fetching rows that are not on the screen, whole, for copying and for changes of many rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.pages import Page
from pytuck_desktop.workspace.snapshots import RowSnapshot, stored_row

if TYPE_CHECKING:
    from pytuck.types import Stored
    from pytuck_desktop.workspace.file_info import TableInfo
    from pytuck_desktop.workspace.staged_edits import TableEdits

CHUNK_ROWS = 2048
"""Rows asked for in one request."""

NOT_BUILT = "PT-9003"
"""Rows cannot be given yet, since their order is being built."""

_Request = Callable[
    [str, dict[str, Any], Callable[[Any], None], Callable[[ErrorInfo], None]], object
]


class RowSource(Protocol):
    """A view of rows, as far as fetching needs it."""

    number: int
    table: TableInfo

    def row(self, index: int) -> RowSnapshot | None:
        """Return a row that is loaded."""

    @property
    def generation(self) -> int:
        """Changes when positions mean other rows."""

    @property
    def overlay(self) -> TableEdits:
        """What is staged."""


class RowFetch:
    """Fetches rows by position, then what is left of their long values.

    Args:
        source: The view that shows them.
        request: Sends a request to the worker.
        ranges: First and last position of the rows, in the order in which they are wanted.
        columns: Those whose long values are fetched to the end.
        on_done: Gets the rows.
        on_failed: Gets the reason if that is not possible.
    """

    def __init__(
        self,
        source: RowSource,
        request: _Request,
        ranges: Sequence[tuple[int, int]],
        columns: Iterable[int],
        on_done: Callable[[list[RowSnapshot]], None],
        on_failed: Callable[[ErrorInfo], None],
    ) -> None:
        self._source = source
        self._request = request
        self._columns = frozenset(columns)
        self._on_done = on_done
        self._on_failed = on_failed
        self._generation = source.generation
        self._rows: dict[int, RowSnapshot | None] = {
            index: source.row(index) for first, last in ranges for index in range(first, last + 1)
        }

    def start(self) -> None:
        """Ask for what is missing; one of the two is called when that is over."""
        missing = next((index for index, row in self._rows.items() if row is None), None)
        if missing is None:
            self._complete(self._wide_cells())
            return
        count = 1
        while count < CHUNK_ROWS and self._rows.get(missing + count, self) is None:
            count += 1
        arguments = {
            "view": self._source.number,
            "generation": self._generation,
            "first": missing,
            "count": count,
        }
        self._request("rows", arguments, self._take, self._on_failed)

    def _take(self, plain: dict[str, Any]) -> None:
        if plain["page"] is None or not plain["page"]["rows"]:
            self._on_failed(ErrorInfo(NOT_BUILT, "The rows are being put in order.", {}))
            return
        page = Page.from_plain(plain["page"])
        table, overlay = self._source.table, self._source.overlay
        places = {column.name: place for place, column in enumerate(table.columns)}
        for place in range(len(page.rows)):
            index = page.first + place
            if index in self._rows:
                self._rows[index] = stored_row(page, place, places, overlay)
        self.start()

    # --- Long values ---

    def _wide_cells(self) -> list[tuple[int, int]]:
        return [
            (index, column)
            for index, row in self._rows.items()
            if row is not None and row.wide
            for column in sorted(self._columns.intersection(row.wide))
        ]

    def _complete(self, cells: list[tuple[int, int]]) -> None:
        """Fetch values of which only the beginning is there, the last one first."""
        if not cells:
            self._on_done([row for row in self._rows.values() if row is not None])
            return
        index, column = cells.pop()
        row = self._rows[index]
        assert row is not None

        def put(value: Stored) -> None:
            self._rows[index] = _with_value(row, column, value)
            self._complete(cells)

        arguments = {
            "table": self._source.table.name,
            "identity": row.identity,
            "column": row.names[column],
        }
        self._request("cell", arguments, put, self._on_failed)


def _with_value(row: RowSnapshot, column: int, value: Stored) -> RowSnapshot:
    """Return a row with a whole value in place of the beginning of it."""
    wide = {place: size for place, size in (row.wide or {}).items() if place != column}
    values = tuple(value if place == column else one for place, one in enumerate(row.values))
    stored = tuple(value if place == column else one for place, one in enumerate(row.stored))
    return row._replace(values=values, stored=stored, wide=wide or None)
