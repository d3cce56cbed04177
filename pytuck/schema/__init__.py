"""Which tables and columns there are: plain, frozen data without any rows.

Read from an open file by `backends.reflection`, made from models by `core.models`, and turned
into SQL by `compiler.ddl`. `changes` are the steps that lead from one structure to another, and
`differences` finds them.
"""

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
    index_name,
)

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
    "RenameColumn",
    "RenameTable",
    "ReorderColumns",
    "SetPrimaryKey",
    "Table",
    "differences",
    "index_name",
]
