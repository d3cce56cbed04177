r"""How stored values look as cells of our own workbooks, and back.

Numbers, booleans, dates and points in time are typed cells where Excel holds them exactly. What it
does not (whole numbers beyond 15 digits, microseconds, offsets, days before March 1900, -0.0,
infinities) is text, in the form that `csv_cells` gives it: tags such as `\t:` and `\b:` tell it from
what it looks like. NULL is no cell at all, an empty text is `\t:`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import repeat
from typing import Any
from xml.sax.saxutils import escape

from pytuck.formats.csv_cells import cell_kind
from pytuck.types import ColumnType, Stored
from pytuck.types.base import StorageClass
from pytuck.types.enums import ChoiceType, EnumType
from pytuck.types.registry import RawType

LONGEST_TEXT = 32_767
"""Characters of a cell's text, as Excel counts them: units of UTF-16."""
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384

DATE_STYLE, TIMESTAMP_STYLE, TEXT_STYLE, HEADER_STYLE = 1, 2, 3, 4
"""Numbers of the formats in `excel_parts.STYLES`."""

_EPOCH = datetime(1899, 12, 30)
EPOCH_DAY = _EPOCH.toordinal()
_EARLIEST = "1900-03-01"  # Excel counts a 29 February 1900
_DAY = 86_400_000  # milliseconds
_DIGITS = 15
_SMALLEST = 2.2250738585072014e-308  # Excel makes 0 of what is nearer to it
_SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SEPARATOR = "\0"  # which no XML has
_REFERENCES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))

Cell = Callable[[str], str]
"""Returns what stands behind the reference of a cell with this field."""


class TextTooLongError(ValueError):
    """A text is longer than a cell of Excel may be."""


def column_letters(number: int) -> str:
    """Return how Excel calls a column, counted from 0."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


# --- Texts of XML ---------------------------------------------------------------------------


def escaped(text: str) -> str:
    """Return a text as it stands in the XML of a workbook."""
    if _SPECIAL.search(text) is None:
        return text
    text = _ESCAPED.sub(r"_x005F_x\1_", text)
    return escape(_CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", text))


def unescaped(text: str) -> str:
    """Return what a text of a workbook's XML means."""
    if "_x" not in text:
        return text
    found = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if _SURROGATE.search(found) is None:
        return found
    return found.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def plain_texts(texts: Sequence[str]) -> Sequence[str] | None:
    """Return what texts of XML mean; None if some have references that are not everyday."""
    joined = _SEPARATOR.join(texts)
    if "_x" in joined:
        return None
    if "&" not in joined:
        return texts
    if sum(joined.count(name) for name, _ in _REFERENCES) != joined.count("&"):
        return None
    for name, sign in _REFERENCES:
        joined = joined.replace(name, sign)
    return joined.split(_SEPARATOR)


def text_cell(field: str) -> str:
    """Return a cell with a text, behind its reference."""
    if len(field) * 2 > LONGEST_TEXT and len(field.encode("utf-16-le")) > LONGEST_TEXT * 2:
        raise TextTooLongError
    shown = field if _SPECIAL.search(field) is None else escaped(field)
    return f'" s="{TEXT_STYLE}" t="inlineStr"><is><t xml:space="preserve">{shown}</t></is></c>'


# --- From fields to cells -------------------------------------------------------------------


def _whole(field: str) -> str:
    if len(field) <= _DIGITS and field[:1] != "\\":
        return f'"><v>{field}</v></c>'
    return text_cell(field)


def _fraction(field: str) -> str:
    if field[:1] == "\\" or field[-1:] in {"f", "n"} or field == "-0.0":
        return text_cell(field)
    if "e-3" in field and abs(float(field)) < _SMALLEST:
        return text_cell(field)
    return f'"><v>{field}</v></c>'


def _truth(field: str) -> str:
    if field == "true":
        return '" t="b"><v>1</v></c>'
    return '" t="b"><v>0</v></c>' if field == "false" else text_cell(field)


def _day(field: str) -> str:
    try:
        found = date.fromisoformat(field)
    except ValueError:
        return text_cell(field)
    if len(field) != 10 or field < _EARLIEST or found.isoformat() != field:
        return text_cell(field)
    return f'" s="{DATE_STYLE}"><v>{found.toordinal() - EPOCH_DAY}</v></c>'


def _moment(field: str) -> str:
    if len(field) != 26 or not field.endswith("000") or field < _EARLIEST:
        return text_cell(field)
    try:
        found = datetime.fromisoformat(field)
    except ValueError:
        return text_cell(field)
    if found.tzinfo is not None or found.isoformat(" ", "microseconds") != field:
        return text_cell(field)
    passed = found - _EPOCH
    serial = passed.days + (passed.seconds * 1000 + passed.microseconds // 1000) / _DAY
    return f'" s="{TIMESTAMP_STYLE}"><v>{serial!r}</v></c>'


_CELLS: dict[StorageClass, Cell] = {
    StorageClass.INTEGER: _whole,
    StorageClass.REAL: _fraction,
    StorageClass.BOOLEAN: _truth,
    StorageClass.DATE: _day,
    StorageClass.TIMESTAMP: _moment,
}


def storage_class(type_: ColumnType[Any]) -> StorageClass:
    """Return how the cells of a type are told from texts; TEXT where all of them are texts."""
    if isinstance(type_, (RawType, EnumType, ChoiceType)):
        return StorageClass.TEXT
    return type_.storage_class


def cell_writer(type_: ColumnType[Any], letters: str) -> Callable[..., list[str]]:
    """Return what makes the cells of a column out of values and the numbers of their rows."""
    encode = cell_kind(type_).encode
    cell = _CELLS.get(storage_class(type_), text_cell)
    start = f'<c r="{letters}'
    nothing = text_cell("\\b:" if type_.storage_class is StorageClass.BLOB else "\\t:")

    def cells(values: Sequence[Stored], numbers: Sequence[int]) -> list[str]:
        return [
            ""
            if field is None
            else f"{start}{number}{cell(field)}"
            if field
            else f"{start}{number}{nothing}"
            for field, number in zip(encode(values), numbers, strict=True)
        ]

    return cells


# --- From cells to stored values ------------------------------------------------------------

CellValue = None | bool | float | str
"""What a cell holds: None, a truth, a number or a text."""


def cell_reader(
    type_: ColumnType[Any], *, since_1904: bool = False
) -> Callable[[Sequence[CellValue]], Sequence[Stored]]:
    """Return what makes stored values out of the cells of a column of ours."""
    decode = cell_kind(type_).decode
    as_field = _FIELDS.get(storage_class(type_), _other_field)
    shift = 1462 if since_1904 else 0
    is_whole = storage_class(type_) is StorageClass.INTEGER

    def read(cells: Sequence[CellValue]) -> Sequence[Stored]:
        kinds = set(map(type, cells))
        if is_whole and kinds == {int}:
            return cells
        if kinds <= {str, type(None)}:
            return decode(cells)  # type: ignore[arg-type]
        return decode(
            [
                cell
                if cell is None or type(cell) is str
                else ("true" if cell else "false")
                if type(cell) is bool
                else as_field(float(cell) if type(cell) is float else cell, shift)  # type: ignore[arg-type]
                for cell in cells
            ]
        )

    return read


def _whole_field(cell: float, shift: int) -> str:
    return str(int(cell)) if cell == int(cell) else "\\f:" + repr(cell)


def _other_field(cell: float, shift: int) -> str:
    return str(int(cell)) if cell == int(cell) else repr(cell)


def _day_field(cell: float, shift: int) -> str:
    return date.fromordinal(int(cell) + shift + EPOCH_DAY).isoformat()


def _moment_field(cell: float, shift: int) -> str:
    return moment(cell + shift).isoformat(" ", "microseconds")


def moment(serial: float) -> datetime:
    """Return the point in time for a number of days, to the millisecond.

    Raises:
        OverflowError: It is beyond the year 9999.
    """
    return _EPOCH + timedelta(milliseconds=round(serial * _DAY))


def moments(serials: Iterable[float]) -> list[datetime]:
    """Return what `moment` returns for each of many numbers."""
    passed = map(round, [serial * _DAY for serial in serials])
    none = repeat(0)
    return list(map(_EPOCH.__add__, map(timedelta, none, none, none, passed)))


_FIELDS: dict[StorageClass, Callable[[float, int], str]] = {
    StorageClass.INTEGER: _whole_field,
    StorageClass.REAL: lambda cell, _: repr(float(cell)),
    StorageClass.DATE: _day_field,
    StorageClass.TIMESTAMP: _moment_field,
}
