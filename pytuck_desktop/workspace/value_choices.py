"""Values of a column chosen from a list, as part of a filter."""

from __future__ import annotations

from collections.abc import Sequence

from pytuck_desktop.workspace.conditions import ColumnTest, Group, GroupKind, Item, Operator

CUT = 200
"""Characters of a text by which it is chosen; longer ones are told by their beginning."""

_SINGLE = frozenset(
    (Operator.EQUAL, Operator.IS, Operator.NULL, Operator.NOT_NULL, Operator.STARTS_WITH)
)
_LISTED = frozenset((Operator.EQUAL, Operator.NULL))


def choice_of(column: str, picks: Sequence[ColumnTest]) -> Item:
    """Return the condition that one of the tests of a column holds."""
    if all(test.operator in _LISTED for test in picks):
        values = tuple(test.values[0] if test.values else None for test in picks)
        return ColumnTest(column, Operator.ONE_OF, values)
    return Group(GroupKind.ANY, tuple(picks))


def picks_of(item: Item | None, column: str) -> tuple[ColumnTest, ...] | None:
    """Return the tests of a choice of values of a column; None if an item is no such choice."""
    if isinstance(item, ColumnTest):
        if item.column != column or item.operator is not Operator.ONE_OF:
            return None
        return tuple(
            ColumnTest(column, Operator.NULL)
            if value is None
            else ColumnTest(column, Operator.EQUAL, (value,))
            for value in item.values
        )
    if item is None or item.kind is not GroupKind.ANY or not item.items:
        return None
    tests = tuple(
        part
        for part in item.items
        if isinstance(part, ColumnTest) and part.column == column and part.operator in _SINGLE
    )
    return tests if len(tests) == len(item.items) else None


def chosen(group: Group, column: str) -> tuple[ColumnTest, ...]:
    """Return the values of a column that are chosen in a group, as tests."""
    if group.kind is GroupKind.ALL:
        for item in group.items:
            picks = picks_of(item, column)
            if picks is not None:
                return picks
    return ()


def without_choices(group: Group, column: str) -> Group:
    """Return a group without the choices of values of a column that every row must meet."""
    if group.kind is not GroupKind.ALL:
        return group
    return Group(items=tuple(item for item in group.items if picks_of(item, column) is None))
