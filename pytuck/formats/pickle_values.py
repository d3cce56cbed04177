"""The plain values that pickles may hold, and how large they may be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

MAX_NESTING = 200
"""Levels of lists and dictionaries in one value."""

LARGEST_VALUE = 1 << 26
"""Characters of one value, and 16 for each part; what is said again counts again."""

MOST_DIGITS = 4096
"""Digits of a number, which would take as many characters as text."""


class RefusedPickleError(ValueError):
    """A pickle holds what is no plain data, or is damaged.

    Attributes:
        position: The byte of the file at which it was noticed.
        is_truncated: The file ends too early.
    """

    def __init__(self, reason: str, position: int, *, is_truncated: bool = False) -> None:
        super().__init__(reason)
        self.position = position
        self.is_truncated = is_truncated


class UnfinishedUuid:
    """A UUID that is being made: a pickle gives its number last.

    Attributes:
        value: The UUID, when the number is known.
    """

    value: UUID | None = None


def _decimal(text: str) -> Decimal:
    number = Decimal(text)
    if number.is_finite() and abs(number.adjusted()) > MOST_DIGITS:
        raise ValueError("a decimal number has too many digits")
    return number


CLASSES: dict[tuple[str, str], Callable[..., Any]] = {
    ("datetime", "date"): date,
    ("datetime", "datetime"): datetime,
    ("datetime", "time"): time,
    ("datetime", "timedelta"): timedelta,
    ("datetime", "timezone"): timezone,
    ("decimal", "Decimal"): _decimal,
    ("uuid", "UUID"): UnfinishedUuid,
    ("builtins", "set"): list,
    ("builtins", "frozenset"): list,
    ("builtins", "bytearray"): bytes,
    ("__builtin__", "bytes"): bytes,
    ("__builtin__", "bytearray"): bytes,
    ("__builtin__", "set"): list,
    ("__builtin__", "frozenset"): list,
    ("_codecs", "encode"): lambda text, _: text.encode("latin-1"),
}
"""The classes that are made, all from plain arguments; none of them can do anything."""


def checked(value: Any) -> Any:
    """Return a value, when it has an end and a bearable size.

    Raises:
        RefusedPickleError: It contains itself, or is too large or too deep.
    """
    if type(value) in (list, dict, tuple):
        budget = LARGEST_VALUE
        waiting = [(value, 1)]
        while waiting:
            container, depth = waiting.pop()
            if depth > MAX_NESTING:
                raise RefusedPickleError(
                    f"a value contains itself, or is nested deeper than {MAX_NESTING} levels", 0
                )
            items = [*container, *container.values()] if type(container) is dict else container
            budget -= 16 * len(items)
            budget -= sum(len(item) for item in items if type(item) in (str, bytes))
            if budget < 0:
                raise RefusedPickleError("a value is said so often that it gets too large", 0)
            inner = [item for item in items if type(item) in (list, dict, tuple)]
            waiting += [(item, depth + 1) for item in inner]
    return value


def bytearray_arguments(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return what `bytes` is made of for the oldest pickles: `bytearray(text, 'latin-1')`."""
    text, *_ = arguments
    if not isinstance(text, str):
        raise TypeError("a bytearray of no text")
    return (text.encode("latin-1"),)


def with_text_keys(value: Any) -> Any:
    """Return a checked value as JSON can hold it: pairs for a dictionary with other keys."""
    if type(value) is dict:
        if set(map(type, value)) <= {str}:
            return {key: with_text_keys(item) for key, item in value.items()}
        return [[with_text_keys(key), with_text_keys(item)] for key, item in value.items()]
    if type(value) in (list, tuple):
        return type(value)(map(with_text_keys, value))
    return value
