"""What selects and compounds of selects have in common, and the compounds themselves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from pytuck.common.exceptions import ColumnNotFoundError, QueryError
from pytuck.query import nodes
from pytuck.query.changes import changed
from pytuck.query.expressions import Condition, Expression, Ordering, question_of, scalar_of
from pytuck.query.literals import common_type, literal_node
from pytuck.query.names import fresh_name, unique_names
from pytuck.query.node_types import name_of_node, type_of_node
from pytuck.query.nodes import Node
from pytuck.query.sources import Source
from pytuck.types import TYPES, ColumnType

T = TypeVar("T")
_INTEGER = TYPES[int]


class QuestionMethods(nodes.Question, Generic[T]):
    """What can be done with any question: order and cut its rows, combine it, use it in others."""

    __slots__ = ()

    if TYPE_CHECKING:
        order: tuple[nodes.Order, ...]
        limit_node: nodes.Literal | None
        offset_node: nodes.Literal | None

    @property
    def first_type(self) -> ColumnType[Any]:
        """The type of the first value of each row."""
        return type_of_node(self.columns[0])

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns of the answer."""
        return tuple(name_of_node(item, number) for number, item in enumerate(self.columns, 1))

    def order_by(self, *keys: Expression[Any] | Ordering | str | None, desc: bool = False) -> Self:
        """Return the same rows in this order; earlier calls sort first.

        Args:
            keys: Columns, `column.asc()`, `column.desc()`, labels, or names of labels, columns or
                attributes. None alone lifts the order.
            desc: Sort downwards by the keys that say nothing themselves.

        Raises:
            ColumnNotFoundError: There is no such name.
        """
        if len(keys) == 1 and keys[0] is None:
            return self._with(order=())
        order = tuple(self._order_key(key, desc) for key in keys)
        return self._with(order=self.order + order)

    def limit(self, n: int | None) -> Self:
        """Return at most `n` rows; None lifts the limit."""
        return self._with(limit_node=_row_count(n, "limit"))

    def offset(self, n: int | None) -> Self:
        """Leave out the first `n` rows."""
        return self._with(offset_node=_row_count(n, "offset"))

    # --- Together with others ---

    def union(self, *others: nodes.Question) -> Compound[T]:
        """Return the rows of this and other questions, each different row once."""
        return _compound("union", (self, *others))

    def union_all(self, *others: nodes.Question) -> Compound[T]:
        """Return the rows of this and other questions."""
        return _compound("union all", (self, *others))

    def intersect(self, *others: nodes.Question) -> Compound[T]:
        """Return the different rows that all the questions have."""
        return _compound("intersect", (self, *others))

    def except_(self, *others: nodes.Question) -> Compound[T]:
        """Return the different rows of this question that none of the others has."""
        return _compound("except", (self, *others))

    # --- Inside of others ---

    def subquery(self, name: str | None = None) -> Subquery:
        """Return the answer as a table to select from, its columns at `.c`."""
        return Subquery(self, name or fresh_name("anon"))

    alias = subquery

    def cte(self, name: str | None = None, *, recursive: bool = False) -> Cte:
        """Return the answer as a table that is named at the beginning of the statement.

        Args:
            recursive: `cte.union_all(select(...))` may then speak of the table itself.
        """
        return Cte(self, name or fresh_name("cte"), is_recursive=recursive)

    def scalar_subquery(self) -> Expression[Any]:
        """Return the first value of the answer, for use in an expression.

        Raises:
            QueryError: The rows have several columns.
        """
        if len(self.columns) != 1:
            raise QueryError("A question used as a value must have one column.")
        return scalar_of(self)

    as_scalar = scalar_subquery

    def label(self, name: str) -> Expression[Any]:
        """Return the first value of the answer under a name."""
        return self.scalar_subquery().label(name)

    def exists(self) -> Condition:
        """Return the condition that there is a row."""
        return Condition(nodes.Exists(self))

    # --- How it is done ---

    def _with(self, **changes: Any) -> Self:
        return changed(self, **changes)

    def _order_key(self, key: Any, desc: bool) -> nodes.Order:
        if isinstance(key, Ordering):
            node = key.node
            return replace(node, item=self._order_item(node.item))
        if isinstance(key, str):
            return nodes.Order(self._order_named(key), is_descending=desc)
        if not isinstance(key, Expression):
            raise QueryError(f"{key!r} is nothing to sort by; give a column or its name.")
        return nodes.Order(self._order_item(key.node), is_descending=desc)

    def _order_item(self, node: Node) -> Node:
        """Return what stands in ORDER BY: a label by its name if the answer has it."""
        if isinstance(node, nodes.Labelled):
            if node in self.columns:
                return nodes.ResultRef(node.name, type_of_node(node))
            return node.item
        return node

    def _order_named(self, name: str) -> Node:
        for number, column in enumerate(self.columns, 1):
            if name_of_node(column, number) == name:
                return nodes.ResultRef(name, type_of_node(column))
        raise ColumnNotFoundError("the answer", name, known=self.names)


@dataclass(frozen=True, slots=True)
class Compound(QuestionMethods[T]):
    """Several questions whose rows are put together.

    Attributes:
        operator: How.
        parts: The questions, with the same number of columns.
        entity: The model class whose instances the answer consists of; None for plain rows.
    """

    operator: nodes.CompoundOperator
    parts: tuple[nodes.Question, ...]
    order: tuple[nodes.Order, ...] = ()
    limit_node: nodes.Literal | None = None
    offset_node: nodes.Literal | None = None
    entity: Any = field(default=None, compare=False)
    entities: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    load_options: tuple[Any, ...] = field(default=(), compare=False, repr=False)
    compiled: Any = field(default=None, init=False, compare=False, repr=False)

    @property
    def columns(self) -> tuple[Node, ...]:
        """The columns of the answer: named as in the first part."""
        kinds = zip(*(map(type_of_node, part.columns) for part in self.parts), strict=True)
        names = (name_of_node(item, n) for n, item in enumerate(self.parts[0].columns, 1))
        return tuple(
            nodes.ResultRef(name, common_type(list(types)))
            for name, types in zip(names, kinds, strict=True)
        )

    def _order_item(self, node: Node) -> Node:
        # The rows belong to no table any more: columns are found by name.
        if isinstance(node, (nodes.ColumnRef, nodes.Labelled, nodes.Function)):
            return self._order_named(node.name)
        return node


class _Derived(Source):
    """The answer to a question as a source: its columns have the question's names and types."""

    def __init__(self, statement: nodes.Question, node: nodes.SourceNode, names: list[str]) -> None:
        self.statement = statement
        kinds = map(type_of_node, statement.columns)
        super().__init__(
            node,
            (
                nodes.ColumnRef(node.label, name, kind, node, self)
                for name, kind in zip(names, kinds, strict=True)
            ),
        )


class Subquery(_Derived):
    """The answer to a question, used as a table."""

    def __init__(self, statement: nodes.Question, name: str) -> None:
        statement, names = _named(statement)
        super().__init__(statement, nodes.SubqueryRef(statement, name), names)

    def alias(self, name: str | None = None) -> Subquery:
        """Return the same answer under another name, to be read beside itself."""
        return Subquery(self.statement, name or fresh_name("anon"))


class Cte(_Derived):
    """A question that is named at the beginning of a statement."""

    def __init__(
        self,
        statement: nodes.Question,
        name: str,
        *,
        is_recursive: bool = False,
        alias: str | None = None,
    ) -> None:
        _, names = _named(statement)
        self.is_recursive = is_recursive
        self.cte_name = name
        node = nodes.CteRef(name, statement, tuple(names), is_recursive, alias)
        super().__init__(statement, node, names)

    def union_all(self, *others: nodes.Question) -> Cte:
        """Return the table with the rows of further questions; they may speak of the table."""
        return self._together("union all", others)

    def union(self, *others: nodes.Question) -> Cte:
        """Return the table with further rows, each different one once."""
        return self._together("union", others)

    def alias(self, name: str | None = None) -> Cte:
        """Return the same table under another name, to be read beside itself."""
        return Cte(
            self.statement,
            self.cte_name,
            is_recursive=self.is_recursive,
            alias=name or fresh_name(self.cte_name),
        )

    def _together(
        self, operator: nodes.CompoundOperator, others: tuple[nodes.Question, ...]
    ) -> Cte:
        statement = _compound(operator, (self.statement, *others))
        return Cte(statement, self.cte_name, is_recursive=self.is_recursive)


def union(*parts: nodes.Question) -> Compound[Any]:
    """Return the different rows of several questions."""
    return _compound("union", parts)


def union_all(*parts: nodes.Question) -> Compound[Any]:
    """Return the rows of several questions."""
    return _compound("union all", parts)


def intersect(*parts: nodes.Question) -> Compound[Any]:
    """Return the different rows that all of several questions have."""
    return _compound("intersect", parts)


def except_(*parts: nodes.Question) -> Compound[Any]:
    """Return the different rows of the first question that none of the others has."""
    return _compound("except", parts)


def exists(question: nodes.Question) -> Condition:
    """Return the condition that the answer to a question has a row.

    Raises:
        QueryError: This is no question.
    """
    found = question_of(question)
    if found is None:
        raise QueryError(f"exists() takes a select, not {question!r}.")
    return Condition(nodes.Exists(found))


def _compound(operator: nodes.CompoundOperator, parts: tuple[Any, ...]) -> Compound[Any]:
    if len(parts) < 2:
        raise QueryError(f"A {operator} needs at least two questions.")
    parts = tuple(question_of(part) or part for part in parts)
    for part in parts:
        if not isinstance(part, nodes.Question):
            raise QueryError(f"{part!r} is no select; a {operator} puts selects together.")
    widths = sorted({len(part.columns) for part in parts})
    if len(widths) > 1:
        raise QueryError(
            f"The questions of a {operator} have different numbers of columns: "
            f"{', '.join(map(str, widths))}."
        )
    first = parts[0]
    are_alike = all((p.entity, p.entities) == (first.entity, first.entities) for p in parts)
    if not are_alike:
        return Compound(operator, parts)
    return Compound(operator, parts, entity=first.entity, entities=first.entities)


def _named(statement: nodes.Question) -> tuple[nodes.Question, list[str]]:
    """Return a question with a name for every column, no two the same, and the names."""
    names = unique_names(name_of_node(item, n) for n, item in enumerate(statement.columns, 1))
    if isinstance(statement, Compound):
        first, _ = _named(statement.parts[0])
        return changed(statement, parts=(first, *statement.parts[1:])), names
    columns = tuple(
        column if isinstance(column, nodes.ColumnRef) and column.name == name
        else _relabelled(column, name)
        for column, name in zip(statement.columns, names, strict=True)
    )  # fmt: skip
    return changed(statement, columns=columns), names


def _relabelled(node: Node, name: str) -> Node:
    return nodes.Labelled(node.item if isinstance(node, nodes.Labelled) else node, name)


def _row_count(count: int | None, what: str) -> nodes.Literal | None:
    if count is None:
        return None
    if type(count) is not int or count < 0:
        raise QueryError(f"The {what} must be a whole number of rows from 0, not {count!r}.")
    return literal_node(count, _INTEGER)
