"""The change feed: each commit to an open database is told once, whoever made it."""

from __future__ import annotations

import logging
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Self

from pytuck.backends.change_log import LoggedCommit
from pytuck.backends.change_recording import RecordedCommit
from pytuck.backends.commits_of_others import LooksForOthers
from pytuck.backends.sqlite import SqliteEngine
from pytuck.common.exceptions import PytuckException, TableNotFoundError
from pytuck.events.change_sets import ChangeSet, Key, Origin, TableChanges

if TYPE_CHECKING:
    from pytuck.core.storage import Storage

Subscriber = Callable[[ChangeSet], object]

_LOOK_EVERY_S = 0.1
"""How often the file is looked at for commits of others; a look takes some microseconds."""

_MOST_WAITING = 1000
"""Commits that wait for a slow subscriber; then it is told only that there was something."""

_STOP = object()
_logger = logging.getLogger("pytuck.changes")


class Subscription:
    """One subscriber, who is called in a thread of its own.

    Attributes:
        errors: How many calls ended in an exception; each is logged as an error of the logger
            `pytuck.changes`, and the calls go on.
    """

    def __init__(
        self, changes: Changes, subscriber: Subscriber, tables: frozenset[str] | None
    ) -> None:
        self._changes = changes
        self._subscriber = subscriber
        self._tables = tables
        self._waiting: queue.Queue[Any] = queue.Queue(_MOST_WAITING)
        self._has_missed = False
        self.errors = 0
        self._thread = threading.Thread(target=self._run, name="pytuck-subscriber", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it; what is waiting is not told any more. A call that is under way ends by itself."""
        self._changes.forget(self)
        self._stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def offer(self, change_set: ChangeSet) -> None:
        """Have the subscriber told of a commit, if it concerns its tables; never waits."""
        wanted = change_set if self._tables is None else change_set.only(self._tables)
        if wanted is None:
            return
        if self._has_missed:
            wanted = replace(wanted, tables={}, is_anything=True)
        try:
            self._waiting.put_nowait(wanted)
        except queue.Full:
            self._has_missed = True
        else:
            self._has_missed = False

    def _stop(self) -> None:
        while True:
            try:
                self._waiting.put_nowait(_STOP)
            except queue.Full:
                self._take_one()
            else:
                return

    def _take_one(self) -> None:
        try:
            self._waiting.get_nowait()
        except queue.Empty:
            return

    def _run(self) -> None:
        while (change_set := self._waiting.get()) is not _STOP:
            try:
                self._subscriber(change_set)
            except Exception:  # a subscriber's error is its own, and must harm nobody
                self.errors += 1
                _logger.exception("A subscriber to changes failed: %r", self._subscriber)


class Changes:
    """The changes of one open database, as `storage.changes`."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._engine = storage.engine
        self._lock = threading.Lock()
        self._subscriptions: list[Subscription] = []
        self._feed: _Feed | None = None
        self.label = PurePath(sys.argv[0]).name if sys.argv else ""

    @property
    def label(self) -> str:
        """What this program calls itself, or what it is doing, to those who watch the file.

        It is the name of the program's file unless something else is set.
        """
        return self._engine.label

    @label.setter
    def label(self, label: str) -> None:
        self._engine.label = label

    def subscribe(
        self,
        subscriber: Subscriber,
        tables: Iterable[Any] | None = None,
        *,
        shared: bool = True,
    ) -> Subscription:
        """Have a function called after each commit, whatever made it: a session, SQL, others.

        The calls come in a thread of their own, one after the other, in the order of the commits.
        Commits of this storage come at once, those of other programs within 0.3 seconds.

        Args:
            subscriber: Takes a `ChangeSet`.
            tables: Tell only commits that may have changed one of these: names, or models.
            shared: Have a `.pytuck` file keep a log of its last changes from now on, in a table
                of its own, so that programs tell one another the rows. Without it, and in files
                of other kinds, a commit of others comes as `is_anything`.

        Raises:
            UnsupportedOperationError: The engine does not tell what is written.
            ReadOnlyError, LockTimeout: The log could not be begun.
        """
        names = None if tables is None else frozenset(map(_name_of, tables))
        with self._lock:
            if shared:
                self._engine.begin_log()
            if self._feed is None or not self._feed.is_alive:
                self._feed = _Feed(self._storage, self._tell)
            subscription = Subscription(self, subscriber, names)
            self._subscriptions.append(subscription)
        return subscription

    def forget(self, subscription: Subscription) -> None:
        """Tell a subscriber nothing more."""
        with self._lock:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)
            if not self._subscriptions:
                self._end_feed()

    def close(self) -> None:
        """End all subscriptions."""
        with self._lock:
            subscriptions = list(self._subscriptions)
            self._end_feed()
        for subscription in subscriptions:
            subscription.close()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Have no connection to the file for the time of a `with` block."""
        with self._lock:
            was_alive = self._feed is not None
            self._end_feed()
            try:
                yield
            finally:
                if was_alive:
                    self._feed = _Feed(self._storage, self._tell)

    def _end_feed(self) -> None:
        if self._feed is not None:
            self._feed.close()
            self._feed = None

    def _tell(self, change_set: ChangeSet) -> None:
        for subscription in list(self._subscriptions):
            subscription.offer(change_set)


class _Feed:
    """The thread that makes change sets of commits, so that who commits need not wait."""

    def __init__(self, storage: Storage, tell: Callable[[ChangeSet], None]) -> None:
        self._storage = storage
        self._tell = tell
        self._process = os.getpid()
        self._own: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._others: LooksForOthers | None = None
        self._refusal = ""
        engine = storage.engine
        if isinstance(engine, SqliteEngine) and engine.capabilities.notices_other_processes:
            self._others = engine.commits_of_others()
        engine.watch(self._own.put)
        self._thread = threading.Thread(target=self._run, name="pytuck-changes", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether it runs in this process; a forked child has none of its parent's threads."""
        return self._process == os.getpid() and self._thread.is_alive()

    def close(self) -> None:
        if not self.is_alive:
            return
        self._storage.engine.watch(None)
        self._own.put(_STOP)
        if self._thread is not threading.current_thread():
            self._thread.join()

    def _run(self) -> None:
        last_look = time.monotonic()
        while True:
            commit = self._next_own(last_look)
            if commit is _STOP:
                break
            if commit is not None:
                self._tell(self._of_own(commit))
            if time.monotonic() - last_look >= _LOOK_EVERY_S:
                for change_set in self._of_others():
                    self._tell(change_set)
                last_look = time.monotonic()
        if self._others is not None:
            self._others.close()

    def _next_own(self, last_look: float) -> Any:
        """Return the next commit of this storage, or None when it is time to look for others."""
        if self._others is None:
            return self._own.get()
        left = max(0.0, last_look + _LOOK_EVERY_S - time.monotonic())
        try:
            return self._own.get(timeout=left)
        except queue.Empty:
            return None

    # --- Change sets ---

    def _of_own(self, commit: RecordedCommit) -> ChangeSet:
        return ChangeSet(
            commit.seq,
            datetime.fromtimestamp(commit.time, UTC),
            Origin(self._process, commit.label, is_here=commit.is_here),
            self._with_values(commit.tables()),
            is_anything=commit.is_anything,
            has_new_schema=commit.has_new_schema,
        )

    def _of_others(self) -> list[ChangeSet]:
        if self._others is None:
            return []
        try:
            seen = self._others.look()
        except PytuckException as err:
            if str(err) != self._refusal:  # it may last, and is looked at ten times a second
                _logger.warning("The file could not be looked at for changes", exc_info=True)
            self._refusal = str(err)
            return []
        self._refusal = ""
        found = [self._of_logged(commit) for commit in seen.logged]
        if seen.has_others:
            now, has_new_schema = datetime.now(UTC), seen.has_new_schema
            found.append(
                ChangeSet(None, now, Origin(), is_anything=True, has_new_schema=has_new_schema)
            )
        return found

    def _of_logged(self, commit: LoggedCommit) -> ChangeSet:
        return ChangeSet(
            commit.seq,
            datetime.fromtimestamp(commit.time, UTC),
            Origin(commit.process, commit.label),
            self._with_values(commit.tables or {}),
            is_anything=commit.tables is None,
            has_new_schema=commit.has_new_schema,
        )

    def _with_values(self, tables: dict[str, TableChanges]) -> dict[str, TableChanges]:
        """Return changes with keys as the models have them: a UUID for its text."""
        return {name: self._with_key_values(name, changes) for name, changes in tables.items()}

    def _with_key_values(self, name: str, changes: TableChanges) -> TableChanges:
        try:
            schema = self._storage.tables[name].schema
        except (TableNotFoundError, PytuckException):
            return changes  # it is gone already, and its keys with it
        types = [schema.column(column).type for column in schema.primary_key]
        if not any(type_.decode for type_ in types):
            return changes

        def value(key: Key) -> Key:
            if len(types) == 1:
                return types[0].from_storage(key)
            return tuple(type_.from_storage(part) for type_, part in zip(types, key, strict=True))

        return TableChanges(
            tuple(map(value, changes.inserted)),
            tuple(map(value, changes.updated)),
            tuple(map(value, changes.deleted)),
            changes.is_complete,
        )


def _name_of(table: Any) -> str:
    return (
        table
        if isinstance(table, str)
        else str(getattr(table, "__tablename__", None) or table.name)
    )
