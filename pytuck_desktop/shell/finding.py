"""Finding in the table on the screen: brings grids, find bars and actions together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.shell.tabs import Tabs
from pytuck_desktop.theme.theme import Theme

if TYPE_CHECKING:
    from pytuck_desktop.shell.grid_search import GridSearch


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
            from pytuck_desktop.shell.grid_search import GridSearch

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
