"""The format of CSV files: one by itself, a folder of them, or a zip.

A file by itself says nothing of types, keys or more than one table; in a folder and a zip, a
description beside the files does (`csv_description`). `csv_dialect` finds out how a file is
written, `csv_records` and `csv_rows` read and write its rows, `csv_cells` its fields.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from pytuck.common.options import CsvBackendOptions
from pytuck.common.progress import SILENT, Work
from pytuck.formats.base import (
    NOTHING_DECIDED,
    Format,
    Layout,
    Overrides,
    Reading,
    TableRows,
    TableStream,
)
from pytuck.formats.capabilities import FormatCapabilities
from pytuck.formats.csv_description import VERSION
from pytuck.formats.csv_reading import CsvFiles, Task
from pytuck.formats.csv_sources import open_source
from pytuck.formats.csv_writing import SAVERS, SaveTask


class CsvFormat(Format):
    """CSV files."""

    name: ClassVar[str] = "csv"
    version: ClassVar[int] = VERSION
    capabilities: ClassVar[FormatCapabilities] = FormatCapabilities(
        incremental=True,
        password=True,
        is_folder=True,
        limits=(
            "A CSV file by itself holds one table and no types; a folder and a zip keep everything.",
            "Of a zip, a table that changed is written as a whole.",
            "The cipher of a zip's password is weak.",
        ),
    )
    options: ClassVar[type] = CsvBackendOptions

    def read(
        self,
        path: Path,
        options: CsvBackendOptions | None = None,
        *,
        overrides: Overrides = NOTHING_DECIDED,
        work: Work = SILENT,
    ) -> Reading:
        layout = CsvFiles()
        return Reading(
            _streams(path, options or CsvBackendOptions(), overrides, work, layout), layout
        )

    def save(
        self,
        path: Path,
        tables: Sequence[TableRows],
        options: CsvBackendOptions | None = None,
        *,
        layout: Layout | None = None,
        work: Work = SILENT,
    ) -> Layout:
        options = options or CsvBackendOptions()
        known = layout if isinstance(layout, CsvFiles) else None
        kind = known.kind if known else options.layout or _kind_of_new(path)
        return SAVERS[kind](SaveTask(path, tables, options, known, work))


def _streams(
    path: Path, options: CsvBackendOptions, overrides: Overrides, work: Work, layout: CsvFiles
) -> Generator[TableStream, None, None]:
    source = open_source(path, options.password)
    layout.kind = source.kind
    streams = Task(source, options, overrides, work, layout).streams()
    previous: Any = None
    try:
        for stream in streams:
            previous = stream.batches
            yield stream
            previous.close()
    finally:
        if previous is not None:
            previous.close()
        source.close()


def _kind_of_new(path: Path) -> str:
    return "folder" if path.is_dir() or not path.suffix else "zip"


FORMAT = CsvFormat()
