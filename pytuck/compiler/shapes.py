"""Which statements share their SQL: all that differ in their literals only.

`shape_of` walks a statement in the very order in which the writer numbers the parameters, and
collects the values on the way, so that a repeated statement costs this walk and one look-up. The
shape is a text: joining texts is the cheapest way to a key whose hash is computed once. Names in
it are quoted by `repr`, so no two shapes run into one another.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytuck.compiler.dialects import Dialect
from pytuck.compiler.expressions import kind_of_long_list
from pytuck.query import nodes
from pytuck.query.nodes import Node, type_key
from pytuck.query.questions import Compound
from pytuck.query.selects import Select
from pytuck.query.statements import Delete, Insert, Statement, Update
from pytuck.types import ColumnType, Stored
from pytuck.types.json_values import stored_key


class Parameters(list[Stored]):
    """The values met on the way through a statement.

    Attributes:
        dialect: Says what stands for patterns, paths and lists.
        named: The named questions met; their values count once.
        shared: The values met, with their places, if equal ones are to be one parameter.
    """

    __slots__ = ("dialect", "named", "shared")

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.named: set[str] = set()
        self.shared: dict[object, int] | None = {} if dialect.shares_parameters else None

    def add(self, value: Stored, key: object) -> str:
        """Append a value unless an equal one is there; return what says so in the shape."""
        if self.shared is not None:
            place = self.shared.get(key)
            if place is not None:
                return f"={place}"
            self.shared[key] = len(self)
        self.append(value)
        return ""


def shape_of(statement: Statement | nodes.Question, parameters: Parameters) -> str:
    """Return what identifies the SQL of a statement, and append its parameters.

    An insert's rows are not among them: it runs once for each row.
    """
    return _STATEMENTS[type(statement)](statement, parameters)


def _select(statement: Select[Any], p: Parameters) -> str:
    source = statement.source
    shape = "select" if source is None else f"select from {_SHAPES[type(source)](source, p)}"
    if statement.extra:
        shape += f",{_all(statement.extra, p)}"
    table = statement.table
    if table is not None and statement.columns is table.column_nodes:
        shape += f"[{table.shape}]"
    else:
        shape += f"[{_all(statement.columns, p)}]"
    where = statement.where_node
    if where is not None:
        shape += f"where {_SHAPES[type(where)](where, p)}"
    if statement.group:
        shape += f"group[{_all(statement.group, p)}]"
    if statement.having_node is not None:
        shape += f"having {_shape(statement.having_node, p)}"
    if statement.is_distinct:
        shape += "distinct"
    return shape + _order_and_limit(statement, p)


def _order_and_limit(statement: Select[Any] | Compound[Any], p: Parameters) -> str:
    shape = f"order[{_all(statement.order, p)}]" if statement.order else ""
    if statement.limit_node is not None:
        shape += "limit"
        p.append(statement.limit_node.stored)
    if statement.offset_node is not None:
        shape += "offset"
        p.append(statement.offset_node.stored)
    return shape


def _compound(statement: Compound[Any], p: Parameters) -> str:
    parts = ")(".join([shape_of(part, p) for part in statement.parts])
    return f"{statement.operator}({parts}){_order_and_limit(statement, p)}"


def _insert(statement: Insert[Any], p: Parameters) -> str:
    shape = f"insert {statement.target.name!r}[{_all(statement.columns, p)}]"
    if not p.dialect.fills_in_row_ids and statement.table is not None:
        shape += f"numbered {statement.table.schema.numbered_column!r}"
    if statement.question is not None:
        shape += f"({shape_of(statement.question, p)})"
    if statement.conflict is not None:
        shape += _shape(statement.conflict, p)
    return shape + f"returning[{_all(statement.returning_nodes, p)}]"


def _update(statement: Update[Any], p: Parameters) -> str:
    assigned = ",".join([f"{c.shape}={_shape(node, p)}" for c, node in statement.assignments])
    where = statement.where_node
    shape = f"update {statement.target.name!r}[{assigned}]"
    if statement.extra:
        shape += f"from {_all(statement.extra, p)}"
    if where is not None:
        shape += f"where {_shape(where, p)}"
    return shape + f"returning[{_all(statement.returning_nodes, p)}]"


def _delete(statement: Delete[Any], p: Parameters) -> str:
    where = statement.where_node
    shape = f"delete {statement.target.name!r}"
    if statement.extra:
        shape += f"from {_all(statement.extra, p)}"
    if where is not None:
        shape += f"where {_shape(where, p)}"
    return shape + f"returning[{_all(statement.returning_nodes, p)}]"


# --- Nodes: the frequent ones by hand, the others by their fields ---


def _shape(node: Node, p: Parameters) -> str:
    return _SHAPES[type(node)](node, p)


def _all(items: tuple[Node, ...], p: Parameters) -> str:
    if len(items) == 1:
        return _SHAPES[type(items[0])](items[0], p)
    return ",".join([_SHAPES[type(item)](item, p) for item in items])


def _column(node: nodes.ColumnRef, p: Parameters) -> str:
    return node.shape


def _row_id(node: nodes.RowIdRef, p: Parameters) -> str:
    table = f" of {node.origin.name!r}" if isinstance(node.origin, nodes.TableRef) else ""
    return f"rowid {node.source!r}.{node.name!r}{table}"


def _table(node: nodes.TableRef, p: Parameters) -> str:
    return node.shape


def _join(node: nodes.Join, p: Parameters) -> str:
    shape = f"({_shape(node.left, p)} {node.kind} {_shape(node.right, p)}"
    if node.condition is not None:
        shape += f" on {_shape(node.condition, p)}"
    return shape + ")"


def _subquery(node: nodes.SubqueryRef, p: Parameters) -> str:
    return f"({shape_of(node.statement, p)})as {node.label!r}"


def _named_question(node: nodes.CteRef, p: Parameters) -> str:
    reference = f"{node.name!r} as {node.alias!r}"
    if node.name in p.named:
        return reference
    p.named.add(node.name)
    inner = shape_of(node.statement, p)
    return f"with {node.columns!r}{node.is_recursive}({inner}){reference}"


def _literal(node: nodes.Literal, p: Parameters) -> str:
    if p.shared is not None and node.stored is not None:
        return f"?{p.add(node.stored, node)}{type_key(node.type)}"
    p.append(node.stored)
    return f"?{type_key(node.type)}"


def _comparison(node: nodes.Comparison, p: Parameters) -> str:
    left, right = node.left, node.right
    if type(left) is nodes.ColumnRef:
        if type(right) is nodes.Literal and p.shared is None:  # nearly all of them
            p.append(right.stored)
            if right.type is left.type:
                return f"({left.shape} {node.operator} ?)"
            return f"({left.shape} {node.operator} ?{type_key(right.type)})"
        if type(right) is nodes.ColumnRef:
            return f"({left.shape} {node.operator} {right.shape})"
    return f"({_SHAPES[type(left)](left, p)} {node.operator} {_SHAPES[type(right)](right, p)})"


def _and(node: nodes.And, p: Parameters) -> str:
    return f"and({_all(node.items, p)})"


def _or(node: nodes.Or, p: Parameters) -> str:
    return f"or({_all(node.items, p)})"


def _in(node: nodes.In, p: Parameters) -> str:
    item = _shape(node.item, p)
    kind = kind_of_long_list(node, p.dialect)
    if kind is not None:
        together = p.dialect.list_parameter(node.values)
        return f"in({item},{kind}{p.add(together, ('list', together))},{node.is_negated})"
    if p.shared is not None:
        values = [f"?{p.add(v.stored, v)}{type_key(v.type)}" for v in node.values]
        return f"in({item},[{','.join(values)}],{node.is_negated})"
    p.extend([value.stored for value in node.values])
    types = [value.type for value in node.values]
    if types and types.count(types[0]) == len(types):
        kinds = f"{len(types)}x{type_key(types[0])}"
    else:
        kinds = ",".join(map(type_key, types))
    return f"in({item},[{kinds}],{node.is_negated})"


def _like(node: nodes.Like, p: Parameters) -> str:
    item = _shape(node.item, p)
    pattern = p.dialect.like_pattern(node)
    return f"like({item},{node.ignores_case}{p.add(pattern, ('pattern', pattern))})"


def _json_path(node: nodes.JsonPath, p: Parameters) -> str:
    item = _shape(node.item, p)
    steps = tuple(step if isinstance(step, int) else stored_key(step) for step in node.path)
    path = p.dialect.json_path(steps)
    return f"json({item},{node.form},{type_key(node.type)}{p.add(path, ('path', path))})"


def _order(node: nodes.Order, p: Parameters) -> str:
    shape = _shape(node.item, p)
    if node.is_descending:
        shape += " desc"
    return shape if node.nulls is None else f"{shape} nulls {node.nulls}"


def _function(node: nodes.Function, p: Parameters) -> str:
    shape = f"{node.name!r}:{type_key(node.type)}({_all(node.arguments, p)})"
    if node.order:
        shape += f"order[{_all(node.order, p)}]"
    if node.condition is not None:
        shape += f"filter {_shape(node.condition, p)}"
    return shape


def _any(node: Node, p: Parameters) -> str:
    parts = [_part(getattr(node, name), p) for name in node.__match_args__]
    return f"{type(node).__name__}({','.join(parts)})"


def _part(value: Any, p: Parameters) -> str:
    if isinstance(value, Node):
        return _shape(value, p)
    if isinstance(value, ColumnType):
        return type_key(value)
    if isinstance(value, tuple):
        return f"[{','.join([_part(item, p) for item in value])}]"
    return repr(value)


_STATEMENTS: dict[type[Any], Callable[[Any, Parameters], str]] = {
    Select: _select,
    Compound: _compound,
    Insert: _insert,
    Update: _update,
    Delete: _delete,
}
_SHAPES: dict[type[Any], Callable[[Any, Parameters], str]] = {
    **{kind: _any for kind in vars(nodes).values() if isinstance(kind, type)},
    **_STATEMENTS,
    nodes.ColumnRef: _column,
    nodes.RowIdRef: _row_id,
    nodes.TableRef: _table,
    nodes.SubqueryRef: _subquery,
    nodes.CteRef: _named_question,
    nodes.Join: _join,
    nodes.Literal: _literal,
    nodes.Comparison: _comparison,
    nodes.And: _and,
    nodes.Or: _or,
    nodes.In: _in,
    nodes.Like: _like,
    nodes.JsonPath: _json_path,
    nodes.Order: _order,
    nodes.Function: _function,
}
