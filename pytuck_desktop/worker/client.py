"""The window's end of a worker: requests go out, answers come back on the window's own thread."""

from __future__ import annotations

import contextlib
import subprocess
import threading
from collections.abc import Callable
from itertools import count
from typing import IO, Any, NamedTuple, Protocol

from pytuck_desktop.worker.protocol import (
    Answer,
    Cancel,
    Notice,
    ProtocolError,
    Request,
    encode,
    read_message,
)

Post = Callable[[Callable[[], None]], None]
"""Has a function called later on the thread that owns the client."""


class ErrorInfo(NamedTuple):
    """What went wrong, as plain data.

    Attributes:
        code: The stable code of the error, as in the manual; `PT-9...` are of the desktop.
        message: The whole sentence, in English.
        fields: The parts it speaks of: `path`, `table_name`, `column_name`, ...
    """

    code: str
    message: str
    fields: dict[str, Any]

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> ErrorInfo:
        """Return the error that a worker sent."""
        return cls(
            str(plain.get("code", "")), str(plain.get("message", "")), dict(plain.get("fields", {}))
        )


WORKER_LOST = "PT-9001"
"""The process that serves a file has ended."""


class Transport(Protocol):
    """Two ends of a line to a worker."""

    @property
    def source(self) -> IO[bytes]:
        """Where the worker's messages come from."""

    @property
    def target(self) -> IO[bytes]:
        """Where messages to the worker go."""

    def close(self) -> str:
        """Hang up, wait for the worker to end, and return what it complained of last."""


class ProcessTransport:
    """The line to a worker in a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._process = process
        self.source = process.stdout
        self.target = process.stdin
        self._complaints: list[bytes] = []
        self._listener = threading.Thread(
            target=self._listen, args=(process.stderr,), name="worker stderr", daemon=True
        )
        self._listener.start()

    def _listen(self, stream: Any) -> None:
        with stream:
            for line in stream:
                self._complaints.append(line)
                del self._complaints[:-50]

    def close(self) -> str:
        """Hang up; a worker that does not end by itself is ended."""
        with contextlib.suppress(OSError):
            self.target.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._listener.join(timeout=1)
        return b"".join(self._complaints).decode("utf-8", errors="replace").strip()


class _Waiting(NamedTuple):
    on_done: Callable[[Any], None]
    on_error: Callable[[ErrorInfo], None]


class WorkerClient:
    """Sends requests to a worker and hands its answers to whoever asked.

    Args:
        worker: The process, or another line to a worker.
        post: Brings answers to the owner's thread; all methods here belong to that thread.

    Attributes:
        on_notice: Hears what the worker says unasked.
        on_lost: Hears, once, that the worker has ended without being told to.
    """

    def __init__(self, worker: subprocess.Popen[bytes] | Transport, *, post: Post) -> None:
        self._transport: Transport = (
            ProcessTransport(worker) if isinstance(worker, subprocess.Popen) else worker
        )
        self._post = post
        self.on_notice: Callable[[Notice], None] = lambda _: None
        self.on_lost: Callable[[ErrorInfo], None] = lambda _: None
        self._ids = count(1)
        self._waiting: dict[int, _Waiting] = {}
        self._is_closed = False
        self._reader = threading.Thread(target=self._read, name="worker reader", daemon=True)
        self._reader.start()

    def request(
        self,
        operation: str,
        arguments: dict[str, Any],
        on_done: Callable[[Any], None],
        on_error: Callable[[ErrorInfo], None],
    ) -> int:
        """Send a request and return its number; exactly one of the two is called later."""
        number = next(self._ids)
        self._waiting[number] = _Waiting(on_done, on_error)
        self._send(encode(Request(number, operation, arguments)))
        return number

    def cancel(self, number: int) -> None:
        """Ask that a request be given up; it is answered with an error then."""
        if number in self._waiting:
            self._send(encode(Cancel(number)))

    def close(self) -> None:
        """Hang up. Nobody is called any more; the worker ends by itself."""
        if self._is_closed:
            return
        self._is_closed = True
        self._waiting.clear()
        # Waiting for the worker's end would block the window; the program waits before it ends.
        threading.Thread(target=self._transport.close, name="worker end").start()

    def _send(self, frame: bytes) -> None:
        if self._is_closed:
            return
        # If the worker is gone the reader notices, and tells everybody who waits.
        with contextlib.suppress(OSError, ValueError):
            self._transport.target.write(frame)
            self._transport.target.flush()

    def _read(self) -> None:
        """Read until the worker hangs up; runs in its own thread."""
        reason = "The process that serves the file has ended."
        try:
            while (message := read_message(self._transport.source)) is not None:
                self._post(lambda message=message: self._receive(message))  # type: ignore[misc]
        except (ProtocolError, OSError, ValueError) as err:
            reason = f"The process that serves the file has ended: {err}"
        finally:
            self._transport.source.close()
        self._post(lambda: self._lose(reason))

    def _receive(self, message: object) -> None:
        if self._is_closed:
            return
        if isinstance(message, Notice):
            self.on_notice(message)
        elif isinstance(message, Answer):
            waiting = self._waiting.pop(message.id, None)
            if waiting is None:
                return
            if message.error is None:
                waiting.on_done(message.result)
            else:
                waiting.on_error(ErrorInfo.from_plain(message.error))

    def _lose(self, reason: str) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        complaint = self._transport.close()
        error = ErrorInfo(WORKER_LOST, reason, {"details": complaint[-4000:]})
        waiting, self._waiting = list(self._waiting.values()), {}
        for one in waiting:
            one.on_error(error)
        self.on_lost(error)
