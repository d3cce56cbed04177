"""What a commit changed, told to whoever watches: tables and the keys of their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Literal

Key = Any
"""The value of a primary key, a tuple if it has several columns, or the row id without one."""

Operation = Literal["INSERT", "UPDATE", "DELETE"]


RowChange = tuple[str, Operation, Key, Key]
"""A row that a statement wrote: its table, what was done, its key, and its key after an update.

A plain tuple, because a hundred thousand of them are made while somebody waits.
"""


@dataclass(frozen=True, slots=True)
class TableChanges:
    """What a commit changed in one table, after all that it did.

    Attributes:
        inserted, updated, deleted: The keys of the rows. An update that changes a key deletes the
            old one and inserts the new one.
        is_complete: These are all; else there are more, or it is not known which.
    """

    inserted: tuple[Key, ...] = ()
    updated: tuple[Key, ...] = ()
    deleted: tuple[Key, ...] = ()
    is_complete: bool = True

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys of all rows that were changed."""
        return (*self.inserted, *self.updated, *self.deleted)


UNKNOWN_ROWS = TableChanges(is_complete=False)
"""Some rows of a table, it is not known which."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who made a commit.

    Attributes:
        process: The process id; None if it is not known.
        label: What the program calls itself, or this work.
        is_here: It was made through this very storage.
    """

    process: int | None = None
    label: str = ""
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """One commit.

    Attributes:
        seq: Its number in the file's log of changes; None where none is kept.
        time: When it was made, or noticed, in UTC.
        tables: What it changed, by table.
        is_anything: It is not known which tables it changed: a program without this library made
            it, or several commits came too fast.
        has_new_schema: Tables were made, changed or taken away.
    """

    seq: int | None
    time: datetime
    origin: Origin
    tables: Mapping[str, TableChanges] = field(default_factory=lambda: MappingProxyType({}))
    is_anything: bool = False
    has_new_schema: bool = False

    def only(self, tables: frozenset[str]) -> ChangeSet | None:
        """Return what concerns some tables; None if nothing does."""
        if self.is_anything:
            return self
        kept = {name: changes for name, changes in self.tables.items() if name in tables}
        if not kept:
            return None
        return ChangeSet(self.seq, self.time, self.origin, kept, has_new_schema=self.has_new_schema)


def net_changes(rows: Sequence[RowChange]) -> dict[str, TableChanges]:
    """Return what the rows of one transaction come to, by table.

    A row that was inserted and deleted again is left out, one that was deleted and inserted again
    is updated.
    """
    found: dict[str, TableChanges] = {}
    for table in dict.fromkeys(map(itemgetter(0), rows)):
        changes = _of_table([row for row in rows if row[0] == table])
        if changes.keys:
            found[table] = changes
    return found


def _of_table(rows: list[RowChange]) -> TableChanges:
    """Return what the rows of one table come to."""
    operations = set(map(itemgetter(1), rows))
    if operations == {"INSERT"}:  # then no key is there twice
        return TableChanges(inserted=tuple(map(itemgetter(2), rows)))
    if operations == {"DELETE"}:
        return TableChanges(deleted=tuple(map(itemgetter(2), rows)))
    states: dict[Key, str] = {}
    for _, operation, key, new_key in rows:
        if operation == "UPDATE" and new_key != key:
            _delete(states, key)
            _insert(states, new_key)
        elif operation == "UPDATE":
            states.setdefault(key, "updated")
        elif operation == "INSERT":
            _insert(states, key)
        else:
            _delete(states, key)
    return _sorted_out(states)


def _insert(states: dict[Key, str], key: Key) -> None:
    states[key] = "updated" if states.get(key) == "deleted" else "inserted"


def _delete(states: dict[Key, str], key: Key) -> None:
    if states.get(key) == "inserted":
        del states[key]
    else:
        states[key] = "deleted"


def _sorted_out(states: dict[Key, str]) -> TableChanges:
    kinds: dict[str, list[Key]] = {"inserted": [], "updated": [], "deleted": []}
    for key, kind in states.items():
        kinds[kind].append(key)
    return TableChanges(tuple(kinds["inserted"]), tuple(kinds["updated"]), tuple(kinds["deleted"]))
