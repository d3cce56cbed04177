"""The rows of a table in the order of its key: row id or primary key.

Every 4096th key is an anchor, gathered in small steps while counting; a page is a seek to the
anchor before it and a short skip. Until that is done, row ids give an estimate: row k of a table
without gaps has the row id `lowest + k`, so any place can be shown at once, however large the
table is.

Source: SQLite's documentation on rowid tables and row values ("Scrolling Window Queries").
"""

from __future__ import annotations

import time
from bisect import bisect_right
from dataclasses import replace
from typing import Any

from pytuck.backends.connection import Connection
from pytuck.backends.paging.damaged_text import rows_of
from pytuck.backends.paging.row_page import Identity, RowPage, ShownColumns
from pytuck.backends.paging.wide_questions import MOST_COLUMNS, in_parts
from pytuck.backends.results import StoredRow
from pytuck.compiler import compile_statement
from pytuck.query import Select, nodes
from pytuck.query.nodes import Node, TableRef
from pytuck.types import RAW, Stored

ANCHOR_ROWS = 4096
"""Rows between two anchors: at most so many are skipped for a page."""

_STEP_S = 0.004
"""How long one call of `advance` may gather, in seconds."""

_SAMPLE_ROWS = 256

Key = tuple[Stored, ...]


class KeyScan:
    """Finds the rows of one table by position in the order of its key.

    Args:
        connection: Used for reading only, by the caller's thread.
        keys: The row id, or the columns of the primary key.
        columns: What a page shows.

    Attributes:
        count: How many rows there are; an estimate until `count_is_exact`.
        revision: Grows when rows may stand elsewhere than was thought before.
    """

    is_building = False

    def __init__(
        self, connection: Connection, table: str, keys: tuple[Node, ...], columns: ShownColumns
    ) -> None:
        self._connection = connection
        self._source = TableRef(table)
        self._keys = keys
        self._columns = columns
        self._has_row_id = len(keys) == 1 and isinstance(keys[0], nodes.RowIdRef)
        self._anchors: list[Key] = []
        self._gathered: list[Key] = []
        self._density = 1.0
        self._is_dense = False
        self.count = 0
        self.count_is_exact = False
        self.revision = 0
        self.refresh()

    @property
    def is_ready(self) -> bool:
        """Whether any page can be given; always."""
        return True

    def refresh(self) -> None:
        """Start counting anew, after rows were added or deleted.

        What was known serves as an estimate meanwhile: as a rule rows come and go at the end.
        """
        lowest = self._first_key()  # fails if the table is gone, and leaves what was known
        self.count_is_exact = self._is_dense = False
        if lowest is None:
            self._finish([], 0)
            return
        known = self._anchors_still_there()
        self._gathered = [lowest]
        if len(known) > 1:
            tail = self._count_from(known[-1], 4 * ANCHOR_ROWS)
            self._anchors = known
            self.count = (len(known) - 1) * ANCHOR_ROWS + tail
            return
        rows = self._count_from(lowest, ANCHOR_ROWS + 1)
        if rows <= ANCHOR_ROWS:
            self._finish([lowest], rows)
            return
        self._anchors = [lowest]
        self._estimate(lowest)

    def advance(self) -> bool:
        """Count on for a few milliseconds; return whether there is more to do."""
        deadline = time.perf_counter() + _STEP_S
        while not self.count_is_exact and time.perf_counter() < deadline:
            self._gather()
        return not self.count_is_exact

    def page(self, first: int, count: int) -> RowPage:
        """Return the rows from position `first` on, fewer than `count` at the end.

        Cost: a seek, a skip of at most `ANCHOR_ROWS` keys, and the rows.
        """
        rows = self._rows(self._keys + self._columns.nodes, first, count)
        width = len(self._keys)
        identities = tuple(self._identity(row[:width]) for row in rows)
        return self._columns.page(
            self._connection, first, identities, [row[width:] for row in rows]
        )

    def values(self, expressions: tuple[Node, ...], first: int, count: int) -> list[StoredRow]:
        """Return expressions computed for the rows from position `first` on."""
        return self._rows(expressions, first, count)

    def locate(self, identity: Identity) -> int | None:
        """Return the position of a row, or None if there is no such row (any more)."""
        if identity is None:
            return None
        key: Key = identity if isinstance(identity, tuple) else (identity,)
        if not self._fetch(self._keys, self._compared("=", key), limit=1):
            return None
        while not self.count_is_exact:
            self._gather()
        place = self._last_anchor_at_most(key)
        between = nodes.And((self._compared(">=", self._gathered[place]), self._compared("<", key)))
        return place * ANCHOR_ROWS + self._counted(between)

    # --- Where a position is ---

    def _rows(self, shown: tuple[Node, ...], first: int, count: int) -> list[StoredRow]:
        if self._is_dense:
            start = self._compared(">=", (self._lowest_row_id() + first,))
            return self._fetch(shown, start, limit=count)
        anchors = self._anchors
        place = min(first // ANCHOR_ROWS, len(anchors) - 1)
        skip = first - place * ANCHOR_ROWS
        if place < 0 or (first >= self.count > 0 and self.count_is_exact):
            return []
        if skip <= ANCHOR_ROWS or not self._has_row_id:
            start = self._compared(">=", anchors[place])
            return self._fetch(shown, start, limit=count, offset=skip)
        if first + count >= self.count - ANCHOR_ROWS:
            # Near the end an estimate may be wrong by a few rows; counted from there it is not.
            wanted = max(0, self.count - first)
            rows = self._fetch(shown, None, limit=wanted, is_reversed=True)[::-1]
            return rows[:count]
        guess = self._lowest_row_id() + int(first / self._density)
        return self._fetch(shown, self._compared(">=", (guess,)), limit=count)

    def _gather(self) -> None:
        """Take one more anchor, or finish the count at the end of the table."""
        last = self._gathered[-1]
        start = self._compared(">=", last)
        following = self._fetch(self._keys, start, limit=1, offset=ANCHOR_ROWS)
        if following:
            self._gathered.append(following[0])
            if len(self._gathered) >= len(self._anchors):
                # What is gathered goes beyond what was known, so it is the better knowledge.
                self._anchors = self._gathered
                self.count = max(self.count, (len(self._gathered) - 1) * ANCHOR_ROWS + 1)
            return
        rest = self._count_from(last, ANCHOR_ROWS)
        self._finish(self._gathered, (len(self._gathered) - 1) * ANCHOR_ROWS + rest)

    def _finish(self, anchors: list[Key], count: int) -> None:
        was_right = count == self.count and self._density == 1.0 and anchors == self._anchors
        self._anchors, self._gathered = anchors, anchors
        self.count, self.count_is_exact, self._density = count, True, 1.0
        if self._has_row_id and count:
            last = self._last_key()
            span = int(last[0] or 0) - self._lowest_row_id() + 1 if last else 0
            self._is_dense = span == count
        if not was_right:
            self.revision += 1

    def _estimate(self, lowest: Key) -> None:
        """Guess the number of rows from the row ids at both ends of the table."""
        if not self._has_row_id:
            self.count = max(self.count, ANCHOR_ROWS + 1)
            return
        head = self._fetch(self._keys, None, limit=_SAMPLE_ROWS)
        tail = self._fetch(self._keys, None, limit=_SAMPLE_ROWS, is_reversed=True)
        low, high = int(lowest[0] or 0), int(tail[0][0] or 0)
        spans = int(head[-1][0] or 0) - low + 1 + high - int(tail[-1][0] or 0) + 1
        self._density = min(1.0, (len(head) + len(tail)) / spans)
        self.count = max(ANCHOR_ROWS + 1, round((high - low + 1) * self._density))

    def _anchors_still_there(self) -> list[Key]:
        """Return the anchors up to the present end of the table.

        Only row ids can be compared here as the database compares them; text has collations.
        """
        highest = self._last_key()
        if not self._has_row_id or highest is None:
            return []
        end = int(highest[0] or 0)
        return [anchor for anchor in self._anchors if int(anchor[0] or 0) <= end]

    def _last_anchor_at_most(self, key: Key) -> int:
        if not self._has_row_id:
            return 0
        row_ids = [int(anchor[0] or 0) for anchor in self._gathered]
        return max(0, bisect_right(row_ids, int(key[0] or 0)) - 1)

    def _lowest_row_id(self) -> int:
        return int(self._anchors[0][0] or 0)

    # --- Questions to the table ---

    def _first_key(self) -> Key | None:
        rows = self._fetch(self._keys, None, limit=1)
        return rows[0] if rows else None

    def _last_key(self) -> Key | None:
        rows = self._fetch(self._keys, None, limit=1, is_reversed=True)
        return rows[0] if rows else None

    def _count_from(self, key: Key, at_most: int) -> int:
        """Return how many rows come from `key` on, but no more than `at_most`."""
        rows = self._fetch(self._keys, self._compared(">=", key), limit=1, offset=at_most - 1)
        if rows:
            return at_most
        return self._counted(self._compared(">=", key))

    def _counted(self, condition: Node) -> int:
        count = nodes.Function("count", (), RAW)
        statement: Select[Any] = Select((count,), self._source, condition)
        rows = self._connection.execute(compile_statement(statement, self._connection.dialect)).rows
        return int(rows[0][0] or 0)

    def _fetch(
        self,
        columns: tuple[Node, ...],
        condition: Node | None,
        *,
        limit: int,
        offset: int = 0,
        is_reversed: bool = False,
    ) -> list[StoredRow]:
        statement: Select[Any] = Select(
            columns,
            self._source,
            condition,
            tuple(nodes.Order(key, is_reversed) for key in self._keys),
            nodes.Literal(limit, RAW),
            nodes.Literal(offset, RAW) if offset else None,
        )

        def ask(part: tuple[Node, ...]) -> list[StoredRow]:
            question = replace(statement, columns=part)
            compiled = compile_statement(question, self._connection.dialect)
            return rows_of(self._connection, compiled, len(part))

        if len(columns) <= MOST_COLUMNS:
            return ask(columns)
        width = len(self._keys)
        return in_parts(columns[:width], columns[width:], ask)

    def _compared(self, operator: nodes.ComparisonOperator, key: Key) -> Node:
        values = tuple(nodes.Literal(part, RAW) for part in key)
        if len(values) == 1:
            return nodes.Comparison(self._keys[0], operator, values[0])
        return nodes.Comparison(nodes.Row(self._keys), operator, nodes.Row(values))

    def _identity(self, key: Key) -> Identity:
        first = key[0]
        return first if self._has_row_id and isinstance(first, int) else key
