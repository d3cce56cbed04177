"""Loads what the first filter, edit or save needs, beside everything else and before it is needed.

At the start these modules would keep the user waiting; loaded by the first click, they would make
the window stand still for a tenth of a second.
"""

from __future__ import annotations

import threading
from importlib import import_module

from PySide6.QtCore import QObject, QTimer

_WAIT_MS = 1500
"""The start is over by then, and the user is looking at the first rows."""

_MODULES = (
    "pytuck_desktop.workspace.filter_statements",
    "pytuck_desktop.workspace.saving",
    "pytuck_desktop.widgets.condition_texts",
    "pytuck_desktop.features.grid.block_edits",
    "pytuck_desktop.features.grid.editors",
)


class WarmUp(QObject):
    """Loads the modules once, in a thread of its own."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        QTimer.singleShot(_WAIT_MS, self, self._start)

    def _start(self) -> None:
        threading.Thread(target=_load, name="warm-up", daemon=True).start()


def _load() -> None:
    for name in _MODULES:
        import_module(name)
