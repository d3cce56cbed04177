"""The history of a file: who changed what and when, undoing a commit, tables as they were."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pytuck import schema
from pytuck.backends import history as stored
from pytuck.backends.changesets import (
    NO_CHANGE,
    Conflict,
    ConflictPolicy,
    Overlay,
    StoredDifference,
    differences,
    earlier_rows,
    undo,
)
from pytuck.backends.history import HistoryBounds
from pytuck.backends.pytuck import PytuckEngine
from pytuck.backends.sqlite_connection import SqliteConnection
from pytuck.backends.table_copying import EngineRows
from pytuck.common.exceptions import RecordNotFoundError, UnsupportedOperationError
from pytuck.core.tables import Table
from pytuck.events.change_sets import Key, Operation, Origin
from pytuck.types import Stored

if TYPE_CHECKING:
    from pytuck.core.storage import Storage


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit of the history.

    Attributes:
        seq: Its number.
        time: When it was made, in UTC.
        tables: The tables that it changed.
        is_kept: Its values are still known, so that it can be looked at and undone.
    """

    seq: int
    time: datetime
    origin: Origin
    tables: tuple[str, ...]
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """What a commit did to one row.

    Attributes:
        old, new: The values before and after, by column; of an update only those that changed.
            None for a row that was not there.
    """

    table: str
    operation: Operation
    key: Key
    old: dict[str, Any] | None
    new: dict[str, Any] | None


class History:
    """The commits of an open `.pytuck` file with old and new values, as `storage.history`.

    It is kept only after `turn_on`. Changes of tables themselves are not in it.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    # --- On and off ---

    @property
    def bounds(self) -> HistoryBounds | None:
        """How much is kept; None if no history is."""
        with self._connection() as connection:
            return stored.read_bounds(connection)

    @property
    def is_on(self) -> bool:
        """Whether each commit is kept."""
        return self.bounds is not None

    def turn_on(self, *, max_age_days: float | None = 365, max_bytes: int | None = 1 << 28) -> None:
        """Keep each commit from now on, whichever program with this library makes it.

        Other programs that have the file open notice it within a second.

        Args:
            max_age_days: How old the oldest kept commit may be; None for any age.
            max_bytes: How much room all may take together; None for any.

        Raises:
            UnsupportedOperationError: It is no `.pytuck` file.
            ReadOnlyError: It is open for reading only.
        """
        self._set(HistoryBounds(max_age_days, max_bytes))

    def turn_off(self, *, forget: bool = False) -> None:
        """Keep no more commits.

        Args:
            forget: Take away what was kept, too.
        """
        self._set(None)
        if forget:
            with self._writing() as connection:
                stored.forget_all(connection)

    def compact(self) -> int:
        """Forget the values of commits beyond the bounds, and return how many those were."""
        with self._writing() as connection:
            bounds = stored.read_bounds(connection)
            return stored.prune(connection, bounds) if bounds is not None else 0

    @property
    def size_bytes(self) -> int:
        """How much room the values take in the file."""
        with self._connection() as connection:
            return stored.size_bytes(connection) if stored.has_log(connection) else 0

    # --- Looking ---

    def commits(
        self,
        *,
        table: str | None = None,
        key: Key = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = 100,
    ) -> list[Commit]:
        """Return commits, the newest first.

        Args:
            table: Only those that changed this table.
            key: Only those that changed the row of `table` with this key.
            since, until: Only those made in this time; times without a zone are local ones.
            limit: At most so many; None for all.
        """
        found: list[Commit] = []
        with self._connection() as connection:
            if not stored.has_log(connection):
                return []
            stored_key = None if key is None else self._stored_key(str(table), key)
            for entry in stored.entries(connection, _timestamp(since), _timestamp(until)):
                if limit is not None and len(found) >= limit:
                    break
                if table is not None and table not in entry.tables:
                    continue
                if key is not None and not _concerns(connection, entry.seq, table, stored_key):
                    continue
                found.append(
                    Commit(
                        entry.seq,
                        datetime.fromtimestamp(entry.time, UTC),
                        Origin(entry.process, entry.label),
                        entry.tables,
                        entry.is_kept,
                    )
                )
        return found

    def differences(self, seq: int) -> list[Difference]:
        """Return what a commit did, row by row.

        Raises:
            RecordNotFoundError: There is no such commit, or its values are not kept any more.
        """
        with self._connection() as connection:
            changeset = self._changeset(connection, seq)
            return [self._difference(item) for item in differences(changeset)]

    def as_of(self, seq: int, table: str) -> Iterator[dict[str, Any]]:
        """Give the rows of a table as they were after a commit; those deleted since come last.

        Raises:
            TableNotFoundError: There is no such table now.
            RecordNotFoundError: The values of a later commit are not kept any more.
            UnsupportedOperationError: The table has got other columns since.
        """
        shown = self._storage.tables[table].schema
        with self._connection() as connection:
            overlay = earlier_rows(self._changesets_after(connection, seq), shown.name)
            _refuse_other_columns(shown, overlay)
            for row in _rows_as_they_were(connection, shown, overlay):
                yield {
                    column.name: column.type.from_storage(value)
                    for column, value in zip(shown.columns, row, strict=True)
                }

    # --- Undoing ---

    def revert(self, seq: int, *, on_conflict: ConflictPolicy = "abort") -> list[Conflict]:
        """Undo a commit by a new one; return the rows that were not as it had left them.

        Args:
            on_conflict: What to do with such rows: undo nothing at all, leave them out (`skip`),
                or put the old values over the new ones (`overwrite`).

        Raises:
            ConflictError: There are such rows, or a rule of a table would be broken.
            RecordNotFoundError: There is no such commit, or its values are not kept any more.
        """
        with self._writing() as connection:
            return undo(connection.raw, self._changeset(connection, seq), on_conflict)

    # --- How ---

    @contextmanager
    def _connection(self) -> Iterator[SqliteConnection]:
        engine = self._engine()
        inside = self._storage.transaction_connection
        if isinstance(inside, SqliteConnection):
            yield inside
            return
        with engine.connection() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[SqliteConnection]:
        self._engine()
        with self._storage.transaction():
            connection = self._storage.transaction_connection
            assert isinstance(connection, SqliteConnection)
            yield connection

    def _engine(self) -> PytuckEngine:
        engine = self._storage.engine
        if not isinstance(engine, PytuckEngine) or not engine.keeps_log:
            raise UnsupportedOperationError(
                f"The {engine.name} engine keeps no history. Convert to a .pytuck file, which does."
            )
        return engine

    def _set(self, bounds: HistoryBounds | None) -> None:
        with self._writing() as connection:
            stored.write_bounds(connection, bounds)
        engine = self._engine()
        with engine.connection() as connection:
            engine.look_at_log(connection)

    def _changeset(self, connection: SqliteConnection, seq: int) -> bytes:
        changeset = stored.changeset_of(connection, seq) if stored.has_log(connection) else None
        if changeset is None:
            raise RecordNotFoundError("_pytuck_changes", seq)
        return changeset

    def _changesets_after(self, connection: SqliteConnection, seq: int) -> Iterator[bytes]:
        for later, changeset in stored.changesets_after(connection, seq):
            if changeset is not None:
                yield changeset
            elif stored.wrote_rows(connection, later):
                raise RecordNotFoundError("_pytuck_changes", later)

    def _stored_key(self, table: str, key: Key) -> Key:
        schema = self._storage.tables[table].schema
        types = [schema.column(name).type for name in schema.primary_key]
        if len(types) <= 1:
            return types[0].to_storage(key) if types else key
        return tuple(kind.to_storage(part) for kind, part in zip(types, key, strict=True))

    def _difference(self, item: StoredDifference) -> Difference:
        table = self._storage.tables.get(item.table)
        return Difference(
            item.table,
            item.operation,
            item.key,
            _values(table, item.old, item),
            _values(table, item.new, item),
        )


def _values(
    table: Table | None, row: tuple[Any, ...] | None, item: StoredDifference
) -> dict[str, Any] | None:
    """Return values by column; by number where the table is gone or has other columns."""
    if row is None:
        return None
    columns = [] if table is None else list(table.schema.columns)
    shift = len(row) - len(columns)
    found: dict[str, Any] = {}
    is_update = item.operation == "UPDATE"
    both = zip(item.old or row, item.new or row, strict=True)
    for place, (value, (old, new)) in enumerate(zip(row, both, strict=True)):
        is_same = old is NO_CHANGE or new is NO_CHANGE
        if value is NO_CHANGE or (is_update and is_same):
            continue
        if shift == 1 and place == 0:
            found["rowid"] = value
        elif shift in {0, 1}:
            column = columns[place - shift]
            found[column.name] = column.type.from_storage(value)
        else:
            found[f"column {place + 1}"] = value
    return found


def _rows_as_they_were(
    connection: SqliteConnection, table: schema.Table, overlay: Overlay
) -> Iterator[list[Stored]]:
    """Give the stored rows of a table as they are, with what is known of earlier put over them."""
    names = [column.name for column in table.columns]
    places = [names.index(name) for name in table.primary_key]
    shift = 0 if places else 1  # the row id stands before the values of a row without a key
    seen = set()
    for batch in EngineRows(connection, table).batches():
        for *values, row_id in batch:
            key: Key = tuple(values[place] for place in places) if places else row_id
            key = key[0] if len(places) == 1 else key
            if key in overlay:
                seen.add(key)
                before = overlay[key]
                if before is None:
                    continue
                for place, value in before.items():
                    if place >= shift:
                        values[place - shift] = value
            yield values
    for key, before in overlay.items():
        if before is not None and key not in seen:
            yield [before.get(place + shift) for place in range(len(names))]


def _concerns(connection: SqliteConnection, seq: int, table: str | None, key: Key) -> bool:
    changeset = stored.changeset_of(connection, seq)
    return changeset is not None and any(
        item.table == table and item.key == key for item in differences(changeset)
    )


def _refuse_other_columns(table: schema.Table, overlay: Overlay) -> None:
    most = len(table.columns) + (0 if table.primary_key else 1)
    for before in overlay.values():
        if before and max(before) >= most:
            raise UnsupportedOperationError(
                f"Table '{table.name}' had other columns then, so it cannot be shown as it was.",
                table_name=table.name,
            )


def _timestamp(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
