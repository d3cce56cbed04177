"""What it costs to compare two schemas of 500 tables.

    python3 dev.py bench

Goal: under 0.5 s, whatever differs. Beside it the time to read the same tables from a file, which
a comparison with a file takes anyway. Time of the processor, the best of several rounds.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from pytuck import Storage
from pytuck.schema import Column, CreateTable, ForeignKey, Index, Table, compare
from pytuck.types import TYPES
from tests.benchmarks._options import read_options

TABLES, COLUMNS, ROUNDS = 500, 12, 3
GOAL_S = 0.5
KINDS = list(TYPES.values())


def schema() -> list[Table]:
    """Return tables with a dozen columns, two indexes and a foreign key each."""
    return [
        Table(
            f"table_{number}",
            (
                Column("id", TYPES[int], nullable=False, primary_key=True),
                *(
                    Column(f"column_{place}", KINDS[place % 5], comment=f"the {place}th")
                    for place in range(COLUMNS)
                ),
                Column("parent", TYPES[int]),
            ),
            primary_key=("id",),
            foreign_keys=(ForeignKey(("parent",), f"table_{number // 2}", ("id",)),),
            indexes=(
                Index(f"first_{number}", ("column_1",)),
                Index(f"second_{number}", ("column_2", "column_3"), is_unique=True),
            ),
            rowid_alias="id",
        )
        for number in range(TABLES)
    ]


def changed(table: Table) -> Table:
    """Return a table with a column less, one more, one of another type, and another index."""
    columns = list(table.columns)
    columns[5] = replace(columns[5], name="renamed_5")
    columns[6] = replace(columns[6], type=TYPES[bytes], comment=None)
    indexes = (replace(table.indexes[0], is_unique=True), table.indexes[1])
    return replace(table, columns=tuple(columns), indexes=indexes)


def renamed(table: Table) -> Table:
    """Return a table under another name."""
    return replace(table, name=f"other_{table.name}", foreign_keys=(), indexes=())


def main() -> None:
    """Print the seconds of each comparison."""
    read_options(__doc__)
    found = schema()
    cases = {
        "no difference": schema(),
        "every table differs": [changed(table) for table in schema()],
        "every table has another name": [renamed(table) for table in schema()],
        "all tables are new": schema(),
    }
    print(f"{'comparison of 500 tables with 500':40}{'seconds':>9}{'changes':>9}{'proposals':>11}")
    for name, wanted in cases.items():
        there = [] if name.startswith("all") else found
        comparison = compare(there, wanted)
        seconds = best(lambda there=there, wanted=wanted: compare(there, wanted))
        counts = f"{len(comparison.changes):>9}{len(comparison.proposals):>11}"
        print(f"{name:40}{seconds:>9.3f}{counts}{'' if seconds < GOAL_S else '  over the goal'}")
    print(f"{'reading 500 tables from a file':40}{reading(found):>9.3f}")


def reading(tables: list[Table]) -> float:
    """Return the seconds it takes to read the structure of the tables from a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tables.pytuck"
        with Storage(path) as storage:
            storage.change(*(CreateTable(table.name, table) for table in tables))

        def read() -> None:
            with Storage(path) as again:
                assert len([again.get_table(name).schema for name in again.tables]) == TABLES

        return best(read)


def best(run: Callable[[], object]) -> float:
    """Return the least seconds of the processor that some rounds took."""
    times = []
    for _ in range(ROUNDS):
        before = time.process_time()
        run()
        times.append(time.process_time() - before)
    return min(times)


if __name__ == "__main__":
    main()
