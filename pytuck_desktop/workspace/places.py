"""Where the user is: a table, a row of it, a column."""

from __future__ import annotations

from typing import NamedTuple

from pytuck_desktop.workspace.documents import Document
from pytuck_desktop.workspace.snapshots import RowSnapshot
from pytuck_desktop.workspace.staged_edits import Identity


class Place(NamedTuple):
    """What is in front, for what stands beside it.

    Attributes:
        identity: The current row; None without one, or while it is on its way.
        column: The current column.
        row: The current row as it is shown; None while it is on its way.
        position: Where it stands, counted from 0; -1 without one.
        row_count: How many rows there are, as far as known.
    """

    document: Document
    table: str
    identity: Identity | None = None
    column: str | None = None
    row: RowSnapshot | None = None
    position: int = -1
    row_count: int = 0

    @property
    def cell(self) -> tuple[str, Identity | None, str | None]:
        """The current cell: table, row and column."""
        return self.table, self.identity, self.column

    @property
    def whole_column(self) -> Place:
        """The current column, whichever row is current."""
        return Place(self.document, self.table, column=self.column)
