"""Parquet files, read and written by DuckDB: one table is a file, several are a folder of them.

A file of ours has the schema in its metadata. Rows go to a temporary table of DuckDB by columns,
which is as fast as it takes them, and wait there, on the disk if they are many.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pytuck.common.atomic_file import replacing
from pytuck.common.exceptions import (
    CorruptFileError,
    EmptyFileError,
    FileFormatError,
    NewerFormatError,
    PytuckException,
    SchemaError,
    SerializationError,
    TypeConversionError,
)
from pytuck.common.options import ParquetBackendOptions
from pytuck.common.progress import SILENT, Work
from pytuck.compiler import parquet
from pytuck.formats import table_folder
from pytuck.formats.base import (
    BATCH_ROWS,
    NOTHING_DECIDED,
    Format,
    Layout,
    Overrides,
    Reading,
    StoredRow,
    TableRows,
    TableStream,
)
from pytuck.formats.capabilities import FormatCapabilities
from pytuck.formats.parquet_columns import (
    Kind,
    UnfitError,
    foreign_type,
    foreign_values,
    kind,
    kinds_of,
)
from pytuck.formats.regular_files import open_regular
from pytuck.formats.usable_names import usable_names
from pytuck.schema import Column, Table
from pytuck.schema.json_form import table_from_json, table_to_json
from pytuck.types import ColumnType, Stored, type_of

ENDING = ".parquet"
_ENDINGS = (ENDING, ".pq")
_WRITTEN_AT_ONCE = 8192
_CONFIG: dict[str, Any] = {
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
    "memory_limit": "192MB",
    "threads": 2,
}
_Connection = Any


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
    version = 1
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


@contextmanager
def _connected(path: Path) -> Iterator[_Connection]:
    """Give a connection of DuckDB that can reach one file and nothing else."""
    with tempfile.TemporaryDirectory(prefix="pytuck-parquet-") as waiting:
        raw = duckdb.connect(":memory:", config={**_CONFIG, "temp_directory": waiting})
        try:
            for setting in parquet.opening([path]):
                raw.execute(setting)
            yield raw
        finally:
            raw.close()


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
        raise _damaged(path / table_folder.DESCRIPTION, "it does not describe tables")
    for entry in entries:
        file = table_folder.checked_path(path, entry.get("file"))
        layout.files[entry["name"]] = file.name
        yield from _one_file(file, entry["name"], layout, overrides, work, follows_links=False)


def _one_file(
    path: Path,
    name: str,
    layout: ParquetLayout,
    overrides: Overrides,
    work: Work,
    *,
    follows_links: bool = True,
) -> Iterator[TableStream]:
    _check_ends(path, follows_links=follows_links)
    with _plain_path(path.absolute()) as real, _connected(real) as raw:
        source = _Source(raw, path, real)
        stream = source.own(work) or source.foreign(name, overrides, work)
        layout.tables[stream.table.name] = stream.table
        yield stream


@contextmanager
def _plain_path(path: Path) -> Iterator[Path]:
    """Give a path that DuckDB takes for a single file, whatever signs its own has."""
    if not parquet.is_pattern(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="pytuck-parquet-") as folder:
        link = Path(folder) / "file.parquet"
        link.symlink_to(path)
        yield link


def _check_ends(path: Path, *, follows_links: bool) -> None:
    with open_regular(path, follows_links=follows_links) as file:
        head = file.read(4)
        size = file.seek(0, 2)
        file.seek(max(0, size - 4))
        tail = file.read(4)
    if not size:
        raise EmptyFileError(f"'{path}' is empty.", details={"path": str(path)})
    if b"PARE" in (head, tail):
        raise FileFormatError(
            f"'{path}' is an encrypted Parquet file, which cannot be read.",
            details={"path": str(path)},
        )
    if head != b"PAR1":
        raise FileFormatError(f"'{path}' is no Parquet file.", details={"path": str(path)})
    if tail != b"PAR1" or size < 12:
        raise _damaged(path, f"its end is missing (it has {size} bytes)")


def _damaged(path: Path, reason: str) -> CorruptFileError:
    return CorruptFileError(
        f"'{path}' is damaged: {reason}. Restore it from a backup.", details={"path": str(path)}
    )


class _Source:
    """One file, open in DuckDB.

    Args:
        path: Its path as it was given, for messages.
        real: The path by which DuckDB reaches it.
    """

    def __init__(self, raw: _Connection, path: Path, real: Path) -> None:
        self._raw = raw
        self._path = path
        self._real = str(real)

    def own(self, work: Work) -> TableStream | None:
        """Return the table of a file that we wrote; None if it is of others."""
        found = [
            value
            for key, value in self._ask(parquet.METADATA).fetchall()
            if bytes(key) == b"pytuck"
        ]
        if not found:
            return None
        try:
            own = json.loads(bytes(found[0]))
            if own["version"] > ParquetFormat.version:
                raise NewerFormatError(
                    f"'{self._path}' was written by a newer version; update the program to open "
                    "it.",
                    details={"path": str(self._path)},
                )
            table = table_from_json(own["name"], own["schema"])
            kinds = [kind(name) for name in own["kinds"]]
            rows, next_key = own["rows"], own["next_key"]
        except (ValueError, KeyError, TypeError, RecursionError, SchemaError) as err:
            raise _damaged(self._path, f"its description is not valid ({err})") from err
        expected = [(c.name, k.sql) for c, k in zip(table.columns, kinds, strict=False)]
        if self._columns() != expected or len(kinds) != len(table.columns):
            raise _damaged(self._path, "its columns are not those of its description")
        return TableStream(table, self._own_rows(table, kinds, rows, work), next_key)

    def foreign(self, name: str, overrides: Overrides, work: Work) -> TableStream:
        """Return the table of a file of somebody else."""
        columns = self._columns()
        names, notes = usable_names([column for column, _ in columns])
        chosen = overrides.types.get(name, {})
        types = [
            type_of(chosen[usable]) if usable in chosen else foreign_type(declared)
            for usable, (_, declared) in zip(names, columns, strict=True)
        ]
        table = Table(
            name, tuple(Column(label, type_) for label, type_ in zip(names, types, strict=True))
        )
        changed = [
            type_ if label in chosen else None for label, type_ in zip(names, types, strict=True)
        ]
        rows = self._foreign_rows(table, [declared for _, declared in columns], changed, work)
        notes = [*notes, *self._losses(columns)]
        return TableStream(table, rows, None, is_inferred=True, notes=tuple(notes))

    def _losses(self, columns: list[tuple[str, str]]) -> list[str]:
        """Return what cannot be kept of the values, in words."""
        notes = [
            f"the nanoseconds of {name!r} are cut to microseconds"
            for name, declared in columns
            if declared in ("TIMESTAMP_NS", "TIME_NS")
        ]
        floats = [name for name, declared in columns if declared in ("FLOAT", "DOUBLE")]
        if floats:
            (counts,) = self._ask(parquet.count_nans(floats)).fetchall()
            notes += [
                f"{count} values of {name!r} are NaN, and are read as NULL"
                for name, count in zip(floats, counts, strict=True)
                if count
            ]
        return notes

    def _ask(self, sql: str) -> Any:
        try:
            return self._raw.execute(sql, [self._real])
        except duckdb.Error as err:
            raise _damaged(self._path, _first_line(err)) from err

    def _columns(self) -> list[tuple[str, str]]:
        return [(column[0], str(column[1])) for column in self._ask(parquet.ROWS).description]

    def _batches(self) -> Iterator[list[Sequence[Any]]]:
        """Give the columns of some rows at a time."""
        answer = self._ask(parquet.ROWS)
        try:
            while batch := answer.fetchmany(BATCH_ROWS):
                yield list(zip(*batch, strict=True))
        except (duckdb.Error, ValueError, OverflowError) as err:
            raise _damaged(self._path, _first_line(err)) from err

    def _own_rows(
        self, table: Table, kinds: list[Kind], total: object, work: Work
    ) -> Iterator[list[StoredRow]]:
        done = 0
        for columns in self._batches():
            try:
                for place, kind_ in enumerate(kinds):
                    if kind_.to_stored is not None:
                        columns[place] = kind_.to_stored(columns[place])
            except (ValueError, AttributeError, PytuckException) as err:
                raise _damaged(self._path, f"a value behind row {done} is not valid") from err
            rows: list[StoredRow] = list(zip(*columns, strict=True))
            done += len(rows)
            yield rows
            work.step("reading", table.name, done, done if total is None else int(str(total)))
        if done != total:
            raise _damaged(self._path, f"it has {done} rows in place of {total}")

    def _foreign_rows(
        self,
        table: Table,
        declared: list[str],
        chosen: list[ColumnType[Any] | None],
        work: Work,
    ) -> Iterator[list[StoredRow]]:
        done = 0
        for columns in self._batches():
            for place, (name, type_) in enumerate(zip(declared, chosen, strict=True)):
                try:
                    stored = foreign_values(name, columns[place])
                    columns[place] = stored if type_ is None else _converted(stored, name, type_)
                except (ValueError, TypeConversionError) as err:
                    raise SerializationError(
                        f"'{self._path}', column '{table.columns[place].name}', a value behind "
                        f"row {done} cannot be read: {err}",
                        table_name=table.name,
                        column_name=table.columns[place].name,
                        details={"path": str(self._path), "row": done + 1},
                    ) from err
            rows: list[StoredRow] = list(zip(*columns, strict=True))
            done += len(rows)
            yield rows
            work.step("reading", table.name, done)


def _converted(stored: Sequence[Stored], declared: str, type_: ColumnType[Any]) -> Sequence[Stored]:
    decode = foreign_type(declared).from_storage
    return [
        None if value is None else type_.to_storage(type_.convert(decode(value)))
        for value in stored
    ]


def _first_line(err: Exception) -> str:
    return str(err).partition("\n")[0]


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
            with _connected(real) as raw:
                self._write(raw, real, rows)
        except duckdb.Error as err:
            raise SerializationError(
                f"'{path}': the table '{rows.table.name}' was not written: {_first_line(err)}",
                table_name=rows.table.name,
                details={"path": str(path)},
            ) from err

    def _write(self, raw: _Connection, path: Path, rows: TableRows) -> None:
        left = [list(kinds_of(column)) for column in rows.table.columns]
        while (unfit := self._insert(raw, rows, [names[0] for names in left])) is not None:
            del left[unfit][0]
        own = {
            "version": ParquetFormat.version,
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

    def _insert(self, raw: _Connection, rows: TableRows, names: list[str]) -> int | None:
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
            "version": ParquetFormat.version,
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
