"""Where staged edits and what others committed meanwhile are about the same cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, NamedTuple

from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.staged_edits import (
    Invalid,
    Settlement,
    StagedEdits,
    StoredIdentity,
)

if TYPE_CHECKING:
    from pytuck.types import Stored
    from pytuck_desktop.workspace.documents import Document

Place = tuple[str, StoredIdentity]


class ConflictKind(Enum):
    """What met what."""

    BOTH_CHANGED = "both changed"
    CHANGED_AND_GONE = "they deleted the row"
    DELETED_AND_CHANGED = "they changed a row to be deleted"


class Conflict(NamedTuple):
    """One cell, or one row, about which there are two opinions.

    Attributes:
        column: Empty where it is about the whole row.
        original: What the user saw; None also where there is nothing to show.
    """

    kind: ConflictKind
    table: str
    identity: StoredIdentity
    column: str
    original: Stored
    theirs: Stored
    mine: Stored | Invalid

    @property
    def may_keep_mine(self) -> bool:
        """Whether the user's own edit can be saved after all: not in a row that is gone."""
        return self.kind is not ConflictKind.CHANGED_AND_GONE


class TheirRows:
    """The rows that staged edits are about, as they are in the file now."""

    def __init__(self) -> None:
        self.rows: dict[Place, dict[str, Stored] | None] = {}

    def fetch(
        self,
        document: Document,
        places: Sequence[Place],
        on_done: Callable[[TheirRows], None],
        on_failed: Callable[[ErrorInfo], None],
    ) -> None:
        """Fetch rows table by table; one of the two is called when that is done."""
        tables = list(dict.fromkeys(table for table, _ in places))

        def fetch_next(*_: object) -> None:
            if not tables:
                on_done(self)
                return
            table = tables.pop()
            identities = [identity for name, identity in places if name == table]

            def take(rows: list[dict[str, Any] | None]) -> None:
                self.rows.update(
                    {(table, at): row for at, row in zip(identities, rows, strict=True)}
                )
                fetch_next()

            document.fetch_rows(table, identities, take, on_failed)

        fetch_next()

    def conflicts(self, edits: StagedEdits) -> list[Conflict]:
        """Return where the staged edits of these rows and their present values differ."""
        found: list[Conflict] = []
        for (table, identity), row in self.rows.items():
            overlay = edits.overlay(table)
            changed = overlay.changed.get(identity, {})
            if row is None:
                found += [
                    Conflict(
                        ConflictKind.CHANGED_AND_GONE, table, identity, name, one.old, None, one.new
                    )
                    for name, one in changed.items()
                ]
                continue
            found += [
                Conflict(
                    ConflictKind.BOTH_CHANGED, table, identity, name, one.old, row[name], one.new
                )
                for name, one in changed.items()
                if one.is_old_whole and name in row and not _is_same(row[name], one.old)
            ]
            found += [
                Conflict(
                    ConflictKind.DELETED_AND_CHANGED, table, identity, name, old, row[name], None
                )
                for name, old in overlay.deleted.get(identity, {}).items()
                if name in row and not _is_same(row[name], old)
            ]
        return found

    def settle(self, edits: StagedEdits, theirs: Iterable[Conflict]) -> None:
        """Stage the edits anew on what is in the file now, as one step that can be undone.

        Args:
            theirs: The conflicts in which the user's edit is given up.
        """
        given_up: dict[Place, set[str]] = {}
        for one in theirs:
            given_up.setdefault((one.table, one.identity), set()).add(one.column)
        edits.settle(
            [
                Settlement(table, identity, row, frozenset(given_up.get((table, identity), ())))
                for (table, identity), row in self.rows.items()
            ]
        )


def _is_same(left: Stored, right: Stored) -> bool:
    return type(left) is type(right) and left == right
