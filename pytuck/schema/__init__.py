"""Which tables and columns there are: plain, frozen data without any rows.

Read from an open file by `backends.reflection`, made from models by `core.models`, and turned
into SQL by `compiler.ddl`. `changes` are the steps that lead from one structure to another:
`comparison` finds them, `applied` tells what they lead to, and `differences` finds those of one
table that bringing it into line takes. What compares is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from pytuck.schema.changes import (
    AddColumn,
    AddForeignKey,
    AddUnique,
    AlterColumn,
    Change,
    CommentColumn,
    CommentTable,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropForeignKey,
    DropIndex,
    DropTable,
    DropUnique,
    OnBadValue,
    RenameColumn,
    RenameTable,
    ReorderColumns,
    SetPrimaryKey,
)
from pytuck.schema.differences import differences
from pytuck.schema.tables import (
    ACTIONS,
    MISSING,
    Action,
    Column,
    ForeignKey,
    Index,
    Missing,
    Table,
    index_in_place_of_rule,
    index_name,
)
from pytuck.schema.value_conversion import ValueConversion

if TYPE_CHECKING:
    from pytuck.schema.comparison import Comparison as Comparison
    from pytuck.schema.comparison import Scope as Scope
    from pytuck.schema.comparison import compare as compare
    from pytuck.schema.draft import applied as applied
    from pytuck.schema.likeness import Proposal as Proposal
    from pytuck.schema.renames import Renames as Renames

_HOMES = {
    "Comparison": "comparison",
    "Proposal": "likeness",
    "Renames": "renames",
    "Scope": "comparison",
    "applied": "draft",
    "compare": "comparison",
}

__all__ = [
    "ACTIONS",
    "MISSING",
    "Action",
    "AddColumn",
    "AddForeignKey",
    "AddUnique",
    "AlterColumn",
    "Change",
    "Column",
    "CommentColumn",
    "CommentTable",
    "Comparison",
    "CreateIndex",
    "CreateTable",
    "DropColumn",
    "DropForeignKey",
    "DropIndex",
    "DropTable",
    "DropUnique",
    "ForeignKey",
    "Index",
    "Missing",
    "OnBadValue",
    "Proposal",
    "RenameColumn",
    "RenameTable",
    "Renames",
    "ReorderColumns",
    "Scope",
    "SetPrimaryKey",
    "Table",
    "ValueConversion",
    "applied",
    "compare",
    "differences",
    "index_in_place_of_rule",
    "index_name",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'pytuck.schema' has no attribute {name!r}")
    value = getattr(import_module(f"pytuck.schema.{home}"), name)
    globals()[name] = value
    return value
