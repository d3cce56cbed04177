"""Workbooks of the kinds .xls and .ods: read by calamine, which holds a whole sheet in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from pytuck.common.exceptions import CorruptFileError, FileFormatError
from pytuck.formats.excel_part_parsing import local, parse_part, part_name
from pytuck.formats.excel_sheet_xml import Sheet, SheetRow
from pytuck.formats.zip_container import ZipReader

_LARGEST_FILE = 100 << 20
_MOST_PLACES = 20_000_000  # from the first cell of a sheet to its last one
_BATCH = 1024
CONTENT = "content.xml"
"""The member of an .ods file that has its cells."""


class OtherWorkbook:
    """A workbook that can be read only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if path.stat().st_size > _LARGEST_FILE:
            raise FileFormatError(
                f"'{path}' is too large to be read; save it as .xlsx.", details={"path": str(path)}
            )
        with self._errors():
            self._workbook = CalamineWorkbook.from_path(str(path))
        self.sheets = [Sheet(name, name) for name in self._workbook.sheet_names]

    def close(self) -> None:
        """Close the file."""
        self._workbook.close()

    def rows(self, sheet: Sheet, *, has_dates: bool = True) -> Iterator[list[SheetRow]]:
        """Give the rows of a sheet, some at a time."""
        with self._errors():
            found = self._workbook.get_sheet_by_name(sheet.name)
            rows = found.to_python(skip_empty_area=False)
        for first in range(0, len(rows), _BATCH):
            batch = rows[first : first + _BATCH]
            yield [
                (number, [None if cell == "" else cell for cell in row])
                for number, row in enumerate(batch, first + 1)
            ]

    def _errors(self) -> _CalamineErrors:
        return _CalamineErrors(self._path)


class _CalamineErrors:
    """Turns what calamine raises into errors of ours."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: object) -> None:
        if kind is None:
            return
        # A panic of its Rust code is no Exception, and its class cannot be imported.
        if issubclass(kind, CalamineError) or kind.__name__ == "PanicException":
            raise CorruptFileError(
                f"'{self._path}' is damaged or no workbook ({error}). Restore it from a copy.",
                details={"path": str(self._path)},
            ) from None


def check_ods(members: ZipReader) -> None:
    """Refuse an .ods file whose sheets would not fit into memory, or that has a document type.

    Raises:
        FileFormatError: It is such a file.
    """
    for name in members.names:
        with members.open(name):  # checks its size
            pass
    extent = _Extent(members.path)
    with members.open(CONTENT) as stream:
        for _ in parse_part(stream, part_name(members.path, CONTENT), extent.start):
            pass


class _Extent:
    """How far the cells of a sheet with a value lie from its beginning."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._begin_sheet()

    def _begin_sheet(self) -> None:
        self._row = self._rows = self._column = self._columns = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Look at an element."""
        name = local(name)
        if name == "table":
            self._begin_sheet()
        elif name == "table-row":
            self._row += _repeated(attributes, "rows")
            self._column = 0
        elif name in {"table-cell", "covered-table-cell"}:
            self._column += _repeated(attributes, "columns")
            if any(local(key) == "value-type" for key in attributes):
                self._rows = self._row
                self._columns = max(self._columns, self._column)
                if self._rows * self._columns > _MOST_PLACES:
                    raise FileFormatError(
                        f"'{self._path}' has cells too far from one another to be read; save it "
                        "as .xlsx.",
                        details={"path": str(self._path)},
                    )


def _repeated(attributes: dict[str, str], what: str) -> int:
    text = attributes.get(f"table:number-{what}-repeated", "1")
    return int(text) if text.isdecimal() and len(text) < 10 else _MOST_PLACES
