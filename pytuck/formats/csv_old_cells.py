"""The fields of CSV files of the old library, which wrote NULL and empty text alike."""

from __future__ import annotations

import json
import math
from base64 import b64decode
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pytuck.types import ColumnType, Stored
from pytuck.types.json_values import to_json_text

_MICROSECOND = timedelta(microseconds=1)


def _number(field: str) -> float | None:
    number = float(field)
    return None if math.isnan(number) else number  # SQLite cannot tell the two apart


_DECODE: dict[type, Callable[[str], Stored]] = {
    int: int,
    float: _number,
    bool: lambda field: {"true": 1, "false": 0}[field.lower()],
    bytes: lambda field: b64decode(field, validate=True),
    datetime: lambda field: datetime.fromisoformat(field).isoformat(" ", "microseconds"),
    date: lambda field: date.fromisoformat(field).isoformat(),
    timedelta: lambda field: timedelta(seconds=float(field)) // _MICROSECOND,
    list: lambda field: to_json_text(json.loads(field)),
    dict: lambda field: to_json_text(json.loads(field)),
}


def old_decode(type_: ColumnType[Any]) -> Callable[[Sequence[str | None]], Sequence[Stored]]:
    """Return what reads a column that the old library wrote."""
    decode = _DECODE.get(type_.python_type)
    if decode is None:
        return lambda fields: [field or None for field in fields]
    return lambda fields: [decode(field) if field else None for field in fields]
