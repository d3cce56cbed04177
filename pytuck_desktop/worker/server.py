"""The worker's end: reads requests, runs them one at a time, and looks around when idle."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
import traceback
from collections import deque
from typing import IO

from pytuck.common.exceptions import PytuckException
from pytuck_desktop.worker.handlers import OPERATIONS, SLOW_OPERATIONS
from pytuck_desktop.worker.handlers.open_file import OpenFile
from pytuck_desktop.worker.lanes import Lanes
from pytuck_desktop.worker.protocol import (
    OUTDATED,
    Answer,
    Cancel,
    Notice,
    Plain,
    ProtocolError,
    Request,
    encode,
    read_message,
)

_POLL_S = 0.25
"""How often the file is asked whether somebody else has committed, in seconds."""

_BUILDING_POLL_S = 0.02
"""How often an order that a thread builds is asked whether it is complete."""


class Server:
    """Serves one window over two streams until it hangs up."""

    def __init__(self, source: IO[bytes], target: IO[bytes]) -> None:
        self._source = source
        self._target = target
        self._file = OpenFile(self._tell)
        self._queue: deque[Request] = deque()
        self._arrived = threading.Condition()
        self._running: Request | None = None
        self._has_hung_up = False
        self._sending = threading.Lock()
        self._lanes = Lanes(SLOW_OPERATIONS, self._serve_apart)

    def run(self) -> None:
        """Serve until the window hangs up, then close the file."""
        reader = threading.Thread(target=self._read, name="requests", daemon=True)
        reader.start()
        next_poll = time.monotonic() + _POLL_S
        try:
            while (request := self._next(next_poll)) is not _HUNG_UP:
                if isinstance(request, Request):
                    self._serve(request)
                if time.monotonic() >= next_poll:
                    self._file.poll()
                    next_poll = time.monotonic() + _POLL_S
        finally:
            self._lanes.stop(self._file.side_reads.cancel_all)
            self._file.close()

    # --- Requests ---

    def _read(self) -> None:
        """Take messages in; runs in a thread, so that a running request can be overtaken."""
        try:
            while (message := read_message(self._source)) is not None:
                with self._arrived:
                    if isinstance(message, Request) and not self._lanes.take(message):
                        self._take_in(message)
                    elif isinstance(message, Cancel):
                        self._cancel(message.id)
                    self._arrived.notify()
        except (ProtocolError, OSError) as err:
            print(f"worker: {err}", file=sys.stderr)  # noqa: T201 - the window keeps it
        with self._arrived:
            self._has_hung_up = True
            self._file.interrupt()
            self._file.side_reads.cancel_all()
            self._arrived.notify()

    def _take_in(self, request: Request) -> None:
        """Queue a request; of the pages of one view only the newest is worth the work."""
        if request.operation in ("page", "view_open"):
            view = request.arguments.get("view")
            overtaken = ("page",) if request.operation == "page" else ("page", "view_open")
            for older in [one for one in self._queue if _is_of(one, view, overtaken)]:
                self._queue.remove(older)
                self._answer_outdated(older)
            running = self._running
            if running is not None and _is_of(running, view, overtaken):
                self._file.interrupt()
        self._queue.append(request)

    def _cancel(self, number: int) -> None:
        for waiting in [one for one in self._queue if one.id == number]:
            self._queue.remove(waiting)
            self._answer_outdated(waiting)
        if self._running is not None and self._running.id == number:
            self._file.interrupt()
        waiting_apart = self._lanes.withdraw(number)
        if waiting_apart is not None:
            self._answer_outdated(waiting_apart)
        self._file.side_reads.cancel(number)

    def _next(self, next_poll: float) -> Request | object | None:
        """Return the next request; None when it is time to look around."""
        while True:
            with self._arrived:
                if self._has_hung_up:
                    return _HUNG_UP
                if self._queue:
                    self._running = self._queue.popleft()
                    return self._running
            if self._file.advance():
                if time.monotonic() >= next_poll:
                    return None
                continue
            with self._arrived:
                wait = next_poll - time.monotonic()
                if self._file.is_building:
                    wait = min(wait, _BUILDING_POLL_S)
                if wait <= 0:
                    return None
                if not self._queue and not self._has_hung_up:
                    self._arrived.wait(wait)

    def _serve(self, request: Request) -> None:
        answer = self._answer(request)
        with self._arrived:
            self._running = None
        self._send(encode(answer))

    def _serve_apart(self, request: Request) -> None:
        with self._file.side_reads.request(request.id):
            answer = self._answer(request)
        self._send(encode(answer))

    def _answer(self, request: Request) -> Answer:
        try:
            operation = OPERATIONS[request.operation]
            return Answer(request.id, operation(self._file, request.arguments))
        except Exception as err:  # noqa: BLE001 - the outermost loop: whatever happens is answered
            return Answer(request.id, error=_as_plain(err))

    def _answer_outdated(self, request: Request) -> None:
        error = {"code": OUTDATED, "message": "A newer request has taken its place.", "fields": {}}
        self._send(encode(Answer(request.id, error=error)))

    def _tell(self, name: str, arguments: dict[str, Plain]) -> None:
        self._send(encode(Notice(name, arguments)))

    def _send(self, frame: bytes) -> None:
        # A window that is gone cannot be told anything; the reader notices and ends the loop.
        with contextlib.suppress(OSError, ValueError), self._sending:
            self._target.write(frame)
            self._target.flush()


_HUNG_UP = object()


def _is_of(request: Request, view: object, operations: tuple[str, ...]) -> bool:
    return request.operation in operations and request.arguments.get("view") == view


def _as_plain(err: Exception) -> dict[str, Plain]:
    """Return an error as data: of ours with its fields, of others with where it happened."""
    if isinstance(err, PytuckException):
        fields: dict[str, Plain] = dict(err.details)
        for name in ("table_name", "column_name"):
            value = getattr(err, name)
            if value is not None:
                fields[name] = value
        if isinstance(err.pk, (int, str, float, bytes)):
            fields["pk"] = err.pk
        return {"code": err.code, "message": err.message, "fields": fields}
    trace = "".join(traceback.format_exception(err))
    return {
        "code": "PT-9000",
        "message": f"Something unexpected happened: {type(err).__name__}: {err}",
        "fields": {"details": trace[-4000:]},
    }
