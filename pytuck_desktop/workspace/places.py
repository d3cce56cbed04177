"""Where the user is: a table, a row of it, a column."""

from __future__ import annotations

from typing import NamedTuple

from pytuck_desktop.workspace.documents import Document
from pytuck_desktop.workspace.staged_edits import Identity


class Place(NamedTuple):
    """What is in front, for what stands beside it.

    Attributes:
        identity: The current row; None without one, or while it is on its way.
        column: The current column.
    """

    document: Document
    table: str
    identity: Identity | None = None
    column: str | None = None
