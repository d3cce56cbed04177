"""Prints what was measured of the peers, as ratios to the reference."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.benchmarks.peers import data
from tests.benchmarks.peers.works import WORKS, Work

MEMORY_GOAL_MB = 140
"""With 100,000 users."""

NOTHING = "–"


@dataclass
class Measured:
    """What is known of one peer.

    Attributes:
        title: The head of its column.
        seconds: The times of each work, one a round.
        given_up: The works that took too long, and after how many seconds they were ended.
        peak_mb: The most memory its process had after the works that read.
        trouble: Why nothing is known, if so.
    """

    title: str
    seconds: dict[str, list[float]] = field(default_factory=dict)
    given_up: dict[str, int] = field(default_factory=dict)
    peak_mb: float | None = None
    trouble: str = ""

    def median(self, work: str) -> float | None:
        """Return the seconds of a work, None if it cannot do it."""
        seconds = self.seconds.get(work)
        return statistics.median(seconds) if seconds else None


def print_peers(raw: Measured, ours: Measured, others: Sequence[Measured], users: int) -> None:
    """Print the table: the reference in milliseconds, the others as ratios to it."""
    columns = [ours, *others]
    _print_line("work", raw.title, [peer.title for peer in columns], "our goal")
    for name, work in WORKS.items():
        _print_work(name, work, raw, columns, data.Size(users))
    peaks = [_megabytes(peer.peak_mb) for peer in columns]
    goal = MEMORY_GOAL_MB * max(1.0, users / data.USUAL_USERS)
    missed = ours.peak_mb is not None and ours.peak_mb > goal
    _print_line(
        "peak memory after reads", _megabytes(raw.peak_mb), peaks, _goal(f"<={goal:.0f} MB", missed)
    )
    print(_legend(users))
    for peer in columns:
        if peer.trouble:
            print(f"{peer.title} {NOTHING}: {peer.trouble}")


def _print_work(
    name: str, work: Work, raw: Measured, columns: Sequence[Measured], size: data.Size
) -> None:
    base, mine = raw.median(name), columns[0].median(name)
    if base is None or mine is None:
        return
    if work.goal_ms is None:
        cells = [_ratio(peer, name, base) for peer in columns]
        goal = _goal(f"<={work.goal:g}", work.goal is not None and mine / base > work.goal)
    else:
        cells = [_milliseconds(peer.median(name)) for peer in columns]
        goal = _goal(f"<={work.goal_ms:g} ms", mine * 1000 > work.goal_ms)
    title = work.title.format(**size.words()) + (" (wall)" if work.is_wall else "")
    _print_line(title, _milliseconds(base), cells, goal)


def _print_line(title: str, base: str, cells: Sequence[str], goal: str) -> None:
    print(f"{title:<46}{base:>10}{''.join(f'{cell:>12}' for cell in cells)}  {goal}", flush=True)


def _goal(text: str, is_missed: bool) -> str:
    return f"{text:>9}  {'missed' if is_missed else 'met'}"


def _ratio(peer: Measured, work: str, base: float) -> str:
    seconds = peer.median(work)
    if seconds is not None:
        ratio = seconds / base
        return f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"
    return f">{peer.given_up[work] / base:,.0f}" if work in peer.given_up else NOTHING


def _milliseconds(seconds: float | None) -> str:
    if seconds is None:
        return NOTHING
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _megabytes(peak: float | None) -> str:
    return NOTHING if peak is None else f"{peak:.0f} MB"


def _legend(users: int) -> str:
    return f"""
Python {sys.version.split()[0]}; {users:,} users of 6 columns, {users * 27 // 10:,} orders of 5, an index on
the orders' user. Everyone has the same rows. SQL: one file, journal_mode=WAL, synchronous=NORMAL,
foreign keys checked. TinyDB and pytuck 1.4 write their file anew at the end of a work, without
waiting for the disk; what they have no word for (joins, groups) is written in Python.
Numbers are ratios to apsw, which makes tuples where others make objects; medians, everyone in
turn; time of the processor, or elapsed time where marked (wall).
{NOTHING} there is no such thing; >N it was ended after so long. The goals are set for {data.USUAL_USERS:,} users."""
