"""Conditions as data: changed by paths, stored as JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytuck_desktop.workspace.conditions import (
    EVERYTHING,
    VALUE_COUNTS,
    ColumnTest,
    Group,
    GroupKind,
    Operator,
    added,
    all_of,
    column_tests,
    from_plain,
    is_empty,
    item_at,
    plain,
    replaced,
    with_columns,
)

VALUES = st.one_of(
    st.text(max_size=5),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.binary(max_size=5),
    st.none(),
)


@st.composite
def _tests(draw):
    operator = draw(st.sampled_from(Operator))
    count = VALUE_COUNTS.get(operator, 1)
    values = draw(st.lists(VALUES, min_size=count, max_size=count))
    return ColumnTest(draw(st.sampled_from("abc")), operator, tuple(values))


ITEMS = st.recursive(
    _tests(),
    lambda inner: st.builds(
        Group, st.sampled_from(GroupKind), st.lists(inner, max_size=3).map(tuple)
    ),
    max_leaves=12,
)
GROUPS = st.builds(Group, st.sampled_from(GroupKind), st.lists(ITEMS, max_size=4).map(tuple))


@given(ITEMS)
def test_every_condition_travels_as_json(item):
    assert from_plain(json.loads(json.dumps(plain(item)))) == item


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {"group": "all"},
        {"group": "some", "items": []},
        {"column": 1, "operator": "=", "values": ["x"]},
        {"column": "a", "operator": "like", "values": ["x"]},
        {"column": "a", "operator": "=", "values": []},
        {"column": "a", "operator": "=", "values": [[]]},
        {"column": "a", "operator": "=", "values": "x"},
    ],
)
def test_data_that_is_no_condition_is_refused(data):
    with pytest.raises(ValueError, match=r"no condition|is not a valid"):
        from_plain(data)


def test_conditions_nested_without_end_are_refused():
    data = {"group": "all", "items": []}
    for _ in range(100):
        data = {"group": "all", "items": [data]}
    with pytest.raises(ValueError, match="no condition"):
        from_plain(data)


@given(GROUPS, ITEMS, st.data())
def test_an_item_put_at_a_path_is_found_there(group, item, data):
    path: tuple[int, ...] = ()
    here = group
    while isinstance(here, Group) and here.items and (not path or data.draw(st.booleans())):
        path += (data.draw(st.integers(0, len(here.items) - 1)),)
        here = item_at(group, path)
    if not path:
        return
    changed = replaced(group, path, item)
    assert item_at(changed, path) == item
    without = replaced(group, path, None)
    assert len(item_at(without, path[:-1]).items) == len(item_at(group, path[:-1]).items) - 1


@given(GROUPS)
def test_tests_of_columns_that_are_gone_go_with_them(group):
    left = with_columns(group, frozenset("ab"))
    assert [one for one in column_tests(group) if one.column in "ab"] == list(column_tests(left))
    assert with_columns(group, frozenset("abc")) == group


def test_groups_are_put_together_without_needless_brackets():
    first, second = ColumnTest("a", Operator.NULL), ColumnTest("b", Operator.NOT_NULL)
    either = Group(GroupKind.ANY, (first, second))
    assert all_of(Group(items=(first,)), EVERYTHING, either) == Group(items=(first, either))
    assert is_empty(all_of())
    assert is_empty(Group(GroupKind.NONE, (EVERYTHING,)))
    assert added(EVERYTHING, (), first) == Group(items=(first,))
