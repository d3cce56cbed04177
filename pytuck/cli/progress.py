"""How far the work is, on one line of stderr."""

from __future__ import annotations

import sys
import time

from pytuck.common.progress import Progress

_SECONDS_BETWEEN = 0.2


class ProgressLine:
    """Shows how far the work is where a person is looking, and is silent elsewhere.

    Args:
        is_quiet: Show nothing.
    """

    def __init__(self, *, is_quiet: bool) -> None:
        self._is_shown = not is_quiet and sys.stderr.isatty()
        self._last = 0.0
        self._width = 0

    def __call__(self, progress: Progress) -> None:
        """Show how far it is, a few times a second."""
        now = time.monotonic()
        if not self._is_shown or now - self._last < _SECONDS_BETWEEN:
            return
        self._last = now
        total = f" of {progress.total:,}" if progress.total else ""
        text = f"{progress.task} {progress.table}: {progress.done:,}{total} {progress.unit}"
        self._show(text)

    def clear(self) -> None:
        """Take the line away."""
        if self._width:
            self._show("")

    def _show(self, text: str) -> None:
        print(f"\r{text.ljust(self._width)}", end="" if text else "\r", file=sys.stderr, flush=True)
        self._width = len(text)
