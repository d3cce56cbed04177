"""Where the user is among the rows, when other rows are about to be shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pytuck_desktop.workspace.staged_edits import Identity

if TYPE_CHECKING:
    from pytuck_desktop.features.grid.view import GridView


class Place:
    """Follows a row through a change of the filter; a position would mean another row."""

    def __init__(self, view: GridView) -> None:
        self._view = view
        self._wanted: Identity | None = None
        self._column = 0
        self._is_pending = False
        view.viewmodel.reset.connect(self._after_reset)
        view.viewmodel.status_changed.connect(self._look_for_row)

    def leave(self, *, follow: bool) -> None:
        """Note that other rows come: begin at the top, or `follow` the current row."""
        table = self._view.table
        row = table.current_row
        self._wanted = self._view.viewmodel.identity(row) if follow and row >= 0 else None
        self._column = max(0, table.currentIndex().column())
        self._is_pending = True

    def _after_reset(self) -> None:
        if not self._is_pending:
            return
        self._is_pending = False
        self._view.table.select_ranges([], -1, -1)
        self._view.table.scroll_to_top(0)
        self._look_for_row()

    def _look_for_row(self) -> None:
        model, wanted = self._view.viewmodel, self._wanted
        if wanted is None or self._is_pending or not model.is_order_ready:
            return
        self._wanted = None

        def show(row: int | None) -> None:
            has_other = self._view.table.current_row >= 0  # the user was faster
            if row is not None and not has_other and row < model.row_count:
                self._view.table.show_row(row, self._column)

        model.locate(wanted, show)
