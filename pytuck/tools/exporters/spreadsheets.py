"""Excel workbooks, one sheet for each table."""

from __future__ import annotations

import math
import re
import tempfile
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.exceptions import XlsxWriterException  # type: ignore[import-untyped]

from pytuck.common.exceptions import SerializationError, TypeConversionError
from pytuck.tools.exporters.base import Export, ExportedTable
from pytuck.tools.exporters.cells import FormulaGuard, as_texts, columns_of
from pytuck.types import ColumnType, Stored

_MOST_ROWS = 1_048_576
_MOST_COLUMNS = 16_384
_LONGEST_TEXT = 32_767
"""Source: Microsoft, "Excel specifications and limits"."""

_EXACT = 2**53
"""Whole numbers beyond it lose digits in a spreadsheet, which knows only floats."""

_FORMATS: dict[type, str] = {
    datetime: "yyyy-mm-dd hh:mm:ss",
    date: "yyyy-mm-dd",
    time: "hh:mm:ss",
}


def write_excel(path: Path, export: Export) -> None:
    """Write each table to a sheet of a workbook.

    Raises:
        SerializationError: A table or a text is larger than a sheet or a cell can be.
    """
    for table in export.tables:
        _refuse_size(table, export.counts[table.name])
    guard = FormulaGuard()
    with tempfile.TemporaryDirectory() as folder:
        book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": folder})
        try:
            _write_sheets(book, export, guard)
            book.close()
        except XlsxWriterException as err:
            raise SerializationError(f"The workbook cannot be written: {err}") from err
        finally:
            for sheet in book.worksheets():
                if not sheet.row_data_fh_closed:
                    sheet.row_data_fh.close()
    export.protected += guard.count


def _write_sheets(book: Any, export: Export, guard: FormulaGuard) -> None:
    titles = _titles([table.name for table in export.tables])
    for table, title in zip(export.tables, titles, strict=True):
        if title != table.name:
            export.note(f"The sheet of table '{table.name}' is called '{title}'.")
        _Sheet(book, title, table, export, guard).write()


class _Sheet:
    def __init__(
        self, book: Any, title: str, table: ExportedTable, export: Export, guard: FormulaGuard
    ) -> None:
        self._sheet = book.add_worksheet(title)
        self._bold = book.add_format({"bold": True})
        self._styles = {kind: book.add_format({"num_format": _FORMATS[kind]}) for kind in _FORMATS}
        self._table = table
        self._export = export
        self._guard = guard

    def write(self) -> None:
        options, sheet = self._export.options, self._sheet
        line = 0
        if options.header:
            for place, name in enumerate(self._table.names):
                sheet.write_string(0, place, self._safe(name), self._bold)
            sheet.freeze_panes(1, 0)
            line = 1
        writers = [self._writer(kind) for kind in self._table.types]
        converts = as_texts(self._table.types)
        for place, kind in enumerate(self._table.types):
            if kind.python_type is bool:
                converts[place] = None
        for rows in self._export.rows(self._table):
            columns = columns_of(rows, converts)
            for row in zip(*columns, strict=True):
                for place, value in enumerate(row):
                    if value is not None:
                        writers[place](line, place, value)
                    elif options.null_text:
                        sheet.write_string(line, place, options.null_text)
                line += 1

    def _safe(self, text: str) -> str:
        return str(self._guard.value(text)) if self._export.options.protect_formulas else text

    def _writer(self, kind: ColumnType[Any]) -> Callable[[int, int, Stored], None]:
        if kind.python_type in _FORMATS:
            style = self._styles[kind.python_type]
            return lambda line, place, value: self._moment(line, place, value, kind, style)
        if kind.python_type is bool:
            return self._boolean
        return self._any

    def _boolean(self, line: int, place: int, value: Stored) -> None:
        if value in {0, 1}:
            self._sheet.write_boolean(line, place, value)
        else:
            self._any(line, place, value)

    def _moment(
        self, line: int, place: int, value: Stored, kind: ColumnType[Any], style: Any
    ) -> None:
        """Write a date or time as a number, if a spreadsheet can; else as text."""
        try:
            moment: Any = kind.from_storage(value)
        except TypeConversionError:
            moment = None
        is_early = isinstance(moment, date) and moment.year < 1900
        is_aware = getattr(moment, "tzinfo", None) is not None
        if moment is None or is_early or is_aware or _has_fraction(moment):
            self._any(line, place, value)
        else:
            self._sheet.write_datetime(line, place, moment, style)

    def _any(self, line: int, place: int, value: Stored) -> None:
        if isinstance(value, (int, float)) and math.isfinite(value) and abs(value) <= _EXACT:
            self._sheet.write_number(line, place, value)
            return
        if isinstance(value, float) and math.isfinite(value):
            self._sheet.write_number(line, place, value)
            return
        text = value if isinstance(value, str) else str(value)
        text = self._safe(text) if isinstance(value, str) else text
        if len(text) > _LONGEST_TEXT:
            raise SerializationError(
                f"Table '{self._table.name}', row {line + (not self._export.options.header)}, "
                f"column '{self._table.names[place]}': the text has {len(text):,} characters; a "
                f"cell of a workbook can have {_LONGEST_TEXT:,}. Leave the column out, or take "
                "another format.",
                table_name=self._table.name,
            )
        self._sheet.write_string(line, place, text)


def _has_fraction(moment: date | time | timedelta) -> bool:
    """Return whether a spreadsheet, which keeps milliseconds, would lose part of it."""
    return bool(getattr(moment, "microsecond", 0) % 1000)


def _refuse_size(table: ExportedTable, count: int) -> None:
    if count + 1 > _MOST_ROWS or len(table.names) > _MOST_COLUMNS:
        raise SerializationError(
            f"Table '{table.name}' has {count:,} rows and {len(table.names):,} columns; a sheet "
            f"can have {_MOST_ROWS:,} and {_MOST_COLUMNS:,}. Take another format.",
            table_name=table.name,
        )


def _titles(names: Sequence[str]) -> list[str]:
    """Return names that sheets may have: short, different and without some characters."""
    found: list[str] = []
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", name).strip("'")[:31] or "Sheet"
        plain = f"{plain}_" if plain.casefold() == "history" else plain
        title, number = plain, 1
        while title.casefold() in {other.casefold() for other in found}:
            number += 1
            title = f"{plain[: 30 - len(str(number))]}_{number}"
        found.append(title)
    return found
