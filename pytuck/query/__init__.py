"""What the user wants: statements and expressions, independent of any engine.

`nodes` are the plain elements, `expressions` the objects with operators, `statements` the four
roots, `sources` the tables they work on, `json_form` all of it as plain data.
"""

from pytuck.query import nodes
from pytuck.query.expressions import (
    Condition,
    Expression,
    Ordering,
    and_,
    literal,
    not_,
    or_,
    raw_literal,
)
from pytuck.query.functions import func
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

__all__ = [
    "Condition",
    "Delete",
    "Expression",
    "Insert",
    "Ordering",
    "Select",
    "Statement",
    "TableSource",
    "Update",
    "and_",
    "count_of",
    "delete",
    "func",
    "insert",
    "literal",
    "nodes",
    "not_",
    "or_",
    "raw_literal",
    "select",
    "table",
    "update",
]
