"""What values a column has, computed beside everything else, a question after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pytuck_desktop.worker.client import ErrorInfo
from pytuck_desktop.workspace.conditions import ColumnTest, Group, Operator
from pytuck_desktop.workspace.facet_questions import (
    Bar,
    bars_between,
    bars_of,
    bars_question,
    ends_question,
    values_question,
)
from pytuck_desktop.workspace.file_info import ColumnInfo, TableInfo
from pytuck_desktop.workspace.typed_values import Family, family_of, value_test
from pytuck_desktop.workspace.value_choices import CUT

if TYPE_CHECKING:
    from pytuck.types import Stored

FIRST_VALUES = 30
"""Values that are counted at first."""

MOST_VALUES = 3000
"""Values that are ever listed; more are no choice for a person."""


class FacetValue(NamedTuple):
    """A value with the number of rows that have it; None if it was not counted."""

    value: Stored
    count: int | None  # type: ignore[assignment] # the method of tuples is not needed


def pick(column: ColumnInfo, value: Stored) -> ColumnTest:
    """Return the test that stands for one value of a list.

    Of binary columns the list only says whether there is no value.
    """
    if family_of(column) is Family.BLOB:
        return ColumnTest(column.name, Operator.NULL if value else Operator.NOT_NULL)
    if isinstance(value, str) and len(value) >= CUT:
        return ColumnTest(column.name, Operator.STARTS_WITH, (value,))
    return value_test(column, value)


class Facet(NamedTuple):
    """What is known of a column.

    Attributes:
        rows: How many there are; None as long as that is not known.
        nulls: How many of them have no value.
        has_more: There are more values than `values`.
    """

    rows: int | None = None
    nulls: int = 0
    low: Stored = None
    high: Stored = None
    bars: tuple[Bar, ...] = ()
    values: tuple[FacetValue, ...] | None = None
    has_more: bool = False


class Asker(Protocol):
    """Asks the file beside everything else."""

    def select_rows(
        self,
        statement: dict[str, Any],
        on_done: Callable[[list[Sequence[Stored]]], None],
        on_error: Callable[[ErrorInfo], None],
    ) -> int:
        """Send a question; one of the two is called later."""

    def cancel(self, request: int) -> None:
        """Have a question given up."""


class FacetCount:
    """Counts the values of one column, step by step.

    Args:
        on_progress: Called with what is known by now, and whether that is all.
        on_failed: Called with what went wrong.
    """

    def __init__(
        self,
        document: Asker,
        table: TableInfo,
        column: ColumnInfo,
        condition: Group | None,
        *,
        most: int = FIRST_VALUES,
        on_progress: Callable[[Facet, bool], None],
        on_failed: Callable[[ErrorInfo], None],
    ) -> None:
        self._document = document
        self._table = table
        self._column = column
        self._condition = condition
        self._most = most
        self._on_progress = on_progress
        self._on_failed = on_failed
        self._request: int | None = None
        self._is_over = False
        self._facet = Facet()

    def start(self) -> None:
        """Ask the first question."""
        self._ask(ends_question(self._table, self._column, self._condition), self._take_ends)

    def cancel(self) -> None:
        """Give up; nobody is called any more."""
        self._is_over = True
        if self._request is not None:
            self._document.cancel(self._request)

    def _ask(self, statement: dict[str, Any], then: Callable[[list[Any]], None]) -> None:
        def done(rows: list[Any]) -> None:
            self._request = None
            if not self._is_over:
                then(rows)

        def failed(error: ErrorInfo) -> None:
            self._request = None
            if not self._is_over:
                self._is_over = True
                self._on_failed(error)

        self._request = self._document.select_rows(statement, done, failed)

    def _take_ends(self, rows: list[Any]) -> None:
        count, values, *ends = rows[0]
        low, high = ends or (None, None)
        self._facet = self._facet._replace(rows=count, nulls=count - values, low=low, high=high)
        self._on_progress(self._facet, False)
        question = values_question(self._table, self._column, self._condition, self._most + 1)
        self._ask(question, self._take_values)

    def _take_values(self, rows: list[Any]) -> None:
        values = tuple(FacetValue(_plain(value), count) for value, count in rows[: self._most])
        self._facet = self._facet._replace(values=values, has_more=len(rows) > self._most)
        bars = bars_between(self._column, self._facet.low, self._facet.high)
        self._on_progress(self._facet, bars is None)
        if bars is None:
            return

        def take(counted: list[Any]) -> None:
            made = bars_of(bars, counted, self._column)
            self._facet = self._facet._replace(bars=made)
            self._on_progress(self._facet, True)

        self._ask(bars_question(self._table, self._column, self._condition, bars), take)


def _plain(value: Stored) -> Stored:
    """Return a value as it is stored: some engines give booleans as such."""
    return int(value) if isinstance(value, bool) else value
