"""Reading beside the operations in the worker's main thread, so that it can be given up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from pytuck.backends import Connection
from pytuck.backends.base import Engine
from pytuck.common.exceptions import CancelledError


class _Read:
    """What one thread reads for one request."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.connection: Connection | None = None
        self.is_cancelled = False


class SideReads:
    """The requests that threads beside the main one are busy with, by thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reads: dict[int, _Read] = {}

    @contextmanager
    def request(self, number: int) -> Iterator[None]:
        """Note that this thread works on a request, so that it can be cancelled."""
        thread = threading.get_ident()
        self._reads[thread] = _Read(number)
        try:
            yield
        finally:
            with self._lock:
                del self._reads[thread]

    @contextmanager
    def connection(self, engine: Engine) -> Iterator[Connection]:
        """Lend a connection for one statement.

        Raises:
            CancelledError: The request was given up.
        """
        read = self._reads.get(threading.get_ident()) or _Read(0)
        with engine.connection() as connection:
            with self._lock:
                if read.is_cancelled:
                    raise CancelledError("This was given up.")
                read.connection = connection
            try:
                yield connection
            finally:
                with self._lock:
                    read.connection = None

    def cancel(self, number: int) -> None:
        """Give up a request, if a thread works on it; may be called by any thread."""
        with self._lock:
            for read in self._reads.values():
                if read.number == number:
                    _end(read)

    def cancel_all(self) -> None:
        """Give up all requests; may be called by any thread."""
        with self._lock:
            for read in self._reads.values():
                _end(read)


def _end(read: _Read) -> None:
    read.is_cancelled = True
    if read.connection is not None:
        read.connection.interrupt()
