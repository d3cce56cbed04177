"""The text encoding of an XML file: what it declares, what it is, and what is written."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pytuck.common.exceptions import ConfigurationError, CorruptFileError, TruncatedFileError

BLOCK_BYTES = 1 << 18
_DECLARATION = re.compile(
    r"""<\?xml\s+version\s*=\s*["'][^"'<>]*["']\s+encoding\s*=\s*["']([A-Za-z][\w.-]*)["']""",
    re.ASCII,
)
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = ((b"<\0?\0", "utf-16-le"), (b"\0<\0?", "utf-16-be"))
_PROBE = "<?xml version='1.0'?>"


def encoding_of(head: bytes, path: Path) -> tuple[str, int]:
    """Return in which encoding a file is, by Python's name, and the length of its mark.

    Args:
        head: Its beginning.

    Raises:
        CorruptFileError: It declares another encoding than it has, or one that is not known.
    """
    mark, encoding = next(
        ((mark, name) for mark, name in _MARKS if head.startswith(mark)), (b"", "")
    )
    if not mark:
        encoding = next((name for start, name in _UNMARKED if head.startswith(start)), "")
    text = head[len(mark) :].decode(encoding or "latin-1", errors="ignore")
    found = _DECLARATION.match(text)
    declared = _python_name(found[1], path) if found else encoding or "utf-8"
    if encoding and not encoding.startswith(declared):
        raise _mismatch(path, declared, encoding)
    if not encoding and _PROBE.encode(declared) != _PROBE.encode():
        raise _mismatch(path, declared, "one of single bytes")
    return encoding or declared, len(mark)


def _mismatch(path: Path, declared: str, found: str) -> CorruptFileError:
    return CorruptFileError(
        f"'{path}', line 1: the file declares the encoding {declared}, but it is written in "
        f"{found}. Correct the declaration in its first line.",
        details={"path": str(path), "line": 1},
    )


def _python_name(declared: str, path: Path) -> str:
    try:
        found = codecs.lookup(declared)
        _PROBE.encode(declared)
    except (LookupError, UnicodeError) as err:
        raise CorruptFileError(
            f"'{path}', line 1: the encoding '{declared}' that the file declares is not known. "
            "Save the file as UTF-8.",
            details={"path": str(path), "line": 1},
        ) from err
    return found.name


def utf8_blocks(file: BinaryIO, encoding: str, path: Path) -> Iterator[bytes]:
    """Give the rest of a file in UTF-8, whatever its encoding.

    Raises:
        CorruptFileError: It is not in this encoding.
    """
    if encoding == "utf-8":
        yield from iter(lambda: file.read(BLOCK_BYTES), b"")
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 1
    while True:
        start = file.tell()
        block = file.read(BLOCK_BYTES)
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError as err:
            line = lines + block[: err.start].count(b"\n")
            kind = TruncatedFileError if not block else CorruptFileError
            raise kind(
                f"'{path}', line {line:,}: the bytes near byte {start + err.start:,} are no text "
                f"in {encoding}, the encoding of the file. Restore the file from a backup, or "
                "correct the encoding that its first line declares.",
                details={"path": str(path), "line": line},
            ) from err
        lines += text.count("\n")
        if text:
            yield text.encode()
        if not block:
            return


# --- Writing ----------------------------------------------------------------------------------


def xml_name(encoding: str) -> str:
    """Return how a declaration calls an encoding.

    Raises:
        ConfigurationError: Python has no such encoding, or XML cannot be written in it.
    """
    try:
        name = codecs.lookup(encoding).name
        probe = _PROBE.encode(name)
    except (LookupError, UnicodeError):
        name, probe = "", b""
    if probe not in (_PROBE.encode(), _PROBE.encode("utf-16"), _PROBE.encode("utf-8-sig")):
        raise ConfigurationError(
            f"XML cannot be written in the encoding {encoding!r}. Choose utf-8, utf-16, or one "
            "that begins with the characters of ASCII."
        )
    if name == "utf-8-sig":
        return "utf-8"
    if name.startswith("cp125"):
        return f"windows-{name[2:]}"
    return name if name == "shift_jis" else name.replace("iso8859", "iso-8859").replace("_", "-")


class _Kept(dict[int, int | str]):
    """What stands for each character: itself, or its number where an encoding lacks it.

    Some encodings seem to have a character and give back another: a yen sign becomes a backslash.
    """

    def __init__(self, encoding: str) -> None:
        super().__init__()
        self._encoding = encoding

    def __missing__(self, code: int) -> int | str:
        character = chr(code)
        try:
            is_kept = character.encode(self._encoding).decode(self._encoding) == character
        except UnicodeError:
            is_kept = False
        self[code] = found = code if is_kept else f"&#{code};"
        return found


class EncodedOut:
    """Takes UTF-8 and writes it in another encoding; characters it lacks become `&#8364;`."""

    def __init__(self, out: BinaryIO, encoding: str) -> None:
        self._out = out
        self._encoder = codecs.getincrementalencoder(encoding)()
        self._kept = _Kept(encoding)

    def write(self, data: bytes) -> int:
        """Write some whole characters."""
        return self._out.write(self._encoder.encode(data.decode().translate(self._kept)))

    def tell(self) -> int:
        """Return the place that was reached."""
        return self._out.tell()
