"""How a connection waits for a lock that somebody else has, and what it says if that is in vain."""

from __future__ import annotations

import random
import time

from pytuck.backends.lock_holders import LockHolder
from pytuck.common.exceptions import LockTimeout

_FIRST_PAUSE_S = 0.0005
_LONGEST_PAUSE_S = 0.025
"""SQLite's own pauses grow to 100 ms; by then others have had the lock hundreds of times."""


class LockWait:
    """Waits for the lock of a file, with pauses, until a deadline; a driver's busy handler.

    It holds nothing meanwhile, so an exception such as that of Ctrl+C comes through at once.

    Args:
        timeout_s: How long, in seconds.
    """

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._began = 0.0

    def __call__(self, tries: int) -> bool:
        """Pause; return whether to try again.

        Args:
            tries: How often it was tried in vain before, for the lock that is waited for now.
        """
        now = time.monotonic()
        if tries == 0:
            self._began = now
        left = self._began + self.timeout_s - now
        if left <= 0:
            return False
        # Pauses by chance: nobody is always the one who comes too late.
        longest = min(_FIRST_PAUSE_S * 2 ** min(tries, 6), _LONGEST_PAUSE_S)
        time.sleep(min(random.uniform(longest / 4, longest), left))  # noqa: S311 - no secret
        return True


def waited_in_vain(
    label: str, holder: LockHolder, timeout_s: float, table: str | None = None
) -> LockTimeout:
    """Return the error of somebody who waited for a lock until the deadline.

    Args:
        label: The file, for the message.
        holder: Who has it.
    """
    does = "reads it" if holder.is_reading else "writes to it"
    if holder.held_s is not None:
        has = f"has held its lock for {holder.held_s:.1f} s"
    elif holder.process is not None:
        has = f"{does}; since when is not known"
    else:
        has = f"{does}, or has just finished"
    return LockTimeout(
        f"'{label}' could not be locked within {timeout_s:g} s: {holder} {has}. "
        "Try again when it has finished, or wait longer with timeout_s.",
        table_name=table,
        details={
            "path": label,
            "holder_process": holder.process,
            "holder_program": holder.program,
            "held_s": None if holder.held_s is None else round(holder.held_s, 3),
            "timeout_s": timeout_s,
        },
    )
