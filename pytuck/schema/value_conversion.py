"""How the values of a column become those of another type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytuck.common.exceptions import TypeConversionError
from pytuck.schema.changes import AlterColumn
from pytuck.schema.tables import MISSING, Column
from pytuck.types import TYPES, ColumnType, Stored


@dataclass(frozen=True)
class ValueConversion:
    """Converts the stored values of a column, one at a time.

    Attributes:
        table: The table's name, for messages.
        old: The column as it is.
        type: What its values are to be.
        change: Says what becomes of those that cannot be converted.
    """

    table: str
    old: Column
    type: ColumnType[Any]
    change: AlterColumn

    def __call__(self, stored: Stored) -> Stored:
        """Return what is stored for a value after the change.

        Raises:
            TypeConversionError: It cannot be converted, and that is to stop everything.
        """
        try:
            return self._converted(stored)
        except TypeConversionError as err:
            if self.change.on_bad == "stop":
                raise self._refusal(err) from err
            return self._fallback()

    def unconverted(self, stored: Stored) -> Stored:
        """Return a value that cannot be converted as text; None for one that can."""
        try:
            self._converted(stored)
        except TypeConversionError:
            return _as_text(self.old, stored)
        return None

    def fails(self, stored: Stored) -> bool:
        """Return whether a value cannot be converted."""
        try:
            self._converted(stored)
        except TypeConversionError:
            return True
        return False

    def _converted(self, stored: Stored) -> Stored:
        value = self.old.type.from_storage(stored)
        return None if value is None else self.type.to_storage(self.type.convert(value))

    def _fallback(self) -> Stored:
        fallback = self.change.fallback
        if self.change.on_bad != "default" or fallback is MISSING or fallback is None:
            return None
        return self.type.to_storage(self.type.convert(fallback))

    def _refusal(self, err: TypeConversionError) -> TypeConversionError:
        return TypeConversionError(
            f"Column '{self.table}.{self.old.name}' has a value that cannot be converted: "
            f"{err.message} Nothing was changed. Correct it, or say with on_bad what is to become "
            "of such values.",
            value=err.value,
            target_type=self.type.python_type,
            table_name=self.table,
            column_name=self.old.name,
        )


def _as_text(column: Column, stored: Stored) -> Stored:
    """Return a stored value as text that a person can read."""
    if isinstance(stored, bytes):
        return f"X'{stored.hex()}'"
    try:
        return TYPES[str].to_storage(TYPES[str].convert(column.type.from_storage(stored)))
    except TypeConversionError:
        return str(stored)
