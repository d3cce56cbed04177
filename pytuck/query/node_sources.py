"""What an expression speaks of: sources and aggregates; which sources a tree of joins holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytuck.common.exceptions import QueryError
from pytuck.query import nodes
from pytuck.query.nodes import Node, SourceNode

_AGGREGATES = frozenset(
    [
        "avg",
        "count",
        "group_concat",
        "median",
        "stddev",
        "stddev_pop",
        "stddev_samp",
        "sum",
        "total",
        "var_pop",
        "var_samp",
        "variance",
    ]
)

TOO_DEEP = (
    "The statement is nested too deeply. Combine conditions with one and_() or or_() of all of "
    "them, and compute long sums and texts in Python."
)


def mentioned(items: Iterable[Node | None]) -> dict[str, SourceNode]:
    """Return the sources of all columns in expressions, by the names columns call them.

    Questions inside of the expressions have sources of their own, which are left out.

    Raises:
        QueryError: An expression is nested too deeply.
    """
    return {label: source_of_column(column) for label, column in columns_mentioned(items).items()}


def columns_mentioned(
    items: Iterable[Node | None],
) -> dict[str, nodes.ColumnRef | nodes.RowIdRef]:
    """Return a column of each source that expressions speak of, the first one of each.

    Raises:
        QueryError: An expression is nested too deeply.
    """
    found: dict[str, nodes.ColumnRef | nodes.RowIdRef] = {}
    try:
        for item in items:
            if item is not None:
                _collect(item, found)
    except RecursionError:
        raise QueryError(TOO_DEEP) from None
    return found


def aggregate_in(node: Node) -> nodes.Function | None:
    """Return the first aggregate or window function in an expression, questions in it apart."""
    if isinstance(node, nodes.Question):
        return None
    if isinstance(node, nodes.Over):
        return node.function
    if isinstance(node, nodes.Function) and _is_aggregate(node):
        return node
    found = (aggregate_in(item) for item in _parts(node))
    return next((item for item in found if item is not None), None)


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


def _collect(node: Node, found: dict[str, nodes.ColumnRef | nodes.RowIdRef]) -> None:
    if isinstance(node, (nodes.ColumnRef, nodes.RowIdRef)):
        found.setdefault(node.source, node)
        return
    if isinstance(node, nodes.Question):
        return
    for item in _parts(node):
        _collect(item, found)


def _parts(node: Node) -> Iterator[Node]:
    for name in node.__match_args__:
        value = getattr(node, name)
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, Node):
                yield item


def _is_aggregate(node: nodes.Function) -> bool:
    if node.name in ("min", "max"):
        return len(node.arguments) == 1  # of several values it is the least or greatest of them
    return node.name in _AGGREGATES
