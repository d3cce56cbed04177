"""What a column type is, and the closed set of storage classes every dialect names."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any, ClassVar, Generic, TypeVar

from pytuck.common.exceptions import TypeConversionError
from pytuck.types.tracked import plain_kind

T = TypeVar("T")

Stored = None | int | float | str | bytes
"""What an engine stores: the values of SQLite."""


class StorageClass(Enum):
    """How a database keeps the values of a type.

    The set is closed: a new column type picks one of these, and a dialect names only these, so
    that types and dialects never have to know one another.
    """

    INTEGER = "integer"
    REAL = "real"
    TEXT = "text"
    BLOB = "blob"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    JSON = "json"


class ColumnType(Generic[T]):
    """How a Python value is stored in a column and read back.

    Subclasses are frozen dataclasses, so two types are equal when they mean the same.

    Attributes:
        python_type: The class of the values in Python.
        storage_class: How databases keep them.
        encode: Turns a value into what is stored; None where it is stored as it is.
        decode: Turns what is stored into a value; None where it is one already. It may raise
            any of `DECODE_ERRORS` for a stored value that is not of this type.
    """

    python_type: type
    storage_class: ClassVar[StorageClass]
    encode: Callable[[T], Stored] | None = None
    decode: Callable[[Any], T] | None = None

    @property
    def sql_name(self) -> str:
        """The declared type in the schema of a `.pytuck` file, which `type_from_sql` reads."""
        raise NotImplementedError

    def is_valid(self, value: object) -> bool:
        """Return whether `value` is exactly what the column holds, with nothing to convert."""
        return type(value) is self.python_type

    def parse(self, value: object) -> T:
        """Convert a value of another type, such as text typed by a person.

        Raises:
            TypeError, ValueError, ArithmeticError: The value does not mean one of this type.
        """
        raise TypeError

    def convert(self, value: object, *, strict: bool = False) -> T:
        """Return `value` as this type.

        Args:
            value: Any value but None.
            strict: Refuse values that are not of the type already.

        Raises:
            TypeConversionError: The value cannot be converted, or `strict` forbids it.
        """
        if self.is_valid(value):
            return value  # type: ignore[return-value]
        if not strict or isinstance(value, self.python_type):
            try:
                return self.parse(value)
            except (TypeError, ValueError, ArithmeticError, RecursionError) as err:
                reason = shortened(str(err))
        else:
            reason = ""
        raise TypeConversionError(
            self._refusal(value, reason), value=value, target_type=self.python_type
        )

    def to_storage(self, value: T | None) -> Stored:
        """Return what is stored for a value of this type; None stays None."""
        if value is None or self.encode is None:
            return value  # type: ignore[return-value]
        return self.encode(value)

    def from_storage(self, stored: Stored) -> T | None:
        """Return the value for what is stored; None stays None.

        Raises:
            TypeConversionError: What is stored is not of this type.
        """
        if stored is None or self.decode is None:
            return stored  # type: ignore[return-value]
        try:
            return self.decode(stored)
        except DECODE_ERRORS as err:
            raise TypeConversionError(
                f"The stored value {short_repr(stored)} is not a valid {self.sql_name}.",
                value=stored,
                target_type=self.python_type,
            ) from err

    def _refusal(self, value: object, reason: str) -> str:
        said = f" ({reason})" if reason else ""
        return (
            f"{short_repr(value)} of type {plain_kind(value).__name__} "
            f"is not a valid {self.python_type.__name__}{said}."
        )


DECODE_ERRORS = (TypeError, ValueError, KeyError, AttributeError, ArithmeticError, RecursionError)
"""What `ColumnType.decode` raises when a stored value is not of the type."""


def short_repr(value: object, limit: int = 80) -> str:
    """Return `repr(value)`, cut to `limit` characters, for messages."""
    return shortened(repr(value[:limit] if isinstance(value, (str, bytes)) else value), limit)


def shortened(text: str, limit: int = 80) -> str:
    """Return a text, cut to `limit` characters, for messages."""
    return text if len(text) <= limit else text[: limit - 1] + "…"
