"""One Parquet file, which is one table, read by DuckDB."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

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
from pytuck.common.progress import Work
from pytuck.compiler import parquet
from pytuck.formats.base import (
    BATCH_ROWS,
    Overrides,
    StoredRow,
    TableStream,
)
from pytuck.formats.parquet_columns import (
    Kind,
    foreign_type,
    foreign_values,
    kind,
)
from pytuck.formats.regular_files import open_regular
from pytuck.formats.usable_names import usable_names
from pytuck.schema import Column, Table
from pytuck.schema.json_form import table_from_json
from pytuck.types import ColumnType, Stored, type_of

_CONFIG: dict[str, Any] = {
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
    "allow_community_extensions": False,
    "allow_unsigned_extensions": False,
    "memory_limit": "192MB",
    "threads": 2,
}
Connection = Any

VERSION = 1
"""The version of the description in files of ours."""


@contextmanager
def connected(path: Path) -> Iterator[Connection]:
    """Give a connection of DuckDB that can reach one file and nothing else."""
    with tempfile.TemporaryDirectory(prefix="pytuck-parquet-") as waiting:
        raw = duckdb.connect(":memory:", config={**_CONFIG, "temp_directory": waiting})
        try:
            for setting in parquet.opening([path]):
                raw.execute(setting)
            yield raw
        finally:
            raw.close()


@contextmanager
def plain_path(path: Path) -> Iterator[Path]:
    """Give a path that DuckDB takes for a single file, whatever signs its own has."""
    if not parquet.is_pattern(path):
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="pytuck-parquet-") as folder:
        link = Path(folder) / "file.parquet"
        link.symlink_to(path)
        yield link


def check_ends(path: Path, *, follows_links: bool) -> None:
    """Refuse a file that does not begin and end as Parquet files do.

    Raises:
        FileFormatError: It is empty, encrypted, cut or another kind of file.
    """
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
        raise damaged(path, f"its end is missing (it has {size} bytes)")


def damaged(path: Path, reason: str) -> CorruptFileError:
    """Return the error for a file whose content cannot be read."""
    return CorruptFileError(
        f"'{path}' is damaged: {reason}. Restore it from a backup.", details={"path": str(path)}
    )


class ParquetSource:
    """One file, open in DuckDB.

    Args:
        path: Its path as it was given, for messages.
        real: The path by which DuckDB reaches it.
    """

    def __init__(self, raw: Connection, path: Path, real: Path) -> None:
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
            if own["version"] > VERSION:
                raise NewerFormatError(
                    f"'{self._path}' was written by a newer version; update the program to open "
                    "it.",
                    details={"path": str(self._path)},
                )
            table = table_from_json(own["name"], own["schema"])
            kinds = [kind(name) for name in own["kinds"]]
            rows, next_key = own["rows"], own["next_key"]
        except (ValueError, KeyError, TypeError, RecursionError, SchemaError) as err:
            raise damaged(self._path, f"its description is not valid ({err})") from err
        expected = [(c.name, k.sql) for c, k in zip(table.columns, kinds, strict=False)]
        if self._columns() != expected or len(kinds) != len(table.columns):
            raise damaged(self._path, "its columns are not those of its description")
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
            raise damaged(self._path, first_line(err)) from err

    def _columns(self) -> list[tuple[str, str]]:
        return [(column[0], str(column[1])) for column in self._ask(parquet.ROWS).description]

    def _batches(self) -> Iterator[list[Sequence[Any]]]:
        """Give the columns of some rows at a time."""
        answer = self._ask(parquet.ROWS)
        try:
            while batch := answer.fetchmany(BATCH_ROWS):
                yield list(zip(*batch, strict=True))
        except (duckdb.Error, ValueError, OverflowError) as err:
            raise damaged(self._path, first_line(err)) from err

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
                raise damaged(self._path, f"a value behind row {done} is not valid") from err
            rows: list[StoredRow] = list(zip(*columns, strict=True))
            done += len(rows)
            yield rows
            work.step("reading", table.name, done, done if total is None else int(str(total)))
        if done != total:
            raise damaged(self._path, f"it has {done} rows in place of {total}")

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


def first_line(err: Exception) -> str:
    """Return what DuckDB says, without the statement that it adds."""
    return str(err).partition("\n")[0]
