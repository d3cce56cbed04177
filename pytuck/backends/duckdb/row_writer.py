"""Writing rows to DuckDB, with what it does not do by itself: keys, actions and checks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pytuck.backends.duckdb import catalogue, foreign_key_actions, foreign_keys
from pytuck.backends.duckdb.values import bound
from pytuck.backends.results import Outcome, StoredRow
from pytuck.compiler import Template

if TYPE_CHECKING:
    from pytuck.backends.duckdb.connection import DuckDBConnection

Rows = Sequence[Sequence[Any]]


class RowWriter:
    """Runs the writing statements of one connection.

    Attributes:
        last_row_id: The key of the row that was inserted last.
    """

    def __init__(self, connection: DuckDBConnection) -> None:
        self._connection = connection
        self._is_acting = False
        self.last_row_id = 0

    def write(self, template: Template, sets: Rows) -> Outcome:
        """Run a statement for each set of parameters."""
        rows = self._with_keys(template, bound(template, sets))
        if self._is_acting or template.action == "insert" or template.table in catalogue.TABLES:
            return self._write_rows(template, rows)
        if not foreign_key_actions.is_needed(template, self._connection.definitions()):
            return self._write_rows(template, rows)
        with self._acting(template):
            return self._write_rows(template, rows)

    @contextlib.contextmanager
    def _acting(self, template: Template) -> Iterator[None]:
        """Have rows follow a write as foreign keys say, and check these when all is done."""
        self._is_acting = True
        try:
            with (
                self._connection._all_or_failed(),
                self._connection._checked_at_the_end(),
                foreign_key_actions.carried_out(
                    self._connection, template, self._connection.definitions()
                ),
            ):
                yield
        finally:
            self._is_acting = False

    def _write_rows(self, template: Template, rows: Rows) -> Outcome:
        self._connection.note_write(template.table)
        is_update = template.action != "insert" or bool(template.conflict_places)
        if template.table is not None and is_update:
            self._connection.traces.note_update(template.table)
        if len(rows) == 1:
            outcome = self._one(template, rows[0])
        elif template.is_plain:
            outcome = self._appended(template, rows)
        elif template.batch_sql is not None and _differ(template, rows):
            found = self._connection._run(
                template.batch_sql, list(zip(*rows, strict=True)), template
            )
            outcome = self._outcome(template, found)
        else:
            parts = [self._one(template, row) for row in rows]
            found = [row for part in parts for row in part.rows]
            outcome = self._outcome(template, found, sum(part.row_count for part in parts))
        with self._connection._all_or_failed():
            self._look_after(template, rows)
        return outcome

    def _one(self, template: Template, row: Sequence[Any]) -> Outcome:
        return self._outcome(template, self._connection._run(template.sql, row, template))

    def _appended(self, template: Template, rows: Rows) -> Outcome:
        """Insert rows by the way DuckDB has for many of them."""
        names = list(template.parameter_names)
        key = template.filled_key
        if key is not None and not key.is_given:
            names.append(key.column)
        try:
            appender = self._connection.raw.appender(
                self._connection.dialect.quote(template.table or ""), columns=names
            )
            appender.append_rows(rows)
            appender.flush()
        except self._connection._error as err:
            raise self._connection._failed(err, template, rows) from err
        return self._outcome(template, [], len(rows))

    def _outcome(
        self, template: Template, rows: list[StoredRow], count: int | None = None
    ) -> Outcome:
        if template.columns:
            return Outcome(rows, len(rows), self.last_row_id)
        changed = int(rows[0][0] or 0) if count is None else count
        return Outcome([], changed, self.last_row_id)

    def _with_keys(self, template: Template, rows: Rows) -> Rows:
        """Return the rows of an insert with the keys that were not given."""
        key = template.filled_key
        if key is None:
            return rows
        place = key.position
        given = [row[place] for row in rows] if key.is_given else [None] * len(rows)
        if None in given:
            following = self._connection.highest_key(template.table or "", key.column)
            numbers = [value for value in given if isinstance(value, int)]
            following = max(following, 0, *numbers)
            for number, value in enumerate(given):
                if value is None:
                    given[number] = following = following + 1
            after = place + key.is_given
            rows = [
                (*row[:place], value, *row[after:]) for row, value in zip(rows, given, strict=True)
            ]
        self.last_row_id = given[-1] if isinstance(given[-1], int) else 0
        return rows

    def _look_after(self, template: Template, rows: Rows) -> None:
        """Check and keep, after a write, what DuckDB does not."""
        definitions = {} if template.table in catalogue.TABLES else self._connection.definitions()
        if not definitions:
            return
        references = foreign_keys.concerned(template, definitions)
        if self._connection._deferred is not None:
            self._connection._deferred += [*references[0], *references[1]]
        elif any(references):
            foreign_keys.check_written(self._connection, template, rows, references, definitions)
        definition = definitions.get(template.table or "")
        if definition is not None and definition.never_reused and template.action != "delete":
            table = template.table or ""
            catalogue.note_key(
                self._connection,
                table,
                self._connection.highest_key(table, definition.never_reused),
            )


def _differ(template: Template, rows: Rows) -> bool:
    """Return whether no two sets meet the same row, so that their order means nothing."""
    places = template.conflict_places
    return not places or len({tuple(row[place] for place in places) for row in rows}) == len(rows)
