"""The connector to DuckDB files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from pytuck.common.options import BackendOptions, DuckdbBackendOptions, DuckdbConnectorOptions
from pytuck.connectors.base import DatabaseConnector, Record, typed
from pytuck.schema import Table
from pytuck.types import Stored


class DuckDBConnector(DatabaseConnector):
    """A conversation with a DuckDB database; values of tables are given in Python's types."""

    DB_TYPE: ClassVar[str] = "duckdb"

    def _backend_options(self) -> BackendOptions | None:
        options = self.options
        if not isinstance(options, DuckdbConnectorOptions):
            return None
        return DuckdbBackendOptions(options.read_only, options.threads, options.schema)

    def _records(
        self, table: Table, names: Sequence[str], rows: Iterable[Sequence[Stored]]
    ) -> list[Record]:
        return super()._records(table, names, (typed(table, names, row) for row in rows))
