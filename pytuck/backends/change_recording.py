"""What the transactions of a SQLite connection change, row by row.

SQLite tells each row that a statement writes, whoever wrote the statement: `REPLACE`, triggers and
a `DELETE` without a condition included. What is undone to a savepoint that this library did not
set is told too; whoever is told looks at the rows, so that does no harm.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import apsw

from pytuck.backends.change_log import ChangeLog
from pytuck.compiler import Template
from pytuck.compiler.dialects import sqlite_changes
from pytuck.events.change_sets import (
    UNKNOWN_ROWS,
    Key,
    Operation,
    RowChange,
    TableChanges,
    net_changes,
)
from pytuck.types import Stored

if TYPE_CHECKING:
    from pytuck.backends.sqlite_transactions import SqliteTransactions

_HIGHEST_IN_ORDER = 1 << 62  # beyond, SQLite may give row ids at random

MOST_ROWS = 100_000
"""So many rows of one transaction are known one by one; of more only the tables."""


@dataclass(frozen=True, slots=True)
class RecordedCommit:
    """A commit of this process.

    Attributes:
        seq: Its number in the log, if one is kept.
        time: When it was made, in seconds since 1970.
        rows: What it wrote, in that order.
        beyond: The tables of which it wrote more than is known.
        has_new_schema: It changed tables themselves.
        label: What the program called itself.
        is_anything: It may have changed any table.
        is_here: It was made through the storage whose listener is told.
    """

    seq: int | None
    time: float
    rows: list[RowChange]
    beyond: frozenset[str]
    has_new_schema: bool
    label: str = ""
    is_anything: bool = False
    is_here: bool = True

    def tables(self) -> dict[str, TableChanges]:
        """Return what it comes to, by table of the user's."""
        found = net_changes(self.rows)
        found |= dict.fromkeys(self.beyond, UNKNOWN_ROWS)
        return {name: changes for name, changes in found.items() if not _is_internal(name)}

    def table_names(self) -> set[str]:
        """Return the tables of the user's that it wrote to."""
        names = {*map(itemgetter(0), self.rows), *self.beyond}
        return {name for name in names if not _is_internal(name)}


class _Unresolved(NamedTuple):
    """A row of a table whose key is not known yet: SQL may not be run while SQLite tells it."""

    table: str
    operation: Operation
    row_id: int
    new_row_id: int | None
    old: tuple[Any, ...] | None
    new: tuple[Any, ...] | None


class CommitCount:
    """Counts the commits of one storage, so that they are told from those of others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.begun = 0
        self.ended = 0

    def begin(self) -> None:
        """Count one that may be seen from now on."""
        with self._lock:
            self.begun += 1

    def end(self) -> None:
        """Count one that was told, or failed."""
        with self._lock:
            self.ended += 1


class ChangeRecorder:
    """Records what one connection writes.

    Args:
        count: Counts the commits.
        tell: Is called after each commit, in the thread that made it; it must be quick.

    Attributes:
        log: Gets each commit as a part of it; None if none is kept.
        label: What the program calls itself.
    """

    def __init__(
        self, raw: apsw.Connection, tell: Callable[[RecordedCommit], None], count: CommitCount
    ) -> None:
        self._tell = tell
        self._count = count
        self._is_counted = False
        self.log: ChangeLog | None = None
        self.label = ""
        self._rows: list[RowChange | _Unresolved] = []
        self._beyond: set[str] = set()
        self._has_new_schema = False
        self._seq: int | None = None
        self._keys: dict[str, _TableKey] = {}
        self._by_row_id: set[str] = set()
        self._raw = raw
        raw.preupdate_hook(self._note, id=self)

    @property
    def has_changes(self) -> bool:
        """Whether the open transaction, or the statement that just ran, changed anything."""
        return bool(self._rows or self._beyond or self._has_new_schema)

    def note_new_schema(self) -> None:
        """Note that tables are made, changed or taken away."""
        self._has_new_schema = True
        self._keys.clear()
        self._by_row_id.clear()

    def expect(self, connection: SqliteTransactions, table: str | None) -> None:
        """Find out the key of a table that is written next: quicker than from its rows."""
        if table is not None and table not in self._keys:
            key = self._keys[table] = _key_of(connection, table)
            if key.places is None:
                self._by_row_id.add(table)

    @contextlib.contextmanager
    def inserting(self, template: Template, rows: Sequence[Sequence[Stored]]) -> Iterator[None]:
        """Record rows that a `with` block inserts as they are, without being told of each.

        To be told takes longer than to insert.
        """
        table = template.table or ""
        key = self._keys.get(table)
        if key is None or key.places is not None or key.has_triggers:
            yield
            return
        self._raw.preupdate_hook(None, id=self)
        try:
            yield
            keys = self._inserted(template, rows, key.alias)
        finally:
            self._raw.preupdate_hook(self._note, id=self)
        if keys is None or len(self._rows) + len(keys) > MOST_ROWS:
            self._beyond.add(table)
        else:
            self._rows += [(table, "INSERT", key, None) for key in keys]

    def _inserted(
        self, template: Template, rows: Sequence[Sequence[Stored]], alias: str | None
    ) -> Sequence[Key] | None:
        """Return the row ids of rows that were just inserted; None if they cannot be told."""
        last = self._raw.last_insert_rowid()
        given: list[Stored] = []
        if alias in template.parameter_names:
            given = list(map(itemgetter(template.parameter_names.index(alias)), rows))
        if given and set(map(type, given)) == {int}:
            return given
        is_counted = given.count(None) == len(given) and len(rows) <= last < _HIGHEST_IN_ORDER
        return range(last - len(rows) + 1, last + 1) if is_counted else None

    # --- Savepoints ---

    def mark(self) -> int:
        """Return the place to which `cut` goes back."""
        return len(self._rows)

    def cut(self, mark: int) -> None:
        """Forget what was written since a savepoint."""
        del self._rows[mark:]

    # --- The end of a transaction ---

    def write_log(self, connection: SqliteTransactions) -> None:
        """Have the open transaction keep in the log what it changed; it is committed next."""
        self._is_counted = True
        self._count.begin()
        if self.log is not None and self.has_changes:
            self._resolve(connection)
            self._seq = self.log.append(connection, self._recorded())

    def settle(self, connection: SqliteTransactions) -> None:
        """Tell what was committed, if the transaction has ended."""
        if connection.raw.in_transaction:
            return
        if self.has_changes:
            self._resolve(connection)
            self._tell(self._recorded())
        self.forget()

    def forget(self) -> None:
        """Forget what was rolled back."""
        self._rows = []
        self._beyond.clear()
        self._has_new_schema = False
        self._seq = None
        if self._is_counted:
            self._is_counted = False
            self._count.end()

    def _recorded(self) -> RecordedCommit:
        return RecordedCommit(
            self._seq,
            time.time(),
            self._rows,  # type: ignore[arg-type]
            frozenset(self._beyond),
            self._has_new_schema,
            self.label,
        )

    # --- Rows ---

    def _note(self, update: Any) -> None:
        table, rows = update.table_name, self._rows
        if len(rows) >= MOST_ROWS:
            self._beyond.add(table)
            return
        operation = update.op
        new_row_id = update.rowid_new if operation == "UPDATE" else None
        if table in self._by_row_id:
            rows.append((table, operation, update.rowid, new_row_id))
            return
        try:
            old = update.old if operation != "INSERT" else None
            new = update.new if operation != "DELETE" else None
        except apsw.RangeError:  # the driver's mistake with tables that have virtual columns
            self._beyond.add(table)
            return
        rows.append(_Unresolved(table, operation, update.rowid, new_row_id, old, new))

    def _resolve(self, connection: SqliteTransactions) -> None:
        rows = self._rows
        if _Unresolved not in set(map(type, rows)):
            return
        tables = {row.table for row in rows if isinstance(row, _Unresolved)}
        for table in tables:
            self.expect(connection, table)
        self._rows = [self._resolved(row) if isinstance(row, _Unresolved) else row for row in rows]

    def _resolved(self, row: _Unresolved) -> RowChange:
        places = self._keys[row.table].places
        if places is None:
            return row.table, row.operation, row.row_id, row.new_row_id
        values = row.old if row.old is not None else row.new
        new_key = _key(row.new, places) if row.operation == "UPDATE" else None
        return row.table, row.operation, _key(values, places), new_key


def _key(values: tuple[Any, ...] | None, places: tuple[int, ...]) -> Any:
    assert values is not None
    if len(places) == 1:
        return values[places[0]]
    return tuple(values[place] for place in places)


@dataclass(frozen=True, slots=True)
class _TableKey:
    """What the key of a table is.

    Attributes:
        places: Where its values are in a row; None if it is the row id.
        alias: The column that is the row id, if there is one.
    """

    places: tuple[int, ...] | None
    alias: str | None
    has_triggers: bool


def _key_of(connection: SqliteTransactions, table: str) -> _TableKey:
    columns = connection.pragma_rows("table_xinfo", table)
    stored = [row for row in columns if row[6] != 2]  # a virtual generated column has no place
    key = sorted((int(row[5] or 0), place) for place, row in enumerate(stored) if row[5])
    definitions = connection.fetch(sqlite_changes.definitions_of(table))
    has_triggers = any(kind == "trigger" for kind, *_ in definitions)
    first = stored[key[0][1]] if key else None
    if first is None:
        return _TableKey(None, None, has_triggers)
    if len(key) == 1 and str(first[2]).upper() == "INTEGER":
        return _TableKey(None, str(first[1]), has_triggers)
    return _TableKey(tuple(place for _, place in key), None, has_triggers)


def _is_internal(table: str) -> bool:
    return table.startswith(("_pytuck_", "sqlite_"))
