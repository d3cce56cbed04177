"""Functions of the database: `func.count(User.id)`."""

from __future__ import annotations

from typing import Any

from pytuck.query import nodes
from pytuck.query.expressions import Expression, literal
from pytuck.types import RAW, TYPES, ColumnType

_RESULT_TYPES: dict[str, ColumnType[Any]] = {
    "count": TYPES[int],
    "length": TYPES[int],
    "avg": TYPES[float],
    "lower": TYPES[str],
    "upper": TYPES[str],
    "trim": TYPES[str],
}
_SAME_AS_ARGUMENT = frozenset({"min", "max", "abs", "coalesce"})


class _Functions:
    """Builds a call of any function of the database from its name."""

    def __getattr__(self, name: str) -> _FunctionName:
        if name.startswith("__"):
            raise AttributeError(name)
        return _FunctionName(name.lower())


class _FunctionName:
    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *arguments: object) -> Expression[Any]:
        terms = [item if isinstance(item, Expression) else literal(item) for item in arguments]
        if self._name in _SAME_AS_ARGUMENT and terms:
            kind = terms[0].type
        else:
            kind = _RESULT_TYPES.get(self._name, RAW)
        node = nodes.Function(self._name, tuple(term.node for term in terms), kind)
        return Expression(node, kind)


func = _Functions()
"""Functions by name: `func.count()`, `func.max(User.age)`, `func.lower(User.name)`."""
