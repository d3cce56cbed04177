"""`Select`: a question to one or several tables. Immutable; each method returns a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, Self, TypeVar, get_args, overload, runtime_checkable

from pytuck.common.exceptions import ColumnNotFoundError, QueryError
from pytuck.query import nodes
from pytuck.query.changes import changed
from pytuck.query.expressions import Expression, condition_node, scalar_of
from pytuck.query.joins import HasJoins, condition_between, has_joins, is_source, source_of
from pytuck.query.names import GivenName
from pytuck.query.node_sources import columns_mentioned, mentioned, source_of_column, sources_in
from pytuck.query.node_types import name_of_node
from pytuck.query.nodes import Node
from pytuck.query.questions import QuestionMethods
from pytuck.query.sources import Source, TableSource
from pytuck.types import TYPES

T = TypeVar("T")
T1 = TypeVar("T1")
T2 = TypeVar("T2")
T3 = TypeVar("T3")
T4 = TypeVar("T4")
T5 = TypeVar("T5")
T6 = TypeVar("T6")
T7 = TypeVar("T7")
T8 = TypeVar("T8")
_INTEGER = TYPES[int]


@runtime_checkable
class HasSource(Protocol):
    """A model class: something whose rows stand in a table.

    Attributes:
        __source__: The table.
    """

    __source__: Source


@dataclass(frozen=True, slots=True)
class Select(QuestionMethods[T]):
    """A question to one or several tables.

    Attributes:
        columns: What each row of the answer holds.
        source: The table, subquery or join; None for a select of values alone. Tables that only
            expressions speak of are added when the statement is compiled.
        where_node: The condition on the rows; None for all.
        limit_node, offset_node: Whole numbers as literals, so that pages share one compiled
            statement.
        group: By what rows are grouped.
        having_node: The condition on the groups.
        extra: Subqueries beside `source`, without a condition between them.
        entity: The model class whose instances the answer consists of; None for rows.
        entities: For rows, what their parts are: a model class with the number of its columns and
            its name, or None for a column.
        table: The source whose columns may be named by text.
        sources: All sources known, by the names of the source.
        joined: The source joined last, whose columns `filter_by` names.
        load_options: How related objects are loaded along with the instances.
        compiled: What the compiler keeps here, so that the same statement is compiled once.
    """

    columns: tuple[Node, ...]
    source: Node | None
    where_node: Node | None = None
    order: tuple[nodes.Order, ...] = ()
    limit_node: nodes.Literal | None = None
    offset_node: nodes.Literal | None = None
    is_distinct: bool = False
    group: tuple[Node, ...] = ()
    having_node: Node | None = None
    extra: tuple[nodes.SourceNode, ...] = ()
    entity: Any = field(default=None, compare=False)
    table: Source | None = field(default=None, compare=False, repr=False)
    entities: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    sources: tuple[Source, ...] = field(default=(), compare=False, repr=False)
    joined: Source | None = field(default=None, compare=False, repr=False)
    load_options: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    compiled: Any = field(default=None, init=False, compare=False, repr=False)

    def options(self, *options: Any) -> Self:
        """Return the same question with related objects loaded as `options` say."""
        return changed(self, load_options=self.load_options + options)

    # --- Conditions and groups ---

    def where(self, *conditions: Expression[bool]) -> Self:
        """Return the same question about the rows that meet all of `conditions`, too.

        A question without columns of a table, such as for `func.count()`, is about the tables of
        its conditions.
        """
        where = conjunction(self.where_node, conditions)
        source = self.source
        if source is None and where is not None:
            source = _only_table((where,))
        return changed(self, where_node=where, source=source)

    filter = where

    def filter_by(self, **values: object) -> Self:
        """Return the same question about the rows whose columns have these values.

        The columns are those of the source joined last; without a join, of the first one.

        Raises:
            ColumnNotFoundError: It has no such column.
        """
        source = self._named_source()
        return self.where(*(source.column_named(name) == item for name, item in values.items()))

    def group_by(self, *keys: Expression[Any] | str) -> Self:
        """Return one row for each different combination of these values."""
        added = tuple(self._group_key(key) for key in keys)
        return changed(self, group=self.group + added)

    def having(self, *conditions: Expression[bool]) -> Self:
        """Return the same question about the groups that meet all of `conditions`, too."""
        return changed(self, having_node=conjunction(self.having_node, conditions))

    def distinct(self) -> Self:
        """Return each different row once."""
        return changed(self, is_distinct=True)

    # --- Columns ---

    def with_only_columns(self, *entities: Any) -> Select[Any]:
        """Return the same question with other columns; tables and conditions stay."""
        parts = Selected(entities)
        return changed(
            self,
            columns=parts.columns,
            entity=parts.entity,
            entities=parts.entities,
            source=self.source or parts.source,
            sources=_merged(self.sources, parts.sources),
        )

    def add_columns(self, *entities: Any) -> Select[Any]:
        """Return the same question with further columns."""
        parts = Selected(entities)
        before = self.entities if self.entity is None else (self._own_entity(),)
        before = before or (None,) * len(self.columns)
        return changed(
            self,
            columns=self.columns + parts.columns,
            entity=None,
            entities=before + (parts.entities or (parts.own_entity,)),
            source=self.source or parts.source,
            extra=self.extra + parts.extra_beside(self.source),
            sources=_merged(self.sources, parts.sources),
        )

    def select_from(self, *targets: Any) -> Self:
        """Return the same question, asked of these tables first of all."""
        found = [source_of(target)[0] for target in targets]
        tree: Node | None = None
        for source in found:
            tree = source.node if tree is None else nodes.Join(tree, source.node, "cross")
        labels = {source.name for source in found}
        return changed(
            self,
            source=tree,
            extra=tuple(item for item in self.extra if item.label not in labels),
            table=found[0],
            sources=_merged(self.sources, found),
        )

    # --- Joins ---

    def join(
        self,
        target: Any,
        on: Expression[bool] | HasJoins | None = None,
        *,
        isouter: bool = False,
        full: bool = False,
        kind: nodes.JoinKind | None = None,
    ) -> Self:
        """Return the rows together with those of another table that belong to them.

        Args:
            target: A model class, an alias, a table, a subquery, or a relationship
                (`User.orders`).
            on: The condition, or a relationship. Without it, the foreign key between the tables.
            isouter: Keep rows that have none on the other side; its values are NULL then.
            full: Keep such rows of both sides.
            kind: Any kind by its name: `"inner"`, `"left"`, `"right"`, `"full"`, `"cross"`.

        Raises:
            QueryError: No condition is given, and there is no foreign key or more than one; or
                the table is in the statement already: use `aliased()`.
        """
        kind = kind or ("full" if full else "left" if isouter else "inner")
        if kind not in get_args(nodes.JoinKind):
            known = ", ".join(map(repr, get_args(nodes.JoinKind)))
            raise QueryError(f"{kind!r} is no kind of join; there are: {known}.")
        if on is not None and not isinstance(on, Expression):
            if not has_joins(on):
                raise QueryError(f"{on!r} is neither a condition nor a relationship to join by.")
            return self._join_along(on, kind, target)
        if has_joins(target):
            return self._join_along(target, kind)
        return self._joined_with(source_of(target)[0], on, kind)

    def outerjoin(
        self, target: Any, on: Expression[bool] | HasJoins | None = None, *, full: bool = False
    ) -> Self:
        """Return the rows, with those of another table where there are any (left join)."""
        return self.join(target, on, isouter=True, full=full)

    def cross_join(self, target: Any) -> Self:
        """Return every row together with every row of another table."""
        return self.join(target, kind="cross")

    def _join_along(self, way: HasJoins, kind: nodes.JoinKind, target: Any = None) -> Self:
        statement = self
        for step, condition in way.__joins__(target):
            statement = statement._joined_with(source_of(step)[0], condition, kind)
        return statement

    def _joined_with(
        self, right: Source, on: Expression[bool] | None, kind: nodes.JoinKind
    ) -> Self:
        left, sources = self._left_of(right, on)
        condition: Node | None = None
        if kind != "cross":
            condition = _join_condition(on, [s for s in sources if s is not right], right)
        extra = tuple(item for item in self.extra if item.label != right.name)
        return changed(
            self,
            source=nodes.Join(left, right.node, kind, condition),
            extra=extra,
            table=self.table or right,
            sources=_merged(self.sources, [right]),
            joined=right,
        )

    def _left_of(self, right: Source, on: Expression[bool] | None) -> tuple[Node, list[Source]]:
        """Return the tree that a source is joined to, and the sources it may be joined by."""
        by_name = {source.name: source for source in self._known_sources()}
        tree = self.source
        if isinstance(tree, nodes.SourceNode) and tree.label == right.name:
            # select(Order.id, User.name).join(Order): the other table is the left one.
            others = mentioned([*self.columns, None if on is None else on.node])
            tree = next((item for name, item in others.items() if name != right.name), None)
        if tree is None:
            raise QueryError(
                f"There is nothing to join '{right.name}' to. Select a column of another table, "
                "or use select_from()."
            )
        labels = [source.label for source in sources_in(tree)]
        if right.name in labels:
            raise QueryError(
                f"'{right.name}' is in the statement already. Join it under another name: "
                "aliased()."
            )
        return tree, [by_name[label] for label in labels if label in by_name]

    @property
    def has_row_for_row(self) -> bool:
        """Whether the answer has one row for each row of its sources that meets the condition."""
        is_grouped = self.group or self.having_node is not None or self.is_distinct
        # A function may be an aggregate, which makes one row of all.
        return not is_grouped and all(
            isinstance(column, (nodes.ColumnRef, nodes.RowIdRef)) for column in self.columns
        )

    # --- Names ---

    def _named_source(self) -> Source:
        sources = (self.joined, self.table, *self._known_sources())
        source = next((item for item in sources if item is not None), None)
        if source is None:
            raise QueryError("Columns can be named only in a statement on a table or model.")
        return source

    def _known_sources(self) -> tuple[Source, ...]:
        return self.sources or homes_of(columns_mentioned((self.where_node,)))

    def _own_entity(self) -> Any:
        return (self.entity, len(self.columns), self.entity.__name__)

    def _order_named(self, name: str) -> Node:
        for number, column in enumerate(self.columns, 1):
            is_calculated = isinstance(column, (nodes.Labelled, nodes.Function, nodes.Over))
            if is_calculated and name_of_node(column, number) == name:
                return self._order_item(column)
        return self._column_by_name(name)

    def _group_key(self, key: Expression[Any] | str) -> Node:
        if isinstance(key, Expression):
            return key.node.item if isinstance(key.node, nodes.Labelled) else key.node
        if not isinstance(key, str):
            raise QueryError(f"{key!r} is nothing to group by; give a column or its name.")
        for column in self.columns:
            if isinstance(column, nodes.Labelled) and column.name == key:
                return column.item
        return self._column_by_name(key)

    def _column_by_name(self, name: str) -> Node:
        """Return a column of the first source that has one of this name."""
        first = () if self.table is None else (self.table,)
        for source in (*first, *self._known_sources()):
            if source.attributes.get(name, name) in source.c:
                node: Node = source.column_named(name).node
                return node
        if self.table is None:
            raise QueryError("Columns can be named only in a statement on a table or model.")
        raise ColumnNotFoundError(self.table.name, name, known=self.table.c.keys())


class Selected:
    """What the arguments of `select` stand for."""

    def __init__(self, entities: Sequence[Any]) -> None:
        if not entities:
            raise QueryError("select() needs a model, a table or at least one column.")
        columns: list[Node] = []
        kinds: list[Any] = []
        for entity in entities:
            self._add(entity, columns, kinds)
        self.columns = tuple(columns)
        is_single = len(kinds) == 1 and kinds[0] is not None
        self.own_entity = kinds[0] if is_single else None
        self.entity = kinds[0][0] if is_single else None
        self.entities = () if is_single or not any(kinds) else tuple(kinds)
        found = columns_mentioned(columns)
        self.sources: tuple[Source, ...] = homes_of(found)
        self._found = {label: source_of_column(column) for label, column in found.items()}
        self.source: nodes.SourceNode | None = next(iter(self._found.values()), None)

    def extra_beside(self, source: Node | None) -> tuple[nodes.SourceNode, ...]:
        """Return the subqueries that a statement must read besides its first source."""
        known = {item.label for item in sources_in(source)}
        return tuple(
            item
            for label, item in self._found.items()
            if label not in known and not isinstance(item, nodes.TableRef)
        )

    @staticmethod
    def _add(entity: Any, columns: list[Node], kinds: list[Any]) -> None:
        if isinstance(entity, Expression):
            columns.append(entity.node)
            kinds.append(None)
        elif isinstance(entity, nodes.Question):
            kinds.append(None)
            columns.append(scalar_of(entity).node)
        elif is_source(entity):
            source, model = source_of(entity)
            found = _columns_of(source, model)
            columns.extend(found)
            kinds.extend([None] * len(found) if model is None else [_part(source, model, found)])
        else:
            raise QueryError(f"{entity!r} is not a column or expression.")


def _part(source: Source, model: Any, columns: tuple[Node, ...]) -> tuple[Any, int, str]:
    """Return a model as a part of rows; it is named by its alias, if the user named that."""
    alias = source.node.alias if isinstance(source.node, nodes.TableRef) else None
    is_named = alias is not None and not isinstance(alias, GivenName)
    return model, len(columns), alias if is_named and alias else model.__name__


def _columns_of(source: Source, model: Any) -> tuple[Node, ...]:
    """Return the columns of a table; for a model without a key with the row id, which is one."""
    if model is not None and isinstance(source, TableSource) and not source.schema.primary_key:
        return (*source.column_nodes, source.rowid.node)
    return source.column_nodes


Entity1 = type[T1] | Expression[T1]
Entity2 = type[T2] | Expression[T2]
Entity3 = type[T3] | Expression[T3]
Entity4 = type[T4] | Expression[T4]
Entity5 = type[T5] | Expression[T5]
Entity6 = type[T6] | Expression[T6]
Entity7 = type[T7] | Expression[T7]
Entity8 = type[T8] | Expression[T8]


@overload
def select(entity: type[T], /) -> Select[T]: ...
@overload
def select(a: Expression[T1], /) -> Select[tuple[T1]]: ...
@overload
def select(a: Entity1[T1], b: Entity2[T2], /) -> Select[tuple[T1, T2]]: ...
@overload
def select(a: Entity1[T1], b: Entity2[T2], c: Entity3[T3], /) -> Select[tuple[T1, T2, T3]]: ...
@overload
def select(
    a: Entity1[T1], b: Entity2[T2], c: Entity3[T3], d: Entity4[T4], /
) -> Select[tuple[T1, T2, T3, T4]]: ...
@overload
def select(
    a: Entity1[T1], b: Entity2[T2], c: Entity3[T3], d: Entity4[T4], e: Entity5[T5], /
) -> Select[tuple[T1, T2, T3, T4, T5]]: ...
@overload
def select(
    a: Entity1[T1],
    b: Entity2[T2],
    c: Entity3[T3],
    d: Entity4[T4],
    e: Entity5[T5],
    f: Entity6[T6],
    /,
) -> Select[tuple[T1, T2, T3, T4, T5, T6]]: ...
@overload
def select(
    a: Entity1[T1],
    b: Entity2[T2],
    c: Entity3[T3],
    d: Entity4[T4],
    e: Entity5[T5],
    f: Entity6[T6],
    g: Entity7[T7],
    /,
) -> Select[tuple[T1, T2, T3, T4, T5, T6, T7]]: ...
@overload
def select(
    a: Entity1[T1],
    b: Entity2[T2],
    c: Entity3[T3],
    d: Entity4[T4],
    e: Entity5[T5],
    f: Entity6[T6],
    g: Entity7[T7],
    h: Entity8[T8],
    /,
) -> Select[tuple[T1, T2, T3, T4, T5, T6, T7, T8]]: ...
@overload
def select(*entities: Any) -> Select[Any]: ...
def select(*entities: Any) -> Select[Any]:
    """Return a question: of model classes, tables, columns and expressions, in any mixture.

    The answer to a single model consists of its instances. Everything else gives rows: tuples
    with one item for each model, and one for each column or expression.

    Raises:
        QueryError: There is nothing to select.
    """
    if len(entities) == 1 and isinstance(getattr(entities[0], "__source__", None), Source):
        source, entity = source_of(entities[0])
        columns = _columns_of(source, entity)
        return Select(columns, source.node, entity=entity, table=source, sources=(source,))
    parts = Selected(entities)
    return Select(
        parts.columns,
        parts.source,
        extra=parts.extra_beside(parts.source),
        entity=parts.entity,
        entities=parts.entities,
        table=parts.sources[0] if parts.sources else None,
        sources=parts.sources,
    )


def count_of(question: QuestionMethods[Any]) -> Select[Any]:
    """Return the question how many rows another one has."""
    count = nodes.Labelled(nodes.Function("count", (), _INTEGER), "count")
    is_cut = question.limit_node is not None or question.offset_node is not None
    unsorted = question if is_cut else question.order_by(None)
    if is_cut or not isinstance(unsorted, Select) or not unsorted.has_row_for_row:
        return Select((count,), unsorted.subquery().node)
    return changed(unsorted, columns=(count,), entity=None, entities=(), load_options=())


def conjunction(where: Node | None, conditions: tuple[Expression[bool], ...]) -> Node | None:
    """Return the condition that all of these hold; None for none at all."""
    items: list[Node] = [] if where is None else [where]
    items.extend(map(condition_node, conditions))
    flat: list[Node] = []
    for item in items:
        flat.extend(item.items if isinstance(item, nodes.And) else (item,))
    if not flat:
        return where
    return flat[0] if len(flat) == 1 else nodes.And(tuple(flat))


def _join_condition(on: object, sources: list[Source], right: Source) -> Node:
    if on is None:
        return condition_between(sources, right)[1].node
    return condition_node(on)


def homes_of(found: Mapping[str, nodes.ColumnRef | nodes.RowIdRef]) -> tuple[Source, ...]:
    """Return what columns were taken from, as far as that is known."""
    return tuple(column.home for column in found.values() if column.home is not None)


def _only_table(items: tuple[Node, ...]) -> nodes.SourceNode | None:
    found = list(mentioned(items).values())
    return found[0] if len(found) == 1 else None


def _merged(known: tuple[Source, ...], added: Sequence[Source]) -> tuple[Source, ...]:
    return tuple(dict.fromkeys((*known, *added)))
