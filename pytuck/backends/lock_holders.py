"""Who keeps others from writing to a SQLite file: found out when somebody waited in vain.

The file itself is never opened for it: closing it would drop the locks that this process holds
on it ("How To Corrupt An SQLite Database", 2.2). Linux tells the locks of all processes.
"""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from pytuck.backends.lock_records import WriterNote, WriterNotes

_LOCKS = Path("/proc/locks")
_WAL_WRITE_BYTE = 120
"""Of the `-shm` file; whoever has it locked writes (SQLite's source, `os_unix.c` and `wal.c`)."""

_PENDING_BYTE = 0x40000000
"""Of the database, where there is no write-ahead log; RESERVED and SHARED come behind it."""


@dataclass(frozen=True, slots=True)
class LockHolder:
    """What is known of the one that somebody waits for.

    Attributes:
        process: Its id; None if the system does not tell.
        program: The name of its program.
        thread: The name of its thread, if it is this process.
        machine: The name of its machine, if it is another one.
        held_s: For how many seconds it has held the lock; None if it did not say when it took it.
        is_reading: It reads, and a writer waits for it to finish.
    """

    process: int | None = None
    program: str | None = None
    thread: str | None = None
    held_s: float | None = None
    is_reading: bool = False
    machine: str | None = None

    def __str__(self) -> str:
        who = "another program" if self.process is None else f"process {self.process}"
        if self.machine is not None:
            return f"{who} of the machine '{self.machine}'"
        if self.process == os.getpid():
            who = f"another thread of this process ({self.process})"
            if self.thread is not None:
                who = f"thread '{self.thread}' of this process ({self.process})"
        elif self.program is not None:
            who += f" ({self.program})"
        return who


def find_holder(path: str, notes: WriterNotes, thread: int | None) -> LockHolder:
    """Return what can be found out about who has a file locked just now.

    Args:
        notes: What processes of this library said about the file.
        thread: The thread of this process that was the last to take the lock.
    """
    note, is_reading = notes.read(), False
    process = _locking_process(f"{path}-shm", _WAL_WRITE_BYTE, 1, "WRITE")
    if process is None:
        process = _locking_process(path, _PENDING_BYTE, 512, "WRITE")
    if process is None:
        process = _locking_process(path, _PENDING_BYTE, 512, "READ", but=os.getpid())
        is_reading = process is not None
    if process is None and note is not None and not _LOCKS.exists():
        process = note.process
    return LockHolder(
        process,
        program_of(process),
        thread_name(thread) if process == os.getpid() else None,
        _held_s(note, process) if not is_reading else None,
        is_reading,
    )


def _held_s(note: WriterNote | None, process: int | None) -> float | None:
    if note is None or process is None or note.process != process:
        return None
    return note.held_s


def _locking_process(
    path: str, start: int, length: int, kind: str, but: int | None = None
) -> int | None:
    """Return the process that has some of these bytes of a file locked; None if none is seen."""
    with contextlib.suppress(OSError, ValueError):
        number = Path(path).stat().st_ino
        for line in _LOCKS.read_text("ascii").splitlines():
            fields = line.split()
            if len(fields) != 8 or fields[3] != kind:  # those who wait have an arrow more
                continue
            process, inode = int(fields[4]), int(fields[5].rpartition(":")[2])
            first, last = int(fields[6]), int(fields[7]) if fields[7] != "EOF" else start + length
            is_it = inode == number and first < start + length and last >= start
            if is_it and process > 0 and process != but:
                return process
    return None


def program_of(process: int | None) -> str | None:
    """Return the name of the program that a process runs; None where the system does not tell."""
    if process is None:
        return None
    with contextlib.suppress(OSError):
        return Path(f"/proc/{process}/comm").read_text("utf-8", "replace").strip() or None
    return None


def thread_name(thread: int | None) -> str | None:
    """Return the name of a thread of this process; None if there is none."""
    return next((found.name for found in threading.enumerate() if found.ident == thread), None)
