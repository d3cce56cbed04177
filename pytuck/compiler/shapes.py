"""Which statements share their SQL: all that differ in their literals only.

`shape_of` walks a statement in the very order in which the writer numbers the parameters, and
collects the values on the way, so that a repeated statement costs this walk and one look-up.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from pytuck.compiler.expressions import (
    glob_pattern,
    is_long_list,
    list_parameter,
    regular_expression,
)
from pytuck.query import nodes
from pytuck.query.nodes import Node
from pytuck.query.statements import Delete, Insert, Select, Statement, Update
from pytuck.types import Stored

Shape = tuple[Hashable, ...]


def shape_of(statement: Statement, parameters: list[Stored]) -> Shape:
    """Return what identifies the SQL of a statement, and append its parameters.

    An insert's rows are not among them: it runs once for each row.
    """
    if isinstance(statement, Select):
        return _select_shape(statement, parameters)
    if isinstance(statement, Insert):
        returning = _shapes(statement.returning_nodes, parameters)
        return ("insert", statement.target, statement.columns, returning)
    if isinstance(statement, Update):
        assigned = tuple(
            (column, _shape(node, parameters)) for column, node in statement.assignments
        )
        where = _optional(statement.where_node, parameters)
        return (
            "update",
            statement.target,
            assigned,
            where,
            _shapes(statement.returning_nodes, parameters),
        )
    assert isinstance(statement, Delete)
    where = _optional(statement.where_node, parameters)
    return ("delete", statement.target, where, _shapes(statement.returning_nodes, parameters))


def _select_shape(statement: Select[Any], parameters: list[Stored]) -> Shape:
    return (
        "select",
        _shapes(statement.columns, parameters),
        statement.source,
        _optional(statement.where_node, parameters),
        _shapes(statement.order, parameters),
        _optional(statement.limit_node, parameters),
        _optional(statement.offset_node, parameters),
        statement.is_distinct,
    )


def _optional(node: Node | None, parameters: list[Stored]) -> Hashable:
    return None if node is None else _shape(node, parameters)


def _shapes(items: tuple[Node, ...], parameters: list[Stored]) -> Hashable:
    return tuple([_shape(item, parameters) for item in items])


def _shape(node: Node, parameters: list[Stored]) -> Hashable:
    special = _SPECIAL.get(type(node))
    if special is not None:
        return special(node, parameters)
    parts: list[Any] = [type(node)]
    for name in node.__match_args__:
        value = getattr(node, name)
        if isinstance(value, Node):
            value = _shape(value, parameters)
        elif type(value) is tuple:
            value = _shapes(value, parameters)
        parts.append(value)
    return tuple(parts)


def _itself(node: Node, parameters: list[Stored]) -> Hashable:
    return node


def _literal(node: nodes.Literal, parameters: list[Stored]) -> Hashable:
    parameters.append(node.stored)
    return node.type


def _in(node: nodes.In, parameters: list[Stored]) -> Hashable:
    item = _shape(node.item, parameters)
    if is_long_list(node):
        parameters.append(list_parameter(node.values))
        return (nodes.In, item, "list", node.is_negated)
    parameters.extend(value.stored for value in node.values)
    return (nodes.In, item, len(node.values), node.is_negated)


def _like(node: nodes.Like, parameters: list[Stored]) -> Hashable:
    item = _shape(node.item, parameters)
    parameters.append(regular_expression(node) if node.ignores_case else glob_pattern(node))
    return (nodes.Like, item, node.ignores_case)


_SPECIAL: dict[type[Node], Callable[[Any, list[Stored]], Hashable]] = {
    nodes.ColumnRef: _itself,
    nodes.RowIdRef: _itself,
    nodes.TableRef: _itself,
    nodes.Literal: _literal,
    nodes.In: _in,
    nodes.Like: _like,
}
