"""Filters of the tables in the tabs: brings grids, filter rows and actions together."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from pytuck_desktop.features.filter.panel import FilterLine, FilterPanel
from pytuck_desktop.features.filter.row import FilterRow
from pytuck_desktop.features.filter.viewmodel import FilterViewModel
from pytuck_desktop.features.grid.place import Place
from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.shell.preferences import Preferences
from pytuck_desktop.shell.tabs import Tabs
from pytuck_desktop.theme.theme import Theme
from pytuck_desktop.workspace.conditions import ColumnTest, Operator
from pytuck_desktop.workspace.snapshots import RowSnapshot
from pytuck_desktop.workspace.table_filters import TableFilter

FILTER_ACTIONS = frozenset(
    ("filter_by_value", "exclude_value", "filter_null", "filter_not_null", "filter_column")
)


class GridFilter(QObject):
    """The filter of one grid, with what shows it."""

    def __init__(self, grid: GridView, wanted: TableFilter, theme: Theme) -> None:
        super().__init__(grid)
        self.grid = grid
        self._theme = theme
        self._follows_row = False
        self.place = Place(grid)
        model = grid.viewmodel
        self.model = FilterViewModel(model.document, model.rows, wanted, self._may_change, self)
        self.model.applied.connect(self._leave_place)
        self.row: FilterRow | None = None
        self.panel: FilterPanel | None = None
        self.line: FilterLine | None = None
        self.model.changed.connect(self._show_line)
        theme.changed.connect(self._use_theme)

    def _may_change(self) -> bool:
        return not self.grid.is_editing or self.grid.finish_editing()

    def _leave_place(self) -> None:
        self.place.leave(follow=self._follows_row)
        self._follows_row = False

    def change(self, wanted: TableFilter) -> None:
        """Filter by something else, and stay at the current row if it is still shown."""
        self._follows_row = True
        self.grid.kept.emit()
        self.model.set_wanted(wanted)
        self._follows_row = False

    def show_row(self, shown: bool) -> None:
        """Show or hide the filter row."""
        self.grid.make_filter_room(shown)
        if shown and self.row is None:
            table = self.grid.table
            room = table.column_header.room_below
            self.row = FilterRow(self.model, table, self._theme.tokens, room)
            self.row.left.connect(self._go_to_rows)
        if self.row is not None:
            self.row.setVisible(shown)

    def _use_theme(self) -> None:
        for part in (self.row, self.panel, self.line):
            if part is not None:
                part.use_tokens(self._theme.tokens)

    # --- nested conditions -----------------------------------------------------------------

    def toggle_panel(self) -> None:
        """Show the conditions to be edited, or close them."""
        if self.panel is None:
            self.panel = FilterPanel(self.model, self._theme.tokens)
            self.panel.closed.connect(self._close_panel)
            self.grid.add_above(self.panel)
            self.panel.hide()
        if not self.panel.isHidden():
            self._close_panel()
        else:
            self.panel.open()
            self._show_line()

    def _close_panel(self) -> None:
        if self.panel is not None:
            self.panel.hide()
        self._show_line()
        self.grid.table.setFocus()

    def _show_line(self) -> None:
        """Say what the rows are filtered by where neither panel nor filter row shows it."""
        has_panel = self.panel is not None and not self.panel.isHidden()
        is_needed = bool(self.model.wanted.group.items) and not has_panel
        if self.line is None and is_needed:
            self.line = FilterLine(self.model, self._theme.tokens)
            self.line.edit_wanted.connect(self.toggle_panel)
            self.grid.add_above(self.line)
        if self.line is not None:
            self.line.setVisible(is_needed)

    def _go_to_rows(self) -> None:
        table = self.grid.table
        table.setFocus()
        if table.current_row < 0 and self.grid.viewmodel.row_count:
            table.show_row(table.top_row)

    # --- by the value of a cell ------------------------------------------------------------

    def filter_by_value(self, *, is_negated: bool) -> None:
        """Show only the rows that have, or have not, the value of the current cell."""
        row, at = self.grid.table.current_row, self.grid.table.currentIndex().column()
        if row < 0 or at < 0:
            return

        def take(rows: list[RowSnapshot]) -> None:
            columns = self.model.columns
            if rows and at < len(columns):
                value = rows[0].values[at]
                wanted = self.model.wanted
                self.change(wanted.with_value(columns[at], value, is_negated=is_negated))

        self.grid.viewmodel.fetch([(row, row)], (at,), take)  # a long value is fetched whole

    def filter_null(self, *, is_negated: bool) -> None:
        """Show only the rows without, or with, a value in the current column."""
        at = self.grid.table.currentIndex().column()
        if 0 <= at < len(self.model.columns):
            column = self.model.columns[at]
            operator = Operator.NOT_NULL if is_negated else Operator.NULL
            self.change(self.model.wanted.with_test(ColumnTest(column.name, operator), column))


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
        enabled["filter_column"] = enabled["filter_panel"] = grid is not None
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
