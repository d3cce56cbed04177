"""Stored values as programs of others read them: as text, and as JSON."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import repeat
from typing import Any

from pytuck.formats.base import StoredRow
from pytuck.tools.exporters.base import Values
from pytuck.types import ColumnType, RawType, StorageClass, Stored

Convert = Callable[[Values], Sequence[Any]]

_FORMULA = re.compile(r"[ \n]*[=+\-@\t\r＝＋－＠]")
_SUSPECT = frozenset("=+-@\t\r \n＝＋－＠")
"""The first characters of texts that could be formulas."""


def columns_of(rows: Sequence[StoredRow], converts: Sequence[Convert | None]) -> list[Values]:
    """Return rows as columns, each converted if there is anything to convert."""
    columns = zip(*rows, strict=True)
    return [
        values if convert is None else convert(values)
        for values, convert in zip(columns, converts, strict=True)
    ]


def as_texts(types: Sequence[ColumnType[Any]]) -> list[Convert | None]:
    """Return what turns the values of each column into what `str` writes as it is meant."""
    return [_text_of(kind) for kind in types]


def _text_of(kind: ColumnType[Any]) -> Convert | None:
    if isinstance(kind, RawType) or kind.storage_class is StorageClass.BLOB:
        return lambda values: [_plain(value) for value in values]
    if kind.storage_class is StorageClass.BOOLEAN:
        words: dict[Stored, Stored] = {0: "false", 1: "true"}
        return lambda values: [words.get(value, value) for value in values]
    if kind.storage_class is StorageClass.TIMESTAMP:
        return lambda values: [_short_moment(value) for value in values]
    if kind.python_type is timedelta:
        return lambda values: [duration(value) for value in values]
    return None


def _plain(value: Stored) -> Stored:
    return base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value


def _short_moment(value: Stored) -> Stored:
    return value.removesuffix(".000000") if isinstance(value, str) else _plain(value)


def duration(value: Stored) -> Stored:
    """Return microseconds as hours, minutes and seconds."""
    if not isinstance(value, int):
        return _plain(value)
    seconds, fraction = divmod(abs(value), 1_000_000)
    text = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    text += f".{fraction:06}" if fraction else ""
    return f"-{text}" if value < 0 else text


def with_null_text(columns: Sequence[Values], text: str) -> Sequence[Values]:
    """Return columns with a text in place of NULL."""
    return [[text if value is None else value for value in values] for values in columns]


def escaped(
    values: Sequence[str], special: re.Pattern[str], escape: Callable[[str], str]
) -> Sequence[str]:
    """Return texts, escaped if any of them has a character that needs it; most columns do not."""
    return list(map(escape, values)) if special.search("".join(values)) else values


class FormulaGuard:
    """Puts an apostrophe before texts that a spreadsheet would run as formulas.

    Source: OWASP, "CSV Injection".

    Attributes:
        count: How many cells were changed.
    """

    def __init__(self) -> None:
        self.count = 0

    def values(self, values: Values) -> Values:
        """Return the values of a column, made harmless."""
        suspect = _SUSPECT
        is_clean = not any(
            value.__class__ is str and value[:1] in suspect for value in values if value
        )
        return values if is_clean else [self.value(value) for value in values]

    def value(self, value: Stored) -> Stored:
        """Return one value, made harmless."""
        if isinstance(value, str) and _FORMULA.match(value):
            self.count += 1
            return f"'{value}"
        return value


def as_json(types: Sequence[ColumnType[Any]]) -> list[Convert | None]:
    """Return what turns the values of each column into what JSON writes as it is meant."""
    return [_json_of(kind) for kind in types]


def _json_of(kind: ColumnType[Any]) -> Convert | None:
    storage = kind.storage_class
    if storage is StorageClass.BOOLEAN:
        words: dict[Stored, Stored] = {0: False, 1: True}
        return lambda values: [words.get(value, value) for value in values]
    if storage is StorageClass.JSON:
        return lambda values: [_parsed(value) for value in values]
    if storage is StorageClass.REAL or isinstance(kind, RawType):
        return lambda values: [_finite(_plain(value)) for value in values]
    return _text_of(kind)


def _parsed(value: Stored) -> Any:
    if not isinstance(value, str):
        return _plain(value)
    try:
        return json.loads(value, parse_constant=str)  # infinities are words
    except (ValueError, RecursionError):
        return value


def _finite(value: Stored) -> Stored:
    if isinstance(value, float) and not math.isfinite(value):
        return "Infinity" if value > 0 else "-Infinity"  # JSON has no such numbers
    return value


def objects(
    rows: Sequence[StoredRow], names: Sequence[str], converts: Sequence[Convert | None]
) -> list[dict[str, Any]]:
    """Return rows as dictionaries by column."""
    columns = columns_of(rows, converts)
    return list(map(dict, map(zip, repeat(names), zip(*columns, strict=True))))
