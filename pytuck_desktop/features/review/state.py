"""The staged edits of a file as lines to be looked at. No Qt, no wording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from pytuck_desktop.workspace.staged_edits import Identity, Invalid, NewRow, StagedEdits

if TYPE_CHECKING:
    from pytuck.types import Stored


class LineKind(Enum):
    """What is done to a row."""

    NEW = "+"
    CHANGED = "✎"
    DELETED = "−"
    INVALID = "!"


class ReviewLine(NamedTuple):
    """One line: a changed cell, or a whole row that comes or goes.

    Attributes:
        row: The row's key or row id; its number among the new ones.
        column: Empty where it is about the whole row.
        before, after: None where there is nothing.
    """

    kind: LineKind
    table: str
    identity: Identity
    row: str
    column: str
    before: str | None
    after: str | None


def review_lines(edits: StagedEdits) -> list[ReviewLine]:
    """Return what a save would write: of each table the changes, the new rows, the deletions."""
    return [line for table in edits.tables for line in _of_table(edits, table)]


def _of_table(edits: StagedEdits, table: str) -> Iterator[ReviewLine]:
    overlay = edits.overlay(table)
    for identity, cells in overlay.changed.items():
        for name, change in cells.items():
            old = _shown(change.old) if change.is_old_whole else f"{_shown(change.old)}…"
            kind = LineKind.INVALID if isinstance(change.new, Invalid) else LineKind.CHANGED
            new = _shown(change.new)
            yield ReviewLine(kind, table, identity, _row(identity), name, old, new)
    for number, (row, given) in enumerate(overlay.inserted.items(), 1):
        is_valid = not any(isinstance(value, Invalid) for value in given.values())
        kind = LineKind.NEW if is_valid else LineKind.INVALID
        yield ReviewLine(kind, table, row, f"+{number}", "", None, _values(given))
    for gone, values in overlay.deleted.items():
        yield ReviewLine(LineKind.DELETED, table, gone, _row(gone), "", _values(values), None)


def take_back(edits: StagedEdits, lines: list[ReviewLine]) -> None:
    """Unstage what lines are about, as one step that can be undone."""
    edits.take_back([(line.table, line.identity, line.column or None) for line in lines])


def _row(identity: Identity) -> str:
    if isinstance(identity, NewRow):
        return "+"
    parts = identity if isinstance(identity, tuple) else (identity,)
    return ", ".join(map(_shown, parts))


def _values(values: Mapping[str, Stored | Invalid]) -> str:
    return ", ".join(f"{name} = {_shown(value)}" for name, value in values.items())


def _shown(value: Stored | Invalid) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, Invalid):
        return value.text
    if isinstance(value, bytes):
        return f"X'{value[:32].hex()}{'…' if len(value) > 32 else ''}' ({len(value):,})"
    if isinstance(value, str):
        return f"'{value}'"
    return str(value)
