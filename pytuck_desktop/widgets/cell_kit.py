"""How values look: what the shell hands to panels, so that they show them as the grid does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from pytuck_desktop.workspace.file_info import ColumnInfo
from pytuck_desktop.workspace.staged_edits import Invalid

if TYPE_CHECKING:
    from pytuck.types import Stored


class CellKit(Protocol):
    """Values of columns as text."""

    def shown(self, column: ColumnInfo, value: Stored, size_bytes: int = 0) -> str:
        """Return how a value looks in one line; `size_bytes` if only its beginning is here."""

    def size_text(self, size_bytes: int) -> str:
        """Return a size such as `12.3 KB`."""

    def why(self, invalid: Invalid) -> str:
        """Return why a staged text does not fit its column, in the user's words."""


@runtime_checkable
class TakesCellKit(Protocol):
    """A panel that shows values."""

    def use_kit(self, kit: CellKit) -> None:
        """Show values as this says."""
