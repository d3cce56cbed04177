"""Conditions as (field, operator, value), as the existing `pytuck` library passes them about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pytuck.common.exceptions import QueryError
from pytuck.query import nodes

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": lambda column, value: column == value,
    "==": lambda column, value: column == value,
    "!=": lambda column, value: column != value,
    "<": lambda column, value: column < value,
    "<=": lambda column, value: column <= value,
    ">": lambda column, value: column > value,
    ">=": lambda column, value: column >= value,
    "IN": lambda column, value: column.in_(value),
    "NOT IN": lambda column, value: column.not_in(value),
    "LIKE": lambda column, value: column.contains(value),
    "CONTAINS": lambda column, value: column.contains(value),
    "STARTSWITH": lambda column, value: column.startswith(value),
    "ENDSWITH": lambda column, value: column.endswith(value),
    "IS NULL": lambda column, _: column.is_null(),
    "IS NOT NULL": lambda column, _: column.is_not_null(),
    "BETWEEN": lambda column, value: column.between(*value),
}
_TEXT_MATCHES = {"contains": "LIKE", "startswith": "STARTSWITH", "endswith": "ENDSWITH"}


@dataclass(frozen=True, slots=True)
class FieldCondition:
    """A column of a table compared with a value.

    Attributes:
        field: The name of the column in the database.
        operator: One of `= != < <= > >= IN LIKE STARTSWITH ENDSWITH` and a few more; `LIKE` looks
            for a part of the text, as it stands.
    """

    field: str
    operator: str
    value: Any = None

    def on(self, source: Any) -> Any:
        """Return the condition on the columns of a table.

        Raises:
            ColumnNotFoundError: The table has no such column.
            QueryError: There is no such operator.
        """
        make = _OPERATORS.get(self.operator.upper())
        if make is None:
            raise QueryError(
                f"Unsupported operator {self.operator!r}; there are: {', '.join(_OPERATORS)}.",
                table_name=source.name,
                column_name=self.field,
            )
        return make(source.column_named(self.field), self.value)


def field_condition(node: nodes.Node) -> FieldCondition:
    """Return a comparison of one column with one value as plain data.

    Raises:
        QueryError: The condition is anything more than that.
    """
    match node:
        case nodes.Comparison(nodes.ColumnRef() as column, operator, nodes.Literal() as value):
            return FieldCondition(column.name, operator, _plain(value))
        case nodes.In(nodes.ColumnRef() as column, values, is_negated):
            plain = [_plain(value) for value in values]
            return FieldCondition(column.name, "NOT IN" if is_negated else "IN", plain)
        case nodes.IsNull(nodes.ColumnRef() as column, is_negated):
            return FieldCondition(column.name, "IS NOT NULL" if is_negated else "IS NULL")
        case nodes.TextMatch(kind, nodes.ColumnRef() as column, nodes.Literal() as value):
            return FieldCondition(column.name, _TEXT_MATCHES[kind], _plain(value))
    raise QueryError(
        f"{node!r} is no comparison of one column with one value. Pass the expression itself."
    )


def _plain(literal: nodes.Literal) -> Any:
    return literal.type.from_storage(literal.stored)
