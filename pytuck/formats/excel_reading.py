"""Reading the tables of workbooks: ours, the old library's, and those of others."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytuck.common.exceptions import CorruptFileError
from pytuck.common.options import ExcelBackendOptions
from pytuck.common.progress import Work
from pytuck.formats.base import Overrides, StoredRow, TableStream
from pytuck.formats.excel_cell_columns import StoredColumn
from pytuck.formats.excel_description import (
    SHEET_NAME,
    TableSheet,
    is_description,
    read_description,
)
from pytuck.formats.excel_inference import SheetInference
from pytuck.formats.excel_other_kinds import OtherWorkbook
from pytuck.formats.excel_row_scanning import RawRows
from pytuck.formats.excel_sheet_xml import Sheet, SheetRow
from pytuck.formats.excel_workbook import ExcelWorkbook, open_workbook
from pytuck.formats.excel_writing import ExcelLayout
from pytuck.formats.old_schema import OldCells, table_from_old
from pytuck.formats.usable_names import usable_names
from pytuck.schema import Table
from pytuck.types import Stored
from pytuck.types.base import DECODE_ERRORS

_KEPT_CELLS = 700_000
"""A sheet of so many cells is parsed only once."""
_MOST_GAPS = 5_000_000  # cells of rows that are not there
_BATCH = 1024
LOST = "Formatting, charts and formulas are lost when this workbook is saved."


@dataclass(frozen=True, slots=True)
class ReadTask:
    """What is read, and how."""

    path: Path
    options: ExcelBackendOptions
    overrides: Overrides
    work: Work
    layout: ExcelLayout

    def streams(self) -> Generator[TableStream, None, None]:
        """Give the tables."""
        workbook = open_workbook(self.path)
        try:
            for stream in self._streams(workbook):
                yield stream
                for _ in stream.batches:
                    pass
        finally:
            workbook.close()

    def _streams(self, workbook: ExcelWorkbook | OtherWorkbook) -> Iterator[TableStream]:
        if isinstance(workbook, OtherWorkbook):
            self.layout.is_writable = False
            yield from self._foreign(workbook)
            return
        names = {sheet.name: sheet for sheet in workbook.sheets}
        if SHEET_NAME not in names:
            yield from self._foreign(workbook)
            return
        rows = [row for batch in workbook.rows(names[SHEET_NAME]) for row in batch]
        if is_description(rows):
            members = {sheet.name: sheet.member for sheet in workbook.sheets}
            yield from self._own(workbook, read_description(rows, members, self.path))
        elif rows and rows[0][1][:1] == ["table_name"]:
            workbook.read_without_escapes()  # the old library wrote none
            yield from self._old(workbook, rows, names)
        else:
            raise CorruptFileError(
                f"'{self.path}': the hidden sheet '{SHEET_NAME}' is not as it was written. Restore "
                "the file from a copy, or delete that sheet to read the rest without.",
                details={"path": str(self.path)},
            )

    # --- Workbooks of ours ---

    def _own(self, workbook: ExcelWorkbook, items: list[TableSheet]) -> Iterator[TableStream]:
        self.layout.is_ours = workbook.is_ours
        for item in items:
            self.layout.tables[item.table.name] = item
        for item in items:
            yield TableStream(item.table, self._own_rows(workbook, item), item.next_key)

    def _own_rows(self, workbook: ExcelWorkbook, item: TableSheet) -> Iterator[list[StoredRow]]:
        done = 0
        sheet = Sheet(item.sheet, item.member)
        reader = workbook.reader(sheet, has_dates=False)
        columns = [
            StoredColumn(column.type, reader, since_1904=workbook.since_1904)
            for column in item.table.columns
        ]
        for block in workbook.raw_rows(sheet, reader):
            for values in self._own_columns(block, columns, item, done):
                rows = list(zip(*values, strict=True))
                done += len(rows)
                yield rows  # type: ignore[misc]
                self.work.step("reading", item.table.name, done, item.rows)
        if done != item.rows and (workbook.is_ours or not done):
            raise CorruptFileError(
                f"'{self.path}': the sheet '{item.sheet}' has {done} rows instead of {item.rows}. "
                "Restore the file from a copy.",
                table_name=item.table.name,
                details={"path": str(self.path), "sheet": item.sheet},
            )

    def _own_columns(
        self,
        block: list[SheetRow] | RawRows,
        columns: list[StoredColumn],
        item: TableSheet,
        done: int,
    ) -> Iterator[list[Sequence[Stored]]]:
        """Give the values of some rows, column by column."""
        if isinstance(block, RawRows) and len(block.columns) == len(columns):
            count = len(block.numbers)
            if block.numbers[0] == done + 2 and block.numbers[-1] == done + 1 + count:
                makers = [column.from_xml for column in columns]
                yield self._decoded(item, done, makers, block.columns)
                return
        batch = block.values(columns[0].reader) if isinstance(block, RawRows) else block
        rows = self._without_header(batch, item) if not done and batch[0][0] == 1 else batch
        for first in range(0, len(rows), _BATCH):
            found = rows[first : first + _BATCH]
            self._check_gaps(item, found, done)
            part = _without_gaps(found, done + 2, len(columns))
            cells = [(values,) for values in zip(*part, strict=True)]
            yield self._decoded(item, done, [column.from_values for column in columns], cells)
            done += len(part)

    def _decoded(
        self,
        item: TableSheet,
        done: int,
        makers: Sequence[Callable[..., Sequence[Stored]]],
        columns: Sequence[tuple[Any, ...]],
    ) -> list[Sequence[Stored]]:
        decoded: list[Sequence[Stored]] = []
        for make, column in zip(makers, columns, strict=True):
            try:
                decoded.append(make(*column))
            except DECODE_ERRORS as err:
                raise self._bad_column(item, len(decoded), done + 2, err) from err
        return decoded

    def _check_gaps(self, item: TableSheet, rows: list[SheetRow], done: int) -> None:
        missing = rows[-1][0] - (done + 1) - len(rows)
        if missing * len(item.table.columns) > _MOST_GAPS:
            raise CorruptFileError(
                f"'{self.path}': the sheet '{item.sheet}' has a row {rows[-1][0]:,} far behind the "
                "others. Delete it, or restore the file from a copy.",
                table_name=item.table.name,
                details={"path": str(self.path), "sheet": item.sheet},
            )

    def _without_header(self, batch: list[SheetRow], item: TableSheet) -> list[SheetRow]:
        names = [column.name for column in item.table.columns]
        if batch[0][1][: len(names)] != names:
            raise CorruptFileError(
                f"'{self.path}': the columns of the sheet '{item.sheet}' are not those of the "
                f"table. Give them their names and order again, or delete the hidden sheet "
                f"'{SHEET_NAME}' to have the types found out.",
                table_name=item.table.name,
                details={"path": str(self.path), "sheet": item.sheet},
            )
        return batch[1:]

    def _bad_column(
        self, item: TableSheet, place: int, row: int, err: Exception
    ) -> CorruptFileError:
        column = item.table.columns[place]
        return CorruptFileError(
            f"'{self.path}', sheet '{item.sheet}', in the rows from {row} on: the column "
            f"'{column.name}' has a value that is no {column.type.sql_name} ({err}). Correct it.",
            table_name=item.table.name,
            column_name=column.name,
            details={"path": str(self.path), "sheet": item.sheet, "row": row},
        )

    # --- Workbooks of the old library ---

    def _old(
        self, workbook: ExcelWorkbook, rows: list[SheetRow], names: dict[str, Sheet]
    ) -> Iterator[TableStream]:
        for number, found in rows[1:]:
            cells = [*found, *[None] * 5]
            try:
                entry = {
                    "primary_key": cells[1] or None,
                    "next_id": cells[2],
                    "comment": cells[3] or None,
                    "columns": json.loads(cells[4]),
                }
                sheet = names[cells[0]]
            except (ValueError, TypeError, KeyError, RecursionError) as err:
                raise CorruptFileError(
                    f"'{self.path}': row {number} of the sheet '{SHEET_NAME}' is damaged ({err}).",
                    details={"path": str(self.path)},
                ) from err
            table, next_key = table_from_old(str(cells[0]), entry, self.path)
            cell_rows = OldCells(table, self.path)
            batches = self._old_rows(workbook, sheet, table, cell_rows)
            yield TableStream(table, batches, next_key)

    def _old_rows(
        self, workbook: ExcelWorkbook, sheet: Sheet, table: Table, cells: OldCells
    ) -> Iterator[list[StoredRow]]:
        done = 0
        names: list[str] = []
        kinds = {column.name: column.type.python_type for column in table.columns}
        for batch in workbook.rows(sheet, has_dates=False):
            rows = batch
            if not names and batch:
                names, rows = [str(name) for name in batch[0][1]], batch[1:]
            records = [
                {
                    name: _old_value(kinds.get(name), cell)
                    for name, cell in zip(names, row, strict=False)
                }
                for _, row in rows
            ]
            if records:
                yield cells.decode(records, done + 1)  # type: ignore[misc]
            done += len(records)
            self.work.step("reading", table.name, done)

    # --- Workbooks of others ---

    def _foreign(self, workbook: ExcelWorkbook | OtherWorkbook) -> Iterator[TableStream]:
        names, _ = usable_names(sheet.name for sheet in workbook.sheets)
        for sheet, name in zip(workbook.sheets, names, strict=True):
            inference = SheetInference(
                name,
                has_header=self.options.has_header,
                row_numbers=self.options.row_numbers,
                decided=self.overrides.types.get(name, {}),
                sample_rows=self.overrides.sample_rows,
            )
            kept: list[list[SheetRow]] | None = []
            seen = cells = 0
            for batch in _filled(workbook, sheet):
                inference.look_at(batch)
                seen += len(batch)
                cells += sum(len(row[1]) for row in batch)
                if kept is not None:
                    kept.append(batch)
                if cells > _KEPT_CELLS:
                    kept = None
                self.work.step("reading", name, seen)
            table = inference.table(name)
            if table is not None:
                source = iter(kept) if kept is not None else _filled(workbook, sheet)
                rows = self._foreign_rows(source, inference, sheet.name)
                notes = (*inference.notes, LOST)
                yield TableStream(table, rows, is_inferred=True, notes=notes)

    def _foreign_rows(
        self, source: Iterator[list[SheetRow]], inference: SheetInference, sheet: str
    ) -> Iterator[list[StoredRow]]:
        done = 0
        for batch in source:
            for first in range(0, len(batch), _BATCH):
                rows = inference.rows(
                    batch[first : first + _BATCH], f"'{self.path}', sheet '{sheet}'"
                )
                if rows:
                    yield rows  # type: ignore[misc]
                done += len(rows)
            self.work.step("reading", inference.name, done, inference.count)


def _filled(workbook: ExcelWorkbook | OtherWorkbook, sheet: Sheet) -> Iterator[list[SheetRow]]:
    """Give the rows of a sheet that have a value."""
    for batch in workbook.rows(sheet):
        rows = [row for row in batch if row[1].count(None) < len(row[1])]
        if rows:
            yield rows


def _without_gaps(rows: list[SheetRow], number: int, width: int) -> list[list[Any]]:
    """Return the cells of rows, those of rows that are not there, and as many as columns."""
    found: list[list[Any]] = []
    for row, cells in rows:
        while row > number:
            found.append([None] * width)
            number += 1
        if len(cells) < width:
            cells.extend([None] * (width - len(cells)))
        found.append(cells if len(cells) == width else cells[:width])
        number += 1
    return found


def _old_value(kind: type | None, cell: Any) -> Any:
    if cell is None or cell == "":
        return None
    if kind is bool and isinstance(cell, str):
        return {"TRUE": True, "FALSE": False}.get(cell.upper(), cell)
    if kind in {list, dict} and isinstance(cell, str):
        return json.loads(cell)
    return cell
