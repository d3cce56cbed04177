"""Where CSV files are: one by itself, some in a folder, or some in a zip."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal, Protocol

from pytuck.common.exceptions import TruncatedFileError
from pytuck.formats.csv_description import IN_FOLDER, IN_ZIP, MOST_BYTES
from pytuck.formats.csv_place import Place
from pytuck.formats.file_set import JOURNAL, present_file, removed_files
from pytuck.formats.regular_files import open_regular
from pytuck.formats.zip_container import ZipReader

Kind = Literal["file", "folder", "zip"]

EXTENSIONS = {".csv", ".tsv", ".tab"}
_ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
_CUT_MARKS = {mark[:length] for mark in _ZIP_MARKS for length in (1, 2, 3)}
"""No file of rows: at most the name of a column, without a line end or a row."""


class Source(Protocol):
    """Some CSV files."""

    kind: Kind

    def description(self) -> bytes | None:
        """Return the description of the tables; None if there is none."""

    def table_files(self) -> list[str]:
        """Return the names of the files that have tables, where no description says it."""

    def others(self, used: set[str]) -> list[str]:
        """Return the names of what must be kept and has no table."""

    def place(self, name: str, table: str = "") -> Place:
        """Return a file's place, for messages."""
        ...

    def size(self, name: str) -> int | None:
        """Return a file's bytes; None if there is no such file."""

    def open(self, name: str, size: int | None = None) -> BinaryIO:
        """Open a file; `size` is what it must have, if a description says it."""
        ...

    def close(self) -> None:
        """Close what is open."""


class OneFile(Source):
    """A CSV file by itself."""

    kind: Kind = "file"

    def __init__(self, path: Path) -> None:
        self._path = path

    def description(self) -> bytes | None:
        return None

    def table_files(self) -> list[str]:
        return [self._path.name]

    def others(self, used: set[str]) -> list[str]:
        return []

    def place(self, name: str, table: str = "") -> Place:
        return Place(self._path, "", table)

    def size(self, name: str) -> int | None:
        return self._path.stat().st_size

    def open(self, name: str, size: int | None = None) -> BinaryIO:
        return self._path.open("rb")

    def close(self) -> None:
        """Nothing stays open."""


class Folder(Source):
    """A folder of CSV files; other files in it are left alone."""

    kind: Kind = "folder"

    def __init__(self, path: Path) -> None:
        self._path = path

    def description(self) -> bytes | None:
        try:
            with _open_inside(present_file(self._path, IN_FOLDER)) as file:
                return file.read(MOST_BYTES)
        except FileNotFoundError:
            return None

    def table_files(self) -> list[str]:
        gone = removed_files(self._path)
        return sorted(
            found.name
            for found in self._path.iterdir()
            if found.suffix.lower() in EXTENSIONS
            and found.name not in gone
            and found.is_file()
            and not found.is_symlink()  # nobody sees where it leads
        )

    def others(self, used: set[str]) -> list[str]:
        return []

    def place(self, name: str, table: str = "") -> Place:
        return Place(self._path / name, "", table)

    def size(self, name: str) -> int | None:
        path = present_file(self._path, name)
        return path.stat().st_size if path.is_file() else None

    def open(self, name: str, size: int | None = None) -> BinaryIO:
        return _open_inside(present_file(self._path, name))

    def close(self) -> None:
        """Nothing stays open."""


class Zip(Source):
    """A zip of CSV files; its other members are taken over."""

    kind: Kind = "zip"

    def __init__(self, path: Path, password: str | None) -> None:
        self._path = path
        self._reader = ZipReader(path, password)

    def description(self) -> bytes | None:
        if IN_ZIP not in self._reader.names:
            return None
        return self._reader.read(IN_ZIP, most=MOST_BYTES)

    def table_files(self) -> list[str]:
        return [
            name
            for name in self._reader.names
            if PurePosixPath(name).suffix.lower() in EXTENSIONS and not _is_of_system(name)
        ]

    def others(self, used: set[str]) -> list[str]:
        return [name for name in self._reader.names if name not in used and name != IN_ZIP]

    def place(self, name: str, table: str = "") -> Place:
        return Place(self._path, name, table)

    def size(self, name: str) -> int | None:
        return self._reader.size(name) if name in self._reader.names else None

    def open(self, name: str, size: int | None = None) -> BinaryIO:
        return self._reader.open(name, size=size)

    def close(self) -> None:
        self._reader.close()


def open_source(path: Path, password: str | None) -> Source:
    """Return the CSV files at a path.

    Raises:
        PytuckException: It is a zip that cannot be read.
        OSError: It cannot be opened.
    """
    if path.is_dir():
        return Folder(path)
    with path.open("rb") as file:
        head = file.read(4)
    is_zip = head in _ZIP_MARKS
    if not is_zip and head in _CUT_MARKS:
        raise TruncatedFileError(
            f"'{path}' is only the first {len(head)} bytes of a zip file. Restore it from a copy.",
            details={"path": str(path)},
        )
    return Zip(path, password) if is_zip else OneFile(path)


def _open_inside(path: Path) -> BinaryIO:
    """Open a file of a folder, which may come from a stranger: no link that leads out of it."""
    return open_regular(path, follows_links=False)


def is_reserved(name: str) -> bool:
    """Return whether a file's name is one of those that describe the others."""
    return name in {IN_FOLDER, IN_ZIP, JOURNAL}


def _is_of_system(name: str) -> bool:
    """Whether a member is what macOS puts beside each file."""
    path = PurePosixPath(name)
    return "__MACOSX" in path.parts or path.name.startswith("._")
