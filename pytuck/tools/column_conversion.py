"""Stored values of one column type as those of another, a column of many rows at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, datetime
from types import NoneType
from typing import Any

from pytuck.common.exceptions import TypeConversionError
from pytuck.types import ColumnType, RawType, StorageClass, Stored
from pytuck.types.numeric import INTEGER_MAX, INTEGER_MIN

Values = Sequence[Stored]

NOT_CONVERTIBLE = (TypeConversionError, ValueError, TypeError, ArithmeticError)
"""What `ColumnConverter.column` raises when it cannot convert every value."""

_TEXTUAL = (str, bytes)
_KINDS: dict[StorageClass, set[type]] = {
    StorageClass.INTEGER: {int, NoneType},
    StorageClass.REAL: {float, int, NoneType},
    StorageClass.TEXT: {str, NoneType},
    StorageClass.BLOB: {bytes, NoneType},
    StorageClass.BOOLEAN: {int, NoneType},
    StorageClass.DECIMAL: {str, int, float, NoneType},
    StorageClass.DATE: {str, NoneType},
    StorageClass.TIME: {str, NoneType},
    StorageClass.TIMESTAMP: {str, NoneType},
    StorageClass.JSON: {str, NoneType},
}


class ColumnConverter:
    """Converts the values of one column.

    Args:
        source: The type of the values.
        target: The type they are to have.
        is_required: Refuses NULL.
        is_trusted: Every value is surely of the source's type.
    """

    def __init__(
        self,
        source: ColumnType[Any],
        target: ColumnType[Any],
        *,
        is_required: bool = False,
        is_trusted: bool = True,
    ) -> None:
        self.source = source
        self.target = target
        self.is_required = is_required
        self._is_same = source == target or isinstance(target, RawType)
        self.is_idle = self._is_same and is_trusted and not is_required
        self._is_trusted = is_trusted
        self._from_text = source.python_type is str
        self._quick = _QUICK.get(target.python_type) if self._from_text else None

    def column(self, values: Values) -> Values:
        """Return the values converted.

        Raises:
            TypeConversionError, ValueError, TypeError, ArithmeticError: One cannot be; `value`
                tells which.
        """
        if self.is_idle:
            return values
        if self.is_required and None in values:
            raise ValueError
        if self._is_same:
            return values if self._is_trusted else self._checked(values)
        if self._quick is not None:
            try:
                return self._quick(values)
            except NOT_CONVERTIBLE:
                pass  # empty texts and the like: the slow way knows them
        return self._each(values)

    def value(self, stored: Stored) -> Stored:
        """Return one value converted.

        Raises:
            TypeConversionError: It cannot be; the message says why.
        """
        if self._from_text and self.target.python_type not in _TEXTUAL:
            stored = _without_emptiness(stored)
        if stored is None:
            if self.is_required:
                raise TypeConversionError("There is no value, and the column must have one.")
            return None
        if self._is_same and self._is_trusted:
            return stored
        if self.source.storage_class is StorageClass.JSON and self.target.python_type is str:
            return stored  # as JSON text
        value = self.source.from_storage(stored)
        return self.target.to_storage(self.target.convert(value))

    def _checked(self, values: Values) -> Values:
        kinds = _KINDS[self.target.storage_class]
        if isinstance(self.target, RawType) or set(map(type, values)) <= kinds:
            return values
        return [self.value(value) for value in values]

    def _each(self, values: Values) -> Values:
        if set(map(type, values)) <= {str, NoneType}:
            # A column has most of its values more than once.
            known = {value: self.value(value) for value in set(values)}
            return list(map(known.__getitem__, values))
        return [self.value(value) for value in values]


def _without_emptiness(stored: Stored) -> Stored:
    return None if isinstance(stored, str) and not stored.strip() else stored


def _integers(values: Sequence[Any]) -> Values:
    found = [None if value is None else int(value) for value in values]
    given = [value for value in found if value is not None]
    if given and not INTEGER_MIN <= min(given) <= max(given) <= INTEGER_MAX:
        raise ValueError
    return found


def _floats(values: Sequence[Any]) -> Values:
    found = [None if value is None else float(value) for value in values]
    if not all(value is None or math.isfinite(value) for value in found):
        raise ValueError  # NaN is refused, and infinities must be meant
    return found


def _datetimes(values: Sequence[Any]) -> Values:
    parse = datetime.fromisoformat
    return [
        None if value is None else parse(value.strip()).isoformat(" ", "microseconds")
        for value in values
    ]


def _dates(values: Sequence[Any]) -> Values:
    parse = date.fromisoformat
    return [None if value is None else parse(value.strip()).isoformat() for value in values]


_QUICK: dict[type, Callable[[Values], Values]] = {
    int: _integers,
    float: _floats,
    datetime: _datetimes,
    date: _dates,
}
"""Quicker ways from text to the types that files are full of."""
