"""Files of every kind as streams of tables, and as engines that can be asked."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pytuck.backends import Connection, Engine, open_engine
from pytuck.backends.catalogue import REVISIONS_NAME
from pytuck.backends.file_check import FileKind
from pytuck.backends.identifying import identify
from pytuck.backends.reflection import tables_in_order
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.backends.table_copying import table_stream
from pytuck.common.exceptions import ConfigurationError, FileFormatError, TableNotFoundError
from pytuck.common.options import BackendOptions
from pytuck.common.progress import SILENT, Work
from pytuck.formats.base import (
    NOTHING_DECIDED,
    Format,
    Overrides,
    TableStream,
)
from pytuck.formats.registry import FORMATS, load_format
from pytuck.schema import Table
from pytuck.tools.filling import password_in
from pytuck.tools.targets import refuse_missing

_DATABASES = {
    FileKind.PYTUCK: "pytuck",
    FileKind.ENCRYPTED: "pytuck",
    FileKind.SQLITE: "sqlite",
    FileKind.DUCKDB: "duckdb",
    FileKind.OLD_PYTUCK: "ptk",
}
_SAME = {("pytuck", "sqlite"), ("ptk", "pytuck")}
"""A `.pytuck` file is a SQLite database, too; the old library's files opened as `pytuck`."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that is read from.

    Attributes:
        engine: What kind of file it is; None finds it out.
        options: How it is read.
        password: Opens an encrypted file.
    """

    path: Path
    engine: str | None = None
    options: BackendOptions | None = None
    password: str | None = None

    def kind(self) -> str | None:
        """Return the name of the engine the file is for; None for an empty file.

        Raises:
            FileMissingError: There is no file.
            FileFormatError: It is of no kind that is known, or of another than was asked for.
        """
        refuse_missing(self.path)
        asked = "pytuck" if self.engine == "binary" else self.engine
        if asked is not None and asked not in {*_DATABASES.values(), *FORMATS}:
            raise ConfigurationError(f"There is no engine '{asked}'.")
        found = identify(self.path, asked)
        if found is None:
            return None
        name = found.document if found.facts is None else _DATABASES[found.facts.kind]
        if asked is not None and name != asked and (name, asked) not in _SAME:
            raise FileFormatError(
                f"'{self.path}' is a file of the engine '{name}', not of '{asked}'.",
                details={"path": str(self.path)},
            )
        return name

    def document_format(self) -> Format | None:
        """Return the format of a document; None for a database."""
        kind = self.kind()
        return None if kind is None or kind in {"pytuck", "sqlite", "duckdb"} else load_format(kind)

    @contextlib.contextmanager
    def streams(
        self,
        overrides: Overrides = NOTHING_DECIDED,
        work: Work = SILENT,
        *,
        with_revisions: bool = False,
    ) -> Iterator[Iterator[TableStream]]:
        """Give the tables of the file one after the other, each to be read before the next.

        Args:
            with_revisions: With the table of the applied revisions.
        """
        document = self.document_format()
        if document is not None:
            options = self.document_options(document)
            with document.read(self.path, options, overrides=overrides, work=work) as reading:
                yield (
                    stream
                    for stream in reading
                    if with_revisions or stream.table.name != REVISIONS_NAME
                )
        elif self.kind() is None:
            yield iter(())
        else:
            with self.opened(work) as (engine, connection):
                yield (
                    table_stream(connection, table) for table in ordered_tables(engine, connection)
                )

    @contextlib.contextmanager
    def opened(self, work: Work = SILENT) -> Iterator[tuple[Engine, Connection]]:
        """Give the engine on the file, and a connection that sees one state of it."""
        engine = open_engine(
            self.path,
            engine=self.engine,
            read_only=True,
            create=False,
            password=password_in(self.options, self.password),
            options=self.options,
            work=work,
        )
        try:
            with engine.connection() as connection:
                if engine.capabilities.savepoints:
                    connection.begin(write=False)
                # In a transaction DuckDB would give every answer as a whole, and not as a stream.
                yield engine, connection
        finally:
            engine.close()

    def document_options(self, document: Format) -> Any:
        """Return the options of a document, with the password that was given apart from them."""
        options = self.options
        if options is not None and not isinstance(options, document.options):
            raise ConfigurationError(
                f"{type(options).__name__} are no options of the engine '{document.name}'; it "
                f"takes {document.options.__name__}."
            )
        if self.password is None or not hasattr(options or document.options(), "password"):
            return options
        return replace(options or document.options(), password=self.password)


def ordered_tables(
    engine: Engine, connection: Connection, *, with_revisions: bool = False
) -> list[Table]:
    """Return the tables and views of a database, in the order they were made where it is known.

    Args:
        with_revisions: With the table of the applied revisions.
    """
    if isinstance(connection, SqliteConnection):
        return tables_in_order(connection, with_revisions=with_revisions)
    tables = [engine.reflect(name, connection) for name in engine.table_names(connection)]
    if with_revisions:
        with contextlib.suppress(TableNotFoundError):
            tables.append(engine.reflect(REVISIONS_NAME, connection))
    return tables
