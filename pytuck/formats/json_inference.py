"""Types of the columns of records that come without any: found out from all their values."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any
from uuid import UUID

from pytuck.common.exceptions import PytuckException, SerializationError, TypeConversionError
from pytuck.formats.json_cells import json_text
from pytuck.schema import Column, Table
from pytuck.types import JSON, TYPES, ColumnType, Stored, type_of
from pytuck.types.base import short_repr
from pytuck.types.json_values import to_json_text

Record = Mapping[str, Any]

_Convert = Callable[[Sequence[Any]], Sequence[Stored]]

_NONE = type(None)
_EXACT_FLOAT = 2**53
_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?P<seconds>:\d\d(?:\.(?P<fraction>\d{1,6}))?)?"
    r"(?P<zone>Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)
_BY_KIND: dict[frozenset[type], type] = {
    frozenset([bool]): bool,
    frozenset([int]): int,
    frozenset([float]): float,
    frozenset([int, float]): float,
    frozenset([str]): str,
    frozenset([list]): list,
    frozenset([dict]): dict,
    frozenset([bytes]): bytes,
    **{frozenset([kind]): kind for kind in (datetime, date, time, timedelta, Decimal, UUID)},
}


@dataclass(slots=True)
class _Facts:
    """What the values of one column were so far.

    Attributes:
        kinds: Their classes, NULL's left out.
        lowest, highest: The smallest and largest whole number.
        text_kind: What all texts are: a date, a point in time, or only text; None before one.
        is_sparse: Some records lack the key.
        has_null: Some records have it with NULL.
        has_nan: Some values are NaN.
        style: How the first point in time is written.
    """

    kinds: set[type] = field(default_factory=set)
    lowest: int = 0
    highest: int = 0
    text_kind: type | None = None
    is_sparse: bool = False
    has_null: bool = False
    has_nan: bool = False
    style: tuple[str, int, str] | None = None

    def look_at(self, values: Sequence[Any]) -> None:
        kinds = set(map(type, values)) - {_NONE}
        self.kinds |= kinds
        if int in kinds:
            whole = values if kinds == {int} and None not in values else _of(int, values)
            lowest, highest = min(whole), max(whole)
            self.lowest, self.highest = min(self.lowest, lowest), max(self.highest, highest)
        if float in kinds and not self.has_nan:
            self.has_nan = any(map(math.isnan, _of(float, values)))
        if str in kinds and self.text_kind is not str:
            kind = _kind_of_texts(_of(str, values))
            self.text_kind = kind if self.text_kind in (None, kind) else str
            if kind is datetime and self.style is None:
                self.style = _date_time_style(_of(str, values)[0])

    def type(self) -> ColumnType[Any]:
        """Return the type that has all the values."""
        kind = _BY_KIND.get(frozenset(self.kinds)) if self.kinds else str
        if kind is str and self.text_kind is not None:
            kind = self.text_kind
        if int in self.kinds and kind is int and not self._is_within(2**63 - 1):
            kind = Decimal
        if kind is float and not self._is_within(_EXACT_FLOAT):
            kind = None
        return JSON if kind is None else TYPES[kind]

    def _is_within(self, limit: int) -> bool:
        return -limit - 1 <= self.lowest and self.highest <= limit


class RecordInference:
    """Finds out the columns of records, batch by batch, and makes rows of them.

    Args:
        overrides: Types of columns, in place of those found out.
        path: The file, for messages.
        is_sample: Records may have values that were not looked at.
    """

    def __init__(
        self, name: str, overrides: Mapping[str, Any], path: Path, *, is_sample: bool = False
    ) -> None:
        self._name = name
        self._overrides = overrides
        self._is_sample = is_sample
        self._path = path
        self._facts: dict[str, _Facts] = {}
        self._seen = 0
        self.keys: tuple[str, ...] = ()
        """The keys of the records, in the order of the columns."""
        self._converters: list[_Convert] = []
        self._types: list[ColumnType[Any]] = []

    @property
    def sparse_keys(self) -> frozenset[str]:
        """The keys that records lack rather than have with NULL."""
        return frozenset(
            key for key, facts in self._facts.items() if facts.is_sparse and not facts.has_null
        )

    @property
    def time_stamp_keys(self) -> frozenset[str]:
        """The keys with points in time that are no text."""
        return frozenset(key for key, facts in self._facts.items() if facts.kinds == {datetime})

    @property
    def notes(self) -> list[str]:
        """What a person should know about the values."""
        return [
            f"NaN was read as NULL in column {key!r}"
            for key, facts in self._facts.items()
            if facts.has_nan
        ]

    @property
    def styles(self) -> dict[str, tuple[str, int, str]]:
        """How points in time are written, by key."""
        return {key: facts.style for key, facts in self._facts.items() if facts.style is not None}

    def look_at(self, records: Sequence[Record]) -> None:
        """Take the values of some records into account."""
        for key in dict.fromkeys(chain.from_iterable(records)):
            if key not in self._facts:
                self._facts[key] = _Facts(is_sparse=self._seen > 0)
        self._seen += len(records)
        for key, facts in self._facts.items():
            values = _values(key, records)
            if values is None:
                values = [record[key] for record in records if key in record]
                facts.is_sparse = True
            facts.has_null = facts.has_null or None in values
            facts.look_at(values)

    def add_keys(self, records: Sequence[Record]) -> None:
        """Have a column for each key, also where values are not looked at."""
        if self._is_sample:
            for key in dict.fromkeys(chain.from_iterable(records)):
                self._facts.setdefault(key, _Facts(is_sparse=True))

    def keys_seen(self) -> tuple[str, ...]:
        """Return the keys of all records so far."""
        return tuple(self._facts)

    def table(self, column_names: Sequence[str] | None = None, name: str | None = None) -> Table:
        """Return the table, when all records were looked at.

        Args:
            column_names: Names of the columns, where keys cannot be.
            name: The name of the table, where it is another one.
        """
        self.keys = tuple(self._facts)
        names = column_names or self.keys
        self._types = [
            type_of(self._overrides[key])
            if key in self._overrides
            else type_of(self._overrides[column])
            if column in self._overrides
            else self._facts[key].type()
            for key, column in zip(self.keys, names, strict=True)
        ]
        self._converters = [
            self._converter(type_, key, is_decided=bool({key, column} & self._overrides.keys()))
            for type_, key, column in zip(self._types, self.keys, names, strict=True)
        ]
        columns = tuple(
            Column(column, type_) for column, type_ in zip(names, self._types, strict=True)
        )
        return Table(name or self._name, columns)

    def _converter(self, type_: ColumnType[Any], key: str, *, is_decided: bool) -> _Convert:
        if is_decided or self._is_sample or type_ not in _CONVERTERS:
            return _converter(type_)
        return _real_without_nan if self._facts[key].has_nan else _CONVERTERS[type_]

    def rows(self, records: Sequence[Record], first_row: int = 1) -> list[tuple[Stored, ...]]:
        """Return the stored values of records.

        Args:
            first_row: The number of the first one, for messages.

        Raises:
            SerializationError: A value is not of the type that its column was decided to have.
        """
        columns = []
        for key, convert in zip(self.keys, self._converters, strict=True):
            values = _values(key, records)
            if values is None:
                values = [record.get(key) for record in records]
            try:
                columns.append(convert(values))
            except (PytuckException, *_CONVERT_ERRORS) as err:
                raise self._bad_value(key, values, first_row, err) from err
        return list(zip(*columns, strict=True))

    def _bad_value(
        self, key: str, values: Sequence[Any], first_row: int, error: Exception
    ) -> SerializationError:
        place = self.keys.index(key)
        row, value = first_row, values[0]
        for row, value in enumerate(values, first_row):  # noqa: B007 - the last ones are meant
            try:
                self._converters[place]([value])
            except (PytuckException, *_CONVERT_ERRORS) as err:
                error = err
                break
        return SerializationError(
            f"'{self._path}', table '{self._name}', record {row}: {short_repr(value)} of the key "
            f"'{key}' cannot be read as {self._types[place].sql_name} ({error}). Choose another "
            "type for the column, or correct the file.",
            table_name=self._name,
            column_name=key,
            details={"path": str(self._path), "row": row},
        )


def _values(key: str, records: Sequence[Record]) -> list[Any] | None:
    """Return the values of a key that every record has, else None."""
    try:
        return list(map(itemgetter(key), records))
    except KeyError:
        return None


def _of(kind: type, values: Sequence[Any]) -> list[Any]:
    return [value for value in values if type(value) is kind]


# --- Dates and points in time ---------------------------------------------------------------


def _kind_of_texts(texts: list[str]) -> type:
    try:
        if list(map(date.isoformat, map(date.fromisoformat, texts))) == texts:
            return date
    except ValueError:
        pass
    if _DATE_TIME.fullmatch(texts[0]) and all(map(_DATE_TIME.fullmatch, texts)):
        try:
            list(map(datetime.fromisoformat, texts))
        except ValueError:
            return str
        return datetime
    return str


def _date_time_style(text: str) -> tuple[str, int, str]:
    """Return how a point in time is written: what stands before the time, digits, the zone."""
    found = _DATE_TIME.fullmatch(text)
    assert found is not None
    digits = -1 if found["seconds"] is None else len(found["fraction"] or "")
    return text[10], digits, "Z" if found["zone"] == "Z" else ""


# --- From values to what is stored -------------------------------------------------------------

_CONVERT_ERRORS = (ValueError, TypeError, ArithmeticError, RecursionError)


def _as_read(expected: type) -> _Convert:
    kinds = {expected, _NONE}

    def convert(values: Sequence[Any]) -> Sequence[Stored]:
        return values if set(map(type, values)) <= kinds else _converter(TYPES[expected])(values)

    return convert


def _converter(type_: ColumnType[Any]) -> _Convert:
    """Return what makes stored values of a type of any values."""

    def convert(values: Sequence[Any]) -> Sequence[Stored]:
        return [
            None if value is None else type_.to_storage(type_.convert(value)) for value in values
        ]

    return convert


def _real(values: Sequence[Any]) -> Sequence[Stored]:
    if set(map(type, values)) <= {float, _NONE}:
        return values
    return [float(value) if type(value) is int else _float(value) for value in values]


def _float(value: Any) -> float | None:
    return None if value is None else TYPES[float].convert(value)


def _real_without_nan(values: Sequence[Any]) -> Sequence[Stored]:
    return _real(
        [None if type(value) is float and math.isnan(value) else value for value in values]
    )


def _date_times(values: Sequence[Any]) -> Sequence[Stored]:
    """Return the stored texts; the usual ways to write them are changed without a look inside."""
    if set(map(type, values)) == {str}:
        lengths = set(map(len, values))
        if lengths == {19}:  # to the second
            return [f"{text[:10]} {text[11:]}.000000" for text in values]
        if lengths == {20}:  # to the second, of UTC
            return [f"{text[:10]} {text[11:19]}.000000+00:00" for text in values]
        if lengths == {26} and not any(text[-1] == "Z" for text in values):
            return [f"{text[:10]} {text[11:]}" for text in values]
    return [None if value is None else _date_time(value) for value in values]


def _date_time(value: Any) -> str:
    point = datetime.fromisoformat(value) if type(value) is str else value
    return point.isoformat(" ", "microseconds")


def container_text(value: Any) -> str:
    """Return what is stored for a list or dictionary of somebody else's file.

    Raises:
        ValueError: It is nested too deeply, or cannot be kept.
    """
    try:
        text = json_text(value)
    except (TypeError, ValueError):
        return to_json_text(value)
    # A key that begins like one of our tags is a user's own here.
    return to_json_text(value) if '"$' in text else text


def _containers(values: Sequence[Any]) -> Sequence[Stored]:
    return [None if value is None else container_text(value) for value in values]


def _checked_containers(kind: type) -> _Convert:
    def convert(values: Sequence[Any]) -> Sequence[Stored]:
        if not set(map(type, values)) <= {kind, _NONE}:
            raise TypeConversionError(f"it is no {kind.__name__}")
        return _containers(values)

    return convert


_CONVERTERS: dict[ColumnType[Any], _Convert] = {
    TYPES[int]: _as_read(int),
    TYPES[str]: _as_read(str),
    TYPES[date]: _as_read(str),
    TYPES[bytes]: _as_read(bytes),
    TYPES[float]: _real,
    TYPES[datetime]: _date_times,
    TYPES[list]: _checked_containers(list),
    TYPES[dict]: _checked_containers(dict),
    JSON: _containers,
}
