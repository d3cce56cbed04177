"""Events of start-up and painting with their times, for benchmarks; off unless asked for.

The environment variable `PYTUCK_DESKTOP_TRACE` names a file; each event appends one JSON line
`{"event": name, "t": seconds}` on the clock of `time.monotonic()`.
"""

from __future__ import annotations

import os
import time

_PATH = os.environ.get("PYTUCK_DESKTOP_TRACE", "")


def mark(event: str) -> None:
    """Append the event with the present time, if tracing is on. `event` is a plain word."""
    if not _PATH:
        return
    now = time.monotonic()
    with open(_PATH, "a", encoding="utf-8") as file:
        file.write(f'{{"event": "{event}", "t": {now:.6f}}}\n')
