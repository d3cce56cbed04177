"""The format of Excel workbooks: a sheet for each table.

`excel_workbook` and `excel_sheet_xml` read the parts of a workbook, `excel_reading` makes tables of
them; `excel_writing` writes sheets, whose cells `excel_cells` makes; `excel_description` is the
hidden sheet with what a sheet cannot say.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from pytuck.common.exceptions import UnsupportedOperationError
from pytuck.common.options import ExcelBackendOptions
from pytuck.common.progress import SILENT, Work
from pytuck.formats.base import (
    NOTHING_DECIDED,
    Format,
    Layout,
    Overrides,
    Reading,
    TableRows,
)
from pytuck.formats.capabilities import FormatCapabilities
from pytuck.formats.excel_cells import LONGEST_TEXT, MOST_COLUMNS, MOST_ROWS
from pytuck.formats.excel_description import VERSION
from pytuck.formats.excel_reading import ReadTask
from pytuck.formats.excel_writing import ExcelLayout, SaveTask


class ExcelFormat(Format):
    """Excel workbooks."""

    name: ClassVar[str] = "excel"
    version: ClassVar[int] = VERSION
    capabilities: ClassVar[FormatCapabilities] = FormatCapabilities(
        incremental=True,
        largest_text=LONGEST_TEXT,
        most_rows=MOST_ROWS - 1,
        most_columns=MOST_COLUMNS,
        limits=(
            (
                "Values that Excel does not hold exactly are kept as marked text: whole numbers beyond "
                "15 digits, microseconds, time zones, days before March 1900, infinities."
            ),
            (
                "A workbook of others that is saved becomes tables: formatting, charts and formulas "
                "are lost."
            ),
            "Workbooks of the kinds .xls and .ods can be read only, and .xlsb not at all.",
            "A sheet with a changed row is written as a whole.",
        ),
    )
    options: ClassVar[type] = ExcelBackendOptions

    def read(
        self,
        path: Path,
        options: ExcelBackendOptions | None = None,
        *,
        overrides: Overrides = NOTHING_DECIDED,
        work: Work = SILENT,
    ) -> Reading:
        layout = ExcelLayout()
        task = ReadTask(path, options or ExcelBackendOptions(), overrides, work, layout)
        return Reading(task.streams(), layout)

    def save(
        self,
        path: Path,
        tables: Sequence[TableRows],
        options: ExcelBackendOptions | None = None,
        *,
        layout: Layout | None = None,
        work: Work = SILENT,
    ) -> Layout:
        known = layout if isinstance(layout, ExcelLayout) else None
        if known is not None and not known.is_writable:
            raise UnsupportedOperationError(
                f"'{path}' is a workbook of a kind that is read only. Convert it to .xlsx."
            )
        return SaveTask(path, tables, options or ExcelBackendOptions(), known, work).save()


FORMAT = ExcelFormat()
