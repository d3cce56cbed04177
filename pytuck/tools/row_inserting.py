"""Rows into a table of an open transaction, with a policy for keys that are there already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pytuck.backends import Connection
from pytuck.common.exceptions import (
    ConfigurationError,
    ConstraintError,
    DuplicateKeyError,
    MigrationError,
    PytuckException,
    ValidationError,
)
from pytuck.compiler import Template, compile_statement
from pytuck.formats.base import StoredRow, UnreadableRow
from pytuck.query import Insert, TableSource, func, insert, select
from pytuck.tools.import_way import ConflictPolicy, Way
from pytuck.tools.report import BadRow, TableReport

_REFUSED = (ConstraintError, DuplicateKeyError, ValidationError)
"""What is wrong with a row, and not with the database."""


@dataclass(slots=True)
class BadRows:
    """The rows that could not be taken over.

    Attributes:
        most: So many are kept; all are counted.
        stops: The first one ends the import.
        rows: Those that are kept.
        counts: How many there are of each table of the file.
        unreadable: How many of them could not even be read.
    """

    most: int
    stops: bool
    rows: list[BadRow] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    unreadable: Counter[str] = field(default_factory=Counter)

    def add(self, row: BadRow) -> None:
        """Note a row.

        Raises:
            MigrationError: The first one is to end the import.
        """
        if self.stops:
            raise MigrationError(
                f"{row}. Nothing was imported.",
                table_name=row.table,
                column_name=row.column,
                details={
                    name: place
                    for name, place in (("row", row.row), ("line", row.line))
                    if place is not None
                },
            )
        self.counts[row.table] += 1
        if len(self.rows) < self.most:
            self.rows.append(row)

    def add_unreadable(self, row: UnreadableRow) -> None:
        """Note a row that the file's reader could not read.

        Raises:
            MigrationError: The first one is to end the import.
        """
        self.unreadable[row.table] += 1
        self.add(BadRow(row.table, None, None, row.reason, line=row.line, raw=row.raw))

    def forget(self, table: str) -> None:
        """Take back what was noted of a table of the file, which is read once more."""
        self.rows = [row for row in self.rows if row.table != table]
        del self.counts[table], self.unreadable[table]


class RowInserter:
    """Writes the rows of one table.

    Args:
        connection: One with an open transaction.
        can_undo: A part of the transaction can be undone by itself.
        line_of: Tells the line of a row of the batch that is written, by its number.
    """

    def __init__(
        self,
        connection: Connection,
        way: Way,
        policy: ConflictPolicy,
        bad: BadRows,
        *,
        can_undo: bool,
        line_of: Callable[[int], int] | None = None,
    ) -> None:
        self._connection = connection
        self._way = way
        self._policy = policy
        self._bad = bad
        self._can_undo = can_undo
        self._line_of = line_of
        self._source = TableSource(way.table)
        self._template = self._insert_template()
        self._before = self._count() if not way.is_new else 0
        self._read = 0

    def write(self, batch: Sequence[StoredRow]) -> None:
        """Write the next rows of the file.

        Raises:
            DuplicateKeyError: A key is there already, and that ends the import.
            MigrationError: A row is bad, and that ends the import.
        """
        rows, numbers, bad = self._way.converted(batch, self._read + 1)
        self._read += len(batch)
        for row in bad:
            self._note(row)
        if rows:
            self._insert(rows, numbers)

    def report(self) -> TableReport:
        """Return what became of the rows so far."""
        inserted = self._count() - self._before
        is_upsert = self._policy in {"replace", "update"}
        bad = self._bad.counts[self._way.source]
        read = self._read + self._bad.unreadable[self._way.source]
        good = read - bad
        return TableReport(
            self._way.table.name,
            read=read,
            inserted=inserted,
            updated=good - inserted if is_upsert else 0,
            skipped=good - inserted if self._policy == "skip" else 0,
            bad=bad,
        )

    # --- Writing ---

    def _insert(self, rows: Sequence[StoredRow], numbers: Sequence[int]) -> None:
        """Write rows; where some are refused, look for them in ever smaller parts."""
        if not self._can_undo:
            self._connection.write(self._template, rows)
            return
        savepoint = self._connection.set_savepoint()
        try:
            self._connection.write(self._template, rows)
        except _REFUSED as err:
            self._connection.undo_to_savepoint(savepoint)
            if len(rows) > 1:
                middle = len(rows) // 2
                self._insert(rows[:middle], numbers[:middle])
                self._insert(rows[middle:], numbers[middle:])
                return
            self._refused(rows[0], numbers[0], err)
        else:
            self._connection.release_savepoint(savepoint)

    def _refused(self, row: StoredRow, number: int, err: PytuckException) -> None:
        if isinstance(err, DuplicateKeyError) and self._policy == "abort":
            key = self._value_of(row, err.column_name)
            refused = DuplicateKeyError(self._way.table.name, key, column_name=err.column_name)
            refused.details["row"] = number
            raise refused from err
        self._note(BadRow(self._way.source, number, err.column_name, err.message, tuple(row)))

    def _value_of(self, row: StoredRow, column: str | None) -> object:
        names = self._way.names
        return row[names.index(column)] if column in names else None

    def _note(self, row: BadRow) -> None:
        if self._line_of is not None and row.row is not None:
            row = replace(row, line=self._line_of(row.row))
        self._bad.add(row)

    # --- Statements ---

    def _insert_template(self) -> Template:
        values: dict[str, Any] = dict.fromkeys(self._way.names)
        statement: Insert[Any] = insert(self._source).values(values)
        if self._policy == "skip":
            statement = statement.on_conflict_do_nothing()
        elif self._policy != "abort":
            statement = self._upsert(statement)
        return compile_statement(statement, self._connection.dialect).template

    def _upsert(self, statement: Insert[Any]) -> Insert[Any]:
        table = self._way.table
        key = table.primary_key
        if not key or not set(key) <= set(self._way.names):
            raise ConfigurationError(
                f"Rows of '{table.name}' can be replaced or updated only by a primary key that "
                "the file has, too.",
                table_name=table.name,
            )
        is_whole = self._policy == "replace"
        changed = [
            column.name
            for column in table.columns
            if column.name not in key
            and not column.generated
            and (is_whole or column.name in self._way.names)
        ]
        if not changed:
            return statement.on_conflict_do_nothing(key)
        excluded = statement.excluded
        return statement.on_conflict_do_update(key, {name: excluded[name] for name in changed})

    def _count(self) -> int:
        question = select(func.count()).select_from(self._source)
        rows = self._connection.execute(compile_statement(question, self._connection.dialect)).rows
        return int(rows[0][0] or 0)
