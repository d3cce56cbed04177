"""Rows of a sheet taken apart by expressions, many times as fast as a parser gives them.

Nearly every program writes `<row r="2"><c r="A2" s="1" t="s"><v>0</v></c>...</row>`. Blocks of such
rows are matched by one expression for a whole row, and values are made column by column. Whatever
is written otherwise goes through the parser of `excel_sheet_xml`, which decides what is damage.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from pytuck.formats.excel_cell_columns import Texts, cell_values
from pytuck.formats.excel_cells import column_letters
from pytuck.formats.excel_part_parsing import BLOCK_BYTES, Chained, plain_head
from pytuck.formats.excel_sheet_xml import SheetReader, SheetRow

_MOST_MISSES = 3
_MOST_COLUMNS = 256  # wider rows are left to the parser
_ROW_END = b"</row>"
_DATA = re.compile(rb"<sheetData\s*>")
_WRAPPED = (b"<worksheet><sheetData>", b"</sheetData></worksheet>")
_ROW_START = r'\s*<row r="(\d{1,7})"(?: [^<>/]*)?>'
_NO_CELL = "((?!))?"  # with the group for its text
_CELL = (
    r'(?:<c r="{}\d+"(?: s="(\d+)")?(?: t="(\w+)")? ?(?:/>|>(?:<f>[^<]*</f>)?(?:<v ?/>|'
    r'(?:<v>|<is><t(?: xml:space="preserve")?>)([^<]*)(?:</v>|</t></is>))?</c>))?'
)


def raw_blocks(reader: SheetReader, stream: BinaryIO) -> Iterator[list[SheetRow] | RawRows]:
    """Give the rows of a sheet, some at a time: as XML, or as `reader` gives them.

    Raises:
        PytuckException: As `SheetReader.rows`.
    """
    head, start = plain_head(stream, _DATA)
    if start is None:
        yield from reader.rows(Chained(head, stream))
        return
    yield from _Scanner(reader).blocks(head[start:], stream)


def scanned_rows(reader: SheetReader, stream: BinaryIO) -> Iterator[list[SheetRow]]:
    """Give the rows of a sheet, some at a time, as `reader` would give them.

    Raises:
        PytuckException: As `SheetReader.rows`.
    """
    for block in raw_blocks(reader, stream):
        yield block.values(reader) if isinstance(block, RawRows) else block


def row_pattern(width: int) -> re.Pattern[str]:
    """Return what matches a row of so many columns, without its end."""
    cells = "".join(_CELL.format(column_letters(place)) for place in range(width))
    return re.compile(_ROW_START + cells)


_cached_pattern = lru_cache(16)(row_pattern)


@dataclass(frozen=True, slots=True)
class RawRows:
    """Rows as their XML has them.

    Attributes:
        numbers: Their numbers in the sheet.
        columns: For each column the styles, the kinds and the texts of its cells.
    """

    numbers: list[int]
    columns: Sequence[tuple[Texts, Texts, Texts]]

    def values(self, reader: SheetReader) -> list[SheetRow]:
        """Return the rows with their values."""
        cells = [cell_values(reader, *column) for column in self.columns]
        return list(zip(self.numbers, map(list, zip(*cells, strict=True)), strict=True))


class _Scanner:
    def __init__(self, reader: SheetReader) -> None:
        self._reader = reader
        self._width = 0
        self._shape: Shape | None = None
        self._misses = 0

    def blocks(self, rest: bytes, stream: BinaryIO) -> Iterator[list[SheetRow] | RawRows]:
        while True:
            whole, end, left = rest.rpartition(_ROW_END)
            if b"<!" in whole:  # what looks like the end of a row may be none
                break
            if end:
                yield from self._block(whole + end)
                rest = left
            block = stream.read(BLOCK_BYTES)
            if not block:
                break
            rest += block
        yield from self._reader.rows(Chained(_WRAPPED[0] + rest, stream))

    def _block(self, block: bytes) -> Iterator[list[SheetRow] | RawRows]:
        found = self._matched(block) if 0 < self._width <= _MOST_COLUMNS else None
        if found is not None:
            yield found
            return
        for rows in self._reader.rows(io.BytesIO(block.join(_WRAPPED))):
            self._width = max([self._width, *(len(cells) for _, cells in rows)])
            yield rows

    def _matched(self, block: bytes) -> RawRows | None:
        """Return the rows of a block; None if the parser must look at it."""
        try:
            texts = block.decode().split("</row>")
        except UnicodeDecodeError:
            return None
        if b"\r" in block:
            return None
        raw = self._by_shape(texts[:-1]) or self._by_pattern(texts[:-1])
        return raw if raw is not None and self._reader.go_on(raw.numbers) else None

    def _by_shape(self, texts: list[str]) -> RawRows | None:
        if self._shape is None:
            return None
        found = self._shape.rows(texts)
        if found is None:
            self._shape = None
            self._misses += 1
        return found

    def _by_pattern(self, texts: list[str]) -> RawRows | None:
        matches = [found for found in map(_cached_pattern(self._width).fullmatch, texts) if found]
        if len(matches) != len(texts):
            return None
        if self._misses < _MOST_MISSES:
            self._shape = Shape.of(matches, self._width)
        columns = list(zip(*(found.groups() for found in matches), strict=True))
        triples = zip(columns[1::3], columns[2::3], columns[3::3], strict=True)
        return RawRows(list(map(int, columns[0])), list(triples))


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows whose columns have cells of one style and kind each, or none.

    An expression of what these cells look like matches twice as fast as one for any.
    """

    pattern: re.Pattern[str]
    styles: list[str | None]
    kinds: list[str | None]

    @classmethod
    def of(cls, matches: list[re.Match[str]], width: int) -> Shape | None:
        """Return the shape of rows that `row_pattern` matched; None if they have formulas."""
        cells: list[str] = []
        styles: list[str | None] = []
        kinds: list[str | None] = []
        for place in range(width):
            group = 2 + 3 * place
            row = next((found for found in reversed(matches) if found[group + 2]), None)
            cell = _NO_CELL if row is None else _cell_pattern(row, group + 2, place)
            if cell is None:
                return None
            cells.append(cell)
            styles.append(row and row[group])
            kinds.append(row and row[group + 1])
        return cls(re.compile(_ROW_START + "".join(cells)), styles, kinds)

    def rows(self, texts: list[str]) -> RawRows | None:
        """Return rows; None if one has another shape."""
        matches = [found.groups() for found in map(self.pattern.fullmatch, texts) if found]
        if len(matches) != len(texts):
            return None
        numbers, *columns = zip(*matches, strict=True)
        triples = [
            ([style] * len(texts), _kinds(kind, column), column)
            for style, kind, column in zip(self.styles, self.kinds, columns, strict=True)
        ]
        return RawRows(list(map(int, numbers)), triples)


def _kinds(kind: str | None, texts: Texts) -> Texts:
    if kind is None or None not in texts:
        return [kind] * len(texts)
    return [None if text is None else kind for text in texts]


def _cell_pattern(row: re.Match[str], group: int, place: int) -> str | None:
    """Return what matches cells that look like one of a row; None if it has a formula."""
    start, end = row.span(group)
    letters = '<c r="' + column_letters(place)
    first = row.string.rindex(letters, 0, start) + len(letters)
    before = row.string[first:start].lstrip("0123456789")
    after = row.string[end : row.string.index("</c>", end)]
    if "<f>" in before:
        return None
    return f"(?:{letters}\\d++{re.escape(before)}([^<]*+){re.escape(after)}</c>)?"
