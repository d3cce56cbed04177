"""All that one table is filtered by: what is typed under its columns, and nested conditions.

Only data: `filter_meaning` knows what it means, and is loaded by the first filter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pytuck_desktop.workspace.conditions import (
    EVERYTHING,
    ColumnTest,
    Group,
    GroupKind,
    Item,
    Operator,
    all_of,
    is_empty,
)
from pytuck_desktop.workspace.file_info import ColumnInfo
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
