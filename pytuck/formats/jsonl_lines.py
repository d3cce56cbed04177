"""Lines of JSON, read many at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pytuck.common.exceptions import CorruptFileError, TruncatedFileError
from pytuck.formats.json_codec import JsonCodec, JsonTextError, loads_exactly
from pytuck.formats.json_source import BLOCK_BYTES, LARGEST_VALUE

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_SPACE = b" \t\r"


@dataclass(frozen=True, slots=True)
class Lines:
    """Neighbouring lines of a file.

    Attributes:
        start: The place of the first byte in the file.
        text: The lines, without the line break behind the last.
        values: What they mean; blank lines mean nothing.
        first_line: The number of the first of them, counted from 1.
    """

    start: int
    text: bytes
    values: list[Any]
    first_line: int

    def numbered(self) -> Iterator[tuple[int, bytes, Any]]:
        """Give each value with the number of its line, and its text."""
        lines = enumerate(self.text.split(b"\n"), self.first_line)
        filled = ((number, text) for number, text in lines if text.strip(_SPACE))
        for (number, text), value in zip(filled, self.values, strict=True):
            yield number, text, value


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no JSON, among the values of others."""

    reason: str


class LineReader:
    """Reads lines of JSON.

    Attributes:
        has_nan: Take `NaN` and `Infinity`, which are no JSON, for floats.
        keeps_bad: Give a `BadLine` for a line that is no JSON, which is an error else.

    Args:
        file: Stands at the first line.
        path: The file, for messages.
        place: The place of the file where the first line is.
        line: The number of the first line, for messages.
    """

    def __init__(
        self, file: BinaryIO, path: Path, codec: JsonCodec, *, place: int = 0, line: int = 1
    ) -> None:
        self._file = file
        self._path = path
        self._codec = codec
        self._place = place
        self._line = line
        self.has_nan = False
        self.keeps_bad = False

    def lines(self, end: int | None = None) -> Iterator[Lines]:
        """Give the lines up to a place of the file, or to its end.

        Raises:
            CorruptFileError, TruncatedFileError: A line is not JSON, or the file ends before.
        """
        while end is None or self._place < end:
            wanted = BLOCK_BYTES if end is None else min(BLOCK_BYTES, end - self._place)
            text = self._file.read(wanted)
            if len(text) == wanted and not text.endswith(b"\n") and wanted == BLOCK_BYTES:
                text += self._file.readline(LARGEST_VALUE)
                self._check_length(text)
            if not text:
                break
            start, line = self._place, self._line
            self._place += len(text)
            self._line += text.count(b"\n")
            if not start and text.startswith(_BYTE_ORDER_MARK):
                start, text = 3, text[3:]
            text = text.removesuffix(b"\n")
            yield Lines(start, text, self._values(text, line), line)
        if end is not None and self._place < end:
            raise TruncatedFileError(
                f"'{self._path}' ends at byte {self._place}, but it says that it has {end}. "
                "Restore it from a backup.",
                details={"path": str(self._path), "position": self._place},
            )

    def _check_length(self, text: bytes) -> None:
        if len(text) >= LARGEST_VALUE and not text.endswith(b"\n"):
            raise CorruptFileError(
                f"'{self._path}': a line behind byte {self._place} is longer than "
                f"{LARGEST_VALUE >> 20} MiB.",
                details={"path": str(self._path), "position": self._place},
            )

    def _values(self, text: bytes, line: int) -> list[Any]:
        """Return the values of lines: at once if they are one a line, else line by line."""
        try:
            values = self._codec.loads(b"[" + text.replace(b"\n", b",") + b"]")
        except JsonTextError:
            values = None
        if isinstance(values, list) and len(values) == text.count(b"\n") + 1:
            return values
        found = []
        for number, one in enumerate(text.split(b"\n"), line):
            if one.strip(_SPACE):
                found.append(self._value(one, number))
        return found

    def _value(self, text: bytes, line: int) -> Any:
        try:
            if self.has_nan:
                return loads_exactly(text, has_nan=True)
            return self._codec.loads(text)
        except JsonTextError as err:
            if self.keeps_bad:
                return BadLine(f"it is no valid JSON: {err} (byte {err.position} of the line)")
            raise CorruptFileError(
                f"'{self._path}', line {line}, is no valid JSON: {err} (byte {err.position} of the "
                "line). Correct it there, or restore the file from a backup.",
                details={"path": str(self._path), "line": line},
            ) from None
