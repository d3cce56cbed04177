"""What running a statement gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar

from pytuck.backends.rows import Items, Rows
from pytuck.common.exceptions import SerializationError, TypeConversionError
from pytuck.compiler import ResultColumn, Template
from pytuck.query.names import unique_names
from pytuck.types import Stored

T = TypeVar("T")
StoredRow = tuple[Stored, ...]
RowReader = Callable[[list[StoredRow]], list[Any]]
"""Makes the rows or objects of an answer of its stored rows."""


class Outcome(NamedTuple):
    """What one run of a statement left behind.

    Attributes:
        rows: The rows as they are stored.
        row_count: How many rows a write changed; for a question, how many it gave.
        last_row_id: The row id of the last inserted row, 0 if there was none.
    """

    rows: list[StoredRow]
    row_count: int
    last_row_id: int


class SqlAnswer(NamedTuple):
    """The answer to SQL that a program wrote.

    Attributes:
        names: The names of the columns; none where there are no rows.
        rows: The rows as they are stored.
    """

    names: list[str]
    rows: list[StoredRow]


class Result(Generic[T]):
    """The answer to a statement, complete in memory.

    Iterating gives the rows with their values in Python types.
    """

    def __init__(self, template: Template, outcome: Outcome, read: RowReader | None = None) -> None:
        self._template = template
        self._outcome = outcome
        self._read = read

    @property
    def columns(self) -> tuple[ResultColumn, ...]:
        """The columns of each row."""
        return self._template.columns

    def keys(self) -> tuple[str, ...]:
        """Return the names of the values in each row; of the columns if the rows are instances."""
        if self._read is not None and isinstance(self._all, Rows):
            return tuple(unique_names(self._all.names))
        return tuple(unique_names(column.name for column in self._template.columns))

    def __iter__(self) -> Iterator[T]:
        return iter(self.all())

    def all(self) -> list[T]:
        """Return every row, or every instance for a statement on one model.

        Rows are tuples whose values are attributes, too: `row.name`.

        Raises:
            SerializationError: A stored value is not of its column's type.
        """
        return self._all

    def first(self) -> T | None:
        """Return the first row, or None if there is none."""
        return self._all.first()

    def one(self) -> T:
        """Return the only row.

        Raises:
            QueryError: There is none, or more than one.
        """
        return self._all.one()

    def one_or_none(self) -> T | None:
        """Return the only row, or None if there is none.

        Raises:
            QueryError: There is more than one.
        """
        return self._all.one_or_none()

    def unique(self) -> Items[T]:
        """Return the different rows, each at its first place."""
        return self._all.unique()

    def scalars(self) -> Items[Any]:
        """Return the first value of every row; instances as they are."""
        rows: Items[Any] = self._all
        return Items(map(itemgetter(0), rows.plain())) if isinstance(rows, Rows) else rows

    def scalar(self) -> Any:
        """Return the first value of the first row, or None if there is no row."""
        return self.scalars().first()

    def scalar_one(self) -> Any:
        """Return the first value of the only row.

        Raises:
            QueryError: There is no row, or more than one.
        """
        return self.scalars().one()

    def scalar_one_or_none(self) -> Any:
        """Return the first value of the only row, or None if there is no row.

        Raises:
            QueryError: There is more than one row.
        """
        return self.scalars().one_or_none()

    def mappings(self) -> Items[dict[str, Any]]:
        """Return every row as a dictionary by name; the columns if the rows are instances."""
        if isinstance(self._all, Rows):
            return Items(row._mapping for row in self._all)
        names = self.keys()
        rows = read_rows(self._template, self._outcome.rows)
        return Items(dict(zip(names, row, strict=True)) for row in rows.plain())

    @cached_property
    def _all(self) -> Items[T]:
        read = self._read or partial(read_rows, self._template)
        found = read(self._outcome.rows)
        return found if isinstance(found, Items) else Items(found)

    def raw(self) -> list[StoredRow]:
        """Return every row as it is stored, nothing converted."""
        return self._outcome.rows

    def rowcount(self) -> int:
        """Return how many rows were given, or changed by a write."""
        return self._outcome.row_count


class CursorResult(Result[T]):
    """The answer to an insert, update or delete."""

    def __init__(
        self,
        template: Template,
        outcome: Outcome,
        read: RowReader | None = None,
        *,
        inserted_key: object = None,
    ) -> None:
        super().__init__(template, outcome, read)
        self._inserted_key = inserted_key

    @property
    def inserted_primary_key(self) -> Any:
        """The primary key of the last row that was inserted; None for other statements."""
        return self._inserted_key


def read_rows(template: Template, rows: Sequence[StoredRow]) -> Rows:
    """Return stored rows as rows of Python values.

    Raises:
        SerializationError: A stored value is not of its column's type; the message names the
            table, the column and the value.
    """
    decoders = [
        (position, column.type.decode)
        for position, column in enumerate(template.columns)
        if column.type.decode is not None
    ]
    names = tuple([column.name for column in template.columns])
    if not decoders:
        return Rows(rows, names)
    try:
        return Rows([_decoded(row, decoders) for row in rows], names)
    except (TypeError, ValueError, KeyError, ArithmeticError, RecursionError) as err:
        raise undecodable(template, rows) from err


def _decoded(row: StoredRow, decoders: list[tuple[int, Callable[[Any], Any]]]) -> tuple[Any, ...]:
    values = list(row)
    for position, decode in decoders:
        stored = values[position]
        if stored is not None:
            values[position] = decode(stored)
    return tuple(values)


def undecodable(template: Template, rows: Sequence[StoredRow]) -> SerializationError:
    """Return the error for the first stored value of `rows` that its column cannot read."""
    for number, row in enumerate(rows, 1):
        for column, stored in zip(template.columns, row, strict=True):
            try:
                column.type.from_storage(stored)
            except TypeConversionError as err:
                return SerializationError(
                    f"Row {number} of the answer from table '{template.table}', column "
                    f"'{column.name}': {err.message} Correct it in the file, or read the "
                    "column as it is stored.",
                    table_name=template.table,
                    column_name=column.name,
                )
    return SerializationError(f"A row of table '{template.table}' cannot be read.")
