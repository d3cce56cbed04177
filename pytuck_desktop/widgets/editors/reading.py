"""What an editor holds against what it started with."""

from __future__ import annotations

from PySide6.QtCore import QLocale

from pytuck.types import Stored, type_from_sql
from pytuck_desktop.workspace.file_info import ColumnInfo
from pytuck_desktop.workspace.typed_text import Typed, editable_text, typed_value


class Reading:
    """One value of a column while it is edited.

    Attributes:
        held: What the cell shows; of a text that does not fit its column, that text.
        valid: The last value that fitted.
        started_with: The text an editor begins with.
    """

    def __init__(self, column: ColumnInfo, held: Stored, valid: Stored) -> None:
        self.column = column
        self.kind = type_from_sql(column.type_name)
        self.held = held
        self.valid = valid
        self.started_with = editable_text(column.type_name, held)

    def of_text(self, text: str) -> Typed | None:
        """Return what a text stands for; None if it is the one that was there."""
        if text == self.started_with:
            return None
        return typed_value(
            self.column.type_name,
            text,
            nullable=self.column.nullable,
            old=self.valid,
            comma_is_decimal=comma_is_decimal(),
        )

    def of_value(self, value: Stored) -> Typed | None:
        """Return a value that was chosen; None if it is the one that was there."""
        is_same = type(value) is type(self.held) and value == self.held
        return None if is_same else Typed(value)


def comma_is_decimal() -> bool:
    """Return whether a comma stands before the fraction in the user's country."""
    return QLocale.system().decimalPoint() == ","
