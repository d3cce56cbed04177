"""Values to and from files, in a thread: a file may be large, or on a slow disk."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

MOST_BYTES = 100 * 1024 * 1024
"""Larger files are not loaded into a cell, nor larger values into a window."""


class ValueFiles(QObject):
    """Loads and saves one file after another.

    Signals:
        loaded: The bytes of a file.
        saved: The path of a file.
        failed: Why it could not be done, in the words of the operating system; `too large` if
            it was not tried.
    """

    loaded = Signal(bytes)
    saved = Signal(str)
    failed = Signal(str)
    _ended = Signal(object)  # what to do on the thread of the window

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._threads = QThreadPool(self)
        self._threads.setMaxThreadCount(1)
        self._ended.connect(lambda run: run(), Qt.ConnectionType.QueuedConnection)

    def load(self, path: str) -> None:
        """Read a file."""

        def read() -> Callable[[], None]:
            if Path(path).stat().st_size > MOST_BYTES:
                return lambda: self.failed.emit("too large")
            data = Path(path).read_bytes()
            return lambda: self.loaded.emit(data)

        self._threads.start(_Task(self, read))

    def save(self, path: str, data: bytes) -> None:
        """Write a file."""

        def write() -> Callable[[], None]:
            Path(path).write_bytes(data)
            return lambda: self.saved.emit(path)

        self._threads.start(_Task(self, write))


class _Task(QRunnable):
    """Does one thing with a file."""

    def __init__(self, owner: ValueFiles, run: Callable[[], Callable[[], None]]) -> None:
        super().__init__()
        self._owner = owner
        self._run = run

    def run(self) -> None:
        try:
            ended = self._run()
        except OSError as err:
            said = err.strerror or str(err)

            def ended() -> None:
                self._owner.failed.emit(said)

        with contextlib.suppress(RuntimeError):  # the window was closed meanwhile
            self._owner._ended.emit(ended)
