"""Whole stores into other kinds of store, checked before they take their place."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytuck.backends import Engine
from pytuck.backends.identifying import name_for_new_file
from pytuck.backends.sqlite import SqliteEngine
from pytuck.backends.table_copying import EngineRows, telling_of_contradictions, without_ids
from pytuck.common.exceptions import ConfigurationError, MigrationError, TableNotFoundError
from pytuck.common.options import BackendOptions
from pytuck.common.progress import CancelToken, ProgressListener, Work
from pytuck.formats.base import Format, Overrides, TableStream
from pytuck.formats.registry import FORMATS, load_format
from pytuck.schema import Table
from pytuck.tools.checksums import Checksum
from pytuck.tools.conversion_warnings import losses, refusals
from pytuck.tools.filling import fill_store, password_in
from pytuck.tools.report import Report, TableReport
from pytuck.tools.settings import from_plain, options_from_dict, options_to_dict, path_of
from pytuck.tools.sources import SourceFile, ordered_tables
from pytuck.tools.targets import appearing, refuse_existing

DATABASES = ("pytuck", "sqlite", "duckdb")
_SQLITE_NAMES = {".sqlite", ".sqlite3", ".db", ".db3"}


@dataclass(frozen=True, slots=True)
class ConversionPreview:
    """What a conversion would do.

    Attributes:
        source_engine, target_engine: The kinds of store.
        tables: The tables with the number of their rows; None where only reading all tells.
        warnings: What the new store cannot keep.
        refusals: Why there would be no new store.
    """

    source_engine: str
    target_engine: str
    tables: Mapping[str, int | None]
    warnings: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()


@dataclass(slots=True)
class ConversionPlan:
    """The conversion of a whole store into another kind of store.

    The source is only read. The target appears when it is complete and was read back.

    Attributes:
        source, target: The files or folders.
        source_engine: None finds it out from the content.
        target_engine: None takes the one that the ending of the name speaks for.
        source_options, target_options: How they are read and written.
        source_password, target_password: Open the one, and encrypt the other.
        tables: Only these; None for all.
        exclude: Not these.
        overwrite: Take the place of what stands at the target.
        verify: Read the new store and compare each table with its source: the number of rows,
            and a sum over their contents.
        report: What the last run did.
    """

    source: str | Path
    target: str | Path
    source_engine: str | None = None
    target_engine: str | None = None
    source_options: BackendOptions | None = None
    target_options: BackendOptions | None = None
    source_password: str | None = None
    target_password: str | None = None
    tables: Sequence[str] | None = None
    exclude: Sequence[str] = ()
    overwrite: bool = False
    verify: bool = True
    report: Report | None = field(default=None, init=False)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the new store cannot keep, and why there would be none."""
        preview = self.preview()
        return preview.warnings + preview.refusals

    def preview(self) -> ConversionPreview:
        """Return what the conversion would do.

        Raises:
            PytuckException: The source cannot be read.
        """
        source = self._source()
        name = self._target_name()
        kind = source.kind() or ""
        with source.opened() as (engine, connection):
            found = ordered_tables(engine, connection)
            wanted = self._wanted([table.name for table in found])
            tables = [table for table in found if table.name in wanted]
            rows = [EngineRows(connection, table) for table in tables if table.kind == "table"]
            counts: dict[str, int | None] = {item.table.name: item.row_count for item in rows}
            copies = self._is_copy(engine, name)
            warnings = () if copies else losses(engine, connection, tables, name, self._format())
            refused = refusals(connection, rows, self._format())
        return ConversionPreview(kind, name, counts, warnings, refused)

    def run(
        self, progress: ProgressListener | None = None, cancel: CancelToken | None = None
    ) -> Report:
        """Make the new store.

        Raises:
            FileMissingError, TargetExistsError: A file is not there, or is there.
            MigrationError: The new store was not the same as the source; there is none then.
            CancelledError: It was cancelled; there is no new store.
            PytuckException: What the source or the target refused; there is no new store.
        """
        started = time.perf_counter()
        work = Work(progress, cancel)
        source, target = self._source(), path_of(self.target)
        name = self._target_name()
        refuse_existing(target, overwrite=self.overwrite)
        source.kind()
        if target.exists() and target.samefile(source.path):
            raise ConfigurationError(
                f"'{target}' cannot be converted into itself. Choose another name.",
                details={"path": str(target)},
            )
        with appearing(target, overwrite=self.overwrite) as path:
            sums, notes = self._write(source, path, name, work)
            if self.verify:
                self._compare(path, name, sums, work)
        tables = tuple(
            TableReport(table, read=item.rows, inserted=item.rows) for table, item in sums.items()
        )
        seconds = time.perf_counter() - started
        self.report = Report(str(target), tables, seconds, notes=notes)
        return self.report

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain data, without passwords."""
        return {
            "source": str(self.source),
            "target": str(self.target),
            "source_engine": self.source_engine,
            "target_engine": self.target_engine,
            "source_options": options_to_dict(self.source_options),
            "target_options": options_to_dict(self.target_options),
            "tables": None if self.tables is None else list(self.tables),
            "exclude": list(self.exclude),
            "overwrite": self.overwrite,
            "verify": self.verify,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> ConversionPlan:
        """Return the plan that plain data describes.

        Raises:
            ConfigurationError: It has no such settings.
        """
        settings = dict(plain)
        for end in ("source", "target"):
            options = settings.pop(f"{end}_options", None)
            settings[f"{end}_options"] = options_from_dict(settings.get(f"{end}_engine"), options)
        return from_plain(cls, settings)

    # --- Who and what ---

    def _source(self) -> SourceFile:
        return SourceFile(
            path_of(self.source), self.source_engine, self.source_options, self.source_password
        )

    def _target_name(self) -> str:
        target = path_of(self.target)
        is_sqlite = target.suffix.lower() in _SQLITE_NAMES
        found = "sqlite" if is_sqlite else name_for_new_file(target)
        name = self.target_engine or found
        name = "pytuck" if name == "binary" else name
        if name not in {*DATABASES, *FORMATS}:
            known = ", ".join((*DATABASES, *FORMATS))
            raise ConfigurationError(f"There is no engine '{name}'. The engines are: {known}.")
        return name

    def _format(self) -> Format | None:
        name = self._target_name()
        return load_format(name) if name in FORMATS else None

    def _wanted(self, names: Sequence[str]) -> list[str]:
        for name in (*(self.tables or ()), *self.exclude):
            if name not in names:
                raise TableNotFoundError(name, known=tuple(names))
        chosen = names if self.tables is None else self.tables
        return [name for name in names if name in chosen and name not in self.exclude]

    def _is_copy(self, engine: Engine, name: str) -> bool:
        """Return whether the pages of the source can be copied as they are."""
        return (
            isinstance(engine, SqliteEngine)
            and engine.name == name
            and not engine.info().is_encrypted
            and password_in(self.target_options, self.target_password) is None
            and self.tables is None
            and not self.exclude
        )

    # --- Writing ---

    def _write(
        self, source: SourceFile, path: Path, name: str, work: Work
    ) -> tuple[dict[str, Checksum], tuple[str, ...]]:
        document = source.document_format()
        if document is not None and name in DATABASES:
            notes: dict[str, list[str]] = {}
            overrides = Overrides(may_repeat=True)
            with source.streams(overrides, work, with_revisions=True) as streams:
                noted = _noting(self._only_wanted(streams), notes)
                with telling_of_contradictions(source.path):
                    sums = self._fill(path, name, noted, work)
            return sums, tuple(f"{table}: {note}" for table in notes for note in notes[table])
        with source.opened(work) as (engine, connection):
            has_room = name in DATABASES or load_format(name).capabilities.several_tables
            tables = ordered_tables(engine, connection, with_revisions=has_room)
            wanted = self._wanted([table.name for table in tables])
            tables = [item for item in tables if item.name in wanted and item.kind == "table"]
            rows = [
                CheckedRows(EngineRows(connection, table), counts_only=not self.verify)
                for table in tables
            ]
            if name in DATABASES:
                if self._is_copy(engine, name):
                    engine.backup(path, overwrite=False)
                    return {item.table.name: item.summed() for item in rows}, ()
                return self._fill(path, name, map(CheckedRows.stream, rows), work), ()
            self._save(path, load_format(name), connection, rows, work)
            return {item.table.name: item.checksum for item in rows}, ()

    def _only_wanted(self, streams: Iterable[TableStream]) -> Iterator[TableStream]:
        found = []
        for stream in streams:
            found.append(stream.table.name)
            is_chosen = self.tables is None or stream.table.name in self.tables
            if is_chosen and stream.table.name not in self.exclude:
                yield stream
        self._wanted(found)

    def _fill(
        self, path: Path, name: str, streams: Iterable[TableStream], work: Work
    ) -> dict[str, Checksum]:
        return fill_store(
            path,
            name,
            streams,
            options=self.target_options,
            password=self.target_password,
            counts_only=not self.verify,
            work=work,
        )

    def _save(
        self, path: Path, document: Format, connection: Any, rows: list[CheckedRows], work: Work
    ) -> None:
        refused = refusals(connection, rows, document)
        if refused:
            raise MigrationError(
                f"'{self.target}' cannot be made: {' '.join(refused)}",
                details={"path": str(self.target)},
            )
        options = self.target_options
        if self.target_password is not None:
            raise ConfigurationError(
                "Give the password of a document in its options: target_options."
            )
        document.save(path, rows, options, work=work)

    # --- Checking ---

    def _compare(self, path: Path, name: str, sums: dict[str, Checksum], work: Work) -> None:
        types = {table: item.types for table, item in sums.items()}
        written = SourceFile(path, name, self.target_options, self.target_password)
        missing = dict(sums)
        with written.streams(Overrides(types), work) as streams:
            for stream in streams:
                expected = missing.pop(stream.table.name, None)
                if expected is None:
                    continue
                found = Checksum(expected.table)
                for batch in stream.batches:
                    found.add(batch)
                    work.step("verifying", stream.table.name, found.rows, expected.rows)
                if found != expected:
                    raise self._differs(stream.table.name, expected, found)
        for table, expected in missing.items():
            if expected.rows or name not in FORMATS:
                raise self._differs(table, expected, None)

    def _differs(self, table: str, expected: Checksum, found: Checksum | None) -> MigrationError:
        if found is None:
            what = "is not there"
        elif found.rows != expected.rows:
            what = f"has {found.rows:,} rows in place of {expected.rows:,}"
        else:
            what = "has other values"
        return MigrationError(
            f"The conversion of '{self.source}' failed its check: table '{table}' {what} when the "
            "new store is read. It was not kept; the source is unchanged.",
            table_name=table,
            details={"path": str(self.target)},
        )


class CheckedRows:
    """Rows that are summed up while a format writes them.

    Args:
        counts_only: Count them and do not look at their contents.
    """

    def __init__(self, rows: EngineRows, *, counts_only: bool = False) -> None:
        self._rows = rows
        self._counts_only = counts_only
        self.table: Table = rows.table
        self.next_key = rows.next_key
        self.row_count = rows.row_count
        self.changed = None
        self.checksum = Checksum(self.table, counts_only=counts_only)

    def batches(
        self, size: int = 1024, first: int | None = None, last: int | None = None
    ) -> Iterator[list[tuple[Any, ...]]]:
        """Give the rows; a pass over all of them is summed up anew."""
        found = self._rows.batches(size, first, last)
        if first is not None or last is not None:
            yield from found
            return
        self.checksum = Checksum(self.table, counts_only=self._counts_only)
        for batch in found:
            self.checksum.add(batch if self._counts_only else [row[:-1] for row in batch])
            yield batch

    def stream(self) -> TableStream:
        """Return the rows as a stream, which is summed up by who reads it."""
        return TableStream(self.table, without_ids(self._rows.batches()), self.next_key)

    def summed(self) -> Checksum:
        """Return the sum over all rows."""
        if self._counts_only:
            self.checksum.rows = self.row_count
            return self.checksum
        for _ in self.batches():
            pass
        return self.checksum


def _noting(streams: Iterable[TableStream], notes: dict[str, list[str]]) -> Iterator[TableStream]:
    """Give tables, and take down what there is to say of each; a table may come twice."""
    for stream in streams:
        yield stream
        said = notes[stream.table.name] = list(stream.notes)
        if stream.is_inferred:
            kinds = ", ".join(f"{item.name} {item.type.sql_name}" for item in stream.table.columns)
            said.append(f"the types were found out from the values: {kinds}")
