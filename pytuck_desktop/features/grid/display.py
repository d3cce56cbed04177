"""How a stored value looks in a cell. No Qt.

A displayed cell is a tuple `(text, look)`, computed once for a row and then only painted.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

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


DisplayCell = tuple[str, Look]
Formatter = Callable[[Stored, int], DisplayCell]
"""From a stored value and its full length if it is a preview (else 0)."""

NULL_CELL: DisplayCell = ("NULL", Look.NULL)
EMPTY_CELL: DisplayCell = ("", Look.EMPTY)


def formatter(type_name: str, storage: str) -> Formatter:
    """Return the function that shows the values of a column.

    Args:
        type_name: Its declared type.
        storage: The name of the type's storage class.
    """
    if type_name == "INTERVAL":
        return _interval
    return _BY_STORAGE.get(storage, show)


def show(value: Stored, full_length: int = 0) -> DisplayCell:
    """Return the cell for a stored value whose column says nothing special."""
    if value is None:
        return NULL_CELL
    if isinstance(value, str):
        return _text(value, full_length)
    if isinstance(value, bytes):
        return (f"BLOB {size_text(full_length or len(value))}", Look.BLOB)
    return (repr(value), Look.NUMBER)


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


def _text(value: str, full_length: int) -> DisplayCell:
    if not value:
        return EMPTY_CELL
    shown = cell_text(value[:SHOWN_CHARACTERS])
    is_cut = full_length > len(value) or len(value) > SHOWN_CHARACTERS
    return (shown + "…" if is_cut else shown, Look.TEXT)


def _boolean(value: Stored, full_length: int = 0) -> DisplayCell:
    if value == 1 and isinstance(value, int):
        return ("true", Look.TRUE)
    if value == 0 and isinstance(value, int):
        return ("false", Look.FALSE)
    return show(value, full_length)


def _decimal(value: Stored, full_length: int = 0) -> DisplayCell:
    text, look = show(value, full_length)
    return (text, Look.NUMBER if look is Look.TEXT else look)


def _timestamp(value: Stored, full_length: int = 0) -> DisplayCell:
    text, look = show(value, full_length)
    return (text.replace(".000000", "", 1), look)


def _interval(value: Stored, full_length: int = 0) -> DisplayCell:
    if not isinstance(value, int):
        return show(value, full_length)
    sign, micros = ("-", -value) if value < 0 else ("", value)
    seconds, fraction = divmod(micros, 1_000_000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    day_text = f"{days} d " if days else ""
    part = f".{fraction:06d}".rstrip("0") if fraction else ""
    return (f"{sign}{day_text}{hour}:{minute:02d}:{second:02d}{part}", Look.NUMBER)


_BY_STORAGE: dict[str, Formatter] = {
    "boolean": _boolean,
    "decimal": _decimal,
    "timestamp": _timestamp,
}
