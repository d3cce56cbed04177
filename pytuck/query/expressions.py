"""Expressions: what the operators of a column build."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, ClassVar, Generic, TypeVar

from pytuck.common.exceptions import QueryError, TypeConversionError
from pytuck.query import nodes
from pytuck.query.field_conditions import FieldCondition, field_condition
from pytuck.query.literals import literal_node, natural_type, operand_node, result_type
from pytuck.query.nodes import Node
from pytuck.types import JSON, RAW, TYPES, ColumnType, StorageClass, Stored, type_of
from pytuck.types.json_values import stored_key

T = TypeVar("T")

_BOOLEAN = TYPES[bool]
_TEXT = TYPES[str]
_INTERVAL = TYPES[timedelta]


class Expression(Generic[T]):
    """Something with a value in a statement: a column, a literal, a comparison.

    Attributes:
        node: The plain element it stands for.
        type: The type of its value.
    """

    __slots__ = ("node", "type")
    __iter__: ClassVar[None] = None  # else `__getitem__` would make an endless list of it

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

    def is_distinct_from(self, other: object) -> Condition:
        """Return whether both differ, NULL being equal to NULL."""
        return self.is_not(other)

    def is_not_distinct_from(self, other: object) -> Condition:
        """Return whether both are equal, NULL being equal to NULL."""
        return self.is_(other)

    def in_(self, values: Iterable[object] | nodes.Question | Expression[Any]) -> Condition:
        """Return whether the value is one of `values`; a None among them matches nothing.

        Args:
            values: A list of values, or a select whose only column holds them.
        """
        return self._in(values, is_negated=False)

    def not_in(self, values: Iterable[object] | nodes.Question | Expression[Any]) -> Condition:
        """Return whether the value is none of `values`; a NULL value gives no answer."""
        return self._in(values, is_negated=True)

    def _in(
        self, values: Iterable[object] | nodes.Question | Expression[Any], *, is_negated: bool
    ) -> Condition:
        question = _listed_question(values)
        if question is not None:
            if len(question.columns) != 1:
                raise QueryError("The select in in_() must have one column.")
            return Condition(nodes.InQuestion(self.node, question, is_negated))
        items = _listed(values)
        if any(isinstance(item, (Expression, nodes.Question)) for item in items):
            found = or_(*(self == item for item in items))
            return not_(found) if is_negated else found
        return Condition(nodes.In(self.node, tuple(map(self._literal, items)), is_negated))

    def between(self, low: object, high: object) -> Condition:
        """Return whether the value lies between `low` and `high`, both included."""
        return Condition(nodes.Between(self.node, self._operand(low), self._operand(high)))

    # --- True and false ---

    def __and__(self: Expression[bool], other: Expression[bool]) -> Condition:
        return and_(self, other)

    def __or__(self: Expression[bool], other: Expression[bool]) -> Condition:
        return or_(self, other)

    def __invert__(self: Expression[bool]) -> Condition:
        return not_(self)

    # --- Calculations ---

    def __add__(self, other: object) -> Expression[Any]:
        return self._calculate("+", other)

    def __radd__(self, other: object) -> Expression[Any]:
        return self._calculate("+", other, is_reversed=True)

    def __sub__(self, other: object) -> Expression[Any]:
        return self._calculate("-", other)

    def __rsub__(self, other: object) -> Expression[Any]:
        return self._calculate("-", other, is_reversed=True)

    def __mul__(self, other: object) -> Expression[Any]:
        return self._calculate("*", other)

    def __rmul__(self, other: object) -> Expression[Any]:
        return self._calculate("*", other, is_reversed=True)

    def __truediv__(self, other: object) -> Expression[Any]:
        return self._calculate("/", other)

    def __rtruediv__(self, other: object) -> Expression[Any]:
        return self._calculate("/", other, is_reversed=True)

    def __floordiv__(self, other: object) -> Expression[Any]:
        return self._calculate("//", other)

    def __rfloordiv__(self, other: object) -> Expression[Any]:
        return self._calculate("//", other, is_reversed=True)

    def __mod__(self, other: object) -> Expression[Any]:
        return self._calculate("%", other)

    def __rmod__(self, other: object) -> Expression[Any]:
        return self._calculate("%", other, is_reversed=True)

    def __neg__(self) -> Expression[T]:
        return Expression(nodes.Negative(self.node, self.type), self.type)

    def concat(self, other: object) -> Expression[str]:
        """Return this text followed by another one."""
        return Expression(nodes.Arithmetic(self.node, "||", self._text(other), _TEXT), _TEXT)

    def cast(self, type_: ColumnType[Any] | type) -> Expression[Any]:
        """Return the value turned into one of another type."""
        kind = type_of(type_)
        return Expression(nodes.Cast(self.node, kind), kind)

    def __getitem__(self, key: str | int) -> JsonExpression:
        """Return a part of a list or dictionary: `User.data["address"]["city"]`, `User.tags[0]`.

        Raises:
            QueryError: The value is neither.
        """
        if self.type.storage_class is not StorageClass.JSON:
            raise QueryError(f"Only lists and dictionaries have parts; this is no JSON: {self!r}.")
        return JsonExpression(self.node, (_part_name(key),))

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

    def regexp_match(self, pattern: object, flags: str | None = None) -> Condition:
        """Return whether a regular expression, as Python's `re` has them, is found in the text.

        Args:
            flags: `"i"` to find it whatever the case of letters.

        Raises:
            QueryError: The text is no regular expression.
        """
        if flags not in (None, "", "i"):
            raise QueryError(f"The flags of a regular expression are 'i' or none, not {flags!r}.")
        if isinstance(pattern, str):
            _check_pattern(pattern)
        return Condition(nodes.RegexpMatch(self.node, self._text(pattern), flags == "i"))

    # --- Names and order ---

    def label(self, name: str) -> Expression[T]:
        """Return the same value under another name in the result."""
        node = self.node.item if isinstance(self.node, nodes.Labelled) else self.node
        return Expression(nodes.Labelled(node, name), self.type)

    def distinct(self) -> Expression[T]:
        """Return the different values only, for an aggregate: `func.count(User.city.distinct())`."""
        return Expression(nodes.Distinct(self.node), self.type)

    def asc(self) -> Ordering:
        """Return the key that sorts upwards, NULLs first."""
        return Ordering(nodes.Order(self.node))

    def desc(self) -> Ordering:
        """Return the key that sorts downwards, NULLs last."""
        return Ordering(nodes.Order(self.node, is_descending=True))

    def nulls_first(self) -> Ordering:
        """Return the key that sorts upwards, NULLs first."""
        return self.asc().nulls_first()

    def nulls_last(self) -> Ordering:
        """Return the key that sorts upwards, NULLs last."""
        return self.asc().nulls_last()

    # --- How operands become nodes ---

    def _compare(self, operator: nodes.ComparisonOperator, other: object) -> Condition:
        return Condition(nodes.Comparison(self.node, operator, self._operand(other)))

    def _operand(self, other: object) -> Node:
        if isinstance(other, Expression):
            return other.node
        question = question_of(other)
        return self._literal(other) if question is None else scalar_of(question).node

    def _calculate(
        self, operator: nodes.ArithmeticOperator, other: object, *, is_reversed: bool = False
    ) -> Expression[Any]:
        question = question_of(other)
        if question is not None:
            other = scalar_of(question)
        if not isinstance(other, Expression):
            node = operand_node(other, self.type)
            other = Expression(node, node.type)
        return calculated(operator, *((other, self) if is_reversed else (self, other)))

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
        if self.type.storage_class is StorageClass.JSON and type(self) is not JsonExpression:
            raise QueryError(f"{self!r} is no text. Take a part of it, or cast it to str.")
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


class JsonExpression(Expression[Any]):
    """A part of a list or dictionary; NULL where there is none.

    Comparisons take Python values as they are: `User.data["age"] > 30`.
    """

    __slots__ = ("_item", "_path")

    def __init__(self, item: Node, path: tuple[str | int, ...]) -> None:
        super().__init__(nodes.JsonPath(item, path, "json", JSON), JSON)
        self._item = item
        self._path = path

    def __getitem__(self, key: str | int) -> JsonExpression:
        return JsonExpression(self._item, (*self._path, _part_name(key)))

    def as_string(self) -> Expression[str]:
        """Return the part as text."""
        return self._as("text", _TEXT)

    def as_integer(self) -> Expression[int]:
        """Return the part as a whole number."""
        return self._as("integer", TYPES[int])

    def as_float(self) -> Expression[float]:
        """Return the part as a number."""
        return self._as("float", TYPES[float])

    def as_boolean(self) -> Expression[bool]:
        """Return the part as true or false."""
        return self._as("boolean", _BOOLEAN)

    def _as(self, form: nodes.JsonForm, kind: ColumnType[Any]) -> Expression[Any]:
        return Expression(nodes.JsonPath(self._item, self._path, form, kind), kind)

    def is_null(self) -> Condition:
        return self._as("value", RAW).is_null()

    def is_not_null(self) -> Condition:
        return self._as("value", RAW).is_not_null()

    def between(self, low: object, high: object) -> Condition:
        return self._beside(low).between(low, high)

    def asc(self) -> Ordering:
        return self._as("value", RAW).asc()

    def desc(self) -> Ordering:
        return self._as("value", RAW).desc()

    def _compare(self, operator: nodes.ComparisonOperator, other: object) -> Condition:
        return self._beside(other)._compare(operator, other)

    def _in(self, values: Any, *, is_negated: bool) -> Condition:
        if _listed_question(values) is not None:
            return self._as("value", RAW)._in(values, is_negated=is_negated)
        items = _listed(values)
        kind = self._beside(items[0] if items else None)
        return kind._in(items, is_negated=is_negated)

    def _calculate(
        self, operator: nodes.ArithmeticOperator, other: object, *, is_reversed: bool = False
    ) -> Expression[Any]:
        return self._beside(other)._calculate(operator, other, is_reversed=is_reversed)

    def _text(self, part: object) -> Node:
        return self.as_string()._text(part)

    def _beside(self, other: object) -> Expression[Any]:
        """Return the part in the form in which it can be compared with a Python value."""
        if isinstance(other, Expression):
            return self._as("value", other.type)
        if other is None or isinstance(other, (bool, int, float, str)):
            return self._as("value", natural_type(other))
        return self._as("json", JSON)  # dates and the like are compared as JSON has them


class Condition(Expression[bool]):
    """An expression that is true, false or unknown.

    `Condition("age", ">", 18)`, the existing `pytuck` library's form, is one for the methods of
    `Storage` that take conditions as plain data.
    """

    __slots__ = ()

    def __init__(self, node: Any, operator: str | None = None, value: object = None) -> None:
        if operator is not None:
            node = FieldCondition(node, operator, value)
        super().__init__(node, _BOOLEAN)

    def to_condition(self) -> FieldCondition:
        """Return a comparison of one column with one value as field, operator and value.

        Raises:
            QueryError: The condition is anything more than that.
        """
        if isinstance(self.node, FieldCondition):
            return self.node
        return field_condition(self.node)


def calculated(
    operator: nodes.ArithmeticOperator, left: Expression[Any], right: Expression[Any]
) -> Expression[Any]:
    """Return the result of a calculation, its type following from those of its operands.

    Raises:
        QueryError: The types cannot be combined like this.
    """
    kinds = left.type.python_type, right.type.python_type
    if operator == "+" and kinds == (str, str):
        operator = "||"
        return Expression(nodes.Arithmetic(left.node, operator, right.node, _TEXT), _TEXT)
    if issubclass(kinds[0], date) and operator in ("+", "-"):
        return _moved(operator, left, right)
    if issubclass(kinds[1], date) and kinds[0] is timedelta and operator == "+":
        return _moved(operator, right, left)
    kind = result_type(operator, left.type, right.type)
    return Expression(nodes.Arithmetic(left.node, operator, right.node, kind), kind)


def _moved(
    operator: nodes.ArithmeticOperator, moment: Expression[Any], other: Expression[Any]
) -> Expression[Any]:
    """Return a date or point in time moved by a duration, or the time between two."""
    if other.type.python_type is timedelta:
        by = other if operator == "+" else -other
        shift = nodes.Function("shift", (moment.node, by.node), moment.type)
        return Expression(shift, moment.type)
    if operator == "-" and issubclass(other.type.python_type, date):
        elapsed = nodes.Function("elapsed", (moment.node, other.node), _INTERVAL)
        return Expression(elapsed, _INTERVAL)
    raise QueryError(f"'{operator}' cannot combine {moment!r} and {other!r}.")


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
    return Condition(nodes.Not(condition_node(condition)))


def literal(value: object, type_: ColumnType[Any] | type | None = None) -> Expression[Any]:
    """Return a value as an expression; its type is taken from the value if not given.

    Raises:
        ValidationError: There is no column type for the value.
    """
    kind = type_of(type_) if type_ is not None else natural_type(value)
    return Expression(literal_node(value, kind), kind)


def raw_literal(stored: Stored) -> Expression[Any]:
    """Return a stored value as an expression, bound just as it is."""
    return Expression(nodes.Literal(stored, RAW), RAW)


def question_of(value: object) -> nodes.Question | None:
    """Return the question that a value is or stands for, as a query does; None if it does not."""
    if isinstance(value, nodes.Question):
        return value
    question: nodes.Question | None = getattr(value, "__question__", None)
    return question


def scalar_of(question: nodes.Question) -> Expression[Any]:
    """Return the value of the answer to a question as an expression.

    Raises:
        QueryError: The rows have several columns.
    """
    if len(question.columns) != 1:
        raise QueryError("A question used as a value must have one column.")
    kind = question.first_type
    return Expression(nodes.ScalarQuestion(question, kind), kind)


def _listed_question(values: object) -> nodes.Question | None:
    if isinstance(values, Expression):
        if isinstance(values.node, nodes.ScalarQuestion):
            return values.node.statement
        raise QueryError("in_() takes a list of values or a select, not one expression.")
    return question_of(values)


def _listed(values: Any) -> list[object]:
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise QueryError(f"in_() takes a list of values, not {values!r}.")
    return list(values)


def _pattern(pattern: str) -> nodes.Literal:
    return literal_node(pattern, _TEXT)


def _part_name(key: object) -> str | int:
    if isinstance(key, int) and not isinstance(key, bool):
        return key
    try:
        stored_key(key)
    except (TypeError, ValueError):
        raise QueryError(f"A part is named by a text or a position, not by {key!r}.") from None
    return str(key)


def _check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as err:
        raise QueryError(f"{pattern!r} is no regular expression: {err}.") from err


def _escape(escape: str | None) -> str | None:
    if escape is not None and len(escape) != 1:
        raise QueryError(f"The escape of a pattern is one character, not {escape!r}.")
    return escape


def _flattened(
    kind: type[nodes.And | nodes.Or], conditions: tuple[Expression[bool], ...]
) -> tuple[Node, ...]:
    items: list[Node] = []
    for condition in conditions:
        node = condition_node(condition)
        items.extend(node.items if isinstance(node, kind) else (node,))
    return tuple(items)


def condition_node(condition: object) -> Node:
    """Return the element of a condition.

    Raises:
        QueryError: This is none.
    """
    if isinstance(condition, Expression) and not isinstance(condition.node, FieldCondition):
        return condition.node
    raise QueryError(
        f"{condition!r} is not a condition. Compare a column with a value, as in User.age >= 18."
    )
