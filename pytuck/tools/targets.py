"""New stores that appear under their name when they are complete, and not before."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pytuck.backends import open_engine
from pytuck.backends.file_check import is_there
from pytuck.common.atomic_file import sweep_leftovers, sync
from pytuck.common.exceptions import (
    ConflictError,
    FileMissingError,
    PytuckException,
    StorageFullError,
    TargetExistsError,
)
from pytuck.common.temporary_names import maker_mark


@contextlib.contextmanager
def appearing(target: Path, *, overwrite: bool) -> Iterator[Path]:
    """Give a path for a new store, file or folder, that takes its place after the `with` block.

    It stands in a private folder beside the target, and goes with that after an exception.

    Raises:
        TargetExistsError: Something stands there, and may not be overwritten.
        ConflictError: Another program has the file open that is to be overwritten.
        StorageFullError: The folder or the disk refused.
    """
    refuse_existing(target, overwrite=overwrite)
    sweep_leftovers(target)
    prefix = f".{target.name[:100]}.{maker_mark()}"
    try:
        folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=".tmp", dir=target.parent))
    except OSError as err:
        raise _cannot_write(target, err) from err
    try:
        path = folder / target.name
        if target.is_dir():
            path.mkdir()
        yield path
        try:
            _put_in_place(path, target, folder)
        except OSError as err:
            raise _cannot_write(target, err) from err
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def refuse_existing(target: Path, *, overwrite: bool) -> None:
    """Go on if a new store may be made at a path.

    Raises:
        TargetExistsError: Something stands there, and may not be overwritten.
        FileMissingError: There is no folder to make it in.
    """
    if not target.parent.is_dir():
        raise FileMissingError(
            f"'{target}' cannot be made: there is no folder '{target.parent}'. Make it first.",
            details={"path": str(target)},
        )
    if is_there(target) and not overwrite:
        raise TargetExistsError(
            f"There is a file '{target}' already. Choose another name, or pass overwrite=True.",
            details={"path": str(target)},
        )


def refuse_missing(source: Path) -> None:
    """Go on if something stands at a path.

    Raises:
        FileMissingError: There is nothing.
    """
    if not is_there(source):
        raise FileMissingError(
            f"There is no file '{source}'. Check the name; it may have been moved or deleted.",
            details={"path": str(source)},
        )


def _put_in_place(path: Path, target: Path, folder: Path) -> None:
    for part in [path, *(path.rglob("*") if path.is_dir() else ())]:
        sync(part)
    if target.is_dir():
        old = folder / "replaced"
        target.rename(old)
        try:
            path.rename(target)
        except OSError:
            old.rename(target)
            raise
    else:
        _settle(target)
        path.replace(target)
    sync(target.parent)


def _settle(target: Path) -> None:
    """Have a database take in what stands in the files beside it, which the new one must not find.

    Source: https://www.sqlite.org/howtocorrupt.html, "Unlinking or renaming a database file".
    """
    if not target.exists() or not _side_files(target):
        return
    with contextlib.suppress(PytuckException):
        open_engine(target, create=False).close()
    if _side_files(target):
        raise ConflictError(
            f"'{target}' is open in another program, or was not closed by one, and was not "
            "overwritten. Close it there, or choose another name.",
            details={"path": str(target)},
        )


def _side_files(target: Path) -> list[Path]:
    beside = (target.with_name(f"{target.name}{end}") for end in ("-wal", "-journal", ".wal"))
    return [path for path in beside if path.exists()]


def _cannot_write(target: Path, err: OSError) -> StorageFullError:
    return StorageFullError(
        f"'{target}' cannot be written: {err}. What was there before is unchanged.",
        details={"path": str(target)},
    )
