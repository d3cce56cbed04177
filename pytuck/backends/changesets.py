"""Changesets of SQLite's session extension: what a commit did, with old and new values.

Format: https://www.sqlite.org/sessionintro.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, cast

import apsw

from pytuck.common.exceptions import ConflictError, CorruptFileError
from pytuck.events.change_sets import Key, Operation, RowChange
from pytuck.types import Stored

ConflictPolicy = Literal["abort", "skip", "overwrite"]

NO_CHANGE = apsw.no_change
"""Stands for the value of a column that an update left as it was."""


@dataclass(frozen=True, slots=True)
class StoredDifference:
    """One row of a changeset.

    Attributes:
        old, new: Its stored values before and after, in the order of the columns; for an update
            `NO_CHANGE` where nothing changed. A table without a key has the row id before them.
        key: The stored key, by which the row is found.
    """

    table: str
    operation: Operation
    old: tuple[Any, ...] | None
    new: tuple[Any, ...] | None
    key: Key


@dataclass(slots=True)
class Conflict:
    """A row that is not as it was left by the commit that is undone.

    Attributes:
        reason: `changed`, `missing`, `exists`, or `rule` for a constraint or foreign key.
    """

    table: str
    key: Key
    reason: str


class SessionRecorder:
    """Records the open transaction of a connection.

    Attributes:
        tables: The tables that were written, in that order.
    """

    def __init__(self, raw: apsw.Connection) -> None:
        self.tables: list[str] = []
        self._session = apsw.Session(raw, "main")
        self._session.config(apsw.SQLITE_SESSION_OBJCONFIG_ROWID, True)
        self._session.table_filter(self._wants)
        self._session.attach()

    def changeset(self) -> bytes:
        """Return what was written up to now."""
        return bytes(self._session.changeset())

    def close(self) -> None:
        """End the recording."""
        self._session.close()

    def _wants(self, table: str) -> bool:
        if table.startswith("_pytuck_"):
            return False
        self.tables.append(table)
        return True


def differences(changeset: bytes) -> Iterator[StoredDifference]:
    """Give the rows of a changeset.

    Raises:
        CorruptFileError: It is damaged.
    """
    try:
        for change in apsw.Changeset.iter(changeset):
            operation = cast("Operation", change.op)
            yield StoredDifference(change.name, operation, change.old, change.new, _key(change))
    except apsw.Error as err:
        raise CorruptFileError(f"An entry of the history is damaged: {err}") from err


def row_changes(changeset: bytes) -> Iterator[RowChange]:
    """Give the rows of a changeset as the change feed has them."""
    for item in differences(changeset):
        yield item.table, item.operation, item.key, item.key


def undo(raw: apsw.Connection, changeset: bytes, policy: ConflictPolicy) -> list[Conflict]:
    """Undo a changeset in the open transaction; return the rows that are not as it left them.

    Raises:
        ConflictError: There are such rows, and the policy is to end then. Nothing was undone.
        CorruptFileError: It is damaged.
    """
    conflicts: list[Conflict] = []

    def decide(reason: int, change: Any) -> int:
        conflicts.append(_conflict(reason, change))
        is_replaceable = reason in {apsw.SQLITE_CHANGESET_DATA, apsw.SQLITE_CHANGESET_CONFLICT}
        if policy == "overwrite" and is_replaceable:
            return int(apsw.SQLITE_CHANGESET_REPLACE)
        # A broken reference is of all rows together, and cannot be left out.
        is_whole = reason == apsw.SQLITE_CHANGESET_FOREIGN_KEY
        if policy == "abort" or is_whole:
            return int(apsw.SQLITE_CHANGESET_ABORT)
        return int(apsw.SQLITE_CHANGESET_OMIT)

    try:
        inverse = apsw.Changeset.invert(changeset)
        apsw.Changeset.apply(inverse, raw, conflict=decide)
    except (apsw.AbortError, apsw.ConstraintError) as err:
        raise _refusal(conflicts) from err
    except apsw.Error as err:
        raise CorruptFileError(f"An entry of the history cannot be undone: {err}") from err
    return conflicts


_REASONS: dict[int, str] = {
    apsw.SQLITE_CHANGESET_DATA: "changed",
    apsw.SQLITE_CHANGESET_NOTFOUND: "missing",
    apsw.SQLITE_CHANGESET_CONFLICT: "exists",
    apsw.SQLITE_CHANGESET_CONSTRAINT: "rule",
    apsw.SQLITE_CHANGESET_FOREIGN_KEY: "rule",
}


def _conflict(reason: int, change: Any) -> Conflict:
    if reason == apsw.SQLITE_CHANGESET_FOREIGN_KEY:
        return Conflict("", None, "rule")
    return Conflict(change.name, _key(change), _REASONS.get(reason, "rule"))


def _key(change: Any) -> Key:
    values = change.old if change.old is not None else change.new
    key = tuple(values[place] for place in sorted(change.pk_columns))
    return key[0] if len(key) == 1 else key


def _refusal(conflicts: list[Conflict]) -> ConflictError:
    shown = ", ".join(f"{item.table} {item.key!r} ({item.reason})" for item in conflicts[:5])
    return ConflictError(
        f"The commit was not undone: rows are not as it left them, or would break a rule: {shown}. "
        "Leave them out with on_conflict='skip', or put the old values over the new ones with "
        "'overwrite'."
    )


Overlay = dict[Key, dict[int, Stored] | None]
"""What rows were like before: None for one that was not there, else values by their place."""


def earlier_rows(changesets: Iterator[bytes], table: str) -> Overlay:
    """Return what rows of a table were like before some commits, which come newest first."""
    overlay: Overlay = {}
    for changeset in changesets:
        for item in differences(changeset):
            if item.table != table:
                continue
            if item.operation == "INSERT":
                overlay[item.key] = None
                continue
            before = overlay.get(item.key) or {}
            old = item.old or ()
            known = {place: value for place, value in enumerate(old) if value is not NO_CHANGE}
            overlay[item.key] = {**before, **known}
    return overlay
