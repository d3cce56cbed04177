"""Many threads of many processes count up one number in one file, as fast as they can.

    python -m tests.core.concurrency.contention PATH raw|statement|session SECONDS THREADS

runs the threads of one process and prints what each has counted, as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import apsw

from pytuck import Column, Session, Storage, declarative_base, update

ROOT = Path(__file__).resolve().parents[3]
TIMEOUT_S = 30.0

Count = Callable[[], None]


@dataclass(frozen=True)
class Contest:
    """What came of it.

    Attributes:
        counted: What the threads say.
        stored: What the file says.
        errors: What was raised.
        fewest: By the thread that got the least, in parts of the mean.
        longest_wait_s: The longest that one count took.
    """

    counted: int
    stored: int
    errors: list[str]
    fewest: float
    longest_wait_s: float
    per_s: float


def contend(path: Path, way: str, seconds: float, processes: int = 4, threads: int = 4) -> Contest:
    """Have processes count up at the same time.

    Args:
        path: Of a new file.
        way: `raw`: the driver alone. `statement`: `storage.run` and an update. `session`:
            `storage.run` and a session that reads the object, changes and commits it.
    """
    with Storage(path) as storage:
        columns = [Column(int, name="id", primary_key=True), Column(int, name="value", default=0)]
        storage.create_table("counters", columns)
        storage.insert("counters", {})
    command = [sys.executable, "-m", __name__, str(path), way, str(seconds), str(threads)]
    running = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(processes)
    ]
    for process in running:  # all begin when all are there
        assert process.stdout is not None
        process.stdout.readline()
    for process in running:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    answers = [json.loads(process.communicate(timeout=seconds + 120)[0]) for process in running]
    with Storage(path) as storage:
        stored = storage.select("counters", 1)["value"]
    counts = [count for answer in answers for count in answer["counts"]]
    return Contest(
        sum(counts),
        stored,
        [error for answer in answers for error in answer["errors"]],
        min(counts) * len(counts) / max(sum(counts), 1),
        max(answer["longest_wait_s"] for answer in answers),
        sum(counts) / seconds,
    )


class _Threads:
    """The threads of one process."""

    def __init__(self, seconds: float, threads: int) -> None:
        self.seconds = seconds
        self.counts = [0] * threads
        self.errors: list[str] = []
        self.longest_wait_s = 0.0

    def run(self, make: Callable[[], Count]) -> None:
        """Count up in all of them until the time is over."""
        threads = [
            threading.Thread(target=self._count, args=(make, number))
            for number in range(len(self.counts))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _count(self, make: Callable[[], Count], number: int) -> None:
        count_up = make()
        now = time.monotonic()
        end = now + self.seconds
        while now < end:
            began = now
            try:
                count_up()
                self.counts[number] += 1
            except Exception as err:  # noqa: BLE001 - whatever it is, it is what is counted
                self.errors.append(repr(err))
            now = time.monotonic()
            self.longest_wait_s = max(self.longest_wait_s, now - began)


def _raw(path: str) -> Callable[[], Count]:
    def make() -> Count:
        connection = apsw.Connection(path)
        connection.set_busy_timeout(int(TIMEOUT_S * 1000))
        connection.pragma("synchronous", "FULL")

        def count_up() -> None:
            connection.execute("BEGIN IMMEDIATE")
            value = connection.execute("SELECT value FROM counters WHERE id = 1").get
            connection.execute("UPDATE counters SET value = ? WHERE id = 1", (value + 1,))
            connection.execute("COMMIT")

        return count_up

    return make


def _ours(path: str, way: str) -> Callable[[], Count]:
    storage = Storage(path, timeout_s=TIMEOUT_S)

    class Counter(declarative_base(storage)):  # type: ignore[misc]
        __tablename__ = "counters"
        id = Column(int, primary_key=True)
        value = Column(int, default=0)

    one_more = update(Counter).where(Counter.id == 1).values(value=Counter.value + 1)

    def count_with_session(opened: Storage) -> None:
        with Session(opened) as session:
            counter = session.get(Counter, 1)
            assert counter is not None
            counter.value += 1

    def count_with_statement(opened: Storage) -> None:
        opened.execute(one_more)

    work = count_with_session if way == "session" else count_with_statement
    return lambda: lambda: storage.run(work)


def main() -> None:
    path, way, seconds, threads = sys.argv[1:]
    make = _raw(path) if way == "raw" else _ours(path, way)
    print("ready", flush=True)
    sys.stdin.readline()
    contest = _Threads(float(seconds), int(threads))
    contest.run(make)
    print(
        json.dumps(
            {
                "counts": contest.counts,
                "errors": contest.errors,
                "longest_wait_s": contest.longest_wait_s,
            }
        )
    )


if __name__ == "__main__":
    main()
