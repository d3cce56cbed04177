"""All that one table is filtered by: what is typed under its columns, and nested conditions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pytuck.types import Stored
from pytuck_desktop.workspace.conditions import (
    EVERYTHING,
    ColumnTest,
    Group,
    GroupKind,
    Item,
    Operator,
    all_of,
    is_empty,
    with_columns,
)
from pytuck_desktop.workspace.file_info import ColumnInfo, TableInfo
from pytuck_desktop.workspace.filter_language import checked, parsed, written
from pytuck_desktop.workspace.typed_values import RefusedText, value_test
from pytuck_desktop.workspace.value_choices import choice_of, without_choices

_NOTHING_TYPED: Mapping[str, str] = {}


class TableFilter(NamedTuple):
    """What the user has asked for; never changed, only replaced.

    Attributes:
        typed: By column, what stands in the filter row.
        group: What is asked for besides, in the filter panel.
    """

    typed: Mapping[str, str] = _NOTHING_TYPED
    group: Group = EVERYTHING

    @property
    def is_empty(self) -> bool:
        """Whether every row is wanted."""
        return not self.typed and is_empty(self.group)

    def with_text(self, column: str, text: str) -> TableFilter:
        """Return the filter with another text in the filter row; none for an empty one."""
        typed = {name: old for name, old in self.typed.items() if name != column}
        if text.strip():
            typed[column] = text
        return self._replace(typed=typed)

    def with_test(self, test: ColumnTest, column: ColumnInfo) -> TableFilter:
        """Return the filter with one test more, in the filter row if it can stand there."""
        text = written(test, column)
        if text is not None and column.name not in self.typed:
            return self.with_text(column.name, text)
        if test in self.group.items:
            return self
        return self._replace(group=all_of(self.group, test))

    def with_value(self, column: ColumnInfo, value: Stored, *, is_negated: bool) -> TableFilter:
        """Return the filter for the rows that have, or have not, a value in a column.

        A row that has the value meets what stands in the filter row already, so the narrower
        question takes its place.
        """
        test = value_test(column, value, is_negated=is_negated)
        text = written(test, column)
        if text is not None and not is_negated:
            return self.with_text(column.name, text)
        return self.with_test(test, column)

    def with_choice(self, column: str, picks: Sequence[ColumnTest]) -> TableFilter:
        """Return the filter with these values chosen of a column, in place of those before.

        No values choose nothing: every value is wanted then.
        """
        rest = without_choices(self.group, column)
        return self._replace(group=all_of(rest, choice_of(column, picks)) if picks else rest)

    def with_range(self, column: ColumnInfo, low: str, high: str, *, with_end: bool) -> TableFilter:
        """Return the filter for the values between two ends, in place of a range before.

        Args:
            low, high: Typed values. With the end, an empty one is no end; without, `low` alone
                means all: a whole number, a month.
            with_end: `high` itself is included, too.
        """
        rest = self._replace(group=without_ranges(self.group, column.name)).with_text(
            column.name, ""
        )
        if not low and not high:
            return rest
        if with_end:
            return rest.with_text(column.name, f"{low}..{high}")
        if not high:
            return rest.with_text(column.name, low)
        ends = (
            ColumnTest(column.name, Operator.AT_LEAST, (low,)),
            ColumnTest(column.name, Operator.LESS, (high,)),
        )
        return rest._replace(group=all_of(rest.group, *ends))


def without_ranges(group: Group, column: str) -> Group:
    """Return a group without the ends of a column's values that every row must keep to."""
    if group.kind is not GroupKind.ALL:
        return group
    return Group(items=tuple(item for item in group.items if not _is_end(item, column)))


def _is_end(item: Item, column: str) -> bool:
    if not isinstance(item, ColumnTest) or item.column != column:
        return False
    return item.operator in (Operator.AT_LEAST, Operator.LESS)


class Meant(NamedTuple):
    """What a filter means in a table.

    Attributes:
        condition: None if every row is wanted.
        refused: By column, why what stands in the filter row means nothing there.
    """

    condition: Group | None
    refused: dict[str, RefusedText]


def meant(wanted: TableFilter, table: TableInfo, *, without: str = "") -> Meant:
    """Return what a filter means; what means nothing, or is of other columns, is left out.

    Args:
        without: A column whose own tests are left out, to see what it could have.
    """
    columns = {column.name: column for column in table.columns if column.name != without}
    tests: list[Item] = []
    refused: dict[str, RefusedText] = {}
    for name, text in wanted.typed.items():
        if name not in columns:
            continue
        try:
            test = parsed(text, columns[name])
        except RefusedText as err:
            refused[name] = err
            continue
        tests += [] if test is None else [test]
    group = without_ranges(without_choices(wanted.group, without), without)
    every = {column.name: column for column in table.columns}
    condition = all_of(*tests, _meaningful(with_columns(group, frozenset(every)), every))
    return Meant(None if is_empty(condition) else condition, refused)


def _meaningful(group: Group, columns: Mapping[str, ColumnInfo]) -> Group:
    """Return a group without the tests whose values mean nothing in their columns (any more)."""
    items: list[Item] = []
    for item in group.items:
        if isinstance(item, Group):
            part = _meaningful(item, columns)
            items += [] if is_empty(part) else [part]
        elif is_meaningful(item, columns[item.column]):
            items.append(item)
    return group._replace(items=tuple(items))


def is_meaningful(test: ColumnTest, column: ColumnInfo) -> bool:
    """Return whether the values of a test mean something in its column."""
    try:
        checked(test, column)
    except RefusedText:
        return False
    return True
