"""Reading a JSON file of any size piece by piece, each exactly whole values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pytuck.common.exceptions import (
    CorruptFileError,
    Detail,
    EmptyFileError,
    FileFormatError,
    TruncatedFileError,
)
from pytuck.formats.json_cells import MAX_NESTING
from pytuck.formats.json_codec import JsonCodec, JsonTextError, loads_exactly

BLOCK_BYTES = 1 << 18
LARGEST_VALUE = 1 << 27
"""Bytes of the longest record that is read: it must fit into memory several times over."""

_STRUCTURE = MAX_NESTING + 10  # our own files have a few levels around their values
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}"]', re.DOTALL)
_SPACE = re.compile(rb"[ \t\r\n]*")
_SCALAR = re.compile(rb"[^\s,\[\]{}:\"]+")
_OTHER_UNICODE = (b"\xff\xfe", b"\xfe\xff")
_GUESSES = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """Neighbouring items of a list.

    Attributes:
        start: The place of the first byte in the file.
        text: The items with what stands between them.
        values: What they mean.
    """

    start: int
    text: bytes
    values: list[Any]


@dataclass(slots=True)
class _Scan:
    """How far the end of a value was looked for.

    Attributes:
        done: The bytes of the value that were looked at.
        depth: How many brackets are open behind them.
    """

    done: int = 0
    depth: int = 0


class JsonSource:
    """A JSON file, read from its beginning to its end.

    Attributes:
        has_nan: Take `NaN` and `Infinity` for floats.
        separator: What stands between the items of the last list, with their brackets.
    """

    def __init__(self, file: BinaryIO, path: Path, codec: JsonCodec) -> None:
        self._file = file
        self._path = path
        self._codec = codec
        self.has_nan = False
        self._buffer = file.read(BLOCK_BYTES)
        self._at = 3 if self._buffer.startswith(b"\xef\xbb\xbf") else 0
        self._offset = 0  # of the buffer in the file
        self._is_end = False
        self.separator: bytes | None = None
        if self._buffer.startswith(_OTHER_UNICODE):
            raise FileFormatError(
                f"'{path}' is text in UTF-16; JSON is read in UTF-8. Save it as UTF-8 first.",
                details={"path": str(path)},
            )

    @property
    def position(self) -> int:
        """The place in the file that was reached."""
        return self._offset + self._at

    def next_byte(self) -> bytes:
        """Return the next byte that is no space, without going on; empty at the file's end."""
        while True:
            found = _SPACE.match(self._buffer, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._buffer) or not self._read_more():
                return self._buffer[self._at : self._at + 1]

    def begins_like(self, pattern: re.Pattern[bytes]) -> bool:
        """Return whether what comes next in the file matches a pattern."""
        return pattern.match(self._buffer, self._at) is not None

    def check_begins_well(self) -> None:
        """Refuse a file that is no object and no list.

        Raises:
            EmptyFileError, FileFormatError: It is none.
        """
        first = self.next_byte()
        if not first:
            raise EmptyFileError(
                f"'{self._path}' is empty; a JSON file begins with {{ or [.",
                details={"path": str(self._path)},
            )
        if first not in {b"{", b"["}:
            raise FileFormatError(
                f"'{self._path}' is no JSON file with tables: it does not begin with {{ or [.",
                details={"path": str(self._path)},
            )

    def take(self, *expected: bytes) -> bytes:
        """Pass over the next byte, which is one of those expected, and return it.

        Raises:
            CorruptFileError, TruncatedFileError: It is another one, or the file ends.
        """
        found = self.next_byte()
        if found not in expected:
            wanted = " or ".join(byte.decode() for byte in expected)
            self._fail(f"{wanted} is expected", 0)
        self._at += 1
        return found

    def check_end(self) -> None:
        """Refuse a file that goes on.

        Raises:
            CorruptFileError: It does.
        """
        if self.next_byte():
            self._fail("something stands behind the end", 0)

    def value(self) -> Any:
        """Return the next value as a whole.

        Raises:
            CorruptFileError, TruncatedFileError: It is none, or the file ends in it.
        """
        end = self._whole_value()
        value = self._parse(self._buffer[self._at : end], self._at)
        self._at = end
        return value

    def members(self) -> Iterator[str]:
        """Give the keys of an object, each before its value, which must be read in between.

        Raises:
            CorruptFileError, TruncatedFileError: It is no object, or the file ends in it.
        """
        self.take(b"{")
        seen: set[str] = set()
        if self.next_byte() == b"}":
            self._at += 1
            return
        while True:
            if self.next_byte() != b'"':
                self._fail("a key is expected", 0)
            key = self.value()
            if key in seen:
                self._fail(f"the key {key!r} stands there a second time", 0)
            seen.add(key)
            self.take(b":")
            yield key
            if self.take(b",", b"}") == b"}":
                return

    def items(self) -> Iterator[Piece]:
        """Give the items of a list, many at once.

        Raises:
            CorruptFileError, TruncatedFileError: It is no list, or the file ends in it.
        """
        self.take(b"[")
        self.separator = None
        if self.next_byte() == b"]":
            self._at += 1
            return
        while True:
            self.next_byte()
            start = self.position
            found = self._guessed_items() or self._scanned_items()
            yield Piece(start, *found)
            end = self._at
            if self.take(b",", b"]") == b"]":
                return
            if self.separator is None:
                self.next_byte()
                between = self._buffer[end : self._at] if end < self._at else b","
                self.separator = b"}" + between + b"{"

    def _guessed_items(self) -> tuple[bytes, list[Any]] | None:
        """Return what stands before the last separator in the buffer, if those are whole items.

        If brackets around a text make a list of it, then the text is whole items: it begins with
        one, and any cut within an item leaves a string or a bracket open.
        """
        if self.separator is None:
            return None
        self._fill()
        cut = len(self._buffer)
        for _ in range(_GUESSES):
            cut = self._buffer.rfind(self.separator, self._at, cut)
            if cut < 0:
                return None
            text = self._buffer[self._at : cut + 1]
            try:
                values = self._codec.loads(b"[" + text + b"]")
            except JsonTextError:
                continue
            if isinstance(values, list):
                self._at = cut + 1
                return text, values
        return None

    def _scanned_items(self) -> tuple[bytes, list[Any]]:
        """Return the items that are whole in the buffer, at least one, found byte by byte."""
        end = self._whole_value()
        while self.separator is not None:
            following = _SPACE.match(self._buffer, end)
            comma = following.end() if following else end
            if self._buffer[comma : comma + 1] != b",":
                break
            following = _SPACE.match(self._buffer, comma + 1)
            next_end = self._value_end(following.end() if following else comma)
            if next_end < 0:
                break
            end = next_end
        text = self._buffer[self._at : end]
        values = self._parse(b"[" + text + b"]", self._at - 1)
        self._at = end
        return text, values

    def _whole_value(self) -> int:
        """Have the next value in the buffer, and return where it ends there."""
        if not self.next_byte():
            self._fail("a value is expected", 0)
        scan = _Scan()
        while True:
            end = self._value_end(self._at, scan)
            if end >= 0:
                return end
            if len(self._buffer) - self._at > LARGEST_VALUE:
                self._fail(f"a value is longer than {LARGEST_VALUE >> 20} MiB", 0)
            if not self._read_more():
                return self._end_at_file_end()

    def _end_at_file_end(self) -> int:
        found = _SCALAR.match(self._buffer, self._at)
        if found is None or found.end() < len(self._buffer):
            self._fail("the end is missing", len(self._buffer) - self._at)
        return len(self._buffer)

    def _value_end(self, at: int, scan: _Scan | None = None) -> int:
        """Return where the value that begins at a place of the buffer ends; -1 if not in it.

        Args:
            scan: Where an earlier look at the same value came to, in a shorter buffer.
        """
        if self._buffer[at : at + 1] not in (b'"', b"[", b"{"):
            found = _SCALAR.match(self._buffer, at)
            if found is None and at < len(self._buffer):
                self._fail("a value is expected", at - self._at)
            return found.end() if found and found.end() < len(self._buffer) else -1
        scan = scan or _Scan()
        depth = scan.depth
        for token in _TOKEN.finditer(self._buffer, at + scan.done):
            start = token.start()
            byte = self._buffer[start]
            if byte == 0x22:
                if token.end() - start == 1:  # the string goes on behind the buffer
                    scan.depth, scan.done = depth, start - at
                    return -1
                if depth:
                    continue
            depth += 1 if byte in b"[{" else -1 if byte in b"]}" else 0
            if depth > _STRUCTURE:
                self._fail(
                    f"it is nested deeper than {MAX_NESTING} levels", token.start() - self._at
                )
            if depth <= 0:
                return token.end()
        scan.depth, scan.done = depth, len(self._buffer) - at
        return -1

    def _fill(self) -> None:
        while len(self._buffer) - self._at < BLOCK_BYTES and self._read_more():
            pass

    def _read_more(self) -> bool:
        """Drop what was read, and read a block behind the rest, as long as the rest at least."""
        if self._is_end:
            return False
        rest = self._buffer[self._at :]
        block = self._file.read(max(BLOCK_BYTES, len(rest)))
        self._offset += self._at
        self._at = 0
        self._buffer = rest + block
        self._is_end = not block
        return bool(block)

    def _parse(self, text: bytes, at: int) -> Any:
        """Return the value of a text that begins at a place of the buffer."""
        try:
            if self.has_nan and (b"NaN" in text or b"Infinity" in text):
                return loads_exactly(text, has_nan=True)
            return self._codec.loads(text)
        except JsonTextError as err:
            self._fail(str(err), at + err.position - self._at)

    def _fail(self, reason: str, ahead: int) -> Any:
        place = self.position + ahead
        details: dict[str, Detail] = {"path": str(self._path), "position": place}
        if self._is_end and self._offset + len(self._buffer) <= place:
            raise TruncatedFileError(
                f"'{self._path}' ends too early, at byte {place}: {reason}. Restore it from a "
                "backup, or get it again from where it came.",
                details=details,
            )
        raise CorruptFileError(
            f"'{self._path}' is no valid JSON at byte {place}: {reason}. Correct it there, or "
            "restore it from a backup.",
            details=details,
        )
