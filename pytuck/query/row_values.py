"""`tuple_`: several values that are compared together."""

from __future__ import annotations

from typing import Any

from pytuck.common.exceptions import QueryError
from pytuck.query import nodes
from pytuck.query.expressions import Condition, Expression, not_, or_, question_of
from pytuck.query.nodes import Node
from pytuck.types import RAW


class RowValue(Expression[tuple[Any, ...]]):
    """Several values, compared with tuples of as many; the first that differs decides."""

    __slots__ = ("_items",)

    def __init__(self, items: tuple[Expression[Any], ...]) -> None:
        super().__init__(nodes.Row(tuple(item.node for item in items)), RAW)
        self._items = items

    def _operand(self, other: object) -> Node:
        question = question_of(other)
        if question is not None and len(question.columns) == len(self._items):
            return nodes.ScalarQuestion(question, RAW)
        if isinstance(other, RowValue):
            return other.node
        if not isinstance(other, tuple) or len(other) != len(self._items):
            raise QueryError(f"A tuple_ is compared with tuples of {len(self._items)}: {other!r}.")
        pairs = zip(self._items, other, strict=True)
        return nodes.Row(tuple(item._operand(value) for item, value in pairs))

    def _in(self, values: Any, *, is_negated: bool) -> Condition:
        question = question_of(values)
        if question is not None:
            if len(question.columns) != len(self._items):
                raise QueryError(f"The select in in_() must have {len(self._items)} columns.")
            return Condition(nodes.InQuestion(self.node, question, is_negated))
        found = or_(*(self == value for value in values))
        return not_(found) if is_negated else found


def tuple_(*values: Expression[Any]) -> RowValue:
    """Return several values that are compared together, the first that differs deciding."""
    if len(values) < 2:
        raise QueryError("A tuple_ has at least two values.")
    return RowValue(values)
