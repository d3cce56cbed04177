"""Whether a disk has the room that long work will need, asked before it begins."""

from __future__ import annotations

import shutil
from pathlib import Path

from pytuck.common.exceptions import StorageFullError


def refuse_without_room(folder: Path, size_bytes: int, label: str) -> None:
    """Go on, unless a disk has less room than is needed.

    Args:
        folder: A folder of the disk.
        label: The file that it is about, for the message.

    Raises:
        StorageFullError: It has not; nothing was changed.
    """
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return  # whoever writes will be told
    if free < size_bytes:
        raise StorageFullError(
            f"'{label}' needs {size_bytes:,} free bytes in '{folder}' for this, and there are "
            f"{free:,}. Make room on the disk; nothing was changed.",
            details={"path": label, "needed_bytes": size_bytes, "free_bytes": free},
        )
