"""What a migration would do, found out on a copy of the tables without their rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytuck.common.exceptions import TableNotFoundError
from pytuck.migrations.operations import ChangeRow, Operations
from pytuck.migrations.revisions import Revision, Step
from pytuck.migrations.running import telling_where
from pytuck.query import Statement, func, select
from pytuck.schema import (
    AddColumn,
    AlterColumn,
    Change,
    CreateTable,
    DropColumn,
    DropTable,
    RenameColumn,
    RenameTable,
)
from pytuck.types import ColumnType, Stored

if TYPE_CHECKING:
    from pytuck.backends import Result, SqlAnswer
    from pytuck.core.storage import Storage

_CHANGES_SOMETHING = re.compile(
    r"\s*(CREATE|ALTER|DROP|INSERT|UPDATE|DELETE|COMMENT)\b", re.IGNORECASE
)
_OUR_OWN = re.compile(r"\b_pytuck_(comments|definitions|keys|revisions|meta)\b", re.IGNORECASE)
_REWRITES = re.compile(r"\s*(INSERT\s+INTO\b.*\bSELECT|UPDATE)\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class RehearsedStep:
    """One step of a migration that was not carried out.

    Attributes:
        revision: The id of the revision that it belongs to.
        description: What it does, in words.
        statements: The SQL that would be run.
        rows_rewritten: How many rows would be written anew.
        data_lost: What would be lost, in words; empty if nothing is.
    """

    revision: str
    description: str
    statements: tuple[str, ...]
    rows_rewritten: int = 0
    data_lost: str = ""


@dataclass
class _Origins:
    """The tables and columns of the real database, by the names they have in the rehearsal."""

    storage: Storage
    tables: dict[str, str | None] = field(default_factory=dict)
    columns: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def table(self, name: str) -> str | None:
        """Return what a table is called in the database; None if it is not there yet."""
        found = self.tables.get(name.lower(), name)
        if found is None:
            return None
        try:
            return self.storage.get_table(found).name
        except TableNotFoundError:
            return None

    def column(self, table: str, name: str) -> str | None:
        """Return what a column is called in the database; None if it is not there yet."""
        return self.columns.get((table.lower(), name.lower()), name)

    def follow(self, change: Change) -> None:
        """Follow a change of names."""
        table = change.table.lower()
        match change:
            case CreateTable():
                self.tables[table] = None
            case RenameTable(_, new_name):
                self.tables[new_name.lower()] = self.table(table)
                moved = {key: old for key, old in self.columns.items() if key[0] == table}
                self.columns |= {(new_name.lower(), key[1]): old for key, old in moved.items()}
                self.tables[table] = None
            case AddColumn(_, column):
                self.columns[table, column.name.lower()] = None
            case RenameColumn(_, column_name, new_name):
                self.columns[table, new_name.lower()] = self.column(table, column_name)
                self.columns[table, column_name.lower()] = None

    def rows(self, table: str) -> int:
        """Return how many rows a table has."""
        name = self.table(table)
        return 0 if name is None else self.storage.count_rows(name)


class Rehearsal:
    """Carries revisions out on a copy of the tables without their rows, and notes what they do.

    Args:
        storage: The real database; nothing is changed in it.
    """

    def __init__(self, storage: Storage) -> None:
        self.steps: list[RehearsedStep] = []
        self._storage = storage
        self._origins = _Origins(storage)

    def run(self, revisions: Sequence[Revision], step_of: Callable[[Revision], Step]) -> None:
        """Carry out what functions of revisions do.

        Raises:
            MigrationError: One fails; some do only because there are no rows in the copy.
        """
        with self._storage.rehearsal() as scratch, scratch.structure_transaction():
            for revision in revisions:
                with telling_where(revision):
                    step_of(revision)(_RehearsedOperations(self, scratch, revision.id))

    def change(self, scratch: Storage, revision: str, change: Change) -> None:
        """Carry out a change of the copy, and note what it would be in the database."""
        with _noting(scratch) as noted:
            scratch.change(change)
        statements = _worth_telling(noted)
        table = change.table
        rewrites = any(_REWRITES.match(sql) for sql in statements)
        is_slow_drop = scratch.engine_name == "pytuck" and isinstance(change, DropColumn)
        rows = self._origins.rows(table) if rewrites or is_slow_drop else 0
        lost = self._lost(change)
        self._origins.follow(change)
        self.steps.append(RehearsedStep(revision, change.describe(), statements, rows, lost))

    def note(
        self, revision: str, description: str, statements: Iterable[str] = (), rows: int = 0
    ) -> None:
        """Note a step that changes rows."""
        told = _worth_telling(statements)
        self.steps.append(RehearsedStep(revision, description, told, rows))

    def rows(self, table: str) -> int:
        """Return how many rows a table of the copy has in the database."""
        return self._origins.rows(table)

    def _lost(self, change: Change) -> str:
        name = self._origins.table(change.table)
        if name is None:
            return ""
        match change:
            case DropTable(table):
                return _counted(self._origins.rows(table), "row")
            case DropColumn(table, column_name):
                return _counted(
                    self._values(name, self._origins.column(table, column_name)), "value"
                )
            case AlterColumn(table, column_name, ColumnType() as type_):
                column = self._origins.column(table, column_name)
                if column is None:
                    return ""
                bad = self._storage.unconvertible(name, column, type_, limit=0).count
                return _counted(bad, "value") + (_FATE[change.on_bad] if bad else "")
        return ""

    def _values(self, table: str, column: str | None) -> int:
        if column is None:
            return 0
        source = self._storage.get_table(table)
        question = select(func.count(source.column_named(column))).select_from(source)
        return int(self._storage.execute(question).scalar() or 0)


_FATE = {
    "stop": " cannot be converted: the migration would fail",
    "null": " cannot be converted and would become NULL",
    "default": " cannot be converted and would be replaced",
    "keep": " cannot be converted and would be kept in another column",
}


class _RehearsedOperations(Operations):
    """Operations on the copy, which has no rows."""

    def __init__(self, rehearsal: Rehearsal, scratch: Storage, revision: str) -> None:
        super().__init__(scratch, lambda change: rehearsal.change(scratch, revision, change))
        self._rehearsal = rehearsal
        self._revision = revision

    def execute(
        self, statement: Statement | str, parameters: Sequence[Stored] = ()
    ) -> Result[Any] | SqlAnswer:
        with _noting(self._storage) as noted:
            answer = super().execute(statement, parameters)
        self._rehearsal.note(self._revision, "run a statement", noted)
        return answer

    def insert_rows(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        kept = list(rows)
        super().insert_rows(table, kept)
        self._rehearsal.note(self._revision, f"insert {_counted(len(kept), 'row')} into {table}")

    def update_rows(self, table: str, change: ChangeRow, *, batch: int = 1000) -> int:
        super().update_rows(table, change, batch=batch)
        count = self._rehearsal.rows(table)
        what = f"change the rows of {table} with a function"
        self._rehearsal.note(self._revision, what, rows=count)
        return 0


@contextmanager
def _noting(scratch: Storage) -> Iterator[list[str]]:
    connection = scratch.transaction_connection
    assert connection is not None
    with connection.noting_statements() as noted:
        yield noted


def _worth_telling(statements: Iterable[str]) -> tuple[str, ...]:
    """Return the statements that change something of the user's, on one line each if short."""
    return tuple(
        sql.strip()
        for sql in statements
        if _CHANGES_SOMETHING.match(sql) and not _OUR_OWN.search(sql)
    )


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}" if count else ""
