"""Operations that look through rows in their order, a part at a time."""

from __future__ import annotations

import time
from typing import Any

from pytuck.common.exceptions import QueryError
from pytuck.query import Select
from pytuck.query.json_form import load
from pytuck_desktop.worker.handlers.browsing import as_identity, open_view_of
from pytuck_desktop.worker.handlers.open_file import OpenFile
from pytuck_desktop.worker.protocol import Plain

_PART_S = 0.05
"""How long one request may search: somebody may scroll meanwhile."""

_FIRST_CHUNK, _MOST_CHUNK = 256, 16_384
"""Rows asked for at once: at first, and where they come fast."""

_FAST_S = 0.015

_MOST_HITS = 4096
"""Hits in one answer."""


def find(file: OpenFile, arguments: dict[str, Plain]) -> Plain:
    """Look for something in the rows of a view, from position `first` on, for a short while.

    The `statement` selects what identifies a row (the first `key_width` columns), then
    expressions that are NULL where nothing is found.

    Returns:
        `hits`: positions with what was found; `staged`: the positions of rows that are among the
        `staged` ones, with their place there; `next`: where to go on, None at the end. None if the
        rows have no fixed positions yet: ask again when they have.
    """
    view = open_view_of(file, arguments)
    if not (view.order.is_ready and view.order.count_is_exact):
        return None
    statement = load(arguments["statement"])
    if not isinstance(statement, Select):
        raise QueryError("Only a select can be searched for.")
    staged = {as_identity(one): place for place, one in enumerate(arguments["staged"])}
    search = _Search(int(arguments["key_width"]), staged)
    first, deadline, chunk = int(arguments["first"]), time.perf_counter() + _PART_S, _FIRST_CHUNK
    while True:
        started = time.perf_counter()
        rows = view.order.values(statement.columns, first, chunk) or []
        search.look_at(first, rows)
        first += len(rows)
        now = time.perf_counter()
        if len(rows) < chunk:
            return search.answer(None)
        if now >= deadline or len(search.hits) >= _MOST_HITS:
            return search.answer(first)
        if now - started < _FAST_S:
            chunk = min(2 * chunk, _MOST_HITS if search.hits else _MOST_CHUNK)


class _Search:
    """What was found so far.

    Args:
        key_width: How many of the first values identify a row.
        staged: The places of rows with staged changes by identity.
    """

    def __init__(self, key_width: int, staged: dict[Any, int]) -> None:
        self._key_width = key_width
        self._staged = staged
        self.hits: list[Plain] = []
        self._seen: list[Plain] = []

    def look_at(self, first: int, rows: list[Any]) -> None:
        """Take in the values of rows that follow one another."""
        width = self._key_width
        nothing = (None,) * (len(rows[0]) - width) if rows else ()
        for position, row in enumerate(rows, first):
            if row[width:] != nothing:
                self.hits.append([position, list(row[width:])])
            if width and (place := self._place(row[:width])) is not None:
                self._seen.append([position, place])

    def _place(self, key: Any) -> int | None:
        place = self._staged.get(key)
        return self._staged.get(key[0]) if place is None and len(key) == 1 else place

    def answer(self, following: int | None) -> Plain:
        """Return what was found, as plain data."""
        return {"hits": self.hits, "staged": self._seen, "next": following}
