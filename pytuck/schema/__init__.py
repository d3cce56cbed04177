"""Which tables and columns there are: plain, frozen data without any rows.

Read from an open file by `backends.reflection`, made from models by `core.models`, and turned
into SQL by `compiler.ddl`. `changes` are the steps that lead from one structure to another:
`comparison` finds them, `applied` tells what they lead to, and `differences` finds those of one
table that bringing it into line takes.
"""

from pytuck.schema.applied import applied
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
from pytuck.schema.comparison import Comparison, Scope, compare
from pytuck.schema.differences import differences
from pytuck.schema.likeness import Proposal
from pytuck.schema.renames import Renames
from pytuck.schema.tables import (
    ACTIONS,
    MISSING,
    Action,
    Column,
    ForeignKey,
    Index,
    Missing,
    Table,
    index_name,
)
from pytuck.schema.value_conversion import ValueConversion

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
    "index_name",
]
