"""The entries of a diskcache folder, read without diskcache: it would run what their pickles say.

A cache is a SQLite file, `cache.db`, with a row for each entry; long values are in files beside
it. The file may come from anybody, so it is read with SQLite's defences up, and no name in it
leads out of the folder.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from pytuck.common.exceptions import (
    CorruptFileError,
    DatabaseConnectionError,
    FileFormatError,
    LockTimeout,
    PytuckException,
    TruncatedFileError,
)
from pytuck.common.sqlite_defences import defend
from pytuck.compiler import compile_statement
from pytuck.compiler.dialects import SQLITE
from pytuck.formats.base import BATCH_ROWS
from pytuck.formats.pickle_values import RefusedPickleError, with_text_keys
from pytuck.formats.regular_files import open_regular
from pytuck.formats.restricted_pickle import plain_value
from pytuck.query import Select, TableSource, select
from pytuck.schema import Column, Table
from pytuck.types import RAW, TYPES, Stored

DATABASE = "cache.db"
_RAW, _BINARY, _TEXT, _PICKLE = 1, 2, 3, 4
_VALUE_NAME = re.compile(r"[0-9a-f]{2}[/\\][0-9a-f]{2}[/\\][0-9a-f]{28}\.val")
_LARGEST_FILE = 1 << 28
_HEADER_BYTES = 100
_PATIENCE_MS = 5_000
"""While another program opens, closes or repairs the cache."""

_CACHE = TableSource(
    Table(
        "Cache",
        (
            Column("rowid", TYPES[int]),
            *(Column(name, RAW) for name in ("key", "raw", "expire_time", "tag", "mode")),
            *(Column(name, RAW) for name in ("filename", "value")),
        ),
    )
)
_OBJECTS = TableSource(Table("sqlite_schema", (Column("type", RAW), Column("name", RAW))))

_SETTINGS = TableSource(Table("Settings", (Column("key", RAW), Column("value", RAW))))
_PLAIN_SETTING = re.compile(r"[\w-]*")

_Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a cache.

    Attributes:
        is_opaque: The value is a pickle that was not read, or a file that is not there.
    """

    key: Any
    value: Any
    expire_time: float | None
    tag: Stored
    is_opaque: bool = False


class CacheFile:
    """The database of a cache, open for reading.

    Raises:
        FileFormatError: The folder is no cache.
        CorruptFileError: The database is damaged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / DATABASE
        _check_file(self._path)
        try:
            self._raw = apsw.Connection(
                self._uri(), flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
            )
            defend(self._raw)
            self._raw.set_busy_timeout(_PATIENCE_MS)
            self._raw.execute(SQLITE.begin_read)  # all that is read is of one state
            found = self._run(select(_OBJECTS.c.type).where(_OBJECTS.c["name"] == "Cache").limit(1))
            kinds = list(found)
        except apsw.Error as err:
            raise self._refusal(err) from err
        if kinds != [("table",)]:
            self._raw.close()
            raise FileFormatError(
                f"'{folder}' is no folder of diskcache: its '{DATABASE}' has no table 'Cache'.",
                details={"path": str(folder)},
            )

    def close(self) -> None:
        """Close the file."""
        self._raw.close()

    def check_settings(self, known: Collection[str]) -> None:
        """Refuse settings that diskcache does not have, as it would take them for commands.

        Raises:
            CorruptFileError: There is such a setting.
        """
        for name, value in self._batches(select(_SETTINGS)):
            if name not in known or not _PLAIN_SETTING.fullmatch(str(value)):
                raise self.damaged(f"its setting {name!r} is none of diskcache's")

    def text(self, key: str) -> str | None:
        """Return the text under a key; None where there is none."""
        question = select(_CACHE.c.mode, _CACHE.c.value).where(_CACHE.c.key == key)
        for mode, value in self._batches(question.limit(1)):
            return value if mode == _RAW and isinstance(value, str) else None
        return None

    def texts(self, prefix: str) -> Iterator[list[tuple[str, str]]]:
        """Give the keys that begin with a prefix, a word and `:`, with their texts.

        Raises:
            CorruptFileError: What is under one of them is no text.
        """
        question = (
            select(_CACHE.c.rowid, _CACHE.c.key, _CACHE.c.mode, _CACHE.c.value)
            .where(_CACHE.c.key >= f"{prefix}:", _CACHE.c.key < f"{prefix};")
            .order_by(_CACHE.c.rowid)
        )
        batch = []
        for _, key, mode, value in self._batches(question):
            if mode != _RAW or not isinstance(value, str) or not isinstance(key, str):
                raise self.damaged(f"the entry {key!r} is none of ours")
            batch.append((key, value))
            if len(batch) >= BATCH_ROWS:
                yield batch
                batch = []
        if batch:
            yield batch

    def entries(self) -> Iterator[list[Entry]]:
        """Give all entries, in the order in which they were first written."""
        batch = []
        for row in self._batches(select(_CACHE).order_by(_CACHE.c.rowid)):
            batch.append(self._entry(row))
            if len(batch) >= BATCH_ROWS:
                yield batch
                batch = []
        if batch:
            yield batch

    def damaged(self, reason: str) -> CorruptFileError:
        """Return the error for a cache whose content contradicts itself."""
        return CorruptFileError(
            f"'{self._path}' is damaged: {reason}. Restore the folder from a backup.",
            details={"path": str(self._path)},
        )

    def _uri(self) -> str:
        # Where a log is there, a writer is at work or crashed; else nothing is left beside the file.
        is_quiet = not Path(f"{self._path}-wal").exists()
        return self._path.absolute().as_uri() + ("?immutable=1" if is_quiet else "?mode=ro")

    def _run(self, question: Select[Any]) -> apsw.Cursor:
        compiled = compile_statement(question, SQLITE)
        return self._raw.execute(compiled.sql, tuple(compiled.parameters[0]))

    def _batches(self, question: Select[Any]) -> Iterator[_Row]:
        try:
            yield from self._run(question)
        except (apsw.Error, UnicodeDecodeError) as err:
            raise self._refusal(err) from err

    def _refusal(self, err: Exception) -> PytuckException:
        if isinstance(err, apsw.BusyError):
            return LockTimeout(
                f"'{self._path}' is locked by another program; try again.",
                details={"path": str(self._path)},
            )
        return self.damaged(str(err))

    def _entry(self, row: _Row) -> Entry:
        _, key, is_raw, expires, tag, mode, name, value = row
        is_opaque = False
        if not is_raw:
            key, is_opaque = _unpickled(key)
        if mode != _RAW or name is not None:
            value, is_hidden = self._value(mode, name, value)
            is_opaque = is_opaque or is_hidden
        expires = float(expires) if isinstance(expires, (int, float)) else None
        return Entry(key, value, expires, tag, is_opaque)

    def _value(self, mode: object, name: object, value: Any) -> tuple[Any, bool]:
        if name is not None:
            value = self._content(name)
            if value is None:
                return None, True
        if mode == _PICKLE:
            return _unpickled(value)
        if mode == _TEXT and isinstance(value, bytes):
            try:
                return value.decode("utf-8"), False
            except UnicodeDecodeError:
                return value, True
        return value, mode not in (_RAW, _BINARY)

    def _content(self, name: object) -> bytes | None:
        """Return the content of a value's file; None if it is not there.

        Raises:
            CorruptFileError: The name leads elsewhere, or the file is too large.
        """
        if not isinstance(name, str) or not _VALUE_NAME.fullmatch(name):
            raise self.damaged(f"{name!r} is no name of a value's file")
        path = self._folder.joinpath(*re.split(r"[/\\]", name))
        if not path.exists() and not path.is_symlink():
            return None
        if not path.parent.resolve().is_relative_to(self._folder.resolve()):
            raise self.damaged(f"'{name}' leads out of the folder")
        with open_regular(path, follows_links=False) as file:
            content = file.read(_LARGEST_FILE + 1)
        if len(content) > _LARGEST_FILE:
            raise self.damaged(f"'{name}' has more than {_LARGEST_FILE} bytes")
        return content


def _unpickled(value: object) -> tuple[Any, bool]:
    """Return what a pickle holds, or its bytes and that they were not read."""
    if not isinstance(value, bytes):
        return value, True
    try:
        return with_text_keys(plain_value(value)), False
    except RefusedPickleError:
        return value, True


def _check_file(path: Path) -> None:
    """Refuse what is no SQLite file or is cut; SQLite itself would invent zeros at the end."""
    if not path.parent.is_dir():
        raise DatabaseConnectionError(
            f"'{path.parent}' is no folder of diskcache.", details={"path": str(path.parent)}
        )
    with open_regular(path, follows_links=False) as file:
        header = file.read(_HEADER_BYTES)
        size = file.seek(0, 2)
    if not header.startswith(b"SQLite format 3\0"):
        raise FileFormatError(
            f"'{path}' is no SQLite file, so '{path.parent}' is no folder of diskcache.",
            details={"path": str(path)},
        )
    page = int.from_bytes(header[16:18], "big") or 65536
    page = 65536 if page == 1 else page
    pages = int.from_bytes(header[28:32], "big")
    if Path(f"{path}-wal").exists():
        return
    if len(header) < _HEADER_BYTES or size < page * pages or size % page:
        raise TruncatedFileError(
            f"'{path}' ends too early: it has {size} bytes of {page * pages}. Restore the folder "
            "from a backup.",
            details={"path": str(path)},
        )
