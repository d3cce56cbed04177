"""The search of one grid, with its bar; loaded by the first search."""

from __future__ import annotations

from PySide6.QtCore import QObject

from pytuck_desktop.features.find.view import FindBar
from pytuck_desktop.features.find.viewmodel import FindViewModel
from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.theme.theme import Theme
from pytuck_desktop.workspace.finding import Cell


class GridSearch(QObject):
    """The search of one grid, with its bar."""

    def __init__(self, grid: GridView, theme: Theme) -> None:
        super().__init__(grid)
        self._grid = grid
        self._theme = theme
        rows = grid.viewmodel
        self.model = FindViewModel(rows.document, rows.rows, self._current, self)
        self.bar = FindBar(self.model, theme.tokens)
        grid.add_above(self.bar)
        rows.highlight = self.model.glow
        self.model.cell_wanted.connect(self._show)
        self.model.repaint.connect(rows.repaint)
        self.bar.closed.connect(self.close)
        theme.changed.connect(self._use_theme)

    def _use_theme(self) -> None:
        self.bar.use_tokens(self._theme.tokens)

    def _current(self) -> Cell:
        table = self._grid.table
        return Cell(max(0, table.current_row), max(0, table.currentIndex().column()))

    def _show(self, cell: Cell) -> None:
        self._grid.table.show_row(cell.row, cell.column)

    def close(self) -> None:
        """Hide the bar and go back to the rows."""
        self.model.close()
        self.bar.hide()
        self._grid.table.setFocus()
