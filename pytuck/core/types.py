"""The names that users of the `pytuck` library import from here; see `pytuck.types`."""

from __future__ import annotations

from enum import IntEnum

from pytuck.common.typing import ColumnTypes


class TypeCode(IntEnum):
    """The numbers of the column types, as in `type_code`."""

    INT = 1
    STR = 2
    FLOAT = 3
    BOOL = 4
    BYTES = 5
    DATETIME = 6
    DATE = 7
    TIMEDELTA = 8
    LIST = 9
    DICT = 10
    TIME = 11
    DECIMAL = 12
    UUID = 13


__all__ = ["ColumnTypes", "TypeCode"]
