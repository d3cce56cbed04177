"""The grid as the tab shows it: banner, table, scroll bar over all rows, empty states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QScrollBar,
    QVBoxLayout,
    QWidget,
)

from pytuck_desktop.features.grid.columns import Columns
from pytuck_desktop.features.grid.display import Look
from pytuck_desktop.features.grid.following import follow, reference_at
from pytuck_desktop.features.grid.painting import PICTURE_WIDTH
from pytuck_desktop.features.grid.state import SelectionSummary, merged_rows
from pytuck_desktop.features.grid.table import GridTable
from pytuck_desktop.features.grid.viewmodel import GridViewModel
from pytuck_desktop.intents import Key
from pytuck_desktop.theme.tokens import Tokens
from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.places import Place
from pytuck_desktop.workspace.staged_edits import Identity

if TYPE_CHECKING:
    from pytuck_desktop.features.grid.block_edits import BlockEdits
    from pytuck_desktop.features.grid.clipboard_text import CopyForm
    from pytuck_desktop.features.grid.empty_state import EmptyState
    from pytuck_desktop.widgets.banner import Banner

_BAR_STEPS = 2**30
"""The scroll bar counts rows up to this many, and parts of the table beyond (Qt: 32 bits)."""

_LEAST_WIDTH, _FIRST_WIDTH, _MOST_WIDTH = 64, 320, 900
"""Pixels: the least width of a column, the most at first and when fitted by the user."""

_WIDTH_ROWS = 60
"""Rows looked at for a column's width."""

_MEASURED_COLUMNS, _GUESSED_ROWS = 60, 8
"""Columns whose values are measured at first, and rows looked at for the width of the others."""

_FILTER_PADDING = 14
"""Pixels of a filter row beyond the height of its text."""


class GridView(QFrame):
    """One table in a tab."""

    status_changed = Signal()
    selection_changed = Signal()
    kept = Signal()  # the user did something that makes a preview worth keeping
    rows_painted = Signal()
    actions_wanted = Signal(object)  # QPoint: open the menu of the cells there
    clear_filter_wanted = Signal()
    intent = Signal(object)

    def __init__(
        self, viewmodel: GridViewModel, tokens: Tokens, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.viewmodel = viewmodel
        self._tokens = tokens
        self._banner: Banner | None = None
        self._blocks: BlockEdits | None = None
        self.table = GridTable(viewmodel, tokens, self)
        self.columns = Columns(self.table.column_header, viewmodel, self)
        self.bar = QScrollBar(Qt.Orientation.Vertical)
        self.bar.setAccessibleName(self.tr("Rows"))
        self._empty: EmptyState | None = None
        self._widths_are_set = False
        self._announced_painting = False
        self._is_painted = False
        body = QHBoxLayout()
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addWidget(self.table, 1)
        body.addWidget(self.bar)
        self._body = body
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body, 1)
        self._column = column
        self._want_later = QTimer(self, singleShot=True, interval=30)
        self._want_later.timeout.connect(self._want)
        self._connect()
        self._follow_count()
        self.setFocusProxy(self.table)

    def _connect(self) -> None:
        model = self.viewmodel
        model.reset.connect(self._after_reset)
        model.rows_changed.connect(self._after_rows)
        model.count_changed.connect(self._follow_count)
        model.status_changed.connect(self.status_changed)
        model.repaint.connect(self.table.viewport().update)
        model.failed.connect(self.show_error)
        model.refused.connect(self._say_refusal)
        model.pasted_invalid.connect(self._say_pasted_invalid)
        table = self.table
        table.scrolled.connect(self._after_scroll)
        table.painted.connect(self._after_paint)
        table.selection_moved.connect(self.selection_changed)
        table.link_pressed.connect(self._follow)
        table.window_wanted.connect(self.edit_in_window)
        table.customContextMenuRequested.connect(self._cell_menu)
        self.bar.valueChanged.connect(self._scroll_by_bar)
        header = table.column_header
        header.sort_asked.connect(self._sort)
        header.sectionHandleDoubleClicked.connect(self.fit_column)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._header_menu)

    # --- rows ------------------------------------------------------------------------------

    @property
    def has_first_rows(self) -> bool:
        """Whether there is something to show: rows, or that there are none."""
        rows = self.viewmodel
        return (rows.row_count == 0 and rows.is_order_ready) or rows.displayed(0) is not None

    def _after_reset(self) -> None:
        if self.table.follow_columns():
            self._widths_are_set = False
            self.columns.arrange()
        self._follow_count()
        if not self._widths_are_set:
            self._set_first_widths()
        self.table.column_header.show_changes()

    def _after_rows(self, first: int, last: int) -> None:
        if not self._widths_are_set:
            self._set_first_widths()
        self.table.grid_model.announce(first, last)
        self.table.row_header.show_changes()

    def _follow_count(self) -> None:
        self.table.grid_model.follow_count()
        self.table.row_header.follow_count()
        self._set_bar()
        self._show_empty_state()
        self._want()

    def _show_empty_state(self) -> None:
        rows = self.viewmodel
        if rows.row_count > 0 or not rows.count_is_exact:
            if self._empty is not None:
                self._empty.hide()
            return
        if self._empty is None:
            from pytuck_desktop.features.grid.empty_state import EmptyState

            self._empty = EmptyState(self.table.viewport())
            self._empty.clear_wanted.connect(self.clear_filter_wanted)
        self._empty.show_for(is_filtered=rows.is_filtered, can_add=rows.is_editable)

    # --- scrolling -------------------------------------------------------------------------

    def _set_bar(self) -> None:
        last = max(0, self.viewmodel.row_count - self.table.visible_rows)
        self.bar.blockSignals(True)
        self.bar.setRange(0, min(last, _BAR_STEPS))
        self.bar.setPageStep(max(1, self.table.visible_rows - 1))
        self.bar.setSingleStep(3)
        self.bar.setValue(self._bar_value(self.table.top_row, last))
        self.bar.blockSignals(False)
        self.bar.setVisible(last > 0)

    @staticmethod
    def _bar_value(row: int, last: int) -> int:
        return row if last <= _BAR_STEPS else row * _BAR_STEPS // last

    def _scroll_by_bar(self, value: int) -> None:
        last = max(0, self.viewmodel.row_count - self.table.visible_rows)
        row = value if last <= _BAR_STEPS else value * last // _BAR_STEPS
        self.table.scroll_to_top(row)
        self._after_scroll()

    def _after_scroll(self) -> None:
        self._set_bar()
        if self.bar.isSliderDown():
            self._want_later.start()  # the rows in between are of no interest
        else:
            self._want()

    def _want(self) -> None:
        if not self.isVisible():
            return
        if not self._is_painted and self.has_first_rows:
            return  # more rows are asked for once these are painted
        top = self.table.top_row
        last = min(top + self.table.visible_rows, self.viewmodel.row_count - 1)
        self.viewmodel.want(top, max(top, last))
        self.table.viewport().update()
        self.table.row_header.show_changes()
        self._announced_painting = False

    def showEvent(self, event: object) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._set_bar()
        self._want()

    def _after_paint(self, _line: int, real: bool) -> None:
        if not self._is_painted:
            self._is_painted = True
            self._want_later.start()
        if real and not self._announced_painting:
            self._announced_painting = True
            self.rows_painted.emit()

    def make_filter_room(self, shown: bool) -> None:
        """Keep the room of the filter row free under the names of columns, or not any more."""
        height = self.table.fontMetrics().height() + _FILTER_PADDING if shown else 0
        self.table.column_header.make_room_below(height)

    # --- columns ---------------------------------------------------------------------------

    def _set_first_widths(self) -> None:
        self._widths_are_set = True
        columns = range(len(self.viewmodel.columns))
        unset = [column for column in columns if not self.columns.has_own_width(column)]
        self._fit(unset[:_MEASURED_COLUMNS], most=_FIRST_WIDTH, is_own=False)
        self._guess_widths(unset[_MEASURED_COLUMNS:])

    def _guess_widths(self, columns: Iterable[int]) -> None:
        """Give columns about the width of their first values, which are not measured."""
        rows = [self.viewmodel.displayed(row) for row in range(_GUESSED_ROWS)]
        character = self.table.fontMetrics().averageCharWidth()
        for column in columns:
            longest = max((len(cells[column][0]) for cells in rows if cells is not None), default=0)
            wanted = max(self.table.column_header.wanted_width(column), longest * character + 22)
            self.columns.set_width(
                column, max(_LEAST_WIDTH, min(wanted, _FIRST_WIDTH)), is_own=False
            )

    def fit_first(self) -> None:
        """Give every column the width it has when the table is seen for the first time."""
        self._set_first_widths()

    def fit_column(self, column: int) -> None:
        """Make a column as wide as its visible content needs."""
        self._fit((column,), most=_MOST_WIDTH)

    def _fit(self, columns: Iterable[int], *, most: int, is_own: bool = True) -> None:
        top = self.table.top_row
        numbers = range(top, min(top + _WIDTH_ROWS, self.viewmodel.row_count))
        rows = [cells for row in numbers if (cells := self.viewmodel.displayed(row)) is not None]
        metrics = self.table.fontMetrics()
        for column in columns:
            # The widest of the longest few: measuring them all would cost start-up time.
            longest = sorted((cells[column][0] for cells in rows), key=len)[-3:]
            content = max(map(metrics.horizontalAdvance, longest), default=0) + 22
            if any(cells[column][1] is Look.IMAGE for cells in rows):
                content += PICTURE_WIDTH
            wanted = max(self.table.column_header.wanted_width(column), content)
            width = max(_LEAST_WIDTH, min(wanted, most))
            self.columns.set_width(column, width, is_own=is_own)

    def _sort(self, column: int, keep: bool) -> None:
        self.viewmodel.cycle_sort(column, keep=keep)
        self.table.column_header.show_changes()
        self.table.scroll_to_top(0)

    def clear_sort(self) -> None:
        """Show the rows in the order of the file."""
        self.viewmodel.set_sort([])
        self.table.column_header.show_changes()

    def _header_menu(self, at: QPoint) -> None:
        column = self.table.column_header.column_at(at.x())
        if column >= 0:
            from pytuck_desktop.features.grid.header_menu import header_menu

            header_menu(self, column).popup(self.table.column_header.viewport().mapToGlobal(at))

    def sort_by(self, keys: list[tuple[int, bool]]) -> None:
        """Sort by these columns, the first one first."""
        self.viewmodel.set_sort(keys)
        self.table.column_header.show_changes()

    def show_columns(self) -> None:
        """Open the list of all columns."""
        from pytuck_desktop.features.grid.column_list import ColumnList

        ColumnList(self).open_below_header()

    def go_to_column(self, column: int) -> None:
        """Make a column visible, and its cell in the current row current."""
        if self.columns.is_hidden(column):
            self.columns.set_hidden((column,), hidden=False)
        self.table.show_row(max(0, self.table.current_row), column)

    def fit_all(self) -> None:
        """Make all columns as wide as their visible content needs."""
        self._fit(range(len(self.viewmodel.columns)), most=_MOST_WIDTH)

    def _cell_menu(self, at: QPoint) -> None:
        index = self.table.indexAt(at)
        if index.isValid() and not self.table.selectionModel().isSelected(index):
            self.table.setCurrentIndex(index)
        self.actions_wanted.emit(self.table.viewport().mapToGlobal(at))

    def add_above(self, widget: QWidget) -> None:
        """Put something above the rows, below messages."""
        self._column.insertWidget(self._column.count() - 1, widget)

    def add_beside(self, widget: QWidget) -> None:
        """Put something to the right of the rows."""
        self._body.addWidget(widget)

    # --- what the actions do ---------------------------------------------------------------

    def edit_cell(self) -> None:
        """Open the editor of the current cell."""
        self.kept.emit()
        self.table.start_edit()

    def edit_in_window(self) -> None:
        """Open the window for the value of the current cell."""
        row, column = self.table.current_row, self.table.currentIndex().column()

        def show(is_editable: bool) -> None:
            from pytuck_desktop.features.grid.value_windows import open_window

            open_window(self, row, column, is_editable=is_editable)

        if row >= 0 and column >= 0:
            self.kept.emit()
            self.viewmodel.prepare_window(row, column, show)

    @property
    def is_editing(self) -> bool:
        """Whether the editor of a cell is open."""
        return self.table.state() == QAbstractItemView.State.EditingState

    def finish_editing(self) -> bool:
        """Stage what an open editor holds; False if it holds a text that is refused."""
        return self.table.finish_editing()

    def set_null(self) -> None:
        """Stage NULL for the selected cells."""
        self.kept.emit()
        self.viewmodel.set_null(self.table.selected_ranges())

    def add_row(self) -> None:
        """Stage a row at the end, show it and open its first cell."""
        self.kept.emit()
        row = self.viewmodel.add_row()
        self._follow_count()
        self.table.show_row(row, self.viewmodel.first_editable_column())
        self.table.setFocus()
        self.table.start_edit()

    def delete_rows(self) -> None:
        """Stage the deletion of the rows that have selected cells."""
        self.kept.emit()
        self.viewmodel.delete_rows(self.table.selected_ranges())

    def copy(self) -> None:
        """Copy the selected cells as tab-separated text."""
        self._copy_as("tsv")

    def copy_with_names(self) -> None:
        """Copy the selected cells under the names of their columns."""
        self._copy_as("tsv-header")

    def copy_csv(self) -> None:
        """Copy the selected cells as CSV."""
        self._copy_as("csv")

    def copy_json(self) -> None:
        """Copy the selected cells as JSON."""
        self._copy_as("json")

    def copy_markdown(self) -> None:
        """Copy the selected cells as a table of Markdown."""
        self._copy_as("markdown")

    def copy_python(self) -> None:
        """Copy the selected cells as Python code."""
        self._copy_as("python")

    def copy_sql(self) -> None:
        """Copy the selected cells as statements that insert them."""
        self.blocks.copy_sql(self.table.selected_ranges(), QGuiApplication.clipboard().setText)

    def _copy_as(self, form: CopyForm) -> None:
        self.blocks.copy(self.table.selected_ranges(), form, QGuiApplication.clipboard().setText)

    def paste(self) -> None:
        """Stage the copied cells, from the first selected one on."""
        self.kept.emit()
        self.blocks.paste(QGuiApplication.clipboard().text(), self.table.selected_ranges())

    def fill_down(self) -> None:
        """Stage the values of the first selected row for those below it."""
        self.kept.emit()
        self.blocks.fill_down(self.table.selected_ranges())

    def set_values(self) -> None:
        """Ask for one value for the current column of the selected rows, and stage it."""
        from pytuck_desktop.features.grid.bulk_set import ask_value

        column = self.table.currentIndex().column()
        if column >= 0 and self.viewmodel.may_set_all(column):
            self.kept.emit()
            ask_value(self, column)

    def duplicate_rows(self) -> None:
        """Stage copies of the selected rows at the end."""
        self.kept.emit()
        self.blocks.duplicate_rows(self.table.selected_ranges())

    @property
    def blocks(self) -> BlockEdits:
        """What is done with blocks of cells; loaded by the first of it."""
        if self._blocks is None:
            from pytuck_desktop.features.grid.block_edits import BlockEdits

            self._blocks = BlockEdits(self.viewmodel)
        return self._blocks

    def select_all(self) -> None:
        """Select every cell of the table."""
        self.table.selectAll()

    def go_to_row(self, row: int) -> None:
        """Make a row current and visible."""
        self.table.show_row(row)

    def ask_row_number(self) -> None:
        """Ask for the number of a row and go to it."""
        from pytuck_desktop.features.grid.row_number import ask_row_number

        ask_row_number(self)

    def go_to_cell(self, identity: Identity, column: str) -> None:
        """Make a cell current and visible, wherever its row stands."""

        def found(row: int | None) -> None:
            if row is None:
                self._say_refusal("not-here")
            else:
                self.table.show_row(row, self.viewmodel.column_names.index(column))
                self.table.setFocus()

        self.viewmodel.locate(identity, found)

    @property
    def note(self) -> str:
        """What there is to say about the current cell: why its column does not take it."""
        row, column = self.table.current_row, self.table.currentIndex().column()
        invalid = self.viewmodel.invalid(row, column) if row >= 0 else None
        if invalid is None:
            return ""
        from pytuck_desktop.widgets.editors.refusal_texts import refusal_text
        from pytuck_desktop.workspace.typed_text import typed_of

        return refusal_text(typed_of(invalid))

    def go_to_key(self, key: Key) -> None:
        """Make the row of a primary key current and visible, wherever it stands."""

        def found(row: int | None) -> None:
            if row is None:
                self.say_not_here()
            else:
                self.go_to_row(row)

        self.viewmodel.find_key(key, found)

    @property
    def can_follow_key(self) -> bool:
        """Whether the current cell refers to a row, of another table or of this one."""
        column = self.table.currentIndex().column()
        return reference_at(self.viewmodel, self.table.current_row, column) is not None

    def follow_key(self) -> None:
        """Go to the row that the current cell refers to."""
        self._follow(self.table.current_row, self.table.currentIndex().column())

    def _follow(self, row: int, column: int) -> None:
        follow(self.viewmodel, row, column, self.intent.emit)

    def first_row(self) -> None:
        """Go to the first row."""
        self.go_to_row(0)

    def last_row(self) -> None:
        """Go to the last row."""
        self.go_to_row(self.viewmodel.row_count - 1)

    def refresh(self) -> None:
        """Fetch the rows again."""
        self.viewmodel.refresh()

    @property
    def place(self) -> Place:
        """The current cell, for what stands beside the rows."""
        rows, row = self.viewmodel, self.table.current_row
        column = self.table.currentIndex().column()
        name = rows.column_names[column] if 0 <= column < len(rows.column_names) else None
        shown = rows.rows.row(row) if row >= 0 else None
        identity = None if shown is None else shown.identity
        counts = (row, rows.row_count)
        return Place(rows.document, rows.table_name, identity, name, shown, *counts)

    @property
    def summary(self) -> SelectionSummary:
        """What is selected."""
        return self.viewmodel.summary(self.table.selected_ranges())

    @property
    def selected_row_count(self) -> int:
        """Rows with selected cells."""
        return sum(last - first + 1 for first, last in merged_rows(self.table.selected_ranges()))

    # --- messages --------------------------------------------------------------------------

    def say_not_here(self) -> None:
        """Say that a row that was asked for is not among those shown."""
        self._say_refusal("not-here")

    @property
    def banner(self) -> Banner:
        """Where messages stand; loaded by the first one."""
        if self._banner is None:
            from pytuck_desktop.widgets.banner import Banner

            self._banner = Banner(self._tokens)
            self._column.insertWidget(0, self._banner)
        return self._banner

    def show_error(self, error: ErrorInfo) -> None:
        """Show an error above the rows, naming row and column where known."""
        from pytuck_desktop.i18n.error_texts import details_text, explain

        where = self._where(error)
        text = explain(error).text
        self.banner.show_message(f"{where}: {text}" if where else text, details=details_text(error))

    def _where(self, error: ErrorInfo) -> str:
        fields = error.fields
        column, key = fields.get("column_name"), self._row_name(fields)
        table = str(fields.get("table_name") or self.viewmodel.table_name)
        if key is not None and column:
            return self.tr("{0}, row {1}, column {2}").format(table, key, column)
        if key is not None:
            return self.tr("{0}, row {1}").format(table, key)
        return self.tr("{0}, column {1}").format(table, column) if column else ""

    def _row_name(self, fields: Mapping[str, Any]) -> str | None:
        """Return the number of the row an error is about, or its key if it is not loaded."""
        conflicts = fields.get("conflicts") or [(None, fields.get("identity"))]
        identity = next(
            (one for table, one in conflicts if table in (None, self.viewmodel.table_name)), None
        )
        if identity is None:
            key = fields.get("pk")
            return None if key is None else str(key)
        row = self.viewmodel.position(identity)
        return str(identity) if row is None else f"{row + 1:,}"

    def _say_refusal(self, word: str) -> None:
        words = {
            "read-only": self.tr("The file is open for reading only; it cannot be changed."),
            "view": self.tr(
                "These rows cannot be edited: a view, or a table without a key to find a row by."
            ),
            "generated": self.tr("The file computes this column itself; it cannot be edited."),
            "loading": self.tr("These rows are still being loaded. Try again in a moment."),
            "deleted": self.tr("This row is about to be deleted. Undo that to edit it."),
            "blob": self.tr("Binary values are edited in a window: Shift+F2."),
            "damaged": self.tr(
                "This text is not in UTF-8 and cannot be edited as text; Set NULL clears it."
            ),
            "too-long": self.tr("This text is too long to be edited in a cell; it can be copied."),
            "gone": self.tr("This row is gone: somebody else has deleted it meanwhile."),
            "not-null": self.tr("This column needs a value; it cannot be NULL."),
            "not-here": self.tr("This row is not among the rows shown here."),
            "too-many": self.tr("That is too much at once. Export the table instead."),
        }
        self._say(words[word])

    def _say_pasted_invalid(self, count: int) -> None:
        if count:
            text = self.tr("Pasted values that do not fit their columns: {0}. F8 goes to the next.")
            self._say(text.format(f"{count:,}"))

    def _say(self, text: str) -> None:
        self.banner.show_message(text, tone="info")

    def use_tokens(self, tokens: Tokens) -> None:
        """Take the colours of a theme."""
        self._tokens = tokens
        if self._banner is not None:
            self._banner.use_tokens(tokens)
        self.table.use_tokens(tokens)
