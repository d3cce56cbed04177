"""Saves a picture of the window once there is something to see, and ends the program."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from pytuck_desktop.shell.main_window import MainWindow

_SETTLE_MS = 900
"""After the rows are painted: row counts in the sidebar, the exact count in the status bar."""

_GIVE_UP_MS = 30_000


class Screenshot(QObject):
    """One picture of one window."""

    def __init__(self, window: MainWindow, path: str, *, wants_rows: bool) -> None:
        super().__init__(window)
        self._window = window
        self._path = path
        self._problem = ""
        self._settled = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settled.timeout.connect(self._take)
        self._give_up = QTimer(self, singleShot=True, interval=_GIVE_UP_MS)
        self._give_up.timeout.connect(lambda: self._fail("no rows were painted in time"))
        self._give_up.start()
        if wants_rows:
            window.rows_painted.connect(self._settled.start)
            window.navigation.failed.connect(self._fail)
        else:
            self._settled.start()

    def run(self, qt: QApplication) -> int:
        """Run until the picture is saved; return the exit code."""
        if not self._problem:
            qt.exec()
        self._window.navigation.close_all(lambda: None)
        if self._problem:
            print(f"pytuck-desktop: {self._problem}", file=sys.stderr)  # noqa: T201 - a command
        return 1 if self._problem else 0

    def _take(self) -> None:
        if not self._window.grab().save(self._path):
            self._problem = f"cannot write {self._path}"
        QApplication.exit()

    def _fail(self, problem: str) -> None:
        # Rows of one file may be on the screen while another failed: the failure counts.
        self._problem = problem
        QApplication.exit()
