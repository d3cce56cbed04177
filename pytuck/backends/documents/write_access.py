"""When a storage has the lock of its document: while it writes, and while something is unsaved."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pytuck.backends.documents.document_lock import DocumentLock
from pytuck.backends.lock_holders import LockHolder
from pytuck.common.exceptions import DatabaseConnectionError


class WriteAccess:
    """Takes the lock of a document for the first who writes, and gives it back when all is saved.

    Args:
        lock: The lock of the document.
        catch_up: Is called when the lock was taken: others may have saved the document before.
        is_unsaved: Tells whether something was committed that the file does not have.
        program: Tells what this program calls itself, for those who wait.
    """

    def __init__(
        self,
        lock: DocumentLock,
        *,
        catch_up: Callable[[], None],
        is_unsaved: Callable[[], bool],
        program: Callable[[], str],
    ) -> None:
        self._lock = lock
        self._program = program
        self._catch_up = catch_up
        self._is_unsaved = is_unsaved
        self._turn = threading.Lock()  # one thread at a time takes the lock or gives it back
        self._writers = 0
        self._is_known_unsaved = False
        self._process = os.getpid()

    @property
    def is_held(self) -> bool:
        """Whether the lock is had, so that nobody else of this library writes the file."""
        return self._lock.is_held

    @property
    def is_mine(self) -> bool:
        """Whether the document was opened by this process, not by one it was forked from."""
        return self._process == os.getpid()

    def holder(self) -> LockHolder | None:
        """Return who else has the lock just now; None if nobody has."""
        return self._lock.holder()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Have the lock for the time of a `with` block, and longer if it leaves things unsaved."""
        self.begin()
        try:
            yield
        finally:
            self.end()

    def begin(self) -> None:
        """Count one more who writes; the first one waits for the lock.

        Raises:
            DatabaseConnectionError: The process was forked after the document had been opened.
            DeadlockError: This thread has unsaved changes in another storage on the file.
            LockTimeout: Somebody else kept the lock for longer than the deadline.
            FilePermissionError, StorageFullError: The file of the lock cannot be made.
            PytuckException: The file was changed, and what it holds now cannot be read.
        """
        if not self.is_mine:
            raise DatabaseConnectionError(
                f"'{self._lock.path}' was opened by the process from which this one was forked, and "
                "only that one can write to it. Open it here once more with Storage(...).",
                details={"path": str(self._lock.path)},
            )
        with self._my_turn() as left_s:
            if not self._lock.is_held:
                self._take(left_s)
            self._writers += 1

    def end(self) -> None:
        """Count one less, who has committed or undone what was written."""
        with self._turn:
            self._writers -= 1
            self._release_if_idle()

    def settle(self) -> None:
        """Give the lock back after a save, unless somebody writes or has written meanwhile."""
        with self._turn:
            self._is_known_unsaved = False
            self._release_if_idle()

    def close(self) -> None:
        """Give the lock back, whatever is not saved."""
        if self.is_mine:
            with self._turn:
                self._lock.release()

    def _take(self, timeout_s: float) -> None:
        self._lock.take(self._program(), timeout_s)
        self._is_known_unsaved = False
        try:
            self._catch_up()
        except BaseException:
            self._lock.release()
            raise

    def _release_if_idle(self) -> None:
        if self._writers or self._is_known_unsaved or not self._lock.is_held:
            return
        self._is_known_unsaved = self._is_unsaved()
        if not self._is_known_unsaved:
            self._lock.release()

    @contextmanager
    def _my_turn(self) -> Iterator[float]:
        """Keep other threads away, and give the seconds that are left of the deadline."""
        began, timeout_s = time.monotonic(), self._lock.timeout_s
        if not self._turn.acquire(timeout=timeout_s):
            raise self._lock.waited_in_vain()
        try:
            yield max(0.0, timeout_s - (time.monotonic() - began))
        finally:
            self._turn.release()
