"""How Python values become literals, and what types calculations give."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pytuck.common.exceptions import QueryError
from pytuck.query import nodes
from pytuck.types import RAW, TYPES, ColumnType, type_of

_NUMBERS = (int, float, Decimal)
_INTEGER, _FLOAT, _DECIMAL = TYPES[int], TYPES[float], TYPES[Decimal]
_INTERVAL = TYPES[timedelta]


def literal_node(value: object, type_: ColumnType[Any]) -> nodes.Literal:
    """Return the literal that stands for `value` where a value of `type_` is expected.

    Numbers keep their own type beside numbers, dates beside points in time: `age > 17.5` and
    `created < date(2026, 1, 1)` mean what they say. Beside decimals, numbers are decimals.

    Raises:
        TypeConversionError: The value means nothing as a value of this type.
    """
    if value is None or type_.is_valid(value):
        return nodes.Literal(type_.to_storage(value), type_)
    if type_.python_type is Decimal and isinstance(value, _NUMBERS) and _is_finite(value):
        return nodes.Literal(_DECIMAL.to_storage(_DECIMAL.convert(value)), _DECIMAL)
    own = TYPES.get(type(value))
    if own is not None and own.is_valid(value) and _are_comparable(type_.python_type, value):
        return nodes.Literal(own.to_storage(value), own)
    return nodes.Literal(type_.to_storage(type_.convert(value)), type_)


def operand_node(value: object, type_: ColumnType[Any]) -> nodes.Literal:
    """Return the literal for a value that is calculated with a value of `type_`."""
    if isinstance(value, (*_NUMBERS, timedelta)) and type_.python_type is not str:
        return literal_node(value, natural_type(value))
    return literal_node(value, type_)


def natural_type(value: object) -> ColumnType[Any]:
    """Return the type a value has by itself.

    Raises:
        ValidationError: There is no column type for the value.
    """
    return RAW if value is None else type_of(type(value))


def result_type(
    operator: nodes.ArithmeticOperator, left: ColumnType[Any], right: ColumnType[Any]
) -> ColumnType[Any]:
    """Return the type of a calculation.

    Raises:
        QueryError: The types cannot be combined like this.
    """
    kinds = {left.python_type, right.python_type}
    if object in kinds:
        return RAW
    if timedelta in kinds:
        return _interval_result(operator, left.python_type, right.python_type)
    if not all(issubclass(kind, _NUMBERS) for kind in kinds):
        names = " and ".join(
            sorted(kind.__name__ for kind in (left.python_type, right.python_type))
        )
        raise QueryError(f"'{operator}' cannot combine {names}. Convert one with cast().")
    if Decimal in kinds:
        return _DECIMAL
    return _FLOAT if float in kinds or operator == "/" else _INTEGER


def _interval_result(
    operator: nodes.ArithmeticOperator, left: type, right: type
) -> ColumnType[Any]:
    if left is right is timedelta:
        by_operator = {"+": _INTERVAL, "-": _INTERVAL, "%": _INTERVAL, "/": _FLOAT, "//": _INTEGER}
        if operator in by_operator:
            return by_operator[operator]
    elif (operator == "*" and int in (left, right)) or (
        operator == "//" and left is timedelta and right is int
    ):
        return _INTERVAL
    raise QueryError(f"'{operator}' cannot combine {left.__name__} and {right.__name__}.")


def common_type(types: list[ColumnType[Any]]) -> ColumnType[Any]:
    """Return the type of a value that is of one of these: the first that says anything."""
    known = [kind for kind in types if kind != RAW]
    if not known:
        return RAW
    kinds = {kind.python_type for kind in known}
    if kinds <= {int, float} and float in kinds:
        return _FLOAT
    if Decimal in kinds and kinds <= set(_NUMBERS):
        return _DECIMAL
    return known[0]


def _is_finite(value: object) -> bool:
    return not isinstance(value, float) or math.isfinite(value)


def _are_comparable(expected: type, value: object) -> bool:
    if issubclass(expected, _NUMBERS):
        return isinstance(value, _NUMBERS) and expected is not bool
    return issubclass(expected, date) and isinstance(value, date)
