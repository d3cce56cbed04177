"""Names of types that users of the `pytuck` library import from here."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
T_CRUD = TypeVar("T_CRUD")
RelationshipT = TypeVar("RelationshipT")

ColumnTypes = type[
    int | float | str | bool | bytes | datetime | date | timedelta | list[Any] | dict[str, Any]
]
"""The classes by which a column can be declared; there are more, see `pytuck.types`."""

__all__ = ["T_CRUD", "ColumnTypes", "RelationshipT", "T"]
