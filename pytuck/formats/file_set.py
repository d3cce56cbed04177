"""Several files of a folder that change together: all of them are the old ones or the new ones.

New files are written under temporary names. Then a journal that lists which of them take the place
of which is put into the folder: from that moment the new state counts. Who reads while the journal
is there reads the temporary files for those they replace; who saves next finishes the work first.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytuck.common.atomic_file import replacing, sweep_leftovers, sync
from pytuck.common.exceptions import CorruptFileError
from pytuck.common.temporary_names import maker_mark
from pytuck.formats.regular_files import open_regular

JOURNAL = "_pytuck.saving.json"

_PREFIX = "._pytuck."
_MOST_BYTES = 64 << 20


@dataclass(slots=True)
class FileSet:
    """What is to become of the files of a folder.

    Attributes:
        replaced: The temporary file that takes the place of each, by name.
        removed: Names of those that go.
    """

    folder: Path
    replaced: dict[str, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)

    def new_file(self, name: str) -> Path:
        """Return the path of an empty file that will take the place of another, or be new."""
        prefix = f"{_PREFIX}{maker_mark()}"
        handle, path = tempfile.mkstemp(prefix=prefix, suffix=".tmp", dir=self.folder)
        os.close(handle)
        self.replaced[name] = Path(path).name
        return Path(path)


@contextmanager
def changing(folder: Path) -> Iterator[FileSet]:
    """Give what is to be filled; the files change together after the `with` block.

    After an exception none of them has changed.

    Raises:
        CorruptFileError: A save that was interrupted left a journal that cannot be read.
        OSError: The folder or the disk refused.
    """
    finish(folder)
    sweep_leftovers(folder / "_pytuck")
    files = FileSet(folder)
    try:
        yield files
        for name, temporary in files.replaced.items():
            _finish_file(folder / temporary, folder / name)
        _write_journal(files)
    except BaseException:
        for temporary in files.replaced.values():
            (folder / temporary).unlink(missing_ok=True)
        raise
    finish(folder)


def finish(folder: Path) -> None:
    """Finish a save that was interrupted, if there was one.

    Raises:
        CorruptFileError: Its journal cannot be read.
        OSError: The folder or the disk refused.
    """
    files = _journal(folder)
    if files is None:
        return
    for name, temporary in files.replaced.items():
        if (folder / temporary).exists():
            (folder / temporary).replace(folder / name)
    for name in files.removed:
        (folder / name).unlink(missing_ok=True)
    sync(folder)
    (folder / JOURNAL).unlink(missing_ok=True)
    sync(folder)


def present_file(folder: Path, name: str) -> Path:
    """Return where a file's present content is, even if a save of it was interrupted.

    Raises:
        CorruptFileError: The journal of the save cannot be read.
    """
    files = _journal(folder)
    if files is not None and name in files.replaced:
        temporary = folder / files.replaced[name]
        if temporary.exists():
            return temporary
    return folder / name


def removed_files(folder: Path) -> set[str]:
    """Return the names of files that are there and do not count any more.

    Raises:
        CorruptFileError: The journal of an interrupted save cannot be read.
    """
    files = _journal(folder)
    return set() if files is None else set(files.removed)


def _finish_file(path: Path, target: Path) -> None:
    model = target if target.exists() else path.parent
    path.chmod(model.stat().st_mode & 0o666)
    sync(path)


def _write_journal(files: FileSet) -> None:
    plain = {"replaced": files.replaced, "removed": files.removed}
    with replacing(files.folder / JOURNAL) as path:
        path.write_text(json.dumps(plain), encoding="utf-8")


def _journal(folder: Path) -> FileSet | None:
    path = folder / JOURNAL
    try:
        with open_regular(path, follows_links=False) as file:
            plain = json.loads(file.read(_MOST_BYTES).decode("utf-8"))
        replaced = {_name(name): _temporary(item) for name, item in plain["replaced"].items()}
        return FileSet(folder, replaced, [_name(name) for name in plain["removed"]])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as err:
        raise CorruptFileError(
            f"'{path}', which an interrupted save left, cannot be read ({err}). Restore the "
            "folder from a copy.",
            details={"path": str(path)},
        ) from err


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value or value != Path(value).name or "\\" in value:
        raise ValueError(f"{value!r} is no name of a file")
    return value


def _temporary(value: Any) -> str:
    if not _name(value).startswith(_PREFIX):
        raise ValueError(f"{value!r} is no temporary file")
    return _name(value)
