"""Conversion by one call, as users of the existing `pytuck` library know it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytuck.backends import get_available_engines as _engines
from pytuck.common.exceptions import (
    ConfigurationError,
    FileMissingError,
    MigrationError,
    PytuckException,
)
from pytuck.common.options import (
    BackendOptions,
    ConnectorOptions,
    DuckdbBackendOptions,
    DuckdbConnectorOptions,
)
from pytuck.formats.base import StoredRow, TableStream
from pytuck.formats.registry import FORMATS
from pytuck.schema import Column, Table
from pytuck.tools.converting import DATABASES, ConversionPlan
from pytuck.tools.filling import fill_store
from pytuck.tools.settings import path_of
from pytuck.tools.sources import SourceFile
from pytuck.tools.targets import (
    appearing,
    refuse_existing,
    refuse_missing,
)
from pytuck.types import TYPES

_SOURCES = ("sqlite", "duckdb")
_AS_THEY_ARE = (ConfigurationError, FileMissingError, MigrationError)


def get_available_engines() -> dict[str, bool]:
    """Return whether each engine can be used: its packages are installed."""
    return {name: bool(about["available"]) for name, about in _engines().items()}


def get_available_source_types() -> list[str]:
    """Return the kinds of database that `import_from_database` reads."""
    return list(_SOURCES)


def migrate_engine(
    source_path: str | Path,
    source_engine: str,
    target_path: str | Path,
    target_engine: str,
    *,
    overwrite: bool = False,
    source_options: BackendOptions | None = None,
    target_options: BackendOptions | None = None,
    verify: bool = True,
) -> dict[str, Any]:
    """Convert a store into another kind of store; `ConversionPlan` can do more.

    Args:
        overwrite: Take the place of what stands at the target.
        verify: Read the new store and compare it with the source.

    Returns:
        `tables` and `records`, how many there are, with the paths and engines.

    Raises:
        FileNotFoundError: There is no source.
        FileExistsError: There is a target already.
        ConfigurationError: There is no such engine.
        MigrationError: It failed; there is no new store.
    """
    for name in (source_engine, target_engine):
        _refuse_unknown(name, [*DATABASES, "binary", *FORMATS])
    plan = ConversionPlan(
        source_path,
        target_path,
        source_engine,
        target_engine,
        source_options,
        target_options,
        overwrite=overwrite,
        verify=verify,
    )
    try:
        report = plan.run()
    except _AS_THEY_ARE:
        raise
    except PytuckException as err:
        raise MigrationError(err.message, details=err.details) from err
    return {
        "tables": len(report.tables),
        "records": report.inserted,
        "source_engine": source_engine,
        "target_engine": target_engine,
        "source_path": str(source_path),
        "target_path": str(target_path),
    }


def import_from_database(
    source_path: str | Path,
    target_path: str | Path,
    target_engine: str = "pytuck",
    *,
    source_type: str = "sqlite",
    tables: Sequence[str] | None = None,
    primary_key_map: Mapping[str, str] | None = None,
    exclude_tables: Sequence[str] | None = None,
    schema_only: bool = False,
    overwrite: bool = False,
    source_options: ConnectorOptions | None = None,
    target_options: BackendOptions | None = None,
) -> dict[str, Any]:
    """Make a store of the tables of a SQLite or DuckDB database.

    Args:
        tables: Only these; None for all.
        primary_key_map: The column that is the primary key, by table. A table without a primary
            key gets one, `_rowid`, that counts its rows.
        exclude_tables: Not these.
        schema_only: Take no rows.
        overwrite: Take the place of what stands at the target.

    Returns:
        `tables` and `records`, how many there are, the paths and kinds, and `table_details`: for
        each table `records`, `columns`, `primary_key` and `auto_rowid`.

    Raises:
        FileNotFoundError: There is no source.
        FileExistsError: There is a target already.
        ConfigurationError: There is no such engine or kind of source.
        MigrationError: It failed; there is no new store.
    """
    _refuse_unknown(source_type, _SOURCES)
    _refuse_unknown(target_engine, [*DATABASES, "binary", *FORMATS])
    source, target = path_of(source_path), path_of(target_path)
    refuse_missing(source)
    refuse_existing(target, overwrite=overwrite)
    plan = _TakingOver(
        SourceFile(source, source_type, _backend_options(source_options)),
        tables,
        exclude_tables or (),
        primary_key_map or {},
        schema_only=schema_only,
    )
    try:
        with appearing(target, overwrite=overwrite) as path, plan.source.streams() as streams:
            found = plan.wanted(streams)
            sums = fill_store(path, target_engine, found, options=target_options, counts_only=True)
    except _AS_THEY_ARE:
        raise
    except PytuckException as err:
        raise MigrationError(err.message, details=err.details) from err
    for name, checksum in sums.items():
        plan.details[name]["records"] = checksum.rows
    return {
        "tables": len(sums),
        "records": sum(checksum.rows for checksum in sums.values()),
        "source_type": source_type,
        "target_engine": target_engine,
        "source_path": str(source_path),
        "target_path": str(target_path),
        "table_details": plan.details,
    }


class _TakingOver:
    """Which tables of a database are taken over, and with which keys."""

    def __init__(
        self,
        source: SourceFile,
        tables: Sequence[str] | None,
        exclude: Sequence[str],
        keys: Mapping[str, str],
        *,
        schema_only: bool,
    ) -> None:
        self.source = source
        self.details: dict[str, dict[str, Any]] = {}
        self._tables = tables
        self._exclude = exclude
        self._keys = keys
        self._schema_only = schema_only

    def wanted(self, streams: Iterator[TableStream]) -> Iterator[TableStream]:
        """Yield the tables that are taken over, each with a primary key.

        Raises:
            MigrationError: There are none, or one that was named is not there.
        """
        missing = dict.fromkeys(self._tables or ())
        for stream in self._tables_of(streams):
            missing.pop(stream.table.name, None)
            yield self._with_key(stream)
        if missing or not self.details:
            named = f" {', '.join(missing)}" if missing else ""
            raise MigrationError(f"'{self.source.path}' has no such tables to import:{named}.")

    def _tables_of(self, streams: Iterator[TableStream]) -> Iterator[TableStream]:
        with self.source.opened() as (engine, _):
            views = {name for name in engine.table_names() if engine.reflect(name).kind == "view"}
        for stream in streams:
            name = stream.table.name
            is_named = self._tables is None or name in self._tables
            if is_named and name not in views and name not in self._exclude:
                yield stream

    def _with_key(self, stream: TableStream) -> TableStream:
        table = stream.table
        asked = self._keys.get(table.name)
        is_counted = asked is None and not table.primary_key
        if asked is not None:
            table = _with_primary_key(table, table.column(asked).name)
        if is_counted:
            table = _with_row_numbers(table)
        key = table.primary_key
        self.details[table.name] = {
            "records": 0,
            "columns": [column.name for column in table.columns],
            "primary_key": key[0] if len(key) == 1 else list(key),
            "auto_rowid": is_counted,
        }
        batches = _numbered(stream.batches) if is_counted else stream.batches
        return replace(stream, table=table, batches=iter(()) if self._schema_only else batches)


def _with_primary_key(table: Table, key: str) -> Table:
    columns = tuple(
        replace(
            column,
            primary_key=column.name == key,
            nullable=column.nullable and column.name != key,
            autoincrement=column.autoincrement and column.name == key,
        )
        for column in table.columns
    )
    is_rowid = table.column(key).type == TYPES[int]
    return replace(
        table, columns=columns, primary_key=(key,), rowid_alias=key if is_rowid else None
    )


def _with_row_numbers(table: Table) -> Table:
    names = {column.name for column in table.columns}
    name = "_rowid"
    while name in names:
        name = f"_{name}"
    key = Column(name, TYPES[int], nullable=False, primary_key=True)
    return replace(table, columns=(key, *table.columns), primary_key=(name,), rowid_alias=name)


def _numbered(batches: Iterator[list[StoredRow]]) -> Iterator[list[StoredRow]]:
    number = 0
    for batch in batches:
        yield [(place, *row) for place, row in enumerate(batch, number + 1)]
        number += len(batch)


def _backend_options(options: ConnectorOptions | None) -> BackendOptions | None:
    if isinstance(options, DuckdbConnectorOptions):
        return DuckdbBackendOptions(read_only=True, threads=options.threads, schema=options.schema)
    return None


def _refuse_unknown(name: str, known: Sequence[str]) -> None:
    if name not in known:
        raise ConfigurationError(f"There is no '{name}' here. Choose one of: {', '.join(known)}.")
