"""Where a backup may be put."""

from __future__ import annotations

from pathlib import Path

from pytuck.backends.file_check import is_there
from pytuck.common.exceptions import ConfigurationError, FileMissingError, StorageFullError


def refuse_target(store: Path | None, target: Path, *, overwrite: bool) -> None:
    """Go on, unless a backup cannot be put at a place.

    Args:
        store: What is to be copied; None if it is in memory.

    Raises:
        FileMissingError: There is no folder for it.
        ConfigurationError: There is a file already, or it is the open file itself.
    """
    if not target.parent.is_dir():
        raise FileMissingError(
            f"'{target}' cannot be made: there is no folder '{target.parent}'. Make it first.",
            details={"path": str(target)},
        )
    if not is_there(target):
        return
    if store is not None and store.exists() and target.samefile(store):
        raise ConfigurationError(
            f"'{target}' is the open file itself. Choose another name for the backup.",
            details={"path": str(target)},
        )
    if not overwrite:
        raise ConfigurationError(
            f"There is a file '{target}' already. Choose another name, or pass overwrite=True.",
            details={"path": str(target)},
        )


def unwritable_backup(target: Path, err: OSError) -> StorageFullError:
    """Return the error for a backup that the folder or the disk refused."""
    return StorageFullError(
        f"The backup '{target}' cannot be written: {err}. Nothing stands there that was not "
        "there before.",
        details={"path": str(target)},
    )
