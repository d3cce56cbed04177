"""The pages of rows that a view keeps, bounded in bytes."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, NamedTuple

from pytuck_desktop.workspace.staged_edits import StoredIdentity, TableEdits, storable

if TYPE_CHECKING:
    from pytuck.types import Stored

PAGE_ROWS = 256
"""Rows of a page, where there are not very many columns; pages begin at multiples of it."""

_PAGE_VALUES = 32_768
_LEAST_PAGE_ROWS = 16
"""A page of very many columns has fewer rows, so that it takes no longer to come."""

MAX_BYTES = 64 * 1024 * 1024
"""Pages are dropped, the least used first, beyond about so many bytes."""

_ROW_BYTES = 120
_VALUE_BYTES = 60
"""About what a tuple and a small value cost in Python, for the bound above."""


def page_rows(columns: int) -> int:
    """Return how many rows a page of so many columns has."""
    wanted = min(PAGE_ROWS, max(_LEAST_PAGE_ROWS, _PAGE_VALUES // max(1, columns)))
    return 1 << (wanted.bit_length() - 1)


class Page(NamedTuple):
    """Rows that follow one another.

    Attributes:
        identities: None where a row has no identity, or is gone since.
        wide: By (row in the page, column), the size in bytes of values that are cut here.
        damaged: The (row in the page, column) of texts that are not in UTF-8.
    """

    first: int
    identities: tuple[StoredIdentity | None, ...]
    rows: tuple[tuple[Stored, ...], ...]
    wide: dict[tuple[int, int], int]
    size_bytes: int
    damaged: frozenset[tuple[int, int]] = frozenset()

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Page:
        """Return the page that a worker sent."""
        rows = tuple(tuple(row) for row in plain["rows"])
        return cls(
            plain["first"],
            tuple(tuple(one) if isinstance(one, list) else one for one in plain["identities"]),
            rows,
            {(row, column): size for row, column, size in plain["wide"]},
            _size_of(rows),
            frozenset((row, column) for row, column in plain.get("damaged", ())),
        )

    def wide_cells(self, row: int) -> dict[int, int] | None:
        """Return the sizes of a row's cut values by column; None if there are none."""
        if not self.wide:
            return None
        return {column: size for (at, column), size in self.wide.items() if at == row} or None

    def damaged_cells(self, row: int) -> frozenset[int]:
        """Return the columns of a row that hold texts not in UTF-8."""
        if not self.damaged:
            return self.damaged  # type: ignore[return-value] # empty
        return frozenset(column for at, column in self.damaged if at == row)

    def part(self, start: int, count: int = PAGE_ROWS) -> Page:
        """Return the page of `count` rows that begins at row `start` of this longer one."""
        if start == 0 and len(self.rows) <= count:
            return self
        end = start + count
        wide = {
            (row - start, column): size
            for (row, column), size in self.wide.items()
            if start <= row < end
        }
        share = self.size_bytes * count // max(1, len(self.rows))
        first = self.first + start
        damaged = frozenset(
            (row - start, column) for row, column in self.damaged if start <= row < end
        )
        rows = self.rows[start:end]
        return Page(first, self.identities[start:end], rows, wide, share, damaged)

    def with_saved(self, overlay: TableEdits, places: dict[str, int]) -> Page:
        """Return the page with the staged values of changed cells in place of the stored ones."""
        rows = list(self.rows)
        for row, identity in enumerate(self.identities):
            changes = overlay.changed.get(identity) if identity is not None else None
            if changes:
                new = {
                    places[name]: storable(one.new)
                    for name, one in changes.items()
                    if name in places
                }
                rows[row] = tuple(new.get(at, value) for at, value in enumerate(rows[row]))
        return self._replace(rows=tuple(rows))


class PageCache:
    """The pages used last, by their number."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._pages: OrderedDict[int, Page] = OrderedDict()
        self._size_bytes = 0

    def __len__(self) -> int:
        return len(self._pages)

    @property
    def size_bytes(self) -> int:
        """About how much memory the pages take."""
        return self._size_bytes

    def get(self, number: int) -> Page | None:
        """Return a page and note that it was used."""
        page = self._pages.get(number)
        if page is not None:
            self._pages.move_to_end(number)
        return page

    def put(self, number: int, page: Page) -> None:
        """Keep a page, and drop those not used for long if there are too many."""
        self.drop(number)
        self._pages[number] = page
        self._size_bytes += page.size_bytes
        while self._size_bytes > self._max_bytes and len(self._pages) > 1:
            self.drop(next(iter(self._pages)))

    def drop(self, number: int) -> None:
        """Drop a page, if it is kept."""
        page = self._pages.pop(number, None)
        if page is not None:
            self._size_bytes -= page.size_bytes

    def numbers(self) -> list[int]:
        """Return the numbers of the pages, the least used first."""
        return list(self._pages)

    def clear(self) -> None:
        """Drop every page."""
        self._pages.clear()
        self._size_bytes = 0


def _size_of(rows: tuple[tuple[Stored, ...], ...]) -> int:
    width = len(rows[0]) if rows else 0
    long = [value for row in rows for value in row if isinstance(value, (str, bytes))]
    return len(rows) * (_ROW_BYTES + _VALUE_BYTES * width) + sum(map(len, long))
