"""Expressions: what the operators of a column build."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Generic, TypeVar

from pytuck.common.exceptions import QueryError, TypeConversionError
from pytuck.query import nodes
from pytuck.query.nodes import Node
from pytuck.types import RAW, TYPES, ColumnType, Stored, type_of

T = TypeVar("T")

_NUMBERS = (int, float, Decimal)
_BOOLEAN = TYPES[bool]
_TEXT = TYPES[str]


class Expression(Generic[T]):
    """Something with a value in a statement: a column, a literal, a comparison.

    Attributes:
        node: The plain element it stands for.
        type: The type of its value.
    """

    __slots__ = ("node", "type")

    def __init__(self, node: Node, type_: ColumnType[Any]) -> None:
        self.node = node
        self.type = type_

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.node!r}>"

    def __hash__(self) -> int:
        return id(self)

    def __bool__(self) -> bool:
        raise QueryError(
            "An expression has no truth value in Python. Combine conditions with and_(), or_(), "
            "not_() or with &, |, ~, each side in brackets."
        )

    # --- Comparisons ---

    def __eq__(self, other: object) -> Condition:  # type: ignore[override]
        return self.is_null() if other is None else self._compare("=", other)

    def __ne__(self, other: object) -> Condition:  # type: ignore[override]
        return self.is_not_null() if other is None else self._compare("!=", other)

    def __lt__(self, other: object) -> Condition:
        return self._compare("<", other)

    def __le__(self, other: object) -> Condition:
        return self._compare("<=", other)

    def __gt__(self, other: object) -> Condition:
        return self._compare(">", other)

    def __ge__(self, other: object) -> Condition:
        return self._compare(">=", other)

    def is_(self, other: object) -> Condition:
        """Return whether both are equal, NULL being equal to NULL."""
        return self.is_null() if other is None else self._compare("is", other)

    def is_not(self, other: object) -> Condition:
        """Return whether both differ, NULL being equal to NULL."""
        return self.is_not_null() if other is None else self._compare("is not", other)

    def is_null(self) -> Condition:
        """Return whether the value is NULL."""
        return Condition(nodes.IsNull(self.node))

    def is_not_null(self) -> Condition:
        """Return whether the value is not NULL."""
        return Condition(nodes.IsNull(self.node, is_negated=True))

    def in_(self, values: Iterable[object]) -> Condition:
        """Return whether the value is one of `values`; a None among them matches nothing."""
        return Condition(nodes.In(self.node, self._literals(values)))

    def not_in(self, values: Iterable[object]) -> Condition:
        """Return whether the value is none of `values`; a NULL value gives no answer."""
        return Condition(nodes.In(self.node, self._literals(values), is_negated=True))

    def between(self, low: object, high: object) -> Condition:
        """Return whether the value lies between `low` and `high`, both included."""
        return Condition(nodes.Between(self.node, self._operand(low), self._operand(high)))

    # --- Text ---

    def like(self, pattern: str, *, escape: str | None = None) -> Condition:
        """Return whether the text matches `pattern`, case-sensitive; `%` and `_` are wild."""
        return Condition(nodes.Like(self.node, _pattern(pattern), _escape(escape)))

    def ilike(self, pattern: str, *, escape: str | None = None) -> Condition:
        """Return whether the text matches `pattern`, whatever the case of letters."""
        return Condition(nodes.Like(self.node, _pattern(pattern), _escape(escape), True))

    def contains(self, part: object) -> Condition:
        """Return whether the text contains `part`, case-sensitive."""
        return Condition(nodes.TextMatch("contains", self.node, self._text(part)))

    def startswith(self, part: object) -> Condition:
        """Return whether the text begins with `part`, case-sensitive."""
        return Condition(nodes.TextMatch("startswith", self.node, self._text(part)))

    def endswith(self, part: object) -> Condition:
        """Return whether the text ends with `part`, case-sensitive."""
        return Condition(nodes.TextMatch("endswith", self.node, self._text(part)))

    # --- Names and order ---

    def label(self, name: str) -> Expression[T]:
        """Return the same value under another name in the result."""
        return Expression(nodes.Labelled(self.node, name), self.type)

    def asc(self) -> Ordering:
        """Return the key that sorts upwards, NULLs first."""
        return Ordering(nodes.Order(self.node))

    def desc(self) -> Ordering:
        """Return the key that sorts downwards, NULLs last."""
        return Ordering(nodes.Order(self.node, is_descending=True))

    # --- How operands become nodes ---

    def _compare(self, operator: nodes.ComparisonOperator, other: object) -> Condition:
        return Condition(nodes.Comparison(self.node, operator, self._operand(other)))

    def _operand(self, other: object) -> Node:
        if isinstance(other, Expression):
            return other.node
        return self._literal(other)

    def _literals(self, values: Iterable[object]) -> tuple[nodes.Literal, ...]:
        if isinstance(values, (str, bytes)):
            raise QueryError("in_() takes a list of values, not one text.")
        return tuple(self._literal(value) for value in values)

    def _literal(self, value: object) -> nodes.Literal:
        try:
            return literal_node(value, self.type)
        except TypeConversionError as err:
            if isinstance(self.node, nodes.ColumnRef):
                err.table_name, err.column_name = self.node.source, self.node.name
                err.message = f"Column '{self.node.source}.{self.node.name}': {err.message}"
                err.args = (err.message,)
            raise

    def _text(self, part: object) -> Node:
        return part.node if isinstance(part, Expression) else literal_node(part, _TEXT)


class ColumnExpression(Expression[T]):
    """A column of a table.

    Attributes:
        table: The source it is a column of.
    """

    __slots__ = ("table",)

    def __init__(self, node: nodes.ColumnRef, table: Any) -> None:
        super().__init__(node, node.type)
        self.table = table


class Condition(Expression[bool]):
    """An expression that is true, false or unknown."""

    __slots__ = ()

    def __init__(self, node: Node) -> None:
        super().__init__(node, _BOOLEAN)

    def __and__(self, other: Expression[bool]) -> Condition:
        return and_(self, other)

    def __or__(self, other: Expression[bool]) -> Condition:
        return or_(self, other)

    def __invert__(self) -> Condition:
        return not_(self)


class Ordering:
    """A key to sort by."""

    __slots__ = ("node",)

    def __init__(self, node: nodes.Order) -> None:
        self.node = node

    def nulls_first(self) -> Ordering:
        """Return the same key with NULLs first."""
        return Ordering(nodes.Order(self.node.item, self.node.is_descending, "first"))

    def nulls_last(self) -> Ordering:
        """Return the same key with NULLs last."""
        return Ordering(nodes.Order(self.node.item, self.node.is_descending, "last"))


def and_(*conditions: Expression[bool]) -> Condition:
    """Return the condition that all of `conditions` hold; of none it is true."""
    return Condition(nodes.And(_flattened(nodes.And, conditions)))


def or_(*conditions: Expression[bool]) -> Condition:
    """Return the condition that any of `conditions` holds; of none it is false."""
    return Condition(nodes.Or(_flattened(nodes.Or, conditions)))


def not_(condition: Expression[bool]) -> Condition:
    """Return the opposite of `condition`; where that is unknown, so is this."""
    return Condition(nodes.Not(condition.node))


def literal(value: object, type_: ColumnType[Any] | type | None = None) -> Expression[Any]:
    """Return a value as an expression; its type is taken from the value if not given.

    Raises:
        ValidationError: There is no column type for the value.
    """
    kind = type_of(type_) if type_ is not None else _natural_type(value)
    return Expression(literal_node(value, kind), kind)


def raw_literal(stored: Stored) -> Expression[Any]:
    """Return a stored value as an expression, bound just as it is."""
    return Expression(nodes.Literal(stored, RAW), RAW)


def literal_node(value: object, type_: ColumnType[Any]) -> nodes.Literal:
    """Return the literal that stands for `value` where a value of `type_` is expected.

    Numbers keep their own type beside numbers, dates beside points in time: `age > 17.5` and
    `created < date(2026, 1, 1)` mean what they say.

    Raises:
        TypeConversionError: The value means nothing as a value of this type.
    """
    if value is None or type_.is_valid(value):
        return nodes.Literal(type_.to_storage(value), type_)
    own = TYPES.get(type(value))
    if own is not None and own.is_valid(value) and _are_comparable(type_.python_type, value):
        return nodes.Literal(own.to_storage(value), own)
    return nodes.Literal(type_.to_storage(type_.convert(value)), type_)


def _are_comparable(expected: type, value: object) -> bool:
    if issubclass(expected, _NUMBERS):
        return isinstance(value, _NUMBERS) and expected is not bool
    return issubclass(expected, date) and isinstance(value, date)


def _natural_type(value: object) -> ColumnType[Any]:
    return RAW if value is None else type_of(type(value))


def _pattern(pattern: str) -> nodes.Literal:
    return literal_node(pattern, _TEXT)


def _escape(escape: str | None) -> str | None:
    if escape is not None and len(escape) != 1:
        raise QueryError(f"The escape of a pattern is one character, not {escape!r}.")
    return escape


def _flattened(
    kind: type[nodes.And | nodes.Or], conditions: tuple[Expression[bool], ...]
) -> tuple[Node, ...]:
    items: list[Node] = []
    for condition in conditions:
        if not isinstance(condition, Expression):
            raise QueryError(
                f"{condition!r} is not a condition. Compare a column with a value, "
                "as in User.age >= 18."
            )
        node = condition.node
        items.extend(node.items if isinstance(node, kind) else (node,))
    return tuple(items)
