"""Locks by files, which the operating system takes back from a process however it ends.

Who has opened the file of a lock and locked it has the lock. The file goes with the lock; one that
a killed program left behind means nothing, and goes with the next lock.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import weakref
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_MOST_NOTE_BYTES = 4096
_LOCKED_BYTE = 1 << 30
"""On Windows nobody else can read what is locked; this is far behind the note."""

_NO_LOCKS = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)
"""What file systems say that know no locks."""


class FileLock:
    """A lock that one of all those who know its path has at a time, in whatever process.

    Two objects of one process keep one another out, too. A forked child has none of its parent's.

    Args:
        path: Its file; there need be none. Nothing else may stand there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = -1
        self._let_go: weakref.finalize[[int, Path], FileLock] | None = None

    @property
    def is_held(self) -> bool:
        """Whether it is this object that has the lock."""
        return self._handle >= 0

    def try_take(self) -> bool:
        """Take the lock if nobody has it; return whether it is had now.

        Where the file system knows no locks, everybody gets it.

        Raises:
            OSError: Its file can be neither made nor opened.
        """
        while True:
            handle = _opened_to_take(self._path)
            if not _is_taken(handle):
                os.close(handle)
                return False
            if _is_at(handle, self._path):
                break
            os.close(handle)  # the one before has just taken the file away
        self._handle = handle
        # Whoever forgets to release it does so by ending.
        self._let_go = weakref.finalize(self, _let_go, handle, self._path)
        _held.add(self)
        return True

    def release(self) -> None:
        """Let go of the lock, if it is had, and take its file away."""
        if self._let_go is not None:
            _held.discard(self)
            self._let_go()
            self._handle, self._let_go = -1, None

    def write_note(self, note: bytes) -> None:
        """Leave a note for those who want to know who has the lock."""
        with contextlib.suppress(OSError):  # a full disk; then nobody knows
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.truncate(self._handle, os.write(self._handle, note))

    def note(self) -> bytes | None:
        """Return the note of whoever has the lock; None if nobody has it.

        Raises:
            OSError: Its file cannot be opened.
        """
        try:
            handle = _opened(self._path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            return os.read(handle, _MOST_NOTE_BYTES) if _is_locked(handle) else None
        finally:
            os.close(handle)

    def be_inherited(self) -> None:
        """Have nothing of it in this process, which was forked: the parent may still have it."""
        if self._let_go is not None:
            self._let_go.detach()
            os.close(self._handle)
            self._handle, self._let_go = -1, None


_held: weakref.WeakSet[FileLock] = weakref.WeakSet()


def _part_with_parent() -> None:
    for lock in list(_held):
        lock.be_inherited()
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_part_with_parent)


def _opened_to_take(path: Path) -> int:
    """Open the file of a lock, or make it."""
    try:
        return _opened(path, os.O_RDWR | os.O_CREAT)
    except PermissionError:  # of another user; to be locked it need not be written
        if not path.exists():
            raise
        return _opened(path, os.O_RDONLY)


def _opened(path: Path, flags: int) -> int:
    """Open a file, and nothing that a stranger has put in its place."""
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"):
        flags |= getattr(os, name, 0)
    handle = os.open(path, flags, 0o666)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    raise OSError(errno.EEXIST, "Something else stands where the file of a lock is to be")


def _is_at(handle: int, path: Path) -> bool:
    """Return whether an open file is still the one at a path."""
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except FileNotFoundError:
        return False


def _let_go(handle: int, path: Path) -> None:
    """Take the file of a lock away, and unlock it.

    On Windows an open file cannot be deleted, so it goes afterwards unless somebody has it by then.
    """
    with contextlib.suppress(OSError):  # the folder may be gone, or not be written any more
        if sys.platform != "win32" and _is_at(handle, path):
            path.unlink()
    os.close(handle)
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            path.unlink()


if sys.platform == "win32":

    def _is_taken(handle: int) -> bool:
        """Lock an open file if nobody has; return whether that is done."""
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _is_locked(handle: int) -> bool:
        """Return whether somebody else has locked an open file, which is at its beginning."""
        if not _is_taken(handle):
            os.lseek(handle, 0, os.SEEK_SET)
            return True
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)
        return False

else:

    def _is_taken(handle: int) -> bool:
        """Lock an open file if nobody has; return whether that is done."""
        return _flocked(handle, fcntl.LOCK_EX)

    def _is_locked(handle: int) -> bool:
        """Return whether somebody else has locked an open file, which is at its beginning."""
        return not _flocked(handle, fcntl.LOCK_SH)  # those who ask are in nobody's way

    def _flocked(handle: int, kind: int) -> bool:
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            return False
        except OSError as err:
            if err.errno not in _NO_LOCKS:
                raise
        return True
