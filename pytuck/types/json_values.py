"""Lists and dictionaries, stored as JSON text so that SQL's JSON functions work on them.

Values JSON lacks are one-key objects: `{"$bytes": "aGk="}`, `{"$datetime": "2026-01-01 ..."}`.
A user's own key that starts with `$` is written with the `$` doubled.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from pytuck.types.base import ColumnType, StorageClass
from pytuck.types.textual import has_lone_surrogate
from pytuck.types.tracked import TrackedDict, TrackedList

_MAX_DEPTH = 200
_MICROSECOND = timedelta(microseconds=1)

# The exact class decides: datetime is a date, too.
_TAGS: dict[type, tuple[str, Callable[[Any], object]]] = {
    bytes: ("$bytes", lambda value: base64.b64encode(value).decode("ascii")),
    datetime: ("$datetime", lambda value: value.isoformat(" ", "microseconds")),
    date: ("$date", date.isoformat),
    time: ("$time", time.isoformat),
    timedelta: ("$timedelta", lambda value: value // _MICROSECOND),
    Decimal: ("$decimal", str),
    UUID: ("$uuid", str),
    tuple: ("$tuple", list),
}
_UNTAGS: dict[str, Callable[[Any], object]] = {
    "$bytes": lambda text: base64.b64decode(text, validate=True),
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$timedelta": lambda microseconds: timedelta(microseconds=microseconds),
    "$decimal": Decimal,
    "$uuid": UUID,
    "$tuple": tuple,
    "$float": float,
}


def to_json_text(value: object) -> str:
    """Return the JSON text that is stored for a list or a dictionary.

    Raises:
        TypeError: The value holds something that cannot be kept, such as a key that is no text.
        ValueError: It holds a lone surrogate, itself, or more than 200 levels.
    """
    return json.dumps(_tagged(value, 0), ensure_ascii=False, separators=(",", ":"))


def from_json_text(text: str) -> Any:
    """Return the value for stored JSON text.

    Raises:
        ValueError: The text is no JSON, or a tag in it is not valid.
    """
    if '"$' in text:
        return json.loads(text, object_pairs_hook=_untagged)
    return json.loads(text)


def _tagged(value: Any, depth: int) -> object:
    kind = type(value)
    if kind is str:
        if not value.isascii() and has_lone_surrogate(value):
            raise ValueError("a text in it has a lone surrogate")
        return value
    if kind is int or kind is bool or value is None:
        return value
    if depth > _MAX_DEPTH:
        raise ValueError(f"it contains itself, or is nested deeper than {_MAX_DEPTH} levels")
    if kind is float:
        return value if math.isfinite(value) else {"$float": repr(value)}
    if kind is list or kind is TrackedList:
        return [_tagged(item, depth + 1) for item in value]
    if kind is dict or kind is TrackedDict:
        return {stored_key(key): _tagged(item, depth + 1) for key, item in value.items()}
    if kind in _TAGS:
        tag, encode = _TAGS[kind]
        return {tag: _tagged(encode(value), depth + 1)}
    raise TypeError(f"it holds a {kind.__name__}, which JSON cannot keep")


def stored_key(key: object) -> str:
    """Return the key of a dictionary as it stands in the stored JSON.

    Raises:
        TypeError: It is no text.
        ValueError: It has a lone surrogate.
    """
    if type(key) is not str:
        raise TypeError(f"the key {key!r} is not text; JSON has text keys only")
    if has_lone_surrogate(key):
        raise ValueError("a key in it has a lone surrogate")
    return "$" + key if key.startswith("$") else key


def _untagged(pairs: list[tuple[str, Any]]) -> object:
    if len(pairs) == 1 and pairs[0][0] in _UNTAGS:
        tag, stored = pairs[0]
        return _UNTAGS[tag](stored)
    return {key[1:] if key.startswith("$$") else key: value for key, value in pairs}


def _parse_json(value: object, kind: type) -> Any:
    if isinstance(value, str):
        value = from_json_text(value)
    if type(value) not in (kind, TrackedList if kind is list else TrackedDict):
        raise TypeError
    to_json_text(value)
    return value


@dataclass(frozen=True)
class JsonListType(ColumnType[list[Any]]):
    """Lists of anything JSON can hold, and of dates, bytes, decimals and the like."""

    python_type = list
    storage_class: ClassVar[StorageClass] = StorageClass.JSON

    @property
    def sql_name(self) -> str:
        return "JSON_LIST"

    def is_valid(self, value: object) -> bool:
        return False  # what a list holds must be looked at in any case: `parse` does

    def parse(self, value: object) -> list[Any]:
        return _parse_json(list(value) if isinstance(value, tuple) else value, list)  # type: ignore[no-any-return]

    encode = staticmethod(to_json_text)
    decode = staticmethod(from_json_text)


@dataclass(frozen=True)
class JsonDictType(ColumnType[dict[str, Any]]):
    """Dictionaries with text keys and anything a list may hold."""

    python_type = dict
    storage_class: ClassVar[StorageClass] = StorageClass.JSON

    @property
    def sql_name(self) -> str:
        return "JSON_DICT"

    def is_valid(self, value: object) -> bool:
        return False

    def parse(self, value: object) -> dict[str, Any]:
        return _parse_json(value, dict)  # type: ignore[no-any-return]

    encode = staticmethod(to_json_text)
    decode = staticmethod(from_json_text)


@dataclass(frozen=True)
class JsonValueType(ColumnType[Any]):
    """Anything JSON can hold: what a part of a list or a dictionary is."""

    python_type = dict
    storage_class: ClassVar[StorageClass] = StorageClass.JSON

    @property
    def sql_name(self) -> str:
        return "JSON_VALUE"

    def is_valid(self, value: object) -> bool:
        return False

    def parse(self, value: object) -> Any:
        to_json_text(value)
        return value

    encode = staticmethod(to_json_text)
    decode = staticmethod(from_json_text)
