"""The window for the value of one cell, which it stays with wherever its row moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from pytuck_desktop.widgets.editors.reading import Reading
from pytuck_desktop.widgets.editors.value_window import ValueWindow, open_value_window

if TYPE_CHECKING:
    from pytuck.types import Stored
    from pytuck_desktop.features.grid.view import GridView


def open_window(grid: GridView, row: int, column: int, *, is_editable: bool) -> ValueWindow:
    """Open the window for a cell whose whole value is here."""
    rows = grid.viewmodel
    described, identity = rows.columns[column], rows.identity(row)
    title = QCoreApplication.translate("ValueWindows", "{0}, row {1}, column {2}").format(
        rows.table_name[:120], f"{row + 1:,}", described.name[:120]
    )
    reading = Reading(described, rows.full_value(row, column), rows.valid_value(row, column))

    def stage(value: Stored) -> None:
        if identity is not None:
            rows.stage(identity, row, column, value)

    return open_value_window(
        reading, is_editable=is_editable, title=title, parent=grid, on_entered=stage
    )
