"""Zip files as containers of tables: read with limits, written member by member.

Nothing is ever extracted to a path, and a member is read as a stream that is counted, so a small
file cannot become a full memory or disk. `zip_writing` is the other direction.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, BinaryIO, Self

from pytuck.common.exceptions import (
    CorruptFileError,
    FileFormatError,
    PasswordRequiredError,
    TruncatedFileError,
    WrongPasswordError,
)

MOST_MEMBERS = 10_000
HIGHEST_RATIO = 200
"""Bytes that one packed byte may become in a file of others; tables have about 5 to 30."""
FREE_BYTES = 16 << 20
"""A member that is no larger may be packed as tightly as it likes."""
LARGEST_PART = 500 << 20
"""Bytes of the largest member that `read` takes into memory."""

_ENTRY_BYTES = 46  # of a member in the directory, without its name
_LONGEST_ENTRY = 1024
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_ENCRYPTED = 0x1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_BUFFER_BYTES = 256 << 10
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)


class ZipReader:
    """A zip file whose members are read.

    Args:
        password: Opens members that are encrypted.

    Raises:
        FileFormatError: It is no zip file, or one that only an attacker makes: too many members,
            two of one name, names that lead out of a folder, sizes that cannot be.
        TruncatedFileError: Its end is missing.
    """

    def __init__(self, path: Path, password: str | None = None) -> None:
        self.path = path
        self.password = password or None
        self._file = path.open("rb")
        try:
            self._check_directory()
            with self._errors(""):
                self._archive = zipfile.ZipFile(self._file)
            self._members = self._checked_members()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._archive.close()
        self._file.close()

    @property
    def names(self) -> list[str]:
        """The names of the members, in the order of the file, without folders."""
        return list(self._members)

    def size(self, name: str) -> int:
        """Return the bytes of a member, as the file declares them; reading counts them."""
        return self._members[name].file_size

    def info(self, name: str) -> zipfile.ZipInfo:
        """Return what the directory says of a member.

        Raises:
            CorruptFileError: There is no such member.
        """
        try:
            return self._members[name]
        except KeyError:
            raise CorruptFileError(
                f"'{self.path}' has no '{name}' inside; it is damaged or was changed by another "
                "program. Restore it from a copy.",
                details={"path": str(self.path), "member": name},
            ) from None

    def open(self, name: str, *, size: int | None = None) -> BinaryIO:
        """Return a member as a stream of bytes, unpacked while it is read.

        Args:
            size: The bytes it must have, as a description of ours in the same file says. Then it
                may be packed more tightly than files of others.

        Raises:
            CorruptFileError: There is no such member, its size is another, or, while reading,
                its content is damaged.
            FileFormatError: It would become too large, or is packed in an unknown way.
            PasswordRequiredError: It is encrypted.
            WrongPasswordError: The password does not open it.
        """
        info = self.info(name)
        if info.compress_type not in _METHODS:
            raise self._refusal(
                FileFormatError, name, f"is packed by method {info.compress_type}, which is unknown"
            )
        if size is not None and info.file_size != size:
            raise self._refusal(
                CorruptFileError, name, f"has {info.file_size} bytes instead of {size}"
            )
        if size is None and info.file_size > max(FREE_BYTES, HIGHEST_RATIO * info.compress_size):
            raise self._refusal(
                FileFormatError,
                name,
                f"would become {info.file_size:,} bytes from {info.compress_size:,}; a file that "
                "only fills the disk is made so",
            )
        if info.flag_bits & _ENCRYPTED and self.password is None:
            raise PasswordRequiredError(
                f"'{self.path}' is encrypted; give its password.",
                details={"path": str(self.path), "member": name},
            )
        with self._errors(name):
            password = self.password.encode("utf-8") if self.password else None
            source = self._archive.open(info, pwd=password)
        return io.BufferedReader(_CountedMember(self, source, info), _BUFFER_BYTES)

    def read(self, name: str, *, most: int = LARGEST_PART) -> bytes:
        """Return a whole member.

        Raises:
            FileFormatError: It has more than `most` bytes.
            PytuckException: As `open`.
        """
        if self.info(name).file_size > most:
            raise self._refusal(FileFormatError, name, f"has more than {most:,} bytes")
        with self.open(name) as stream:
            return stream.read()

    def packed(self, name: str) -> Iterator[bytes]:
        """Give the packed bytes of a member, as the file has them.

        Raises:
            CorruptFileError: They are not where the directory says.
        """
        info = self.info(name)
        self._file.seek(info.header_offset)
        header = self._file.read(30)
        if len(header) < 30 or not header.startswith(b"PK\x03\x04"):
            raise self._refusal(CorruptFileError, name, "is not where the directory says")
        name_bytes, extra_bytes = struct.unpack("<2H", header[26:30])
        position = info.header_offset + 30 + name_bytes + extra_bytes
        left = info.compress_size
        while left:
            self._file.seek(position)
            block = self._file.read(min(left, _BUFFER_BYTES))
            if not block:
                raise self._refusal(TruncatedFileError, name, "ends too early")
            position += len(block)
            left -= len(block)
            yield block

    # --- Checks ---

    def _check_directory(self) -> None:
        """Refuse a directory that is too large, before it is read into memory."""
        self._size = self._file.seek(0, io.SEEK_END)
        self._file.seek(max(0, self._size - _END.size - 0xFFFF))
        tail = self._file.read()
        place = tail.rfind(_END_MARK)
        if place < 0 or len(tail) - place < _END.size:
            raise TruncatedFileError(
                f"'{self.path}' has no end of a zip file: it is damaged or no zip file. Restore it "
                "from a copy.",
                details={"path": str(self.path)},
            )
        directory_bytes = _END.unpack(tail[place : place + _END.size])[5]
        if directory_bytes > MOST_MEMBERS * _LONGEST_ENTRY and directory_bytes != 0xFFFFFFFF:
            raise self._too_many()

    def _checked_members(self) -> dict[str, zipfile.ZipInfo]:
        members: dict[str, zipfile.ZipInfo] = {}
        found = self._archive.infolist()
        if len(found) > MOST_MEMBERS:
            raise self._too_many()
        for info in found:
            if not info.filename:
                raise self._refusal(CorruptFileError, "", "has a member without a name")
            if info.filename in members:
                raise self._refusal(CorruptFileError, info.filename, "is inside twice")
            if _leads_out(info.filename):
                raise self._refusal(
                    FileFormatError, info.filename, "has a name that leads out of its folder"
                )
            if not 0 <= info.header_offset < self._size:
                raise self._refusal(CorruptFileError, info.filename, "is not where it should be")
            if not info.is_dir():
                members[info.filename] = info
        if sum(info.compress_size for info in found) > self._size:
            raise CorruptFileError(
                f"The members of '{self.path}' are larger than the file; it is damaged, or made "
                "to do harm.",
                details={"path": str(self.path)},
            )
        return members

    def _too_many(self) -> FileFormatError:
        return FileFormatError(
            f"'{self.path}' has more than {MOST_MEMBERS:,} members; such a zip file is not read.",
            details={"path": str(self.path)},
        )

    # --- Errors ---

    @contextmanager
    def _errors(self, name: str) -> Iterator[None]:
        """Turn what `zipfile` and `zlib` raise into errors of ours."""
        try:
            yield
        except EOFError as err:
            raise self._refusal(TruncatedFileError, name, "ends too early") from err
        except _DAMAGE as err:
            if name and self.info(name).flag_bits & _ENCRYPTED:
                raise WrongPasswordError(
                    f"The password does not open '{name}' in '{self.path}', or it is damaged.",
                    details={"path": str(self.path), "member": name},
                ) from err
            raise self._refusal(CorruptFileError, name, f"is damaged ({err})") from err

    def _refusal(self, kind: type[FileFormatError], name: str, reason: str) -> FileFormatError:
        where = f"'{name}' in '{self.path}'" if name else f"'{self.path}'"
        return kind(
            f"{where} {reason}. Restore the file from a copy, or ask who made it.",
            details={"path": str(self.path), "member": name},
        )


class _CountedMember(io.RawIOBase):
    """A member that is unpacked, with what `zipfile` raises as errors of ours."""

    def __init__(self, reader: ZipReader, source: IO[bytes], info: zipfile.ZipInfo) -> None:
        self._reader = reader
        self._source = source
        self._info = info
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        with self._reader._errors(self._info.filename):
            block = self._source.read(len(buffer))
        self._count += len(block)
        if not block and self._count != self._info.file_size:
            raise self._reader._refusal(
                TruncatedFileError,
                self._info.filename,
                f"has {self._count} bytes instead of {self._info.file_size}",
            )
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        self._source.close()
        super().close()


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or name[1:2] == ":"
