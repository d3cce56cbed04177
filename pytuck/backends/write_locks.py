"""Which thread of this process may write to which database.

A thread that would wait for itself waits in vain: with this table it is told so at once.
"""

from __future__ import annotations

import os
import threading
import weakref
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pytuck.backends.lock_records import WriterNotes
from pytuck.backends.open_files import FileNumber
from pytuck.common.exceptions import DeadlockError, LockTimeout


class _Holder(NamedTuple):
    process: int
    thread: int
    connection: weakref.ref[Any]


LockKey = FileNumber | str
"""What a file is known by, under whatever name it was opened; or the name of what is none."""

_holders: dict[LockKey, _Holder] = {}
"""The last one to take the lock of a file; whether it still has it, it says itself."""


class _Commits(threading.local):
    """How often this thread has committed to which file."""

    def __init__(self) -> None:
        self.counts: dict[LockKey, int] = {}


_own_commits = _Commits()


def note_writer(key: LockKey, connection: weakref.ref[Any], notes: WriterNotes) -> None:
    """Remember that a connection has just taken the write lock, in this thread.

    Databases in memory have no path of their own, and a lock of their own that knows its holder.
    """
    if key == ":memory:":
        return
    process = os.getpid()
    _holders[key] = _Holder(process, threading.get_ident(), connection)
    notes.note(process)


def forget_writer(key: LockKey, connection: weakref.ref[Any], notes: WriterNotes) -> None:
    """Forget that a connection held the lock, unless the next one has it already."""
    holder = _holders.get(key)
    if holder is not None and holder.connection is connection:
        del _holders[key]
        notes.clear(holder.process)


def writing_thread(key: LockKey) -> int | None:
    """Return the thread of this process that was the last to take the lock; None if unknown."""
    holder = _holders.get(key)
    return None if holder is None or holder.process != os.getpid() else holder.thread


def note_own_commit(key: LockKey) -> None:
    """Count a commit of this thread."""
    counts = _own_commits.counts
    counts[key] = counts.get(key, 0) + 1


def own_commits(key: LockKey) -> int:
    """Return how often this thread has committed to a file."""
    return _own_commits.counts.get(key, 0)


def refuse_to_wait_for_itself(key: LockKey, connection: Any) -> None:
    """Do nothing, unless this thread holds the lock in another transaction.

    Raises:
        DeadlockError: It does.
    """
    holder = _holders.get(key)
    if holder is None or holder.thread != threading.get_ident() or holder.process != os.getpid():
        return
    other = holder.connection()
    if other is not None and other is not connection and other.in_transaction:
        raise DeadlockError(
            f"This thread has another transaction open that writes to '{other.path}'; commit it or "
            "roll it back first.",
            details={"path": other.path},
        )


@dataclass(slots=True)
class WriteLock:
    """Who of this process may write to a database, where the database does not say it itself.

    Attributes:
        what: The database, for messages.
        timeout_s: How long to wait for it, in seconds.
        call: Held for the time of one call of a driver that takes one at a time.
    """

    what: str
    timeout_s: float
    call: threading.RLock = field(default_factory=threading.RLock)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _owner: int | None = None

    def acquire(self) -> None:
        """Wait for the lock.

        Raises:
            DeadlockError: The thread holds it already, in another session or transaction.
            LockTimeout: Another thread kept it for longer than the deadline.
        """
        if self._owner == threading.get_ident():
            raise DeadlockError(
                f"This thread has another transaction open on {self.what}; commit it or roll it "
                "back first."
            )
        if not self._lock.acquire(timeout=self.timeout_s):
            raise LockTimeout(
                f"Another thread has been writing to {self.what} for more than "
                f"{self.timeout_s:g} s. Try again when it has finished."
            )
        self._owner = threading.get_ident()

    def release(self) -> None:
        """Let the next one write."""
        self._owner = None
        self._lock.release()
