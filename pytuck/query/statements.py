"""The roots: `select`, `insert`, `update`, `delete`. Immutable; each method returns a new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Protocol, TypeVar, overload, runtime_checkable

from pytuck.common.exceptions import ColumnNotFoundError, QueryError
from pytuck.query import nodes
from pytuck.query.expressions import ColumnExpression, Expression, Ordering, literal_node
from pytuck.query.nodes import ColumnRef, Node, TableRef
from pytuck.query.sources import TableSource
from pytuck.types import TYPES, Stored

T = TypeVar("T")
_INTEGER = TYPES[int]


@runtime_checkable
class HasSource(Protocol):
    """A model class: something whose rows stand in a table.

    Attributes:
        __source__: The table.
    """

    __source__: TableSource


@dataclass(frozen=True, slots=True)
class Select(Generic[T]):
    """A question to one table.

    Attributes:
        columns: What each row of the answer holds.
        source: The table; None for a select of values alone.
        where: The condition on the rows; None for all.
        limit, offset: Whole numbers as literals, so that pages share one compiled statement.
        entity: The model class whose instances the answer consists of; None for plain rows.
        load_options: How related objects are loaded along with the instances.
    """

    columns: tuple[Node, ...]
    source: TableRef | None
    where_node: Node | None = None
    order: tuple[nodes.Order, ...] = ()
    limit_node: nodes.Literal | None = None
    offset_node: nodes.Literal | None = None
    is_distinct: bool = False
    entity: Any = field(default=None, compare=False)
    table: TableSource | None = field(default=None, compare=False, repr=False)
    load_options: tuple[Any, ...] = field(default=(), compare=False, repr=False)

    def options(self, *options: Any) -> Select[T]:
        """Return the same question with related objects loaded as `options` say."""
        return replace(self, load_options=self.load_options + options)

    def where(self, *conditions: Expression[bool]) -> Select[T]:
        """Return the same question about the rows that meet all of `conditions`, too.

        A question without columns of a table, such as for `func.count()`, is about the table of
        its conditions.
        """
        where = _conjunction(self.where_node, conditions)
        source = self.source
        if source is None and where is not None:
            source = _only_source([where])
        return replace(self, where_node=where, source=source)

    filter = where

    def filter_by(self, **values: object) -> Select[T]:
        """Return the same question about the rows whose columns have these values."""
        return self.where(*(_column_named(self, name) == item for name, item in values.items()))

    def order_by(self, *keys: Expression[Any] | Ordering | str, desc: bool = False) -> Select[T]:
        """Return the same rows in this order; earlier calls sort first.

        Args:
            keys: Columns, `column.asc()`, `column.desc()`, or names of columns.
            desc: Sort downwards by the keys that say nothing themselves.
        """
        order = tuple(self._order(key, desc) for key in keys)
        return replace(self, order=self.order + order)

    def limit(self, count: int | None) -> Select[T]:
        """Return at most `count` rows; None lifts the limit."""
        return replace(self, limit_node=_row_count(count, "limit"))

    def offset(self, count: int | None) -> Select[T]:
        """Leave out the first `count` rows."""
        return replace(self, offset_node=_row_count(count, "offset"))

    def distinct(self) -> Select[T]:
        """Return each different row once."""
        return replace(self, is_distinct=True)

    def _order(self, key: Expression[Any] | Ordering | str, desc: bool) -> nodes.Order:
        if isinstance(key, Ordering):
            return key.node
        column = _column_named(self, key) if isinstance(key, str) else key
        return nodes.Order(column.node, is_descending=desc)


@dataclass(frozen=True, slots=True)
class Insert(Generic[T]):
    """New rows for one table.

    Attributes:
        columns: Which columns get a value; the others get their default.
        rows: The values as they are stored, one tuple a row, in the order of `columns`.
        returning: What to give back for each new row.
    """

    target: TableRef
    columns: tuple[ColumnRef, ...] = ()
    rows: tuple[tuple[Stored, ...], ...] = ()
    returning_nodes: tuple[Node, ...] = ()
    entity: Any = field(default=None, compare=False)
    table: TableSource | None = field(default=None, compare=False, repr=False)

    def values(self, mapping: Mapping[str, object] | None = None, /, **values: object) -> Insert[T]:
        """Return the statement with one more row, given by column names.

        Raises:
            ColumnNotFoundError: The table has no such column.
            TypeConversionError: A value does not fit its column.
        """
        return self.values_list([{**(mapping or {}), **values}])

    def values_list(self, rows: Iterable[Mapping[str, object]]) -> Insert[T]:
        """Return the statement with more rows; all rows give the same columns."""
        columns = self.columns
        added: list[tuple[Stored, ...]] = []
        for row in rows:
            if not columns and not self.rows and not added:
                columns = tuple(_target_column(self, name) for name in row)
            added.append(self._row(columns, row))
        return replace(self, columns=columns, rows=self.rows + tuple(added))

    def _row(self, columns: tuple[ColumnRef, ...], row: Mapping[str, object]) -> tuple[Stored, ...]:
        given = {_target_column(self, name).name: value for name, value in row.items()}
        if set(given) != {column.name for column in columns}:
            raise QueryError(
                f"All rows of one insert into '{self.target.name}' must give the same columns; "
                f"one gives {sorted(given)}, another {sorted(c.name for c in columns)}."
            )
        return tuple(_stored(given[column.name], column) for column in columns)

    def returning(self, *columns: Expression[Any]) -> Insert[T]:
        """Return the statement that gives these values of each new row back."""
        return replace(self, returning_nodes=tuple(column.node for column in columns))


@dataclass(frozen=True, slots=True)
class Update(Generic[T]):
    """New values for the rows of one table that meet a condition."""

    target: TableRef
    assignments: tuple[tuple[ColumnRef, Node], ...] = ()
    where_node: Node | None = None
    returning_nodes: tuple[Node, ...] = ()
    entity: Any = field(default=None, compare=False)
    table: TableSource | None = field(default=None, compare=False, repr=False)

    def where(self, *conditions: Expression[bool]) -> Update[T]:
        """Return the statement for the rows that meet all of `conditions`, too."""
        return replace(self, where_node=_conjunction(self.where_node, conditions))

    filter = where

    def values(self, mapping: Mapping[str, object] | None = None, /, **values: object) -> Update[T]:
        """Return the statement that sets these columns, too; a value may be an expression.

        Raises:
            ColumnNotFoundError: The table has no such column.
            TypeConversionError: A value does not fit its column.
        """
        added = []
        for name, value in {**(mapping or {}), **values}.items():
            column = _target_column(self, name)
            added.append((column, _assigned(value, column)))
        return replace(self, assignments=self.assignments + tuple(added))

    def returning(self, *columns: Expression[Any]) -> Update[T]:
        """Return the statement that gives these values of each changed row back."""
        return replace(self, returning_nodes=tuple(column.node for column in columns))


@dataclass(frozen=True, slots=True)
class Delete(Generic[T]):
    """The end of the rows of one table that meet a condition."""

    target: TableRef
    where_node: Node | None = None
    returning_nodes: tuple[Node, ...] = ()
    entity: Any = field(default=None, compare=False)
    table: TableSource | None = field(default=None, compare=False, repr=False)

    def where(self, *conditions: Expression[bool]) -> Delete[T]:
        """Return the statement for the rows that meet all of `conditions`, too."""
        return replace(self, where_node=_conjunction(self.where_node, conditions))

    filter = where

    def returning(self, *columns: Expression[Any]) -> Delete[T]:
        """Return the statement that gives these values of each deleted row back."""
        return replace(self, returning_nodes=tuple(column.node for column in columns))


Statement = Select[Any] | Insert[Any] | Update[Any] | Delete[Any]
"""What an engine runs: one of the four roots."""


@overload
def select(entity: type[T], /) -> Select[T]: ...
@overload
def select(*columns: Expression[Any] | TableSource) -> Select[Any]: ...
def select(*entities: Any) -> Select[Any]:
    """Return a question: of a model class, of a table, or of some of its columns.

    Raises:
        QueryError: The columns belong to several tables, or there are none.
    """
    if len(entities) == 1 and not isinstance(entities[0], Expression):
        source, entity = _source_of(entities[0])
        return Select(source.column_nodes, source.node, entity=entity, table=source)
    if not entities:
        raise QueryError("select() needs a model, a table or at least one column.")
    columns = tuple(_column_node(entity) for entity in entities)
    table = next((item.table for item in entities if isinstance(item, ColumnExpression)), None)
    return Select(columns, _only_source(columns), table=table)


def insert(target: type[T] | TableSource) -> Insert[T]:
    """Return a statement that adds rows to a model's table or to a table."""
    source, entity = _source_of(target)
    return Insert(source.node, entity=entity, table=source)


def update(target: type[T] | TableSource) -> Update[T]:
    """Return a statement that changes rows of a model's table or of a table."""
    source, entity = _source_of(target)
    return Update(source.node, entity=entity, table=source)


def delete(target: type[T] | TableSource) -> Delete[T]:
    """Return a statement that deletes rows of a model's table or of a table."""
    source, entity = _source_of(target)
    return Delete(source.node, entity=entity, table=source)


def count_of(statement: Select[Any]) -> Select[Any]:
    """Return the question how many rows `statement` has, its limit and order left aside."""
    if statement.is_distinct:
        raise QueryError("The rows of a distinct select cannot be counted this way.")
    count = nodes.Labelled(nodes.Function("count", (), _INTEGER), "count")
    return Select((count,), statement.source, statement.where_node, table=statement.table)


def _source_of(target: object) -> tuple[TableSource, Any]:
    if isinstance(target, TableSource):
        return target, None
    source = getattr(target, "__source__", None)
    if isinstance(source, TableSource):
        return source, target
    raise QueryError(
        f"{target!r} is neither a model class nor a table. "
        "A model needs __tablename__ and a base from declarative_base()."
    )


def _column_node(entity: object) -> Node:
    if isinstance(entity, Expression):
        return entity.node
    raise QueryError(f"{entity!r} is not a column or expression.")


def _only_source(items: Iterable[Node]) -> TableRef | None:
    names = sorted({name for item in items for name in _sources(item)})
    if len(names) > 1:
        raise QueryError(f"The columns belong to several tables: {', '.join(names)}.")
    return TableRef(names[0]) if names else None


def _sources(node: Node) -> set[str]:
    """Return the names of the tables that an expression reads."""
    if isinstance(node, (nodes.ColumnRef, nodes.RowIdRef)):
        return {node.source}
    found: set[str] = set()
    for name in node.__match_args__:
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Node):
                found |= _sources(item)
    return found


def _column_named(statement: Any, name: str) -> Expression[Any]:
    """Return a column of the statement's table, by its name or by that of a model's attribute."""
    table: TableSource | None = statement.table
    if table is None:
        raise QueryError("Columns can be named only in a statement on one table or model.")
    return table.c[table.attributes.get(name, name)]


def _target_column(statement: Any, name: str) -> ColumnRef:
    if statement.table is None:
        raise ColumnNotFoundError(statement.target.name, name)
    node = _column_named(statement, name).node
    assert isinstance(node, ColumnRef)
    return node


def _stored(value: object, column: ColumnRef) -> Stored:
    if value is None:
        return None
    return Expression(column, column.type)._literal(value).stored


def _assigned(value: object, column: ColumnRef) -> Node:
    if isinstance(value, Expression):
        return value.node
    return nodes.Literal(_stored(value, column), column.type)


def _conjunction(where: Node | None, conditions: tuple[Expression[bool], ...]) -> Node | None:
    items: list[Node] = [] if where is None else [where]
    items.extend(_condition_node(condition) for condition in conditions)
    flat: list[Node] = []
    for item in items:
        flat.extend(item.items if isinstance(item, nodes.And) else (item,))
    if not flat:
        return where
    return flat[0] if len(flat) == 1 else nodes.And(tuple(flat))


def _condition_node(condition: object) -> Node:
    if not isinstance(condition, Expression):
        raise QueryError(
            f"{condition!r} is not a condition. Compare a column with a value, "
            "as in User.age >= 18."
        )
    return condition.node


def _row_count(count: int | None, what: str) -> nodes.Literal | None:
    if count is None:
        return None
    if type(count) is not int or count < 0:
        raise QueryError(f"The {what} must be a whole number of rows from 0, not {count!r}.")
    return literal_node(count, _INTEGER)
