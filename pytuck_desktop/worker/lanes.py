"""Threads beside the worker's main one, for requests that may take long."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from pytuck_desktop.worker.protocol import Request


class SlowLane:
    """Runs requests that may take long, and that nobody scrolls by, one after another."""

    def __init__(self, serve: Callable[[Request], None], name: str) -> None:
        self._serve = serve
        self._name = name
        self._queue: deque[Request] = deque()
        self._arrived = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_stopping = False

    def put(self, request: Request) -> None:
        """Have a request served after those put before."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
            self._thread.start()
        with self._arrived:
            self._queue.append(request)
            self._arrived.notify()

    def withdraw(self, number: int) -> Request | None:
        """Return a request that waits, and serve it no more."""
        with self._arrived:
            for request in self._queue:
                if request.id == number:
                    self._queue.remove(request)
                    return request
        return None

    def begin_to_stop(self) -> None:
        """Serve nothing after what is running."""
        with self._arrived:
            self._is_stopping = True
            self._arrived.notify()

    def join(self) -> None:
        """Wait for what is running."""
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while (request := self._next()) is not None:
            self._serve(request)

    def _next(self) -> Request | None:
        with self._arrived:
            self._arrived.wait_for(lambda: self._queue or self._is_stopping)
            return None if self._is_stopping else self._queue.popleft()


class Lanes:
    """A lane for each slow operation, so that a long count keeps nothing else waiting."""

    def __init__(self, operations: frozenset[str], serve: Callable[[Request], None]) -> None:
        self._lanes = {name: SlowLane(serve, f"{name} lane") for name in operations}

    def take(self, request: Request) -> bool:
        """Have a request served in its lane; return whether it has one."""
        lane = self._lanes.get(request.operation)
        if lane is not None:
            lane.put(request)
        return lane is not None

    def withdraw(self, number: int) -> Request | None:
        """Return a request that waits in a lane, and serve it no more."""
        withdrawn = (lane.withdraw(number) for lane in self._lanes.values())
        return next((request for request in withdrawn if request is not None), None)

    def stop(self, interrupt: Callable[[], None]) -> None:
        """End all lanes; `interrupt` makes what is running in them end."""
        for lane in self._lanes.values():
            lane.begin_to_stop()
        interrupt()
        for lane in self._lanes.values():
            lane.join()
