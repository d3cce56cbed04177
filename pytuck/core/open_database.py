"""The part of an open database that everything else about it stands on."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self

from pytuck.backends import Connection, CursorResult, Engine, Result, SqlAnswer
from pytuck.common.exceptions import TransactionError
from pytuck.compiler import compile_statement
from pytuck.core.model_defaults import inserted_key
from pytuck.core.tables import Table, Tables
from pytuck.core.transaction_parts import TransactionPart, TransactionParts
from pytuck.events import event
from pytuck.query import Compound, Insert, Select, Statement
from pytuck.types import Stored


class OpenDatabase:
    """Tables by name, statements and transactions on one engine."""

    __event_family__: ClassVar[str] = "storage"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tables: dict[str, Table] = {}
        self._transaction = threading.local()

    @property
    def engine(self) -> Engine:
        """The engine that holds the data."""
        return self._engine

    # --- Tables ---

    @property
    def tables(self) -> Mapping[str, Table]:
        """Every table and view by name, read from the database itself; models are not needed."""
        return Tables(self, self._tables)

    def get_table(self, name: str) -> Table:
        """Return a table.

        Raises:
            TableNotFoundError: There is none of this name.
        """
        return self.tables[name]

    def refresh_schema(self) -> None:
        """Forget what is known of the tables, so that it is read again."""
        self._tables.clear()

    # --- Statements ---

    def execute(self, statement: Statement) -> Result[Any]:
        """Run a statement, in the transaction of `transaction()` if one is open.

        Raises:
            PytuckException: What the database refused.
        """
        compiled = compile_statement(statement, self._engine.dialect)
        connection = self.transaction_connection
        if connection is None and compiled.template.is_write:
            event.tell(self, "before_save")
            outcome = self._engine.execute(compiled)
            event.tell(self, "after_save")
        elif connection is None:
            outcome = self._engine.execute(compiled)
        else:
            outcome = connection.execute(compiled)
        if isinstance(statement, (Select, Compound)):
            return Result(compiled.template, outcome)
        key = None
        if isinstance(statement, Insert):
            key = inserted_key(statement, outcome.last_row_id)
        return CursorResult(compiled.template, outcome, inserted_key=key)

    def execute_sql(self, sql: str, parameters: Sequence[Stored] = ()) -> SqlAnswer:
        """Run SQL as it is given, in the transaction of `transaction()` if one is open.

        What it writes is told to those who listen to `storage.changes`; objects that sessions
        have loaded keep the values that they have.

        Args:
            parameters: Take the places of `?` in it: numbers, texts, bytes and None.

        Raises:
            PytuckException: What the database refused.
        """
        connection = self.transaction_connection
        try:
            if connection is not None:
                return SqlAnswer(*connection.run_text(sql, parameters))
            with self._engine.connection() as lent:
                return SqlAnswer(*lent.run_text(sql, parameters))
        finally:
            self.refresh_schema()

    @property
    def transaction_connection(self) -> Connection | None:
        """The connection of this thread's `transaction()`; None outside of one."""
        connection: Connection | None = getattr(self._transaction, "connection", None)
        return connection

    @contextlib.contextmanager
    def reading_connection(self) -> Iterator[Connection]:
        """Lend the connection of this thread's transaction, or another one if none is open."""
        connection = self.transaction_connection
        if connection is not None:
            yield connection
            return
        with self._engine.connection() as lent:
            yield lent

    @contextlib.contextmanager
    def transaction(self, *, read_only: bool = False) -> Iterator[Self]:
        """Commit what is done inside, or undo all of it on an exception; nests as savepoints.

        Args:
            read_only: Write nothing, and so wait for nobody: all questions inside see the same
                state, whatever others commit meanwhile.

        Raises:
            LockTimeout: Somebody else kept the write lock for too long.
            DeadlockError: This thread has another transaction open that writes.
            ReadOnlyError: The transaction that is open already is for reading only.
        """
        connection = self.transaction_connection
        if read_only:
            with self._reading_transaction(connection):
                yield self
            return
        if connection is not None:
            with (
                self._forgetting_tables(),
                self._transaction.parts.following(),
                connection.transaction(),
            ):
                yield self
            return
        parts = self._transaction.parts = TransactionParts()
        connection = self._engine.acquire()
        try:  # one block in place of five that nest: every commit goes through it
            connection.begin()
            self._transaction.connection = connection
            yield self
            event.tell(self, "before_save")
            connection.commit()
        except BaseException:
            connection.rollback()
            parts.undo()
            raise
        finally:
            self._transaction.connection = None
            self._engine.release(connection)
            self.forget_changed_tables()
        parts.settle()
        event.tell(self, "after_save")

    @contextlib.contextmanager
    def structure_transaction(self) -> Iterator[Self]:
        """Commit changes of tables and whatever else is done inside, or undo all of it.

        Unlike in `transaction()`, tables that others refer to can be made anew, because foreign
        keys are not enforced meanwhile. Each change of a table checks those that it concerns;
        who writes rows asks `dangling_rows` before and after.

        Raises:
            TransactionError: A transaction is open in this thread.
            LockTimeout: Somebody else kept the write lock for too long.
        """
        if self.transaction_connection is not None:
            raise TransactionError(
                "A transaction is open in this thread. Commit it before the tables are changed in "
                "one of their own."
            )
        parts = self._transaction.parts = TransactionParts()
        with (
            self._forgetting_tables(),
            parts.following(),
            self._engine.connection() as connection,
            self.joining(connection),
            connection.structure_transaction(),
        ):
            yield self
        parts.settle()

    @contextlib.contextmanager
    def _reading_transaction(self, outer: Connection | None) -> Iterator[None]:
        if outer is not None:  # that one keeps to one state anyway
            yield
            return
        parts = self._transaction.parts = TransactionParts()
        with (
            parts.following(),
            self._engine.connection() as connection,
            self.joining(connection),
            connection.reading(),
        ):
            yield

    def join_transaction(self, part: TransactionPart) -> None:
        """Have a session follow what becomes of this thread's `transaction()`."""
        self._transaction.parts.join(part)

    @contextlib.contextmanager
    def joining(self, connection: Connection | None) -> Iterator[None]:
        """Have what this thread does be a part of the transaction of a connection."""
        before = self.transaction_connection
        self._transaction.connection = connection
        try:
            yield
        finally:
            self._transaction.connection = before

    def note_changed_tables(self) -> None:
        """Have the tables read again when this thread's transaction ends.

        Until then others may have read what was committed before it.
        """
        self._transaction.has_changed_tables = True

    def forget_changed_tables(self) -> None:
        """Read the tables again if this thread changed any in the transaction that ended."""
        if getattr(self._transaction, "has_changed_tables", False):
            self._transaction.has_changed_tables = False
            self.refresh_schema()

    @contextlib.contextmanager
    def _forgetting_tables(self) -> Iterator[None]:
        try:
            yield
        finally:
            if self.transaction_connection is None:
                self.forget_changed_tables()
            else:
                self.refresh_schema()  # the changes of an inner transaction may be undone
