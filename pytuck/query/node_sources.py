"""Which sources an expression speaks of, and which a tree of joins holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytuck.query import nodes
from pytuck.query.nodes import Node, SourceNode


def mentioned(items: Iterable[Node | None]) -> dict[str, SourceNode]:
    """Return the sources of all columns in expressions, by the names columns call them.

    Questions inside of the expressions have sources of their own, which are left out.
    """
    found: dict[str, SourceNode] = {}
    for item in items:
        if item is not None:
            _collect(item, found)
    return found


def source_of_column(node: nodes.ColumnRef | nodes.RowIdRef) -> SourceNode:
    """Return the source that a column belongs to."""
    return nodes.TableRef(node.source) if node.origin is None else node.origin


def sources_in(tree: Node | None) -> Iterator[SourceNode]:
    """Yield the sources of a tree of joins, from left to right."""
    if isinstance(tree, nodes.Join):
        yield from sources_in(tree.left)
        yield tree.right
    elif isinstance(tree, SourceNode):
        yield tree


def conditions_in(tree: Node | None) -> Iterator[Node | None]:
    """Yield the conditions of a tree of joins."""
    if isinstance(tree, nodes.Join):
        yield from conditions_in(tree.left)
        yield tree.condition


def _collect(node: Node, found: dict[str, SourceNode]) -> None:
    if isinstance(node, (nodes.ColumnRef, nodes.RowIdRef)):
        if node.source not in found:
            found[node.source] = source_of_column(node)
        return
    if isinstance(node, nodes.Question):
        return
    for name in node.__match_args__:
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Node):
                _collect(item, found)
