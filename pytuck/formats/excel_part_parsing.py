"""Parsing the parts of a workbook as streams, with expat, which loads nothing and expands nothing: a
document type is refused outright.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol
from xml.parsers import expat

from pytuck.common.exceptions import CorruptFileError, FileFormatError

BLOCK_BYTES = 256 << 10
_LONGEST_HEAD = 1 << 20


class Readable(Protocol):
    """What blocks of bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return the next bytes, about as many, or none at the end."""
        ...


def parse_part(
    stream: Readable,
    where: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
    *,
    block_bytes: int = BLOCK_BYTES,
) -> Iterator[None]:
    """Parse XML, and give None after each block of bytes.

    Raises:
        CorruptFileError: It is not well-formed.
        FileFormatError: It has a document type.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    if text is not None:
        parser.CharacterDataHandler = text

    def refuse(*_: Any) -> None:
        raise FileFormatError(
            f"{where} has a document type (<!DOCTYPE), which is not read: it can make a small "
            "file fill the memory. Ask who made the file for one without."
        )

    parser.StartDoctypeDeclHandler = refuse
    try:
        while block := stream.read(block_bytes):
            parser.Parse(block, False)
            yield
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as err:
        if not isinstance(err, expat.ExpatError) and "encoding" not in str(err):
            raise
        raise CorruptFileError(
            f"{where} is damaged ({err}). Restore the file from a copy."
        ) from err
    yield


def local(name: str) -> str:
    """Return a name without its prefix."""
    return name.rpartition(":")[2]


def part_name(path: Path, member: str) -> str:
    """Return how a part is called in messages."""
    return f"'{member}' in '{path}'"


# --- Parts that need no parser ---


def plain_head(stream: Readable, begin: re.Pattern[bytes]) -> tuple[bytes, int | None]:
    """Read up to where the content begins, and say where; None if that is not plain to see."""
    head = b""
    while len(head) < _LONGEST_HEAD and (block := stream.read(BLOCK_BYTES)):
        head += block
        found = begin.search(head)
        if found is not None:
            before = head[: found.start()]
            is_plain = b"<!" not in before and b"\0" not in before and b"encoding" not in before
            is_plain = is_plain or _is_utf8(before)
            return head, found.end() if is_plain else None
    return head, None


def _is_utf8(before: bytes) -> bool:
    declared = re.match(rb"(?:\xef\xbb\xbf)?<\?xml [^>]*encoding=[\"']([\w-]+)[\"']", before)
    is_known = declared is not None and declared[1].lower() == b"utf-8"
    return is_known and b"<!" not in before


class Chained:
    """What was read already, and then the rest of a stream."""

    def __init__(self, first: bytes, rest: Readable) -> None:
        self._first = io.BytesIO(first)
        self._rest = rest

    def read(self, size: int, /) -> bytes:
        """Return the next bytes."""
        return self._first.read(size) or self._rest.read(size)
