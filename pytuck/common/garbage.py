"""Python's collector of circular garbage, while many rows pass through.

Rows are millions of tuples that refer to nothing but numbers and texts, and are freed without the
collector; yet each thousand of them sets it off. It takes up to a third of the time.
"""

from __future__ import annotations

import contextlib
import gc
import threading
from collections.abc import Iterator

_SELDOM = 100_000
"""Containers made before the collector runs; as many take some ten megabytes."""


class _Collector:
    """The threshold of the collector, which several threads may want raised at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._before = gc.get_threshold()

    def raise_threshold(self) -> None:
        with self._lock:
            self._users += 1
            if self._users == 1:
                self._before = gc.get_threshold()
                if 0 < self._before[0] < _SELDOM:
                    gc.set_threshold(_SELDOM, *self._before[1:])

    def restore_threshold(self) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                gc.set_threshold(*self._before)


_collector = _Collector()


@contextlib.contextmanager
def seldom_collecting() -> Iterator[None]:
    """Have the collector run more seldom in the time of a `with` block, in all threads."""
    _collector.raise_threshold()
    try:
        yield
    finally:
        _collector.restore_threshold()
