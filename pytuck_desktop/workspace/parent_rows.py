"""Finding the rows that a foreign key may refer to, in the file and among staged ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.worker.protocol import OUTDATED
from pytuck_desktop.workspace.documents import Document, Job
from pytuck_desktop.workspace.file_info import TableInfo
from pytuck_desktop.workspace.rows import CANCELLED
from pytuck_desktop.workspace.staged_edits import Invalid

if TYPE_CHECKING:
    from pytuck.types import Stored

_COUNT = 50
"""Rows found at most: who wants another one types more."""

_READABLE = 2
"""Columns shown beside the key."""


class ParentRow(NamedTuple):
    """A row that may be referred to: its key, and what people know it by."""

    key: Stored
    texts: Sequence[str]


class ParentSearch:
    """Searches the table that a column refers to."""

    def __init__(self, document: Document, target: tuple[str, str]) -> None:
        self._document = document
        self._table, self._column = target
        self._shown = readable_columns(document.table(self._table), self._column)
        self._job: Job | None = None
        self._number = 0

    @property
    def columns(self) -> Sequence[str]:
        """The names of the columns that are shown: that of the key, then the others."""
        return (self._column, *self._shown)

    def search(
        self,
        text: str,
        on_found: Callable[[Sequence[ParentRow]], None],
        on_failed: Callable[[str], None],
    ) -> None:
        """Find rows for a text, all rows for none; a search that is under way is given up."""
        self.cancel()
        number = self._number

        def done(rows: list[list[Stored]]) -> None:
            if number == self._number:
                found = [ParentRow(row[0], _texts(row[1:])) for row in rows]
                on_found([*self._staged(text), *found])

        def failed(error: ErrorInfo) -> None:
            if number == self._number and error.code not in (CANCELLED, OUTDATED):
                on_failed(error.message)

        arguments = {
            "table": self._table,
            "column": self._column,
            "shown": list(self._shown),
            "text": text,
            "count": _COUNT,
        }
        self._job = self._document.ask("parent_rows", arguments, _no_parts, done, failed)

    def cancel(self) -> None:
        """Give up the search that is under way."""
        self._number += 1
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def _staged(self, text: str) -> list[ParentRow]:
        """Return staged new rows that have a key already; they are saved before what refers."""
        rows: list[ParentRow] = []
        for values in self._document.edits.overlay(self._table).inserted.values():
            key = values.get(self._column)
            texts = _texts([values.get(name) for name in self._shown])
            has_text = any(text.casefold() in one.casefold() for one in (str(key), *texts))
            if key is not None and not isinstance(key, Invalid) and has_text:
                rows.append(ParentRow(key, texts))
        return rows[:_COUNT]


def readable_columns(table: TableInfo, key: str) -> tuple[str, ...]:
    """Return the columns by which people know the rows of a table: texts, else what there is."""
    others = [column for column in table.columns if column.name != key]
    texts = [one.name for one in others if one.storage == "text" and one.foreign_key is None]
    rest = [one.name for one in others if one.storage not in ("blob", "json")]
    return tuple((texts or rest)[:_READABLE])


def _texts(values: Sequence[object]) -> tuple[str, ...]:
    return tuple("" if value is None else str(value) for value in values)


def _no_parts(part: object) -> None:
    """The answer comes whole."""
