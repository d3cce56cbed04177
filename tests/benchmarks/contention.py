"""Four processes of four threads count up one number, beside the same loop on `apsw` alone.

    python -m tests.benchmarks.contention [--long]

All commits are durable (`synchronous=FULL`). The loop of `apsw` is `BEGIN IMMEDIATE`, a read, an
update, `COMMIT`, with SQLite's own way of waiting. Goal: 0.8 of its counts, none lost, no errors.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from tests.benchmarks._options import read_options
from tests.core.concurrency.contention import Contest, contend

_WAYS = ("raw", "statement", "session")
_GOAL = 0.8


def main() -> int:
    options = read_options(__doc__)
    seconds, rounds = (30.0, 2) if options.is_long else (3.0, 3)
    found: dict[str, list[Contest]] = {way: [] for way in _WAYS}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            for way in _WAYS:
                path = Path(folder, f"{way}{number}.pytuck")
                found[way].append(contend(path, way, seconds))
    raw = statistics.median(contest.per_s for contest in found["raw"])
    print(f"{'':12}{'per s':>8}{'ratio':>8}{'exact':>8}{'errors':>8}{'fewest':>8}{'longest':>10}")
    for way, contests in found.items():
        _print(way, contests, raw)
    print(f"goal: ratio {_GOAL}. fewest: of one thread, in parts of the mean. longest: one count.")
    ours = [contest for way in _WAYS[1:] for contest in found[way]]
    return 0 if all(one.stored == one.counted and not one.errors for one in ours) else 1


def _print(way: str, contests: list[Contest], raw: float) -> None:
    per_s = statistics.median(contest.per_s for contest in contests)
    is_exact = all(contest.stored == contest.counted for contest in contests)
    errors = sum(len(contest.errors) for contest in contests)
    fewest = min(contest.fewest for contest in contests)
    longest_s = max(contest.longest_wait_s for contest in contests)
    print(
        f"{way:12}{per_s:8.0f}{per_s / raw:8.2f}{'yes' if is_exact else 'NO':>8}{errors:8}"
        f"{fewest:8.2f}{longest_s:8.2f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
