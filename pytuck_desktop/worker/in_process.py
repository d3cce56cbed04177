"""The same server in a thread of this process, for tests."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import IO

from pytuck_desktop.worker.server import Server


class ThreadTransport:
    """A line to a server that runs in a thread."""

    def __init__(self) -> None:
        requests_in, requests_out = os.pipe()
        answers_in, answers_out = os.pipe()
        self.source: IO[bytes] = os.fdopen(answers_in, "rb")
        self.target: IO[bytes] = os.fdopen(requests_out, "wb")
        self._streams = (os.fdopen(requests_in, "rb"), os.fdopen(answers_out, "wb", buffering=0))
        self._thread = threading.Thread(target=self._serve, name="worker", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        source, target = self._streams
        try:
            Server(source, target).run()
        finally:
            target.close()
            source.close()

    def close(self) -> str:
        """Hang up and wait for the server to end."""
        with contextlib.suppress(OSError):
            self.target.close()
        self._thread.join(timeout=10)
        return ""
