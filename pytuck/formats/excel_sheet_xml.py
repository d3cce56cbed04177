"""Reading the XML of a workbook's parts as streams, with expat, which loads nothing and expands
nothing: a document type is refused outright.
"""

from __future__ import annotations

import array
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from operator import lt
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from xml.parsers import expat

from pytuck.common.exceptions import CorruptFileError, FileFormatError
from pytuck.formats.excel_cells import MOST_COLUMNS, MOST_ROWS, moment, unescaped

Value = None | bool | int | float | str | date | datetime | time | timedelta
SheetRow = tuple[int, list[Any]]
"""The number of a row in its sheet, from 1, and its cells from the first column on."""

_BLOCK = 256 << 10
_MOST_GAPS = 200_000_000  # empty places between cells
_MOST_DEPTH = 200
_REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})\Z")
_DATE_CODES = re.compile(r"[ymdhs]", re.IGNORECASE)
_NOT_CODES = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|_.|\*.|General', re.IGNORECASE)
_TEXT_KINDS = {"inlineStr", "str"}
_XML_REFERENCE = re.compile(r"&([^;&]*;?)")
_XML_NAMES = {"lt;": "<", "gt;": ">", "amp;": "&", "quot;": '"', "apos;": "'"}
_BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}


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
        while block := stream.read(_BLOCK):
            parser.Parse(block, False)
            yield
        parser.Parse(b"", True)
    except expat.ExpatError as err:
        raise CorruptFileError(
            f"{where} is damaged ({err}). Restore the file from a copy."
        ) from err
    yield


def local(name: str) -> str:
    """Return a name without its prefix."""
    return name.rpartition(":")[2]


class SharedStrings:
    """The texts that cells refer to, kept in a file beyond some millions of characters."""

    _KEPT = 20 << 20

    def __init__(self) -> None:
        self._file: BinaryIO = tempfile.SpooledTemporaryFile(self._KEPT)  # type: ignore[assignment]  # noqa: SIM115
        self._ends = array.array("q", [0])
        self._recent: dict[int, str] = {}

    def add(self, text: str) -> None:
        """Keep the next text."""
        data = text.encode("utf-8", "surrogatepass")
        self._file.write(data)
        self._ends.append(self._ends[-1] + len(data))

    def __getitem__(self, number: int) -> str:
        found = self._recent.get(number)
        if found is None:
            if not 0 <= number < len(self._ends) - 1:
                raise ValueError(f"there is no shared text {number}")
            self._file.seek(self._ends[number])
            data = self._file.read(self._ends[number + 1] - self._ends[number])
            found = data.decode("utf-8", "surrogatepass")
            if len(self._recent) > 50_000:
                self._recent.clear()
            self._recent[number] = found
        return found

    def close(self) -> None:
        """Forget the texts."""
        self._file.close()


def read_shared(stream: BinaryIO, where: str, *, has_escapes: bool = True) -> SharedStrings:  # noqa: C901 - three handlers
    """Return the shared texts of a workbook."""
    shared = SharedStrings()
    pieces: list[str] = []
    state = {"text": False, "skip": False}

    def start(name: str, _: dict[str, str]) -> None:
        name = local(name)
        if name == "si":
            pieces.clear()
        elif name == "rPh":
            state["skip"] = True
        elif name == "t":
            state["text"] = not state["skip"]

    def end(name: str) -> None:
        name = local(name)
        if name == "si":
            found = "".join(pieces)
            shared.add(unescaped(found) if has_escapes else found)
        elif name == "rPh":
            state["skip"] = False
        elif name == "t":
            state["text"] = False

    def text(piece: str) -> None:
        if state["text"]:
            pieces.append(piece)

    try:
        for _ in parse_part(stream, where, start, end, text):
            pass
    except BaseException:
        shared.close()
        raise
    return shared


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
    if name.startswith("#x"):
        return chr(int(name[2:-1], 16))
    return chr(int(name[1:-1])) if name.startswith("#") else _XML_NAMES[name]


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
        for _ in parse_part(stream, self._where, self._start, self._end, self._text):
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


def part_name(path: Path, member: str) -> str:
    """Return how a part is called in messages."""
    return f"'{member}' in '{path}'"
