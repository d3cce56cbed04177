"""Kills in the middle of an upgrade of three revisions, at random times.

    python -m tests.benchmarks.migration_kills [--long]

Says how often the database was as before, how often it had all revisions, and how often neither,
which must never be.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.benchmarks._options import read_options
from tests.core.migrations.kills import kill_upgrades

_RUNS, _RUNS_LONG = 10, 100


def main() -> int:
    options = read_options(__doc__)
    is_perfect = True
    for ending in ("pytuck", "sqlite", "json", "duckdb"):
        with tempfile.TemporaryDirectory() as folder:
            runs = _RUNS_LONG if options.is_long else _RUNS
            found = kill_upgrades(Path(folder), f"a.{ending}", runs, seed=runs)
        print(f"{ending:8}{found.untouched:5} as before{found.done:5} done", flush=True)
        for mixture in found.mixtures or ():
            print(f"        {mixture}")
            is_perfect = False
    return 0 if is_perfect else 1


if __name__ == "__main__":
    sys.exit(main())
