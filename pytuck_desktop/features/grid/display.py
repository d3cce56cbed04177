"""How a stored value looks in a cell. No Qt.

A displayed cell is a tuple `(text, look)`, computed once for a row and then only painted. Copying
and editing take the stored values, never these.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntEnum
from functools import partial
from typing import NamedTuple

from pytuck_desktop.widgets.visible_text import cell_text

Stored = None | int | float | str | bytes

SHOWN_CHARACTERS = 256
"""Characters of a text that a cell shows; longer ones end in `…`."""


class Look(IntEnum):
    """How a cell is painted."""

    TEXT = 0
    NUMBER = 1  # right-aligned
    NULL = 2  # muted
    TRUE = 3
    FALSE = 4
    BLOB = 5  # muted, right-aligned
    EMPTY = 6  # text of no length, told from NULL
    INVALID = 7  # marked: not of the column's type
    IMAGE = 8  # as a blob, with a small picture


class DisplayStyle(NamedTuple):
    """What the user has chosen for all grids.

    Attributes:
        local_dates: Dates as in the user's country instead of ISO 8601.
        grouped_numbers: Thousands apart; never in keys.
    """

    local_dates: bool = False
    grouped_numbers: bool = False


PLAIN = DisplayStyle()

DisplayCell = tuple[str, Look]
Formatter = Callable[[Stored, int], DisplayCell]
"""From a stored value and its full length if it is a preview (else 0)."""

NULL_CELL: DisplayCell = ("NULL", Look.NULL)
EMPTY_CELL: DisplayCell = ("", Look.EMPTY)


def formatter(
    type_name: str, storage: str, style: DisplayStyle = PLAIN, *, is_key: bool = False
) -> Formatter:
    """Return the function that shows the values of a column.

    Args:
        type_name: Its declared type.
        storage: The name of the type's storage class.
        is_key: Its numbers are names of rows, and stay as they are.
    """
    if type_name == "INTERVAL":
        return _interval
    if style.grouped_numbers and not is_key and storage in _GROUPED:
        return partial(_grouped, _GROUPED[storage])
    if style.local_dates and storage in ("date", "time", "timestamp"):
        from pytuck_desktop.features.grid.local_dates import LOCAL_TEXTS

        return partial(_local, _BY_STORAGE[storage], LOCAL_TEXTS[storage])
    if storage == "text":
        is_json = type_name.upper().startswith("JSON")  # a foreign file's
        return _BY_TEXT_TYPE.get(type_name) or (json_cell if is_json else show)
    return _BY_STORAGE.get(storage, show)


def show(value: Stored, full_length: int = 0) -> DisplayCell:
    """Return the cell for a stored value whose column says nothing special."""
    if value is None:
        return NULL_CELL
    if isinstance(value, str):
        return _text(value, full_length)
    if isinstance(value, bytes):
        return blob_cell(value, full_length)
    return (repr(value), Look.NUMBER)


def misfit(value: Stored, full_length: int = 0) -> DisplayCell:
    """Return the cell for a value that is not of its column's type: as it is, and marked."""
    text, look = show(value, full_length)
    return (text, look if look is Look.NULL else Look.INVALID)


def size_text(size_bytes: int) -> str:
    """Return a size such as `12.3 KB` (1 KB = 1024 bytes)."""
    if size_bytes < 1024:
        return f"{size_bytes} B"
    size = float(size_bytes)
    for unit in ("KB", "MB", "GB"):
        size /= 1024
        if size < 1024:
            return f"{size:.1f} {unit}"
    return f"{size / 1024:.1f} TB"


def blob_cell(value: bytes, full_length: int = 0) -> DisplayCell:
    """Return the cell for bytes: what they seem to be, and how many."""
    kind = next((name for head, name in _BLOB_HEADS if value.startswith(head)), "BLOB")
    if value[8:12] == b"WEBP" and value.startswith(b"RIFF"):
        kind = "WebP"
    look = Look.IMAGE if kind in _PICTURES else Look.BLOB
    return (f"{kind} {size_text(full_length or len(value))}", look)


def json_cell(value: Stored, full_length: int = 0) -> DisplayCell:
    """Return the cell for JSON: on one line, without the space between its parts."""
    if not isinstance(value, str):
        return show(value, full_length)
    beginning = value[: 4 * SHOWN_CHARACTERS]
    shown = re.sub(_JSON_SPACE, r"\1", beginning)
    # A number for its length, so that it counts as cut where it is.
    return _text(shown, max(full_length, len(shown) + len(value) - len(beginning)))


class LazyCells(Sequence[DisplayCell]):
    """The cells of a row of many columns, each made when it is first looked at."""

    __slots__ = ("_formats", "_made", "_values", "_wide")

    def __init__(
        self, formats: Sequence[Formatter], values: Sequence[Stored], wide: Mapping[int, int]
    ) -> None:
        self._formats = formats
        self._values = values
        self._wide = wide
        self._made: dict[int, DisplayCell] = {}

    def __len__(self) -> int:
        return len(self._values)

    def __getitem__(self, at: int) -> DisplayCell:  # type: ignore[override]
        made = self._made.get(at)
        if made is None:
            value = self._values[at]
            made = NULL_CELL if value is None else self._formats[at](value, self._wide.get(at, 0))
            self._made[at] = made
        return made

    def __iter__(self) -> Iterator[DisplayCell]:
        return (self[at] for at in range(len(self._values)))


MANY_COLUMNS = 64
"""From this number on only the cells that are looked at are made."""


def ready_cells(
    formats: Sequence[Formatter], values: Sequence[Stored], wide: Mapping[int, int] | None
) -> Sequence[DisplayCell]:
    """Return the cells of a row.

    Args:
        wide: By column, the full length of values of which only the beginning is here.
    """
    sizes = wide or {}
    if len(values) > MANY_COLUMNS:
        return LazyCells(formats, values, sizes)
    return tuple(
        NULL_CELL if value is None else show(value, sizes.get(at, 0))
        for at, (show, value) in enumerate(zip(formats, values, strict=False))
    )


def _text(value: str, full_length: int) -> DisplayCell:
    if not value:
        return EMPTY_CELL
    shown = cell_text(value[:SHOWN_CHARACTERS])
    is_cut = full_length > len(value) or len(value) > SHOWN_CHARACTERS
    return (shown + "…" if is_cut else shown, Look.TEXT)


def _declared_text(value: Stored, full_length: int = 0) -> DisplayCell:
    return _text(value, full_length) if isinstance(value, str) else misfit(value, full_length)


def _declared_blob(value: Stored, full_length: int = 0) -> DisplayCell:
    return blob_cell(value, full_length) if isinstance(value, bytes) else misfit(value, full_length)


def _integer(value: Stored, full_length: int = 0) -> DisplayCell:
    return (repr(value), Look.NUMBER) if isinstance(value, int) else misfit(value, full_length)


def _real(value: Stored, full_length: int = 0) -> DisplayCell:
    is_number = isinstance(value, (float, int))
    return (repr(value), Look.NUMBER) if is_number else misfit(value, full_length)


def _boolean(value: Stored, full_length: int = 0) -> DisplayCell:
    if value == 1 and isinstance(value, int):
        return ("true", Look.TRUE)
    if value == 0 and isinstance(value, int):
        return ("false", Look.FALSE)
    return misfit(value, full_length)


def _decimal(value: Stored, full_length: int = 0) -> DisplayCell:
    if isinstance(value, str) and not re.match(_DECIMAL, value):
        return misfit(value, full_length)
    text, look = show(value, full_length)
    return (text, Look.NUMBER if look is Look.TEXT else look)


def _dated(pattern: str, value: Stored, full_length: int = 0) -> DisplayCell:
    if not isinstance(value, str) or not re.match(pattern, value):
        return misfit(value, full_length)
    text, look = _text(value, full_length)
    return (text.replace(".000000", "", 1), look)


def _grouped(plain: Formatter, value: Stored, full_length: int = 0) -> DisplayCell:
    text, look = plain(value, full_length)
    if look is not Look.NUMBER or "e" in text:
        return (text, look)
    whole, point, rest = text.partition(".")
    digits = whole.lstrip("+-")
    if not digits.isdecimal():  # infinite, say
        return (text, look)
    sign = whole[: len(whole) - len(digits)]
    head = len(digits) % 3
    parts = ([digits[:head]] if head else []) + re.findall("...", digits[head:])
    return (sign + ",".join(parts) + point + rest, look)


def _local(
    plain: Formatter, local_text: Callable[[str], str], value: Stored, full_length: int = 0
) -> DisplayCell:
    text, look = plain(value, full_length)
    return (local_text(text), look) if look is Look.TEXT else (text, look)


def _interval(value: Stored, full_length: int = 0) -> DisplayCell:
    if not isinstance(value, int):
        return misfit(value, full_length)
    sign, micros = ("-", -value) if value < 0 else ("", value)
    seconds, fraction = divmod(micros, 1_000_000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    day_text = f"{days} d " if days else ""
    part = f".{fraction:06d}".rstrip("0") if fraction else ""
    return (f"{sign}{day_text}{hour}:{minute:02d}:{second:02d}{part}", Look.NUMBER)


_DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d+)?)?(Z|[+-]\d\d(:?\d\d(:\d\d(\.\d+)?)?)?)?"
_DATE = rf"{_DAY}\Z"
_TIME = rf"{_CLOCK}\Z"
_TIMESTAMP = rf"{_DAY}([ T]{_CLOCK})?\Z"
_DECIMAL = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\Z|[+-]?(inf|infinity|nan)\Z"
_JSON_SPACE = r'("(?:[^"\\]|\\.)*"?)|\s+'
"""Texts in quotation marks are kept; compiled by the first that needs it, as the others."""

_BY_STORAGE: dict[str, Formatter] = {
    "integer": _integer,
    "real": _real,
    "blob": _declared_blob,
    "boolean": _boolean,
    "decimal": _decimal,
    "date": partial(_dated, _DATE),
    "time": partial(_dated, _TIME),
    "timestamp": partial(_dated, _TIMESTAMP),
    "json": json_cell,
}
_BY_TEXT_TYPE: dict[str, Formatter] = {"TEXT": _declared_text}
"""Other types of texts are names that say nothing to us: any value fits."""

_GROUPED: dict[str, Formatter] = {"integer": _integer, "real": _real, "decimal": _decimal}

_PICTURES = frozenset(("PNG", "JPEG", "GIF", "BMP", "WebP"))
_BLOB_HEADS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
    (b"%PDF-", "PDF"),
    (b"PK\x03\x04", "ZIP"),
    (b"\x1f\x8b", "GZIP"),
    (b"SQLite format 3\0", "SQLite"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"ID3", "MP3"),
    (b"OggS", "Ogg"),
)
"""What files of some kinds begin with."""
