"""Writing workbooks: a sheet for each table that changed, the others taken over as packed bytes.

The XML of a sheet is made column by column; a library that is told one cell after another needs
several times as long.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import SerializationError, TypeConversionError
from pytuck.common.options import ExcelBackendOptions
from pytuck.common.progress import Work
from pytuck.formats.base import Layout, TableRows
from pytuck.formats.excel_cells import (
    HEADER_STYLE,
    LONGEST_TEXT,
    MOST_COLUMNS,
    MOST_ROWS,
    TextTooLongError,
    cell_writer,
    column_letters,
    escaped,
)
from pytuck.formats.excel_description import (
    SHEET_NAME,
    TableSheet,
    description_rows,
    sheet_name,
)
from pytuck.formats.excel_parts import SHEET_END, SHEET_START, SheetPart, fixed_parts
from pytuck.formats.zip_container import ZipReader
from pytuck.formats.zip_writing import ZipWriter
from pytuck.schema import Table
from pytuck.types import Stored
from pytuck.types.base import short_repr

_DESCRIPTION_MEMBER = "xl/worksheets/pytuck.xml"


@dataclass(slots=True)
class ExcelLayout(Layout):
    """What is known of a workbook.

    Attributes:
        tables: Its tables by name, if it is ours.
        is_ours: We wrote its sheets, so that they can be taken over.
        is_writable: It is a workbook of the kind that we write.
    """

    tables: dict[str, TableSheet] = field(default_factory=dict)
    is_ours: bool = False
    is_writable: bool = True


@dataclass(frozen=True, slots=True)
class SaveTask:
    """What is saved, and where."""

    path: Path
    tables: Sequence[TableRows]
    options: ExcelBackendOptions
    layout: ExcelLayout | None
    work: Work

    def save(self) -> ExcelLayout:
        """Write the workbook."""
        for rows in self.tables:
            _check_size(rows)
        saved = ExcelLayout(is_ours=True)
        with ExitStack() as stack:
            temporary = stack.enter_context(replacing(self.path))
            old = None
            if self.layout is not None and self.layout.is_ours:
                old = stack.enter_context(ZipReader(self.path))
            with ZipWriter(temporary) as writer:
                for rows, item in zip(self.tables, self._places(), strict=True):
                    if old is not None and self._is_unchanged(rows):
                        writer.keep(old, item.member)
                    else:
                        with writer.member(item.member) as out:
                            _write_sheet(out, rows, self.work)
                    saved.tables[rows.table.name] = item
                self._write_rest(writer, list(saved.tables.values()))
        return saved

    def _is_unchanged(self, rows: TableRows) -> bool:
        known = self.layout.tables.get(rows.table.name) if self.layout else None
        is_same = known is not None and known.table == rows.table
        return is_same and rows.changed is not None and not len(rows.changed)

    def _write_rest(self, writer: ZipWriter, items: list[TableSheet]) -> None:
        with writer.member(_DESCRIPTION_MEMBER) as out:
            _write_texts(out, description_rows(items))
        is_hidden = self.options.hide_metadata_sheets and bool(items)
        sheets = [SheetPart(item.sheet, item.member) for item in items]
        sheets.append(SheetPart(SHEET_NAME, _DESCRIPTION_MEMBER, is_hidden))
        for member, text in fixed_parts(sheets):
            with writer.member(member) as out:
                out.write(text.encode())

    def _places(self) -> list[TableSheet]:
        """Return where each table goes: where it is, or to a new sheet."""
        known = self.layout.tables if self.layout is not None and self.layout.is_ours else {}
        kept = [known.get(rows.table.name) for rows in self.tables]
        names = {SHEET_NAME} | {item.sheet.casefold() for item in kept if item}
        members = {item.member for item in kept if item}
        places = []
        number = 0
        for rows, item in zip(self.tables, kept, strict=True):
            place = item
            if place is None:
                name = sheet_name(rows.table.name, names)
                names.add(name.casefold())
                number += 1
                while f"xl/worksheets/sheet{number}.xml" in members:
                    number += 1
                place = TableSheet(rows.table, name, f"xl/worksheets/sheet{number}.xml", 0)
            places.append(
                replace(place, table=rows.table, rows=rows.row_count, next_key=rows.next_key)
            )
        return places


def _check_size(rows: TableRows) -> None:
    name, columns = rows.table.name, len(rows.table.columns)
    if rows.row_count >= MOST_ROWS:
        raise SerializationError(
            f"Table '{name}' has {rows.row_count:,} rows, and a sheet of Excel has room for "
            f"{MOST_ROWS - 1:,}. Use another format for it, or split the table.",
            table_name=name,
        )
    if columns > MOST_COLUMNS:
        raise SerializationError(
            f"Table '{name}' has {columns:,} columns, and a sheet of Excel has {MOST_COLUMNS:,}. "
            "Use another format for it, or split the table.",
            table_name=name,
        )


def _write_sheet(out: BinaryIO, rows: TableRows, work: Work) -> None:
    table = rows.table
    _check_names(table)
    out.write(SHEET_START.encode())
    out.write(_text_row(1, [column.name for column in table.columns], HEADER_STYLE).encode())
    writers = [
        cell_writer(column.type, column_letters(place))
        for place, column in enumerate(table.columns)
    ]
    done = 0
    for batch in rows.batches():
        numbers = range(done + 2, done + 2 + len(batch))
        cells: list[list[str]] = []
        columns = list(zip(*batch, strict=True))
        for place, write in enumerate(writers):
            try:
                cells.append(write(columns[place], numbers))
                "".join(cells[-1]).encode()
            except (TextTooLongError, UnicodeEncodeError) as err:
                raise _refusal(table, place, columns[place], done + 1, err) from err
        starts = [f'<row r="{number}">' for number in numbers]
        lines = map("".join, zip(starts, *cells, strict=True))
        out.write("</row>\n".join([*lines, ""]).encode())
        done += len(batch)
        work.step("writing", table.name, done, rows.row_count)
    out.write(SHEET_END.encode())


def _check_names(table: Table) -> None:
    for column in table.columns:
        if len(column.name.encode("utf-16-le", "surrogatepass")) > LONGEST_TEXT * 2:
            raise SerializationError(
                f"Table '{table.name}': the name of a column is longer than a cell of Excel.",
                table_name=table.name,
            )


def _refusal(
    table: Table, place: int, values: Sequence[Stored], first_row: int, error: ValueError
) -> TypeConversionError:
    column = table.columns[place]
    write = cell_writer(column.type, "A")
    for row, value in enumerate(values, first_row):  # noqa: B007 - the last ones are meant
        try:
            "".join(write([value], [1])).encode()
        except (TextTooLongError, UnicodeEncodeError):
            break
    reason = (
        f"is longer than the {LONGEST_TEXT:,} characters of a cell of Excel"
        if isinstance(error, TextTooLongError)
        else "is no valid Unicode text"
    )
    return TypeConversionError(
        f"Table '{table.name}', column '{column.name}', row {row}: {short_repr(value)} {reason}. "
        "Shorten it, or use another format.",
        value=value,
        table_name=table.name,
        column_name=column.name,
        details={"row": row},
    )


def _text_row(number: int, texts: Sequence[str], style: int) -> str:
    cells = "".join(
        f'<c r="{column_letters(place)}{number}" s="{style}" t="inlineStr"><is>'
        f'<t xml:space="preserve">{escaped(text)}</t></is></c>'
        for place, text in enumerate(texts)
    )
    return f'<row r="{number}">{cells}</row>\n'


def _write_texts(out: BinaryIO, rows: Sequence[Sequence[str]]) -> None:
    out.write(SHEET_START.encode())
    out.writelines(_text_row(number, texts, 0).encode() for number, texts in enumerate(rows, 1))
    out.write(SHEET_END.encode())
