"""Connections that are kept for the next one who needs one."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from pytuck.backends.connection import Connection

C = TypeVar("C", bound=Connection)

_MAX_IDLE = 8
"""Idle connections kept for the next user; each costs some ten kilobytes and a file handle."""


class ConnectionPool(Generic[C]):
    """Lends connections to one database and takes them back.

    Args:
        open_new: Opens one more.
    """

    def __init__(self, open_new: Callable[[], C]) -> None:
        self._open_new = open_new
        self._idle: list[C] = []
        self._lock = threading.Lock()
        self._process = os.getpid()
        self.is_closed = False

    @property
    def is_inherited(self) -> bool:
        """Whether this process was forked from the one whose connections these are."""
        return self._process != os.getpid()

    def acquire(self) -> C:
        """Return a connection that nobody else uses until it is released."""
        if self.is_inherited:
            # A connection must not be carried into a forked child ("How To Corrupt", 2.6).
            self._idle, self._process = [], os.getpid()
            self._lock = threading.Lock()
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return self._open_new()

    def release(self, connection: C) -> None:
        """Take a connection back; an open transaction is rolled back."""
        connection.rollback()
        with self._lock:
            if not self.is_closed and len(self._idle) < _MAX_IDLE:
                self._idle.append(connection)
                return
        connection.close()

    def drop_idle(self) -> None:
        """Close the connections that nobody uses."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def close(self) -> None:
        """Close the idle connections, and those in use when they come back."""
        with self._lock:
            self.is_closed = True
        if self.is_inherited:
            self._idle = []
        self.drop_idle()
