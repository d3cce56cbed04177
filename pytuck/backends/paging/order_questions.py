"""Questions to the temporary table of a built order, as statements like any other."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from pytuck.query import Select, nodes
from pytuck.query.nodes import Node, TableRef
from pytuck.types import RAW, TYPES

_INTEGER = TYPES[int]


def joined_with_order(
    order: str, table: str, keys: tuple[Node, ...], expressions: tuple[Node, ...]
) -> Select[Any]:
    """Return the question for expressions on a table whose keys an order holds."""
    pairs = enumerate(keys)
    matches = tuple(nodes.Comparison(key, "=", _value(order, place)) for place, key in pairs)
    source = nodes.Join(TableRef(order), TableRef(table), "left", nodes.And(matches))
    return Select(expressions, source)


def copies_in_order(
    order: str, shown: tuple[Node, ...], expressions: tuple[Node, ...]
) -> Select[Any]:
    """Return the question for expressions on the columns that an order holds copies of."""
    places = {node.name: at for at, node in enumerate(shown) if isinstance(node, nodes.ColumnRef)}
    return Select(
        tuple(_on_copies(expression, order, places) for expression in expressions), TableRef(order)
    )


def at_positions(statement: Select[Any], order: str, first: int, count: int) -> Select[Any]:
    """Return a question for `count` positions of an order, which it counts from 1."""
    position = nodes.ColumnRef(order, "position", _INTEGER)
    bounds = (
        nodes.Comparison(position, ">=", nodes.Literal(first + 1, _INTEGER)),
        nodes.Comparison(position, "<", nodes.Literal(first + 1 + count, _INTEGER)),
    )
    return replace(statement, where_node=nodes.And(bounds), order=(nodes.Order(position),))


def _value(order: str, place: int) -> nodes.ColumnRef:
    return nodes.ColumnRef(order, f"value_{place}", RAW)


def _on_copies(item: Any, order: str, places: dict[str, int]) -> Any:
    """Return an element with the columns it speaks of replaced by their copies."""
    if isinstance(item, nodes.ColumnRef):
        return replace(_value(order, places[item.name]), type=item.type)
    if isinstance(item, tuple):
        return tuple(_on_copies(part, order, places) for part in item)
    if is_dataclass(item) and not isinstance(item, type):
        changes = {
            field.name: _on_copies(getattr(item, field.name), order, places)
            for field in fields(item)
            if field.init
        }
        return replace(item, **changes)
    return item
