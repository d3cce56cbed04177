"""What a conversation with a database is, whichever engine leads it."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Sequence

from pytuck.backends.results import Outcome, StoredRow
from pytuck.common.exceptions import ConstraintError, ValidationError
from pytuck.compiler import Compiled, Template
from pytuck.compiler.dialects import Dialect
from pytuck.schema import Table
from pytuck.types import Stored
from pytuck.types.numeric import INTEGER_MAX, INTEGER_MIN
from pytuck.types.textual import has_lone_surrogate


class Connection(ABC):
    """A connection to one database, used by one thread at a time.

    Attributes:
        path: The file, for messages.
        dialect: The SQL that it understands.
        is_broken: It had better not be used again after what happened to it.
        is_inherited: It is that of the process from which this one was forked.
    """

    path: str
    dialect: Dialect
    is_broken: bool = False
    is_inherited: bool = False

    @property
    def is_usable(self) -> bool:
        """Whether it can be lent once more.

        Raises:
            DatabaseConnectionError: Its file is no longer where it was.
        """
        return not self.is_broken

    # --- Statements ---

    @abstractmethod
    def execute(self, compiled: Compiled) -> Outcome:
        """Run a statement, once for each of its sets of parameters.

        Raises:
            PytuckException: What the database refused, with table and column where known.
        """

    @abstractmethod
    def execute_many(self, template: Template, parameters: Iterable[Sequence[Stored]]) -> None:
        """Run one write for many sets of parameters, which may be an iterator.

        Raises:
            PytuckException: What the database refused; nothing of the batch is kept then.
        """

    @abstractmethod
    def write(self, template: Template, rows: Sequence[Sequence[Stored]]) -> int:
        """Run one write for many rows inside the open transaction; return how many it changed.

        Unlike `execute_many` it leaves it to the caller to undo a batch that failed half way.

        Raises:
            PytuckException: What the database refused.
        """

    @abstractmethod
    def batches(self, compiled: Compiled, size: int) -> Generator[list[StoredRow], None, None]:
        """Give the stored rows of a question batch by batch, from a cursor that stays open.

        Closing the generator closes the cursor.

        Raises:
            PytuckException: What the database refused.
        """

    @abstractmethod
    def fetch(self, sql: str, parameters: Sequence[Stored] = ()) -> list[StoredRow]:
        """Return the stored rows of SQL that the compiler wrote.

        Raises:
            PytuckException: What the database refused.
        """

    @abstractmethod
    def run_text(
        self, sql: str, parameters: Sequence[Stored] = ()
    ) -> tuple[list[str], list[StoredRow]]:
        """Run SQL that a program wrote; return the names of the columns, and the stored rows.

        Where there are no rows, the names may be missing.

        Raises:
            PytuckException: What the database refused.
        """

    @abstractmethod
    def last_row_id(self) -> int:
        """Return the row id of the row that was inserted last."""

    @abstractmethod
    def highest_key_given(self, table: str) -> int:
        """Return the highest key a table with `autoincrement` ever gave, or 0."""

    @abstractmethod
    def note_keys_given(self, table: Table, highest: int) -> None:
        """Have a table with `autoincrement` give only keys above a number."""

    @abstractmethod
    def read_beginning(self, table: str, column: str, row_id: int, size: int) -> bytes:
        """Return the first bytes of a long text or blob without reading the rest of it.

        Raises:
            PytuckException: The row is gone.
        """

    @abstractmethod
    def schema_stamp(self) -> object:
        """Return a value that changes whenever tables themselves are changed. Cost: microseconds."""

    @contextlib.contextmanager
    def noting_statements(self) -> Iterator[list[str]]:
        """Give a list into which goes the SQL that is run in a `with` block, questions included."""
        yield []

    # --- Transactions ---

    @property
    @abstractmethod
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""

    @property
    def is_reading(self) -> bool:
        """Whether a transaction is open that has only read, and keeps to what it saw."""
        return False

    @property
    def has_outdated_itself(self) -> bool:
        """Whether this thread has committed elsewhere since this transaction began to read."""
        return False

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Have all questions inside see the same state, and refuse writes.

        Raises:
            TransactionError: A transaction is open already.
        """
        self.begin(write=False)
        try:
            yield
        finally:
            self.rollback()

    @abstractmethod
    def begin(self, *, write: bool = True) -> None:
        """Open a transaction; for writing, wait for the file's write lock.

        Raises:
            LockTimeout: Another connection kept the lock for longer than the deadline.
            TransactionError: One is open already.
        """

    @abstractmethod
    def commit(self) -> None:
        """Make the open transaction durable.

        Raises:
            PytuckException: It could not be; the transaction is rolled back then.
        """

    @abstractmethod
    def rollback(self) -> None:
        """Undo the open transaction, if there is one."""

    @abstractmethod
    def set_savepoint(self) -> int:
        """Mark a place in the open transaction to which it can go back; return its number.

        An engine without savepoints goes back in one way only: the whole transaction is lost.
        """

    @abstractmethod
    def release_savepoint(self, number: int) -> None:
        """Take over into the transaction what was done since a savepoint, inner ones included."""

    @abstractmethod
    def undo_to_savepoint(self, number: int) -> None:
        """Undo what was done since a savepoint, and end it."""

    @abstractmethod
    def deferred_foreign_keys(self) -> contextlib.AbstractContextManager[None]:
        """Check foreign keys at the end of a `with` block inside the open transaction.

        For rows that refer to one another, in whatever order they are written.

        Raises:
            ConstraintError: A row refers to one that does not exist.
        """

    @abstractmethod
    def structure_transaction(self) -> contextlib.AbstractContextManager[None]:
        """A transaction in which foreign keys are not enforced.

        For tables that are made anew, and for rows that are taken over as they are.
        """

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what is done inside, or undo it on an exception; nests as savepoints."""
        if self.in_transaction:
            with self._savepoint():
                yield
            return
        self.begin()
        try:
            yield
        except BaseException:
            self.rollback()
            raise
        self.commit()

    @contextlib.contextmanager
    def _savepoint(self) -> Iterator[None]:
        number = self.set_savepoint()
        try:
            yield
        except BaseException:
            # A full disk makes SQLite roll the whole transaction back; then nothing is left to do.
            if self.in_transaction:
                self.undo_to_savepoint(number)
            raise
        else:
            self.release_savepoint(number)

    # --- Watching and ending ---

    @abstractmethod
    def interrupt(self) -> None:
        """Make the running statement end with `CancelledError`; may be called by any thread."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""


def broken_reference(path: str, table: str | None = None) -> ConstraintError:
    """Return the error for a row that refers to one that does not exist."""
    of = f" of table '{table}'" if table else ""
    where = "" if table else f", in '{path}'"
    return ConstraintError(
        f"A row{of} would refer to a row that does not exist, or a row that others refer to "
        f"would go{where}. Add or change the other row first.",
        table_name=table,
        details={"constraint": "foreign key"},
    )


def unstorable(
    template: Template, parameters: Iterable[Sequence[object]], err: Exception
) -> ValidationError:
    """Return the error for the first parameter that the driver could not bind."""
    return why_unstorable(template, parameters) or ValidationError(
        f"A value for table '{template.table}' cannot be stored: {err}",
        table_name=template.table,
    )


def why_unstorable(
    template: Template, parameters: Iterable[Sequence[object]]
) -> ValidationError | None:
    """Return the error for the first parameter that no database can hold; None if there is none."""
    for values in parameters:
        for position, value in enumerate(values):
            reason = _reason(value)
            if reason:
                return refused_value(template, position, reason)
    return None


def refused_value(template: Template, position: int, reason: str) -> ValidationError:
    """Return the error for the parameter at a position, with its column where that is known."""
    names = template.parameter_names
    column = names[position] if position < len(names) else None
    where = f"Column '{column}' of table" if column else "A value for table"
    return ValidationError(
        f"{where} '{template.table}': {reason}", table_name=template.table, column_name=column
    )


def _reason(value: object) -> str | None:
    if isinstance(value, int) and not INTEGER_MIN <= value <= INTEGER_MAX:
        return f"{value} is outside the 64 bits from -2^63 to 2^63 - 1."
    if isinstance(value, str) and has_lone_surrogate(value):
        return f"{value!r} has a lone surrogate, which no Unicode text may have."
    if value is not None and not isinstance(value, (int, float, str, bytes)):
        return f"{value!r} of type {type(value).__name__} has no form in which it is stored."
    return None
