"""What the filter of a table means in its columns, and filters made of the values of cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from pytuck.types import Stored
from pytuck_desktop.workspace.conditions import (
    ColumnTest,
    Group,
    GroupKind,
    Item,
    all_of,
    is_empty,
    with_columns,
)
from pytuck_desktop.workspace.file_info import ColumnInfo, TableInfo
from pytuck_desktop.workspace.filter_language import checked, parsed, written
from pytuck_desktop.workspace.table_filters import TableFilter, without_ranges
from pytuck_desktop.workspace.typed_values import RefusedText, value_test
from pytuck_desktop.workspace.value_choices import without_choices


def with_test(wanted: TableFilter, test: ColumnTest, column: ColumnInfo) -> TableFilter:
    """Return a filter with one test more, in the filter row if it can stand there."""
    text, group = written(test, column), wanted.group
    if text is not None and column.name not in wanted.typed:
        return wanted.with_text(column.name, text)
    if group.kind is GroupKind.ALL and test in group.items:
        return wanted
    return wanted._replace(group=all_of(group, test))


def with_value(
    wanted: TableFilter, column: ColumnInfo, value: Stored, *, is_negated: bool
) -> TableFilter:
    """Return a filter for the rows that have, or have not, a value in a column.

    A row that has the value meets what stands in the filter row already, so the narrower
    question takes its place.
    """
    test = value_test(column, value, is_negated=is_negated)
    text = written(test, column)
    if text is not None and not is_negated:
        return wanted.with_text(column.name, text)
    return with_test(wanted, test, column)


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
