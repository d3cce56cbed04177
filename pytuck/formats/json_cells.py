"""Stored values as values of JSON, and back: how one cell looks in files that JSON can describe.

A boolean is `true` or `false`, a list or dictionary is itself, bytes are base64 text. What JSON
cannot say, or what does not fit its column, is an object with one key: `{"$float": "inf"}`,
`{"$bytes": "aGk="}`, and `{"$stored": ...}` around what would be read as something else. In columns
of lists and dictionaries a user's own keys never collide with these: `types.json_values` doubles
the `$` of such keys.
"""

from __future__ import annotations

import base64
import json
import math
import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from pytuck.common.exceptions import CorruptFileError
from pytuck.schema import Table
from pytuck.types import StorageClass, Stored
from pytuck.types.base import short_repr

Json = Any
"""A value of JSON: None, bool, int, finite float, str, list or dict with text keys."""

MAX_NESTING = 200
"""Levels of lists and dictionaries in one value; deeper ones are refused in files of others."""

_SLACK = 3  # tags inside a value of ours add levels
_BAD_VALUES = (ValueError, TypeError, OverflowError, RecursionError)
_STORED = "$stored"
_NONE = type(None)
_PLAIN_KINDS = {str, int, _NONE}
_BOOLEANS = {0: False, 1: True, None: None}
_encode_json = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=False
).encode
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NOT_A_BRACKET = re.compile(r"[^\[\]{}]+")


class JsonCells:
    """The cells of one table's rows, batch by batch.

    Args:
        path: The file, for messages.
    """

    def __init__(self, table: Table, path: Path) -> None:
        self._table = table
        self._path = path
        classes = [column.type.storage_class for column in table.columns]
        self._encoders = [_ENCODERS.get(kind, _encode_plain) for kind in classes]
        self._decoders = [_DECODERS.get(kind, _decode_plain) for kind in classes]

    def encode(self, rows: Sequence[Sequence[Stored]]) -> Iterable[Sequence[Json]]:
        """Return the cells of rows; what stands behind the last column is left out."""
        if not rows:
            return []
        columns = zip(*rows, strict=True)
        encoded = [encode(column) for encode, column in zip(self._encoders, columns, strict=False)]
        return zip(*encoded, strict=True)

    def decode(
        self, rows: Sequence[Sequence[Json]], first_row: int = 1
    ) -> list[tuple[Stored, ...]]:
        """Return the stored values of rows of cells.

        Args:
            first_row: The number of the first one, for messages.

        Raises:
            CorruptFileError: A cell is none of its column.
        """
        if not rows:
            return []
        columns = list(zip(*rows, strict=True))
        for place, (decode, cells) in enumerate(zip(self._decoders, columns, strict=True)):
            try:
                columns[place] = decode(cells)  # type: ignore[call-overload]
            except _BAD_VALUES:
                raise self._bad_cell(place, cells, first_row) from None
        return list(zip(*columns, strict=True))

    def _bad_cell(self, place: int, cells: Sequence[Json], first_row: int) -> CorruptFileError:
        column = self._table.columns[place]
        number = next(
            number
            for number, cell in enumerate(cells)
            if not _is_decodable(self._decoders[place], cell)
        )
        row, cell = first_row + number, cells[number]
        return CorruptFileError(
            f"'{self._path}', table '{self._table.name}', row {row}: {short_repr(cell)} is no "
            f"value of the column '{column.name}' ({column.type.sql_name or 'any type'}). "
            "Correct it in the file, or restore the file from a backup.",
            table_name=self._table.name,
            column_name=column.name,
            details={"path": str(self._path), "row": row},
        )


def _is_decodable(decode: _Convert, cell: Json) -> bool:
    try:
        decode([cell])
    except _BAD_VALUES:
        return False
    return True


def json_text(value: Json) -> str:
    """Return the JSON text that is stored for a value of a list or dictionary column.

    Raises:
        ValueError: It has NaN, an infinity, a lone surrogate or too many levels.
    """
    text = _encode_json(value)
    text.encode()
    if _is_too_deep(text):
        raise ValueError(f"it has more than {MAX_NESTING} levels")
    return text


def nesting(text: str) -> int:
    """Return how many levels of lists and dictionaries a JSON text has."""
    deepest = depth = 0
    for bracket in _NOT_A_BRACKET.sub("", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _is_too_deep(text: str) -> bool:
    limit = MAX_NESTING + _SLACK
    return text.count("[") + text.count("{") > limit and nesting(text) > limit


# --- From stored values to cells ------------------------------------------------------------


def _encode_plain(column: Sequence[Stored]) -> Sequence[Json]:
    kinds = set(map(type, column))
    if kinds <= _PLAIN_KINDS:
        return column
    if bytes in kinds or not _all_finite(column, kinds):
        return [_tagged(value) for value in column]
    return column


def _all_finite(column: Sequence[Any], kinds: set[type]) -> bool:
    if kinds <= {float, int}:
        return all(map(math.isfinite, column))
    return all(math.isfinite(value) for value in column if type(value) is float)


def _tagged(value: Stored) -> Json:
    if type(value) is bytes:
        return {"$bytes": _base64(value)}
    if type(value) is float and not math.isfinite(value):
        return {"$float": repr(value)}
    return value


def _encode_boolean(column: Sequence[Stored]) -> Sequence[Json]:
    if set(map(type, column)) <= {int, _NONE} and _BOOLEANS.keys() >= set(column):
        return [_BOOLEANS[value] for value in column]  # type: ignore[index]
    return [
        value == 1 if type(value) is int and value in (0, 1) else _tagged(value) for value in column
    ]


def _encode_blob(column: Sequence[Stored]) -> Sequence[Json]:
    return [
        _base64(value)
        if type(value) is bytes
        else {_STORED: value}
        if type(value) is str
        else _tagged(value)
        for value in column
    ]


def _encode_json_column(column: Sequence[Stored]) -> Sequence[Json]:
    return [None if value is None else _json_cell(value) for value in column]


def _json_cell(stored: Stored) -> Json:
    """Return the value that a JSON text means, if that text is what would be stored for it."""
    if type(stored) is str:
        try:
            value = json.loads(stored)
            if value is not None and json_text(value) == stored and not _is_tag(value, _STORED):
                return value
        except (ValueError, RecursionError):
            pass
    return {_STORED: _tagged(stored)}


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


# --- From cells to stored values --------------------------------------------------------------


def _decode_plain(column: Sequence[Json]) -> Sequence[Stored]:
    kinds = set(map(type, column))
    if not kinds <= {str, float, _NONE}:
        if kinds & {dict, bool, list}:
            column = [_untagged(cell) for cell in column]
        array("q", [cell for cell in column if type(cell) is int])  # each must be of 64 bits
    return column


def _decode_real(column: Sequence[Json]) -> Sequence[Stored]:
    if set(map(type, column)) <= {float, _NONE}:
        return column
    return [_as_float(cell) for cell in _decode_plain(column)]


def _as_float(value: Stored) -> Stored:
    """Return a float for a whole number, as a person may write it; SQLite does the same."""
    return float(value) if type(value) is int and int(float(value)) == value else value


def _untagged(cell: Json) -> Stored:
    if type(cell) is bool:
        return int(cell)
    if _is_tag(cell, "$bytes"):
        return base64.b64decode(cell["$bytes"], validate=True)
    if _is_tag(cell, "$float"):
        return float(cell["$float"])
    if _is_tag(cell, _STORED):
        return _untagged(cell[_STORED])
    if isinstance(cell, (dict, list)):
        raise TypeError
    return cell  # type: ignore[no-any-return]


def _decode_blob(column: Sequence[Json]) -> Sequence[Stored]:
    return [
        base64.b64decode(cell, validate=True) if type(cell) is str else _untagged(cell)
        for cell in column
    ]


def _decode_json_column(column: Sequence[Json]) -> Sequence[Stored]:
    return [
        None
        if cell is None
        else _untagged(cell[_STORED])
        if _is_tag(cell, _STORED)
        else json_text(cell)
        for cell in column
    ]


def _is_tag(cell: Json, tag: str) -> bool:
    return type(cell) is dict and len(cell) == 1 and tag in cell


_Convert = Callable[[Sequence[Any]], Sequence[Any]]

_ENCODERS: dict[StorageClass, _Convert] = {
    StorageClass.BOOLEAN: _encode_boolean,
    StorageClass.BLOB: _encode_blob,
    StorageClass.JSON: _encode_json_column,
}
_DECODERS: dict[StorageClass, _Convert] = {
    StorageClass.REAL: _decode_real,
    StorageClass.BLOB: _decode_blob,
    StorageClass.JSON: _decode_json_column,
}
