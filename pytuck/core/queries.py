"""`session.query(...)`: a question that is built and asked in one breath."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Generic, Protocol, Self, TypeVar

from pytuck.backends import Items, Result
from pytuck.common.exceptions import QueryError
from pytuck.query import (
    Compound,
    Condition,
    Delete,
    Expression,
    Ordering,
    Select,
    Subquery,
    Update,
    count_of,
    delete,
    literal,
    nodes,
    select,
    tuple_,
    update,
)

if TYPE_CHECKING:
    from pytuck.core.streaming import Stream

T = TypeVar("T")


class Asks(Protocol):
    """Who runs the statements of a query: a session."""

    def execute(self, statement: Any) -> Any:
        """Run a statement and return its result."""

    def get(self, model: type[Any], pk: object) -> Any:
        """Return the object with this primary key, or None."""

    def stream(self, statement: Any) -> Stream[Any]:
        """Return the answer to a question to be read batch by batch."""


class Query(Generic[T]):
    """A question about models and columns, asked through a session.

    Each method that narrows or changes it returns a new one. It is a thin cover of `select`:
    what it asks is its `statement`.

    Attributes:
        statement: The question as it stands.
    """

    def __init__(self, session: Asks, statement: Select[T] | Compound[T]) -> None:
        self._session = session
        self.statement = statement

    @property
    def __question__(self) -> Select[T] | Compound[T]:
        """The question, where the query stands in another one: `User.id.in_(query)`."""
        return self.statement

    def __repr__(self) -> str:
        return f"<Query {self.statement!r}>"

    # --- Which rows ---

    def filter(self, *conditions: Expression[bool]) -> Self:
        """Return the query for the rows that meet all of `conditions`, too."""
        return self._with(self._select.where(*conditions))

    def where(self, *conditions: Expression[bool]) -> Self:
        """Return the query for the rows that meet all of `conditions`, too."""
        return self.filter(*conditions)

    def filter_by(self, **values: object) -> Self:
        """Return the query for the rows whose columns have these values.

        Raises:
            ColumnNotFoundError: There is no such column.
        """
        return self._with(self._select.filter_by(**values))

    def join(
        self,
        target: Any,
        on: Any = None,
        *,
        isouter: bool = False,
        full: bool = False,
        kind: nodes.JoinKind | None = None,
    ) -> Self:
        """Return the query joined with another table; see `Select.join`."""
        return self._with(self._select.join(target, on, isouter=isouter, full=full, kind=kind))

    def outerjoin(self, target: Any, on: Any = None, *, full: bool = False) -> Self:
        """Return the query joined with another table where that has rows."""
        return self._with(self._select.outerjoin(target, on, full=full))

    def select_from(self, *targets: Any) -> Self:
        """Return the query asked of these tables first of all."""
        return self._with(self._select.select_from(*targets))

    def group_by(self, *keys: Expression[Any] | str) -> Self:
        """Return the query with one row for each different combination of these values."""
        return self._with(self._select.group_by(*keys))

    def having(self, *conditions: Expression[bool]) -> Self:
        """Return the query for the groups that meet all of `conditions`, too."""
        return self._with(self._select.having(*conditions))

    def distinct(self) -> Self:
        """Return the query that gives each different row once."""
        return self._with(self._select.distinct())

    # --- In which order, how many ---

    def order_by(self, *keys: Expression[Any] | Ordering | str | None, desc: bool = False) -> Self:
        """Return the query whose rows come in this order; earlier calls sort first."""
        return self._with(self.statement.order_by(*keys, desc=desc))

    def limit(self, n: int | None) -> Self:
        """Return the query for at most `n` rows."""
        return self._with(self.statement.limit(n))

    def offset(self, n: int | None) -> Self:
        """Return the query without its first `n` rows."""
        return self._with(self.statement.offset(n))

    def __getitem__(self, rows: slice) -> list[T]:
        """Return the rows from one position to another, of those it has: `query[20:40]`.

        Raises:
            QueryError: The positions are counted from the end, or by steps.
        """
        if not isinstance(rows, slice):
            raise QueryError("A query gives a range of rows: query[20:40]; one row by first().")
        start, stop = rows.start or 0, rows.stop
        if start < 0 or (stop is not None and stop < start) or rows.step not in (None, 1):
            raise QueryError("A range of rows begins at 0 or later and goes forward by one.")
        return self._with(_cut(self.statement, start, stop)).all()

    # --- What ---

    def options(self, *options: Any) -> Self:
        """Return the query with related objects loaded as `options` say."""
        return self._with(self._select.options(*options))

    def with_entities(self, *entities: Any) -> Query[Any]:
        """Return the query for other columns of the same rows."""
        return Query(self._session, self._select.with_only_columns(*entities))

    def union(self, *others: Query[T]) -> Query[T]:
        """Return the query for the rows of this and other queries, each different row once."""
        return Query(self._session, self.statement.union(*(item.statement for item in others)))

    def union_all(self, *others: Query[T]) -> Query[T]:
        """Return the query for the rows of this and other queries."""
        return Query(self._session, self.statement.union_all(*(item.statement for item in others)))

    def subquery(self, name: str | None = None) -> Subquery:
        """Return the answer as a table to select from."""
        return self.statement.subquery(name)

    def scalar_subquery(self) -> Expression[Any]:
        """Return the first value of the answer, for use in an expression."""
        return self.statement.scalar_subquery()

    # --- The answer ---

    def execute(self) -> Result[T]:
        """Ask, and return the whole result."""
        result: Result[T] = self._session.execute(self.statement)
        return result

    def all(self) -> list[T]:
        """Return every row: instances of a single model, tuples for everything else."""
        return self.execute().all()

    def __iter__(self) -> Iterator[T]:
        return iter(self.all())

    def first(self) -> T | None:
        """Return the first row, or None if there is none."""
        return self._with(_cut(self.statement, 0, 1)).execute().first()

    def one(self) -> T:
        """Return the only row.

        Raises:
            QueryError: There is none, or more than one.
        """
        return self.execute().one()

    def one_or_none(self) -> T | None:
        """Return the only row, or None if there is none.

        Raises:
            QueryError: There is more than one.
        """
        return self.execute().one_or_none()

    def get(self, pk: object) -> T | None:
        """Return the object with this primary key, or None if there is none.

        Raises:
            QueryError: The query is not for one model alone, or has conditions already.
        """
        entity = self.statement.entity
        if entity is None or self.statement != select(entity):
            raise QueryError("get() asks for an object by its key alone: query(User).get(1).")
        found: T | None = self._session.get(entity, pk)
        return found

    def scalar(self) -> Any:
        """Return the first value of the first row, or None if there is no row."""
        return self._with(_cut(self.statement, 0, 1)).execute().scalar()

    def scalars(self) -> Items[Any]:
        """Return the first value of every row."""
        return self.execute().scalars()

    def count(self) -> int:
        """Return how many rows the query has."""
        return int(self._session.execute(count_of(self.statement)).scalar())

    def exists(self) -> Condition:
        """Return the condition that the query has a row, for use in another one."""
        return self.statement.exists()

    def any(self) -> bool:
        """Return whether the query has a row."""
        return bool(self._session.execute(select(literal(1)).where(self.exists())).all())

    def stream(self) -> Stream[T]:
        """Return the answer to be read batch by batch, in little memory."""
        return self._session.stream(self.statement)

    def yield_per(self, count: int) -> Iterator[T]:
        """Iterate over the answer, `count` rows being in memory at a time."""
        return iter(self.stream().yield_per(count))

    # --- Writes ---

    def update(self, values: Mapping[Any, object], synchronize_session: object = None) -> int:
        """Set columns of all rows of the query, and return how many rows those are.

        The conditions may be about tables that are joined; the rows of the model change.

        Args:
            values: New values by attribute, column name or column.
            synchronize_session: SQLAlchemy's word; here loaded objects follow in any case.

        Raises:
            QueryError: The query is not for one model, or is grouped, sorted or cut.
        """
        statement = update(self._only_model()).values({**values})
        narrowed: Update[Any] = _narrowed(statement, self._select)
        return int(self._session.execute(narrowed).rowcount())

    def delete(self, synchronize_session: object = None) -> int:
        """Delete all rows of the query, and return how many those were.

        The conditions may be about tables that are joined; the rows of the model go.

        Args:
            synchronize_session: SQLAlchemy's word; here loaded objects follow in any case.

        Raises:
            QueryError: The query is not for one model, or is grouped, sorted or cut.
        """
        narrowed: Delete[Any] = _narrowed(delete(self._only_model()), self._select)
        return int(self._session.execute(narrowed).rowcount())

    # --- How it is done ---

    @property
    def _select(self) -> Select[T]:
        if not isinstance(self.statement, Select):
            raise QueryError(
                "The rows of a union can only be sorted and cut. Narrow its parts, or select from "
                "its subquery()."
            )
        return self.statement

    def _with(self, statement: Any) -> Self:
        return type(self)(self._session, statement)

    def _only_model(self) -> Any:
        entity = self.statement.entity
        plain = select(entity) if entity is not None else None
        question = replace(self._select, where_node=None)
        if plain is None or replace(question, source=plain.source) != plain:
            raise QueryError(
                "Only the rows of one model that meet conditions can be updated or deleted; this "
                "query has more: columns, groups, an order or a limit. Select the keys of the "
                "rows instead: delete(User).where(User.id.in_(select(User.id)...))."
            )
        return entity


def _narrowed(statement: Any, question: Select[Any]) -> Any:
    """Return an update or a delete of the rows that a question is about."""
    if isinstance(question.source, nodes.Join):
        table = statement.table
        keys = [table.c[name] for name in table.schema.primary_key] or [table.rowid]
        key = keys[0] if len(keys) == 1 else tuple_(*keys)
        return statement.where(key.in_(question.with_only_columns(*keys)))
    if question.where_node is None:
        return statement
    return statement.where(Condition(question.where_node))


def _cut(statement: Any, start: int, stop: int | None) -> Any:
    """Return the question for the rows from one position to another of those it has."""
    offset, limit = statement.offset_node, statement.limit_node
    counts = [] if limit is None else [max(limit.stored - start, 0)]
    counts += [] if stop is None else [stop - start]
    first = start + (0 if offset is None else offset.stored)
    cut = statement.offset(first) if first else statement
    return cut.limit(min(counts)) if counts else cut
