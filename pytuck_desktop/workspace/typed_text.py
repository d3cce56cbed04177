"""Text typed into a cell to what is stored, and back. No Qt, no wording."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from pytuck.common.exceptions import PytuckException
from pytuck.types import ColumnType, RawType, StorageClass, Stored, type_from_sql
from pytuck.types.enums import ChoiceType
from pytuck.types.numeric import DecimalType
from pytuck_desktop.workspace.staged_edits import Invalid
from pytuck_desktop.workspace.typed_numbers import plain_number

LONG_TEXT = 60
"""Characters from which a text is edited in a box of several lines."""


class Refusal(Enum):
    """Why typed text is not taken; the editor says it in words."""

    NEEDS_VALUE = "needs a value"
    WHOLE_NUMBER = "whole number"
    TOO_LARGE = "too large"
    NUMBER = "number"
    DIGITS = "digits"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"
    JSON = "json"
    UUID = "uuid"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Typed:
    """Either the value to store, or why there is none.

    Attributes:
        reason: What belongs into the words for the refusal: the choices, or the most digits
            before and after the point. Else what the type said, in English.
    """

    value: Stored = None
    refusal: Refusal | None = None
    reason: str = ""

    def as_invalid(self, text: str) -> Invalid:
        """Return a refused text as it is staged, to be put right later."""
        return Invalid(text, "" if self.refusal is None else self.refusal.value, self.reason)


def typed_of(invalid: Invalid) -> Typed:
    """Return why a staged text is refused."""
    return Typed(refusal=Refusal(invalid.why), reason=invalid.reason)


def editable_text(type_name: str, stored: Stored) -> str:
    """Return the text an editor starts with; a NULL starts empty."""
    if stored is None:
        return ""
    kind = type_from_sql(type_name)
    if kind.storage_class is StorageClass.TIMESTAMP and isinstance(stored, str):
        return stored.replace(".000000", "", 1)
    if kind.sql_name == "INTERVAL" and isinstance(stored, int):
        seconds, micros = divmod(stored, 1_000_000)
        return str(seconds) if not micros else repr(stored / 1_000_000)
    return stored if isinstance(stored, str) else str(stored)


def typed_value(
    type_name: str, text: str, *, nullable: bool, old: Stored, comma_is_decimal: bool = False
) -> Typed:
    """Return what to store for a text typed into a cell of this column.

    Args:
        old: What the cell holds. A value that is not of the column's declared type (files of
            others have such) may be replaced by one of the same kind.
        comma_is_decimal: A comma stands before the fraction in the user's country.
    """
    kind = type_from_sql(type_name)
    if not text.strip() and not _takes_empty(kind):
        return Typed(None) if nullable else Typed(refusal=Refusal.NEEDS_VALUE)
    if isinstance(kind, RawType):
        return Typed(_as_before(text, old))
    try:
        meant = text
        if kind.storage_class in _NUMERIC:
            meant = plain_number(text, comma_is_decimal=comma_is_decimal)
        return Typed(kind.to_storage(kind.convert(meant)))
    except PytuckException as error:
        if _is_foreign(kind, old):
            return Typed(_as_before(text, old))
        return _refused(kind, meant, error.message)


def _takes_empty(kind: ColumnType[Any]) -> bool:
    if isinstance(kind, RawType):
        return True
    return kind.python_type is str or kind.storage_class is StorageClass.BLOB


def _as_before(text: str, old: Stored) -> Stored:
    for number in (int, float) if isinstance(old, (int, float)) else ():
        try:
            return number(text)
        except ValueError:
            continue
    return text


def _is_foreign(kind: ColumnType[Any], old: Stored) -> bool:
    try:
        kind.from_storage(old)
    except PytuckException:
        return True
    # Types that store values as they are accept anything; what is held tells.
    return kind.decode is None and old is not None and not kind.is_valid(old)


_BY_CLASS = {
    StorageClass.BOOLEAN: Refusal.BOOLEAN,
    StorageClass.INTEGER: Refusal.WHOLE_NUMBER,
    StorageClass.REAL: Refusal.NUMBER,
    StorageClass.DECIMAL: Refusal.NUMBER,
    StorageClass.DATE: Refusal.DATE,
    StorageClass.TIME: Refusal.TIME,
    StorageClass.TIMESTAMP: Refusal.TIMESTAMP,
    StorageClass.JSON: Refusal.JSON,
}


_NUMERIC = frozenset((StorageClass.INTEGER, StorageClass.REAL, StorageClass.DECIMAL))


def _refused(kind: ColumnType[Any], text: str, said: str) -> Typed:
    if isinstance(kind, ChoiceType):
        return Typed(refusal=Refusal.CHOICE, reason=", ".join(map(str, kind.choices)))
    if isinstance(kind, DecimalType) and kind.precision is not None and _is_number(text):
        scale = kind.scale or 0
        return Typed(refusal=Refusal.DIGITS, reason=f"{kind.precision - scale} {scale}")
    if kind.sql_name == "UUID":
        return Typed(refusal=Refusal.UUID, reason=said)
    if kind.storage_class is StorageClass.INTEGER and text.strip().lstrip("+-").isdecimal():
        return Typed(refusal=Refusal.TOO_LARGE, reason=said)
    return Typed(refusal=_BY_CLASS.get(kind.storage_class, Refusal.OTHER), reason=said)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text.strip()).is_finite()
    except ArithmeticError:
        return False
