"""Files of this process that nobody may look into past the library that has them open.

Closing a file drops the locks that the process has on it, whoever took them ("How To Corrupt An
SQLite Database", 2.2). SQLite knows that of its own files; for others they stand here.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from pathlib import Path

from pytuck.backends.file_check import FileFacts, FileKind, is_writable
from pytuck.common.exceptions import (
    DatabaseConnectionError,
    FileMissingError,
    FileReplacedError,
)

FileNumber = tuple[int, int]
"""The device and the number of a file, by which it is known under any name."""

_open: Counter[FileNumber] = Counter()
_lock = threading.Lock()


def file_number(path: Path | str) -> FileNumber | None:
    """Return what identifies a file; None if there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - asked before each write, and twice as fast
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino)


def gone_or_replaced(label: str, *, is_there: bool) -> DatabaseConnectionError:
    """Return the error for an open file that is no longer where it was opened.

    Args:
        label: Its path.
        is_there: Another file stands there now.
    """
    if is_there:
        return FileReplacedError(
            f"'{label}' was replaced by another file while it was open; nothing was written. "
            "Close it and open it again to work with the new one.",
            details={"path": label},
        )
    return FileMissingError(
        f"'{label}' was deleted or moved while it was open; nothing was written. Put it back to "
        "go on, or close it.",
        details={"path": label},
    )


def note_open(number: FileNumber) -> None:
    """Count one more user of a DuckDB file in this process."""
    with _lock:
        _open[number] += 1


def note_closed(number: FileNumber) -> None:
    """Count one user less."""
    with _lock:
        _open[number] -= 1
        if _open[number] <= 0:
            del _open[number]


def facts_of_open_file(path: Path) -> FileFacts | None:
    """Return what is known of a DuckDB file that is open here; None if it is not."""
    number = file_number(path)
    if number is None or number not in _open:
        return None
    return FileFacts(path, FileKind.DUCKDB, path.stat().st_size, 0, False, is_writable(path))
