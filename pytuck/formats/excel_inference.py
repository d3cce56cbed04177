"""What the columns of a sheet without description hold: found out from the kinds of their cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import zip_longest
from operator import methodcaller
from typing import Any

from pytuck.common.exceptions import PytuckException, SerializationError
from pytuck.formats.excel_sheet_xml import SheetRow
from pytuck.formats.text_inference import stored_column
from pytuck.formats.usable_names import usable_names
from pytuck.schema import Column, Table
from pytuck.types import JSON, TYPES, ColumnType, Stored, type_of
from pytuck.types.base import DECODE_ERRORS, StorageClass, short_repr

_EXACT = 2**53
_NONE = type(None)
_NUMBERS = {int, float}
_MOMENTS = {date, datetime}
_LONGEST_HEADING = 255


@dataclass(slots=True)
class _Facts:
    kinds: set[type] = field(default_factory=set)
    is_whole: bool = True
    is_wide: bool = False

    def look_at(self, cells: Sequence[Any]) -> None:
        kinds = set(map(type, cells))
        self.kinds |= kinds - {_NONE}
        if float in kinds and self.is_whole:
            self.is_whole = all(
                cell.is_integer() and abs(cell) <= _EXACT for cell in cells if type(cell) is float
            )
        if int in kinds and not self.is_wide:
            self.is_wide = any(abs(cell) > _EXACT for cell in cells if type(cell) is int)

    def type(self) -> ColumnType[Any]:
        if not self.kinds:
            return TYPES[str]
        if self.kinds <= _NUMBERS:
            is_int = self.is_whole or self.kinds == {int}
            if self.is_wide and not is_int:
                return JSON
            return TYPES[int] if is_int else TYPES[float]
        if self.kinds <= _MOMENTS:
            return TYPES[datetime] if datetime in self.kinds else TYPES[date]
        return TYPES.get(next(iter(self.kinds)), JSON) if len(self.kinds) == 1 else JSON


class SheetInference:
    """The columns of one sheet.

    Args:
        has_header: The first row has the names of the columns; None finds it out.
        row_numbers: The name of a column for the number of each row; None has none.
        sample_rows: How many rows are looked at; None for all.
    """

    def __init__(
        self,
        name: str,
        *,
        has_header: bool | None,
        row_numbers: str | None,
        decided: Mapping[str, Any],
        sample_rows: int | None,
    ) -> None:
        self.name = name
        self.notes: list[str] = []
        self._has_header = has_header
        self._row_numbers = row_numbers
        self._decided = decided
        self._sample_rows = sample_rows
        self._facts: list[_Facts] = []
        self._header: list[Any] | None = None
        self.count = 0

    def look_at(self, rows: list[SheetRow]) -> None:
        """Look at more rows that are not empty."""
        if self._header is None and rows:
            self._header = self._heading(rows[:2])
            rows = rows[1:] if self._has_header else rows
        columns = list(zip_longest(*(cells for _, cells in rows)))
        while len(self._facts) < len(columns):
            self._facts.append(_Facts())
        is_left_out = self._sample_rows is not None and self.count >= self._sample_rows
        for facts, cells in zip(self._facts, columns, strict=False):
            if not is_left_out:
                facts.look_at(cells)
            elif not facts.kinds and set(map(type, cells)) != {_NONE}:
                facts.kinds.add(str)
        self.count += len(rows)

    def _heading(self, rows: list[SheetRow]) -> list[Any]:
        if self._has_header is None:
            self._has_header = _is_heading(*(cells for _, cells in rows))
        return rows[0][1] if self._has_header else []

    def table(self, name: str) -> Table | None:
        """Return the table, when all rows were looked at; None without any column."""
        headings = self._header or []
        self._facts += [_Facts() for _ in headings[len(self._facts) :]]
        self._places = [
            place
            for place, facts in enumerate(self._facts)
            if facts.kinds or (place < len(headings) and headings[place] is not None)
        ]
        if not self._places:
            return None
        wanted = [
            str(headings[place])
            if place < len(headings) and headings[place] not in {None, ""}
            else f"column_{place + 1}"
            for place in self._places
        ]
        start = [self._row_numbers] if self._row_numbers else []
        names, self.notes = usable_names([*start, *wanted])
        columns = [Column(column, TYPES[int]) for column in names[: len(start)]]
        for place, column in zip(self._places, names[len(start) :], strict=True):
            type_ = self._decided.get(column)
            found = self._facts[place].type() if type_ is None else type_of(type_)
            columns.append(Column(column, found))
        self._table = Table(name, tuple(columns))
        self._start = len(start)
        self._is_first = bool(self._has_header)
        return self._table

    def rows(self, rows: list[SheetRow], where: str) -> list[tuple[Stored, ...]]:
        """Return the stored values of rows; the row of the names is left out.

        Raises:
            SerializationError: A value is not of the type that its column was decided to have.
        """
        if self._is_first and rows:
            rows, self._is_first = rows[1:], False
        if not rows:
            return []
        found = list(zip_longest(*(cells for _, cells in rows)))
        nothing: tuple[Any, ...] = (None,) * len(rows)
        columns: list[Sequence[Stored]] = [[number for number, _ in rows]] * self._start
        for place, column in zip(self._places, self._table.columns[self._start :], strict=True):
            cells = found[place] if place < len(found) else nothing
            try:
                columns.append(_stored(column.type, cells))
            except (PytuckException, *DECODE_ERRORS) as err:
                raise _bad_value(where, column, cells, rows, err) from err
        return list(zip(*columns, strict=True))


def _is_heading(cells: list[Any], below: Sequence[Any] = ()) -> bool:
    """Whether a row looks like names: texts that differ, or with other things below."""
    found = [cell for cell in cells if cell is not None]
    if not all(type(cell) is str and 0 < len(cell) <= _LONGEST_HEADING for cell in found):
        return False
    return len(set(found)) == len(found) or not set(map(type, below)) <= {str, _NONE}


def _stored(type_: ColumnType[Any], cells: Sequence[Any]) -> Sequence[Stored]:
    kinds = set(map(type, cells))
    if type_ is TYPES[str] and kinds <= {str, _NONE}:
        return cells
    if type_ is TYPES[int] and kinds <= {int, float, _NONE}:
        if float not in kinds:
            return cells
        return [None if cell is None else type_.convert(cell) for cell in cells]
    if type_ is TYPES[date] and kinds <= {str, _NONE} and "" not in cells:
        return stored_column(type_, cells)
    kept = _AS_STORED.get(type_.storage_class) if type_ in TYPES.values() else None
    if kept is not None and kinds == {kept[0]}:
        return list(map(kept[1], cells))
    return [None if cell is None else type_.to_storage(type_.convert(cell)) for cell in cells]


_AS_STORED: dict[StorageClass, tuple[type, Callable[[Any], Stored]]] = {
    StorageClass.REAL: (float, float),
    StorageClass.BOOLEAN: (bool, int),
    StorageClass.DATE: (date, date.isoformat),
    StorageClass.TIMESTAMP: (datetime, methodcaller("isoformat", " ", "microseconds")),
}
"""Kinds of cells that need no conversion to be a value of a column, and how they are stored."""


def _bad_value(
    where: str, column: Column, cells: Sequence[Any], rows: list[SheetRow], error: Exception
) -> SerializationError:
    number, value = rows[0][0], cells[0]
    for (number, _), value in zip(rows, cells, strict=True):  # noqa: B007 - the last ones are meant
        try:
            _stored(column.type, [value])
        except (PytuckException, *DECODE_ERRORS):
            break
    return SerializationError(
        f"{where}, row {number}: {short_repr(value)} of the column '{column.name}' cannot be read "
        f"as {column.type.sql_name} ({error}). Choose another type for the column, or correct "
        "the file.",
        column_name=column.name,
        details={"row": number},
    )
