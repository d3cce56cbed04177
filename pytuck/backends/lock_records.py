"""Since when who writes to which file: a small table in memory that a user's processes share.

The operating system knows who holds a lock, at best, but not for how long. So whoever takes the
write lock of a database says it here. Taking a lock waits for nobody's note, and a note that is
missing or was overwritten costs nothing but a detail of an error message.

The table is one sparse file of fixed size for each user, in a folder that nobody else can write.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
import stat
import struct
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

_SLOT = struct.Struct("=8sQQ")
"""The mark of a file, a process id (0 for nobody), and since when, in nanoseconds."""

_SLOTS = 4096
"""Files that fall on the same slot overwrite each other's notes."""

_SIZE = _SLOT.size * _SLOTS


class WriterNote(NamedTuple):
    """What a process said when it took the write lock.

    Attributes:
        process: Its id.
        since_ns: When that was, by `time.monotonic_ns`, which all processes of a machine share.
    """

    process: int
    since_ns: int

    @property
    def held_s(self) -> float:
        """For how many seconds it has had it."""
        return max(time.monotonic_ns() - self.since_ns, 0) / 1e9


class WriterNotes:
    """The notes about one file.

    Args:
        path: The database; if there is no such file, nothing is noted.
    """

    def __init__(self, path: str) -> None:
        self._table: mmap.mmap | None = None
        self._mark, self._offset = b"", 0
        with contextlib.suppress(OSError, ValueError):
            status = Path(path).stat()
            name = f"{status.st_dev}:{status.st_ino}".encode()
            digest = hashlib.blake2b(name, digest_size=12).digest()
            self._mark = digest[:8]
            self._offset = int.from_bytes(digest[8:], "little") % _SLOTS * _SLOT.size
            self._table = _shared_table()

    def note(self, process: int) -> None:
        """Say that a process has just taken the write lock. Cost: less than a microsecond."""
        if self._table is not None:
            _SLOT.pack_into(self._table, self._offset, self._mark, process, time.monotonic_ns())

    def clear(self, process: int) -> None:
        """Say that a process does not hold it any more, unless another one has said so since."""
        note = self.read()
        if self._table is not None and note is not None and note.process == process:
            _SLOT.pack_into(self._table, self._offset, self._mark, 0, 0)

    def read(self) -> WriterNote | None:
        """Return what the last one to take the lock said; None if nobody did, or it was let go."""
        if self._table is None:
            return None
        mark, process, since_ns = _SLOT.unpack_from(self._table, self._offset)
        return WriterNote(process, since_ns) if mark == self._mark and process else None


_opened: list[mmap.mmap | None] = []
_opening = threading.Lock()


def _shared_table() -> mmap.mmap | None:
    """Return the table of this user; None where it cannot be had."""
    with _opening:
        if not _opened:
            try:
                _opened.append(_open_table())
            except (OSError, ValueError):
                _opened.append(None)
        return _opened[0]


def _open_table() -> mmap.mmap:
    folder = _private_folder()
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    file = os.open(folder / "writers", flags | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        if os.fstat(file).st_size < _SIZE:
            os.truncate(file, _SIZE)
        return mmap.mmap(file, _SIZE)
    finally:
        os.close(file)


def _private_folder() -> Path:
    """Return a folder that is this user's alone.

    Raises:
        OSError: Somebody else has made one of this name.
    """
    base = os.environ.get("XDG_RUNTIME_DIR")
    if not hasattr(os, "getuid"):
        folder = Path(tempfile.gettempdir(), "pytuck")
    elif base and os.access(base, os.W_OK):
        folder = Path(base, "pytuck")
    else:
        folder = Path(tempfile.gettempdir(), f"pytuck-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    is_mine = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    if not is_mine or not stat.S_ISDIR(status.st_mode) or _others_may_write(status):
        raise PermissionError(f"{folder} belongs to somebody else")
    return folder


def _others_may_write(status: os.stat_result) -> bool:
    return os.name == "posix" and bool(status.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
