"""Finding in the table on the screen: brings grids, find bars and actions together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from pytuck_desktop.features.find.view import FindBar
from pytuck_desktop.features.find.viewmodel import FindViewModel
from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.shell.tabs import Tabs
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


class Finding(QObject):
    """What the actions about finding do."""

    def __init__(self, tabs: Tabs, theme: Theme) -> None:
        super().__init__(tabs)
        self._tabs = tabs
        self._theme = theme
        self._made: dict[GridView, GridSearch] = {}

    @property
    def current(self) -> GridSearch | None:
        """The search of the grid on the screen; made by the first need."""
        grid = self._tabs.current_grid
        if grid is None:
            return None
        made = self._made.get(grid)
        if made is None:
            made = self._made[grid] = GridSearch(grid, self._theme)
            grid.destroyed.connect(partial(self._made.pop, grid, None))
        return made

    @property
    def handlers(self) -> dict[str, Callable[[], None]]:
        """What the actions do, by their names."""
        return {
            "find": self._find,
            "find_next": lambda: self._step(1),
            "find_previous": lambda: self._step(-1),
        }

    def _find(self) -> None:
        if self.current is not None:
            self.current.bar.open()

    def _step(self, by: int) -> None:
        search = self.current
        if search is None:
            return
        if search.model.needle.text:
            search.bar.show()
            search.model.step(by)
        else:
            search.bar.open()
