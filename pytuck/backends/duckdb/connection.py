"""One conversation with a DuckDB database: statements, batches, transactions."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pytuck.backends.base import CommitListener
from pytuck.backends.change_recording import RecordedCommit
from pytuck.backends.connection import Connection, why_unstorable
from pytuck.backends.duckdb import catalogue, foreign_key_actions, foreign_keys
from pytuck.backends.duckdb.catalogue import TableDefinition
from pytuck.backends.duckdb.errors import translated
from pytuck.backends.duckdb.opening import OpenDatabase, driver_error
from pytuck.backends.duckdb.transaction_traces import TransactionTraces
from pytuck.backends.duckdb.values import bound, stored_rows
from pytuck.backends.results import Outcome, StoredRow
from pytuck.common.exceptions import (
    DuplicateKeyError,
    PytuckException,
    TransactionError,
    UnsupportedOperationError,
)
from pytuck.compiler import Compiled, Template, compile_statement, duckdb_structure
from pytuck.compiler.dialects import DUCKDB
from pytuck.query import TableSource, func, select
from pytuck.schema import Column, Table
from pytuck.types import TYPES, Stored

if TYPE_CHECKING:
    import duckdb

Rows = Sequence[Sequence[Any]]


class DuckDBConnection(Connection):
    """A connection to one DuckDB database, used by one thread at a time.

    DuckDB has no savepoints, and an error ends a transaction: nothing of it can be kept then.
    So going back to a savepoint makes the whole transaction one that can only be rolled back,
    unless nothing was written before it.

    Args:
        raw: The driver's connection; closed with this one.
        path: The file, for messages.
        shared: What the storages of this process on the file have in common.
    """

    def __init__(
        self, raw: duckdb.DuckDBPyConnection, path: str, shared: OpenDatabase, schema: str
    ) -> None:
        self.raw = raw
        self.path = path
        self.dialect = DUCKDB
        self._shared = shared
        self._schema = schema
        # The driver cuts long messages anywhere, also inside of a character.
        self._error = (driver_error(), UnicodeDecodeError)
        self._is_open = False
        self._is_writer = False
        self._has_failed = False
        self._writes = 0
        self._written: set[str] = set()
        self._has_run_text = False
        self.listener: CommitListener | None = None
        self.label = ""
        self._savepoints: list[int] = []
        self._last_row_id = 0
        self._deferred: list[foreign_keys.Reference] | None = None
        self._is_acting = False
        self.traces = TransactionTraces()
        self._has_new_structure = False
        self._own_definitions: dict[str, TableDefinition] | None = None
        self._noted: list[str] | None = None

    # --- Statements ---

    def execute(self, compiled: Compiled) -> Outcome:
        template = compiled.template
        if template.is_write:
            with self._writing():
                return self._write(template, compiled.parameters)
        rows = self._run(template.sql, bound(template, compiled.parameters)[0], template)
        return Outcome(rows, len(rows), 0)

    def execute_many(self, template: Template, parameters: Iterable[Sequence[Stored]]) -> None:
        rows = parameters if isinstance(parameters, (list, tuple)) else list(parameters)
        if rows:
            with self._writing():
                self._write(template, rows)

    def write(self, template: Template, rows: Sequence[Sequence[Stored]]) -> int:
        return self._write(template, rows).row_count if rows else 0

    def batches(self, compiled: Compiled, size: int) -> Generator[list[StoredRow], None, None]:
        template = compiled.template
        parameters = bound(template, compiled.parameters)[0]
        if self._is_open:
            # The next statement on this connection would end an answer that is not read yet.
            rows = self._run(template.sql, parameters, template)
            for start in range(0, len(rows), size):
                yield rows[start : start + size]
            return
        try:
            cursor = self.raw.execute(template.sql, parameters)
            while rows := cursor.fetchmany(size):
                yield stored_rows(rows, cursor.description)
        except self._error as err:
            raise translated(err, self.path, template.table) from err

    def fetch(self, sql: str, parameters: Sequence[Stored] = ()) -> list[StoredRow]:
        return self._run(sql, parameters)

    def run_text(
        self, sql: str, parameters: Sequence[Stored] = ()
    ) -> tuple[list[str], list[StoredRow]]:
        rows = self._run(sql, parameters)
        names = [str(column[0]) for column in self.raw.description or ()]
        beginning = sql.lstrip()[:8].upper()
        if not beginning.startswith(("SELECT", "FROM")):
            self._has_run_text = True
            self._writes += 1
            self.traces.note_text()
        if beginning.startswith(duckdb_structure.STRUCTURE_WORDS):
            self.note_structure_change()
            self._own_definitions = None
        if not self._is_open:
            self._publish_structure()
            self._tell_commit()
            self._writes = 0
            self._write_to_file()
        return names, rows

    def last_row_id(self) -> int:
        return self._last_row_id

    def highest_key_given(self, table: str) -> int:
        return catalogue.highest_key(self, table)

    def note_keys_given(self, table: Table, highest: int) -> None:
        catalogue.note_key(self, table.name, highest)

    def read_beginning(self, table: str, column: str, row_id: int, size: int) -> bytes:
        raise UnsupportedOperationError(
            f"'{self.path}': DuckDB reads a value as a whole only.", table_name=table
        )

    def definitions(self) -> Mapping[str, TableDefinition]:
        """Return what is kept of every table beside what DuckDB keeps."""
        if self._has_new_structure:  # which others do not see yet
            if self._own_definitions is None:
                self._own_definitions = catalogue.read_definitions(self, self.all_tables())
            return self._own_definitions
        state = self._shared.schema_changes
        known = self._shared.definitions.get(self._schema)
        if known is None or known[0] != state:
            known = state, catalogue.read_definitions(self, self.all_tables())
            self._shared.definitions[self._schema] = known
        return known[1]

    def keep_definition(self, table: str, definition: TableDefinition | None) -> None:
        """Keep what DuckDB does not of a table, in place of what was kept so far; None for nothing.

        Inside the open transaction.
        """
        self.note_structure_change()
        known = dict(self.definitions())
        known.pop(table, None)
        if definition is None:
            catalogue.forget_definition(self, table, self.all_tables())
        else:
            catalogue.write_definition(self, table, definition, self.all_tables())
            known[table] = definition
        self._own_definitions = known

    def note_structure_change(self) -> None:
        """Go on with an own view of what is kept of tables, which others see after the commit.

        To be called before a change: what is kept of a table is found by the name it has.
        """
        if not self._has_new_structure:
            self._own_definitions = dict(self.definitions())
        self._writes += 1
        self._has_new_structure = True

    def would_run_for_others(self, sql: str) -> bool:
        """Return whether SQL can be run on what is committed; an error here ends no transaction."""
        with contextlib.closing(self.raw.cursor()) as cursor:
            try:
                cursor.execute(duckdb_structure.SCHEMA.format(self.dialect.quote(self._schema)))
                cursor.execute(sql).fetchall()
            except self._error:
                return False
        return True

    def all_tables(self) -> set[str]:
        """Return the names of every table and view, our own included."""
        return {str(name) for name, *_ in self.fetch(duckdb_structure.TABLES)}

    # --- Transactions ---

    @property
    def in_transaction(self) -> bool:
        return self._is_open

    @property
    def has_failed(self) -> bool:
        """Whether nothing of the open transaction can be kept."""
        return self._has_failed

    def begin(self, *, write: bool = True) -> None:
        if self._is_open:
            raise TransactionError("A transaction is open already on this connection.")
        if write:
            self._shared.write_lock.acquire()
            self._write_to_file()
            self.traces.clear(is_log_empty=not self._shared.is_structure_in_log)
        try:
            self._run(self.dialect.begin_write if write else self.dialect.begin_read)
        except BaseException:
            if write:
                self._shared.write_lock.release()
            raise
        self._is_open, self._is_writer = True, write

    def commit(self) -> None:
        if self._has_failed:
            self.rollback()
            raise self._lost()
        try:
            self._run(self.dialect.commit)
        except PytuckException:
            self.rollback()
            raise
        if self._writes:
            self._shared.commits += 1
        self._publish_structure()
        self._tell_commit()
        self._end()
        self._write_to_file()

    def _publish_structure(self) -> None:
        if self._has_new_structure:
            self._shared.schema_changes += 1
            self._shared.is_structure_in_log = True
        self._forget_structure()

    def _forget_structure(self) -> None:
        self._has_new_structure = False
        self._own_definitions = None

    def _write_to_file(self) -> None:
        """Bring changes of the structure from the log into the file, now or after the next commit.

        To repeat them from the log is where DuckDB has failed. It refuses while others read.
        """
        if self._shared.is_structure_in_log:
            with contextlib.suppress(PytuckException):  # what is in the log is durable anyway
                self._run(duckdb_structure.CHECKPOINT)
                self._shared.is_structure_in_log = False

    def _tell_commit(self) -> None:
        """Tell the storages on this file which tables were written; DuckDB names no rows."""
        definitions = self._shared.schema_changes
        commit = RecordedCommit(
            None,
            time.time(),
            [],
            frozenset(self._written),
            has_new_schema=definitions != self._shared.told_schema_changes,
            label=self.label,
            is_anything=self._has_run_text,
        )
        self._shared.told_schema_changes = definitions
        if commit.beyond or commit.has_new_schema or commit.is_anything:
            for listener in list(self._shared.listeners):
                is_here = listener is self.listener
                listener(commit if is_here else replace(commit, is_here=False))
        self._written.clear()
        self._has_run_text = False

    def rollback(self) -> None:
        if not self._is_open:
            return
        self._has_failed = False
        try:
            self._run(self.dialect.rollback)
        finally:
            self._end()

    def set_savepoint(self) -> int:
        if self._has_failed:
            raise self._lost()
        self._savepoints.append(self._writes)
        return len(self._savepoints)

    def release_savepoint(self, number: int) -> None:
        if self._has_failed:
            raise self._lost()
        del self._savepoints[number - 1 :]

    def undo_to_savepoint(self, number: int) -> None:
        before = self._savepoints[number - 1]
        del self._savepoints[number - 1 :]
        if before == self._writes and not self._has_failed:
            return
        self._has_failed = True
        if not before and self._is_writer:
            # Nothing was written before it, and nobody else can write: beginning again is the same.
            self._has_failed = False
            self._run(self.dialect.rollback)
            self._run(self.dialect.begin_write)
            self._writes = 0
            self._forget_structure()
            self.traces.clear(is_log_empty=not self._shared.is_structure_in_log)

    @contextlib.contextmanager
    def deferred_foreign_keys(self) -> Iterator[None]:
        self._deferred = []
        try:
            yield
            deferred, self._deferred = self._deferred, None
            with self._all_or_failed():
                foreign_keys.check_all(self, dict.fromkeys(deferred), self.definitions())
        finally:
            self._deferred = None

    def _checked_at_the_end(self) -> contextlib.AbstractContextManager[None]:
        """Defer the checks of foreign keys, unless they are already."""
        if self._deferred is not None:
            return contextlib.nullcontext()
        return self.deferred_foreign_keys()

    @contextlib.contextmanager
    def structure_transaction(self) -> Iterator[None]:
        self._deferred = []
        try:
            with self.transaction():
                yield
        finally:
            self._deferred = None

    def schema_stamp(self) -> object:
        return self._shared.schema_changes

    @contextlib.contextmanager
    def noting_statements(self) -> Iterator[list[str]]:
        before, self._noted = self._noted, []
        try:
            yield self._noted
        finally:
            self._noted = before

    # --- Ending ---

    def interrupt(self) -> None:
        self.raw.interrupt()

    def close(self) -> None:
        try:
            self.rollback()
        finally:
            self.raw.close()

    # --- How it is done ---

    def _run(
        self, sql: str, parameters: Sequence[Any] = (), template: Template | None = None
    ) -> list[StoredRow]:
        if self._has_failed:
            raise self._lost()
        if self._noted is not None:
            self._noted.append(sql)
        try:
            cursor = self.raw.execute(sql, list(parameters))
            return stored_rows(cursor.fetchall(), cursor.description)
        except self._error as err:
            raise self._failed(err, template, (parameters,)) from err

    def _failed(self, err: Exception, template: Template | None, rows: Rows) -> PytuckException:
        """Return our error for the driver's, which has ended the open transaction."""
        self._has_failed = self._is_open
        if template is None:
            return translated(err, self.path)
        found = translated(err, self.path, template.table)
        if isinstance(found, DuplicateKeyError) or not template.is_write:
            return found
        return why_unstorable(template, rows) or found

    def _write(self, template: Template, sets: Rows) -> Outcome:
        rows = self._with_keys(template, bound(template, sets))
        if self._is_acting or template.action == "insert" or template.table in catalogue.TABLES:
            return self._write_rows(template, rows)
        if not foreign_key_actions.is_needed(template, self.definitions()):
            return self._write_rows(template, rows)
        with self._acting(template):
            return self._write_rows(template, rows)

    @contextlib.contextmanager
    def _acting(self, template: Template) -> Iterator[None]:
        """Have rows follow a write as foreign keys say, and check these when all is done."""
        self._is_acting = True
        try:
            with (
                self._all_or_failed(),
                self._checked_at_the_end(),
                foreign_key_actions.carried_out(self, template, self.definitions()),
            ):
                yield
        finally:
            self._is_acting = False

    def _write_rows(self, template: Template, rows: Rows) -> Outcome:
        self._writes += 1
        if template.table is not None:
            self._written.add(template.table)
            if template.action != "insert" or template.conflict_places:
                self.traces.note_update(template.table)
        if len(rows) == 1:
            outcome = self._one(template, rows[0])
        elif template.is_plain:
            outcome = self._appended(template, rows)
        elif template.batch_sql is not None and _differ(template, rows):
            found = self._run(template.batch_sql, list(zip(*rows, strict=True)), template)
            outcome = self._outcome(template, found)
        else:
            parts = [self._one(template, row) for row in rows]
            found = [row for part in parts for row in part.rows]
            outcome = self._outcome(template, found, sum(part.row_count for part in parts))
        with self._all_or_failed():
            self._look_after(template, rows)
        return outcome

    def _one(self, template: Template, row: Sequence[Any]) -> Outcome:
        return self._outcome(template, self._run(template.sql, row, template))

    def _appended(self, template: Template, rows: Rows) -> Outcome:
        """Insert rows by the way DuckDB has for many of them."""
        names = list(template.parameter_names)
        key = template.filled_key
        if key is not None and not key.is_given:
            names.append(key.column)
        try:
            appender = self.raw.appender(self.dialect.quote(template.table or ""), columns=names)
            appender.append_rows(rows)
            appender.flush()
        except self._error as err:
            raise self._failed(err, template, rows) from err
        return self._outcome(template, [], len(rows))

    def _outcome(
        self, template: Template, rows: list[StoredRow], count: int | None = None
    ) -> Outcome:
        if template.columns:
            return Outcome(rows, len(rows), self._last_row_id)
        changed = int(rows[0][0] or 0) if count is None else count
        return Outcome([], changed, self._last_row_id)

    def _with_keys(self, template: Template, rows: Rows) -> Rows:
        """Return the rows of an insert with the keys that were not given."""
        key = template.filled_key
        if key is None:
            return rows
        place = key.position
        given = [row[place] for row in rows] if key.is_given else [None] * len(rows)
        if None in given:
            following = self.highest_key(template.table or "", key.column)
            numbers = [value for value in given if isinstance(value, int)]
            following = max(following, 0, *numbers)
            for number, value in enumerate(given):
                if value is None:
                    given[number] = following = following + 1
            after = place + key.is_given
            rows = [
                (*row[:place], value, *row[after:]) for row, value in zip(rows, given, strict=True)
            ]
        self._last_row_id = given[-1] if isinstance(given[-1], int) else 0
        return rows

    def highest_key(self, table: str, column: str) -> int:
        """Return the highest key that a table has or, where keys are not given again, ever had."""
        source = TableSource(Table(table, (Column(column, TYPES[int]),)))
        found = compile_statement(select(func.max(source.c[column])), self.dialect)
        highest = self._run(found.sql, found.parameters[0])[0][0]
        definition = self.definitions().get(table)
        never_reused = definition is not None and definition.never_reused is not None
        given = self.highest_key_given(table) if never_reused else 0
        return max(highest if isinstance(highest, int) else 0, given)

    def _look_after(self, template: Template, rows: Rows) -> None:
        """Check and keep, after a write, what DuckDB does not."""
        definitions = {} if template.table in catalogue.TABLES else self.definitions()
        if not definitions:
            return
        references = foreign_keys.concerned(template, definitions)
        if self._deferred is not None:
            self._deferred += [*references[0], *references[1]]
        elif any(references):
            foreign_keys.check_written(self, template, rows, references, definitions)
        definition = definitions.get(template.table or "")
        if definition is not None and definition.never_reused and template.action != "delete":
            table = template.table or ""
            catalogue.note_key(self, table, self.highest_key(table, definition.never_reused))

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Have a transaction for writing; one of its own where none is open."""
        if self._is_open:
            yield
            return
        with self.transaction():
            yield

    @contextlib.contextmanager
    def _all_or_failed(self) -> Iterator[None]:
        """Let nothing of the transaction be kept if what is done inside fails."""
        try:
            yield
        except BaseException:
            self._has_failed = self._is_open
            raise

    def _end(self) -> None:
        was_writer = self._is_writer
        self._is_open = self._is_writer = self._has_failed = False
        self._writes = 0
        self._forget_structure()
        self._savepoints.clear()
        self._written.clear()
        self._has_run_text = False
        if was_writer:
            self._shared.write_lock.release()

    def _lost(self) -> TransactionError:
        return TransactionError(
            f"A statement of this transaction on '{self.path}' failed, and DuckDB has no "
            "savepoints: nothing of the transaction can be kept. Roll back and do it again.",
            details={"path": self.path},
        )


def _differ(template: Template, rows: Rows) -> bool:
    """Return whether no two sets meet the same row, so that their order means nothing."""
    places = template.conflict_places
    return not places or len({tuple(row[place] for place in places) for row in rows}) == len(rows)
