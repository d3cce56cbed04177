"""Any order of rows, kept in a temporary table of positions that a thread of its own builds.

Until it is built, the first and the last rows come from top-N queries.
"""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from itertools import count as counter
from operator import itemgetter
from typing import Any, Literal

from pytuck.backends.base import Engine
from pytuck.backends.connection import Connection
from pytuck.backends.paging.damaged_text import rows_of, rows_of_sql
from pytuck.backends.paging.order_questions import (
    at_positions,
    copies_in_order,
    joined_with_order,
)
from pytuck.backends.paging.row_page import Identity, RowPage, ShownColumns
from pytuck.backends.paging.wide_questions import in_parts
from pytuck.backends.results import StoredRow
from pytuck.common.exceptions import CancelledError, PytuckException
from pytuck.compiler import compile_statement, ordering
from pytuck.query import Select, nodes
from pytuck.query.nodes import Node
from pytuck.types import RAW

TOP_ROWS = 2048
"""So many rows at both ends are shown before the order is built."""

_PATIENCE_S = 0.03
"""How long the caller waits for an order: most are built before anybody notices."""

_FIRST_PAGE_S = 0.25
"""How long a large order waits for somebody to ask for its first page, before it is built."""

_names = counter(1)


class BuiltOrder:
    """Finds the rows of a question by position in the order it asks for.

    Args:
        connection: For the top-N queries, in the caller's thread.
        keys: What identifies a row of the table; empty for a view, whose rows are copied.
        estimate: How many rows to expect at most; None if that is not known.
        is_large: The first page is waited for, and comes from a query of its own.

    Attributes:
        count: How many rows there are; at least so many until `count_is_exact`.
        revision: Grows when rows may stand elsewhere than was thought before.
    """

    def __init__(
        self,
        engine: Engine,
        connection: Connection,
        statement: Select[Any],
        keys: tuple[Node, ...],
        columns: ShownColumns,
        estimate: int | None,
        *,
        is_large: bool = False,
    ) -> None:
        self._engine = engine
        self._connection = connection
        self._keys = keys
        self._columns = columns
        ties = tuple(nodes.Order(key) for key in keys)
        self._statement = replace(statement, order=statement.order + ties, entity=None)
        self._store: Connection | None = None
        self._table = ""
        self._thread: threading.Thread | None = None
        self._finished: _Built | PytuckException | None = None
        self._build_s = 0.0
        self._wants_rebuild_at: float | None = None
        self.count = estimate or 0
        self.count_is_exact = False
        self._is_counted_elsewhere = estimate is not None and statement.where_node is None
        self.revision = 0
        if is_large:
            # The first page, which costs a pass over the table, is not to wait for the other.
            self._wants_rebuild_at = time.monotonic() + _FIRST_PAGE_S
        else:
            self._start()

    @property
    def is_ready(self) -> bool:
        """Whether any page can be given."""
        self._take_over()
        return self._store is not None

    @property
    def is_building(self) -> bool:
        """Whether a thread is at work, so that asking again soon is worth it."""
        self._take_over()
        return self._thread is not None or self._wants_rebuild_at is not None

    def refresh(self) -> None:
        """Build the order anew after a commit; until that is done the old one serves.

        A large order is built at most half of the time, however often something is committed.
        """
        self._wants_rebuild_at = time.monotonic() + (self._build_s if self._build_s > 0.2 else 0)
        self._take_over()

    def advance(self) -> bool:
        """Return false: there is nothing to do in the caller's thread."""
        self._take_over()
        return False

    def page(self, first: int, count: int) -> RowPage | None:
        """Return the rows from position `first` on, or None if this part is not built yet."""
        self._take_over()
        if self._store is not None:
            return self._built_page(self._store, first, count)
        if first + count <= TOP_ROWS:
            return self._top(first, count)
        if self._is_counted_elsewhere and first + count >= self.count - TOP_ROWS:
            return self._bottom(first, count)
        return None

    def values(
        self, expressions: tuple[Node, ...], first: int, count: int
    ) -> list[StoredRow] | None:
        """Return expressions computed for the rows from position `first` on.

        Of a view, whose rows are copied, they see the beginnings of long values only.
        """
        self._take_over()
        if self._store is None:
            return None
        if self._keys:
            statement = joined_with_order(
                self._table, self._columns.table.name, self._keys, expressions
            )
        else:
            statement = copies_in_order(self._table, self._columns.shown, expressions)
        part = at_positions(statement, self._table, first, count)
        return self._store.execute(compile_statement(part, self._store.dialect)).rows

    def locate(self, identity: Identity) -> int | None:
        """Return the position of a row; None if there is no such row, or no order yet."""
        self._take_over()
        if self._store is None or identity is None:
            return None
        key = identity if isinstance(identity, tuple) else (identity,)
        sql = ordering.locate_in_order(self._table, len(key), self._store.dialect)
        rows = self._store.fetch(sql, key)
        return int(rows[0][0] or 0) - 1 if rows else None

    def close(self) -> None:
        """Stop building and let go of the temporary table."""
        self._wants_rebuild_at = None
        thread = self._thread
        if thread is not None:
            self._building.interrupt()
            thread.join()
            self._thread = None
            if isinstance(self._finished, _Built):
                self._finished.connection.close()
        if self._store is not None:
            self._store.close()
            self._store = None

    # --- Building ---

    def _start(self) -> None:
        self._wants_rebuild_at = None
        self._finished = None
        self._building = self._engine.open_reader(with_temporary_tables=True)
        self._thread = threading.Thread(
            target=self._build, args=(self._building,), name="row order", daemon=True
        )
        self._thread.start()
        self._thread.join(_PATIENCE_S)
        self._take_over()

    def _build(self, connection: Connection) -> None:
        """Fill a temporary table; runs in the thread, and leaves its outcome behind."""
        name = f"_pytuck_order_{next(_names)}"
        started = time.monotonic()
        selected = self._keys or self._columns.nodes
        statement = replace(self._statement, columns=selected)
        try:
            for sql, parameters in ordering.build_order(name, statement, connection.dialect):
                connection.fetch(sql, parameters)
            rows = connection.fetch(ordering.count_order(name, connection.dialect))
        except PytuckException as err:
            connection.close()
            self._finished = err
            return
        seconds = time.monotonic() - started
        self._finished = _Built(connection, name, int(rows[0][0] or 0), seconds)

    def _take_over(self) -> None:
        """Use the order that the thread has built, if it has; build again if that was asked."""
        if self._thread is not None and not self._thread.is_alive():
            self._thread.join()
            self._thread = None
            finished, self._finished = self._finished, None
            if isinstance(finished, _Built):
                if self._store is not None:
                    self._store.close()
                self._store, self._table = finished.connection, finished.table
                self._build_s = finished.seconds
                self.count, self.count_is_exact = finished.count, True
                self.revision += 1
            elif finished is not None and not isinstance(finished, CancelledError):
                raise finished
        if (
            self._thread is None
            and self._wants_rebuild_at is not None
            and time.monotonic() >= self._wants_rebuild_at
        ):
            self._start()

    # --- Pages ---

    def _built_page(self, store: Connection, first: int, count: int) -> RowPage:
        dialect = store.dialect
        bounds = (first + 1, first + 1 + count)
        if not self._keys:
            sql = ordering.page_of_copies(self._table, len(self._columns.nodes), dialect)
            copies = rows_of_sql(store, sql, bounds, len(self._columns.nodes))
            return self._columns.page(store, first, [None] * len(copies), copies)
        width = len(self._keys)

        def ask(part: tuple[Node, ...]) -> list[StoredRow]:
            sql = ordering.page_of_order(
                self._table, self._keys, part, self._columns.table.name, dialect
            )
            rows = rows_of_sql(store, sql, bounds, 2 + width + len(part))
            return sorted(rows, key=itemgetter(0))

        identities: list[Identity] = []
        values: list[StoredRow] = []
        for row in in_parts((), self._columns.nodes, ask, keys_given=2 + width):
            is_gone = row[width + 1] is None
            identities.append(None if is_gone else self._identity(row[1 : width + 1]))
            values.append(row[width + 2 :])
        return self._columns.page(store, first, identities, values)

    def _top(self, first: int, count: int) -> RowPage:
        rows = self._selected(self._statement.order, first, count)
        if len(rows) < count:
            self.count, self.count_is_exact = first + len(rows), True
        else:
            self.count = max(self.count, first + len(rows))
        return self._unbuilt_page(first, rows)

    def _bottom(self, first: int, count: int) -> RowPage:
        """Return rows near the end: the top of the opposite order, turned around."""
        opposite = tuple(_opposite(order) for order in self._statement.order)
        end = min(first + count, self.count)
        rows = self._selected(opposite, self.count - end, end - first)
        return self._unbuilt_page(first, rows[::-1])

    def _selected(self, order: tuple[nodes.Order, ...], first: int, count: int) -> list[StoredRow]:
        statement = replace(
            self._statement,
            order=order,
            limit_node=nodes.Literal(max(0, count), RAW),
            offset_node=nodes.Literal(max(0, first), RAW),
        )

        def ask(part: tuple[Node, ...]) -> list[StoredRow]:
            compiled = compile_statement(replace(statement, columns=part), self._connection.dialect)
            return rows_of(self._connection, compiled, len(part))

        return in_parts(self._keys, self._columns.nodes, ask)

    def _unbuilt_page(self, first: int, rows: list[StoredRow]) -> RowPage:
        width = len(self._keys)
        identities = [self._identity(row[:width]) for row in rows]
        return self._columns.page(
            self._connection, first, identities, [row[width:] for row in rows]
        )

    def _identity(self, key: StoredRow) -> Identity:
        if not key:
            return None
        is_row_id = len(self._keys) == 1 and isinstance(self._keys[0], nodes.RowIdRef)
        return key[0] if is_row_id and isinstance(key[0], int) else key


class _Built:
    """An order that is complete."""

    def __init__(self, connection: Connection, table: str, count: int, seconds: float) -> None:
        self.connection = connection
        self.table = table
        self.count = count
        self.seconds = seconds


def _opposite(order: nodes.Order) -> nodes.Order:
    if order.nulls is None:
        return replace(order, is_descending=not order.is_descending)
    nulls: Literal["first", "last"] = "last" if order.nulls == "first" else "first"
    return replace(order, is_descending=not order.is_descending, nulls=nulls)
