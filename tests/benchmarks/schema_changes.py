"""Changes of large tables beside what SQLite alone needs for them.

    python -m tests.benchmarks.schema_changes [--long]

A column that may be empty is added to a table of ten million rows (a million without `--long`): goal
50 ms, whatever the rows. A type is changed in a table of a million rows, beside `CREATE TABLE`,
`INSERT INTO new SELECT ... FROM old`, `DROP TABLE` and `ALTER TABLE ... RENAME` of `apsw` with the
same pragmas: goal 1.3. Elapsed time, since the disk counts.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from pytuck import Column, Storage
from tests.benchmarks._options import read_options

_COLUMNS = {"id": "INTEGER PRIMARY KEY", "a": "INTEGER", "b": "TEXT", "c": "REAL", "d": "TEXT"}
_FILL = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO t SELECT i, i * 7, 'text number ' || i, i * 0.5, '' || (i * 3) FROM n
"""
_CHANGES: list[tuple[str, type[Any], str]] = [
    ("a", str, "TEXT"),
    ("d", int, "INTEGER"),
    ("c", Decimal, "TEXT"),
]


def main() -> int:
    options = read_options(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        _add_column(Path(folder), 10_000_000 if options.is_long else 1_000_000)
        for column, kind, declared in _CHANGES:
            _change_type(Path(folder), column, kind, declared, rounds=3)
    return 0


def _made(path: Path, rows: int) -> Storage:
    storage = Storage(path)
    kinds: list[tuple[str, type[Any]]] = [("a", int), ("b", str), ("c", float), ("d", str)]
    columns = [Column(kind, name=name) for name, kind in kinds]
    storage.create_table("t", [Column(int, name="id", primary_key=True), *columns])
    storage.execute_sql(_FILL, (rows,))
    return storage


def _add_column(folder: Path, rows: int) -> None:
    with _made(folder / "large.pytuck", rows) as storage:
        for number in range(3):
            seconds = _timed(lambda n=number: storage.add_column("t", Column(str, name=f"n{n}")))  # type: ignore[misc]
            print(f"a column added to {rows:,} rows: {seconds * 1000:.1f} ms (goal: 50 ms)")


def _change_type(folder: Path, column: str, kind: type[Any], declared: str, rounds: int) -> None:
    ours, raw = [], []
    for number in range(rounds):
        with _made(folder / f"{column}{number}.pytuck", 1_000_000) as storage:
            ours.append(_timed(lambda: storage.alter_column("t", column, col_type=kind)))
        with _made(folder / f"{column}{number}-raw.pytuck", 1_000_000) as storage:
            raw.append(_timed(lambda: _rebuild(storage, column, declared)))
    ratio = statistics.median(ours) / statistics.median(raw)
    old = _COLUMNS[column]
    print(f"{old} -> {kind.__name__}, a million rows: {ratio:.2f} (goal: 1.3)", flush=True)


def _rebuild(storage: Storage, column: str, declared: str) -> None:
    columns = {**_COLUMNS, column: declared}
    definition = ", ".join(f"{name} {type_}" for name, type_ in columns.items())
    with storage.engine.connection() as connection, connection.transaction():
        connection.fetch(f"CREATE TABLE new ({definition})")
        connection.fetch("INSERT INTO new SELECT * FROM t")
        connection.fetch("DROP TABLE t")
        connection.fetch("ALTER TABLE new RENAME TO t")


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
