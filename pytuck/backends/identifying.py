"""What kind of store stands at a path: a database, or a document of some format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pytuck.backends.file_check import FileFacts, examine
from pytuck.backends.open_files import facts_of_open_file
from pytuck.common.exceptions import (
    EmptyFileError,
    FileFormatError,
    FilePermissionError,
    NotAFileError,
    TruncatedFileError,
)
from pytuck.formats.registry import FORMATS
from pytuck.formats.sniffing import HEAD_BYTES, format_of_file, format_of_folder, format_of_name

DOCUMENT_ENGINES: dict[str, str] = {
    **{name: entry.description for name, entry in FORMATS.items()},
    "ptk": "a file of the old pytuck library",
}
"""The engines of documents, with what their files are."""

_DATABASES = {".duckdb": "duckdb", ".ddb": "duckdb", ".sqlite": "sqlite", ".sqlite3": "sqlite"}
_FOLDER_FORMATS = frozenset({"csv", "diskcache", "pydblite", "parquet"})


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at a path: a database, or a document.

    Attributes:
        facts: What the first look at a database said.
        document: The format of a document.
    """

    facts: FileFacts | None = None
    document: str | None = None


def name_for_new_file(path: Path) -> str:
    """Return the engine of a new file for which none was asked, by the ending of its name."""
    return _DATABASES.get(path.suffix.lower()) or format_of_name(path) or "pytuck"


def identify(path: Path, asked: str | None) -> Found | None:
    """Return what stands at a path; None for an empty file or folder that is to be a document.

    Args:
        asked: The engine that was asked for: it counts where the content leaves a doubt.

    Raises:
        NotAFileError, FilePermissionError, EmptyFileError, TruncatedFileError, FileFormatError:
            Nothing that could be opened.
    """
    if path.is_dir():
        return _identify_folder(path, asked)
    # Whoever looks into a DuckDB file that is open here would take DuckDB's lock on it away.
    known = facts_of_open_file(path)
    if known is not None:
        return Found(known)
    try:
        return Found(examine(path))
    except EmptyFileError:
        if asked in FORMATS or (asked is None and format_of_name(path) is not None):
            return None
        raise
    except TruncatedFileError:
        raise
    except FileFormatError:
        document = format_of_file(path, _head(path))
        document = _doubtful(document, asked)
        if document is None:
            raise
        return Found(document=document)


def _doubtful(found: str | None, asked: str | None) -> str | None:
    """Return the format that was asked for, where the content could be of it as well."""
    if asked in FORMATS and (found is None or {found, asked} <= _TEXTS):
        return asked
    return found


_TEXTS = frozenset({"json", "jsonl", "csv", "tinydb"})
"""Formats whose files are texts that may look like one another."""


def _identify_folder(path: Path, asked: str | None) -> Found | None:
    if asked is not None and asked not in _FOLDER_FORMATS:
        raise NotAFileError(
            f"'{path}' is a folder, not a file. Choose a database file.",
            details={"path": str(path), "found": "a folder"},
        )
    found = format_of_folder(path)
    if found is not None:
        return Found(document=found)
    if asked is not None and not any(path.iterdir()):
        return None
    raise NotAFileError(
        f"'{path}' is a folder without tables: no CSV, Parquet or PyDbLite files and no cache. "
        "Choose a database file.",
        details={"path": str(path), "found": "a folder"},
    )


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except OSError as err:
        raise FilePermissionError(
            f"'{path}' may not be read ({err.strerror}).", details={"path": str(path)}
        ) from err
