"""How long work tells how far it is, and how it is stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pytuck.common.exceptions import CancelledError

Task = Literal["reading", "writing", "verifying", "copying", "checking", "compacting", "migrating"]
Unit = Literal["rows", "bytes", "steps"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work is.

    Attributes:
        task: What is being done.
        table: The table it is being done to; empty where it is the file as a whole.
        done: How many units are done.
        total: How many there are in all; None while nobody knows.
    """

    task: Task
    table: str
    done: int
    total: int | None
    unit: Unit = "rows"


ProgressListener = Callable[[Progress], None]
"""Is told how far the work is, every thousand rows or so, in the thread that does it."""


class CancelToken:
    """Stops long work; any thread may cancel it."""

    def __init__(self) -> None:
        self._is_cancelled = threading.Event()

    def cancel(self) -> None:
        """Have the work end with `CancelledError` at its next step."""
        self._is_cancelled.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether the work is to end."""
        return self._is_cancelled.is_set()

    def check(self) -> None:
        """Go on, unless the work is to end.

        Raises:
            CancelledError: `cancel` was called.
        """
        if self._is_cancelled.is_set():
            raise CancelledError("The work was cancelled; nothing was changed.")


@dataclass(frozen=True, slots=True)
class Work:
    """Who is told of the work, and who may stop it.

    Attributes:
        progress: Is told how far it is.
        cancel: Ends it.
    """

    progress: ProgressListener | None = None
    cancel: CancelToken | None = None

    def step(
        self,
        task: Task,
        table: str,
        done: int,
        total: int | None = None,
        unit: Unit = "rows",
    ) -> None:
        """Tell how far the work is; to be called after each batch.

        Raises:
            CancelledError: The work is to end.
        """
        if self.progress is not None:
            self.progress(Progress(task, table, done, total, unit))
        if self.cancel is not None:  # whoever was told may have cancelled it
            self.cancel.check()


SILENT = Work()
"""Work that nobody watches."""
