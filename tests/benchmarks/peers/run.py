"""Measures one peer, in its own process and environment: `python run.py NAME FOLDER USERS HOW`.

HOW is `warm` (each work is done twice, and the second time counts), `cold` for those that take
minutes, or `reads` (only the works that read, for the memory they take). Prints one line of JSON:
seconds by work, -1 where the peer has no such thing, and the peak memory.
"""

from __future__ import annotations

import gc
import importlib
import json
import resource
import sys
import time
from pathlib import Path

import data

READS = ("gets", "filtered", "objects", "tuples", "or_count", "group_by", "join_tuples", "eager")


def main(name: str, folder: str, count: str, how: str) -> None:
    """Run the works of a peer once each."""
    size = data.Size(int(count))
    peer = importlib.import_module(f"{name}_peer").Peer(Path(folder), size)
    expected = sizes(size)
    seconds: dict[str, float] = {}
    if not peer.is_filled():
        peer.fill()
    for work, (_, _, is_wall) in data.WORKS.items():
        if how == "reads" and work not in READS:
            continue
        prepare = getattr(peer, work, None)
        if prepare is None:
            seconds[work] = -1
            continue
        if how == "warm":
            prepare()()
        measured = prepare()
        clock = time.perf_counter if is_wall else time.process_time
        gc.collect()
        started = clock()
        found = measured()
        seconds[work] = clock() - started
        if found != expected[work]:
            raise AssertionError(f"{name}, {work}: {found} instead of {expected[work]}")
        peer.after(work)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb}))


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
        "open": 1,
        "commits": data.COMMITS,
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
