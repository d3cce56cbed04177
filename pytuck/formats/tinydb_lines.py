"""TinyDB files of ours, read line by line in flat memory: each document is a line.

A program that uses TinyDB writes such a file again without lines; it is then read like any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO

from pytuck.common.exceptions import CorruptFileError, TruncatedFileError
from pytuck.formats.json_codec import JsonTextError, fastest_codec
from pytuck.formats.row_chunks import CHUNK_ROWS, ChunkMap

HEAD = b'{"_pytuck":{"1":{"layout":"lines",'
"""How a file begins that has a line for each document."""

_BLOCK_BYTES = 1 << 18
_LONGEST_LINE = 1 << 27
_CODEC = fastest_codec()

Documents = dict[str, Any]
"""Documents by their ids."""


class LineFile:
    """A file of ours, read from its beginning to its end."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._rest = b""
        self._start = 0  # the place of the rest in the file
        self._line = 1

    def head(self) -> dict[str, Any]:
        """Return the description of the tables."""
        line = self._one_line()
        try:
            found = _CODEC.loads(line.removesuffix(b",") + b"}")["_pytuck"]["1"]
        except (JsonTextError, KeyError, TypeError) as err:
            raise self._damaged(f"the description of the tables is none ({err})") from err
        if not isinstance(found, dict):
            raise self._damaged("the description of the tables is none")
        return found

    def begin_table(self, name: str) -> None:
        """Pass over the line at which a table begins."""
        if self._one_line() != table_line(name):
            raise self._damaged(f"the table '{name}' is expected to begin")

    def documents(self, chunks: ChunkMap) -> Iterator[Documents]:
        """Give the documents of a table, some at a time, and note where they are."""
        while True:
            lines, is_end = self._lines_of_table()
            if lines:
                documents = self._parsed(lines)
                self._note(chunks, lines, documents)
                yield documents
                self._line += len(lines)
            if is_end:
                self._one_line()
                return

    def check_end(self) -> None:
        """Refuse a file that goes on, or lacks its last line."""
        if self._one_line() != b"}" or self._rest or self._file.read(1):
            raise self._damaged("it does not end where it should")

    def _lines_of_table(self) -> tuple[list[bytes], bool]:
        """Take the next lines with documents; say whether the table ends behind them."""
        if b"\n" not in self._rest:
            self._fill()
        whole = self._rest[: self._rest.rindex(b"\n")]
        lines = whole.split(b"\n")
        count = next((n for n, line in enumerate(lines) if line[:1] == b"}"), len(lines))
        taken = lines[:count]
        length = sum(map(len, taken)) + len(taken)
        self._rest = self._rest[length:]
        self._start += length
        return taken, count < len(lines)

    def _one_line(self) -> bytes:
        if b"\n" not in self._rest:
            self._fill()
        line, _, self._rest = self._rest.partition(b"\n")
        self._start += len(line) + 1
        self._line += 1
        return line

    def _fill(self) -> None:
        parts = [self._rest]
        length = len(self._rest)
        while True:
            block = self._file.read(_BLOCK_BYTES)
            if not block:
                raise TruncatedFileError(
                    f"The end of '{self._path}' is missing, behind line {self._line}. Restore it "
                    "from a backup.",
                    details={"path": str(self._path), "line": self._line},
                )
            parts.append(block)
            length += len(block)
            if b"\n" in block:
                break
            if length > _LONGEST_LINE:
                raise self._damaged(f"a line has more than {_LONGEST_LINE} bytes")
        self._rest = b"".join(parts)

    def _parsed(self, lines: list[bytes]) -> Documents:
        text = b"{" + b"".join(lines).removesuffix(b",") + b"}"
        try:
            documents = _CODEC.loads(text)
        except JsonTextError as err:
            raise self._damaged(self._reason(lines, err)) from err
        if len(documents) != len(lines):
            raise self._damaged("a line is no document")
        return dict(documents)

    def _reason(self, lines: list[bytes], err: JsonTextError) -> str:
        for number, line in enumerate(lines, self._line):
            try:
                _CODEC.loads(b"{" + line.removesuffix(b",") + b"}")
            except JsonTextError as single:
                return f"line {number} is no document ({single})"
        return str(err)

    def _note(self, chunks: ChunkMap, lines: list[bytes], documents: Documents) -> None:
        try:
            ids = list(map(int, documents))
        except ValueError as err:
            raise self._damaged("an id of a document is no whole number") from err
        if ids != sorted(ids) or not chunks.is_ascending:
            chunks.is_ascending = False
            return
        before = self._start - sum(map(len, lines)) - len(lines)
        ends = list(accumulate(map(len, lines), lambda end, length: end + 1 + length))
        for first in range(0, len(lines), CHUNK_ROWS):
            last = min(first + CHUNK_ROWS, len(lines)) - 1
            start = before + (ends[first - 1] + 1 if first else 0)
            end = before + ends[last] - (1 if lines[last].endswith(b",") else 0)
            chunks.add(start, end, ids[first], ids[last])

    def _damaged(self, reason: str) -> CorruptFileError:
        return CorruptFileError(
            f"'{self._path}' is damaged near line {self._line}: {reason}. Restore it from a "
            "backup.",
            details={"path": str(self._path), "line": self._line},
        )


def table_line(name: str) -> bytes:
    """Return the line at which a table begins."""
    return json.dumps(name, ensure_ascii=False).encode() + b":{"


def document_lines(ids: Sequence[Any], texts: Sequence[bytes]) -> bytes:
    """Return the lines of documents, without the end of the last."""
    return b",\n".join([b'"%d":%b' % pair for pair in zip(ids, texts, strict=True)])
