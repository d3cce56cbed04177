"""What the user wants: statements and expressions, independent of any engine.

`nodes` are the plain elements, `expressions` the objects with operators, `functions` what looks
like a call, `sources` and `aliases` what columns are taken from, `joins` how they are connected,
`selects`, `questions` and `writes` the statements, `json_form` all of it as plain data.
"""

from importlib import import_module
from typing import Any

from pytuck.query import nodes
from pytuck.query.aliases import aliased
from pytuck.query.expressions import (
    Condition,
    Expression,
    JsonExpression,
    Ordering,
    and_,
    literal,
    not_,
    or_,
    raw_literal,
)
from pytuck.query.field_conditions import FieldCondition
from pytuck.query.functions import case, cast, distinct, extract, func
from pytuck.query.joins import HasJoins
from pytuck.query.questions import (
    Compound,
    Cte,
    Subquery,
    except_,
    exists,
    intersect,
    union,
    union_all,
)
from pytuck.query.row_values import tuple_
from pytuck.query.sources import TableSource, table
from pytuck.query.statements import (
    Delete,
    Insert,
    Select,
    Statement,
    Update,
    count_of,
    delete,
    insert,
    select,
    update,
)

BinaryExpression = LogicalExpression = Condition
"""The names of conditions in the existing `pytuck` library."""

_HOMES = {
    "CursorResult": "pytuck.backends",
    "Query": "pytuck.core.queries",
    "Result": "pytuck.backends",
}
"""Names that users of that library import from here, of layers that stand on this one."""


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'pytuck.query' has no attribute {name!r}")
    return getattr(import_module(home), name)


__all__ = [
    "BinaryExpression",
    "Compound",
    "Condition",
    "Cte",
    "Delete",
    "Expression",
    "FieldCondition",
    "HasJoins",
    "Insert",
    "JsonExpression",
    "LogicalExpression",
    "Ordering",
    "Select",
    "Statement",
    "Subquery",
    "TableSource",
    "Update",
    "aliased",
    "and_",
    "case",
    "cast",
    "count_of",
    "delete",
    "distinct",
    "except_",
    "exists",
    "extract",
    "func",
    "insert",
    "intersect",
    "literal",
    "nodes",
    "not_",
    "or_",
    "raw_literal",
    "select",
    "table",
    "tuple_",
    "union",
    "union_all",
    "update",
]
