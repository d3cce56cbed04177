"""Connections that are kept for the next one who needs one."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from pytuck.backends.connection import Connection
from pytuck.common.exceptions import DatabaseConnectionError, LockTimeout, PytuckException

C = TypeVar("C", bound=Connection)

_MAX_IDLE = 8
"""Idle connections kept for the next user; each costs some ten kilobytes and a file handle."""


class ConnectionPool(Generic[C]):
    """Lends connections to one database and takes them back.

    Args:
        open_new: Opens one more.
        label: The database, for messages.
        most: How many may be lent at once; None for any number.
        timeout_s: How long to wait for one to come back if that many are lent, in seconds.
    """

    def __init__(
        self,
        open_new: Callable[[], C],
        label: str = "",
        most: int | None = None,
        timeout_s: float = 5.0,
    ) -> None:
        self._open_new = open_new
        self._label = label
        self._most = most
        self._timeout_s = timeout_s
        self._idle: list[C] = []
        self._lent = 0
        self._changed = threading.Condition(threading.Lock())
        self._process = os.getpid()
        self.is_closed = False

    @property
    def is_inherited(self) -> bool:
        """Whether this process was forked from the one whose connections these are."""
        return self._process != os.getpid()

    def acquire(self) -> C:
        """Return a connection that nobody else uses until it is released.

        Raises:
            LockTimeout: As many as may be lent were not given back in time.
            DatabaseConnectionError: The pool is closed, or no connection can be opened.
        """
        if self.is_inherited:
            self._begin_anew()
        connection = self._take()
        try:
            while connection is not None and not connection.is_usable:
                connection.close()
                with self._changed:
                    connection = self._idle.pop() if self._idle else None
            return self._open_new() if connection is None else connection
        except BaseException:
            self._note_back()
            raise

    def release(self, connection: C) -> None:
        """Take a connection back; an open transaction is rolled back."""
        if connection.is_inherited:
            return  # the parent's, held by something that was forked along with it
        try:
            connection.rollback()
        except PytuckException:
            connection.is_broken = True  # closing it undoes the transaction, too
        with self._changed:
            self._lent -= 1
            is_kept = not self.is_closed and len(self._idle) < _MAX_IDLE
            if is_kept and not connection.is_broken:
                self._idle.append(connection)
            self._changed.notify()
            if is_kept and not connection.is_broken:
                return
        connection.close()

    @property
    def lent(self) -> int:
        """How many connections are in use."""
        return self._lent

    def drop_idle(self) -> None:
        """Close the connections that nobody uses."""
        with self._changed:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def close(self) -> None:
        """Close the idle connections, and those in use when they come back."""
        if self.is_inherited:
            self._begin_anew()
        with self._changed:
            self.is_closed = True
            self._changed.notify_all()
        self.drop_idle()

    def _begin_anew(self) -> None:
        """Have none of the parent's connections in a forked child ("How To Corrupt", 2.6)."""
        self._idle, self._lent, self._process = [], 0, os.getpid()
        self._changed = threading.Condition(threading.Lock())

    def _take(self) -> C | None:
        """Count one more as lent; return an idle connection, or None if one is to be opened."""
        with self._changed:
            if self._most is not None and self._lent >= self._most:
                self._wait_for_one(self._most)
            self._lent += 1
            return self._idle.pop() if self._idle else None

    def _note_back(self) -> None:
        with self._changed:
            self._lent -= 1
            self._changed.notify()

    def _wait_for_one(self, most: int) -> None:
        deadline = time.monotonic() + self._timeout_s
        while self._lent >= most and not self.is_closed:
            left = deadline - time.monotonic()
            if left <= 0:
                raise LockTimeout(
                    f"All {most} connections to '{self._label}' were in use for "
                    f"{self._timeout_s:g} s. Close sessions that are done, or allow more with "
                    "max_connections.",
                    details={"path": self._label, "max_connections": most},
                )
            self._changed.wait(left)
        if self.is_closed:
            raise DatabaseConnectionError(
                f"'{self._label}' was closed meanwhile. Open it again with Storage(...).",
                details={"path": self._label},
            )
