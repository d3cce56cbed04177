"""How the old library's files keep single values, and the stored values that they are here."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from pytuck.types import Stored
from pytuck.types.json_values import to_json_text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE = 0x7FFF
_MICROSECOND = timedelta(microseconds=1)

Decoder = Callable[[bytes, int], tuple[Stored, int]]
"""Reads a value at a place; returns it with the place behind it."""

VALUE_ERRORS = (struct.error, IndexError, ValueError, TypeError, OverflowError, RecursionError)
"""What a decoder raises for bytes that are no value of its type."""


def _fixed(layout: str, convert: Callable[..., Stored]) -> Decoder:
    packed = struct.Struct(layout)

    def decode(data: bytes, place: int) -> tuple[Stored, int]:
        return convert(*packed.unpack_from(data, place)), place + packed.size

    return decode


def _counted(layout: str, convert: Callable[[bytes], Stored]) -> Decoder:
    length = struct.Struct(layout)

    def decode(data: bytes, place: int) -> tuple[Stored, int]:
        start = place + length.size
        end = start + length.unpack_from(data, place)[0]
        if end > len(data):
            raise IndexError("the value goes on behind its row")
        return convert(data[start:end]), end

    return decode


def _text(data: bytes) -> str:
    return data.decode("utf-8")


def _float(value: float) -> Stored:
    return None if math.isnan(value) else value  # nothing here can store NaN


def _moment(microseconds: int, offset_minutes: int) -> str:
    moment = _EPOCH + timedelta(microseconds=microseconds)
    if offset_minutes == _NAIVE:
        # It was made by taking a time without a zone for one of the writer's zone.
        moment = moment.astimezone().replace(tzinfo=None)
    else:
        moment = moment.astimezone(timezone(timedelta(minutes=offset_minutes)))
    return moment.isoformat(" ", "microseconds")


def _day(days: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=days)).isoformat()


def _duration(seconds: float) -> int:
    return timedelta(seconds=seconds) // _MICROSECOND


def _json(data: bytes) -> str:
    return to_json_text(json.loads(data))


DECODERS: dict[str, Decoder] = {
    "int": _fixed("<q", int),
    "str": _counted("<H", _text),
    "float": _fixed("<d", _float),
    "bool": _fixed("<B", lambda byte: int(byte != 0)),
    "bytes": _counted("<I", bytes),
    "datetime": _fixed("<qh", _moment),
    "date": _fixed("<i", _day),
    "timedelta": _fixed("<d", _duration),
    "list": _counted("<I", _json),
    "dict": _counted("<I", _json),
}
"""By the name of the type."""

TYPE_CODES = dict(enumerate(DECODERS, 1))
"""The names of the types by their numbers."""


def type_name(found: Any) -> str:
    """Return the type that a name in a file means; the old library takes unknown ones for text."""
    return found if isinstance(found, str) and found in DECODERS else "str"
