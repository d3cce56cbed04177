"""Whether a file is still the one that was read."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pytuck.common.exceptions import (
    ConflictError,
    DatabaseConnectionError,
    FilePermissionError,
    StorageFullError,
)

_Part = tuple[str, int, int, int, int]
_PASSING = (".tmp", "-wal", "-shm", "-journal", ".pytuck-lock")


@dataclass(frozen=True, slots=True)
class FileState:
    """What tells one state of a file, or of a folder of files, from another.

    Attributes:
        parts: Name, device, number, size and time of the last change of each file.
    """

    parts: tuple[_Part, ...]

    @classmethod
    def of(cls, path: Path) -> FileState | None:
        """Return the state of a file or folder now; None if there is none."""
        try:
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                return cls(tuple(sorted(_parts(str(path), ""))))
            return cls((_part(path.name, status),))
        except (FileNotFoundError, NotADirectoryError):
            return None


def refuse_if_changed(path: Path, known: FileState | None) -> None:
    """Go on, unless somebody else has changed the file.

    Raises:
        ConflictError: It is not as it was when it was read or saved.
    """
    now = FileState.of(path)
    if now == known:
        return
    what = "was deleted" if now is None else "was made" if known is None else "was changed"
    raise ConflictError(
        f"'{path}' {what} by another program since it was opened here, and was not overwritten. "
        "Save under another name with backup() or a conversion, or open the file again.",
        details={"path": str(path)},
    )


def unwritable(path: Path, err: OSError) -> DatabaseConnectionError:
    """Return the error for a document that the operating system does not let us write."""
    if isinstance(err, PermissionError):
        return FilePermissionError(
            f"'{path}' may not be written here; it is as it was. Ask for the permission to "
            "write in its folder, or convert it to another place.",
            details={"path": str(path)},
        )
    return StorageFullError(
        f"'{path}' cannot be written: {err}. It is as it was; what was committed is kept until "
        "it is closed.",
        details={"path": str(path)},
    )


def _parts(folder: str, inside: str) -> Iterator[_Part]:
    """Give the files of a folder and those below it; links to other folders are not followed."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = f"{inside}{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield from _parts(entry.path, f"{name}/")
            # What SQLite keeps beside a database comes and goes without any change of it.
            elif entry.is_file() and not entry.name.endswith(_PASSING):
                yield _part(name, os.stat(entry.path))  # noqa: PTH116 - asked before each question


def _part(name: str, status: os.stat_result) -> _Part:
    return (name, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
