"""Questions for more columns than one answer can have."""

from __future__ import annotations

from collections.abc import Callable
from itertools import zip_longest

from pytuck.backends.results import StoredRow
from pytuck.query.nodes import Node

MOST_COLUMNS = 1900
"""SQLite gives at most 2,000 columns at once, by default.

Source: https://www.sqlite.org/limits.html, "Maximum Number Of Columns".
"""


def in_parts(
    keys: tuple[Node, ...],
    columns: tuple[Node, ...],
    ask: Callable[[tuple[Node, ...]], list[StoredRow]],
    *,
    keys_given: int | None = None,
) -> list[StoredRow]:
    """Return rows of keys and columns, asked for in as many parts as it takes.

    Args:
        ask: Gives the rows of some columns, keys first.
        keys_given: How many values that tell the rows apart stand first in what `ask` gives,
            where those are not just `keys`.

    A row that is gone when a later part is asked for has NULL in it. Rows without keys (those of
    views) are told apart by their places.
    """
    parts = [columns[at : at + MOST_COLUMNS] for at in range(0, len(columns), MOST_COLUMNS)]
    if len(parts) <= 1:
        return ask(keys + columns)
    width = len(keys) if keys_given is None else keys_given
    rows = ask(keys + parts[0])
    for part in parts[1:]:
        nothing = (None,) * len(part)
        if width:
            found = {row[:width]: row[width:] for row in ask(keys + part)}
            rows = [row + found.get(row[:width], nothing) for row in rows]
        else:
            more = zip_longest(rows, ask(part)[: len(rows)], fillvalue=nothing)
            rows = [row + values for row, values in more]
    return rows
