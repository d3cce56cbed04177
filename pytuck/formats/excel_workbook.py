"""Workbooks as lists of sheets with rows, whichever program wrote them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pytuck.common.exceptions import CorruptFileError, EmptyFileError, FileFormatError
from pytuck.formats.excel_other_kinds import CONTENT, OtherWorkbook, check_ods
from pytuck.formats.excel_part_parsing import local, parse_part, part_name
from pytuck.formats.excel_parts import PROGRAM
from pytuck.formats.excel_row_scanning import RawRows, raw_blocks, scanned_rows
from pytuck.formats.excel_shared_texts import SharedStrings, read_shared
from pytuck.formats.excel_sheet_xml import Sheet, SheetReader, SheetRow, read_date_styles
from pytuck.formats.zip_container import ZipReader

_WORKBOOK = "xl/workbook.xml"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class ExcelWorkbook:
    """An xlsx or xlsm workbook.

    Attributes:
        sheets: Its sheets with cells, in their order; hidden ones, too.
        is_ours: We wrote it last, not Excel or another program.
        since_1904: Its days are counted from 1904.
        has_escapes: `_x000D_` in its texts is a carriage return, as Excel has it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sheets: list[Sheet] = []
        self.is_ours = False
        self.since_1904 = False
        self.has_escapes = True
        self._relations: dict[str, tuple[str, str]] = {}
        self._shared: SharedStrings | None = None
        self._date_styles: frozenset[str] | None = None
        self.zip = ZipReader(path)
        try:
            self._read_structure()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        if self._shared is not None:
            self._shared.close()
        self.zip.close()

    def read_without_escapes(self) -> None:
        """From now on, `_x000D_` in a text is itself."""
        self.has_escapes = False
        if self._shared is not None:
            self._shared.close()
            self._shared = None

    def rows(self, sheet: Sheet, *, has_dates: bool = True) -> Iterator[list[SheetRow]]:
        """Give the rows of a sheet, some at a time.

        Args:
            has_dates: Numbers that are shown as dates are given as dates.
        """
        reader = self.reader(sheet, has_dates=has_dates)
        with self.zip.open(sheet.member) as stream:
            yield from scanned_rows(reader, stream)

    def reader(self, sheet: Sheet, *, has_dates: bool = True) -> SheetReader:
        """Return what makes values of the cells of a sheet."""
        where = part_name(self.path, sheet.member)
        styles = self._styles() if has_dates else frozenset()
        return SheetReader(
            where,
            self._texts(),
            styles,
            since_1904=self.since_1904,
            has_escapes=self.has_escapes,
        )

    def raw_rows(self, sheet: Sheet, reader: SheetReader) -> Iterator[list[SheetRow] | RawRows]:
        """Give the rows of a sheet, some at a time, as XML where that is plain."""
        with self.zip.open(sheet.member) as stream:
            yield from raw_blocks(reader, stream)

    def _texts(self) -> SharedStrings:
        if self._shared is None:
            member = self._part("sharedStrings")
            if member is None:
                self._shared = SharedStrings()
            else:
                with self.zip.open(member) as stream:
                    where = part_name(self.path, member)
                    self._shared = read_shared(stream, where, has_escapes=self.has_escapes)
        return self._shared

    def _styles(self) -> frozenset[str]:
        if self._date_styles is None:
            member = self._part("styles")
            if member is None:
                self._date_styles = frozenset()
            else:
                with self.zip.open(member) as stream:
                    self._date_styles = read_date_styles(stream, part_name(self.path, member))
        return self._date_styles

    def _part(self, kind: str) -> str | None:
        found = (member for name, member in self._relations.values() if name == kind)
        return next((member for member in found if member in self.zip.names), None)

    def _read_structure(self) -> None:
        found: list[tuple[str, str]] = []

        def relation(name: str, attributes: dict[str, str]) -> None:
            if local(name) == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/xl", attributes.get("Target", "")))
                kind = attributes.get("Type", "").rpartition("/")[2]
                self._relations[attributes.get("Id", "")] = (kind, target.lstrip("/"))

        def element(name: str, attributes: dict[str, str]) -> None:
            name = local(name)
            if name == "sheet":
                key = next((attributes[key] for key in attributes if local(key) == "id"), "")
                found.append((attributes.get("name", ""), key))
            elif name == "workbookPr":
                self.since_1904 = attributes.get("date1904") in {"1", "true"}
            elif name == "fileVersion":
                self.is_ours = attributes.get("appName") == PROGRAM

        self._parse("xl/_rels/workbook.xml.rels", relation)
        self._parse(_WORKBOOK, element)
        for name, key in found:
            kind, member = self._relations.get(key, ("", ""))
            if not kind:
                raise CorruptFileError(
                    f"'{self.path}': the sheet '{name}' is not in the workbook. Restore the file "
                    "from a copy.",
                    details={"path": str(self.path), "sheet": name},
                )
            if kind == "worksheet":
                self.zip.info(member)
                self.sheets.append(Sheet(name, member))

    def _parse(self, member: str, start: Any) -> None:
        with self.zip.open(member) as stream:
            for _ in parse_part(stream, part_name(self.path, member), start):
                pass


def open_workbook(path: Path) -> ExcelWorkbook | OtherWorkbook:
    """Open a workbook.

    Raises:
        FileFormatError: The file is none.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise EmptyFileError(f"'{path}' is empty.", details={"path": str(path)})
    if head == _OLD_EXCEL:
        return OtherWorkbook(path)
    if not head.startswith(b"PK"):
        raise FileFormatError(
            f"'{path}' is no Excel workbook. Open it as what it is, or save it as .xlsx.",
            details={"path": str(path)},
        )
    with ZipReader(path) as members:
        names = members.names
        if _WORKBOOK not in names and CONTENT in names:
            check_ods(members)
            return OtherWorkbook(path)
        if _WORKBOOK not in names and "xl/workbook.bin" in names:
            raise FileFormatError(
                f"'{path}' is a binary workbook (.xlsb); save it as .xlsx to read it.",
                details={"path": str(path)},
            )
    return ExcelWorkbook(path)
