"""Where in which file something is, for messages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pytuck.common.exceptions import CorruptFileError, Detail, FileFormatError


@dataclass(frozen=True, slots=True)
class Place:
    """A CSV file: one of its own, in a folder, or in a zip.

    Attributes:
        path: The file, or the zip.
        member: Its name in the zip.
        table: The table that it has.
    """

    path: Path
    member: str = ""
    table: str = ""

    def __str__(self) -> str:
        return f"'{self.member}' in '{self.path}'" if self.member else f"'{self.path}'"

    def details(self, **more: int) -> dict[str, Detail]:
        """Return the place as the details of an exception."""
        found: dict[str, Detail] = {"path": str(self.path)}
        if self.member:
            found["member"] = self.member
        return found | more

    def error(
        self, reason: str, line: int | None = None, kind: type[FileFormatError] = CorruptFileError
    ) -> FileFormatError:
        """Return the error that something is wrong with the file.

        Args:
            reason: What is wrong and what to do about it, as one or more sentences.
            line: The line of the file, counted from 1.
        """
        where = f"{self}, line {line:,}" if line else str(self)
        return kind(
            f"{where}: {reason}",
            table_name=self.table or None,
            details=self.details(line=line) if line else self.details(),
        )
