"""Runs the real window on a file, scrolls and sorts in it and prints what it cost.

Started by `grid_of_millions.py`: the file as argument, options as JSON on standard input.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from pytuck_desktop import __main__ as application
from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.workspace.conditions import ColumnTest, Operator, all_of
from tests.benchmarks._jumps import open_view, until_painted

ORDER_DEADLINE_S = 180
_TICK_MS = 5


class Watchdog:
    """Notes the most work the window does at one time, in which it cannot react.

    It is counted in time of the processor: what other programs take of it is not the window's.
    """

    def __init__(self) -> None:
        self.longest_ms = 0.0
        self._last = time.thread_time()
        self._timer = QTimer(interval=_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.thread_time()
        self.longest_ms = max(self.longest_ms, (now - self._last) * 1000)
        self._last = now


def measure(options: dict[str, int]) -> dict[str, float]:
    """Return what was measured: milliseconds, and memory in MB."""
    view = open_view()
    column = view.viewmodel.column_names.index("value")
    chance = random.Random(4)
    wait_until(lambda: view.viewmodel.count_is_exact)
    watchdog = Watchdog()
    found = {
        "idle memory": memory_mb(),
        "repaint": median_ms(view.table.viewport().repaint, 20),
        "scroll by one row": scroll_step_ms(view, 60),
        "any position": jumps_ms(view, options["jumps"], chance),
        "Ctrl+End": end_ms(view, 10),
        "after scrolling everywhere, memory": scroll_everywhere(view, options["scrolls"], chance),
    }
    found["first sorted rows"], found["sorted order complete"] = sort_ms(view, column)
    found["any position, sorted"] = jumps_ms(view, options["jumps"], chance)
    found["first filtered and sorted rows"] = filter_ms(view)
    found["sorted and scrolled, memory"] = scroll_everywhere(view, options["scrolls"], chance)
    found["longest block of the window"] = watchdog.longest_ms
    return found


def wait_until(condition: Callable[[], bool], deadline_s: float = ORDER_DEADLINE_S) -> None:
    """Let the window work until a condition holds."""
    deadline = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("It did not happen in time.")
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)


def median_ms(act: Callable[[], object], times: int) -> float:
    """Return the median time of something that is done at once."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000


def scroll_step_ms(view: GridView, times: int) -> float:
    """Return the median time of one row further, painted."""
    bar = view.table.verticalScrollBar()

    def step() -> None:
        bar.setValue(bar.value() + 1)
        QCoreApplication.processEvents()

    return median_ms(step, times)


def jumps_ms(view: GridView, times: int, chance: random.Random) -> float:
    """Return the median time from a move of the scroll bar to painted rows."""
    taken = []
    for _ in range(times):
        position = chance.randrange(view.bar.maximum())
        started = time.perf_counter()
        until_painted(view.table, partial(view.bar.setValue, position))
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1000


def end_ms(view: GridView, times: int) -> float:
    """Return the median time from Ctrl+End, pressed at the beginning, to the painted last row."""
    taken = []
    last = view.viewmodel.row_count - 1
    for _ in range(times):
        until_painted(view.table, partial(view.bar.setValue, 0))
        started = time.perf_counter()
        until_painted(view.table, view.last_row)
        taken.append(time.perf_counter() - started)
        if view.viewmodel.displayed(last) is None:
            raise AssertionError("The last row is not shown.")
    return statistics.median(taken) * 1000


def filter_ms(view: GridView) -> float:
    """Return the time to the first rows of a LIKE filter, on top of the sort; take it off again."""
    rows = view.viewmodel
    shown: list[float] = []
    rows.reset.connect(lambda: shown.append(time.perf_counter()))
    started = time.perf_counter()
    rows.rows.set_filter(all_of(ColumnTest("note", Operator.CONTAINS, ("999",))))
    wait_until(lambda: bool(shown))
    until_painted(view.table, view.table.viewport().update)
    first = time.perf_counter() - started
    wait_until(lambda: rows.is_order_ready and rows.count_is_exact)
    shown.clear()
    rows.rows.set_filter(None)
    wait_until(lambda: bool(shown) and rows.is_order_ready)
    return first * 1000


def scroll_everywhere(view: GridView, times: int, chance: random.Random) -> float:
    """Go to very many places, each painted, and return the memory then."""
    for _ in range(times):
        position = chance.randrange(view.bar.maximum())
        until_painted(view.table, partial(view.bar.setValue, position))
    return memory_mb()


def sort_ms(view: GridView, column: int) -> tuple[float, float]:
    """Return the times from the click on a header to sorted rows, and to all of them."""
    rows = view.viewmodel
    started = time.perf_counter()
    shown: list[float] = []
    rows.reset.connect(lambda: shown.append(time.perf_counter()))
    view.table.column_header.sort_asked.emit(column, False)
    wait_until(lambda: bool(shown))
    until_painted(view.table, view.table.viewport().update)
    first = time.perf_counter() - started
    values = [rows.displayed(row) for row in range(view.table.visible_rows)]
    if view.table.top_row or None in values or {cells[column][0] for cells in values} != {"0.0"}:
        raise AssertionError("The rows are not sorted.")
    wait_until(lambda: rows.is_order_ready)
    return first * 1000, (time.perf_counter() - started) * 1000


def memory_mb() -> float:
    """Return what the window and its worker hold of memory for themselves, in MB."""
    own = str(QCoreApplication.applicationPid())
    children = Path(f"/proc/{own}/task/{own}/children").read_text(encoding="ascii").split()
    return sum(map(_private_mb, [own, *children]))


def _private_mb(process: str) -> float:
    """Return the proportional share: pages of shared libraries count once."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("Pss_Anon:"))
    return int(kilobytes) / 1024


def main() -> None:
    """Run the application with the driver in place of a person."""
    options: dict[str, int] = json.load(sys.stdin)

    def execute(*_arguments: object) -> int:
        print(json.dumps(measure(options)), flush=True)
        return 0

    QApplication.exec = staticmethod(execute)
    sys.argv = ["pytuck-desktop", str(Path(sys.argv[1]))]
    application.main()


if __name__ == "__main__":
    main()
