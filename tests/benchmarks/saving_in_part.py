"""Saving 100 changed rows of a JSONL file and of a folder of CSV files, against writing everything.

    python3 dev.py bench [--long]

100,000 rows of six columns, with `--long` 1,000,000; with and without a key of integers. Elapsed
time, since both wait for the disk: in part and whole in turn, medians. The rows are added, changed
in one place or at places all over the table, and deleted all over it. The goal is for a million.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

from pytuck import Column, Storage
from pytuck.backends.reflection import tables_in_order
from pytuck.backends.table_copying import EngineRows
from pytuck.common.options import BackendOptions, CsvBackendOptions
from pytuck.formats.csv_format import CsvFormat
from pytuck.formats.jsonl_format import JsonlFormat
from tests.benchmarks._options import read_options

CHANGED = 100
GOAL = 20
FORMATS: dict[str, tuple[JsonlFormat | CsvFormat, str, BackendOptions | None]] = {
    "JSONL": (JsonlFormat(), ".jsonl", None),
    "CSV folder": (CsvFormat(), "", CsvBackendOptions(layout="folder")),
}
Edit = Callable[["Subject"], None]


class Subject:
    """A document of one table that is open.

    Args:
        has_key: The table has a key of integers.
    """

    def __init__(self, folder: Path, kind: str, count: int, *, has_key: bool) -> None:
        self.count = count
        self._format, suffix, self._options = FORMATS[kind]
        self._copy = folder / f"whole{suffix}"
        path = folder / f"people{suffix}"
        self.storage = self._open(path)
        self.storage.create_table("people", _columns(has_key=has_key))
        self.storage.bulk_insert("people", list(_records(1, count)))
        self._random = random.Random(count)
        self._gone: set[int] = set()
        self.storage.close()
        self.storage = self._open(path)

    def _open(self, path: Path) -> Storage:
        return Storage(path, engine=self._format.name, backend_options=self._options)

    def save(self) -> float:
        """Save what was changed, and return the seconds."""
        started = time.perf_counter()
        self.storage.flush()
        return time.perf_counter() - started

    def save_all(self) -> float:
        """Write everything to another place, and return the seconds."""
        with self.storage.engine.connection() as connection:
            rows = [EngineRows(connection, table) for table in tables_in_order(connection)]
            started = time.perf_counter()
            self._format.save(self._copy, rows, self._options)  # type: ignore[arg-type]
            return time.perf_counter() - started

    def add(self) -> None:
        """Add rows."""
        records = _records(self.count + 1, CHANGED)
        self.storage.bulk_insert("people", list(records))
        self.count += CHANGED

    def change_one_place(self) -> None:
        """Change rows that follow one another."""
        first = self._random.randrange(1, self.count - CHANGED)
        self._change(range(first, first + CHANGED))

    def change_all_over(self) -> None:
        """Change rows anywhere."""
        self._change(self._some())

    def delete_all_over(self) -> None:
        """Delete rows anywhere."""
        for key in self._some():
            self.storage.delete("people", key)
            self._gone.add(key)

    def _change(self, keys: range | list[int]) -> None:
        name = f"changed {self._random.random()}"
        for key in keys:
            self.storage.update("people", key, {"name": name})

    def _some(self) -> list[int]:
        drawn = self._random.sample(range(1, self.count), 2 * CHANGED)
        return [key for key in drawn if key not in self._gone][:CHANGED]


EDITS: dict[str, Edit] = {
    "added": Subject.add,
    "changed in one place": Subject.change_one_place,
    "changed all over": Subject.change_all_over,
    "deleted all over": Subject.delete_all_over,
}


def _columns(*, has_key: bool) -> list[Column]:
    key = [Column(int, name="id", primary_key=True)] if has_key else [Column(int, name="id")]
    rest = {"name": str, "email": str, "age": int, "score": float, "day": date}
    return [*key, *(Column(kind, name=name) for name, kind in rest.items())]


def _records(first: int, count: int) -> Iterator[dict[str, object]]:
    day = date(2000, 1, 1)
    for i in range(first, first + count):
        yield {
            "id": i,
            "name": f"name {i}",
            "email": f"user{i}@example.com",
            "age": i % 90,
            "score": (i % 1000) / 8,
            "day": day + timedelta(days=i % 9000),
        }


def main() -> None:
    """Measure and print."""
    options = read_options(__doc__)
    count = 1_000_000 if options.is_long else 100_000
    print(f"{f'100 rows of {count:,}':<54}{'in part':>11}{'whole':>11}{'faster':>8}{'goal':>8}")
    for kind in FORMATS:
        for has_key in (True, False):
            with tempfile.TemporaryDirectory() as folder:
                subject = Subject(Path(folder), kind, count, has_key=has_key)
                for name, edit in EDITS.items():
                    work = f"{kind}{'' if has_key else ' without a key'}: {name}"
                    _print(work, *_measured(subject, edit, 5), has_goal=options.is_long)
                subject.storage.discard()


def _measured(subject: Subject, edit: Edit, rounds: int) -> tuple[float, float]:
    """Return the median seconds in part and whole, after one round that does not count."""
    parts, wholes = [], []
    for _ in range(rounds + 1):
        edit(subject)
        parts.append(subject.save())
        wholes.append(subject.save_all())
    return statistics.median(parts[1:]), statistics.median(wholes[1:])


def _print(name: str, part: float, whole: float, *, has_goal: bool) -> None:
    goal = f">={GOAL}" if has_goal else ""
    missed = "  !" if has_goal and whole / part < GOAL else ""
    print(
        f"{name:<54}{part * 1000:>8.1f} ms{whole * 1000:>8.1f} ms"
        f"{whole / part:>8.1f}{goal:>8}{missed}",
        flush=True,
    )


if __name__ == "__main__":
    main()
