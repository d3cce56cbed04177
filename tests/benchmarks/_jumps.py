"""Runs the real window on a file, jumps about in it and prints how long each jump took.

Started by `cold_start.py`: the file as argument, row numbers as JSON on standard input.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from pytuck_desktop import __main__ as application
from pytuck_desktop.features.grid.table import GridTable
from pytuck_desktop.features.grid.view import GridView

DEADLINE_MS = 20_000


def drive(positions: list[int]) -> dict[str, list[float]]:
    """Return milliseconds of every jump, by kind."""
    view = open_view()
    keys = {"Ctrl+End": Qt.Key.Key_End, "Ctrl+Home": Qt.Key.Key_Home}
    found: dict[str, list[float]] = {name: [] for name in keys}
    found["any position by the scroll bar"] = []
    for position in positions:
        for name, key in keys.items():
            press = _pressing(view.table, key)
            found[name].append(_jump_ms(view.table, press))
        move = partial(view.bar.setValue, position)
        found["any position by the scroll bar"].append(_jump_ms(view.table, move))
    return found


def open_view() -> GridView:
    """Return the open grid once it has painted rows."""
    deadline = time.monotonic() + DEADLINE_MS / 1000
    while time.monotonic() < deadline:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
        views = [widget for widget in QApplication.allWidgets() if isinstance(widget, GridView)]
        for view in views:
            if view.isVisible():
                until_painted(view.table, view.table.viewport().update)
                return view
    raise AssertionError("The window shows no table.")


def _pressing(table: GridTable, key: Qt.Key) -> Callable[[], None]:
    return lambda: QTest.keyClick(table, key, Qt.KeyboardModifier.ControlModifier)


def _jump_ms(table: GridTable, jump: Callable[[], None]) -> float:
    """Return how long it took until the rows at the new place were painted."""
    before = table.top_row
    started = time.perf_counter()
    until_painted(table, jump)
    elapsed = time.perf_counter() - started
    if table.top_row == before:
        raise AssertionError(f"The jump led nowhere: row {before} is still the first one.")
    return elapsed * 1000


def until_painted(table: GridTable, act: Callable[[], None]) -> None:
    """Act and let the window work until a paint shows real rows; asks for no paint itself."""
    loop = QEventLoop()
    outcome: list[bool] = []

    def painted(_line: int, is_real: bool) -> None:
        if is_real:  # it may happen inside `act`: a key press is delivered and painted at once
            outcome.append(True)
            loop.quit()

    table.painted.connect(painted)
    QTimer.singleShot(DEADLINE_MS, loop, loop.quit)
    act()
    if not outcome:
        loop.exec()
    table.painted.disconnect(painted)
    if not outcome:
        raise AssertionError(f"No rows were painted at row {table.top_row}.")


def main() -> None:
    """Run the application with the driver in place of a person."""
    positions: list[int] = json.load(sys.stdin)

    def execute(*_arguments: object) -> int:
        print(json.dumps(drive(positions)), flush=True)
        return 0

    QApplication.exec = staticmethod(execute)
    sys.argv = ["pytuck-desktop", str(Path(sys.argv[1]))]
    application.main()


if __name__ == "__main__":
    main()
