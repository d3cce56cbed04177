"""What a panel needs to know of values: how they look, and what typed text means.

The shell hands it over, so that a panel shows and takes values just as the grid does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

from pytuck_desktop.workspace.file_info import ColumnInfo
from pytuck_desktop.workspace.staged_edits import Invalid

if TYPE_CHECKING:
    from pytuck.types import Stored


class TypedCell(NamedTuple):
    """What a typed text means.

    Attributes:
        reason: Why it is refused, in the user's words; empty if it is taken.
        invalid: A refused text as it may be staged all the same, to be put right later.
    """

    value: Stored = None
    reason: str = ""
    invalid: Invalid | None = None


class CellKit(Protocol):
    """Values of columns as text, and back."""

    def shown(self, column: ColumnInfo, value: Stored, size_bytes: int = 0) -> str:
        """Return how a value looks in one line; `size_bytes` if only its beginning is here."""

    def size_text(self, size_bytes: int) -> str:
        """Return a size such as `12.3 KB`."""

    def editable(self, column: ColumnInfo, value: Stored) -> str:
        """Return the text that an editor starts with."""

    def typed(self, column: ColumnInfo, text: str, old: Stored) -> TypedCell:
        """Return what a text stands for in a column that holds `old`."""

    def why(self, invalid: Invalid) -> str:
        """Return why a staged text does not fit its column, in the user's words."""


@runtime_checkable
class TakesCellKit(Protocol):
    """A panel that shows values."""

    def use_kit(self, kit: CellKit) -> None:
        """Show and take values as this says."""
