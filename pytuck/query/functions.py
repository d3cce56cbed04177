"""Functions of the database, and the expressions that look like calls."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from pytuck.common.exceptions import QueryError
from pytuck.query import nodes
from pytuck.query.expressions import (
    Expression,
    Ordering,
    condition_node,
    literal,
    question_of,
    scalar_of,
)
from pytuck.query.literals import common_type, literal_node
from pytuck.types import RAW, TYPES, ColumnType, type_of

_INTEGER, _FLOAT, _TEXT = TYPES[int], TYPES[float], TYPES[str]
_PARTS = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_CALENDAR = ("quarter", "week", "weekday", "day_of_year")

DATE_PARTS = (*_PARTS, *_CALENDAR)
"""The parts of a date or time that can be taken from it; `weekday` counts from Monday as 0."""

_RESULT_TYPES: dict[str, ColumnType[Any]] = {
    **dict.fromkeys(
        ("count", "length", "instr", "row_number", "rank", "dense_rank", "ntile", *DATE_PARTS),
        _INTEGER,
    ),
    **dict.fromkeys(
        ("stddev", "stddev_samp", "stddev_pop", "variance", "var_samp", "var_pop", "random"), _FLOAT
    ),
    **dict.fromkeys(("percent_rank", "cume_dist", "sqrt", "exp", "ln", "log", "power"), _FLOAT),
    **dict.fromkeys(("lower", "upper", "trim", "ltrim", "rtrim", "replace", "substr"), _TEXT),
    **dict.fromkeys(("group_concat", "hex", "printf", "format"), _TEXT),
    "now": TYPES[datetime],
    "current_timestamp": TYPES[datetime],
    "current_date": TYPES[date],
    "current_time": TYPES[time],
    "date": TYPES[date],
    "time": TYPES[time],
    "total": _FLOAT,
}
_SAME_AS_ARGUMENT = frozenset(
    (
        "min",
        "max",
        "abs",
        "nullif",
        "round",
        "lag",
        "lead",
        "first_value",
        "last_value",
        "nth_value",
    )
)
_COMMON_TO_ARGUMENTS = frozenset(("coalesce", "ifnull"))
_AVERAGES = frozenset(("avg", "median"))
_OTHER_NAMES = {"substring": "substr", "string_agg": "group_concat", "char_length": "length"}


class _Functions:
    """Builds a call of any function of the database from its name."""

    def __getattr__(self, name: str) -> _FunctionName:
        if name.startswith("__"):
            raise AttributeError(name)
        return _FunctionName(name.lower())


class _FunctionName:
    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = _OTHER_NAMES.get(name, name)

    def __call__(
        self,
        *arguments: object,
        order_by: object = (),
        type_: ColumnType[Any] | type | None = None,
    ) -> FunctionCall:
        """Return the call with these arguments.

        Args:
            order_by: The order in which an aggregate takes the rows.
            type_: The type of the result; known for usual functions, else as it is stored.
        """
        terms = [_term(item) for item in arguments]
        order = _orders(order_by)
        known = type_of(type_) if type_ is not None else None
        kind = known or _result_type(self._name, [term.type for term in terms])
        node = nodes.Function(self._name, tuple(term.node for term in terms), kind, order)
        return FunctionCall(node, kind)


class FunctionCall(Expression[Any]):
    """A call of a function."""

    __slots__ = ()

    node: nodes.Function

    def filter(self, *conditions: Expression[bool]) -> FunctionCall:
        """Return the aggregate of only the rows that meet all of `conditions`."""
        old = self.node
        parts = ([] if old.condition is None else [old.condition]) + [
            *map(condition_node, conditions)
        ]
        condition = parts[0] if len(parts) == 1 else nodes.And(tuple(parts))
        node = nodes.Function(old.name, old.arguments, old.type, old.order, condition)
        return FunctionCall(node, self.type)

    def over(
        self,
        *,
        partition_by: object = (),
        order_by: object = (),
        rows: tuple[int | None, int | None] | None = None,
        range_: tuple[int | None, int | None] | None = None,
    ) -> Expression[Any]:
        """Return the function computed for each row over the rows around it.

        Args:
            partition_by: One or several expressions: rows with the same values belong together.
            order_by: One or several keys.
            rows: From how many rows before (negative) or after to how many; None is no limit.
            range_: The same, in values of the only key instead of rows.

        Raises:
            QueryError: Both frames are given, or one is no pair of whole numbers.
        """
        if rows is not None and range_ is not None:
            raise QueryError("A window has a frame of rows or of a range, not both.")
        frame = _frame("rows", rows) if rows is not None else _frame("range", range_)
        partition = tuple(item.node for item in _several(partition_by))
        node = nodes.Over(self.node, partition, _orders(order_by), frame)
        return Expression(node, self.type)


func: Any = _Functions()
"""Functions by name: `func.count()`, `func.max(User.age)`, `func.lower(User.name)`."""


def case(
    *branches: tuple[Expression[bool], object],
    value: Expression[Any] | None = None,
    else_: object = None,
) -> Expression[Any]:
    """Return the value of the first branch whose condition is true.

    Args:
        branches: Pairs of a condition and a value. One dictionary compares `value` with its keys.
        value: What the keys of the dictionary are compared with.
        else_: The value if no condition is true; NULL if not given.

    Raises:
        QueryError: There is no branch.
    """
    pairs: list[Any] = list(branches)
    if value is not None and len(pairs) == 1 and isinstance(pairs[0], dict):
        pairs = [(value == key, item) for key, item in pairs[0].items()]
    if not pairs:
        raise QueryError("case() needs at least one pair of a condition and a value.")
    values = [_branch_value(item) for _, item in pairs]
    otherwise = None if else_ is None else _branch_value(else_)
    every = values if otherwise is None else [*values, otherwise]
    kind = common_type([item.type for item in every])
    conditions = [condition_node(condition) for condition, _ in pairs]
    whens = tuple(
        nodes.When(condition, _as_type(item, kind))
        for condition, item in zip(conditions, values, strict=True)
    )
    last = None if otherwise is None else _as_type(otherwise, kind)
    return Expression(nodes.Case(whens, last, kind), kind)


def cast(value: object, type_: ColumnType[Any] | type) -> Expression[Any]:
    """Return a value turned into one of another type."""
    return _term(value).cast(type_)


def distinct(expression: Expression[Any]) -> Expression[Any]:
    """Return the different values only, for an aggregate: `func.count(distinct(User.city))`."""
    return expression.distinct()


def extract(part: str, moment: Expression[Any]) -> Expression[Any]:
    """Return a part of a date or time, by its name.

    Raises:
        QueryError: There is no part of this name.
    """
    name = {"doy": "day_of_year"}.get(part.lower(), part.lower())
    if name == "dow":  # SQL counts from Sunday as 0
        return (_FunctionName("weekday")(moment) + 1) % 7
    if name not in DATE_PARTS:
        raise QueryError(f"{part!r} is no part of a date. There are: {', '.join(DATE_PARTS)}.")
    return _FunctionName(name)(moment)


def _result_type(name: str, types: list[ColumnType[Any]]) -> ColumnType[Any]:
    first = types[0] if types else RAW
    if name in _SAME_AS_ARGUMENT:
        return first
    if name in _COMMON_TO_ARGUMENTS:
        return common_type(types)
    if name in _AVERAGES:
        return first if first.python_type in (Decimal, timedelta) else _FLOAT
    if name in ("sum", "total"):
        if first.python_type is bool:
            return _INTEGER
        if first.python_type in (int, float, Decimal, timedelta) and name == "sum":
            return first if first.python_type is not Decimal else TYPES[Decimal]
        return TYPES[Decimal] if first.python_type is Decimal else _RESULT_TYPES.get(name, RAW)
    return _RESULT_TYPES.get(name, RAW)


def _frame(kind: nodes.FrameKind, bounds: Any) -> nodes.Frame | None:
    if bounds is None:
        return None
    is_pair = isinstance(bounds, tuple) and len(bounds) == 2
    if not is_pair or not all(bound is None or type(bound) is int for bound in bounds):
        raise QueryError(
            f"A frame is a pair of whole numbers, None being no limit, such as {kind}=(-2, 0); "
            f"not {bounds!r}."
        )
    return nodes.Frame(kind, *bounds)


def _term(item: object) -> Expression[Any]:
    if isinstance(item, Expression):
        return item
    question = question_of(item)
    return literal(item) if question is None else scalar_of(question)


def _branch_value(item: object) -> Expression[Any]:
    return _term(item)


def _as_type(item: Expression[Any], kind: ColumnType[Any]) -> nodes.Node:
    """Return a branch's value; a number beside decimals becomes one."""
    node = item.node
    if isinstance(node, nodes.Literal) and node.stored is not None and item.type != kind:
        return literal_node(item.type.from_storage(node.stored), kind)
    return node


def _several(items: Any) -> Sequence[Any]:
    if items is None:
        return ()
    return items if isinstance(items, (list, tuple)) else (items,)


def _orders(items: object) -> tuple[nodes.Order, ...]:
    return tuple(
        item.node if isinstance(item, Ordering) else nodes.Order(item.node)
        for item in _several(items)
    )
