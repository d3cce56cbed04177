"""Finding the row that has the values a foreign key holds, in the file or among staged rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.worker.protocol import OUTDATED
from pytuck_desktop.workspace.documents import Document, Job
from pytuck_desktop.workspace.pages import Page
from pytuck_desktop.workspace.relations import RowKey
from pytuck_desktop.workspace.staged_edits import Identity

CANCELLED = "PT-2304"


def search_row(
    document: Document,
    key: RowKey,
    shown: Sequence[str],
    on_done: Callable[[Page | None], None],
    on_failed: Callable[[ErrorInfo], None],
) -> Job:
    """Search the row with a key; the job can be cancelled.

    Args:
        shown: The columns that are wanted of it.
        on_done: Gets a page of the one row; None if there is no such row.
        on_failed: Not called if the job is cancelled.
    """
    arguments = {**key.plain(), "shown": list(shown)}

    def done(plain: dict[str, Any] | None) -> None:
        on_done(None if plain is None else Page.from_plain(plain))

    return document.ask("find_row", arguments, _no_parts, done, unless_given_up(on_failed))


def unless_given_up(on_failed: Callable[[ErrorInfo], None]) -> Callable[[ErrorInfo], None]:
    """Return what hears of failures, but not that the job was cancelled."""

    def failed(error: ErrorInfo) -> None:
        if error.code not in (OUTDATED, CANCELLED):
            on_failed(error)

    return failed


def _no_parts(part: object) -> None:
    """The answer comes whole."""


def staged_row(document: Document, key: RowKey) -> Identity | None:
    """Return the staged row that has a key; None if there is none."""
    overlay = document.edits.overlay(key.table)
    wanted = dict(zip(key.columns, key.values, strict=True))
    for row, given in overlay.inserted.items():
        if all(given.get(name) == value for name, value in wanted.items()):
            return row
    for identity, cells in overlay.changed.items():
        # Only where the whole key was changed is it known without the file.
        if all(name in cells and cells[name].new == value for name, value in wanted.items()):
            return identity
    return None
