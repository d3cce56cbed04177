"""Integers, floats, booleans and decimals."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from operator import index
from typing import ClassVar, SupportsFloat, SupportsIndex

from pytuck.types.base import ColumnType, StorageClass, Stored

INTEGER_MIN = -(2**63)
INTEGER_MAX = 2**63 - 1

_BOOLEAN_WORDS = {
    **dict.fromkeys(("1", "true", "yes", "on", "t", "y"), True),
    **dict.fromkeys(("0", "false", "no", "off", "f", "n", ""), False),
}


@dataclass(frozen=True)
class IntegerType(ColumnType[int]):
    """Whole numbers of 64 bits, -2^63 to 2^63 - 1."""

    python_type = int
    storage_class: ClassVar[StorageClass] = StorageClass.INTEGER

    @property
    def sql_name(self) -> str:
        return "INTEGER"

    def is_valid(self, value: object) -> bool:
        return type(value) is int and INTEGER_MIN <= value <= INTEGER_MAX

    def parse(self, value: object) -> int:
        if isinstance(value, float) and not value.is_integer():
            raise ValueError("it has a fraction that would be lost")
        if not isinstance(value, (float, str, Decimal, SupportsIndex)):
            raise TypeError
        if isinstance(value, Decimal) and value != value.to_integral_value():
            raise ValueError("it has a fraction that would be lost")
        number = int(value)
        if not INTEGER_MIN <= number <= INTEGER_MAX:
            raise ValueError("it is outside the 64 bits from -2^63 to 2^63 - 1")
        return number


@dataclass(frozen=True)
class FloatType(ColumnType[float]):
    """Floating point numbers of 64 bits; infinities are kept, NaN is refused.

    SQLite cannot tell NaN from NULL, and does not keep the sign of a zero. Its REAL columns turn
    whole numbers into floats, so what is read needs no conversion.
    """

    python_type = float
    storage_class: ClassVar[StorageClass] = StorageClass.REAL

    @property
    def sql_name(self) -> str:
        return "REAL"

    def is_valid(self, value: object) -> bool:
        return type(value) is float and not math.isnan(value)

    def parse(self, value: object) -> float:
        if not isinstance(value, (str, SupportsFloat)):
            raise TypeError
        number = float(value)
        if math.isnan(number):
            raise ValueError("NaN cannot be told from NULL; use None")
        # Texts are the usual case, and looking for a protocol's methods takes its time.
        is_text = isinstance(value, str)
        if not is_text and isinstance(value, SupportsIndex) and number != index(value):
            raise ValueError("so large a whole number would lose digits")
        if math.isinf(number) and not _is_infinity(value):
            raise ValueError("so large a number would become infinity")
        return number


def _is_infinity(value: str | SupportsFloat) -> bool:
    if isinstance(value, str):
        return "inf" in value.lower()
    return isinstance(value, float) or (isinstance(value, Decimal) and value.is_infinite())


@dataclass(frozen=True)
class BooleanType(ColumnType[bool]):
    """True and false, stored as 1 and 0."""

    python_type = bool
    storage_class: ClassVar[StorageClass] = StorageClass.BOOLEAN

    @property
    def sql_name(self) -> str:
        return "BOOLEAN"

    def parse(self, value: object) -> bool:
        if isinstance(value, str):
            word = value.strip().lower()
            if word in _BOOLEAN_WORDS:
                return _BOOLEAN_WORDS[word]
            raise ValueError("write true or false")
        if isinstance(value, (int, float)) and value in (0, 1):
            return bool(value)
        raise TypeError

    encode = staticmethod(int)
    decode = staticmethod({0: False, 1: True}.__getitem__)


_DECIMAL_NAME = re.compile(r"^DECIMAL_TEXT(?:\((\d+),\s*(\d+)\))?$", re.IGNORECASE)


@dataclass(frozen=True)
class DecimalType(ColumnType[Decimal]):
    """Exact decimal numbers, stored as canonical text.

    Attributes:
        precision: Digits in all, or None for any number.
        scale: Digits after the point; values are padded to it, and refused if they have more.
    """

    precision: int | None = None
    scale: int | None = None

    python_type = Decimal
    storage_class: ClassVar[StorageClass] = StorageClass.DECIMAL

    @property
    def sql_name(self) -> str:
        # TEXT in the name gives the column text affinity. As plain DECIMAL(p,s) SQLite would
        # turn the text into a binary float ("Determination Of Column Affinity").
        if self.precision is None:
            return "DECIMAL_TEXT"
        return f"DECIMAL_TEXT({self.precision},{self.scale or 0})"

    @classmethod
    def from_sql_name(cls, declared: str) -> DecimalType | None:
        """Return the type for a declared type, or None if it is not a decimal's."""
        match = _DECIMAL_NAME.match(declared)
        if match is None:
            return None
        if match[1] is None:
            return cls()
        return cls(int(match[1]), int(match[2]))

    def is_valid(self, value: object) -> bool:
        return type(value) is Decimal and self.precision is None and value.is_finite()

    def parse(self, value: object) -> Decimal:
        if isinstance(value, float):
            value = repr(value)  # the shortest text that means this float, not its binary tail
        if not isinstance(value, (int, str, Decimal)) or isinstance(value, bool):
            raise TypeError
        number = Decimal(value.strip() if isinstance(value, str) else value)
        if not number.is_finite():
            raise ValueError("NaN and infinities are no decimal numbers")
        self._check_size(number)
        return number

    def _check_size(self, number: Decimal) -> None:
        if self.precision is None:
            return
        scale = self.scale or 0
        # As text: `normalize` would round to the 28 digits of Python's usual context.
        before, _, after = format(number.copy_abs(), "f").partition(".")
        fraction = len(after.rstrip("0"))
        whole = len(before.lstrip("0"))
        if fraction > scale:
            raise ValueError(f"it has more than {scale} digits after the point")
        if whole > self.precision - scale:
            raise ValueError(f"it has more than {self.precision - scale} digits before the point")

    def encode(self, value: Decimal) -> Stored:
        """Return the canonical text: no exponent, no needless zeros, `scale` digits if declared."""
        text = format(value, "f")
        whole, _, fraction = text.partition(".")
        fraction = fraction.rstrip("0").ljust(self.scale or 0, "0")
        if whole == "-0" and not fraction.strip("0"):
            whole = "0"
        return f"{whole}.{fraction}" if fraction else whole

    @staticmethod
    def decode(stored: str | int | float) -> Decimal:
        """Return the number; bytes are refused."""
        return Decimal(repr(stored) if isinstance(stored, float) else stored)
