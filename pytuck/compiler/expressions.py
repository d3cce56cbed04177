"""SQL of expressions. Each visit writes the children of its node once, in the order of its fields."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pytuck.common.exceptions import UnsupportedOperationError
from pytuck.compiler.dialects import Dialect
from pytuck.query import nodes
from pytuck.query.nodes import Node
from pytuck.types import StorageClass, Stored

LONG_LIST = 32
"""From this many values on, the list of an `IN` travels as one JSON parameter."""


class ExpressionWriter:
    """Writes the SQL of one statement's expressions and numbers its parameters.

    Attributes:
        is_qualified: Write columns with the name of their table; an insert's must stand alone.
        literals: The literals met, in the order of their parameters.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.literals: list[nodes.Literal | tuple[nodes.Literal, ...]] = []
        self._visits: dict[type[Node], Callable[[Any], str]] = {
            nodes.ColumnRef: self._column,
            nodes.RowIdRef: self._rowid,
            nodes.Literal: self._literal,
            nodes.Comparison: self._comparison,
            nodes.Row: self._row,
            nodes.And: self._and,
            nodes.Or: self._or,
            nodes.Not: self._not,
            nodes.IsNull: self._is_null,
            nodes.In: self._in,
            nodes.Between: self._between,
            nodes.Like: self._like,
            nodes.TextMatch: self._text_match,
            nodes.Function: self._function,
            nodes.Preview: self._preview,
            nodes.LongSize: self._long_size,
            nodes.Labelled: self._labelled,
            nodes.Order: self._order,
        }

    def write(self, node: Node) -> str:
        """Return the SQL of a node.

        Raises:
            UnsupportedOperationError: The compiler does not know this kind of node.
        """
        visit = self._visits.get(type(node))
        if visit is None:
            raise UnsupportedOperationError(
                f"The {self.dialect.name} compiler cannot write a {type(node).__name__}."
            )
        return visit(node)

    def parameter(self, literal: nodes.Literal | tuple[nodes.Literal, ...]) -> str:
        """Return the placeholder of the next parameter."""
        self.literals.append(literal)
        return f"?{len(self.literals)}"

    def _column(self, node: nodes.ColumnRef) -> str:
        return f"{self.dialect.quote(node.source)}.{self.dialect.quote(node.name)}"

    def _rowid(self, node: nodes.RowIdRef) -> str:
        return f"{self.dialect.quote(node.source)}.{self.dialect.quote(node.name)}"

    def _literal(self, node: nodes.Literal) -> str:
        return self.parameter(node)

    def _comparison(self, node: nodes.Comparison) -> str:
        collation = self._collation(node.left, node.right)
        operator = node.operator.upper()
        return f"{self._term(node.left)}{collation} {operator} {self._term(node.right)}"

    def _row(self, node: nodes.Row) -> str:
        return ", ".join(map(self.write, node.items))

    def _preview(self, node: nodes.Preview) -> str:
        item = self._term(node.item)
        return (
            f"CASE WHEN octet_length({item}) <= {node.whole_bytes:d} OR {item} IS NULL THEN {item} "
            f"WHEN octet_length({item}) < {node.readable_bytes:d} "
            f"THEN substr({item}, 1, {node.preview_length:d}) END"
        )

    def _long_size(self, node: nodes.LongSize) -> str:
        item = self._term(node.item)
        return (
            f"CASE WHEN octet_length({item}) > {node.whole_bytes:d} THEN octet_length({item}) END"
        )

    def _and(self, node: nodes.And) -> str:
        return " AND ".join(map(self._term, node.items)) if node.items else "1"

    def _or(self, node: nodes.Or) -> str:
        return " OR ".join(map(self._term, node.items)) if node.items else "0"

    def _not(self, node: nodes.Not) -> str:
        return f"NOT {self._term(node.item)}"

    def _is_null(self, node: nodes.IsNull) -> str:
        return f"{self._term(node.item)} IS {'NOT ' if node.is_negated else ''}NULL"

    def _in(self, node: nodes.In) -> str:
        item = self._term(node.item) + self._collation(node.item)
        if is_long_list(node):
            values = self.dialect.list_rows.format(self.parameter(node.values))
        else:
            values = ", ".join(map(self._literal, node.values))
        return f"{item} {'NOT ' if node.is_negated else ''}IN ({values})"

    def _between(self, node: nodes.Between) -> str:
        item = self._term(node.item) + self._collation(node.item)
        return f"{item} BETWEEN {self._term(node.low)} AND {self._term(node.high)}"

    def _like(self, node: nodes.Like) -> str:
        item, pattern = self._term(node.item), self.parameter(node.pattern)
        if node.ignores_case:
            return f"{self.dialect.case_blind_like}({pattern}, {item})"
        return f"{item} GLOB {pattern}"

    def _text_match(self, node: nodes.TextMatch) -> str:
        item, part = self._term(node.item), self._term(node.part)
        if node.kind == "contains":
            return f"instr({item}, {part}) > 0"
        if node.kind == "startswith":
            return f"substr({item}, 1, length({part})) = {part}"
        return f"substr({item}, length({item}) - length({part}) + 1) = {part}"

    def _function(self, node: nodes.Function) -> str:
        name = self.dialect.functions.get(node.name, node.name)
        if not name.isidentifier():
            raise UnsupportedOperationError(f"{name!r} is not the name of a function.")
        if node.name == "count" and not node.arguments:
            return "count(*)"
        return f"{name}({', '.join(map(self.write, node.arguments))})"

    def _labelled(self, node: nodes.Labelled) -> str:
        return f"{self.write(node.item)} AS {self.dialect.quote(node.name)}"

    def _order(self, node: nodes.Order) -> str:
        direction = " DESC" if node.is_descending else ""
        nulls = f" NULLS {node.nulls.upper()}" if node.nulls else ""
        return f"{self._term(node.item)}{self._collation(node.item)}{direction}{nulls}"

    def _term(self, node: Node) -> str:
        """Return the SQL of a node as an operand: in brackets unless it is a single thing."""
        sql = self.write(node)
        return sql if isinstance(node, _SINGLE) else f"({sql})"

    def _collation(self, *sides: Node) -> str:
        for side in sides:
            if isinstance(side, nodes.ColumnRef) and _is_decimal(side):
                return f" COLLATE {self.dialect.decimal_collation}"
        return ""


_SINGLE = (nodes.ColumnRef, nodes.RowIdRef, nodes.Literal, nodes.Function)


def _is_decimal(node: nodes.ColumnRef) -> bool:
    return node.type.storage_class is StorageClass.DECIMAL


def is_long_list(node: nodes.In) -> bool:
    """Return whether the values of an `IN` travel as one JSON list."""
    kinds = {type(value.stored) for value in node.values}
    return len(node.values) > LONG_LIST and kinds <= {int, str, type(None)}


def list_parameter(values: tuple[nodes.Literal, ...]) -> Stored:
    """Return the JSON list that stands for the values of a long `IN`."""
    return json.dumps([value.stored for value in values], ensure_ascii=False)


def glob_pattern(node: nodes.Like) -> Stored:
    """Return the GLOB pattern for a LIKE pattern; SQLite's GLOB minds the case, LIKE does not."""
    return _translated(node, any_text="*", any_character="?", quote=_glob_quote)


def regular_expression(node: nodes.Like) -> Stored:
    """Return the LIKE pattern with its escapes resolved: its wild cards are U+0001 and U+0002."""
    return _translated(node, any_text="\x01", any_character="\x02", quote=str)


def _glob_quote(character: str) -> str:
    return f"[{character}]" if character in "*?[" else character


def _translated(
    node: nodes.Like, *, any_text: str, any_character: str, quote: Callable[[str], str]
) -> Stored:
    pattern = node.pattern.stored
    if not isinstance(pattern, str):
        return pattern
    parts: list[str] = []
    characters = iter(pattern)
    for character in characters:
        if node.escape is not None and character == node.escape:
            parts.append(quote(next(characters, node.escape)))
        elif character == "%":
            parts.append(any_text)
        elif character == "_":
            parts.append(any_character)
        else:
            parts.append(quote(character))
    return "".join(parts)
