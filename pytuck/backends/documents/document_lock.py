"""Which storage of which process may write to a document: a file beside it that is locked."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import threading
import time
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytuck.backends.documents.file_state import unwritable
from pytuck.backends.file_check import is_writable
from pytuck.backends.file_locks import FileLock
from pytuck.backends.lock_holders import LockHolder, program_of, thread_name
from pytuck.backends.lock_waiting import LockWait, waited_in_vain
from pytuck.backends.open_files import FileNumber, file_number
from pytuck.common.exceptions import DeadlockError, LockTimeout

LOCK_ENDING = ".pytuck-lock"
_LONGEST_NAME = 255
"""Bytes; most file systems take no longer ones."""

_held_here: weakref.WeakValueDictionary[FileNumber, DocumentLock] = weakref.WeakValueDictionary()
"""The locks of this process by the files that are locked."""


def lock_place(path: Path) -> Path:
    """Return where the file of a document's lock is: beside it.

    A folder in which nobody may write beside it, such as a mounted drive, has it inside.
    """
    name = f".{path.name}{LOCK_ENDING}"
    if len(os.fsencode(name)) > _LONGEST_NAME:
        name = f".{hashlib.sha256(os.fsencode(path.name)).hexdigest()[:16]}{LOCK_ENDING}"
    beside = path.with_name(name)
    is_inside = path.is_dir() and not beside.exists() and not is_writable(path.parent)
    return path / name if is_inside else beside


def can_be_locked(path: Path) -> bool:
    """Return whether the operating system lets this process have the lock of a document."""
    return is_writable(lock_place(path).parent)


class DocumentLock:
    """The lock of one document, as one storage takes it.

    Attributes:
        path: The document itself; whoever comes by a link to it would not find the lock.
        timeout_s: How long to wait for it, in seconds.
    """

    def __init__(self, path: Path, timeout_s: float) -> None:
        self.path = path
        self.timeout_s = timeout_s
        self._lock: FileLock | None = None
        self._thread: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this storage has it, in this process."""
        return self._lock is not None and self._lock.is_held

    def take(self, program: str, left_s: float) -> None:
        """Wait for the lock.

        Args:
            program: What this program calls itself, for those who wait meanwhile.
            left_s: What is left of `timeout_s`.

        Raises:
            DeadlockError: This thread has it, through another storage.
            LockTimeout: Somebody else kept it for longer than the deadline.
            FilePermissionError, StorageFullError: Its file cannot be made.
        """
        place = lock_place(self.path)
        lock = FileLock(place)
        wait, tries = LockWait(left_s), 0
        try:
            while not lock.try_take():
                self._refuse_to_wait_for_itself(place)
                if not wait(tries):
                    raise self.waited_in_vain()
                tries += 1
        except OSError as err:
            raise unwritable(self.path, err) from err
        self._lock, self._thread = lock, threading.get_ident()
        number = file_number(place)
        if number is not None:
            _held_here[number] = self
        lock.write_note(_note(program))

    def release(self) -> None:
        """Let the next one write, if this one has the lock."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def holder(self) -> LockHolder | None:
        """Return who else has the lock just now; None if nobody has. It takes some microseconds."""
        if self.is_held:
            return None
        place = lock_place(self.path)
        try:
            note = FileLock(place).note()
        except OSError:  # whoever takes the lock is told
            return None
        if note is None:
            return None
        return _Holding.parse(note).holder(_thread_with(place))

    def waited_in_vain(self) -> LockTimeout:
        """Return the error of somebody who has waited until the deadline."""
        return waited_in_vain(str(self.path), self.holder() or LockHolder(), self.timeout_s)

    def _refuse_to_wait_for_itself(self, place: Path) -> None:
        if _thread_with(place) == threading.get_ident():
            raise DeadlockError(
                f"'{self.path}' has changes in another storage of this program that are not in "
                "the file yet, so it cannot be written through this one. Flush or close the other "
                "one first, or use one storage for both.",
                details={"path": str(self.path)},
            )


def _thread_with(place: Path) -> int | None:
    """Return the thread of this process that took the lock with this file; None if none did."""
    number = file_number(place)
    lock = None if number is None else _held_here.get(number)
    return None if lock is None or not lock.is_held else lock._thread


def _note(program: str) -> bytes:
    held = {
        "process": os.getpid(),
        "machine": platform.node(),
        "program": program,
        "since": round(time.time(), 3),
    }
    return json.dumps(held).encode()


@dataclass(frozen=True, slots=True)
class _Holding:
    """What somebody has noted who has the lock; nothing of it need be true."""

    process: int | None = None
    machine: str | None = None
    program: str | None = None
    since: float | None = None

    @classmethod
    def parse(cls, note: bytes) -> _Holding:
        """Return what a note says, as far as it can be read."""
        found: Any = None
        with contextlib.suppress(ValueError, RecursionError):
            found = json.loads(note)
        if not isinstance(found, dict):
            return cls()
        kinds: dict[str, Any] = {"process": int, "machine": str, "program": str, "since": float}
        return cls(**{name: found[name] for name in kinds if type(found.get(name)) is kinds[name]})

    def holder(self, thread: int | None) -> LockHolder:
        """Return whom it speaks of."""
        is_elsewhere = self.machine not in (None, platform.node())
        held_s = None if self.since is None else max(time.time() - self.since, 0.0)
        program = self.program
        is_nameless = not program or program.startswith("-")  # typed in, or given by `python -c`
        if is_nameless and not is_elsewhere:
            program = program_of(self.process)
        return LockHolder(
            self.process,
            program or None,
            thread_name(thread) if self.process == os.getpid() else None,
            held_s,
            machine=self.machine if is_elsewhere else None,
        )
