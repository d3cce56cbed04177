"""Connectors: plain records in and out of databases that other programs made.

They stand on the same engines as `Storage`, which can do more; they are here for the users of the
existing `pytuck` library. `base` is what all of them can do, `CONNECTORS` lists them.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from pytuck.common.exceptions import ConfigurationError
from pytuck.common.options import ConnectorOptions
from pytuck.connectors.base import DatabaseConnector
from pytuck.connectors.duckdb import DuckDBConnector
from pytuck.connectors.sqlite import SQLiteConnector

__all__ = [
    "CONNECTORS",
    "DatabaseConnector",
    "DuckDBConnector",
    "SQLiteConnector",
    "get_available_connectors",
    "get_connector",
]

CONNECTORS: dict[str, type[DatabaseConnector]] = {
    "sqlite": SQLiteConnector,
    "duckdb": DuckDBConnector,
}
"""The connectors by the kind of database."""


def get_connector(
    db_type: str, db_path: str | Path, options: ConnectorOptions | None = None
) -> DatabaseConnector:
    """Return a connector that is not connected yet; a `with` block connects it.

    Raises:
        ConfigurationError: There is none for this kind of database.
    """
    if db_type not in CONNECTORS:
        raise ConfigurationError(
            f"There is no connector to '{db_type}'. There are: {', '.join(CONNECTORS)}."
        )
    return CONNECTORS[db_type](db_path, options)


def get_available_connectors() -> dict[str, bool]:
    """Return whether each connector can be used: its package is installed."""
    return {
        name: name != "duckdb" or importlib.util.find_spec("duckdb") is not None
        for name in CONNECTORS
    }
