"""How a benchmark measures: subject and reference in turn, medians, ratios.

Absolute times drift from machine to machine and from hour to hour; ratios from one run count.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Clock = Callable[[], float]
Measured = Callable[[], int]
"""Does the work and returns its size, such as the rows read; sizes are checked."""


@dataclass(frozen=True)
class Work:
    """One line of the table.

    Attributes:
        name: What is done.
        ours, raw: Prepare one run, outside of the measured time, and return what is measured.
        size: What both must return.
        goal: The ratio that is wanted; None if there is none.
        is_wall: Measure elapsed time; else the time of the processor.
    """

    name: str
    ours: Callable[[], Measured]
    raw: Callable[[], Measured]
    size: int
    goal: float | None = None
    is_wall: bool = False


@dataclass
class Timing:
    """Seconds of every round."""

    ours: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """Median of ours to median of the reference."""
        return statistics.median(self.ours) / statistics.median(self.raw)


def measure(work: Work, rounds: int) -> Timing:
    """Run both sides in turn (A B A B), after one round that does not count."""
    timing = Timing()
    for number in range(rounds + 1):
        for prepare, seconds in ((work.ours, timing.ours), (work.raw, timing.raw)):
            elapsed = _once(prepare(), work)
            if number > 0:
                seconds.append(elapsed)
    return timing


def _once(measured: Measured, work: Work) -> float:
    clock: Clock = time.perf_counter if work.is_wall else time.process_time
    gc.collect()
    started = clock()
    size = measured()
    elapsed = clock() - started
    if size != work.size:
        raise AssertionError(f"{work.name}: {size} instead of {work.size}")
    return elapsed


def print_table(rows: Sequence[tuple[Work, Timing]], reference: str) -> None:
    """Print medians, ratios and goals."""
    print(f"{'work':<54}{'ours':>11}{reference:>11}{'ratio':>8}{'goal':>8}")
    for work, timing in rows:
        name = f"{work.name} (wall)" if work.is_wall else work.name
        goal = f"<={work.goal:g}" if work.goal is not None else ""
        missed = "  !" if work.goal is not None and timing.ratio > work.goal else ""
        ours, raw = statistics.median(timing.ours), statistics.median(timing.raw)
        print(
            f"{name:<54}{ours * 1000:>8.1f} ms{raw * 1000:>8.1f} ms"
            f"{timing.ratio:>8.2f}{goal:>8}{missed}"
        )
