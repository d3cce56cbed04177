"""Tables, and answers to questions, to files that other programs read."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from pytuck.backends import Connection
from pytuck.common.exceptions import ConfigurationError, SerializationError
from pytuck.common.progress import SILENT, CancelToken, ProgressListener, Work
from pytuck.core.python_code import text_code
from pytuck.core.storage import Storage
from pytuck.query import Compound, Select, json_form
from pytuck.tools.exporters.base import Export, ExportedTable, ExportOptions
from pytuck.tools.exporters.registry import EXPORT_FORMATS, ExportFormat, format_for
from pytuck.tools.report import Report, TableReport
from pytuck.tools.settings import from_plain, path_of
from pytuck.tools.targets import appearing, refuse_existing, refuse_missing


@dataclass(slots=True)
class ExportPlan:
    """The export of tables, or of the answer to a question, to a file for other programs.

    Attributes:
        source: An open storage, or the path of one.
        target: The file; a folder for several tables where a file has one.
        format: A name of `EXPORT_FORMATS`; None goes by the ending of the target.
        tables: Which tables; None for all.
        statement: A question whose answer is exported, in place of tables.
        statement_name: What the answer is called in the file.
        columns: Which columns of a table, in which order; all of those that are not here.
        options: How it is written.
        overwrite: Take the place of what stands at the target.
        password: Opens an encrypted source.
        report: What the last run did.
    """

    source: Storage | str | Path
    target: str | Path
    format: str | None = None
    tables: Sequence[str] | None = None
    statement: Select[Any] | Compound[Any] | None = None
    statement_name: str = "result"
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    options: ExportOptions = field(default_factory=ExportOptions)
    overwrite: bool = False
    password: str | None = None
    report: Report | None = field(default=None, init=False)

    def preview(self, rows: int = 20) -> str:
        """Return the beginning of the file as text.

        Files that no person can read are shown as a table of Markdown.

        Raises:
            PytuckException: The source cannot be read, or the plan does not fit it.
        """
        kind = self._kind()
        shown = kind if kind.is_text else EXPORT_FORMATS["markdown"]
        with self._reading() as (storage, connection), tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "preview")
            for export in self._exports(storage, connection, shown, SILENT, rows):
                shown.writer()(path, export)
                return path.read_text(self._encoding(shown), errors="replace")
        return ""

    def run(
        self, progress: ProgressListener | None = None, cancel: CancelToken | None = None
    ) -> Report:
        """Write the file, which appears when it is complete.

        Raises:
            TargetExistsError: There is one already.
            SerializationError: The format cannot hold a value.
            CancelledError: It was cancelled; nothing was written.
            PytuckException: What the source refused; nothing was written.
        """
        started = time.perf_counter()
        target, kind = path_of(self.target), self._kind()
        write = kind.writer()
        refuse_existing(target, overwrite=self.overwrite)
        with self._reading() as (storage, connection):
            exports = self._exports(storage, connection, kind, Work(progress, cancel))
            with appearing(target, overwrite=self.overwrite) as path:
                if len(exports) == 1:
                    _written(path, exports[0], write, self._encoding(kind))
                else:
                    path.mkdir(exist_ok=True)
                    for name, export in _file_names(exports, kind):
                        _written(path / name, export, write, self._encoding(kind))
        self.report = _report(str(target), exports, time.perf_counter() - started)
        return self.report

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as plain data, without an open source and without passwords."""
        statement = None if self.statement is None else json_form.dump(self.statement)
        return {
            "source": None if isinstance(self.source, Storage) else str(self.source),
            "target": str(self.target),
            "format": self.format,
            "tables": None if self.tables is None else list(self.tables),
            "statement": statement,
            "statement_name": self.statement_name,
            "columns": {table: list(names) for table, names in self.columns.items()},
            "options": asdict(self.options),
            "overwrite": self.overwrite,
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any], source: Storage | None = None) -> ExportPlan:
        """Return the plan that plain data describes.

        Args:
            source: The open source, in place of a path.

        Raises:
            ConfigurationError: It has no such settings.
        """
        settings = dict(plain)
        if source is not None:
            settings["source"] = source
        settings["options"] = from_plain(ExportOptions, settings.get("options") or {})
        if settings.get("statement") is not None:
            settings["statement"] = json_form.load(settings["statement"])
        return from_plain(cls, settings)

    # --- What is exported ---

    def _kind(self) -> ExportFormat:
        return EXPORT_FORMATS[format_for(path_of(self.target), self.format)]

    def _encoding(self, kind: ExportFormat) -> str:
        fixed = {".sql", ".py", ".json", ".jsonl"}
        return "utf-8" if kind.extension in fixed else self.options.encoding

    @contextmanager
    def _reading(self) -> Iterator[tuple[Storage, Connection]]:
        """Give the source, and a connection that sees one state of it."""
        if not isinstance(self.source, Storage):
            path = path_of(self.source)
            refuse_missing(path)
            with (
                Storage(path, read_only=True, create=False, password=self.password) as storage,
                _snapshot(storage) as connection,
            ):
                yield storage, connection
            return
        own = self.source.transaction_connection
        if own is not None:
            yield self.source, own
            return
        with _snapshot(self.source) as connection:
            yield self.source, connection

    def _exports(
        self,
        storage: Storage,
        connection: Connection,
        kind: ExportFormat,
        work: Work,
        limit: int | None = None,
    ) -> list[Export]:
        """Return what is written, one for each file."""
        tables = self._tables(storage, connection, limit)
        protects = self.options.protect_formulas and kind.protects
        options = replace(self.options, protect_formulas=protects)
        if kind.extension == ".py" and options.title is None:
            path = "" if storage.file_path is None else text_code(str(storage.file_path))
            options = replace(options, title=f"Storage({path})")
        counts = {item.name: item.row_count for item in tables}
        if kind.several or len(tables) == 1:
            return [Export(tables, options, work, counts)]
        return [Export([table], options, work, counts) for table in tables]

    def _tables(
        self, storage: Storage, connection: Connection, limit: int | None
    ) -> list[ExportedTable]:
        if self.statement is not None:
            return [ExportedTable(connection, self.statement_name, self.statement, limit=limit)]
        names = list(storage.tables) if self.tables is None else self.tables
        if not names:
            raise ConfigurationError("There is no table to export.")
        return [
            ExportedTable.of_table(
                connection, storage.tables[name].schema, self.columns.get(name), limit
            )
            for name in names
        ]


@contextmanager
def _snapshot(storage: Storage) -> Iterator[Connection]:
    with storage.engine.connection() as connection:
        if storage.engine.capabilities.savepoints:
            connection.begin(write=False)
        # In a transaction DuckDB would give every answer as a whole, and not as a stream.
        yield connection


def _written(path: Path, export: Export, write: Any, encoding: str) -> None:
    try:
        write(path, export)
    except (UnicodeEncodeError, LookupError) as err:
        raise SerializationError(
            f"The texts cannot be written in the encoding '{encoding}': {err}. Take utf-8."
        ) from err


def _file_names(exports: Sequence[Export], kind: ExportFormat) -> Iterator[tuple[str, Export]]:
    """Yield names of files for tables, without characters that file systems refuse."""
    taken: set[str] = set()
    for export in exports:
        plain = (
            "".join(
                "_" if sign in '<>:"/\\|?*' or sign < " " else sign
                for sign in export.tables[0].name
            ).strip(". ")
            or "table"
        )
        name, number = plain, 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain}_{number}"
        taken.add(name.casefold())
        yield f"{name}{kind.extension}", export


def _report(target: str, exports: Sequence[Export], seconds: float) -> Report:
    tables = tuple(
        TableReport(table.name, read=count, inserted=count)
        for export in exports
        for table in export.tables
        for count in [export.counts[table.name]]
    )
    return Report(
        target,
        tables,
        seconds,
        notes=tuple(note for export in exports for note in export.notes),
        protected_cells=sum(export.protected for export in exports),
    )
