"""What every engine can do."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pytuck.backends.connection import Connection
from pytuck.backends.results import Outcome
from pytuck.compiler import Compiled
from pytuck.compiler.dialects import Dialect
from pytuck.schema import Table

ReadOnlyReason = Literal["asked", "permission", "newer format"]


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What there is to know about an open store.

    Attributes:
        format_version: The version of the `.pytuck` format; 0 for other files.
        read_only_reason: Why nothing can be written; None if it can.
    """

    engine: str
    path: str
    format_version: int
    is_encrypted: bool
    size_bytes: int
    read_only_reason: ReadOnlyReason | None


class Engine(ABC):
    """Holds the data of one open store, runs compiled statements on it and keeps it durable.

    Attributes:
        name: The engine's name, as in `Storage(path, engine=...)`.
        dialect: The SQL it understands.
        read_only_reason: Why nothing can be written; None if it can.
    """

    name: str
    dialect: Dialect
    read_only_reason: ReadOnlyReason | None = None

    @abstractmethod
    def acquire(self) -> Connection:
        """Return a connection that nobody else uses until it is released."""

    @abstractmethod
    def release(self, connection: Connection) -> None:
        """Give a connection back; an open transaction is rolled back."""

    @abstractmethod
    def open_reader(self, *, with_temporary_tables: bool = False) -> Connection:
        """Return a new connection for reading that the caller closes; it may live in any thread.

        Args:
            with_temporary_tables: Let it make temporary tables; it must write nothing else.
        """

    @abstractmethod
    def info(self) -> EngineInfo:
        """Return what there is to know about the store."""

    @abstractmethod
    def table_names(self) -> list[str]:
        """Return the names of the user's tables and views."""

    @abstractmethod
    def reflect(self, table: str) -> Table:
        """Return the structure of a table.

        Raises:
            TableNotFoundError: There is none of this name.
        """

    @abstractmethod
    def create_table(self, table: Table) -> None:
        """Create a table with its indexes and comments, all or nothing."""

    @abstractmethod
    def drop_table(self, name: str) -> None:
        """Delete a table with its rows."""

    @abstractmethod
    def versions(self) -> tuple[object, object]:
        """Return two values: one changes with each commit of others, one with the schema."""

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""

    @contextlib.contextmanager
    def connection(self) -> Iterator[Connection]:
        """Lend a connection for the time of a `with` block."""
        connection = self.acquire()
        try:
            yield connection
        finally:
            self.release(connection)

    def execute(self, compiled: Compiled) -> Outcome:
        """Run one statement in a transaction of its own.

        Raises:
            PytuckException: What the store refused.
        """
        connection = self.acquire()
        try:
            return connection.execute(compiled)
        finally:
            self.release(connection)
