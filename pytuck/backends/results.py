"""What running a statement gives back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from pytuck.common.exceptions import QueryError, SerializationError, TypeConversionError
from pytuck.compiler import ResultColumn, Template
from pytuck.types import Stored

T = TypeVar("T")
StoredRow = tuple[Stored, ...]
RowReader = Callable[[list[StoredRow]], list[Any]]


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


class Result(Generic[T]):
    """The answer to a statement, complete in memory.

    Iterating gives the rows with their values in Python types.
    """

    def __init__(self, template: Template, outcome: Outcome, read: RowReader | None = None) -> None:
        self._template = template
        self._outcome = outcome
        self._read = read
        self._items: list[T] | None = None

    @property
    def columns(self) -> tuple[ResultColumn, ...]:
        """The columns of each row."""
        return self._template.columns

    def keys(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(column.name for column in self._template.columns)

    def __iter__(self) -> Iterator[T]:
        return iter(self.all())

    def all(self) -> list[T]:
        """Return every row, or every instance for a statement on one model.

        Raises:
            SerializationError: A stored value is not of its column's type.
        """
        if self._items is None:
            read = self._read or (lambda rows: read_rows(self._template, rows))
            self._items = read(self._outcome.rows)
        return self._items

    def first(self) -> T | None:
        """Return the first row, or None if there is none."""
        return next(iter(self.all()), None)

    def one(self) -> T:
        """Return the only row.

        Raises:
            QueryError: There is none, or more than one.
        """
        rows = self.all()
        if len(rows) != 1:
            raise QueryError(f"Expected one result, got {len(rows)}.")
        return rows[0]

    def one_or_none(self) -> T | None:
        """Return the only row, or None if there is none.

        Raises:
            QueryError: There is more than one.
        """
        rows = self.all()
        if len(rows) > 1:
            raise QueryError(f"Expected at most one result, got {len(rows)}.")
        return rows[0] if rows else None

    def scalars(self) -> list[Any]:
        """Return the first value of every row; instances as they are."""
        rows: list[Any] = self.all()
        return list(rows) if self._read is not None else [row[0] for row in rows]

    def scalar(self) -> Any:
        """Return the first value of the first row, or None if there is no row."""
        return next(iter(self.scalars()), None)

    def mappings(self) -> list[dict[str, Any]]:
        """Return every row as a dictionary by column name."""
        names = self.keys()
        return [
            dict(zip(names, row, strict=True))
            for row in read_rows(self._template, self._outcome.rows)
        ]

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


def read_rows(template: Template, rows: Sequence[StoredRow]) -> list[Any]:
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
    if not decoders:
        return list(rows)
    try:
        return [_decoded(row, decoders) for row in rows]
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
