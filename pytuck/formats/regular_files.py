"""Opening a file for reading, when it is one: no device, pipe or link that leads elsewhere."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

from pytuck.common.exceptions import FileMissingError, FilePermissionError, NotAFileError


def open_regular(path: Path, *, follows_links: bool = True) -> BinaryIO:
    """Return a regular file, open for reading.

    Args:
        follows_links: A link may lead to it; without it, a link is refused.

    Raises:
        FileMissingError: There is none.
        NotAFileError: It is a folder, a device, a pipe, or a link that is refused.
        FilePermissionError: The operating system does not allow to read it.
    """
    details = {"path": str(path)}
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    if not follows_links:
        flags |= getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(path, flags)
    except FileNotFoundError as err:
        raise FileMissingError(f"'{path}' does not exist.", details=details) from err
    except PermissionError as err:
        raise FilePermissionError(
            f"'{path}' cannot be read: {err.strerror}. Check its permissions.", details=details
        ) from err
    except OSError as err:
        raise NotAFileError(
            f"'{path}' cannot be read as a file: {err.strerror}.", details=details
        ) from err
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotAFileError(f"'{path}' is no regular file.", details=details)
    return os.fdopen(handle, "rb")
