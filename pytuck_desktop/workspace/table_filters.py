"""All that one table is filtered by: what is typed under its columns, and nested conditions."""

from __future__ import annotations

from collections.abc import Mapping
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
    column_tests,
    is_empty,
    with_columns,
)
from pytuck_desktop.workspace.file_info import ColumnInfo, TableInfo
from pytuck_desktop.workspace.filter_language import checked, parsed, written
from pytuck_desktop.workspace.typed_values import RefusedText, text_of_value, value_test

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

    def with_choice(self, column: ColumnInfo, values: tuple[Stored, ...]) -> TableFilter:
        """Return the filter with these values chosen of a column, in place of those before.

        No values choose nothing: every value is wanted then.
        """
        rest = without_choices(self.group, column.name)
        return self._replace(group=all_of(rest, choice(column, values)) if values else rest)


def choice(column: ColumnInfo, values: tuple[Stored, ...]) -> Item:
    """Return the condition that a column has one of some stored values."""
    texts = [None if value is None else text_of_value(column, value) for value in values]
    if all(text is not None or value is None for text, value in zip(texts, values, strict=True)):
        return ColumnTest(column.name, Operator.ONE_OF, tuple(texts))
    return Group(GroupKind.ANY, tuple(value_test(column, value) for value in values))


def is_choice(item: Item, column: str) -> bool:
    """Return whether an item is a `choice` of values of a column."""
    if isinstance(item, ColumnTest):
        return item.column == column and item.operator is Operator.ONE_OF
    single = (Operator.IS, Operator.EQUAL, Operator.NULL)
    return (
        item.kind is GroupKind.ANY
        and bool(item.items)
        and all(isinstance(part, ColumnTest) and part.operator in single for part in item.items)
        and {test.column for test in column_tests(item)} == {column}
    )


def chosen_values(wanted: TableFilter, column: str) -> Item | None:
    """Return the choice of values of a column that a filter holds, if there is one."""
    if wanted.group.kind is not GroupKind.ALL:
        return None
    return next((item for item in wanted.group.items if is_choice(item, column)), None)


def without_choices(group: Group, column: str) -> Group:
    """Return a group without the choices of values of a column that every row must meet."""
    if group.kind is not GroupKind.ALL:
        return group
    return Group(items=tuple(item for item in group.items if not is_choice(item, column)))


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
    group = without_choices(wanted.group, without)
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
