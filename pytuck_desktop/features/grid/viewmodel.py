"""What can be done with the rows of one table: look, sort, edit. QtCore only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from pytuck_desktop.features.grid.display import (
    PLAIN,
    DisplayCell,
    DisplayStyle,
    Formatter,
    Look,
    Stored,
    formatter,
    ready_cells,
)
from pytuck_desktop.features.grid.state import (
    SUMMED_CELLS,
    CellRange,
    Mark,
    PaintRow,
    SelectionSummary,
    merged_rows,
    total,
)
from pytuck_desktop.intents import Key
from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.documents import Document
from pytuck_desktop.workspace.file_info import ColumnInfo
from pytuck_desktop.workspace.rows import RowSnapshot, RowState, RowsView, SortKey
from pytuck_desktop.workspace.staged_edits import CellEdit, Identity, Invalid, NewRow

FLASH_S = 0.9
"""How long a cell changed by somebody else glows."""

PLACEHOLDER_DELAY_MS = 150
"""Rows that take longer than this get placeholders; before, nothing flickers."""

MOST_BYTES = 100 * 1024 * 1024
"""A larger value is not fetched into a window."""

EDITED_BYTES = 4 * 1024 * 1024
"""A longer text is not opened in a cell: laying it out would keep the window busy for long."""

_NUMERIC = frozenset(("integer", "real", "decimal"))

_FLASH_STEP_MS = 60
_READY_ROWS = 4096
"""Painted rows kept ready."""


class GridViewModel(QObject):
    """The rows of one table of one document."""

    reset = Signal()  # all positions may hold other rows
    rows_changed = Signal(object, object)  # first and last row
    count_changed = Signal()
    status_changed = Signal()  # order ready, time of the last query
    repaint = Signal()
    failed = Signal(object)  # ErrorInfo
    refused = Signal(str)  # why an edit cannot start, by a word: see `view.py`
    pasted_invalid = Signal(int)  # texts that do not fit their columns were staged all the same

    def __init__(self, document: Document, table_name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.table_name = table_name
        self._rows: RowsView = document.open_rows(table_name)
        self._formats: list[Formatter] = []
        self._style = PLAIN
        self.shown_columns: list[int] | None = None
        """The visible columns from left to right; None if that is all of them in their order."""
        self._names: tuple[str, ...] = ()
        self._rights: tuple[bool, ...] = ()
        self._ready: dict[int, tuple[RowSnapshot, PaintRow]] = {}
        self._flashes: dict[tuple[int, int], float] = {}
        self._foreign_until = 0.0
        self._full: dict[tuple[Identity | None, int], Stored] = {}
        self._visible = (0, 0)
        self.highlight: Callable[[int, int], float] | None = None  # of cells that were found
        self.shows_placeholders = False
        self._placeholders = QTimer(self, singleShot=True, interval=PLACEHOLDER_DELAY_MS)
        self._placeholders.timeout.connect(self._show_placeholders)
        self._flash_timer = QTimer(self, interval=_FLASH_STEP_MS)
        self._flash_timer.timeout.connect(self._fade)
        self._take_columns()
        self._rows.on_reset.append(self._after_reset)
        self._rows.on_rows_changed.append(self._after_rows)
        self._rows.on_count_changed.append(self._after_count)
        self._rows.on_error.append(self._after_error)
        document.on_data_changed.append(self._expect_foreign_rows)

    def _take_columns(self) -> None:
        self._formats = [
            formatter(
                column.type_name,
                column.storage,
                self._style,
                is_key=column.is_primary_key or column.foreign_key is not None,
            )
            for column in self.columns
        ]
        self._links = tuple(column.foreign_key is not None for column in self.columns)
        self._names = tuple(column.name for column in self.columns)
        self._rights = tuple(column.storage in _NUMERIC for column in self.columns)

    def close(self) -> None:
        """Let go of the rows; nothing is heard any more."""
        self._flash_timer.stop()
        self._placeholders.stop()
        if self._expect_foreign_rows in self.document.on_data_changed:
            self.document.on_data_changed.remove(self._expect_foreign_rows)
        self._rows.close()

    # --- what is shown ---------------------------------------------------------------------

    @property
    def columns(self) -> tuple[ColumnInfo, ...]:
        """The columns of the table."""
        return tuple(self._rows.table.columns)

    @property
    def rows(self) -> RowsView:
        """The rows behind all this, for those who filter and search them."""
        return self._rows

    @property
    def is_filtered(self) -> bool:
        """Whether only some of the rows are wanted."""
        return self._rows.filter is not None

    @property
    def is_view(self) -> bool:
        """Whether the rows come from a view."""
        return self._rows.table.kind == "view"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Their names."""
        return self._names

    @property
    def row_count(self) -> int:
        """Rows of the table with the staged new ones, as far as known."""
        return self._rows.row_count

    @property
    def stored_count(self) -> int:
        """Rows in the file."""
        return self.row_count - len(self.document.edits.overlay(self.table_name).inserted)

    @property
    def count_is_exact(self) -> bool:
        """Whether all rows have been counted."""
        return self._rows.count_is_exact

    @property
    def count_is_estimate(self) -> bool:
        """Whether a count that is not exact may be too high: it is taken from the row ids."""
        is_plain = not (self._rows.sort or self.is_filtered)
        return self._rows.table.identity == "rowid" and is_plain

    @property
    def is_order_ready(self) -> bool:
        """Whether every position can be shown at once."""
        return self._rows.is_order_ready

    @property
    def last_query_ms(self) -> float | None:
        """How long the last page took."""
        return self._rows.last_query_ms

    @property
    def sort(self) -> tuple[tuple[int, bool], ...]:
        """The sort columns: position and whether descending."""
        places = {name: at for at, name in enumerate(self._names)}
        return tuple(
            (places[key.column], key.descending) for key in self._rows.sort if key.column in places
        )

    def displayed(self, row: int) -> Sequence[DisplayCell] | None:
        """Return the cells of a row as shown, None while it is on its way."""
        ready = self.paint_row(row)
        return None if ready is None else ready.cells

    def paint_row(self, row: int) -> PaintRow | None:
        """Return a row ready to be painted, None while it is on its way."""
        snapshot = self._rows.row(row)
        if snapshot is None:
            return None
        kept = self._ready.get(row)
        if kept is not None and kept[0] is snapshot:
            return kept[1]
        if len(self._ready) > _READY_ROWS:
            self._ready.clear()
        made = self._make_ready(snapshot)
        self._ready[row] = (snapshot, made)
        return made

    def _make_ready(self, snapshot: RowSnapshot) -> PaintRow:
        cells = ready_cells(self._formats, snapshot.values, snapshot.wide)
        unfit = (snapshot.damaged - snapshot.changed) | snapshot.invalid.keys()
        if unfit:
            cells = [
                (cell[0], Look.INVALID) if at in unfit else cell for at, cell in enumerate(cells)
            ]
        return PaintRow(cells, Mark[snapshot.state.name], snapshot.changed, snapshot.invalid)

    def stored(self, row: int, column: int) -> Stored:
        """Return what a loaded cell holds, staged edits included."""
        snapshot = self._rows.row(row)
        return None if snapshot is None else snapshot.values[column]

    def position(self, identity: Identity) -> int | None:
        """Return where a row stands, if it is loaded."""
        return self._rows.index_of(identity)

    def is_right(self, column: int) -> bool:
        """Return whether the values of a column stand at its right side."""
        return self._rights[column]

    def find_key(self, key: Key, on_done: Callable[[int | None], None]) -> None:
        """Find out at which position the row of a primary key stands, loaded or not."""
        self._rows.find_key(key, on_done)

    def is_link(self, column: int) -> bool:
        """Return whether the values of a column lead to rows of another table."""
        return self._links[column]

    def full_length(self, row: int, column: int) -> int:
        """Return the size in bytes of a value of which only the beginning is loaded, else 0."""
        snapshot = self._rows.row(row)
        return 0 if snapshot is None or not snapshot.wide else snapshot.wide.get(column, 0)

    def is_damaged(self, row: int, column: int) -> bool:
        """Return whether a text could not be read as it is stored: it is not in UTF-8."""
        snapshot = self._rows.row(row)
        return snapshot is not None and column in snapshot.damaged - snapshot.changed

    def link(self, row: int, column: int) -> tuple[str, str, Stored] | None:
        """Return the table, its column and the value that a cell leads to; None if nowhere."""
        target = self.columns[column].foreign_key if 0 <= column < len(self._links) else None
        value = None if target is None else self.stored(row, column)
        return None if target is None or value is None else (*target, value)

    def fetch_whole(
        self,
        row: int,
        column: int,
        on_done: Callable[[Stored], None],
        on_error: Callable[[ErrorInfo], None],
    ) -> None:
        """Fetch the whole value of a cell, of which perhaps only the beginning is loaded."""
        snapshot = self._rows.row(row)
        if snapshot is not None and not self.full_length(row, column):
            on_done(snapshot.values[column])
            return
        identity, name = self.identity(row), self._names[column]
        self.document.fetch_cell(self.table_name, identity, name, on_done, on_error)

    def use_style(self, style: DisplayStyle) -> None:
        """Show values as the user has chosen for all grids."""
        if style != self._style:
            self._style = style
            self._take_columns()
            self._ready.clear()
            self.repaint.emit()

    def identity(self, row: int) -> Identity | None:
        """Return the identity of a loaded row."""
        snapshot = self._rows.row(row)
        return None if snapshot is None else snapshot.identity

    def want(self, first: int, last: int) -> None:
        """Say which rows are visible, so that they are fetched."""
        self._visible = (first, last)
        self._rows.want(first, last)
        self._watch_loading()

    def _watch_loading(self) -> None:
        first, last = self._visible
        last = min(last, self.row_count - 1)
        if all(self._rows.row(row) is not None for row in range(first, last + 1)):
            self._placeholders.stop()
            self.shows_placeholders = False
        elif not self.shows_placeholders and not self._placeholders.isActive():
            self._placeholders.start()

    def _show_placeholders(self) -> None:
        self.shows_placeholders = True
        self.repaint.emit()

    # --- events of the rows ----------------------------------------------------------------

    def _after_reset(self) -> None:
        self._ready.clear()
        self._flashes.clear()
        self._take_columns()
        self.reset.emit()
        self.status_changed.emit()

    def _after_rows(self, first: int, last: int) -> None:
        if time.monotonic() < self._foreign_until:
            self._flash_differences(first, last)
        self._watch_loading()
        self.rows_changed.emit(first, last)
        self.status_changed.emit()

    def _after_count(self) -> None:
        self.count_changed.emit()
        self.status_changed.emit()

    def _after_error(self, error: ErrorInfo) -> None:
        self.failed.emit(error)

    # --- flashing of foreign changes --------------------------------------------------------

    def _expect_foreign_rows(self, *_: object) -> None:
        self._foreign_until = time.monotonic() + 2.0

    def _flash_differences(self, first: int, last: int) -> None:
        now = time.monotonic()
        top, bottom = max(first, self._visible[0]), min(last, self._visible[1])
        for row in range(top, bottom + 1):
            kept, snapshot = self._ready.get(row), self._rows.row(row)
            if kept is None or snapshot is None or kept[0].identity != snapshot.identity:
                continue
            for column, (old, new) in enumerate(zip(kept[0].stored, snapshot.stored, strict=False)):
                if old != new and column not in snapshot.changed:
                    self._flashes[row, column] = now
        if self._flashes:
            self._flash_timer.start()

    def flash(self, row: int, column: int) -> float:
        """Return how strongly a cell glows, 0 to 1."""
        glow = 0.0 if self.highlight is None else self.highlight(row, column)
        since = self._flashes.get((row, column)) if self._flashes else None
        if since is None:
            return glow
        return max(0.0, 1.0 - (time.monotonic() - since) / FLASH_S)

    def _fade(self) -> None:
        now = time.monotonic()
        self._flashes = {
            cell: since for cell, since in self._flashes.items() if now - since < FLASH_S
        }
        if not self._flashes:
            self._flash_timer.stop()
        self.repaint.emit()

    def locate(self, identity: Identity, on_done: Callable[[int | None], None]) -> None:
        """Find out where a row stands, loaded or not; None if it is not shown."""
        if isinstance(identity, NewRow):
            on_done(self._rows.index_of(identity))
        else:
            self._rows.find(identity, on_done)

    # --- sorting ---------------------------------------------------------------------------

    def cycle_sort(self, column: int, *, keep: bool) -> None:
        """Sort by a column: ascending, then descending, then not; `keep` the other columns."""
        keys = list(self.sort) if keep else [key for key in self.sort if key[0] == column]
        at = next((at for at, key in enumerate(keys) if key[0] == column), None)
        if at is None:
            keys.append((column, False))
        elif not keys[at][1]:
            keys[at] = (column, True)
        else:
            del keys[at]
        self.set_sort(keys)

    def set_sort(self, keys: list[tuple[int, bool]]) -> None:
        """Sort by these columns, the first one first."""
        self._rows.set_sort(tuple(SortKey(self._names[at], down) for at, down in keys))

    def refresh(self) -> None:
        """Fetch the rows again."""
        self._rows.refresh()

    # --- editing ---------------------------------------------------------------------------

    @property
    def is_editable(self) -> bool:
        """Whether rows of this table can be edited at all."""
        return self._rows.table.is_editable and not self.document.is_read_only

    def can_edit(self, row: int, column: int) -> bool:
        """Return whether the value of a cell may be edited as text."""
        return self._obstacle(row, column) == ""

    def _obstacle(self, row: int, column: int) -> str:
        if self.document.is_read_only:
            return "read-only"
        if not self._rows.table.is_editable:
            return "view"
        if self.columns[column].is_generated:
            return "generated"
        ready = self._rows.row(row)
        if ready is None:
            return "loading"
        if ready.state is RowState.DELETED:
            return "deleted"
        if isinstance(ready.values[column], bytes):
            return "blob"
        if column in ready.damaged - ready.changed:
            return "damaged"
        if self.full_length(row, column) > EDITED_BYTES:
            return "too-long"
        return ""

    def prepare_edit(self, row: int, column: int, then: Callable[[], None]) -> None:
        """Call `then` when the cell can be edited in full; say why if it cannot."""
        obstacle = self._obstacle(row, column)
        if obstacle:
            self.refused.emit(obstacle)
            return
        snapshot = self._rows.row(row)
        if snapshot is None or not snapshot.wide or column not in snapshot.wide:
            then()
            return
        identity = snapshot.identity
        if (identity, column) in self._full:
            then()
            return

        def keep(value: Stored) -> None:
            self._full = {(identity, column): value}
            then()

        self.document.fetch_cell(
            self.table_name, identity, self._names[column], keep, self._after_error
        )

    def wants_window(self, row: int, column: int) -> bool:
        """Return whether a cell is too small for what it holds: bytes are shown in a window."""
        snapshot = self._rows.row(row)
        value = None if snapshot is None else snapshot.values[column]
        is_blob = self.columns[column].storage == "blob"
        return snapshot is not None and (isinstance(value, bytes) or (value is None and is_blob))

    def prepare_window(self, row: int, column: int, then: Callable[[bool], None]) -> None:
        """Call `then` when all of a value is here, with whether it may be edited."""
        obstacle = self._obstacle(row, column)
        if obstacle in ("loading", "too-long") or self.full_length(row, column) > MOST_BYTES:
            self.refused.emit("loading" if obstacle == "loading" else "too-long")
            return
        identity = self.identity(row)

        def keep(value: Stored) -> None:
            if self.full_length(row, column) and self.identity(row) == identity:
                self._full = {(identity, column): value}
            then(obstacle in ("", "blob"))

        self.fetch_whole(row, column, keep, self._after_error)

    def full_value(self, row: int, column: int) -> Stored:
        """Return the whole value of a cell that `prepare_edit` made ready."""
        key = (self.identity(row), column)
        return self._full[key] if key in self._full else self.stored(row, column)

    def valid_value(self, row: int, column: int) -> Stored:
        """Return what a cell holds, or what is in the file where a text does not fit."""
        snapshot = self._rows.row(row)
        if snapshot is not None and column in snapshot.invalid:
            return snapshot.stored[column] if snapshot.stored else None
        return self.full_value(row, column)

    def invalid(self, row: int, column: int) -> Invalid | None:
        """Return the text of a cell that its column does not take, if it holds one."""
        snapshot = self._rows.row(row)
        return None if snapshot is None else snapshot.invalid.get(column)

    def stage(self, identity: Identity, row: int, column: int, value: Stored | Invalid) -> None:
        """Stage a new value for a cell of the row with this identity, wherever it is now."""
        found = self._rows.index_of(identity)
        snapshot = self._rows.row(row if found is None else found)
        if snapshot is None or snapshot.identity != identity:
            self.refused.emit("gone")
            return
        key = (identity, column)
        if key in self._full:
            old, is_whole = self._full.pop(key), True
        else:
            old, is_whole = self.old_value(snapshot, column)
        name = self._names[column]
        edit = CellEdit(self.table_name, identity, name, old, value, is_old_whole=is_whole)
        self.document.edits.set_cells([edit])

    @staticmethod
    def old_value(snapshot: RowSnapshot, column: int) -> tuple[Stored, bool]:
        """Return what a cell holds in the file, and whether that is all of it."""
        values = snapshot.stored or snapshot.values
        is_part = column in snapshot.damaged or column in (snapshot.wide or ())
        is_whole = not (snapshot.stored and is_part)
        return values[column], is_whole

    def set_null(self, ranges: list[CellRange]) -> None:
        """Stage NULL for the selected cells that may hold it."""
        edits: list[CellEdit] = []
        for item in ranges:
            for row in range(item.top, item.bottom + 1):
                snapshot = self._rows.row(row)
                if snapshot is None:
                    self.refused.emit("loading")
                    return
                edits += self._nulls(snapshot, range(item.left, item.right + 1))
        if edits:
            self.document.edits.set_cells(edits, "null")
        elif ranges:
            self.refused.emit("not-null")

    def may_set_all(self, column: int) -> bool:
        """Return whether a column can be set for many rows; say why if it cannot."""
        obstacle = "generated" if self.columns[column].is_generated else ""
        if self.columns[column].storage == "blob":
            obstacle = "blob"
        if obstacle:
            self.refused.emit(obstacle)
        return not obstacle

    def is_check(self, row: int, column: int) -> bool:
        """Return whether a cell shows a check mark that may be turned around."""
        cells = self.displayed(row) if 0 <= row < self.row_count and column >= 0 else None
        return cells is not None and cells[column][1] in (Look.TRUE, Look.FALSE)

    def is_truth(self, row: int, column: int) -> bool:
        """Return whether a cell holds true, false, or the NULL of such a column."""
        snapshot = self._rows.row(row)
        is_boolean = self.columns[column].storage == "boolean"
        return snapshot is not None and is_boolean and snapshot.values[column] in (None, 0, 1)

    def toggle(self, row: int, column: int) -> bool:
        """Turn true and false of a cell around, NULL to true; return whether it is of that kind."""
        snapshot = self._rows.row(row)
        if snapshot is None or not self.is_truth(row, column):
            return False
        obstacle = self._obstacle(row, column)
        if obstacle:
            self.refused.emit(obstacle)
        elif snapshot.identity is not None:
            self.stage(snapshot.identity, row, column, 0 if snapshot.values[column] else 1)
        return True

    def _nulls(self, snapshot: RowSnapshot, columns: range) -> Iterator[CellEdit]:
        identity = snapshot.identity
        if identity is None or snapshot.state is RowState.DELETED:
            return
        for column in columns:
            if self._may_be_null(column) and snapshot.values[column] is not None:
                old, is_whole = self.old_value(snapshot, column)
                name = self._names[column]
                yield CellEdit(self.table_name, identity, name, old, None, is_old_whole=is_whole)

    def _may_be_null(self, column: int) -> bool:
        shown = self.columns[column]
        return shown.nullable and not shown.is_generated

    def add_row(self) -> int:
        """Stage a new row and return its position, the last one."""
        self.document.edits.insert_row(self.table_name)
        return self.row_count - 1

    def delete_rows(self, ranges: list[CellRange]) -> None:
        """Stage the deletion of the selected rows."""
        rows: list[RowSnapshot] = []
        for first, last in merged_rows(ranges):
            for row in range(first, last + 1):
                snapshot = self._rows.row(row)
                if snapshot is None:
                    self.refused.emit("loading")
                    return
                rows.append(snapshot)
        if rows:
            self.document.edits.delete_rows(self.table_name, rows)

    def first_editable_column(self) -> int:
        """Return the column a new row is begun in."""
        columns = self.columns
        for at, column in enumerate(columns):
            if not column.is_generated and not (column.is_primary_key and at == 0):
                return at
        return 0

    # --- selection -------------------------------------------------------------------------

    def summary(self, ranges: list[CellRange]) -> SelectionSummary:
        """Return what the status bar says about selected cells."""
        cells = sum(item.cells for item in ranges)
        rows = sum(last - first + 1 for first, last in merged_rows(ranges))
        if not 1 < cells <= SUMMED_CELLS:
            return SelectionSummary(cells, rows)
        values: list[Stored] = []
        for item in ranges:
            for row in range(item.top, item.bottom + 1):
                snapshot = self._rows.row(row)
                if snapshot is None:
                    return SelectionSummary(cells, rows)
                values += snapshot.values[item.left : item.right + 1]
        added = total(values)
        if added is None:
            return SelectionSummary(cells, rows)
        return SelectionSummary(cells, rows, added[0], added[0] / added[1])

    def fetch(
        self,
        spans: list[tuple[int, int]],
        columns: Sequence[int],
        on_done: Callable[[list[RowSnapshot]], None],
    ) -> None:
        """Fetch rows wherever they are, with the whole of long values in some columns."""
        self._rows.fetch(spans, columns, on_done, self._after_error)

    def as_text(self, value: Stored, column: int) -> str:
        """Return a value as it is copied: text as it is, NULL as nothing."""
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        shown = self.columns[column]
        return formatter(shown.type_name, shown.storage)(value, 0)[0]
