"""Finding the row that has the values a foreign key holds, in the file or among staged rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.worker.protocol import OUTDATED
from pytuck_desktop.workspace.documents import Document
from pytuck_desktop.workspace.pages import Page
from pytuck_desktop.workspace.staged_edits import Identity, NewRow, StoredIdentity

if TYPE_CHECKING:
    from pytuck.types import Stored

CANCELLED = "PT-2304"


class RowSearch:
    """One search in the file, which can be given up."""

    def __init__(
        self,
        document: Document,
        table: str,
        columns: Sequence[str],
        values: Sequence[Stored],
        shown: Sequence[str] = (),
    ) -> None:
        self._document = document
        self._arguments = {
            "table": table,
            "columns": list(columns),
            "values": list(values),
            "shown": list(shown or columns),
        }
        self._number: int | None = None

    def start(
        self,
        on_done: Callable[[StoredIdentity | None, bool], None],
        on_failed: Callable[[ErrorInfo], None],
        on_page: Callable[[Page | None], None] | None = None,
    ) -> None:
        """Search; `on_done` gets what identifies the row, and whether there is one at all.

        Args:
            on_page: Gets the columns that are shown, before.
        """

        def done(plain: dict[str, Any] | None) -> None:
            self._number = None
            page = None if plain is None else Page.from_plain(plain)
            if on_page is not None:
                on_page(page)
            on_done(None if page is None else page.identities[0], page is not None)

        def failed(error: ErrorInfo) -> None:
            self._number = None
            if error.code not in (OUTDATED, CANCELLED):
                on_failed(error)

        self._number = self._document.worker.request("find_row", self._arguments, done, failed)

    def cancel(self) -> None:
        """Give the search up; nobody is called any more, unless the answer is on its way."""
        if self._number is not None:
            self._document.worker.cancel(self._number)


def staged_row(
    document: Document, table: str, columns: Sequence[str], values: Sequence[Stored]
) -> Identity | None:
    """Return the staged row that has these values in a table; None if there is none."""
    overlay = document.edits.overlay(table)
    wanted = dict(zip(columns, values, strict=True))
    for row, given in overlay.inserted.items():
        if all(given.get(name) == value for name, value in wanted.items()):
            return row
    for identity, cells in overlay.changed.items():
        # Only where the whole key was changed is it known without the file.
        if all(name in cells and cells[name].new == value for name, value in wanted.items()):
            return identity
    return None


def is_staged(identity: Identity) -> bool:
    """Return whether a row is not in the file yet."""
    return isinstance(identity, NewRow)
