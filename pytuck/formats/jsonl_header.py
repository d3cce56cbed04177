"""The first line of our JSONL files, and the lines that say to which table the next ones belong.

The first line has fields of fixed width, so that it can be written over in place when lines were
added behind: only then do they count.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pytuck.common.exceptions import CorruptFileError, NewerFormatError, TruncatedFileError
from pytuck.formats.json_codec import JsonCodec, JsonTextError
from pytuck.formats.json_source import LARGEST_VALUE

VERSION = 3
"""The layout that is written; one of version 2 has no changes behind its rows."""

FORMAT_NAME = "pytuck-jsonl"

_HEADER = (
    '{"format":"' + FORMAT_NAME + '","format_version":%d,"bytes":%20d,"rows":%20d,"check":"%08x"}\n'
)
HEADER_BYTES = len(_HEADER % (VERSION, 0, 0, 0))
_PATTERN = re.compile(
    rb'\{"format":"' + FORMAT_NAME.encode() + rb'","format_version":(\d+),"bytes":( *\d+),'
    rb'"rows":( *\d+),"check":"([0-9a-f]{8})"\}\n'
)
_BEGINS = b'{"format":"' + FORMAT_NAME.encode() + b'"'
_MARKER = b'{"$table":'
_SEARCHED_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line says.

    Attributes:
        size: How many bytes of the file are valid, with this line.
        rows: How many rows the tables have.
        version: The version of the layout.
    """

    size: int
    rows: int
    version: int = VERSION

    def to_bytes(self) -> bytes:
        """Return the line."""
        return (
            _HEADER % (self.version, self.size, self.rows, _check(self.size, self.rows))
        ).encode()


@dataclass(frozen=True, slots=True)
class Segment:
    """Rows of one table that follow one another.

    Attributes:
        marker: What the line before them says.
        start, end: The places of their first byte, and behind their last line break.
    """

    marker: dict[str, Any]
    start: int
    end: int


def _check(size: int, rows: int) -> int:
    return zlib.crc32(b"%d %d" % (size, rows))


def is_own(head: bytes) -> bool:
    """Return whether a file begins as ours do."""
    return head.startswith(_BEGINS) or (
        len(head) < len(_BEGINS) and _BEGINS.startswith(head) and len(head) > 2
    )


def read_header(file: BinaryIO, path: Path) -> Header:
    """Return what the first line of a file says, when it is true.

    Raises:
        NewerFormatError: It is of a newer version.
        TruncatedFileError: The file is shorter than it says.
        CorruptFileError: The line is damaged.
    """
    file.seek(0)
    line = file.read(HEADER_BYTES)
    details = {"path": str(path)}
    found = _PATTERN.fullmatch(line)
    version = re.search(rb'"format_version":(\d+)', line)
    if version and int(version[1]) > VERSION:
        raise NewerFormatError(
            f"'{path}' has version {int(version[1])} of the layout; this program reads up to "
            f"{VERSION}. Open it with a newer version of the program.",
            details=details,
        )
    if len(line) < HEADER_BYTES:
        raise TruncatedFileError(f"'{path}' ends in its first line.", details=details)
    if found is None or int(found[4], 16) != _check(int(found[2]), int(found[3])):
        raise CorruptFileError(
            f"The first line of '{path}' is damaged. Restore the file from a backup.",
            details=details,
        )
    header = Header(int(found[2]), int(found[3]), int(found[1]))
    size = file.seek(0, 2)
    if size < header.size:
        raise TruncatedFileError(
            f"'{path}' has {size} bytes, but it says that it has {header.size}: its end is "
            "missing. Restore it from a backup.",
            details={**details, "position": size},
        )
    return header


def marker_line(marker: dict[str, Any]) -> bytes:
    """Return the line before rows of a table; the key `$table` comes first in it."""
    return json.dumps(marker, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def find_segments(file: BinaryIO, path: Path, codec: JsonCodec, header: Header) -> list[Segment]:
    """Return where the rows of which table are: a fast search for the lines between them.

    Raises:
        CorruptFileError: Such a line is not valid.
    """
    markers: list[tuple[dict[str, Any], int, int]] = []
    for start in _marker_places(file, header.size):
        file.seek(start)
        line = file.readline(LARGEST_VALUE)
        try:
            marker = codec.loads(line)
        except JsonTextError as err:
            raise _damaged(path, start, str(err)) from None
        if not isinstance(marker.get("$table"), str) or not line.endswith(b"\n"):
            raise _damaged(path, start, "it does not name a table")
        markers.append((marker, start, start + len(line)))
    ends = [*[start for _, start, _ in markers[1:]], header.size][: len(markers)]
    if (markers[0][1] if markers else header.size) != HEADER_BYTES:
        raise _damaged(path, HEADER_BYTES, "no table is named before the rows")
    return [
        Segment(marker, start, end) for (marker, _, start), end in zip(markers, ends, strict=True)
    ]


def _marker_places(file: BinaryIO, size: int) -> list[int]:
    """Return where lines begin that name a table; no line of a row begins like them."""
    wanted = b"\n" + _MARKER
    places: list[int] = []
    offset = HEADER_BYTES - 1
    file.seek(offset)
    rest = b""
    while offset < size:
        block = file.read(min(_SEARCHED_BYTES, size - offset))
        if not block:
            break
        text = rest + block
        at = text.find(wanted)
        while at >= 0:
            places.append(offset - len(rest) + at + 1)
            at = text.find(wanted, at + 1)
        offset += len(block)
        rest = text[-len(wanted) + 1 :]
    return places


def _damaged(path: Path, place: int, reason: str) -> CorruptFileError:
    return CorruptFileError(
        f"'{path}' is damaged at byte {place}: {reason}. Restore the file from a backup.",
        details={"path": str(path), "position": place},
    )


def row_key(column: str) -> str:
    """Return the key of a column in rows: none begins with one `$`, as lines that name tables do."""
    return "$" + column if column.startswith("$") else column
