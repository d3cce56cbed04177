"""Looking after an open database: checks, backups, compacting, repeating what lost a race."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

from pytuck.common.exceptions import ConflictError, LockTimeout
from pytuck.core.open_database import OpenDatabase

T = TypeVar("T")

_LONGEST_PAUSE_S = 0.05
"""Between two tries; a different pause for each lets two that met pass one another."""


class Upkeep(OpenDatabase):
    """Checks, copies and compacts the database."""

    def check(self) -> list[str]:
        """Return what is wrong with the database: damage, rows that refer to nothing; or nothing.

        Cost: the whole file is read.
        """
        return self._engine.check()

    def backup(self, target: str | Path, *, overwrite: bool = False) -> Path:
        """Copy the database into a file while it is in use, and return the file's path.

        The copy is what was committed when it began, and stands at `target` only when it is
        whole and on the disk. An encrypted database is copied with its encryption.

        Args:
            overwrite: Replace what stands at `target`.

        Raises:
            ConfigurationError: There is a file already, or it is the open file itself.
        """
        return self._engine.backup(Path(target).expanduser(), overwrite=overwrite)

    def compact(self) -> int:
        """Give the room of deleted rows back to the disk, and return how many bytes that were.

        Raises:
            TransactionError: A transaction is open in this thread.
            ReadOnlyError: The file is open for reading only.
        """
        return self._engine.compact(self.transaction_connection)

    def run(self, work: Callable[[Self], T], retries: int = 3) -> T:
        """Do work in a transaction, again if it lost a race, and return what it returns.

        Args:
            work: Called with this storage inside of `transaction()`; sessions made there take
                part in it. It must bear to be called several times.
            retries: How often to try again after a lock that was not free in time, or a row
                that somebody else changed meanwhile.

        Raises:
            LockTimeout, ConflictError: It lost each time.
        """
        left = 0 if self.transaction_connection is not None else retries
        while True:
            try:
                with self.transaction() as opened:
                    return work(opened)
            except (LockTimeout, ConflictError):
                if left <= 0:
                    raise
                left -= 1
                time.sleep(random.uniform(0, _LONGEST_PAUSE_S))  # noqa: S311 - no secret
