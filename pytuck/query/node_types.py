"""What type the value of a node has, and under which name it stands in an answer."""

from __future__ import annotations

from typing import Any

from pytuck.query import nodes
from pytuck.query.nodes import Node
from pytuck.types import RAW, TYPES, ColumnType

_BOOLEAN = TYPES[bool]
_INTEGER = TYPES[int]

_FIXED: dict[type[Node], ColumnType[Any]] = {
    nodes.RowIdRef: _INTEGER,
    nodes.LongSize: RAW,
    nodes.Preview: RAW,
    nodes.Row: RAW,
    **dict.fromkeys(
        (
            nodes.Comparison,
            nodes.And,
            nodes.Or,
            nodes.Not,
            nodes.IsNull,
            nodes.In,
            nodes.InQuestion,
            nodes.Exists,
            nodes.Between,
            nodes.Like,
            nodes.TextMatch,
            nodes.RegexpMatch,
        ),
        _BOOLEAN,
    ),
}
_NAMED = (
    nodes.Labelled,
    nodes.ColumnRef,
    nodes.RowIdRef,
    nodes.ResultRef,
    nodes.Function,
)
_WRAPPERS = (nodes.Labelled, nodes.Distinct, nodes.Order)


def type_of_node(node: Node) -> ColumnType[Any]:
    """Return the type of a node's value."""
    while isinstance(node, _WRAPPERS):
        node = node.item
    if isinstance(node, nodes.Over):
        return node.function.type
    fixed = _FIXED.get(type(node))
    if fixed is not None:
        return fixed
    kind: ColumnType[Any] = getattr(node, "type", RAW)
    return kind


def name_of_node(node: Node, number: int) -> str:
    """Return the name of the column with this value, the column number `number` of an answer."""
    if isinstance(node, (nodes.Distinct, nodes.Preview, nodes.Cast)):
        return name_of_node(node.item, number)
    if isinstance(node, nodes.Over):
        return node.function.name
    if isinstance(node, _NAMED):
        return node.name
    return f"column_{number}"
