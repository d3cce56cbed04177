"""Files of the old pytuck library into present ones, in one call."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from pytuck.backends.file_check import FileKind, examine
from pytuck.common.atomic_file import sweep_leftovers, sync
from pytuck.common.exceptions import FileFormatError, StorageFullError
from pytuck.common.progress import CancelToken, ProgressListener
from pytuck.common.temporary_names import maker_mark
from pytuck.tools.converting import ConversionPlan
from pytuck.tools.settings import path_of


def convert_old_file(
    path: str | Path,
    target: str | Path | None = None,
    *,
    password: str | None = None,
    new_password: str | None = None,
    overwrite: bool = False,
    progress: ProgressListener | None = None,
    cancel: CancelToken | None = None,
) -> Path:
    """Convert a file of the old pytuck library (0.4 to 0.9, 1.2 to 1.4) to the present format.

    The new file is read back and compared before it takes its place. The old one is kept.

    Args:
        target: Where the new file is to be. None gives it the name of the old one, which is kept
            beside it as `NAME.old.pytuck`.
        password: Opens the old file.
        new_password: Encrypts the new one.
        overwrite: Take the place of what stands at `target`.

    Returns:
        Where the old file is now.

    Raises:
        FileFormatError: It is no file of the old library.
        EncryptionError: The password is missing or wrong.
        TargetExistsError: Something stands at `target`.
        MigrationError: The new file was not the same; the old one is where it was.
    """
    source = path_of(path)
    if examine(source).kind is not FileKind.OLD_PYTUCK:
        raise FileFormatError(
            f"'{source}' is no file of the old pytuck library; there is nothing to convert. Open "
            "it as it is.",
            details={"path": str(source)},
        )
    if target is not None:
        _convert(source, path_of(target), password, new_password, overwrite, progress, cancel)
        return source
    sweep_leftovers(source)
    try:
        prefix = f".{source.name[:100]}.{maker_mark()}"
        folder = Path(tempfile.mkdtemp(prefix=prefix, suffix=".tmp", dir=source.parent))
    except OSError as err:
        raise _unwritable(source, err) from err
    try:
        new = folder / source.name
        _convert(source, new, password, new_password, overwrite, progress, cancel)
        return _swap(source, new)
    except OSError as err:
        raise _unwritable(source, err) from err
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _convert(  # noqa: PLR0917 - what the one function above was given
    source: Path,
    target: Path,
    password: str | None,
    new_password: str | None,
    overwrite: bool,
    progress: ProgressListener | None,
    cancel: CancelToken | None,
) -> None:
    plan = ConversionPlan(
        source,
        target,
        target_engine="pytuck",
        source_password=password,
        target_password=new_password,
        overwrite=overwrite,
    )
    plan.run(progress, cancel)


def _swap(source: Path, new: Path) -> Path:
    """Put the new file in the place of the old one, and return where the old one is kept.

    At any moment the old content stands under one of the two names.
    """
    kept = _free_name(source)
    try:
        os.link(source, kept)  # so that there is always a file under the name
    except OSError:  # not every file system has links
        source.rename(kept)
    try:
        new.replace(source)
    except OSError:
        if not source.exists():
            kept.rename(source)
        raise
    sync(source.parent)
    return kept


def _free_name(source: Path) -> Path:
    kept = source.with_name(f"{source.stem}.old{source.suffix}")
    number = 1
    while kept.exists():
        number += 1
        kept = source.with_name(f"{source.stem}.old-{number}{source.suffix}")
    return kept


def _unwritable(source: Path, err: OSError) -> StorageFullError:
    return StorageFullError(
        f"'{source}' cannot be converted in its folder: {err}. It is as it was; name another "
        "target.",
        details={"path": str(source)},
    )
