"""The description of the tables that stands beside their CSV files, in a folder or a zip."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pytuck.common.exceptions import CorruptFileError, NewerFormatError, SchemaError
from pytuck.formats.csv_dialect import Dialect
from pytuck.formats.csv_place import Place
from pytuck.formats.old_schema import table_from_old
from pytuck.schema import Table
from pytuck.schema.json_form import table_from_json, table_to_json
from pytuck.types.base import DECODE_ERRORS

VERSION = 3
"""The layout that is written; the old library's is 2."""

OLD_VERSION = 2
IN_FOLDER = "_pytuck.json"
IN_ZIP = "_metadata.json"

_RESERVED = {"con", "prn", "aux", "nul"} | {f"{k}{n}" for k in ("com", "lpt") for n in range(10)}
_PLAIN_NAME = re.compile(r"[^\W_](?:[\w .-]*[\w-])?")
_LONGEST_NAME = 100  # bytes
MOST_BYTES = 64 << 20
"""Bytes of the largest description that is read."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """The file of one table.

    Attributes:
        file: Its name.
        rows: How many rows it has; None where nobody wrote it down.
        size: Its bytes; None as `rows`.
        is_old: The old library wrote it.
    """

    table: Table
    file: str
    dialect: Dialect
    rows: int | None = None
    size: int | None = None
    next_key: int | None = None
    is_old: bool = False


def to_json(files: Iterable[TableFile]) -> bytes:
    """Return the description."""
    tables = [
        {
            "name": item.table.name,
            "file": item.file,
            "rows": item.rows,
            "size": item.size,
            "next_key": item.next_key,
            "dialect": _dialect_to_json(item.dialect),
            **table_to_json(item.table),
        }
        for item in files
    ]
    plain = {"engine": "csv", "format_version": VERSION, "tables": tables}
    return json.dumps(plain, ensure_ascii=False, indent=1).encode("utf-8")


def from_json(data: bytes, place: Place) -> list[TableFile]:
    """Return the files that a description tells of.

    Raises:
        CorruptFileError: It is none, or is cut off.
        NewerFormatError: A newer version made it.
    """
    try:
        plain = json.loads(data.decode("utf-8"))
        is_old = _version(plain, place) == OLD_VERSION
        files = _old_files(plain, place) if is_old else _files(plain)
    except (*DECODE_ERRORS, SchemaError) as err:
        raise place.error(
            f"the description of the tables is damaged or cut off ({err}). Restore it from a "
            "copy; without it, the CSV files are read as those of others."
        ) from err
    if len({item.file for item in files}) != len(files):
        raise place.error("two tables have the same file. Restore it from a copy.")
    return files


def _version(plain: Mapping[str, Any], place: Place) -> int:
    version = _count(plain["format_version"])
    if plain["engine"] != "csv":
        raise ValueError("it is not of this engine")
    if version > VERSION:
        raise NewerFormatError(
            f"{place} is of version {version}; this program knows up to {VERSION}. "
            "Install a newer one.",
            details=place.details(),
        )
    return version


def _files(plain: Mapping[str, Any]) -> list[TableFile]:
    return [
        TableFile(
            table_from_json(_text(entry["name"]), entry),
            _file_name(entry["file"]),
            _dialect_from_json(entry["dialect"]),
            _count(entry["rows"]),
            _count(entry["size"]),
            None if entry["next_key"] is None else _count(entry["next_key"]),
        )
        for entry in plain["tables"]
    ]


def _old_files(plain: Mapping[str, Any], place: Place) -> list[TableFile]:
    files = []
    for name, entry in plain["tables"].items():
        table, next_key = table_from_old(name, entry, place.path)
        dialect = Dialect(mark=b"\xef\xbb\xbf")
        files.append(TableFile(table, f"{name}.csv", dialect, next_key=next_key, is_old=True))
    return files


def _dialect_to_json(dialect: Dialect) -> dict[str, Any]:
    return {
        "encoding": dialect.encoding,
        "mark": b64encode(dialect.mark).decode("ascii"),
        "delimiter": dialect.delimiter,
        "quote": dialect.quote,
        "newline": dialect.newline,
        "header": dialect.has_header,
        "null": dialect.null_text,
    }


def _dialect_from_json(plain: Mapping[str, Any]) -> Dialect:
    dialect = Dialect(
        _text(plain["encoding"]),
        b64decode(_text(plain["mark"])),
        _text(plain["delimiter"]),
        _text(plain["quote"]),
        _text(plain["newline"]),
        plain["header"] is True,
        _text(plain["null"]),
    )
    try:
        "a".encode(dialect.encoding)
    except LookupError as err:
        raise ValueError(str(err)) from err
    if len(dialect.delimiter) != 1 or len(dialect.quote) != 1 or dialect.delimiter in '"\r\n':
        raise ValueError("its delimiter or quote is no sign")
    return dialect


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _count(value: Any) -> int:
    if type(value) is not int:
        raise TypeError(f"{value!r} is no number")
    return value


def _file_name(value: Any) -> str:
    name = _text(value)
    if not name or name in {".", ".."} or set(name) & {"/", "\\", "\0", ":"}:
        raise ValueError(f"{name!r} is no name of a file beside it")
    return name


# --- Names of files -----------------------------------------------------------------------


def file_name(table: str, taken: Iterable[str], extension: str = ".csv") -> str:
    """Return a name that any file system can have, for the file of a table.

    It is the table's own where possible.

    Args:
        taken: The names of other files; case and the form of accents do not tell two apart.
    """
    folded = {_folded(name) for name in taken}
    is_plain = _PLAIN_NAME.fullmatch(table) and table.lower().partition(".")[0] not in _RESERVED
    is_short = len(table.encode("utf-8", "surrogatepass")) <= _LONGEST_NAME
    if is_plain and is_short and _folded(table + extension) not in folded:
        return table + extension
    mark = hashlib.sha256(table.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    readable = re.sub(r"[^A-Za-z0-9-]+", "-", table)[:40].strip("-")
    return f"{readable or 'table'}-{mark}{extension}"


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def check_size(item: TableFile, size: int, place: Place) -> None:
    """Refuse a file that has another size than it was saved with.

    Raises:
        CorruptFileError: It was cut off, or another program changed it.
    """
    if item.size is not None and size != item.size:
        raise place.error(
            f"it has {size:,} bytes instead of {item.size:,}: it was cut off, or another program "
            "changed it. Restore it from a copy; or take the description of the tables "
            f"(`{IN_FOLDER}`, in a zip `{IN_ZIP}`) away to have it read as a file of others.",
            kind=CorruptFileError,
        )
