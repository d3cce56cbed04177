"""Looking after an open database: checks, backups, compacting, repeating what lost a race."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

from pytuck.common.exceptions import ConflictError, LockTimeout
from pytuck.common.progress import CancelToken, ProgressListener, Work
from pytuck.core.open_database import OpenDatabase

T = TypeVar("T")

_LONGEST_PAUSE_S = 0.05
"""Between two tries; a different pause for each lets two that met pass one another."""


class Upkeep(OpenDatabase):
    """Checks, copies and compacts the database."""

    def check(
        self, progress: ProgressListener | None = None, cancel: CancelToken | None = None
    ) -> list[str]:
        """Return what is wrong with the database, as sentences; nothing if it is whole.

        Damage, rows that break their table's rules or refer to nothing, and what the file keeps
        for itself and contradicts its tables. Cost: the whole file is read.

        Args:
            progress: Is told, in steps of which nobody knows the number, that it goes on.
            cancel: Stops it.
        """
        return self._engine.check(Work(progress, cancel))

    def backup(
        self,
        target: str | Path,
        *,
        overwrite: bool = False,
        progress: ProgressListener | None = None,
        cancel: CancelToken | None = None,
    ) -> Path:
        """Copy the database into a file while it is in use, and return the file's path.

        The copy is one state of what is committed, that of its beginning, and stands at `target`
        only when it is whole and on the disk. Nobody waits for it; where a SQLite file has no
        write-ahead log, writers may, if they were so busy that it began anew three times. An
        encrypted database is copied with its encryption, and a document as a file of its kind.

        Args:
            overwrite: Replace what stands at `target`.
            progress: Is told how far the copying is.
            cancel: Stops it; nothing new stands at `target` then.

        Raises:
            ConfigurationError: There is a file already, or it is the open file itself.
            StorageFullError: It cannot be written.
        """
        work = Work(progress, cancel)
        return self._engine.backup(Path(target).expanduser(), overwrite=overwrite, work=work)

    def compact(
        self, progress: ProgressListener | None = None, cancel: CancelToken | None = None
    ) -> int:
        """Give the room of deleted rows back to the disk, and return how many bytes that were.

        What killed programs left beside the file is taken away, too.

        Args:
            progress: Is told, in steps of which nobody knows the number, that it goes on.
            cancel: Stops it; the file is as it was then.

        Raises:
            TransactionError: A transaction is open in this thread.
            ReadOnlyError: The file is open for reading only.
            StorageFullError: The disk has no room for another copy of the rows.
        """
        return self._engine.compact(self.transaction_connection, Work(progress, cancel))

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
