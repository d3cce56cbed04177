"""The filter of one grid, with the row, panels and lines that show it.

What is opened by a click, and all that knows types and statements, is loaded then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from pytuck_desktop.features.filter.row import FilterRow
from pytuck_desktop.features.filter.viewmodel import FilterViewModel
from pytuck_desktop.features.grid.place import Place
from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.theme.theme import Theme
from pytuck_desktop.workspace.conditions import ColumnTest, Operator
from pytuck_desktop.workspace.snapshots import RowSnapshot
from pytuck_desktop.workspace.table_filters import TableFilter

if TYPE_CHECKING:
    from pytuck_desktop.features.facets.view import FacetPanel
    from pytuck_desktop.features.filter.panel import FilterLine, FilterPanel


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
        self.facets: FacetPanel | None = None
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
        self._show_line()

    def _use_theme(self) -> None:
        for part in (self.row, self.panel, self.line, self.facets):
            if part is not None:
                part.use_tokens(self._theme.tokens)

    # --- nested conditions -----------------------------------------------------------------

    def toggle_panel(self) -> None:
        """Show the conditions to be edited, or close them."""
        if self.panel is None:
            from pytuck_desktop.features.filter.panel import FilterPanel

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
        has_row = self.row is not None and not self.row.isHidden()
        wanted = self.model.wanted
        is_needed = not has_panel and bool(wanted.group.items or (wanted.typed and not has_row))
        if self.line is None and is_needed:
            from pytuck_desktop.features.filter.panel import FilterLine

            self.line = FilterLine(self.model, self._theme.tokens)
            self.line.edit_wanted.connect(self.toggle_panel)
            self.grid.add_above(self.line)
        if self.line is not None:
            self.line.follow_row(has_row)
            self.line.setVisible(is_needed)

    def _go_to_rows(self) -> None:
        table = self.grid.table
        table.setFocus()
        if table.current_row < 0 and self.grid.viewmodel.row_count:
            table.show_row(table.top_row)

    # --- the values of a column ------------------------------------------------------------

    def toggle_facets(self) -> None:
        """Show the values of the current column beside the rows, or hide them."""
        if self.facets is None:
            self._make_facets()
        assert self.facets is not None
        if not self.facets.isHidden():
            self._close_facets()
            return
        self.facet_model.look_at(max(0, self.grid.table.currentIndex().column()))
        self.facet_model.open()
        self.facets.show()
        self.facets.values.setFocus()

    def _make_facets(self) -> None:
        from pytuck_desktop.features.facets.view import FacetPanel
        from pytuck_desktop.features.facets.viewmodel import FacetsViewModel

        rows = self.grid.viewmodel
        self.facet_model = FacetsViewModel(rows.document, rows.rows, self.model, self)
        self.facets = FacetPanel(self.facet_model, self._theme.tokens)
        self.facets.hide()
        self.facets.closed.connect(self._close_facets)
        self.model.changed.connect(self.facet_model.follow_filter)
        self.grid.selection_changed.connect(self._follow_column)
        self.grid.add_beside(self.facets)

    def _follow_column(self) -> None:
        at = self.grid.table.currentIndex().column()
        if self.facets is not None and not self.facets.isHidden() and at >= 0:
            self.facet_model.look_at(at)

    def _close_facets(self) -> None:
        if self.facets is not None:
            self.facets.hide()
            self.facet_model.close()
            self.grid.table.setFocus()

    # --- by the value of a cell ------------------------------------------------------------

    def filter_by_value(self, *, is_negated: bool) -> None:
        """Show only the rows that have, or have not, the value of the current cell."""
        row, at = self.grid.table.current_row, self.grid.table.currentIndex().column()
        if row < 0 or at < 0:
            return

        def take(rows: list[RowSnapshot]) -> None:
            from pytuck_desktop.workspace.filter_meaning import with_value

            columns = self.model.columns
            if rows and at < len(columns):
                value = rows[0].values[at]
                wanted = self.model.wanted
                self.change(with_value(wanted, columns[at], value, is_negated=is_negated))

        self.grid.viewmodel.fetch([(row, row)], (at,), take)  # a long value is fetched whole

    def filter_null(self, *, is_negated: bool) -> None:
        """Show only the rows without, or with, a value in the current column."""
        from pytuck_desktop.workspace.filter_meaning import with_test

        at = self.grid.table.currentIndex().column()
        if 0 <= at < len(self.model.columns):
            column = self.model.columns[at]
            operator = Operator.NOT_NULL if is_negated else Operator.NULL
            test = ColumnTest(column.name, operator)
            self.change(with_test(self.model.wanted, test, column))
