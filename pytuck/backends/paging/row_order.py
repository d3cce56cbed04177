"""`RowOrder`: the rows of one question by position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytuck.backends.base import Engine
from pytuck.backends.paging.built_order import BuiltOrder
from pytuck.backends.paging.key_scan import KeyScan
from pytuck.backends.paging.row_page import Identity, RowPage, ShownColumns
from pytuck.backends.results import StoredRow
from pytuck.common.exceptions import QueryError
from pytuck.query import Select, TableSource
from pytuck.query.nodes import Node, TableRef
from pytuck.schema import Table

_LARGE_ROWS = 500_000
"""An order of more rows takes a second to build, and a first page a good part of that."""


class RowOrder:
    """The rows of a question about one table or view, by position from 0.

    It keeps a connection of its own until `close`. All methods but `interrupt` belong to one
    thread. Between calls others may change the table: a page always holds rows as they are now.

    Args:
        engine: Where the table is.
        statement: Columns, condition and order; its limit and offset are not allowed.

    Raises:
        QueryError: The statement reads no table, or has a limit.
        TableNotFoundError: There is no such table.
    """

    def __init__(self, engine: Engine, statement: Select[Any]) -> None:
        source = statement.source
        if (
            not isinstance(source, TableRef)
            or statement.group
            or statement.limit_node
            or statement.offset_node
        ):
            raise QueryError("Rows by position need a select of one table without a limit.")
        table = engine.reflect(source.name)
        self._connection = engine.open_reader()
        try:
            self._rows = self._scan_or_build(engine, statement, table)
        except BaseException:
            self._connection.close()
            raise

    def _scan_or_build(
        self, engine: Engine, statement: Select[Any], table: Table
    ) -> KeyScan | BuiltOrder:
        keys = _keys(table)
        columns = ShownColumns.of(statement, table)
        # By an index of the key; where there is none, an order of all rows is made in less time.
        can_seek = bool(keys) and engine.dialect.fills_in_row_ids
        scan = KeyScan(self._connection, table.name, keys, columns) if can_seek else None
        is_plain = (
            statement.where_node is None and not statement.order and not statement.is_distinct
        )
        if scan is not None and is_plain:
            return scan
        if statement.is_distinct:
            keys = ()  # the rows of the answer are no rows of the table
        estimate = None if scan is None or statement.where_node is not None else scan.count
        is_large = scan is not None and scan.count > _LARGE_ROWS
        return BuiltOrder(
            engine, self._connection, statement, keys, columns, estimate, is_large=is_large
        )

    @property
    def count(self) -> int:
        """How many rows there are: at least or about so many, unless `count_is_exact`."""
        return self._rows.count

    @property
    def count_is_exact(self) -> bool:
        """Whether `count` was counted to the end."""
        return self._rows.count_is_exact

    @property
    def is_ready(self) -> bool:
        """Whether `page` gives every page."""
        return self._rows.is_ready

    @property
    def is_building(self) -> bool:
        """Whether a thread builds the order, so that asking again in some 20 ms is worth it."""
        return self._rows.is_building

    @property
    def revision(self) -> int:
        """A number that grows when rows may stand elsewhere than in pages given before."""
        return self._rows.revision

    def page(self, first: int, count: int) -> RowPage | None:
        """Return the rows from position `first` on, at most `count`.

        Returns:
            The page, shorter at the end; None if this part of the order is not built yet.

        Raises:
            QueryError: `first` or `count` is negative.
            CancelledError: `interrupt` was called.
            PytuckException: What the database refused.

        Cost: a few milliseconds at any position, whatever the size of the table; before an
        order is built, its first and last pages cost a pass over the table.
        """
        if first < 0 or count < 0:
            raise QueryError(f"There are no {count} rows from position {first} on.")
        return self._rows.page(first, count)

    def values(self, expressions: Sequence[Node], first: int, count: int) -> list[StoredRow] | None:
        """Return expressions on the table's columns for the rows from position `first` on.

        This is how rows are searched through in their order: page by page, with nothing kept.

        Returns:
            A row of values for each row, NULL for those that are gone; fewer at the end. None if
            this part of the order is not built yet.

        Raises:
            QueryError: `first` or `count` is negative.
            CancelledError: `interrupt` was called.
            PytuckException: What the database refused.
        """
        if first < 0 or count < 0:
            raise QueryError(f"There are no {count} rows from position {first} on.")
        return self._rows.values(tuple(expressions), first, count)

    def advance(self) -> bool:
        """Count on for a few milliseconds when there is nothing else to do.

        Returns:
            Whether there is more to count.
        """
        return self._rows.advance()

    def refresh(self) -> None:
        """Take account of a commit by somebody: positions and count may have changed."""
        self._rows.refresh()

    def locate(self, identity: Identity) -> int | None:
        """Return the position of a row, or None if it is not among the rows (any more)."""
        return self._rows.locate(identity)

    def interrupt(self) -> None:
        """Make a running `page` end with `CancelledError`; may be called by any thread."""
        self._connection.interrupt()

    def close(self) -> None:
        """Stop what is running and let go of connections and temporary tables."""
        if isinstance(self._rows, BuiltOrder):
            self._rows.close()
        self._connection.close()


def _keys(table: Table) -> tuple[Node, ...]:
    """Return what identifies a row: its row id, else its primary key, else nothing."""
    source = TableSource(table)
    if table.rowid_alias or table.hidden_rowid:
        return (source.rowid.node,)
    if table.kind == "table":
        by_name = {node.name: node for node in source.column_nodes}
        return tuple(by_name[name] for name in table.primary_key)
    return ()
