"""Copying, pasting and filling blocks of cells, wherever their rows are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from pytuck_desktop.features.grid.clipboard_text import FORMS, CopyForm, parse_block
from pytuck_desktop.features.grid.state import CellRange, in_places, merged_rows
from pytuck_desktop.widgets.editors.reading import comma_is_decimal
from pytuck_desktop.workspace.rows import RowSnapshot, RowState
from pytuck_desktop.workspace.staged_edits import CellEdit, Invalid, StepKind
from pytuck_desktop.workspace.typed_text import typed_value

if TYPE_CHECKING:
    from pytuck.types import Stored
    from pytuck_desktop.features.grid.viewmodel import GridViewModel

MOST_CELLS = 2_000_000
"""More cells than this are not copied or changed at once: exporting is the way then."""


class BlockEdits:
    """What is done with the selected cells of one grid; each change is one step of undo.

    Args:
        viewmodel: Of the grid.
    """

    def __init__(self, viewmodel: GridViewModel) -> None:
        self._model = viewmodel

    # --- Copying ---

    def copy(
        self, ranges: Sequence[CellRange], form: CopyForm, on_done: Callable[[str], None]
    ) -> None:
        """Return the selected cells as text, with the whole of long values."""
        places = self._columns(ranges)

        def done(rows: list[RowSnapshot]) -> None:
            names = [self._model.column_names[place] for place in places]
            cells = [[row.values[place] for place in places] for row in rows]
            on_done(
                FORMS[form](names, cells, lambda at, value: self._model.as_text(value, places[at]))
            )

        self._with_rows(ranges, places, done)

    def copy_sql(self, ranges: Sequence[CellRange], on_done: Callable[[str], None]) -> None:
        """Return the selected cells as statements that insert them, as the file's engine has it."""
        places = self._columns(ranges)

        def done(rows: list[RowSnapshot]) -> None:
            names = [self._model.column_names[place] for place in places]
            cells = [[row.values[place] for place in places] for row in rows]
            self._model.document.fetch_inserts(
                self._model.table_name, names, cells, on_done, self._model.failed.emit
            )

        self._with_rows(ranges, places, done)

    # --- Changing ---

    def paste(self, text: str, ranges: Sequence[CellRange]) -> None:
        """Stage copied cells, from the first selected cell on; rows that are missing are added.

        One cell fills the whole selection. A text that does not fit its column is staged all the
        same, to be put right before a save.
        """
        block = parse_block(text)
        shown = self._shown()
        target = _target(in_places(ranges, shown), block, self._model.is_editable)
        if target is None:
            return
        stored = self._model.row_count
        inside = min(target.bottom, stored - 1)
        places = list(shown[target.left : target.right + 1])
        is_comma = comma_is_decimal()

        def done(rows: list[RowSnapshot]) -> None:
            edits: list[CellEdit] = []
            new: list[dict[str, Stored | Invalid]] = []
            for number in range(target.bottom - target.top + 1):
                texts = block[number % len(block)]
                row = rows[number] if number < len(rows) else None
                if row is not None and row.state is RowState.DELETED:
                    continue
                values = self._values(texts, places, row, comma_is_decimal=is_comma)
                if row is None:
                    new.append(values)
                else:
                    edits += self._edits(row, values)
            if edits or new:
                self._model.document.edits.change_block(self._model.table_name, edits, new)
            staged = chain((edit.new for edit in edits), *(given.values() for given in new))
            self._model.pasted_invalid.emit(sum(isinstance(one, Invalid) for one in staged))

        existing = [CellRange(target.top, target.left, inside, target.right)]
        self._with_rows(existing if inside >= target.top else [], places, done)

    def fill_down(self, ranges: Sequence[CellRange]) -> None:
        """Stage the values of the first selected row for the selected cells below it."""
        places = self._columns(ranges)

        def done(rows: list[RowSnapshot]) -> None:
            names = self._model.column_names
            values = {names[place]: rows[0].staged_value(place) for place in places}
            self._stage("fill", (edit for row in rows[1:] for edit in self._edits(row, values)))

        self._with_rows(ranges, places, done)

    def set_all(self, ranges: Sequence[CellRange], column: int, value: Stored) -> None:
        """Stage one value in a column of the selected rows, loaded or not."""
        values = {self._model.column_names[column]: value}
        columns = [item._replace(left=column, right=column) for item in ranges]

        def done(rows: list[RowSnapshot]) -> None:
            self._stage("set", (edit for row in rows for edit in self._edits(row, values)))

        self._with_rows(columns, (), done)

    def duplicate_rows(self, ranges: Sequence[CellRange]) -> None:
        """Stage copies of the selected rows at the end; keys that count get a new value."""
        columns = self._model.columns
        copied = [
            place
            for place, column in enumerate(columns)
            if not column.is_generated and not column.is_primary_key
        ]

        def done(rows: list[RowSnapshot]) -> None:
            new = [
                {columns[place].name: row.staged_value(place) for place in copied}
                for row in rows
                if row.state is not RowState.DELETED
            ]
            name = self._model.table_name
            self._model.document.edits.change_block(name, [], new, "duplicate")

        whole = [
            CellRange(top, 0, bottom, len(columns) - 1) for top, bottom in merged_rows(list(ranges))
        ]
        self._with_rows(whole, copied, done)

    # --- How it is done ---

    def _shown(self) -> Sequence[int]:
        """Return the visible columns from left to right."""
        return self._model.shown_columns or range(len(self._model.columns))

    def _columns(self, ranges: Sequence[CellRange]) -> list[int]:
        shown = self._shown()
        places = {
            at for item in in_places(ranges, shown) for at in range(item.left, item.right + 1)
        }
        return [shown[at] for at in sorted(places)]

    def _with_rows(
        self,
        ranges: Sequence[CellRange],
        places: Sequence[int],
        on_done: Callable[[list[RowSnapshot]], None],
    ) -> None:
        spans = merged_rows(list(ranges))
        if sum(last - first + 1 for first, last in spans) * max(len(places), 1) > MOST_CELLS:
            self._model.refused.emit("too-many")
            return
        self._model.fetch(spans, places, on_done)

    def _stage(self, kind: StepKind, edits: Iterable[CellEdit]) -> None:
        found = list(edits)
        if found:
            self._model.document.edits.set_cells(found, kind)

    def _values(
        self,
        texts: Sequence[str],
        places: Sequence[int],
        row: RowSnapshot | None,
        *,
        comma_is_decimal: bool,
    ) -> dict[str, Stored | Invalid]:
        """Return what texts stand for in the columns at some places."""
        values: dict[str, Stored | Invalid] = {}
        for at, place in enumerate(places):
            column = self._model.columns[place]
            if column.is_generated or (len(texts) > 1 and at >= len(texts)):
                continue
            text = texts[at % len(texts)]
            old = row.stored[place] if row is not None and row.stored else None
            typed = typed_value(
                column.type_name,
                text,
                nullable=column.nullable,
                old=old,
                comma_is_decimal=comma_is_decimal,
            )
            is_valid = typed.refusal is None
            values[column.name] = typed.value if is_valid else typed.as_invalid(text)
        return values

    def _edits(self, row: RowSnapshot, values: Mapping[str, Stored | Invalid]) -> list[CellEdit]:
        identity, places = row.identity, {name: at for at, name in enumerate(row.names)}
        if identity is None or row.state is RowState.DELETED:
            return []
        edits = []
        for name, value in values.items():
            is_held = row.staged_value(places[name]) == value
            if is_held or self._model.columns[places[name]].is_generated:
                continue
            old, is_whole = self._model.old_value(row, places[name])
            edits.append(
                CellEdit(self._model.table_name, identity, name, old, value, is_old_whole=is_whole)
            )
        return edits


def _target(
    ranges: Sequence[CellRange],
    block: Sequence[Sequence[str]],
    is_editable: bool,
) -> CellRange | None:
    """Return the cells that a block goes into: the selection, if the block fits in it by tiles.

    Columns are counted as they are to be seen.
    """
    if not ranges or not is_editable:
        return None
    top, left = ranges[0].top, ranges[0].left
    height, width = len(block), max(map(len, block))
    rows, columns = ranges[0].bottom - top + 1, ranges[0].right - left + 1
    if len(ranges) == 1 and height == width == 1:
        return ranges[0]
    if len(ranges) == 1 and rows % height == 0 and columns == width:
        height = rows  # the block again and again
    return CellRange(top, left, top + height - 1, left + width - 1)
