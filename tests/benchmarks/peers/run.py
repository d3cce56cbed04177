"""Measures one peer in its own process and environment.

    python run.py NAME FOLDER USERS fill|time|reads [WORK...]

`fill` writes the data, `time` measures the works named, each several times, and `reads` does those
that read once, for the memory they take. Prints one line of JSON: the seconds of each work, which
of them were given up as too long, and the peak memory.
"""

from __future__ import annotations

import gc
import importlib
import json
import signal
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import base  # noqa: F401 - loaded here, so that `import` times only what the peer brings
import data
from works import GIVEN_UP_S, SLOW_S, WORKS

REPEATS, REPEAT_S = 7, 0.5


class TookTooLongError(Exception):
    """A work was given up."""


def main(name: str, folder: str, count: str, how: str, *works: str) -> None:
    """Do what is asked of a peer and print what was found."""
    started = time.perf_counter()
    module = importlib.import_module(f"{name}_peer")
    seconds, given_up = {"import": time.perf_counter() - started}, []
    size = data.Size(int(count))
    peer = module.Peer(Path(folder), size)
    if how == "fill" and not peer.is_filled():
        peer.fill()
    expected = sizes(size) if how == "time" else {}
    for work in [name for name in works if hasattr(peer, name)]:
        try:
            seconds[work] = _timed(peer, work, expected) if expected else _once(peer, work, {})
        except TookTooLongError:
            given_up.append(work)
    print(json.dumps({"seconds": seconds, "given_up": given_up, "peak_mb": peak_mb()}))


def _timed(peer: Any, work: str, expected: dict[str, int]) -> float:
    first = _once(peer, work, expected)
    if first >= SLOW_S:
        return first
    times: list[float] = []
    end = time.perf_counter() + REPEAT_S
    while not times or (len(times) < REPEATS and time.perf_counter() < end):
        times.append(_once(peer, work, expected))
    return statistics.median(times)


def _once(peer: Any, work: str, expected: dict[str, int]) -> float:
    measured = getattr(peer, work)()
    clock = time.perf_counter if WORKS[work].is_wall else time.process_time
    gc.collect()
    _set_alarm(GIVEN_UP_S)
    started = clock()
    found = measured()
    elapsed = clock() - started
    _set_alarm(0)
    if expected and found != expected[work]:
        raise AssertionError(f"{work}: {found} instead of {expected[work]}")
    return elapsed


def _set_alarm(seconds: int) -> None:
    if hasattr(signal, "alarm"):  # Windows has none: there a work takes as long as it takes
        signal.alarm(seconds)


def _give_up(*_: object) -> None:
    raise TookTooLongError


def peak_mb() -> float | None:
    """Return the most memory this process had, None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    unit = 1024**2 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def sizes(size: data.Size) -> dict[str, int]:
    """Return what each work must return."""
    return {
        "add_all": size.new,
        "bulk_insert": size.new,
        "gets": size.gets,
        "filtered": size.tenth,
        "objects": size.users,
        "tuples": size.users,
        "or_count": data.or_count(size),
        "group_by": len(set(data.CITIES[:7])),
        "join_tuples": size.tenth,
        "join_objects": size.tenth,
        "eager": size.parents * data.ORDERS_EACH * 9 // 10,
        "update": size.tenth,
        "delete": size.tenth,
        "delete_leaves": data.leaves(size),
        "open": 1,
        "commits": data.COMMITS,
    }


if __name__ == "__main__":
    if hasattr(signal, "SIGALRM"):
        signal.signal(signal.SIGALRM, _give_up)
    main(*sys.argv[1:])
