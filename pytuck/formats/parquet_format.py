"""Parquet files, read and written by DuckDB: one table is a file, several are a folder of them.

A file of ours has the schema in its metadata. Rows go to a temporary table of DuckDB by columns,
which is as fast as it takes them, and wait there, on the disk if they are many.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import (
    FileFormatError,
    SerializationError,
)
from pytuck.common.options import ParquetBackendOptions
from pytuck.common.progress import SILENT, Work
from pytuck.compiler import parquet
from pytuck.formats import table_folder
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
from pytuck.formats.parquet_columns import (
    UnfitError,
    kind,
    kinds_of,
)
from pytuck.formats.parquet_source import (
    VERSION,
    Connection,
    ParquetSource,
    check_ends,
    connected,
    damaged,
    first_line,
    plain_path,
)
from pytuck.schema import Table
from pytuck.schema.json_form import table_to_json

ENDING = ".parquet"
_ENDINGS = (ENDING, ".pq")
_WRITTEN_AT_ONCE = 8192


@dataclass(slots=True)
class ParquetLayout(Layout):
    """Which table is in which file.

    Attributes:
        tables: The tables as they were written or read.
        files: The name of each one's file; empty where the database is a single file.
    """

    tables: dict[str, Table] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


class ParquetFormat(Format):
    """Parquet files and folders of them."""

    name = "parquet"
    version = VERSION
    capabilities = FormatCapabilities(
        incremental=True,
        is_folder=True,
        limits=(
            "One table is a file; a database of several is a folder with a file for each.",
            "A table without columns cannot be kept.",
            "NaN in files of others is read as NULL, and nanoseconds as microseconds.",
        ),
    )
    options = ParquetBackendOptions

    def read(
        self,
        path: Path,
        options: Any = None,
        *,
        overrides: Overrides = NOTHING_DECIDED,
        work: Work = SILENT,
    ) -> Reading:
        layout = ParquetLayout()
        return Reading(_streams(path, layout, overrides, work), layout)

    def save(
        self,
        path: Path,
        tables: Sequence[TableRows],
        options: Any = None,
        *,
        layout: Layout | None = None,
        work: Work = SILENT,
    ) -> ParquetLayout:
        known = layout if isinstance(layout, ParquetLayout) else ParquetLayout()
        saved = ParquetLayout({rows.table.name: rows.table for rows in tables})
        writer = _Writer(options or ParquetBackendOptions(), work)
        is_single = not path.is_dir() and path.suffix.lower() in _ENDINGS and len(tables) == 1
        if is_single or (path.is_file() and len(tables) == 1):
            with replacing(path) as new:
                writer.write(new, tables[0])
        elif path.is_file():
            saved.files = _turn_into_folder(path, tables, writer)
        else:
            saved.files = _save_folder(path, tables, known, writer)
        return saved

    def losses(self, table: Table) -> list[str]:
        return [] if table.columns else ["the table, which has no columns"]


FORMAT = ParquetFormat()


# --- Reading ------------------------------------------------------------------------------------


def _streams(
    path: Path, layout: ParquetLayout, overrides: Overrides, work: Work
) -> Generator[TableStream, None, None]:
    if not path.is_dir():
        yield from _one_file(path, path.stem, layout, overrides, work)
        return
    described = table_folder.description(path)
    if described is None:
        files = sorted(item.name for item in path.iterdir() if item.suffix.lower() in _ENDINGS)
        entries: Any = [{"name": Path(name).stem, "file": name} for name in files]
        if not files:
            raise FileFormatError(
                f"The folder '{path}' has no Parquet files (*{ENDING}).",
                details={"path": str(path)},
            )
    else:
        entries = described.get("tables")
    if not isinstance(entries, list) or not all(
        isinstance(entry, dict) and isinstance(entry.get("name"), str) for entry in entries
    ):
        raise damaged(path / table_folder.DESCRIPTION, "it does not describe tables")
    for entry in entries:
        file = table_folder.checked_path(path, entry.get("file"))
        layout.files[entry["name"]] = file.name
        present = table_folder.present_file(file)
        yield from _one_file(present, entry["name"], layout, overrides, work, follows_links=False)


def _one_file(
    path: Path,
    name: str,
    layout: ParquetLayout,
    overrides: Overrides,
    work: Work,
    *,
    follows_links: bool = True,
) -> Iterator[TableStream]:
    check_ends(path, follows_links=follows_links)
    with plain_path(path.absolute()) as real, connected(real) as raw:
        source = ParquetSource(raw, path, real)
        stream = source.own(work) or source.foreign(name, overrides, work)
        layout.tables[stream.table.name] = stream.table
        yield stream


# --- Writing ------------------------------------------------------------------------------------


class _Writer:
    """Writes tables to files of their own."""

    def __init__(self, options: ParquetBackendOptions, work: Work) -> None:
        self._options = options
        self._work = work

    def write(self, path: Path, rows: TableRows) -> None:
        """Write a table to a file that is there.

        Raises:
            SerializationError: It cannot be written.
        """
        if not rows.table.columns:
            raise SerializationError(
                f"Parquet cannot keep the table '{rows.table.name}', which has no columns.",
                table_name=rows.table.name,
            )
        real = path.absolute()
        try:
            with connected(real) as raw:
                self._write(raw, real, rows)
        except duckdb.Error as err:
            raise SerializationError(
                f"'{path}': the table '{rows.table.name}' was not written: {first_line(err)}",
                table_name=rows.table.name,
                details={"path": str(path)},
            ) from err

    def _write(self, raw: Connection, path: Path, rows: TableRows) -> None:
        left = [list(kinds_of(column)) for column in rows.table.columns]
        while (unfit := self._insert(raw, rows, [names[0] for names in left])) is not None:
            del left[unfit][0]
        own = {
            "version": VERSION,
            "name": rows.table.name,
            "schema": table_to_json(rows.table),
            "kinds": [names[0] for names in left],
            "rows": rows.row_count,
            "next_key": rows.next_key,
        }
        names = [column.name for column in rows.table.columns]
        options = self._options
        raw.execute(
            parquet.write_rows(
                path, names, json.dumps(own), options.compression, options.row_group_rows
            )
        )

    def _insert(self, raw: Connection, rows: TableRows, names: list[str]) -> int | None:
        """Have all rows wait in DuckDB; return the place of a column whose values do not fit."""
        kinds = [kind(name) for name in names]
        raw.execute(parquet.create_rows([kind_.sql for kind_ in kinds]))
        done = 0
        for batch in rows.batches(_WRITTEN_AT_ONCE):
            arrays = {}
            columns = zip(*batch, strict=True)
            for place, (kind_, values) in enumerate(zip(kinds, columns, strict=False)):
                try:
                    arrays[f"c{place}"] = kind_.to_array(values)
                except UnfitError:
                    return place
            raw.register(parquet.BATCH, arrays)
            raw.execute(parquet.INSERT)
            raw.unregister(parquet.BATCH)
            done += len(batch)
            self._work.step("writing", rows.table.name, done, rows.row_count)
        return None


def _save_folder(
    path: Path, tables: Sequence[TableRows], known: ParquetLayout, writer: _Writer
) -> dict[str, str]:
    files = table_folder.file_names([rows.table.name for rows in tables], ENDING)
    if path.is_dir():
        table_folder.finish(path)
    with table_folder.changing(path) as changes:
        for rows in tables:
            name = rows.table.name
            is_as_before = (
                known.tables.get(name) == rows.table and known.files.get(name) == files[name]
            )
            if rows.changed is None or rows.changed or not is_as_before:
                writer.write(changes.new_file(files[name]), rows)
        changes.removed = sorted(set(known.files.values()) - set(files.values()))
        changes.description = {
            "format": "parquet",
            "version": VERSION,
            "tables": [
                {"name": rows.table.name, "file": files[rows.table.name]} for rows in tables
            ],
        }
    return files


def _turn_into_folder(path: Path, tables: Sequence[TableRows], writer: _Writer) -> dict[str, str]:
    """Put a folder in the place of a file, which is removed when the folder is whole."""
    new = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent))
    try:
        files = _save_folder(new, tables, ParquetLayout(), writer)
        old = new / "_pytuck.before"
        path.replace(old)
        new.chmod(0o755)
        new.replace(path)
        (path / old.name).unlink()
    except BaseException:
        if path.exists():
            shutil.rmtree(new, ignore_errors=True)
        raise
    return files
