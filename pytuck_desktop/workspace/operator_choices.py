"""Which operators make sense for the values of a column."""

from __future__ import annotations

from pytuck_desktop.workspace.conditions import (
    LISTS,
    VALUE_COUNTS,
    ColumnTest,
    Operator,
)
from pytuck_desktop.workspace.file_info import ColumnInfo
from pytuck_desktop.workspace.typed_values import Family, family_of

_EQUALITY = (Operator.EQUAL, Operator.NOT_EQUAL)
_ORDER = (
    Operator.LESS,
    Operator.AT_MOST,
    Operator.GREATER,
    Operator.AT_LEAST,
    Operator.BETWEEN,
)
_LISTS = (Operator.ONE_OF, Operator.NONE_OF)
_NULL = (Operator.NULL, Operator.NOT_NULL)
_PARTS = (
    Operator.CONTAINS,
    Operator.NOT_CONTAINS,
    Operator.STARTS_WITH,
    Operator.ENDS_WITH,
    Operator.MATCHES,
    Operator.NOT_MATCHES,
)
_ORDERED = (*_EQUALITY, *_ORDER, *_LISTS, *_NULL)

_CHOICES = {
    Family.NUMBER: _ORDERED,
    Family.DATE: _ORDERED,
    Family.TIMESTAMP: _ORDERED,
    Family.TIME: _ORDERED,
    Family.BOOLEAN: (*_EQUALITY, *_NULL),
    Family.TEXT: (*_PARTS, *_EQUALITY, *_LISTS, *_ORDER, *_NULL),
    Family.JSON: (*_PARTS, *_NULL),
    Family.BLOB: _NULL,
    Family.ANY: (*_EQUALITY, *_PARTS, *_ORDER, *_LISTS, *_NULL),
}
"""The first one is what a new condition begins with."""


def operators_for(column: ColumnInfo) -> tuple[Operator, ...]:
    """Return the operators to choose from for a column, the likeliest first."""
    return _CHOICES[family_of(column)]


def new_test(column: ColumnInfo) -> ColumnTest:
    """Return the test that a new condition on a column begins with; it asks for nothing yet."""
    return with_operator(
        ColumnTest(column.name, operators_for(column)[0]), operators_for(column)[0]
    )


def with_operator(test: ColumnTest, operator: Operator) -> ColumnTest:
    """Return a test with another operator, and what it can keep of the values."""
    if operator in LISTS:
        kept = tuple(value for value in test.values if isinstance(value, str) and value)
        return ColumnTest(test.column, operator, kept)
    count = VALUE_COUNTS.get(operator, 1)
    values = tuple(
        "" if value is None or isinstance(value, bytes) else str(value)
        for value in test.values[:count]
    )
    return ColumnTest(test.column, operator, values + ("",) * (count - len(values)))


def with_column(test: ColumnTest, column: ColumnInfo) -> ColumnTest:
    """Return a test of another column, with the same operator and values where they fit."""
    choices = operators_for(column)
    operator = test.operator if test.operator in choices else choices[0]
    return with_operator(test._replace(column=column.name), operator)
