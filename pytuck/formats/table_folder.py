"""A folder with a file for each table and a description of them all.

A save is whole or not done, although it changes several files: new files are written under other
names; a journal then says how they are to be called, which is the moment the save counts; then they
are renamed. Who reads while the journal is there reads what it says, and leaves the renaming to the
one who saves, or to the next save after a crash.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import CorruptFileError, FilePermissionError
from pytuck.formats.regular_files import open_regular

DESCRIPTION = "_pytuck.json"
_JOURNAL = "_pytuck.saving.json"
_LONGEST_DESCRIPTION = 1 << 26
_LONGEST_NAME = 80
_LEFTOVER_S = 86_400  # a save does not take longer
_NEW_FILE = re.compile(r"\.pytuck-[^/]*\.tmp")
_TABLE_FILE = re.compile(r"[^.].*\.(pdl|parquet|pq)", re.DOTALL | re.IGNORECASE)
_UNUSUAL = re.compile(r"[^\w \-]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


@dataclass(slots=True)
class FolderChanges:
    """What a save does to the files of a folder.

    Attributes:
        folder: The folder.
        description: What its description is to be.
        renamed: The new files by their names now, with the names they get.
        removed: Names of files that are no longer part of it.
    """

    folder: Path
    description: dict[str, Any] = field(default_factory=dict)
    renamed: dict[str, str] = field(default_factory=dict)
    removed: list[str] = field(default_factory=list)

    def new_file(self, name: str) -> Path:
        """Return the path of an empty file, which is called `name` when the save counts."""
        handle, path = tempfile.mkstemp(prefix=".pytuck-", suffix=".tmp", dir=self.folder)
        os.close(handle)
        self.renamed[Path(path).name] = name
        return Path(path)


@contextlib.contextmanager
def changing(folder: Path) -> Iterator[FolderChanges]:
    """Collect the changes of a save, and have them done together after the `with` block.

    Raises:
        OSError: The folder or the disk refused.
    """
    folder.mkdir(exist_ok=True)
    _remove_old_leftovers(folder)
    changes = FolderChanges(folder)
    try:
        yield changes
        for name in changes.renamed:
            _sync(folder / name)
        journal = {
            "renamed": changes.renamed,
            "removed": changes.removed,
            "description": changes.description,
        }
        with replacing(folder / _JOURNAL) as path:
            path.write_text(json.dumps(journal), encoding="utf-8")
    except BaseException:
        for name in changes.renamed:
            (folder / name).unlink(missing_ok=True)
        raise
    finish(folder)


@dataclass(frozen=True, slots=True)
class _Journal:
    """A save that counts, and may not be finished.

    Attributes:
        moves: The new files, with the paths they get.
        gone: Files that are no longer part of the folder.
        description: What its description is to be.
    """

    moves: tuple[tuple[Path, Path], ...]
    gone: tuple[Path, ...]
    description: dict[str, Any]


def finish(folder: Path) -> None:
    """Do what the journal of an interrupted save says, if there is one; for those who save.

    Raises:
        CorruptFileError: The journal is damaged.
        FilePermissionError: The folder cannot be changed.
    """
    journal = _journal(folder)
    if journal is None:
        return
    try:
        _apply(folder, journal)
    except PermissionError as err:
        raise FilePermissionError(
            f"A save into '{folder}' was interrupted, and cannot be finished: {err.strerror}. "
            "Allow to write into the folder and save again.",
            details={"path": str(folder)},
        ) from err


def _apply(folder: Path, journal: _Journal) -> None:
    path = folder / _JOURNAL
    mode = path.stat().st_mode & 0o777
    for new, final in journal.moves:
        if new.exists():
            new.chmod(final.stat().st_mode & 0o777 if final.exists() else mode)
            new.replace(final)
    with replacing(folder / DESCRIPTION) as described:
        described.write_text(json.dumps(journal.description, ensure_ascii=False), "utf-8")
    for file in journal.gone:
        file.unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def _journal(folder: Path) -> _Journal | None:
    path = folder / _JOURNAL
    plain = _read(path)
    if plain is None:
        return None
    renamed, removed = plain.get("renamed"), plain.get("removed")
    described = plain.get("description")
    if not isinstance(renamed, dict) or not isinstance(removed, list):
        raise _damaged(path, "it has not what it must")
    moves = tuple(
        (_own_path(folder, old, _NEW_FILE), _own_path(folder, new, _TABLE_FILE))
        for old, new in renamed.items()
    )
    gone = tuple(_own_path(folder, name, _TABLE_FILE) for name in removed)
    if not isinstance(described, dict):
        raise _damaged(path, "it does not describe the folder")
    return _Journal(moves, gone, described)


def _own_path(folder: Path, name: object, pattern: re.Pattern[str]) -> Path:
    """Return the path of a file that a journal may speak of: not any file of the folder."""
    path = checked_path(folder, name)
    if not pattern.fullmatch(path.name):
        raise _damaged(folder / _JOURNAL, f"'{path.name}' is no file of a table")
    return path


def _remove_old_leftovers(folder: Path) -> None:
    """Remove the new files of saves that a crash ended before they counted."""
    for path in folder.glob(".pytuck-*.tmp"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _LEFTOVER_S:
                path.unlink()


def description(folder: Path) -> dict[str, Any] | None:
    """Return the description of a folder of ours; None where it has none.

    Raises:
        CorruptFileError: It is damaged.
    """
    journal = _journal(folder)
    return _read(folder / DESCRIPTION) if journal is None else journal.description


def present_file(path: Path) -> Path:
    """Return where the present content of a table's file is, even if its save is not finished.

    Raises:
        CorruptFileError: The journal of the save is damaged.
    """
    journal = _journal(path.parent)
    moves = () if journal is None else journal.moves
    return next((new for new, final in moves if final == path and new.exists()), path)


def checked_path(folder: Path, name: object) -> Path:
    """Return the path of a file of a folder.

    Raises:
        CorruptFileError: The name leads out of the folder.
    """
    if not isinstance(name, str) or not name or name in (".", "..") or set(name) & set("/\\:\0"):
        raise _damaged(folder / DESCRIPTION, f"{name!r} is no name of a file in the folder")
    return folder / name


def file_names(tables: Iterable[str], ending: str) -> dict[str, str]:
    """Return the name of each table's file: names that every system takes."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for table in tables:
        plain = _UNUSUAL.sub("_", table).strip()[:_LONGEST_NAME] or "_"
        if _RESERVED.fullmatch(plain) or plain.startswith("_pytuck"):
            plain = f"table {plain}"
        chosen, number = plain, 2
        while chosen.casefold() in taken:
            chosen = f"{plain} ({number})"
            number += 1
        taken.add(chosen.casefold())
        names[table] = chosen + ending
    return names


def _read(path: Path) -> dict[str, Any] | None:
    if not path.exists() and not path.is_symlink():
        return None
    with open_regular(path, follows_links=False) as file:
        text = file.read(_LONGEST_DESCRIPTION + 1)
    if len(text) > _LONGEST_DESCRIPTION:
        raise _damaged(path, "it is too long")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as err:
        raise _damaged(path, str(err)) from err
    if not isinstance(found, dict):
        raise _damaged(path, "it is no object")
    return found


def _damaged(path: Path, reason: str) -> CorruptFileError:
    return CorruptFileError(
        f"'{path}' is damaged: {reason}. Restore the folder from a backup.",
        details={"path": str(path)},
    )


def _sync(path: Path) -> None:
    with path.open("r+b") as file:
        os.fsync(file.fileno())
