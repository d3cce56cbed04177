"""What quick find and facets ask is answered alike by every engine."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest

from pytuck import Column, select
from pytuck.query.json_form import load
from pytuck_desktop.worker.handlers.browsing import tables
from pytuck_desktop.workspace.conditions import ColumnTest, Group, Operator
from pytuck_desktop.workspace.facet_questions import (
    bars_between,
    bars_of,
    bars_question,
    ends_question,
    values_question,
)
from pytuck_desktop.workspace.file_info import TableInfo
from pytuck_desktop.workspace.needles import Needle, search_for


class _File:
    def __init__(self, storage):
        self.storage = storage


@pytest.fixture
def things(storage):
    storage.create_table(
        "things",
        [
            Column(int, name="id", primary_key=True),
            Column(str, name="name"),
            Column(float, name="f"),
            Column(Decimal, name="m"),
            Column(bool, name="b"),
            Column(date, name="d"),
        ],
    )
    storage.bulk_insert(
        "things",
        [
            {
                "id": number,
                "name": ["Ärger 100%", "图书馆", None, "x" * 500][number % 4],
                "f": number / 4,
                "m": Decimal(number) / 8,
                "b": [True, False, None][number % 3],
                "d": date(2026, 1 + number % 6, 1 + number % 28),
            }
            for number in range(1, 101)
        ],
    )
    storage.flush()
    return TableInfo.from_plain(tables(_File(storage), {})[0])


def _column(table, name):
    return table.columns[table.column_index(name)]


def _answer(storage, question):
    return [tuple(row) for row in storage.execute(load(question)).raw()]


@pytest.mark.parametrize(
    ("needle", "count"),
    [
        (Needle("ärger"), 25),
        (Needle("ärger", minds_case=True), 0),
        (Needle("书"), 25),
        (Needle("0%"), 25),
        (Needle(r"^\w{3}$", is_pattern=True), 26),
        (Needle("12.5"), 2),
        (Needle("nobody"), 0),
    ],
)
def test_texts_are_found_in_every_column(storage, things, needle, count):
    search = search_for(needle, things)
    source = storage.get_table("things")
    order = storage.row_order(select(source))
    deadline = time.monotonic() + 20
    while order.advance() or order.is_building or not order.is_ready:
        assert time.monotonic() < deadline
    rows = order.values(load(search.statement).columns, 0, 1000)
    order.close()
    assert len(rows) == 100
    found = [flags for row in rows for flags in row[search.key_width :] if flags]
    assert sum(flags.count("1") for flags in found) == count


def test_values_are_counted_with_the_commonest_first(storage, things):
    flags = _answer(storage, values_question(things, _column(things, "b"), None, 10))
    counts = [(None if one is None else bool(one), count) for one, count in flags]
    assert counts == [(False, 34), (None, 33), (True, 33)]
    condition = Group(items=(ColumnTest("id", Operator.AT_MOST, ("8",)),))
    names = _answer(storage, values_question(things, _column(things, "name"), condition, 10))
    assert [(None if name is None else len(name), count) for name, count in names] == [
        (None, 2),
        (200, 2),
        (10, 2),
        (3, 2),
    ]


@pytest.mark.parametrize("name", ["id", "f", "m", "d"])
def test_bars_hold_every_value_once(storage, things, name):
    column = _column(things, name)
    ((rows, values, low, high),) = _answer(storage, ends_question(things, column, None))
    assert (rows, values) == (100, 100)
    bars = bars_between(column, low, high)
    counted = bars_of(bars, _answer(storage, bars_question(things, column, None, bars)), column)
    assert sum(bar.count for bar in counted) == 100
    assert len(counted) > 5
