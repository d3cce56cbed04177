"""What is known of the values of one column, and which of them are chosen. QtCore only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.conditions import ColumnTest, Group
from pytuck_desktop.workspace.documents import Document
from pytuck_desktop.workspace.facet_questions import Bar
from pytuck_desktop.workspace.facets import (
    FIRST_VALUES,
    MOST_VALUES,
    Facet,
    FacetCount,
    pick,
)
from pytuck_desktop.workspace.file_info import ColumnInfo
from pytuck_desktop.workspace.rows import RowsView

_DEBOUNCE_MS = 200
_BUSY_MS = 300
"""A count that takes longer is spoken of."""


class Filter(Protocol):
    """What the rows are filtered by."""

    def without(self, column: str) -> Group | None:
        """Return what is asked of all but one column."""

    def chosen(self, column: str) -> tuple[ColumnTest, ...]:
        """Return the values of a column that are chosen."""

    def choose(self, column: str, picks: Sequence[ColumnTest]) -> None:
        """Choose values of a column."""

    def choose_range(self, column: ColumnInfo, low: str, high: str, *, with_end: bool) -> None:
        """Choose the values of a column between two ends."""

    def text(self, column: str) -> str:
        """Return what is typed in the filter row under a column."""

    def has_range(self, column: str, low: str, high: str) -> bool:
        """Return whether the values from `low` to before `high` are chosen."""


class FacetsViewModel(QObject):
    """The values of one column of a view at a time; counted anew when filter or rows change."""

    changed = Signal()

    def __init__(
        self, document: Document, rows: RowsView, wanted: Filter, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._rows = rows
        self._filter = wanted
        self._count: FacetCount | None = None
        self._asked: tuple[str, Group | None] | None = None
        self._most = FIRST_VALUES
        self._is_open = False
        self.column: ColumnInfo | None = None
        self.facet = Facet()
        self.is_counting = False
        self.is_slow = False
        self.is_stopped = False
        self.error: ErrorInfo | None = None
        self._later = QTimer(self, singleShot=True, interval=_DEBOUNCE_MS)
        self._later.timeout.connect(self._start)
        self._slow = QTimer(self, singleShot=True, interval=_BUSY_MS)
        self._slow.timeout.connect(self._say_slow)
        document.on_data_changed.append(self._expect_changes)
        document.on_edits_changed.append(self._follow_edits)

    @property
    def columns(self) -> tuple[ColumnInfo, ...]:
        """The columns to choose from."""
        return self._rows.table.columns

    @property
    def has_staged(self) -> bool:
        """Whether there are changes that are not counted, as they are not in the file."""
        return bool(self._rows.overlay)

    @property
    def picks(self) -> tuple[ColumnTest, ...]:
        """The values that are chosen."""
        return () if self.column is None else self._filter.chosen(self.column.name)

    @property
    def typed(self) -> str:
        """What is typed in the filter row under the column."""
        return "" if self.column is None else self._filter.text(self.column.name)

    def is_chosen_bar(self, bar: Bar) -> bool:
        """Return whether the filter asks for just a part of the values."""
        name = "" if self.column is None else self.column.name
        return self._filter.has_range(name, bar.low, bar.high)

    # --- what the user does ------------------------------------------------------------------

    def open(self) -> None:
        """Begin to count."""
        self._is_open = True
        self._asked = None
        self._later.start()

    def close(self) -> None:
        """Count nothing any more."""
        self._is_open = False
        self.stop()

    def look_at(self, at: int) -> None:
        """Count the values of another column, by its place."""
        if 0 <= at < len(self.columns) and self.columns[at] != self.column:
            self.column = self.columns[at]
            self._most = FIRST_VALUES
            self.facet = Facet()
            self.changed.emit()
            self._later.start()

    def show_more(self) -> None:
        """Count more of the values."""
        self._most = min(MOST_VALUES, self._most * 10)
        self._asked = None
        self._start()

    @property
    def can_show_more(self) -> bool:
        """Whether there are more values that may be listed."""
        return self.facet.has_more and self._most < MOST_VALUES

    def toggle(self, test: ColumnTest) -> None:
        """Choose a value, or choose it no longer."""
        picks = self.picks
        if self.column is not None:
            rest = tuple(one for one in picks if one != test)
            changed = rest if test in picks else (*picks, test)
            self._filter.choose(self.column.name, changed)
            self.changed.emit()

    def choose_range(self, low: str, high: str, *, with_end: bool) -> None:
        """Choose the values between two ends."""
        if self.column is not None:
            self._filter.choose_range(self.column, low, high, with_end=with_end)
            self.changed.emit()

    def clear(self) -> None:
        """Choose every value of the column."""
        if self.column is not None:
            self._filter.choose(self.column.name, ())
            self._filter.choose_range(self.column, "", "", with_end=False)
            self.changed.emit()

    def stop(self) -> None:
        """Give up the count that is going on."""
        self._later.stop()
        self._slow.stop()
        if self._count is not None:
            self._count.cancel()
            self._count = None
        self.is_stopped = self.is_counting
        self.is_counting = self.is_slow = False
        self.changed.emit()

    def count_again(self) -> None:
        """Count once more."""
        self._asked = None
        self._start()

    # --- counting ----------------------------------------------------------------------------

    def follow_filter(self) -> None:
        """Note that the filter has changed: the column's own part of it changes no count."""
        self.changed.emit()
        if self._is_open and self._question() != self._asked:
            self._later.start()

    def _expect_changes(self) -> None:
        if self._rows.is_closed:
            self._document.on_data_changed.remove(self._expect_changes)
            self._document.on_edits_changed.remove(self._follow_edits)
        elif self._is_open:
            self._asked = None
            self._later.start()

    def _follow_edits(self) -> None:
        if not self.has_staged:
            self._expect_changes()  # saved, maybe
        self.changed.emit()

    def _question(self) -> tuple[str, Group | None] | None:
        if self.column is None:
            return None
        return (self.column.name, self._filter.without(self.column.name))

    def _start(self) -> None:
        question = self._question()
        if not self._is_open or self.column is None or question is None:
            return
        if self.column not in self.columns:
            self._take_same_column()
        if question == self._asked and not self.is_stopped:
            return
        self.stop()
        self.is_stopped, self.error = False, None
        self.is_counting = True
        self._asked = question
        self._slow.start()
        self._count = FacetCount(
            self._document,
            self._rows.table,
            self.column,
            question[1],
            most=self._most,
            on_progress=self._take,
            on_failed=self._fail,
        )
        self._count.start()

    def _take_same_column(self) -> None:
        """Find the column again after the table was changed."""
        name = None if self.column is None else self.column.name
        self.column = next((one for one in self.columns if one.name == name), self.columns[0])

    def _take(self, facet: Facet, is_all: bool) -> None:
        if facet.values is None:  # the list stays until there is a new one
            facet = facet._replace(values=self.facet.values, has_more=self.facet.has_more)
        self.facet = facet
        if is_all:
            self._end()
        self.changed.emit()

    def _fail(self, error: ErrorInfo) -> None:
        self.error = error
        self._end()
        self.changed.emit()

    def _end(self) -> None:
        self._count = None
        self._slow.stop()
        self.is_counting = self.is_slow = False

    def _say_slow(self) -> None:
        self.is_slow = self.is_counting
        self.changed.emit()

    def pick(self, value: int | float | str | bytes | None) -> ColumnTest:
        """Return the test that stands for a value of the list."""
        assert self.column is not None
        return pick(self.column, value)
