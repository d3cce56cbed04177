"""Coming to a row whose table is still being loaded, sorted or filtered."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from pytuck_desktop.features.grid.view import GridView
from pytuck_desktop.workspace.staged_edits import Identity


class Arrival(QObject):
    """Makes a row current once its place is known; what the user does meanwhile goes first.

    Args:
        column: The name of the column to come to; None for the one that is current.
        missing: Called if the row is not among those shown.
    """

    def __init__(
        self,
        grid: GridView,
        identity: Identity,
        column: str | None,
        missing: Callable[[], None],
    ) -> None:
        super().__init__(grid)
        self._grid = grid
        self._identity = identity
        self._column = column
        self._missing = missing
        self._is_over = False
        self._asked_for = -1
        self._row_before = grid.table.current_row

    def start(self) -> None:
        """Come to the row, now or as soon as it can be found."""
        self._grid.viewmodel.status_changed.connect(self._look)
        self._look()

    def give_up(self) -> None:
        """Stay wherever the user is."""
        if not self._is_over:
            self._is_over = True
            self._grid.viewmodel.status_changed.disconnect(self._look)
            self.deleteLater()

    def _look(self) -> None:
        model = self._grid.viewmodel
        generation = model.rows.generation
        if self._is_over or self._asked_for == generation or not model.is_order_ready:
            return
        self._asked_for = generation

        def found(row: int | None) -> None:
            if self._is_over or generation != model.rows.generation:
                return
            has_moved = self._grid.table.current_row not in (-1, self._row_before)
            self.give_up()
            if row is None or row >= model.row_count:
                self._missing()
            elif not has_moved:
                self._show(row)

        model.locate(self._identity, found)

    def _show(self, row: int) -> None:
        names = self._grid.viewmodel.column_names
        place = names.index(self._column) if self._column in names else -1
        self._grid.table.show_row(row, place)
        self._grid.table.setFocus()
