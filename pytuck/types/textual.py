"""Text, bytes and UUIDs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from pytuck.types.base import ColumnType, StorageClass


@dataclass(frozen=True)
class TextType(ColumnType[str]):
    """Unicode text; NUL characters are kept, lone surrogates refused (they are not UTF-8)."""

    python_type = str
    storage_class: ClassVar[StorageClass] = StorageClass.TEXT

    @property
    def sql_name(self) -> str:
        return "TEXT"

    def is_valid(self, value: object) -> bool:
        return type(value) is str and (value.isascii() or not has_lone_surrogate(value))

    def parse(self, value: object) -> str:
        if isinstance(value, str):
            if has_lone_surrogate(value):
                raise ValueError("it has a lone surrogate, which no Unicode text may have")
            return str.__str__(value)
        if isinstance(value, (bool, int, float, Decimal, UUID, date, datetime, time)):
            return str(value)
        raise TypeError


@dataclass(frozen=True)
class BytesType(ColumnType[bytes]):
    """Raw bytes."""

    python_type = bytes
    storage_class: ClassVar[StorageClass] = StorageClass.BLOB

    @property
    def sql_name(self) -> str:
        return "BLOB"

    def parse(self, value: object) -> bytes:
        if isinstance(value, str):
            return value.encode("utf-8")
        if isinstance(value, (bytes, bytearray, memoryview)):
            return bytes(value)
        raise TypeError


@dataclass(frozen=True)
class UuidType(ColumnType[UUID]):
    """UUIDs, stored as their 36 characters."""

    python_type = UUID
    storage_class: ClassVar[StorageClass] = StorageClass.TEXT

    @property
    def sql_name(self) -> str:
        return "UUID"

    def parse(self, value: object) -> UUID:
        if isinstance(value, str):
            return UUID(value.strip())
        if isinstance(value, bytes):
            return UUID(bytes=value)
        raise TypeError

    encode = staticmethod(str)
    decode = staticmethod(UUID)


def has_lone_surrogate(text: str) -> bool:
    """Return whether `text` cannot be written as UTF-8."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False
