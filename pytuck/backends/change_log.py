"""The log of changes in a `.pytuck` file: what tells other programs which rows a commit changed.

Each commit of a program with this library has its entry in the table `_pytuck_changes`, as a part
of the commit. The last `KEPT` entries stay.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

import msgpack

from pytuck import schema
from pytuck.common.exceptions import PytuckException
from pytuck.compiler import compile_statement, ddl
from pytuck.compiler.dialects import SQLITE
from pytuck.events.change_sets import UNKNOWN_ROWS, TableChanges
from pytuck.query import Delete, Insert, TableSource, delete, func, insert, select
from pytuck.types import TYPES

if TYPE_CHECKING:
    from pytuck.backends.connection import Connection
    from pytuck.backends.sqlite_connection import SqliteConnection

KEPT = 1000
"""Entries that stay: others look ten times a second."""

MOST_KEYS = 1000
"""Rows of one commit that its entry names; of more only the tables."""

_PRUNED_EVERY = 256

CHANGES = TableSource(
    schema.Table(
        "_pytuck_changes",
        (
            schema.Column("seq", TYPES[int], nullable=False, primary_key=True),
            schema.Column("time", TYPES[float], nullable=False),
            schema.Column("origin", TYPES[str], nullable=False),
            schema.Column("label", TYPES[str], nullable=False),
            schema.Column("tables", TYPES[bytes]),
            schema.Column("changeset", TYPES[bytes]),
        ),
        primary_key=("seq",),
        rowid_alias="seq",
    )
)
_NEW: Insert[Any] = insert(CHANGES).values(dict.fromkeys(("time", "origin", "label", "tables")))
_APPEND = compile_statement(_NEW, SQLITE).template


class LoggableCommit(Protocol):
    """What the log keeps of a commit."""

    @property
    def time(self) -> float:
        """When it was made, in seconds since 1970."""

    @property
    def has_new_schema(self) -> bool:
        """Whether it changed tables themselves."""

    @property
    def label(self) -> str:
        """What the program called itself."""

    @property
    def rows(self) -> Sequence[object]:
        """The rows that it wrote."""

    def tables(self) -> dict[str, TableChanges]:
        """Return what it comes to, by table."""
        ...

    def table_names(self) -> set[str]:
        """Return the tables that it wrote to."""
        ...


@dataclass(frozen=True, slots=True)
class LoggedCommit:
    """An entry of the log.

    Attributes:
        writer: Whose it is, see `ChangeLog.writer`.
        process: The process id of the writer.
        tables: None if it cannot be read.
    """

    seq: int
    time: float
    writer: str
    process: int | None
    label: str
    tables: dict[str, TableChanges] | None
    has_new_schema: bool


@dataclass(slots=True)
class ChangeLog:
    """Writes the entries of one open file.

    Attributes:
        writer: Tells the entries of this storage from those of others, in this process or not.
    """

    writer: str = field(default_factory=lambda: f"{os.getpid()}-{uuid4().hex[:12]}")

    def append(self, connection: Connection, commit: LoggableCommit) -> int:
        """Add an entry to the open transaction, and return its number."""
        kept = msgpack.packb([commit.has_new_schema, _as_plain(commit)])
        row = {"time": commit.time, "origin": self.writer, "label": commit.label, "tables": kept}
        connection.write(_APPEND, [[row[name] for name in _APPEND.parameter_names]])
        seq = connection.last_row_id()
        if seq % _PRUNED_EVERY == 0:
            outdated: Delete[Any] = delete(CHANGES).where(CHANGES.c.seq <= seq - KEPT)
            outdated = outdated.where(CHANGES.c.changeset.is_(None))
            connection.write(compile_statement(outdated, SQLITE).template, [[seq - KEPT]])
        return seq


def is_kept(connection: SqliteConnection) -> bool:
    """Return whether the file has a log."""
    return bool(connection.pragma_rows("table_info", CHANGES.name))


def begin(connection: SqliteConnection) -> None:
    """Give the file a log, if it has none."""
    if not is_kept(connection):
        connection.fetch(ddl.create_table(CHANGES.schema, SQLITE))


def last_seq(connection: SqliteConnection) -> int:
    """Return the number of the last entry, or 0."""
    question = select(func.max(CHANGES.c.seq))
    rows = connection.execute(compile_statement(question, SQLITE)).rows
    return int(rows[0][0] or 0)


def entries_after(connection: SqliteConnection, seq: int) -> list[LoggedCommit]:
    """Return the entries after one, in order; those that cannot be read tell of no rows."""
    c = CHANGES.c
    question = select(c.seq, c.time, c.origin, c.label, c.tables).where(c.seq > seq).order_by(c.seq)
    rows = connection.execute(compile_statement(question, SQLITE)).rows
    return [_logged(*row) for row in rows]


def _logged(seq: Any, time: Any, origin: Any, label: Any, packed: Any) -> LoggedCommit:
    process, _, _ = str(origin).partition("-")
    read: dict[str, TableChanges] | None
    try:
        has_new_schema, tables = msgpack.unpackb(packed, use_list=False, strict_map_key=False)
        read = {str(name): TableChanges(*changes) for name, changes in tables.items()}
    except (ValueError, TypeError, AttributeError, PytuckException):
        has_new_schema, read = True, None
    number = int(process) if process.isdecimal() else None
    return LoggedCommit(
        int(seq), float(time), str(origin), number, str(label), read, bool(has_new_schema)
    )


def _as_plain(commit: LoggableCommit) -> dict[str, tuple[Any, ...]]:
    if len(commit.rows) > MOST_KEYS:
        tables = dict.fromkeys(commit.table_names(), UNKNOWN_ROWS)
    else:
        tables = commit.tables()
    return {
        name: (kept.inserted, kept.updated, kept.deleted, kept.is_complete)
        for name, kept in tables.items()
    }
