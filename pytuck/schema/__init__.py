"""Which tables and columns there are: plain, frozen data without any rows.

Read from an open file by `backends.reflection`, made from models by `core.models`, and turned
into SQL by `compiler.ddl`.
"""

from pytuck.schema.tables import MISSING, Column, ForeignKey, Index, Missing, Table

__all__ = ["MISSING", "Column", "ForeignKey", "Index", "Missing", "Table"]
