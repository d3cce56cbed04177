"""The window from the start of its process to the first painted rows, and jumps in ten millions.

    python3 dev.py bench [--long]

Reference: a process that shows an empty PySide6 window. All off-screen, elapsed time, in turn.
The files are made once and kept in `.bench/` (0.9 GB).
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import apsw

from pytuck import Column, PureBaseModel, Storage, declarative_base
from tests.benchmarks._options import read_options
from tests.data import nycflights

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".bench"
MILLIONS = 10_000_000
START_GOAL = 1.5
JUMP_GOAL_MS = 150
DEADLINE_S = 60
FIRST_ROWS = "first_rows_painted"

EMPTY_WINDOW = """
import time
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

class Canvas(QWidget):
    def paintEvent(self, event):
        print(time.monotonic(), flush=True)
        QApplication.quit()

application = QApplication([])
window = QMainWindow()
window.setCentralWidget(Canvas())
window.resize(1100, 700)
window.show()
application.exec()
"""


class Measurement(PureBaseModel):
    """The table of the ten-million-row file: six columns, as the anchors were measured with."""

    __abstract__ = True
    __tablename__ = "measurements"
    id = Column(int, primary_key=True)
    sensor = Column(int, nullable=False)
    place = Column(str, nullable=False)
    value = Column(float)
    unit = Column(str)
    note = Column(str)


def flights_file() -> Path:
    """Return a file with the flights as its only table."""
    path = KEPT / "flights.pytuck"
    if not path.exists():
        unfinished = KEPT / "unfinished.pytuck"
        unfinished.unlink(missing_ok=True)
        nycflights.load(unfinished)
        connection = apsw.Connection(str(unfinished))
        for table in ("airlines", "airports", "planes", "weather"):
            connection.execute(f'DROP TABLE "{table}"')
        connection.execute("VACUUM")
        connection.close()
        unfinished.rename(path)
    return path


def millions_file(*, has_gaps: bool) -> Path:
    """Return a file with ten million rows, with a tenth of the row ids unused or all in use."""
    path = KEPT / ("millions_with_gaps.pytuck" if has_gaps else "millions.pytuck")
    if not path.exists():
        print(f"making {path.name} once ...", flush=True)
        unfinished = KEPT / "unfinished.pytuck"
        unfinished.unlink(missing_ok=True)
        with Storage(unfinished) as storage:
            type("Measurement", (Measurement, declarative_base(storage)), {})
        connection = apsw.Connection(str(unfinished))
        connection.execute(
            """
            WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
            INSERT INTO "measurements"
            SELECT i + 1 + (i / 9) * ?, i % 997, 'place ' || (i % 89), (i * 7919 % 100003) / 8.0,
                   CASE i % 5 WHEN 0 THEN NULL ELSE 'hPa' END, 'row ' || i
            FROM n
            """,
            (MILLIONS, int(has_gaps)),
        )
        connection.close()
        unfinished.rename(path)
    return path


def empty_window_s() -> float:
    """Return the time from the start of a process to the first paint of an empty window."""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", EMPTY_WINDOW],
        env=environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout.split()[0]) - started


def first_rows_s(path: Path) -> float:
    """Return the time from the start of the application to the first painted rows of a file."""
    with tempfile.TemporaryDirectory(prefix="pytuck-bench-") as folder:
        trace = Path(folder) / "trace.jsonl"
        traced = {**environment(folder), "PYTUCK_DESKTOP_TRACE": str(trace)}
        command = [sys.executable, "-m", "pytuck_desktop", str(path)]
        started = time.monotonic()
        process = subprocess.Popen(command, env=traced, cwd=ROOT)
        try:
            return _wait_for(FIRST_ROWS, trace, process) - started
        finally:
            process.terminate()
            process.wait()


def _wait_for(event: str, trace: Path, process: subprocess.Popen[bytes]) -> float:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline and process.poll() is None:
        lines = trace.read_text(encoding="utf-8").splitlines() if trace.exists() else []
        for entry in map(json.loads, lines):
            if entry["event"] == event:
                return float(entry["t"])
        time.sleep(0.01)
    ended = "is still running" if process.poll() is None else f"ended with {process.returncode}"
    raise AssertionError(f"The window never said {event}; its process {ended}.")


def environment(home: str = "") -> dict[str, str]:
    """Return the environment of a window that leaves the user's own settings alone."""
    own = {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home} if home else {}
    fixed = {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    # Without compiled modules every start would compile the sources again.
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, **own, **fixed}


def jumps_ms(path: Path, positions: list[int]) -> dict[str, list[float]]:
    """Return milliseconds from a key press, or a move, to painted rows in an open window."""
    with tempfile.TemporaryDirectory(prefix="pytuck-bench-") as folder:
        done = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks._jumps", str(path)],
            input=json.dumps(positions),
            env=environment(folder),
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
        )
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return found


def print_starts(rounds: int) -> None:
    """Measure cold starts, the empty window and each file in turn, and print the ratios."""
    files = {
        "flights, 336,776 rows": flights_file(),
        "10,000,000 rows": millions_file(has_gaps=False),
        "10,000,000 rows with gaps": millions_file(has_gaps=True),
    }
    empty: list[float] = []
    starts: dict[str, list[float]] = {name: [] for name in files}
    for number in range(rounds + 1):
        seconds = empty_window_s()
        found = {name: first_rows_s(path) for name, path in files.items()}
        if number > 0:  # the first round warms the caches
            empty.append(seconds)
            for name, value in found.items():
                starts[name].append(value)
    base = statistics.median(empty)
    print(f"{'empty window to first paint':<44}{base * 1000:>8.0f} ms")
    for name, values in starts.items():
        middle = statistics.median(values)
        missed = "  !" if middle / base > START_GOAL else ""
        print(
            f"{name + ' to first rows':<44}{middle * 1000:>8.0f} ms   ratio {middle / base:>5.2f}"
            f"   goal <={START_GOAL}{missed}"
        )


def print_jumps(count: int) -> None:
    """Measure jumps in the open window and print medians and the worst."""
    rng = random.Random(4)
    positions = [rng.randrange(MILLIONS) for _ in range(count)]
    for has_gaps in (False, True):
        name = "10,000,000 rows with gaps" if has_gaps else "10,000,000 rows"
        for what, values in jumps_ms(millions_file(has_gaps=has_gaps), positions).items():
            worst = max(values)
            missed = "  !" if worst > JUMP_GOAL_MS else ""
            print(
                f"{f'{name}: {what}':<60}{statistics.median(values):>8.0f} ms   "
                f"worst {worst:>5.0f} ms   goal <={JUMP_GOAL_MS} ms{missed}"
            )


def main() -> None:
    """Measure starts and jumps and print them."""
    is_long = read_options(__doc__).is_long
    KEPT.mkdir(exist_ok=True)
    print_starts(15 if is_long else 5)
    print_jumps(100 if is_long else 20)


if __name__ == "__main__":
    main()
