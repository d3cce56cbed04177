"""A file of the old library as bytes at places, decrypted where it must be."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NoReturn

from pytuck.common.exceptions import (
    CorruptFileError,
    PasswordRequiredError,
    TruncatedFileError,
    WrongPasswordError,
)
from pytuck.formats.ptk_ciphers import Keystream, combined, derived_key, key_check, keystream

_LEVELS = {1: "low", 2: "medium", 3: "high"}
_ENCRYPTED = 0x02


@dataclass
class PtkSource:
    """An open file.

    Attributes:
        path: For messages.
        size: How many bytes it has.
    """

    path: Path
    file: BinaryIO
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = os.fstat(self.file.fileno()).st_size

    def read(self, start: int, count: int, what: str) -> bytes:
        """Return a part of the file.

        Raises:
            TruncatedFileError: The file ends before it.
        """
        if start + count > self.size:
            raise TruncatedFileError(
                f"The end of '{self.path}' is missing: {what} should reach to byte "
                f"{start + count:,}, and the file has {self.size:,}. Copy it again, or go back to "
                "a backup.",
                details={"path": str(self.path), "size_bytes": self.size},
            )
        self.file.seek(start)
        return self.file.read(count)

    def fail(self, what: str, reason: object, table: str | None = None) -> NoReturn:
        """Say what is wrong with the file.

        Raises:
            CorruptFileError: Always.
        """
        raise CorruptFileError(
            f"'{self.path}' is damaged: {what} ({reason}). Go back to a backup.",
            table_name=table,
            details={"path": str(self.path)},
        )

    def keystream(
        self, flags: int, salt: bytes, check: bytes, password: str | None
    ) -> Keystream | None:
        """Return what the encrypted parts are combined with; None if nothing is encrypted.

        Raises:
            PasswordRequiredError, WrongPasswordError: The password is missing or wrong.
        """
        if not flags & _ENCRYPTED:
            return None
        level = _LEVELS.get(flags >> 2 & 3)
        if level is None:
            self.fail("it is encrypted, and does not say how", f"flags {flags:#x}")
        if not password:
            raise PasswordRequiredError(
                f"'{self.path}' is encrypted. Give the password it was made with.",
                details={"path": str(self.path)},
            )
        key = derived_key(password, salt, level)
        if key_check(key) != check:
            raise WrongPasswordError(
                f"The password does not open '{self.path}'. Try again; mind upper and lower case.",
                details={"path": str(self.path)},
            )
        return keystream(key, level)


@dataclass(frozen=True)
class Region:
    """A part of a file that is encrypted as one stream, or not at all.

    Attributes:
        start: Where the stream begins.
    """

    source: PtkSource
    start: int
    stream: Keystream | None

    def read(self, start: int, count: int, what: str) -> bytes:
        """Return a part of it in the clear; `start` counts from the beginning of the file."""
        data = self.source.read(start, count, what)
        if self.stream is None or not data:
            return data
        return combined(data, self.stream(start - self.start, count))
