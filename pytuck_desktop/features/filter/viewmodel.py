"""What the rows of one table are filtered by, and what of it means nothing. QtCore only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from pytuck_desktop.workspace.conditions import EVERYTHING, ColumnTest, Group, Item, Operator
from pytuck_desktop.workspace.documents import Document
from pytuck_desktop.workspace.file_info import ColumnInfo
from pytuck_desktop.workspace.rows import RowsView
from pytuck_desktop.workspace.table_filters import TableFilter
from pytuck_desktop.workspace.value_choices import chosen

if TYPE_CHECKING:
    from pytuck_desktop.workspace.filter_meaning import Meant
    from pytuck_desktop.workspace.typed_values import RefusedText

DEBOUNCE_MS = 250
"""The rows follow what is typed when nothing more is typed for so long."""


class FilterViewModel(QObject):
    """The filter of one view of rows.

    Args:
        wanted: What the table was filtered by before.
        may_change: Asked before other rows are shown: an open editor may hold a refused text.
    """

    changed = Signal()  # the filter, what is refused of it, or the columns
    applied = Signal()  # other rows were asked for
    total_known = Signal()

    def __init__(
        self,
        document: Document,
        rows: RowsView,
        wanted: TableFilter,
        may_change: Callable[[], bool],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._rows = rows
        self._may_change = may_change
        self.wanted = wanted
        self.refused: dict[str, RefusedText] = {}
        self._counted_for = -1
        self._later = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._later.timeout.connect(self.apply)
        document.on_schema_changed.append(self._follow_schema)
        if not wanted.is_empty:
            self.apply()

    @property
    def columns(self) -> tuple[ColumnInfo, ...]:
        """The columns of the table."""
        return self._rows.table.columns

    def text(self, column: str) -> str:
        """Return what stands in the filter row under a column."""
        return self.wanted.typed.get(column, "")

    # --- what the user changes ---------------------------------------------------------------

    def type_text(self, column: str, text: str) -> None:
        """Take what is typed so far; it is refused at once, and applied a little later."""
        self.wanted = self.wanted.with_text(column, text)
        self.refused = self._meant().refused
        self.changed.emit()
        self._later.start()

    def set_wanted(self, wanted: TableFilter) -> None:
        """Filter by something else at once."""
        self.wanted = wanted
        self.apply()

    def set_group(self, group: Group) -> None:
        """Take other nested conditions, a little later: a value in them may be being typed."""
        self.wanted = self.wanted._replace(group=group)
        self.changed.emit()
        self._later.start()

    def remove_item(self, item: Item) -> None:
        """Take one of the outermost conditions away."""
        group = self.wanted.group
        rest = tuple(one for one in group.items if one is not item)
        self.set_wanted(self.wanted._replace(group=Group(group.kind, rest) if rest else EVERYTHING))

    def clear(self) -> None:
        """Show all rows again."""
        self.set_wanted(TableFilter())

    def apply(self) -> None:
        """Ask for the rows that are wanted, unless they are shown already."""
        self._later.stop()
        meaning = self._meant()
        self.refused = meaning.refused
        self.changed.emit()
        if meaning.condition == self._rows.filter or not self._may_change():
            return
        self._rows.set_filter(meaning.condition)
        self.applied.emit()

    def _meant(self, *, without: str = "") -> Meant:
        # What types and statements are made of is loaded by the first filter, not at the start.
        from pytuck_desktop.workspace.filter_meaning import meant

        return meant(self.wanted, self._rows.table, without=without)

    def _follow_schema(self) -> None:
        if self._rows.is_closed:
            self._document.on_schema_changed.remove(self._follow_schema)
        elif self.wanted.is_empty:
            self.changed.emit()
        else:
            self.apply()

    # --- what it comes to --------------------------------------------------------------------

    @property
    def is_waiting(self) -> bool:
        """Whether what is typed is not applied yet."""
        return self._later.isActive()

    @property
    def total(self) -> int | None:
        """How many rows the table has in the file; counted beside everything else if needed."""
        rows = self._rows
        if rows.filter is not None and rows.total is None and self._counted_for != rows.generation:
            self._counted_for = rows.generation
            self._document.request_count(rows.table.name, self._take_total)
        return rows.total

    def _take_total(self, count: int) -> None:
        if not self._rows.is_closed:
            self._rows.total = count
            self.total_known.emit()

    # --- by the values of a column -----------------------------------------------------------

    def chosen(self, column: str) -> tuple[ColumnTest, ...]:
        """Return the values of a column that are chosen from a list, as tests."""
        return chosen(self.wanted.group, column)

    def choose(self, column: str, picks: Sequence[ColumnTest]) -> None:
        """Choose values of a column from a list."""
        self.set_wanted(self.wanted.with_choice(column, picks))

    def choose_range(self, column: ColumnInfo, low: str, high: str, *, with_end: bool) -> None:
        """Choose the values of a column between two ends."""
        self.set_wanted(self.wanted.with_range(column, low, high, with_end=with_end))

    def has_range(self, column: str, low: str, high: str) -> bool:
        """Return whether the values from `low` to before `high` are chosen."""
        if not high:
            return self.text(column) == low
        ends = (
            ColumnTest(column, Operator.AT_LEAST, (low,)),
            ColumnTest(column, Operator.LESS, (high,)),
        )
        return all(end in self.wanted.group.items for end in ends)

    def without(self, column: str) -> Group | None:
        """Return what is asked of all but one column, None for nothing."""
        return self._meant(without=column).condition
