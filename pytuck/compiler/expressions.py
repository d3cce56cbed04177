"""SQL of expressions. Each visit writes the children of its node once, in the order of its fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytuck.common.exceptions import UnsupportedOperationError
from pytuck.compiler.dialects import Dialect
from pytuck.query import nodes
from pytuck.query.node_types import type_of_node
from pytuck.query.nodes import Node
from pytuck.types import ColumnType, StorageClass, Stored

LONG_LIST = 32
"""From this many values on, the list of an `IN` travels as one parameter."""

_LONG_CHAIN = 128
_EXACT_IN_FLOAT = 2**53


class ExpressionWriter:
    """Writes the SQL of one statement's expressions and numbers its parameters.

    Attributes:
        parameter_types: The types of the parameters, in their order; None for patterns, paths
            and lists, which the dialect makes itself.

    Args:
        batch: The source that holds the parameters in columns named by their numbers; None for
            ordinary placeholders.
    """

    def __init__(self, dialect: Dialect, batch: str | None = None) -> None:
        self.dialect = dialect
        self.parameter_types: list[ColumnType[Any] | None] = []
        self._batch = batch
        self._shared: dict[object, str] = {}
        self._visits: dict[type[Node], Callable[[Any], str]] = {
            nodes.ColumnRef: self._column,
            nodes.RowIdRef: self._column,
            nodes.ResultRef: self._result_column,
            nodes.Literal: self._literal,
            nodes.Comparison: self._comparison,
            nodes.Row: self._row,
            nodes.And: self._and,
            nodes.Or: self._or,
            nodes.Not: self._not,
            nodes.IsNull: self._is_null,
            nodes.In: self._in,
            nodes.InQuestion: self._in_question,
            nodes.Exists: self._exists,
            nodes.ScalarQuestion: self._scalar_question,
            nodes.Between: self._between,
            nodes.Like: self._like,
            nodes.TextMatch: self._text_match,
            nodes.RegexpMatch: self._regexp_match,
            nodes.Arithmetic: self._arithmetic,
            nodes.Negative: self._negative,
            nodes.Case: self._case,
            nodes.Cast: self._cast,
            nodes.JsonPath: self._json_path,
            nodes.Distinct: self._distinct,
            nodes.Function: self._function,
            nodes.Over: self._over,
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

    def shown(self, node: Node) -> str:
        """Return the SQL of a column of the answer, with its name if it has one of its own."""
        if isinstance(node, nodes.Labelled):
            return f"{self.write(node.item)} AS {self.dialect.quote(node.name)}"
        return self.write(node)

    def question(self, statement: nodes.Question) -> str:
        """Return the SQL of a question inside of an expression."""
        raise UnsupportedOperationError("There is no place for a question here.")

    def parameter(self, node: Node) -> str:
        """Return the placeholder of the next parameter, for the value of a node."""
        kind = node.type if isinstance(node, (nodes.Literal, nodes.ColumnRef)) else None
        self.parameter_types.append(kind)
        number = len(self.parameter_types)
        if self._batch is not None:
            return f"{self._batch}.{self.dialect.quote(str(number))}"
        return self.dialect.parameter(number, None if kind is None else kind.python_type)

    def _literal(self, node: nodes.Literal) -> str:
        return self._shared_parameter(node, None if node.stored is None else node)

    def _shared_parameter(self, node: Node, key: object) -> str:
        """Return the placeholder of a value, the same for equal ones if the dialect asks for it.

        Args:
            key: What equal values have in common; None for one like no other, as a NULL is that
                stands for a value to come.
        """
        if key is None or not self.dialect.shares_parameters or self._batch is not None:
            return self.parameter(node)
        known = self._shared.get(key)
        if known is None:
            known = self._shared[key] = self.parameter(node)
        return known

    # --- Columns and conditions ---

    def _column(self, node: nodes.ColumnRef | nodes.RowIdRef) -> str:
        return f"{self.dialect.quote(node.source)}.{self.dialect.quote(node.name)}"

    def _result_column(self, node: nodes.ResultRef) -> str:
        return self.dialect.quote(node.name)

    def _comparison(self, node: nodes.Comparison) -> str:
        left = self._term(node.left) + self._collation(node.left, node.right)
        return self.dialect.operator(node.operator, bool, left, self._term(node.right))

    def _row(self, node: nodes.Row) -> str:
        return ", ".join(map(self.write, node.items))

    def _and(self, node: nodes.And) -> str:
        return _joined(" AND ", list(map(self._term, node.items))) or self.dialect.true

    def _or(self, node: nodes.Or) -> str:
        return _joined(" OR ", list(map(self._term, node.items))) or self.dialect.false

    def _not(self, node: nodes.Not) -> str:
        return f"NOT {self._term(node.item)}"

    def _is_null(self, node: nodes.IsNull) -> str:
        return f"{self._term(node.item)} IS {'NOT ' if node.is_negated else ''}NULL"

    def _in(self, node: nodes.In) -> str:
        item = self._term(node.item) + self._collation(node.item)
        kind = kind_of_long_list(node, self.dialect)
        if kind is not None:
            parameter = ("list", self.dialect.list_parameter(node.values))
            rows = self.dialect.list_rows[kind]
            values = rows.format(self._shared_parameter(node, parameter))
        elif node.values:
            # Their NULLs are values like others, never places for values to come.
            values = ", ".join([self._shared_parameter(value, value) for value in node.values])
        else:  # no dialect but SQLite's takes an empty list
            certain = f"OR {self.dialect.true}" if node.is_negated else f"AND {self.dialect.false}"
            return f"{item} IS NULL {certain}"
        return f"{item} {'NOT ' if node.is_negated else ''}IN ({values})"

    def _in_question(self, node: nodes.InQuestion) -> str:
        item = self._term(node.item) + self._collation(node.item)
        return f"{item} {'NOT ' if node.is_negated else ''}IN ({self.question(node.statement)})"

    def _exists(self, node: nodes.Exists) -> str:
        return f"EXISTS ({self.question(node.statement)})"

    def _scalar_question(self, node: nodes.ScalarQuestion) -> str:
        return f"({self.question(node.statement)})"

    def _between(self, node: nodes.Between) -> str:
        item = self._term(node.item) + self._collation(node.item)
        return f"{item} BETWEEN {self._term(node.low)} AND {self._term(node.high)}"

    # --- Text ---

    def _like(self, node: nodes.Like) -> str:
        template = self.dialect.ilike if node.ignores_case else self.dialect.like
        item, pattern = self._term(node.item), ("pattern", self.dialect.like_pattern(node))
        return template.format(item, self._shared_parameter(node, pattern))

    def _text_match(self, node: nodes.TextMatch) -> str:
        template = self.dialect.text_matches[node.kind]
        return template.format(self._term(node.item), self._term(node.part))

    def _regexp_match(self, node: nodes.RegexpMatch) -> str:
        item, pattern = self._term(node.item), self._term(node.pattern)
        return self.dialect.regexp.format(item, pattern, int(node.ignores_case))

    # --- Values ---

    def _arithmetic(self, node: nodes.Arithmetic) -> str:
        operands = self._term(node.left), self._term(node.right)
        return self.dialect.operator(node.operator, node.type.python_type, *operands)

    def _negative(self, node: nodes.Negative) -> str:
        return self.dialect.operator("negative", node.type.python_type, self._term(node.item))

    def _case(self, node: nodes.Case) -> str:
        branches = "".join(
            f" WHEN {self.write(branch.condition)} THEN {self.write(branch.value)}"
            for branch in node.branches
        )
        otherwise = "" if node.otherwise is None else f" ELSE {self.write(node.otherwise)}"
        return f"CASE{branches}{otherwise} END"

    def _cast(self, node: nodes.Cast) -> str:
        source = type_of_node(node.item).python_type
        return self.dialect.cast(self._term(node.item), source, node.type.python_type)

    def _json_path(self, node: nodes.JsonPath) -> str:
        item = self._term(node.item)
        kind = node.type.python_type
        path = self._shared_parameter(node, ("path", self.dialect.json_path(node.path)))
        return self.dialect.json_part(node.form, kind, item, path)

    def _distinct(self, node: nodes.Distinct) -> str:
        return f"DISTINCT {self.write(node.item)}"

    def _function(self, node: nodes.Function) -> str:
        arguments, order, condition = self._function_parts(node)
        return self._called(node, arguments, order, condition)

    def _over(self, node: nodes.Over) -> str:
        arguments, order, condition = self._function_parts(node.function)
        parts = []
        if node.partition:
            parts.append(f"PARTITION BY {', '.join(map(self.write, node.partition))}")
        if node.order:
            parts.append(f"ORDER BY {', '.join(map(self.write, node.order))}")
        if node.frame is not None:
            parts.append(_frame(node.frame))
        return self._called(
            node.function, arguments, order, f"{condition} OVER ({' '.join(parts)})"
        )

    def _function_parts(self, node: nodes.Function) -> tuple[list[str], str, str]:
        arguments = list(map(self.write, node.arguments))
        if node.name == "count" and not arguments:
            arguments = ["*"]
        order = f" ORDER BY {', '.join(map(self.write, node.order))}" if node.order else ""
        condition = ""
        if node.condition is not None:
            condition = f" FILTER (WHERE {self.write(node.condition)})"
        return arguments, order, condition

    def _called(self, node: nodes.Function, arguments: list[str], order: str, suffix: str) -> str:
        first = type_of_node(node.arguments[0]).python_type if node.arguments else None
        return self.dialect.function(node.name, first, arguments, order, suffix)

    def _preview(self, node: nodes.Preview) -> str:
        item, kind = self._term(node.item), type_of_node(node.item).python_type.__name__
        size = self._size(node.item)
        if size is None:
            return item
        template = self.dialect.beginnings.get(kind) or self.dialect.beginnings["*"]
        beginning = template.format(item, int(node.preview_length))
        whole = self.dialect.wholes.get(kind, "{0}").format(item)
        is_read = f" {size} < {node.readable_bytes:d}" if self.dialect.reads_parts else " true"
        return (
            f"CASE WHEN {size} <= {node.whole_bytes:d} OR {item} IS NULL THEN {whole} "
            f"WHEN{is_read} THEN {beginning} END"
        )

    def _long_size(self, node: nodes.LongSize) -> str:
        size = self._size(node.item)
        return (
            "NULL" if size is None else f"CASE WHEN {size} > {node.whole_bytes:d} THEN {size} END"
        )

    def _size(self, node: Node) -> str | None:
        """Return the size of a value that may be long; None where its type never is."""
        kind = type_of_node(node).python_type.__name__
        template = self.dialect.byte_sizes.get(kind) or self.dialect.byte_sizes.get("*")
        return None if template is None else template.format(self._term(node))

    # --- Names and order ---

    def _labelled(self, node: nodes.Labelled) -> str:
        return self.write(node.item)  # its name stands in the list of columns only

    def _order(self, node: nodes.Order) -> str:
        direction = " DESC" if node.is_descending else ""
        nulls = node.nulls
        if nulls is None and self.dialect.writes_nulls_order:
            nulls = "last" if node.is_descending else "first"
        where = f" NULLS {nulls.upper()}" if nulls else ""
        return f"{self._term(node.item)}{self._collation(node.item)}{direction}{where}"

    def _term(self, node: Node) -> str:
        """Return the SQL of a node as an operand: in brackets unless it is a single thing."""
        while isinstance(node, nodes.Labelled):
            node = node.item
        sql = self.write(node)
        return sql if isinstance(node, _SINGLE) else f"({sql})"

    def _collation(self, *sides: Node) -> str:
        if self.dialect.decimal_collation:
            for side in sides:
                if type_of_node(side).storage_class is StorageClass.DECIMAL:
                    return self.dialect.decimal_collation
        return ""


_SINGLE = (
    nodes.ColumnRef,
    nodes.RowIdRef,
    nodes.ResultRef,
    nodes.Literal,
    nodes.Function,
    nodes.Over,
    nodes.ScalarQuestion,
    nodes.Exists,
)


def kind_of_long_list(node: nodes.In, dialect: Dialect) -> str | None:
    """Return the type of the values of an `IN` if they travel as one parameter."""
    if len(node.values) <= LONG_LIST:
        return None
    kinds = {type(value.stored) for value in node.values} - {type(None)}
    if dialect.lists_are_typed and len({value.type for value in node.values}) > 1:
        return None
    if kinds == {int, float} and all(_is_exact_float(value.stored) for value in node.values):
        return "float"
    kind = kinds.pop().__name__ if len(kinds) == 1 else ""
    if dialect.lists_are_typed and node.values[0].type.python_type.__name__ != kind:
        return None
    return kind if kind in dialect.list_rows else None


def _is_exact_float(stored: Stored) -> bool:
    return not isinstance(stored, int) or abs(stored) <= _EXACT_IN_FLOAT


def _joined(word: str, terms: list[str]) -> str:
    """Return terms with a word between them; many as a tree, since depths have a limit."""
    if len(terms) <= _LONG_CHAIN:
        return word.join(terms)
    middle = len(terms) // 2
    return f"({_joined(word, terms[:middle])}){word}({_joined(word, terms[middle:])})"


def _frame(frame: nodes.Frame) -> str:
    start = _bound(frame.start, "UNBOUNDED PRECEDING")
    return f"{frame.kind.upper()} BETWEEN {start} AND {_bound(frame.end, 'UNBOUNDED FOLLOWING')}"


def _bound(distance: int | None, unbounded: str) -> str:
    if distance is None:
        return unbounded
    if distance == 0:
        return "CURRENT ROW"
    return f"{abs(distance):d} {'PRECEDING' if distance < 0 else 'FOLLOWING'}"
