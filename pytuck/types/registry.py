"""The column types there are, by Python class and by declared SQL name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache, lru_cache
from typing import Any, ClassVar
from uuid import UUID

from pytuck.common.exceptions import ValidationError
from pytuck.types.base import ColumnType, StorageClass, Stored
from pytuck.types.enums import ChoiceType, EnumType
from pytuck.types.json_values import JsonDictType, JsonListType, JsonValueType
from pytuck.types.numeric import BooleanType, DecimalType, FloatType, IntegerType
from pytuck.types.temporal import DateTimeType, DateType, IntervalType, TimeType
from pytuck.types.textual import BytesType, TextType, UuidType


@dataclass(frozen=True)
class RawType(ColumnType[Stored]):
    """Whatever is stored, as it is: columns of foreign files whose type says nothing to us."""

    declared: str = ""
    python_type = object
    storage_class: ClassVar[StorageClass] = StorageClass.TEXT

    @property
    def sql_name(self) -> str:
        return self.declared

    def is_valid(self, value: object) -> bool:
        return type(value) in (int, float, str, bytes)

    def parse(self, value: object) -> Stored:
        if isinstance(value, bool):
            return int(value)
        raise TypeError


RAW = RawType()

JSON = JsonValueType()
"""The type of a part of a list or dictionary."""

TYPES: dict[type, ColumnType[Any]] = {
    int: IntegerType(),
    float: FloatType(),
    str: TextType(),
    bool: BooleanType(),
    bytes: BytesType(),
    datetime: DateTimeType(),
    date: DateType(),
    time: TimeType(),
    timedelta: IntervalType(),
    list: JsonListType(),
    dict: JsonDictType(),
    Decimal: DecimalType(),
    UUID: UuidType(),
}
"""The type of a column declared by a Python class alone. `Enum` classes are made on demand."""

TYPE_CODES: dict[type, int] = {
    kind: number
    for number, kind in enumerate(
        (int, str, float, bool, bytes, datetime, date, timedelta, list, dict, time, Decimal, UUID),
        1,
    )
}
"""Numbers of the types; the first ten are those of the old library."""

_BY_SQL_NAME: dict[str, ColumnType[Any]] = {
    **{kind.sql_name: kind for kind in TYPES.values()},
    JSON.sql_name: JSON,
    # The usual names of foreign SQLite files.
    "INT": TYPES[int],
    "BIGINT": TYPES[int],
    "SMALLINT": TYPES[int],
    "TINYINT": TYPES[int],
    "MEDIUMINT": TYPES[int],
    "DOUBLE": TYPES[float],
    "DOUBLE PRECISION": TYPES[float],
    "FLOAT": TYPES[float],
    "CLOB": TYPES[str],
    "BOOL": TYPES[bool],
    "TIMESTAMP": TYPES[datetime],
}
_TEXT_FAMILY = ("VARCHAR", "CHAR", "NCHAR", "NVARCHAR", "CHARACTER", "VARYING CHARACTER")


def type_of(declared: type | ColumnType[Any]) -> ColumnType[Any]:
    """Return the column type for what a model declares: a Python class or a type itself.

    Raises:
        ValidationError: There is no column type for this class.
    """
    if isinstance(declared, ColumnType):
        return declared
    if not isinstance(declared, type):
        raise ValidationError(f"A column cannot be declared as {declared!r}; give it a type.")
    known = TYPES.get(declared)
    if known is not None:
        return known
    if issubclass(declared, Enum):
        return _enum_type(declared)
    names = ", ".join(kind.__name__ for kind in TYPES)
    raise ValidationError(
        f"A column cannot be declared as {declared!r}. Use one of {names} or an Enum class."
    )


@lru_cache(maxsize=1024)
def type_from_sql(declared: str) -> ColumnType[Any]:
    """Return the type for a column's declared SQL type; `RawType` where it says nothing to us."""
    name = " ".join(declared.split()).upper()
    known = _BY_SQL_NAME.get(name)
    if known is not None:
        return known
    parsed = DecimalType.from_sql_name(name) or ChoiceType.from_sql_name(declared.strip())
    if parsed is not None:
        return parsed
    if name.partition("(")[0].strip() in _TEXT_FAMILY:
        return TYPES[str]
    return RawType(declared)


@cache
def _enum_type(declared: type[Enum]) -> EnumType:
    return EnumType(declared)
