"""Replacing a file so that at any moment there is the old one or the new one, whole."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pytuck.common.temporary_names import maker_mark, sweep

_TEMPORARY = (".tmp", ".tmp-journal")
"""How the names of temporary files end, and of what SQLite puts beside them."""

_PAUSES_S = (0.01, 0.03, 0.1, 0.3, 1.0)


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give the path of an empty file that takes the place of `target` after the `with` block.

    It stands in the same folder, is private until then, keeps the mode of the file it replaces,
    and is taken away after an exception. What a killed program left there goes, too.

    Raises:
        OSError: The folder or the disk refused.
    """
    sweep_leftovers(target)
    prefix = f".{target.name[:100]}.{maker_mark()}"
    handle, name = tempfile.mkstemp(prefix=prefix, suffix=".tmp", dir=target.parent)
    os.close(handle)
    path = Path(name)
    try:
        yield path
        path.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        sync(path)
        _put(path, target)
        sync(target.parent)
    finally:
        path.unlink(missing_ok=True)


def _put(path: Path, target: Path) -> None:
    """Have a file take the place of another, on Windows when nobody reads that one any more."""
    for pause_s in _PAUSES_S if os.name == "nt" else ():
        try:
            path.replace(target)
        except PermissionError:
            time.sleep(pause_s)
        else:
            return
    path.replace(target)


def sweep_leftovers(target: Path) -> None:
    """Take away the temporary files of programs that were killed while they replaced a file."""
    beginning = f".{target.name[:100]}."
    with contextlib.suppress(OSError):  # the folder may not be there, or not be read
        sweep(
            Path(entry.path)
            for entry in os.scandir(target.parent)
            if entry.name.startswith(beginning) and entry.name.endswith(_TEMPORARY)
        )


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def sync(path: Path) -> None:
    """Have a file, or the entries of a folder, written to the disk."""
    if path.is_dir() and os.name == "nt":
        return  # folders cannot be opened there, and need not be
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
