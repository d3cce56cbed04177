"""Opens each file that it is given and says what came of it: run as a program, with limits."""

from __future__ import annotations

import json
import resource
import signal
import sys
from pathlib import Path

from pytuck import PytuckException, Storage

MOST_MEMORY = 1 << 30
MOST_SECONDS = 10


def outcome(path: str) -> dict[str, object]:
    """Return the rows, or the error, as plain data."""
    try:
        with Storage(path, create=False) as storage:
            rows = {name: len(storage.query(name, [])) for name in storage.tables}
    except PytuckException as err:
        return {"is_ours": True, "error": type(err).__name__, "message": err.message}
    except BaseException as err:  # noqa: BLE001 - which one is what the tests ask
        return {"is_ours": False, "error": type(err).__name__, "message": str(err)}
    return {"rows": rows}


def limit_memory() -> None:
    """Leave the program a gigabyte more than it has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MOST_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


if __name__ == "__main__":
    limit_memory()
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    found = {}
    for name in sys.argv[1:]:
        signal.alarm(MOST_SECONDS)
        found[name] = outcome(name)
        signal.alarm(0)
    print(json.dumps(found))
