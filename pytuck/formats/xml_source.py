"""Reading an XML file of any size in one go, with nothing in it that reaches out of it.

The parser is expat. A document type declaration is refused, so there are no entities, and nothing
is ever fetched. Whole lines that the reader understands by itself may pass by the parser.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol
from xml.parsers import expat

from pytuck.common.exceptions import (
    CorruptFileError,
    EmptyFileError,
    FileFormatError,
    TruncatedFileError,
)
from pytuck.formats.regular_files import open_regular
from pytuck.formats.xml_encoding import BLOCK_BYTES, encoding_of, utf8_blocks

MAX_NESTING = 200
"""Levels of elements; deeper ones are refused."""

LARGEST_TOKEN = 8 << 20
"""Bytes of the longest tag with its attributes, comment or instruction."""

LARGEST_RECORD = 1 << 27
"""Bytes of the longest record: it must fit into memory several times over."""

MOST_PARTS = 1_000_000
"""Elements in one record."""

_HEAD_BYTES = 1024
_ENDS = {
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}


class Handler(Protocol):
    """What is told of the elements of a file.

    Attributes:
        texts: Gets the texts between the tags.
    """

    texts: list[str]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""


class XmlSource:
    """An XML file, read from its beginning to its end.

    Attributes:
        path: Where it is.
        encoding: Its encoding, by Python's name.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.path = path
        head = file.read(_HEAD_BYTES)
        if not head.strip():
            raise EmptyFileError(
                f"'{path}' is empty; an XML file has at least one element.",
                details={"path": str(path)},
            )
        self.encoding, self._at = encoding_of(head, path)
        file.seek(self._at)
        self._blocks = utf8_blocks(file, self.encoding, path)
        self._buffer = b""
        self._offset, self._at = self._at, 0  # of the buffer in the file; in the buffer
        self._is_end = False
        self._fed = 0
        self._passed_lines = 0
        self._passed_bytes = 0
        self._parser = self._new_parser()

    def _new_parser(self) -> expat.XMLParserType:
        # The file may declare another encoding: this is what it has been turned into.
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        return parser

    def _refuse_doctype(self, *_: object) -> None:
        raise self.error(
            "it has a document type declaration (<!DOCTYPE ...>), which can make a small file a "
            "huge one or reach for other files, so that it is refused. Take it out of the file.",
            kind=FileFormatError,
        )

    def tell(self, handler: Handler) -> None:
        """Set who is told of the elements."""
        self._parser.StartElementHandler = handler.start
        self._parser.EndElementHandler = handler.end
        self._parser.CharacterDataHandler = handler.texts.append

    @property
    def parser(self) -> expat.XMLParserType:
        """The parser, for handlers of more than elements and texts."""
        return self._parser

    @property
    def is_utf8(self) -> bool:
        """Whether places in this source are places in the file."""
        return self.encoding == "utf-8"

    @property
    def line(self) -> int:
        """The line that was reached, counted from 1."""
        return self._parser.CurrentLineNumber + self._passed_lines

    @property
    def byte_index(self) -> int:
        """Where in the file, without its mark and in UTF-8, the parser is."""
        return self._parser.CurrentByteIndex + self._passed_bytes

    @property
    def position(self) -> int:
        """The place in the file of the next byte that is neither parsed nor passed over."""
        return self._offset + self._at

    def error(
        self, reason: str, kind: type[FileFormatError] = CorruptFileError, table: str | None = None
    ) -> FileFormatError:
        """Return the error that something is wrong at the place that was reached.

        Args:
            reason: What is wrong and what to do about it.
        """
        return kind(
            f"'{self.path}', line {self.line:,}: {reason}",
            table_name=table,
            details={"path": str(self.path), "line": self.line},
        )

    # --- Going on ---------------------------------------------------------------------------

    def parse_block(self) -> bool:
        """Parse the next block of the file; return False at its end."""
        if self._at >= len(self._buffer) and not self._read_more():
            self._parse(b"", is_final=True)
            return False
        return self.parse(len(self._buffer))

    def parse_through(self, marker: bytes) -> bool:
        """Parse up to the end of the line with a marker, or a block without it.

        Returns:
            Whether there is more in the file.
        """
        if not self._has_line() and not self._read_more():
            return self.parse_block()
        found = self._buffer.find(marker, self._at)
        end = 0 if found < 0 else self._buffer.find(b"\n", found) + 1
        return self.parse(end or self._buffer.rfind(b"\n", self._at) + 1 or len(self._buffer))

    def parse(self, end: int) -> bool:
        """Parse the buffer up to a place in it."""
        block = self._buffer[self._at : end]
        self._at = end
        self._parse(block)
        return True

    def lines_before(self, marker: bytes) -> bytes:
        """Take the next whole lines before a marker, about a block of them; perhaps none."""
        if not self._has_line():
            self._read_more()
        found = self._buffer.find(marker, self._at)
        end = self._buffer.rfind(b"\n", self._at, len(self._buffer) if found < 0 else found) + 1
        if end <= self._at:
            return b""
        lines = self._buffer[self._at : end]
        self._at = end
        return lines

    def take_through(self, marker: bytes) -> bytes:
        """Take about a block, up to the last place that ends with a marker; perhaps nothing."""
        if len(self._buffer) - self._at < BLOCK_BYTES:
            self._read_more()
        found = self._buffer.rfind(marker, self._at)
        if found < 0:
            return b""
        end = found + len(marker)
        taken = self._buffer[self._at : end]
        self._at = end
        return taken

    def parse_taken(self, taken: bytes) -> None:
        """Parse what was taken."""
        self._parse(taken)

    def pass_over(self, taken: bytes) -> None:
        """Note that what was taken is not parsed."""
        self._passed_lines += taken.count(b"\n")
        self._passed_bytes += len(taken)

    def _has_line(self) -> bool:
        return self._buffer.find(b"\n", self._at) >= 0

    def _read_more(self) -> bool:
        block = next(self._blocks, b"")
        if not block:
            self._is_end = True
            return False
        self._offset += self._at
        self._buffer = self._buffer[self._at :] + block
        self._at = 0
        return True

    def _parse(self, data: bytes, *, is_final: bool = False) -> None:
        try:
            self._parser.Parse(data, is_final)
        except expat.ExpatError as err:
            raise self._damage(err, is_final=is_final) from err
        self._fed += len(data)
        if self._fed - self._parser.CurrentByteIndex > LARGEST_TOKEN:
            raise self.error(
                f"a tag, comment or instruction has more than {LARGEST_TOKEN >> 20} MiB. Take it "
                "out of the file.",
                FileFormatError,
            )

    def _damage(self, err: expat.ExpatError, *, is_final: bool) -> FileFormatError:
        if is_final and err.code in _ENDS:
            return self.error(
                "the file ends too early. Restore it from a backup.", TruncatedFileError
            )
        return self.error(
            f"this is no valid XML in {self.encoding} ({expat.ErrorString(err.code)}, column "
            f"{err.offset + 1}). Correct it in the file, or restore the file from a backup."
        )


@contextlib.contextmanager
def opened(path: Path) -> Iterator[XmlSource]:
    """Give a file, open for reading.

    Raises:
        FileFormatError: It is empty, or not in the encoding that it declares.
    """
    with open_regular(path) as file:
        yield XmlSource(file, path)


def head_of(path: Path) -> bytes:
    """Return the beginning of a file in UTF-8, as much of it as can be read."""
    with open_regular(path) as file:
        start = file.read(_HEAD_BYTES)
        encoding, mark = encoding_of(start, path)
    return start[mark:].decode(encoding, errors="ignore").encode()
