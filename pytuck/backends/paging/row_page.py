"""A page of rows, with the beginnings of values that are too long to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pytuck.backends.connection import Connection
from pytuck.backends.paging.damaged_text import DamagedText, readable
from pytuck.backends.paging.wide_questions import MOST_COLUMNS
from pytuck.backends.results import StoredRow
from pytuck.common.exceptions import PytuckException
from pytuck.query import Select, nodes
from pytuck.query.nodes import Node
from pytuck.schema import Table
from pytuck.types import ChoiceType, EnumType, StorageClass, Stored
from pytuck.types.textual import UuidType

WHOLE_BYTES = 1024
"""Values up to this size stand in a page whole."""

PREVIEW_LENGTH = 256
"""Characters of a longer text, or bytes of a longer blob, that stand in a page."""

READABLE_BYTES = 64 * 1024
"""From this size on SQLite would read the whole value for its beginning; see `read_beginning`."""

Identity = int | tuple[Stored, ...] | None
"""What tells a row from all others: its row id, its key, or nothing (views)."""

_SHORT = frozenset(
    {
        StorageClass.INTEGER,
        StorageClass.REAL,
        StorageClass.BOOLEAN,
        StorageClass.DATE,
        StorageClass.TIME,
        StorageClass.TIMESTAMP,
    }
)


@dataclass(frozen=True, slots=True)
class RowPage:
    """Rows that follow one another.

    Attributes:
        first: The position of the first row, counted from 0.
        identities: What identifies each row; None where there is no key, or the row is gone.
        rows: The values as they are stored; all None for a row that is gone.
        wide: By (row in this page, column), the size in bytes of values that are cut here.
        damaged: The (row in this page, column) of texts that are not in UTF-8: what is unreadable
            of them is U+FFFD here.
    """

    first: int
    identities: tuple[Identity, ...]
    rows: tuple[StoredRow, ...]
    wide: dict[tuple[int, int], int] = field(default_factory=dict)
    damaged: frozenset[tuple[int, int]] = frozenset()


@dataclass(frozen=True)
class ShownColumns:
    """The columns of a question as a page shows them.

    Attributes:
        nodes: The values, then the sizes of those that may be long.
        long: Positions of the columns that may be long.
    """

    table: Table
    shown: tuple[Node, ...]
    nodes: tuple[Node, ...]
    long: tuple[int, ...]

    @classmethod
    def of(cls, statement: Select[Any], table: Table) -> ShownColumns:
        """Return the columns of a statement on `table`."""
        shown = statement.columns
        long = tuple(place for place, node in enumerate(shown) if _may_be_long(node))
        if table.kind == "view" and len(shown) + len(long) > MOST_COLUMNS:
            long = ()  # its rows are copied to a table, which cannot have more columns
        values = tuple(
            nodes.Preview(node, WHOLE_BYTES, PREVIEW_LENGTH, READABLE_BYTES)
            if place in long
            else node
            for place, node in enumerate(shown)
        )
        sizes = tuple(nodes.LongSize(shown[place], WHOLE_BYTES) for place in long)
        return cls(table, shown, values + sizes, long)

    def page(
        self,
        connection: Connection,
        first: int,
        identities: Sequence[Identity],
        rows: Sequence[StoredRow],
    ) -> RowPage:
        """Return the page of rows that were selected with `nodes`."""
        width = len(self.shown)
        if not self.long:
            return RowPage(first, tuple(identities), tuple(rows), {}, _damaged(rows))
        wide: dict[tuple[int, int], int] = {}
        cut: list[StoredRow] = []
        for number, row in enumerate(rows):
            values = row[:width]
            if any(size is not None for size in row[width:]):
                values = self._with_beginnings(connection, identities[number], row)
                for place, size in zip(self.long, row[width:], strict=True):
                    if isinstance(size, int):
                        wide[number, place] = size
            cut.append(values)
        return RowPage(first, tuple(identities), tuple(cut), wide, _damaged(cut))

    def _with_beginnings(
        self, connection: Connection, identity: Identity, row: StoredRow
    ) -> StoredRow:
        """Return a row's values, with the beginnings of its very long ones filled in."""
        values = list(row[: len(self.shown)])
        for place, size in zip(self.long, row[len(self.shown) :], strict=True):
            node = self.shown[place]
            is_unread = size is not None and values[place] is None
            if is_unread and isinstance(identity, int) and isinstance(node, nodes.ColumnRef):
                values[place] = _beginning(connection, self.table.name, node, identity)
        return tuple(values)


def _beginning(connection: Connection, table: str, node: nodes.ColumnRef, row_id: int) -> Stored:
    try:
        data = connection.read_beginning(table, node.name, row_id, 4 * PREVIEW_LENGTH)
    except PytuckException:
        return None  # the row was deleted, or the value replaced, since the page was read
    if node.type.storage_class is StorageClass.BLOB:
        return data[:PREVIEW_LENGTH]
    text = readable(data, is_whole=False)
    return type(text)(text[:PREVIEW_LENGTH])


def _damaged(rows: Sequence[StoredRow]) -> frozenset[tuple[int, int]]:
    return frozenset(
        (number, place)
        for number, row in enumerate(rows)
        for place, value in enumerate(row)
        if type(value) is DamagedText
    )


def _may_be_long(node: Node) -> bool:
    if not isinstance(node, nodes.ColumnRef):
        return True
    is_name = isinstance(node.type, (ChoiceType, EnumType, UuidType))
    return node.type.storage_class not in _SHORT and not is_name
