"""Following the foreign key that the current cell is part of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pytuck_desktop.intents import FollowKey
from pytuck_desktop.workspace.relations import Reference, has_values, references_at

if TYPE_CHECKING:
    from pytuck.types import Stored
    from pytuck_desktop.features.grid.viewmodel import GridViewModel
    from pytuck_desktop.workspace.snapshots import RowSnapshot


def reference_at(model: GridViewModel, row: int, column: int) -> Reference | None:
    """Return the foreign key through a cell that refers to something; None if there is none."""
    snapshot = model.rows.row(row) if row >= 0 else None
    if snapshot is None or not 0 <= column < len(model.columns):
        return None
    table = model.rows.table
    found = references_at(model.document.tables, table, table.columns[column].name)
    return next((one for one in found if has_values(_values(one, snapshot))), None)


def follow(
    model: GridViewModel, row: int, column: int, emit: Callable[[FollowKey], object]
) -> None:
    """Ask for the row that a cell refers to; nothing happens where it refers to none."""
    reference = reference_at(model, row, column)
    if reference is None:
        return
    places = [model.rows.table.column_index(name) for name in reference.columns]

    def ask(rows: list[RowSnapshot]) -> None:
        values = tuple(rows[0].values[place] for place in places) if rows else ()
        if values and has_values(values):
            path = model.document.path
            columns = reference.target_columns
            emit(FollowKey(path, reference.target_name, columns, values))

    model.fetch([(row, row)], places, ask)  # a long value is fetched whole


def _values(reference: Reference, snapshot: RowSnapshot) -> list[Stored]:
    places = {name: place for place, name in enumerate(snapshot.names)}
    return [snapshot.values[places[name]] if name in places else None for name in reference.columns]
