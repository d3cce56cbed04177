"""`Insert`, `Update`, `Delete`. Immutable; each method returns a new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pytuck.common.exceptions import ColumnNotFoundError, QueryError, TypeConversionError
from pytuck.query import nodes
from pytuck.query.changes import changed
from pytuck.query.expressions import ColumnExpression, Expression, scalar_of
from pytuck.query.joins import source_of
from pytuck.query.node_sources import mentioned
from pytuck.query.nodes import ColumnRef, Node, SourceNode, TableRef
from pytuck.query.selects import Select, Selected, conjunction
from pytuck.query.sources import Columns, TableSource
from pytuck.types import Stored

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Insert(Generic[T]):
    """New rows for one table.

    Attributes:
        columns: Which columns get a value; the others get their default.
        rows: The values as they are stored, one tuple a row, in the order of `columns`.
        returning_nodes: What to give back for each new row.
        question: Where the rows come from instead of `rows`.
        conflict: What to do with rows whose key exists; None to refuse them.
        entities: What the parts of the rows given back are: a model, or None for a column.
    """

    target: TableRef
    columns: tuple[ColumnRef, ...] = ()
    rows: tuple[tuple[Stored, ...], ...] = ()
    returning_nodes: tuple[Node, ...] = ()
    entity: Any = field(default=None, compare=False)
    table: TableSource | None = field(default=None, compare=False, repr=False)
    question: nodes.Question | None = None
    conflict: nodes.Conflict | None = None
    entities: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    compiled: Any = field(default=None, init=False, compare=False, repr=False)

    @property
    def excluded(self) -> Columns:
        """The values of the row that could not be inserted, for `on_conflict_do_update`."""
        table = _table_of(self)
        refs = [ColumnRef("excluded", node.name, node.type) for node in table.column_nodes]
        columns: dict[str, Expression[Any]] = {
            ref.name: ColumnExpression(ref, table) for ref in refs
        }
        for attribute, name in table.attributes.items():
            columns.setdefault(attribute, columns[name])
        return Columns("excluded", columns)

    def values(self, mapping: Any = None, /, **values: object) -> Insert[T]:
        """Return the statement with one more row, given by column names, or a list of rows.

        A value may be an expression if it is the only row.

        Raises:
            ColumnNotFoundError: The table has no such column.
            TypeConversionError: A value does not fit its column.
        """
        if isinstance(mapping, (list, tuple)):
            return self.values_list(mapping)
        row = {**(mapping or {}), **values}
        if any(isinstance(value, (Expression, nodes.Question)) for value in row.values()):
            return self._calculated(row)
        return self.values_list([row])

    def values_list(self, rows: Iterable[Mapping[str, object]]) -> Insert[T]:
        """Return the statement with more rows; all rows give the same columns."""
        columns = self.columns
        added: list[tuple[Stored, ...]] = []
        for row in rows:
            if not columns and not self.rows and not added:
                columns = tuple(_target_column(self, name) for name in row)
            added.append(self._row(columns, row))
        return changed(self, columns=columns, rows=self.rows + tuple(added))

    def from_select(
        self, columns: Sequence[str | Expression[Any]], question: nodes.Question
    ) -> Insert[T]:
        """Return the statement that inserts the rows of a question.

        Args:
            columns: The columns that get the values of each row, by name or as columns.

        Raises:
            QueryError: The question has another number of columns.
        """
        names = tuple(_target_column(self, column) for column in columns)
        if len(names) != len(question.columns):
            raise QueryError(
                f"The insert into '{self.target.name}' names {len(names)} columns, the question "
                f"has {len(question.columns)}."
            )
        return changed(self, columns=names, rows=(), question=question)

    def on_conflict_do_nothing(
        self, index_elements: Iterable[str | Expression[Any]] | None = None
    ) -> Insert[T]:
        """Return the statement that leaves rows out whose key exists already.

        Args:
            index_elements: The columns of the key; None for any key.
        """
        columns = tuple(_target_column(self, item).name for item in index_elements or ())
        return changed(self, conflict=nodes.Conflict(columns))

    def on_conflict_do_update(
        self,
        index_elements: Iterable[str | Expression[Any]] | None = None,
        set_: Mapping[str, object] | None = None,
        where: Expression[bool] | None = None,
    ) -> Insert[T]:
        """Return the statement that changes rows whose key exists already.

        Args:
            index_elements: The columns of the key; the primary key if not given.
            set_: New values by column; `statement.excluded.name` is the value not inserted. If
                not given, every other column that the insert names gets the new value.
            where: Which existing rows are changed; the others stay as they are.

        Raises:
            QueryError: There is no key, or nothing to set.
        """
        keys = list(index_elements or _table_of(self).schema.primary_key)
        columns = tuple(_target_column(self, item).name for item in keys)
        excluded = self.excluded
        given: Mapping[str, object] = set_ or {
            column.name: excluded[column.name]
            for column in self.columns
            if column.name not in columns
        }
        if not columns or not given:
            raise QueryError(
                f"An update on conflict in '{self.target.name}' needs the columns of a key and "
                "at least one column to set."
            )
        assigned = tuple(nodes.Assignment(*_assignment(self, *item)) for item in given.items())
        condition = None if where is None else where.node
        return changed(self, conflict=nodes.Conflict(columns, assigned, condition))

    def returning(self, *columns: Any) -> Insert[T]:
        """Return the statement that gives these values (or the model) of each new row back."""
        return changed(self, **_returned(columns))

    def _row(self, columns: tuple[ColumnRef, ...], row: Mapping[str, object]) -> tuple[Stored, ...]:
        given = {_target_column(self, name).name: value for name, value in row.items()}
        if set(given) != {column.name for column in columns}:
            raise QueryError(
                f"All rows of one insert into '{self.target.name}' must give the same columns; "
                f"one gives {sorted(given)}, another {sorted(c.name for c in columns)}."
            )
        return tuple(_stored(given[column.name], column) for column in columns)

    def _calculated(self, row: Mapping[str, object]) -> Insert[T]:
        if self.rows or self.question is not None:
            raise QueryError("An insert of several rows takes plain values, not expressions.")
        pairs = [_assignment(self, name, value) for name, value in row.items()]
        question: Select[Any] = Select(tuple(value for _, value in pairs), None)
        return changed(self, columns=tuple(column for column, _ in pairs), question=question)


@dataclass(frozen=True, slots=True)
class Update(Generic[T]):
    """New values for the rows of one table that meet a condition.

    Attributes:
        extra: Subqueries that the condition or the values speak of.
    """

    target: TableRef
    assignments: tuple[tuple[ColumnRef, Node], ...] = ()
    where_node: Node | None = None
    returning_nodes: tuple[Node, ...] = ()
    entity: Any = field(default=None, compare=False)
    table: TableSource | None = field(default=None, compare=False, repr=False)
    entities: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    extra: tuple[SourceNode, ...] = ()
    compiled: Any = field(default=None, init=False, compare=False, repr=False)

    def where(self, *conditions: Expression[bool]) -> Update[T]:
        """Return the statement for the rows that meet all of `conditions`, too.

        Tables that the conditions speak of are read beside the one that is changed.
        """
        where = conjunction(self.where_node, conditions)
        return changed(self, where_node=where, extra=_extra(self, [where]))

    filter = where

    def filter_by(self, **values: object) -> Update[T]:
        """Return the statement for the rows whose columns have these values."""
        return self.where(*_equalities(self, values))

    def values(self, mapping: Mapping[str, object] | None = None, /, **values: object) -> Update[T]:
        """Return the statement that sets these columns, too; a value may be an expression.

        Raises:
            ColumnNotFoundError: The table has no such column.
            TypeConversionError: A value does not fit its column.
        """
        given = {**(mapping or {}), **values}
        added = tuple(_assignment(self, name, value) for name, value in given.items())
        names = {column.name for column, _ in added}
        kept = tuple(pair for pair in self.assignments if pair[0].name not in names)
        extra = _extra(self, [value for _, value in added])
        return changed(self, assignments=kept + added, extra=extra)

    def returning(self, *columns: Any) -> Update[T]:
        """Return the statement that gives these values (or the model) of each changed row back."""
        return changed(self, **_returned(columns))


@dataclass(frozen=True, slots=True)
class Delete(Generic[T]):
    """The end of the rows of one table that meet a condition.

    Attributes:
        extra: Subqueries that the condition speaks of.
    """

    target: TableRef
    where_node: Node | None = None
    returning_nodes: tuple[Node, ...] = ()
    entity: Any = field(default=None, compare=False)
    table: TableSource | None = field(default=None, compare=False, repr=False)
    entities: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    extra: tuple[SourceNode, ...] = ()
    compiled: Any = field(default=None, init=False, compare=False, repr=False)

    def where(self, *conditions: Expression[bool]) -> Delete[T]:
        """Return the statement for the rows that meet all of `conditions`, too.

        Tables that the conditions speak of are read beside the one whose rows go.
        """
        where = conjunction(self.where_node, conditions)
        return changed(self, where_node=where, extra=_extra(self, [where]))

    filter = where

    def filter_by(self, **values: object) -> Delete[T]:
        """Return the statement for the rows whose columns have these values."""
        return self.where(*_equalities(self, values))

    def returning(self, *columns: Any) -> Delete[T]:
        """Return the statement that gives these values (or the model) of each deleted row back."""
        return changed(self, **_returned(columns))


def insert(target: type[T] | TableSource) -> Insert[T]:
    """Return a statement that adds rows to a model's table or to a table."""
    source, entity = _target_of(target)
    return Insert(source.node, entity=entity, table=source)


def update(target: type[T] | TableSource) -> Update[T]:
    """Return a statement that changes rows of a model's table or of a table."""
    source, entity = _target_of(target)
    return Update(source.node, entity=entity, table=source)


def delete(target: type[T] | TableSource) -> Delete[T]:
    """Return a statement that deletes rows of a model's table or of a table."""
    source, entity = _target_of(target)
    return Delete(source.node, entity=entity, table=source)


def _target_of(target: object) -> tuple[TableSource, Any]:
    source, entity = source_of(target)
    if not isinstance(source, TableSource) or source.node.alias is not None:
        raise QueryError(f"{target!r} cannot be written to; give a model class or a table.")
    return source, entity


def _extra(
    statement: Update[Any] | Delete[Any], items: Sequence[Node | None]
) -> tuple[SourceNode, ...]:
    """Return the subqueries that a write reads, with those that `items` speak of."""
    known = {source.label for source in statement.extra}
    return statement.extra + tuple(
        source
        for label, source in mentioned(items).items()
        if label not in known and not isinstance(source, TableRef)
    )


def _table_of(statement: Any) -> TableSource:
    table: TableSource | None = statement.table
    if table is None:
        raise QueryError("Columns can be named only in a statement on one table or model.")
    return table


def _target_column(statement: Any, name: str | Expression[Any]) -> ColumnRef:
    if isinstance(name, Expression):
        if isinstance(name.node, ColumnRef):
            return name.node
        raise QueryError(f"{name!r} is no column of '{statement.target.name}'.")
    if statement.table is None:
        raise ColumnNotFoundError(statement.target.name, name)
    node = _table_of(statement).column_named(name).node
    assert isinstance(node, ColumnRef)
    return node


def _equalities(statement: Any, values: Mapping[str, object]) -> list[Expression[bool]]:
    table = _table_of(statement)
    return [table.column_named(name) == value for name, value in values.items()]


def _assignment(statement: Any, name: Any, value: object) -> tuple[ColumnRef, Node]:
    column = _target_column(statement, name)
    if isinstance(value, nodes.Question):
        value = scalar_of(value)
    if isinstance(value, Expression):
        return column, value.node
    return column, nodes.Literal(_stored(value, column), column.type)


def _stored(value: object, column: ColumnRef) -> Stored:
    try:
        return None if value is None else column.type.to_storage(column.type.convert(value))
    except TypeConversionError as err:
        raise TypeConversionError(
            f"Column '{column.source}.{column.name}': {err.message}",
            value=value,
            target_type=column.type.python_type,
            table_name=column.source,
            column_name=column.name,
        ) from err


def _returned(columns: tuple[Any, ...]) -> dict[str, Any]:
    parts = Selected(columns)
    single = () if parts.own_entity is None else (parts.own_entity,)
    return {"returning_nodes": parts.columns, "entities": parts.entities or single}
