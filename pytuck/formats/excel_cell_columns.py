"""Values of cells out of their XML, a column of some rows at a time.

A column mostly has cells of one kind, which are converted by functions that are loops in C. Where
they differ, or anything is unusual, `SheetReader.cell_value` takes them one by one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime
from operator import methodcaller
from typing import Any

from pytuck.formats.csv_cells import cell_kind
from pytuck.formats.excel_cells import EPOCH_DAY, cell_reader, moments, plain_texts, storage_class
from pytuck.formats.excel_sheet_xml import SheetReader
from pytuck.types import ColumnType, Stored
from pytuck.types.base import StorageClass

Texts = Sequence[str | None]
_SURELY_EXACT = 15  # digits
_MOST_CACHED = 50_000
_FIRST_DAY, _BEYOND = 61, 2_958_466  # Excel counts a 29 February 1900; and ends with the year 9999
_MOMENT_TEXT = methodcaller("isoformat", " ", "microseconds")
_TRUTHS = {"1": True, "0": False}


def cell_values(reader: SheetReader, styles: Texts, kinds: Texts, texts: Texts) -> Sequence[Any]:
    """Return the values of cells: of a workbook of anybody.

    Args:
        styles: Their attributes `s`.
        kinds: Their attributes `t`.
        texts: What stands in them, as XML; None for cells that are empty or not there.
    """
    found = set(kinds)
    values: Sequence[Any] | None = None
    if len(found) == 1:
        (kind,) = found
        if kind is None:
            values = _numbers(reader, styles, texts)
        elif None not in texts:
            values = _of_one_kind(reader, kind, texts)
    if values is None:
        values = list(map(reader.cell_value, kinds, styles, texts))
    return values


def _of_one_kind(reader: SheetReader, kind: str, texts: Sequence[Any]) -> Sequence[Any] | None:
    if kind in {"inlineStr", "str"}:
        return plain_texts(texts)
    if kind == "s":
        try:
            return list(map(reader.shared.__getitem__, map(int, texts)))
        except ValueError:
            return None
    if kind == "b" and _TRUTHS.keys() >= set(texts):
        return list(map(_TRUTHS.__getitem__, texts))
    return None


def _numbers(reader: SheetReader, styles: Texts, texts: Texts) -> Sequence[Any] | None:
    if None in texts:
        present = [text for text in texts if text is not None]
        shown = [style for style, text in zip(styles, texts, strict=True) if text is not None]
        numbers = _numbers(reader, shown, present) if present else ()
        if numbers is None:
            return None
        rest = iter(numbers)
        return [None if text is None else next(rest) for text in texts]
    if not reader.date_styles.isdisjoint(styles):
        return _dates(reader, texts) if reader.date_styles.issuperset(styles) else None
    return _plain_numbers(texts)


def _plain_numbers(texts: Sequence[Any]) -> Sequence[Any] | None:
    try:
        if max(map(len, texts)) <= _SURELY_EXACT:
            return list(map(int, texts))
    except ValueError:
        pass
    try:
        numbers = list(map(float, texts))
    except ValueError:
        return None
    if not all(map(math.isfinite, numbers)):
        return None
    if not any(map(float.is_integer, numbers)):
        return numbers
    return [
        _whole(text, number) if number.is_integer() else number
        for text, number in zip(texts, numbers, strict=True)
    ]


def _whole(text: str, number: float) -> float:
    try:
        return int(text) if len(text) < 18 else number
    except ValueError:
        return number


def _dates(reader: SheetReader, texts: Sequence[Any]) -> Sequence[Any] | None:
    """Return the days or points in time of cells; None where they are mixed or unusual."""
    try:
        serials = list(map(float, texts))
    except ValueError:
        return None
    if not _FIRST_DAY <= min(serials) <= max(serials) < _BEYOND - reader.shift:
        return None
    are_days = set(map(float.is_integer, serials))
    if len(are_days) == 2:
        return None
    found = moments([serial + reader.shift for serial in serials] if reader.shift else serials)
    return list(map(datetime.date, found)) if True in are_days else found


# --- Workbooks of ours ----------------------------------------------------------------------


class StoredColumn:
    """Makes stored values out of the cells of one column of a workbook of ours."""

    def __init__(
        self, type_: ColumnType[Any], reader: SheetReader, *, since_1904: bool = False
    ) -> None:
        self.reader = reader
        self._decode = cell_kind(type_).decode
        self._class = storage_class(type_)
        self._shift = 1462 if since_1904 else 0
        self._days: dict[str | None, str | None] = {None: None}
        self.from_values = cell_reader(type_, since_1904=since_1904)

    def from_xml(self, styles: Texts, kinds: Texts, texts: Texts) -> Sequence[Stored]:
        """Return the values of cells.

        Raises:
            ValueError: One is no value of the column.
        """
        found = set(kinds)
        if found == {None} and self._class in _BY_NUMBER:
            values = _BY_NUMBER[self._class](self, texts)
        elif found == {"b"} and self._class is StorageClass.BOOLEAN and set(texts) <= {"0", "1"}:
            return list(map(int, texts))  # type: ignore[arg-type]
        else:
            values = self._texts(found, kinds, texts)
        if values is None:
            return self.from_values(cell_values(self.reader, styles, kinds, texts))
        return values

    def _texts(self, found: set[str | None], kinds: Texts, texts: Texts) -> Sequence[Stored] | None:
        if not found <= {"inlineStr", None} or kinds.count(None) != texts.count(None):
            return None
        if None not in found:
            plain = plain_texts(texts)  # type: ignore[arg-type]
            return None if plain is None else self._decode(plain)
        plain = plain_texts([text or "" for text in texts])
        if plain is None or "" in texts:
            return None
        return self._decode([text or None for text in plain])

    def _whole(self, texts: Texts) -> Sequence[Stored] | None:
        try:
            return self._decode(texts)
        except ValueError:
            return None

    def _day_texts(self, texts: Texts) -> Sequence[Stored] | None:
        days = self._days
        if len(days) > _MOST_CACHED:
            days = self._days = {None: None}
        for text in set(texts) - days.keys():
            day = int(text) + self._shift + EPOCH_DAY  # type: ignore[arg-type]
            days[text] = date.fromordinal(day).isoformat()
        return list(map(days.__getitem__, texts))

    def _moments(self, texts: Texts) -> Sequence[Stored] | None:
        present = [float(text) for text in texts if text is not None]
        if self._shift:
            present = [serial + self._shift for serial in present]
        found = map(_MOMENT_TEXT, moments(present))
        if len(present) == len(texts):
            return list(found)
        return [None if text is None else next(found) for text in texts]


_BY_NUMBER: dict[StorageClass, Callable[[StoredColumn, Texts], Sequence[Stored] | None]] = {
    StorageClass.INTEGER: StoredColumn._whole,
    StorageClass.REAL: StoredColumn._whole,
    StorageClass.DATE: StoredColumn._day_texts,
    StorageClass.TIMESTAMP: StoredColumn._moments,
}
