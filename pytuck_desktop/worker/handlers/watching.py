"""Commits to the open file, gathered in the feed's thread and told by the worker's own."""

from __future__ import annotations

import threading
from collections import deque

from pytuck.common.exceptions import TableNotFoundError, UnsupportedOperationError
from pytuck.core import Storage
from pytuck.core.changes import Subscription
from pytuck.events.change_sets import ChangeSet, Key, TableChanges
from pytuck.schema import Table
from pytuck_desktop.worker.protocol import Plain

_MOST_COMMITS = 100
"""Commits told at once; of those that come faster only the number is told."""

_MOST_KEYS = 200
"""Keys told of the rows of one kind, in one table and commit."""


class CommitWatch:
    """Hears every commit to a storage and keeps the newest until they are taken.

    Nothing is written for it: a file keeps a log for others only when somebody asks for that.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._lock = threading.Lock()
        self._waiting: deque[ChangeSet] = deque(maxlen=_MOST_COMMITS)
        self._missed = 0
        self._subscription: Subscription | None
        try:
            self._subscription = storage.changes.subscribe(self._hear, shared=False)
        except UnsupportedOperationError:
            self._subscription = None  # this engine does not tell what is written

    def share(self) -> None:
        """Have the file keep a log of its last changes, so that programs tell one another the rows.

        Raises:
            ReadOnlyError, LockTimeout: The log could not be begun.
        """
        shared = self._storage.changes.subscribe(self._hear)
        if self._subscription is not None:
            self._subscription.close()
        self._subscription = shared

    def take(self) -> Plain:
        """Return what was heard since the last call; None if nothing was."""
        with self._lock:
            commits, missed = list(self._waiting), self._missed
            self._waiting.clear()
            self._missed = 0
        if not commits:
            return None
        return {"commits": [self._as_plain(commit) for commit in commits], "missed": missed}

    def _hear(self, commit: ChangeSet) -> None:
        with self._lock:
            self._missed += len(self._waiting) == _MOST_COMMITS
            self._waiting.append(commit)

    def _as_plain(self, commit: ChangeSet) -> Plain:
        origin = commit.origin
        return {
            "time": commit.time.timestamp(),
            "process": origin.process,
            "label": origin.label,
            "is_here": origin.is_here,
            "is_anything": commit.is_anything,
            "has_new_schema": commit.has_new_schema,
            "tables": [self._table(name, changes) for name, changes in commit.tables.items()],
        }

    def _table(self, name: str, changes: TableChanges) -> Plain:
        schema = self._schema(name)
        return {
            "name": name,
            "is_complete": changes.is_complete,
            "inserted": len(changes.inserted),
            "updated": len(changes.updated),
            "deleted": len(changes.deleted),
            # Of rows that are gone there is nothing to go to.
            "keys": [
                _stored(key, schema)
                for key in (*changes.updated[:_MOST_KEYS], *changes.inserted[:_MOST_KEYS])
            ],
        }

    def _schema(self, name: str) -> Table | None:
        try:
            return self._storage.get_table(name).schema
        except TableNotFoundError:
            return None  # it is gone already


def _stored(key: Key, schema: Table | None) -> Plain:
    """Return a key as the file has it: the text of a UUID."""
    if schema is None or not schema.primary_key:
        return key
    types = [schema.column(name).type for name in schema.primary_key]
    if len(types) == 1:
        return types[0].to_storage(key)
    return [type_.to_storage(part) for type_, part in zip(types, key, strict=True)]
