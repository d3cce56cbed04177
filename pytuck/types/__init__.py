"""How Python values are stored and read back.

One module a family of types; `base` says what a type is, `registry` lists them all. To add one:
a class in its family's module and a line in `registry.TYPES`.
"""

from pytuck.types.base import ColumnType, StorageClass, Stored
from pytuck.types.enums import ChoiceType, EnumType
from pytuck.types.numeric import DecimalType
from pytuck.types.registry import JSON, RAW, TYPE_CODES, TYPES, RawType, type_from_sql, type_of

__all__ = [
    "JSON",
    "RAW",
    "TYPES",
    "TYPE_CODES",
    "ChoiceType",
    "ColumnType",
    "DecimalType",
    "EnumType",
    "RawType",
    "StorageClass",
    "Stored",
    "type_from_sql",
    "type_of",
]
