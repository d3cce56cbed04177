"""The texts that cells of a workbook share: each stands in the file once and has a number."""

from __future__ import annotations

import array
import io
import re
import tempfile
from collections.abc import Sequence
from typing import BinaryIO

from pytuck.formats.excel_cells import plain_texts, unescaped
from pytuck.formats.excel_part_parsing import (
    BLOCK_BYTES,
    Chained,
    Readable,
    local,
    parse_part,
    plain_head,
)

_BEGIN = re.compile(rb"<sst(?: [^<>]*)?>")
_ITEM_END = b"</si>"
_ITEM = re.compile(rb'\s*<si><t(?: xml:space="preserve")?>([^<]*)</t></si>')


class SharedStrings:
    """The texts that cells refer to, kept in a file beyond some millions of characters."""

    _KEPT = 20 << 20

    def __init__(self) -> None:
        self._file: BinaryIO = tempfile.SpooledTemporaryFile(self._KEPT)  # type: ignore[assignment]  # noqa: SIM115
        self._ends = array.array("q", [0])
        self._recent: dict[int, str] = {}

    def add(self, text: str) -> None:
        """Keep the next text."""
        data = text.encode("utf-8", "surrogatepass")
        self._file.write(data)
        self._ends.append(self._ends[-1] + len(data))

    def __getitem__(self, number: int) -> str:
        found = self._recent.get(number)
        if found is None:
            if not 0 <= number < len(self._ends) - 1:
                raise ValueError(f"there is no shared text {number}")
            self._file.seek(self._ends[number])
            data = self._file.read(self._ends[number + 1] - self._ends[number])
            found = data.decode("utf-8", "surrogatepass")
            if len(self._recent) > 50_000:
                self._recent.clear()
            self._recent[number] = found
        return found

    def close(self) -> None:
        """Forget the texts."""
        self._file.close()


def read_shared(stream: BinaryIO, where: str, *, has_escapes: bool = True) -> SharedStrings:
    """Return the shared texts of a workbook.

    Args:
        has_escapes: `_x000D_` in a text is a carriage return.

    Raises:
        CorruptFileError: They are damaged.
        FileFormatError: They have a document type.
    """
    shared = SharedStrings()
    parser = _SharedParser(shared, where, has_escapes=has_escapes)
    try:
        head, start = plain_head(stream, _BEGIN)
        if start is None:
            parser.parse(Chained(head, stream))
        else:
            parser.scan(head[start:], stream)
    except BaseException:
        shared.close()
        raise
    return shared


class _SharedParser:
    """Adds texts to those known: plain ones by an expression, the others by the parser."""

    def __init__(self, shared: SharedStrings, where: str, *, has_escapes: bool) -> None:
        self._shared = shared
        self._where = where
        self._has_escapes = has_escapes
        self._pieces: list[str] = []
        self._is_text = False
        self._is_phonetic = False

    def scan(self, rest: bytes, stream: BinaryIO) -> None:
        while True:
            whole, end, left = rest.rpartition(_ITEM_END)
            if b"<!" in whole:
                break
            if end:
                self._add_block(whole + end)
                rest = left
            block = stream.read(BLOCK_BYTES)
            if not block:
                break
            rest += block
        self.parse(Chained(b"<sst>" + rest, stream))

    def _add_block(self, block: bytes) -> None:
        found = _ITEM.findall(block)
        is_plain = len(found) == block.count(_ITEM_END) and b"\r" not in block
        texts: Sequence[str] | None = None
        if is_plain and not _ITEM.sub(b"", block).strip():
            try:
                texts = plain_texts([text.decode() for text in found])
            except UnicodeDecodeError:
                texts = None
        if texts is None:
            self.parse(io.BytesIO(b"<sst>" + block + b"</sst>"))
        else:
            for text in texts:
                self._shared.add(text)

    def parse(self, stream: Readable) -> None:
        for _ in parse_part(stream, self._where, self._start, self._end, self._text):
            pass

    def _start(self, name: str, _: dict[str, str]) -> None:
        name = local(name)
        if name == "si":
            self._pieces.clear()
        elif name == "rPh":
            self._is_phonetic = True
        elif name == "t":
            self._is_text = not self._is_phonetic

    def _end(self, name: str) -> None:
        name = local(name)
        if name == "si":
            found = "".join(self._pieces)
            self._shared.add(unescaped(found) if self._has_escapes else found)
        elif name == "rPh":
            self._is_phonetic = False
        elif name == "t":
            self._is_text = False

    def _text(self, piece: str) -> None:
        if self._is_text:
            self._pieces.append(piece)
