"""Scrolling and sorting ten million rows in the real window, and the memory it takes.

    python3 dev.py bench [--long]

Off-screen, warm cache, elapsed time; memory is that of the window and its worker together. The
goals are those of DB Browser for SQLite 3.12 on the same rows, or better.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time

import apsw

from tests.benchmarks._options import read_options
from tests.benchmarks.cold_start import KEPT, ROOT, environment, first_rows_s, millions_file

FIRST_ROWS = "first rows, from the start of the program"
RAW_SORT = "first sorted rows, apsw alone"

GOALS = {
    FIRST_ROWS: 1000.0,
    "repaint": 33.0,
    "scroll by one row": 16.0,
    "any position": 50.0,
    "Ctrl+End": 100.0,
    "first sorted rows": 1600.0,
    "any position, sorted": 20.0,
    "first filtered and sorted rows": 1600.0,
    "idle memory": 180.0,
    "after scrolling everywhere, memory": 250.0,
    "sorted and scrolled, memory": 250.0,
    "longest block of the window": 50.0,
}
"""Milliseconds and MB; the order of an unindexed column itself has none."""


def measured(*, jumps: int, scrolls: int) -> dict[str, float]:
    """Return what one run of the window gave."""
    with tempfile.TemporaryDirectory(prefix="pytuck-bench-") as folder:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.benchmarks._grid_actions",
                str(millions_file(has_gaps=False)),
            ],
            input=json.dumps({"jumps": jumps, "scrolls": scrolls}),
            env=environment(folder),
            cwd=ROOT,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    first_rows = first_rows_s(millions_file(has_gaps=False)) * 1000
    return {FIRST_ROWS: first_rows, **found, RAW_SORT: raw_sort_ms()}


def raw_sort_ms() -> float:
    """Return how long SQLite itself takes for the first sorted rows, which nothing can undercut."""
    connection = apsw.Connection(
        str(millions_file(has_gaps=False)), flags=apsw.SQLITE_OPEN_READONLY
    )
    question = "SELECT * FROM measurements ORDER BY value, id LIMIT 256"
    try:
        started = time.perf_counter()
        rows = connection.execute(question).fetchall()
        elapsed = time.perf_counter() - started
    finally:
        connection.close()
    if len(rows) != 256:
        raise AssertionError(f"{len(rows)} rows instead of 256")
    return elapsed * 1000


def main() -> None:
    """Measure some runs and print medians and goals."""
    is_long = read_options(__doc__).is_long
    KEPT.mkdir(exist_ok=True)
    runs = [
        measured(jumps=100 if is_long else 30, scrolls=3000 if is_long else 600)
        for _ in range(5 if is_long else 1)
    ]
    for what in runs[0]:
        value = statistics.median(run[what] for run in runs)
        goal = GOALS.get(what)
        unit = "MB" if "memory" in what else "ms"
        missed = "  !" if goal is not None and value > goal else ""
        wanted = "" if goal is None else f"   goal <={goal:g} {unit}{missed}"
        print(f"10,000,000 rows: {what:<44}{value:>9.1f} {unit}{wanted}")


if __name__ == "__main__":
    main()
