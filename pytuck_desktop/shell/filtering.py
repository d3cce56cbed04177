"""Filters of the tables in the tabs: brings grids, filter rows and actions together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.shell.grid_filter import GridFilter
from pytuck_desktop.shell.preferences import Preferences
from pytuck_desktop.shell.tabs import Tabs
from pytuck_desktop.theme.theme import Theme
from pytuck_desktop.workspace.table_filters import TableFilter

FILTER_ACTIONS = frozenset(
    ("filter_by_value", "exclude_value", "filter_null", "filter_not_null", "filter_column")
)


class Filtering(QObject):
    """What the actions about filters do, and what is remembered of each table."""

    changed = Signal()  # what the status bar and the actions say about filters

    def __init__(self, tabs: Tabs, preferences: Preferences, theme: Theme) -> None:
        super().__init__(tabs)
        self._tabs = tabs
        self._preferences = preferences
        self._theme = theme
        self._remembered: dict[tuple[str, str], TableFilter] = {}
        self._made: dict[GridView, GridFilter] = {}

    def adopt(self, grid: GridView) -> None:
        """Give a grid a filter: the one its table had before in this session."""
        key = (grid.viewmodel.document.path, grid.viewmodel.table_name)
        made = GridFilter(grid, self._remembered.get(key, TableFilter()), self._theme)
        self._made[grid] = made
        made.model.changed.connect(partial(self._remember, key, made))
        made.model.total_known.connect(self.changed)
        grid.destroyed.connect(partial(self._made.pop, grid, None))
        grid.clear_filter_wanted.connect(partial(made.change, TableFilter()))
        made.show_row(self._preferences.shows_filter_row)

    def _remember(self, key: tuple[str, str], made: GridFilter) -> None:
        self._remembered[key] = made.model.wanted
        self.changed.emit()

    def of(self, grid: GridView | None) -> GridFilter | None:
        """Return the filter of a grid."""
        return None if grid is None else self._made.get(grid)

    @property
    def current(self) -> GridFilter | None:
        """The filter of the grid on the screen."""
        return self.of(self._tabs.current_grid)

    # --- actions ---------------------------------------------------------------------------

    @property
    def handlers(self) -> dict[str, Callable[[], None]]:
        """What the actions do, by their names."""
        return {
            "toggle_filter_row": self._toggle_rows,
            "filter_panel": self._toggle_panel,
            "facets": self._toggle_facets,
            "filter_column": self._filter_column,
            "filter_by_value": lambda: self._by_value(is_negated=False),
            "exclude_value": lambda: self._by_value(is_negated=True),
            "filter_null": lambda: self._by_null(is_negated=False),
            "filter_not_null": lambda: self._by_null(is_negated=True),
            "clear_filter": self._clear,
            "clear_sort": self._clear_sort,
        }

    def enabled(self, grid: GridView | None) -> dict[str, bool]:
        """Return which of the actions can be done."""
        made = self.of(grid)
        has_cell = grid is not None and grid.table.currentIndex().isValid()
        enabled = dict.fromkeys(FILTER_ACTIONS, has_cell)
        for name in ("filter_column", "filter_panel", "facets"):
            enabled[name] = grid is not None
        enabled["clear_filter"] = made is not None and not made.model.wanted.is_empty
        enabled["clear_sort"] = grid is not None and bool(grid.viewmodel.sort)
        return enabled

    def _toggle_rows(self) -> None:
        self._show_rows(not self._preferences.shows_filter_row)

    def _show_rows(self, shown: bool) -> None:
        self._preferences.shows_filter_row = shown
        for made in self._made.values():
            made.show_row(shown)

    def _toggle_panel(self) -> None:
        if self.current is not None:
            self.current.toggle_panel()

    def _toggle_facets(self) -> None:
        if self.current is not None:
            self.current.toggle_facets()

    def _filter_column(self) -> None:
        made = self.current
        if made is not None:
            self._show_rows(True)
            assert made.row is not None
            made.row.edit(max(0, made.grid.table.currentIndex().column()))

    def _by_value(self, *, is_negated: bool) -> None:
        if self.current is not None:
            self.current.filter_by_value(is_negated=is_negated)

    def _by_null(self, *, is_negated: bool) -> None:
        if self.current is not None:
            self.current.filter_null(is_negated=is_negated)

    def _clear(self) -> None:
        if self.current is not None:
            self.current.change(TableFilter())

    def _clear_sort(self) -> None:
        if self.current is not None:
            self.current.grid.clear_sort()
