"""Which format a file has: by its content, and by its name where the content leaves a doubt."""

from __future__ import annotations

import re
from pathlib import Path

from pytuck.common.exceptions import PytuckException
from pytuck.formats.registry import FORMATS
from pytuck.formats.zip_container import ZipReader

HEAD_BYTES = 64 * 1024

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PARQUET = b"PAR1"
_PICKLES = (b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05", b"]q", b"(lp")
_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_TINYDB = re.compile(r'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\{\s*(?:"\d+"\s*:\s*\{|\}\s*[,}])')
_OWN_JSON = re.compile(r'\s*\{\s*"(?:format|format_version|tables|timestamp)"\s*:')
_TABLE_FILES = {".csv": "csv", ".tsv": "csv", ".pdl": "pydblite", ".parquet": "parquet"}
_FORMAT_NAME = re.compile(r'"(?:format|engine)"\s*:\s*"(?:pytuck-)?(csv|pydblite|parquet|jsonl)"')
_MAX_NAMES = 10_000

_BY_EXTENSION = {
    extension: name for name, entry in FORMATS.items() for extension in entry.extensions
} | {".xls": "excel", ".ods": "excel", ".jsonlines": "jsonl"}


def format_of_name(path: Path) -> str | None:
    """Return the format that the ending of a name speaks for; None if it speaks for none."""
    return _BY_EXTENSION.get(path.suffix.lower())


def format_of_folder(path: Path) -> str | None:
    """Return the format of a folder with tables in files; None if it holds nothing known."""
    names = [found.name for found, _ in zip(path.iterdir(), range(_MAX_NAMES), strict=False)]
    if "cache.db" in names:
        return "diskcache"
    kinds = [_TABLE_FILES[suffix] for name in names if (suffix := _suffix(name)) in _TABLE_FILES]
    if kinds:
        return max(sorted(set(kinds)), key=kinds.count)
    return _described_format(path / "_pytuck.json") or format_of_name(path)


def _described_format(description: Path) -> str | None:
    """Return the format that the description of a folder without tables names."""
    try:
        text = description.read_text("utf-8")[:HEAD_BYTES]
    except (OSError, UnicodeDecodeError):
        return None
    named = _FORMAT_NAME.search(text)
    return named[1] if named else None


def format_of_file(path: Path, head: bytes) -> str | None:
    """Return the format of a file; None if it is of none that is known.

    Args:
        head: Its first `HEAD_BYTES` bytes, or all of it.
    """
    by_name = format_of_name(path)
    if head.startswith(_PARQUET):
        return "parquet"
    if head.startswith((_ZIP, _EMPTY_ZIP)):
        return _format_of_zip(path) or by_name
    if head.startswith(_OLD_EXCEL):
        return "excel"
    if by_name in {"msgpack", "pydblite"} or head.startswith(b"PYTUCKMP"):
        return by_name or "msgpack"
    if head.startswith(_PICKLES) and by_name is None:
        return "pydblite"
    text = _as_text(head)
    return None if text is None else _format_of_text(text, by_name)


def _format_of_text(text: str, by_name: str | None) -> str | None:
    start = text.lstrip()[:1]
    if by_name in {"csv", "jsonl"}:
        return by_name
    if start == "<":
        return None if re.match(r"\s*<(!doctype\s+html|html)", text, re.IGNORECASE) else "xml"
    if start == "{":
        if by_name != "json" and _has_json_lines(text):
            return "jsonl"
        if _OWN_JSON.match(text) is None and (by_name == "tinydb" or _TINYDB.match(text)):
            return "tinydb"
        return "json"
    return "json" if start == "[" else by_name


def _has_json_lines(text: str) -> bool:
    first, _, rest = text.lstrip().partition("\n")
    is_whole = first.rstrip().endswith("}") and first.count("{") == first.count("}")
    return is_whole and rest.lstrip().startswith("{")


def _format_of_zip(path: Path) -> str | None:
    try:
        with ZipReader(path) as archive:
            names = archive.names
            if names == ["_metadata.json"]:
                with archive.open(names[0]) as member:
                    text = member.read(HEAD_BYTES).decode("utf-8", errors="replace")
                named = _FORMAT_NAME.search(text)
                return named[1] if named else None
    except (PytuckException, OSError):  # whoever reads it says what is wrong
        return None
    if any(name in {"xl/workbook.xml", "xl/workbook.bin", "content.xml"} for name in names):
        return "excel"
    for ending, name in ((".jsonl", "jsonl"), (".csv", "csv"), (".tsv", "csv")):
        if any(found.lower().endswith(ending) for found in names):
            return name
    return None


def _as_text(head: bytes) -> str | None:
    """Return the beginning of a text; None if it is none."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return head.decode(encoding, errors="replace")
    return None if b"\0" in head else head.decode("utf-8", errors="replace")


def _suffix(name: str) -> str:
    return Path(name).suffix.lower()
