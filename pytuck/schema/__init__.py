"""Which tables and columns there are: plain, frozen data without any rows.

Read from an open file by `backends.reflection`, made from models by `core.models`, and turned
into SQL by `compiler.ddl`. `changes` are the steps that lead from one structure to another, and
`differences` finds them.
"""

from pytuck.schema.changes import (
    AddColumn,
    AlterColumn,
    Change,
    CommentColumn,
    CommentTable,
    CreateIndex,
    CreateTable,
    DropColumn,
    DropIndex,
    DropTable,
    OnBadValue,
    RenameColumn,
    RenameTable,
    ReorderColumns,
    SetPrimaryKey,
)
from pytuck.schema.differences import differences
from pytuck.schema.tables import MISSING, Column, ForeignKey, Index, Missing, Table, index_name
from pytuck.schema.value_conversion import ValueConversion

__all__ = [
    "MISSING",
    "AddColumn",
    "AlterColumn",
    "Change",
    "Column",
    "CommentColumn",
    "CommentTable",
    "CreateIndex",
    "CreateTable",
    "DropColumn",
    "DropIndex",
    "DropTable",
    "ForeignKey",
    "Index",
    "Missing",
    "OnBadValue",
    "RenameColumn",
    "RenameTable",
    "ReorderColumns",
    "SetPrimaryKey",
    "Table",
    "ValueConversion",
    "differences",
    "index_name",
]
