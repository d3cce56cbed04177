"""Files into tables of an open database."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from pytuck.backends import Connection
from pytuck.backends.file_check import is_there
from pytuck.common.exceptions import ConfigurationError, TableNotFoundError
from pytuck.common.garbage import seldom_collecting
from pytuck.common.options import BackendOptions
from pytuck.common.progress import CancelToken, ProgressListener, Work
from pytuck.core.storage import Storage
from pytuck.formats.base import Overrides, RowsRepeatedError, StoredRow, TableStream, UnreadableRow
from pytuck.schema import CreateIndex, CreateTable, DropTable, Index, Table
from pytuck.tools.import_way import ConflictPolicy, TableImport, Way, way_into
from pytuck.tools.report import Report, TableReport
from pytuck.tools.row_inserting import BadRows, RowInserter
from pytuck.tools.settings import (
    from_plain,
    options_from_dict,
    options_to_dict,
    path_of,
    type_names,
)
from pytuck.tools.sources import SourceFile
from pytuck.tools.targets import appearing
from pytuck.types import TYPES


@dataclass(frozen=True, slots=True)
class ColumnPreview:
    """What would become of a column.

    Attributes:
        source: Its name in the file.
        target: The column it goes into; None if it is left out.
        type: The declared name of the type that it gets there.
        reason: Why it has this type.
    """

    source: str
    target: str | None
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class TablePreview:
    """What would become of a table.

    Attributes:
        rows: Its first rows, as they are read.
        notes: What a person should know about how it was read.
    """

    source: str
    target: str
    is_new: bool
    columns: tuple[ColumnPreview, ...]
    rows: tuple[StoredRow, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would do.

    Attributes:
        engine: What kind of file it is.
    """

    engine: str | None
    tables: tuple[TablePreview, ...]


@dataclass(slots=True)
class ImportPlan:
    """The import of the tables of a file: all of it or, after any failure, nothing.

    Attributes:
        source: The file or folder.
        target: An open storage, or the path of one, which is made if there is none.
        engine: What kind of file the source is; None finds it out from its content.
        options: How it is read.
        password: Opens an encrypted source.
        tables: Which of its tables, and how; None for all as they are.
        on_conflict: What to do with rows whose key is there, in tables that `tables` does not
            name.
        on_bad_row: Collect rows that cannot be taken over, or end the import at the first one.
        most_bad_rows: So many are kept in the report, which counts them all.
        sample_rows: How many rows are looked at to find types out; None for all.
        target_engine: What kind of store a new target is; None goes by its name.
        dry_run: Check everything and keep nothing.
        report: What the last run did.
    """

    source: str | Path
    target: Storage | str | Path
    engine: str | None = None
    options: BackendOptions | None = None
    password: str | None = None
    tables: list[TableImport] | None = None
    on_conflict: ConflictPolicy = "abort"
    on_bad_row: Literal["collect", "stop"] = "collect"
    most_bad_rows: int = 1000
    sample_rows: int | None = None
    target_engine: str | None = None
    dry_run: bool = False
    report: Report | None = field(default=None, init=False)

    def source_tables(self) -> list[str]:
        """Return the names of the tables of the file.

        Raises:
            PytuckException: The file cannot be read.
        """
        with self._source().streams() as streams:
            return [stream.table.name for stream in streams]

    def preview(
        self,
        rows: int = 20,
        progress: ProgressListener | None = None,
        cancel: CancelToken | None = None,
    ) -> ImportPreview:
        """Return what would become of each table, with its first rows.

        Raises:
            PytuckException: The file cannot be read, or the plan does not fit it.
        """
        source = self._source()
        work = Work(progress, cancel)
        with self._target_to_look_at() as storage:
            overrides = self._overrides(storage)
            with source.streams(overrides, work) as streams:
                tables = tuple(
                    self._table_preview(storage, plan, stream, rows)
                    for plan, stream in self._planned(streams)
                )
        return ImportPreview(source.kind(), tables)

    def run(
        self, progress: ProgressListener | None = None, cancel: CancelToken | None = None
    ) -> Report:
        """Import the rows.

        Raises:
            DuplicateKeyError: A key is there already, and the policy is to end then.
            MigrationError: A row is bad, and the policy is to end then.
            CancelledError: It was cancelled.
            PytuckException: What the file or the database refused. After any of these the target
                is as it was.
        """
        started = time.perf_counter()
        work = Work(progress, cancel)
        if isinstance(self.target, Storage):
            report = self._run_into(self.target, work)
            shown = str(self.target.file_path or "memory")
        else:
            report = self._run_into_file(path_of(self.target), work)
            shown = str(self.target)
        self.report = replace(report, target=shown, seconds=time.perf_counter() - started)
        return self.report

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain data, without passwords and without an open target."""
        tables = None
        if self.tables is not None:
            tables = [{**asdict(item), "types": type_names(item.types)} for item in self.tables]
        return {
            "source": str(self.source),
            "target": None if isinstance(self.target, Storage) else str(self.target),
            "engine": self.engine,
            "options": options_to_dict(self.options),
            "tables": tables,
            "on_conflict": self.on_conflict,
            "on_bad_row": self.on_bad_row,
            "most_bad_rows": self.most_bad_rows,
            "sample_rows": self.sample_rows,
            "target_engine": self.target_engine,
            "dry_run": self.dry_run,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], target: Storage | None = None) -> ImportPlan:
        """Return the plan that plain data describes.

        Args:
            target: The open target, in place of a path.

        Raises:
            ConfigurationError: It has no such settings.
        """
        settings = dict(plain)
        if target is not None:
            settings["target"] = target
        settings["options"] = options_from_dict(settings.get("engine"), settings.get("options"))
        tables: Sequence[Mapping[str, Any]] | None = settings.get("tables")
        if tables is not None:
            settings["tables"] = [from_plain(TableImport, item) for item in tables]
        return from_plain(cls, settings)

    # --- Source and target ---

    def _source(self) -> SourceFile:
        return SourceFile(path_of(self.source), self.engine, self.options, self.password)

    @contextmanager
    def _target_to_look_at(self) -> Iterator[Storage]:
        if isinstance(self.target, Storage):
            yield self.target
            return
        path = path_of(self.target)
        is_old = is_there(path)
        with Storage(path if is_old else None, read_only=is_old) as storage:
            yield storage

    def _run_into_file(self, path: Path, work: Work) -> Report:
        if is_there(path):
            with Storage(path, create=False) as storage:
                return self._run_into(storage, work)
        if self.dry_run:
            with Storage() as storage:
                return self._run_into(storage, work)
        with (
            appearing(path, overwrite=False) as new,
            Storage(new, engine=self.target_engine, durability="off") as storage,
        ):
            return self._run_into(storage, work)

    def _run_into(self, storage: Storage, work: Work) -> Report:
        bad = BadRows(self.most_bad_rows, self.on_bad_row == "stop")
        tables: list[TableReport] = []
        notes: list[str] = []
        with suppress(_NothingKeptError), seldom_collecting(), storage.transaction():
            connection = storage.transaction_connection
            assert connection is not None
            with (
                connection.deferred_foreign_keys(),
                self._source().streams(self._overrides(storage, bad), work) as streams,
            ):
                for plan, stream in self._planned(streams):
                    way = self._way(storage, plan, stream)
                    importing = _TableImporting(storage, connection, way, plan, bad)
                    try:
                        tables.append(importing.run(stream, work))
                    except RowsRepeatedError:
                        importing.take_back()
                        continue
                    notes += [f"{stream.table.name}: {note}" for note in stream.notes]
            _keep_nothing_of(is_dry_run=self.dry_run)
        return Report(
            "", tuple(tables), 0.0, tuple(bad.rows), tuple(notes), is_dry_run=self.dry_run
        )

    # --- Tables ---

    def _planned(self, streams: Iterable[TableStream]) -> Iterator[tuple[TableImport, TableStream]]:
        wanted = {item.source: item for item in self.tables or ()}
        found: dict[str, None] = {}
        for stream in streams:
            name = stream.table.name
            found[name] = None
            if self.tables is None:
                yield TableImport(name, on_conflict=self.on_conflict), stream
            elif name in wanted:
                yield wanted[name], stream
        for missing in wanted:
            if missing not in found:
                raise TableNotFoundError(missing, known=tuple(found))

    def _overrides(self, storage: Storage, bad: BadRows | None = None) -> Overrides:
        """Return which columns are read as text, because it is known what they become.

        Args:
            bad: Is told of rows that cannot be read; None for a reader that only looks.
        """
        plans = self.tables
        if plans is None:
            plans = [TableImport(name) for name in storage.tables]
        types: dict[str, dict[str, Any]] = {}
        for plan in plans:
            named = dict.fromkeys(plan.types, TYPES[str])
            existing = storage.tables.get(plan.target_name)
            if existing is not None:
                sources = {target: source for source, target in plan.columns.items() if target}
                named |= {sources.get(name, name): TYPES[str] for name in existing.schema.by_name}
            types[plan.source] = named
        targets = [plan.target_name for plan in plans if plan.target_name in storage.tables]
        return Overrides(
            types,
            self.sample_rows,
            on_bad_row=_ignore if bad is None else bad.add_unreadable,
            may_repeat=bad is not None and not targets,
        )

    def _way(self, storage: Storage, plan: TableImport, stream: TableStream) -> Way:
        existing = storage.tables.get(plan.target_name)
        if existing is not None and existing.schema.kind == "view":
            raise ConfigurationError(f"'{plan.target_name}' is a view; choose a table.")
        checks = not stream.is_inferred or self.sample_rows is not None
        return way_into(None if existing is None else existing.schema, stream, plan, checks)

    def _table_preview(
        self, storage: Storage, plan: TableImport, stream: TableStream, rows: int
    ) -> TablePreview:
        way = self._way(storage, plan, stream)
        targets = {
            stream.table.columns[place].name: name
            for place, name in zip(way.places, way.names, strict=True)
        }
        columns = []
        for column in stream.table.columns:
            target = targets.get(column.name)
            kind = column.type if target is None else way.table.column(target).type
            reason = _reason(way, plan, stream, column.name, target)
            columns.append(ColumnPreview(column.name, target, kind.sql_name, reason))
        first = [tuple(row) for batch in _some(stream, rows) for row in batch][:rows]
        return TablePreview(
            stream.table.name,
            plan.target_name,
            way.is_new,
            tuple(columns),
            tuple(first),
            tuple(stream.notes),
        )


def _ignore(row: UnreadableRow) -> None:
    """Say nothing: who looks at the first rows is told of bad ones when all are read."""


class _NothingKeptError(Exception):
    """Ends the transaction of a dry run."""


def _keep_nothing_of(*, is_dry_run: bool) -> None:
    if is_dry_run:
        raise _NothingKeptError


class _TableImporting:
    """Makes one table, if it is new, and writes its rows."""

    def __init__(
        self, storage: Storage, connection: Connection, way: Way, plan: TableImport, bad: BadRows
    ) -> None:
        self._storage = storage
        self._connection = connection
        self._way = way
        self._plan = plan
        self._bad = bad

    def run(self, stream: TableStream, work: Work) -> TableReport:
        table = self._way.table
        later: tuple[Index, ...] = ()
        if self._way.is_new:
            later = self._make(table)
        inserter = RowInserter(
            self._connection,
            self._way,
            self._plan.on_conflict,
            self._bad,
            can_undo=self._storage.engine.capabilities.savepoints,
            line_of=stream.line_of,
        )
        done = 0
        for batch in stream.batches:
            inserter.write(batch)
            done += len(batch)
            work.step("writing", table.name, done)
        if later:
            self._storage.change(*(CreateIndex(table.name, index) for index in later))
        if self._way.is_new and stream.next_key is not None and _gives_keys(table):
            self._connection.note_keys_given(table, stream.next_key - 1)
        return inserter.report()

    def take_back(self) -> None:
        """Undo what was written of a table that was new, and comes once more."""
        assert self._way.is_new
        self._bad.forget(self._way.source)
        self._storage.change(DropTable(self._way.table.name))

    def _make(self, table: Table) -> tuple[Index, ...]:
        """Make the table; return the indexes that are made quicker when the rows are there."""
        at_once = tuple(index for index in table.indexes if index.is_unique)
        self._storage.change(CreateTable(table.name, replace(table, indexes=at_once)))
        return tuple(index for index in table.indexes if not index.is_unique)


def _gives_keys(table: Table) -> bool:
    return any(column.autoincrement for column in table.columns)


def _some(stream: TableStream, rows: int) -> Iterator[Sequence[StoredRow]]:
    seen = 0
    for batch in islice(stream.batches, rows):
        yield batch
        seen += len(batch)
        if seen >= rows:
            return


def _reason(
    way: Way, plan: TableImport, stream: TableStream, column: str, target: str | None
) -> str:
    if target is None:
        return "is left out"
    if not way.is_new:
        return "is the type of the column it goes into"
    if column in plan.types:
        return "was chosen"
    return "was found out from the values" if stream.is_inferred else "is what the file says"
