"""Reading the XML of sheets and styles as streams: rows as lists of values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from operator import lt
from typing import Any, BinaryIO

from pytuck.common.exceptions import CorruptFileError
from pytuck.formats.excel_cells import MOST_COLUMNS, MOST_ROWS, moment, unescaped
from pytuck.formats.excel_part_parsing import Readable, local, parse_part
from pytuck.formats.excel_shared_texts import SharedStrings

Value = None | bool | int | float | str | date | datetime | time | timedelta
SheetRow = tuple[int, list[Any]]
"""The number of a row in its sheet, from 1, and its cells from the first column on."""

_BLOCK_BYTES = 32 << 10  # of which no more than some million empty places can come
_MOST_GAPS = 200_000_000  # empty places between cells
_MOST_DEPTH = 200
_REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})\Z")
_DATE_CODES = re.compile(r"[ymdhs]", re.IGNORECASE)
_NOT_CODES = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*.|General', re.IGNORECASE)
_TEXT_KINDS = {"inlineStr", "str"}
_XML_REFERENCE = re.compile(r"&([^;&]*)(;?)")
_XML_NAMES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}


def read_date_styles(stream: BinaryIO, where: str) -> frozenset[str]:
    """Return the numbers of the formats that show a number as a date or a time."""
    codes: dict[int, str] = {}
    found: set[str] = set()
    state = {"inside": False, "count": 0}

    def start(name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name == "numFmt":
            codes[_number(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            state["inside"] = True
        elif name == "xf" and state["inside"]:
            number = _number(attributes.get("numFmtId"))
            code = codes.get(number)
            if _is_date_code(code) if code is not None else number in _BUILT_IN_DATES:
                found.add(str(state["count"]))
            state["count"] += 1

    def end(name: str) -> None:
        if local(name) == "cellXfs":
            state["inside"] = False

    for _ in parse_part(stream, where, start, end):
        pass
    return frozenset(found)


def _number(text: str | None) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else 0


def _is_date_code(code: str) -> bool:
    return _DATE_CODES.search(_NOT_CODES.sub("", code[:1000])) is not None


def _referred(found: re.Match[str]) -> str:
    name = found[1]
    if not found[2]:
        raise ValueError("a reference has no end")
    if not name.startswith("#"):
        return _XML_NAMES[name]
    sign = chr(int(f"0{name[1:]}", 0) if name.startswith("#x") else int(name[1:]))
    sign.encode()  # refuses halves of signs
    return sign


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, and where it is in the workbook."""

    name: str
    member: str


class SheetReader:
    """The rows of one sheet.

    Args:
        shared: The shared texts, which are asked for by number.
        date_styles: Formats whose numbers become dates; empty leaves them numbers.
        has_escapes: `_x000D_` in a text is a carriage return.
    """

    def __init__(
        self,
        where: str,
        shared: SharedStrings,
        date_styles: frozenset[str] = frozenset(),
        *,
        since_1904: bool = False,
        has_escapes: bool = True,
    ) -> None:
        self._where = where
        self._has_escapes = has_escapes
        self.shared = shared
        self.date_styles = date_styles
        self.shift = 1462 if since_1904 else 0
        self._rows: list[SheetRow] = []
        self._row: list[Any] = []
        self._number = 0
        self._gaps = 0
        self._style: str | None = None
        self._kind: str | None = None
        self._pieces: list[str] = []
        self._is_text = False
        self._is_phonetic = False
        self._depth = 0
        self._columns: dict[str, int] = {}

    def rows(self, stream: Readable) -> Iterator[list[SheetRow]]:
        """Give the rows that have an element, some at a time, in ascending order.

        Raises:
            CorruptFileError: A place or a value is not valid.
        """
        handlers = self._start, self._end, self._text
        for _ in parse_part(stream, self._where, *handlers, block_bytes=_BLOCK_BYTES):
            if self._rows:
                rows, self._rows = self._rows, []
                yield rows

    def go_on(self, numbers: Sequence[int]) -> bool:
        """Note rows that were read in another way; False if they are not in order."""
        is_valid = (
            self._number < numbers[0]
            and numbers[-1] <= MOST_ROWS
            and all(map(lt, numbers, numbers[1:]))
        )
        if is_valid:
            self._number = numbers[-1]
        return is_valid

    def cell_value(self, kind: str | None, style: str | None, text: str | None) -> Value:
        """Return the value of a cell, from the attributes `t` and `s` and its text as XML.

        Raises:
            CorruptFileError: It is not valid.
        """
        if not text:
            return "" if kind in _TEXT_KINDS else None
        self._kind, self._style = kind, style
        return self._value(self.xml_text(text) if "&" in text else text)

    def xml_text(self, text: str) -> str:
        """Return what a text with references of XML means.

        Raises:
            CorruptFileError: One is unknown.
        """
        try:
            return _XML_REFERENCE.sub(_referred, text)
        except (KeyError, ValueError, OverflowError) as err:
            raise self._damage(f"has {text[:40]!r} behind row {self._number}") from err

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise self._damage("has too many levels")
        if ":" in name:
            name = local(name)
        if name == "c":
            self._start_cell(attributes)
        elif name == "v" or (name == "t" and not self._is_phonetic):
            self._is_text = True
        elif name == "row":
            self._start_row(attributes.get("r"))
        elif name == "rPh":
            self._is_phonetic = True

    def _start_row(self, reference: str | None) -> None:
        number = self._number + 1
        if reference is not None:
            number = int(reference) if reference.isdecimal() and len(reference) < 9 else 0
        if not self._number < number <= MOST_ROWS:
            raise self._damage(f"has a row {reference or number} behind row {self._number}")
        self._number, self._row = number, []

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if reference is None:
            column = len(self._row)
        else:
            letters = reference.rstrip("0123456789")
            known = self._columns.get(letters)
            column = self._column_number(reference, letters) if known is None else known
        if column != len(self._row):
            if column < len(self._row) or column >= MOST_COLUMNS:
                raise self._damage(f"has a cell {reference} in the wrong place")
            self._gaps += column - len(self._row)
            if self._gaps > _MOST_GAPS:
                raise self._damage("has its cells too far from one another")
            self._row.extend([None] * (column - len(self._row)))
        self._kind = attributes.get("t")
        self._style = attributes.get("s")

    def _column_number(self, reference: str, letters: str) -> int:
        number = 0
        if _REFERENCE.match(reference):
            for letter in letters.upper():
                number = number * 26 + ord(letter) - 64
        if not 0 < number <= MOST_COLUMNS:
            raise self._damage(f"has a cell at {reference[:40]!r}, which is no place")
        self._columns[letters] = number - 1
        return number - 1

    def _text(self, piece: str) -> None:
        if self._is_text:
            self._pieces.append(piece)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if ":" in name:
            name = local(name)
        if name in {"v", "t"}:
            self._is_text = False
        elif name == "c":
            if self._pieces:
                text = self._pieces[0] if len(self._pieces) == 1 else "".join(self._pieces)
                self._pieces = []
                self._row.append(self._value(text))
            else:
                self._row.append("" if self._kind in _TEXT_KINDS else None)
        elif name == "row":
            self._rows.append((self._number, self._row))
            self._row = []
        elif name == "rPh":
            self._is_phonetic = False

    def _value(self, text: str) -> Value:
        kind = self._kind
        try:
            if kind is None or kind == "n":
                return self._numeric(text)
            if kind in _TEXT_KINDS:
                return unescaped(text) if self._has_escapes else text
            if kind == "s":
                return self.shared[int(text)]
            if kind == "b":
                return text.strip() in {"1", "true"}
            return datetime.fromisoformat(text) if kind == "d" else text
        except (ValueError, OverflowError) as err:
            raise self._damage(f"has {text[:40]!r} in row {self._number} ({err})") from err

    def _numeric(self, text: str) -> Value:
        if self._style is not None and self._style in self.date_styles:
            return self._dated(float(text))
        try:
            if len(text) < 18:
                return int(text)
        except ValueError:
            pass
        number = float(text)
        if number - number != 0:
            raise ValueError("a cell has no infinity")
        return number

    def _dated(self, serial: float) -> Value:
        if 0 <= serial < 1 and not self.shift:
            return moment(serial).time()
        if not 0 <= serial + self.shift < 2_958_466:
            return serial
        if serial < 60 and not self.shift:
            serial += 1  # Excel counts a 29 February 1900
        found = moment(serial + self.shift)
        return found.date() if serial == int(serial) else found

    def _damage(self, what: str) -> CorruptFileError:
        return CorruptFileError(f"{self._where} {what}. Restore the file from a copy.")
