"""The grid's ways with values, for the panels beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytuck_desktop.features.grid.display import formatter, size_text
from pytuck_desktop.widgets.cell_kit import TakesCellKit
from pytuck_desktop.widgets.side_panel import SidePanel
from pytuck_desktop.workspace.file_info import ColumnInfo
from pytuck_desktop.workspace.staged_edits import Invalid

if TYPE_CHECKING:
    from pytuck.types import Stored


def furnish(panel: SidePanel) -> None:
    """Give a panel that shows values the grid's ways with them."""
    if isinstance(panel, TakesCellKit):
        panel.use_kit(GridCells())


class GridCells:
    """A `CellKit` of what the grid uses itself."""

    def shown(self, column: ColumnInfo, value: Stored, size_bytes: int = 0) -> str:
        """Return how a value looks in one line; `size_bytes` if only its beginning is here."""
        return formatter(column.type_name, column.storage)(value, size_bytes)[0]

    def size_text(self, size_bytes: int) -> str:
        """Return a size such as `12.3 KB`."""
        return size_text(size_bytes)

    def why(self, invalid: Invalid) -> str:
        """Return why a staged text does not fit its column, in the user's words."""
        # The types of the library are loaded by the first text that does not fit.
        from pytuck_desktop.widgets.editors.refusal_texts import refusal_text
        from pytuck_desktop.workspace.typed_text import typed_of

        return refusal_text(typed_of(invalid))
