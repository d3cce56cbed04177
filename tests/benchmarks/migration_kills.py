"""Kills in the middle of an upgrade of three revisions, and of changes of DuckDB, at random times.

    python -m tests.benchmarks.migration_kills [--long]

Says how often the database was as before, how often it had all revisions, and how often neither,
which must never be; and the same of a program that changes the tables of one DuckDB file over and
over.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.benchmarks._options import read_options
from tests.core.migrations.kills import kill_upgrades
from tests.core.schema.structure_kills import kill_changes_again_and_again

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
    with tempfile.TemporaryDirectory() as folder:
        kills = _RUNS_LONG if options.is_long else _RUNS
        count = kill_changes_again_and_again(Path(folder, "a.duckdb"), kills, seed=kills)
    print(f"one file {count}", flush=True)
    return 0 if is_perfect and count.is_perfect else 1


if __name__ == "__main__":
    sys.exit(main())
