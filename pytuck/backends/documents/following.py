"""How a document notices what others save: it looks at the file, and reads it again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from pytuck.backends.commits_of_others import NOTHING_SEEN, Seen
from pytuck.backends.documents.file_state import FileState
from pytuck.common.exceptions import FilePermissionError, PytuckException

_LONG_LOOK_S = 0.001
_PAUSE_PER_LOOK = 10
"""So many times as long as a long look took is waited for the next: a file takes some microseconds,
a folder of thousands some milliseconds of the processor."""


class FileFollower:
    """Has a document read again when somebody else has saved it, while nobody writes to it here.

    A file that is gone is not followed: whoever saves next is told.

    Args:
        path: The document.
        known: Tells the state of the file that was read or saved last.
        is_written: Tells whether something is written here, or not saved yet.
        read_again: Reads the document; returns whether its tables have another structure.

    Attributes:
        readings: How often it was read again.
        new_schemas: How often that changed the structure of its tables.
    """

    def __init__(
        self,
        path: Path,
        *,
        known: Callable[[], FileState | None],
        is_written: Callable[[], bool],
        read_again: Callable[[], bool],
    ) -> None:
        self._path = path
        self._known = known
        self._is_written = is_written
        self._read_again = read_again
        self._looking = threading.Lock()
        self._next_look = 0.0
        self._refused: tuple[FileState, PytuckException] | None = None
        self.readings = 0
        self.new_schemas = 0

    def look(self) -> None:
        """Look at the file, unless that was done just now.

        Raises:
            SerializationError: What stands there now cannot be read; it is not tried again before
                the file changes once more.
        """
        if self._is_written() or time.monotonic() < self._next_look:
            return
        with self._looking:
            if not self._is_written():
                self._look()

    def look_now(self) -> None:
        """Look at the file, for the one who has just taken the lock.

        Raises:
            SerializationError: What stands there now cannot be read.
        """
        with self._looking:
            self._look()

    def _look(self) -> None:
        state = self._state()
        if state is None or state == self._known():
            return
        if self._refused is not None and self._refused[0] == state:
            raise self._refused[1].with_traceback(None)
        try:
            has_new_schema = self._read_again()
        except PytuckException as err:
            self._refused = (state, err)
            raise
        self._refused = None
        self.readings += 1
        self.new_schemas += has_new_schema

    def _state(self) -> FileState | None:
        began = time.thread_time()  # not what the processor does for others meanwhile
        try:
            return FileState.of(self._path)
        except OSError as err:
            raise FilePermissionError(
                f"'{self._path}' cannot be reached any more ({err.strerror}). Ask for the "
                "permission to enter its folder.",
                details={"path": str(self._path)},
            ) from err
        finally:
            took_s = time.thread_time() - began
            if took_s > _LONG_LOOK_S:
                self._next_look = time.monotonic() + took_s * _PAUSE_PER_LOOK


class SavesOfOthers:
    """Tells the change feed what others have saved."""

    def __init__(self, follower: FileFollower) -> None:
        self._follower = follower
        self._readings = follower.readings
        self._new_schemas = follower.new_schemas

    def look(self) -> Seen:
        """Return whether others have saved the document since the last look.

        Raises:
            PytuckException: The file cannot be read now.
        """
        follower = self._follower
        follower.look()
        has_others = follower.readings != self._readings
        if not has_others:
            return NOTHING_SEEN
        has_new_schema = follower.new_schemas != self._new_schemas
        self._readings, self._new_schemas = follower.readings, follower.new_schemas
        return Seen(has_others=True, has_new_schema=has_new_schema)

    def close(self) -> None:
        """Do nothing: there is nothing open."""
