"""The connector to SQLite files."""

from __future__ import annotations

from typing import ClassVar

from pytuck.connectors.base import DatabaseConnector


class SQLiteConnector(DatabaseConnector):
    """A conversation with a SQLite database; values are given as they are stored."""

    DB_TYPE: ClassVar[str] = "sqlite"
