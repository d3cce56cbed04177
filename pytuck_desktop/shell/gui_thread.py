"""Brings what other threads have to say to the GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal


class GuiThread(QObject):
    """`post(call)` may be called from any thread; `call` runs in the thread this was made in."""

    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, call: Callable[[], object]) -> None:
        """Run `call` in the GUI thread, later."""
        try:
            self._posted.emit(call)
        except RuntimeError:
            # The application ended while a reader thread still had an answer: nobody waits for it.
            return

    @staticmethod
    def _run(call: Callable[[], object]) -> None:
        call()
