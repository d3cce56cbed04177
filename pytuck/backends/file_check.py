"""What a file is, found out from its first bytes before any library opens it."""

from __future__ import annotations

import os
import stat
import struct
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import apsw

from pytuck.common.exceptions import (
    EmptyFileError,
    FileFormatError,
    FileMissingError,
    FilePermissionError,
    NotAFileError,
    TruncatedFileError,
)

SQLITE_MAGIC = b"SQLite format 3\x00"
DUCKDB_MAGIC = b"DUCK"
"""What stands in a DuckDB file behind the checksum it begins with."""

ENCRYPTED_MAGIC = b"PTKE"
"""How the salt of an encrypted `.pytuck` file begins."""

APPLICATION_ID = 0x5059544B
"""`PYTK`: the application id in the header of a `.pytuck` file, big-endian at byte 68."""

FORMAT_VERSION = 1
"""The newest version of the `.pytuck` format that this program can write."""

_HEADER_BYTES = 100
_DUCKDB_HEADER_BYTES = 4096
"""DuckDB's file header; two more of the same size follow, of which the newer one counts."""

_DUCKDB_BLOCK_BYTES = frozenset(2**power for power in range(14, 19))
_OLD_MAGICS = frozenset({b"PTK7", b"PTK6", b"PTK5", b"PTK4", b"PYTK", b"LTDB"})
"""How files of the old library begin; its older formats are named by what reads them."""

_OTHER_MAGICS = (
    (b"PK\x03\x04", "a zip archive or Excel workbook"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PAR1", "a Parquet file"),
    (b"{", "a JSON or text file"),
    (b"[", "a JSON or text file"),
    (b"<", "an XML or HTML file"),
)


class FileKind(Enum):
    """The kinds of database file this library can tell apart."""

    PYTUCK = "pytuck"
    SQLITE = "sqlite"
    ENCRYPTED = "encrypted"
    DUCKDB = "duckdb"
    OLD_PYTUCK = "old pytuck"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What the first look at a file says.

    Attributes:
        format_version: The `.pytuck` format version; 0 where it is none or encrypted.
        is_wal: The file says that its journal is a write-ahead log.
        is_writable: The operating system lets this process write the file.
    """

    path: Path
    kind: FileKind
    size_bytes: int
    format_version: int
    is_wal: bool
    is_writable: bool


def examine(path: Path) -> FileFacts:
    """Return what kind of database file stands at `path`, without changing anything.

    Raises:
        FileMissingError: Nothing is there.
        NotAFileError: It is a directory, a device or a pipe.
        FilePermissionError: It may not be read.
        EmptyFileError, TruncatedFileError, FileFormatError: It is no database.
    """
    details = {"path": str(path)}
    size_bytes = _regular_file_size(path)
    header = _header(path, min(_HEADER_BYTES, size_bytes))
    if not header:
        raise EmptyFileError(
            f"'{path}' is empty: it holds no data at all. If it was a copy, copy it again; to "
            "start a new database here, delete it first.",
            details=details,
        )
    if header.startswith(ENCRYPTED_MAGIC):
        return FileFacts(path, FileKind.ENCRYPTED, size_bytes, 0, False, is_writable(path))
    if header[:4] in _OLD_MAGICS:
        return FileFacts(path, FileKind.OLD_PYTUCK, size_bytes, 0, False, is_writable(path))
    if header[8:12] == DUCKDB_MAGIC:
        _check_duckdb_length(path, size_bytes)
        return FileFacts(path, FileKind.DUCKDB, size_bytes, 0, False, is_writable(path))
    if not header.startswith(SQLITE_MAGIC):
        raise _not_a_database(path, header)
    _check_length(path, header, size_bytes)
    is_pytuck = int.from_bytes(header[68:72], "big") == APPLICATION_ID
    return FileFacts(
        path,
        FileKind.PYTUCK if is_pytuck else FileKind.SQLITE,
        size_bytes,
        int.from_bytes(header[60:64], "big") if is_pytuck else 0,
        header[18] == 2,
        is_writable(path),
    )


def _header(path: Path, count: int) -> bytes:
    """Return the first `count` bytes of a file, read in SQLite's own way.

    Closing a file of ours would drop the locks that connections of this process hold on it;
    SQLite's file layer knows of them and waits ("How To Corrupt An SQLite Database", 2.2).
    """
    try:
        file = apsw.VFSFile(
            "", str(path.resolve()), [apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_MAIN_DB, 0]
        )
        try:
            header: bytes = file.xRead(count, 0) if count else b""
        finally:
            file.xClose()
    except apsw.Error as err:
        raise FilePermissionError(
            f"'{path}' may not be read. Ask its owner for the permission, or copy it to a place "
            "of yours.",
            details={"path": str(path)},
        ) from err
    return header


def is_there(path: Path) -> bool:
    """Return whether anything stands at a path.

    Raises:
        FilePermissionError: The operating system does not say: a folder may not be entered, or
            the name is too long.
    """
    try:
        return path.exists()
    except OSError as err:
        raise FilePermissionError(
            f"'{path}' cannot be reached ({err.strerror}). Ask for the permission to enter its "
            "folder, or take another place or name.",
            details={"path": str(path)},
        ) from err


def is_writable(path: Path) -> bool:
    """Return whether the operating system lets this process write a file."""
    effective = os.access in os.supports_effective_ids
    return os.access(path, os.W_OK, effective_ids=effective)


def _regular_file_size(path: Path) -> int:
    details = {"path": str(path)}
    try:
        status = path.stat()
    except FileNotFoundError as err:
        raise FileMissingError(
            f"There is no file '{path}'. Check the name; it may have been moved or deleted.",
            details=details,
        ) from err
    except (OSError, ValueError) as err:  # ValueError: a NUL character in the name
        reason = err.strerror if isinstance(err, OSError) else str(err)
        raise FilePermissionError(
            f"'{path}' cannot be reached ({reason}).", details=details
        ) from err
    if stat.S_ISREG(status.st_mode):
        return status.st_size
    what = "a folder" if stat.S_ISDIR(status.st_mode) else "a device or pipe"
    raise NotAFileError(
        f"'{path}' is {what}, not a file. Choose a database file.",
        details={**details, "found": what},
    )


def _check_length(path: Path, header: bytes, size_bytes: int) -> None:
    """Refuse a file whose end is missing: SQLite itself would invent zeros in its place.

    While a journal is there the header may not be current, so nothing can be said.
    """
    if len(header) < _HEADER_BYTES:
        raise _truncated(path, size_bytes, _HEADER_BYTES)
    if any(Path(f"{path}{suffix}").exists() for suffix in ("-wal", "-journal")):
        return
    page_size = int.from_bytes(header[16:18], "big")
    page_size = 65536 if page_size == 1 else page_size
    pages = int.from_bytes(header[28:32], "big")
    # Before SQLite 3.7.0 the count of pages was not kept; then these two differ (format, 1.3.7).
    is_count_valid = header[24:28] == header[92:96] and pages > 0
    if is_count_valid and size_bytes < page_size * pages:
        raise _truncated(path, size_bytes, page_size * pages)
    if size_bytes % page_size:
        raise _truncated(path, size_bytes, -(-size_bytes // page_size) * page_size)


def _check_duckdb_length(path: Path, size_bytes: int) -> None:
    """Refuse a file that ends inside of a block.

    The count of blocks in the header says nothing about the length: DuckDB cuts free blocks off
    the end without counting anew. A whole block that is missing is noticed when it is read.
    """
    beginning = 3 * _DUCKDB_HEADER_BYTES
    if size_bytes < beginning:
        raise _truncated(path, size_bytes, beginning)
    header = _header(path, beginning)
    starts = (_DUCKDB_HEADER_BYTES, 2 * _DUCKDB_HEADER_BYTES)
    # Checksum, number of the header, two places, count of blocks, size of a block.
    numbers = [struct.unpack_from("<6Q", header, start) for start in starts]
    *_, block_bytes = max(numbers, key=lambda fields: fields[1])
    rest = (size_bytes - beginning) % block_bytes if block_bytes in _DUCKDB_BLOCK_BYTES else 0
    if rest:
        raise _truncated(path, size_bytes, size_bytes - rest + block_bytes)


def _truncated(path: Path, size_bytes: int, expected_bytes: int) -> TruncatedFileError:
    return TruncatedFileError(
        f"The end of '{path}' is missing: it has {size_bytes:,} bytes and should have "
        f"{expected_bytes:,}. Copy or download it again, or go back to a backup.",
        details={
            "path": str(path),
            "size_bytes": size_bytes,
            "expected_bytes": expected_bytes,
        },
    )


def _not_a_database(path: Path, header: bytes) -> FileFormatError:
    found = next((what for magic, what in _OTHER_MAGICS if header.startswith(magic)), "")
    looks = f"it looks like {found}" if found else "its content is of no kind this program knows"
    return FileFormatError(
        f"'{path}' is no database or document that can be opened: {looks}. "
        "If it should be one, it is damaged: go back to a backup.",
        details={"path": str(path), "found": found},
    )
