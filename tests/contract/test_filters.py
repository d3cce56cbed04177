"""What a filter of the window asks is answered alike by every engine."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from pytuck import Column
from pytuck.query.json_form import load
from pytuck_desktop.worker.handlers.browsing import tables
from pytuck_desktop.workspace.conditions import ColumnTest, Group, GroupKind, Operator
from pytuck_desktop.workspace.file_info import TableInfo
from pytuck_desktop.workspace.filter_language import parsed
from pytuck_desktop.workspace.filter_statements import shown_statement


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
            Column(int, name="n"),
            Column(float, name="f"),
            Column(Decimal, name="m"),
            Column(bool, name="b"),
            Column(date, name="d"),
            Column(datetime, name="t"),
            Column(time, name="h"),
            Column(timedelta, name="i"),
            Column(dict, name="j"),
            Column(bytes, name="y"),
        ],
    )
    storage.bulk_insert(
        "things",
        [
            {
                "id": 1,
                "name": "Ärger 100%",
                "n": 10,
                "f": 1.5,
                "m": Decimal("10.00"),
                "b": True,
                "d": date(2026, 3, 31),
                "t": datetime(2026, 3, 31, 23, 59, 59, 5),
                "h": time(14, 30),
                "i": timedelta(hours=1),
                "j": {"city": "北京"},
                "y": b"\x00",
            },
            {
                "id": 2,
                "name": "bob_a",
                "n": -3,
                "f": 2.5,
                "m": Decimal("9.99"),
                "b": False,
                "d": date(2026, 4, 1),
                "t": datetime(2026, 4, 1),
                "h": time(23, 59, 1),
                "i": timedelta(seconds=1),
                "j": {"city": "Bonn"},
                "y": b"",
            },
            {"id": 3},
            {
                "id": 4,
                "name": "",
                "n": 100,
                "f": -1.0,
                "m": Decimal(100),
                "b": True,
                "d": date(9999, 12, 31),
                "t": datetime(1999, 12, 31, 12),
                "h": time(0),
                "i": timedelta(days=-1),
                "j": {},
                "y": b"x",
            },
        ],
    )
    return storage


def _ids(storage, condition):
    described = next(one for one in tables(_File(storage), {}) if one["name"] == "things")
    table = TableInfo.from_plain(described)
    statement = load(shown_statement(table, condition, [("id", False)]))
    return [row[0] for row in storage.execute(statement).raw()]


def _filtered(storage, column, text):
    described = next(one for one in tables(_File(storage), {}) if one["name"] == "things")
    table = TableInfo.from_plain(described)
    test = parsed(text, table.columns[table.column_index(column)])
    return _ids(storage, Group(items=(test,)))


@pytest.mark.parametrize(
    ("column", "text", "ids"),
    [
        ("name", "ärger", [1]),
        ("name", "%", [1]),
        ("name", "_", [2]),
        ("name", "!B", [1, 3, 4]),
        ("name", "=", [4]),
        ("name", "!=bob_a", [1, 3, 4]),
        ("name", "~^b.b", [2]),
        ("name", "!~^b.b", [1, 3, 4]),
        ("name", "a..c", [2]),
        ("n", ">=10", [1, 4]),
        ("n", "<9.5", [2]),
        ("n", "!=10", [2, 3, 4]),
        ("n", "100..0", [1, 4]),
        ("n", "~^1", [1, 4]),
        ("f", "1.5..", [1, 2]),
        ("f", "2.5", [2]),
        ("m", "10", [1]),
        ("m", ">9.99", [1, 4]),
        ("b", "yes", [1, 4]),
        ("b", "!yes", [2, 3]),
        ("d", "2026", [1, 2]),
        ("d", "2026-03", [1]),
        ("d", ">2026-03", [2, 4]),
        ("d", "9999", [4]),
        ("d", ">9999", []),
        ("d", "..2026", [1, 2]),
        ("t", "2026-03-31", [1]),
        ("t", "2026-03-31 23:59", [1]),
        ("t", "2026-04-01 00", [2]),
        ("t", "<=2026-03-31", [1, 4]),
        ("h", "14", [1]),
        ("h", ">=23:59", [2]),
        ("i", ">1", [1]),
        ("i", "1:00:00", [1]),
        ("j", "北京", [1]),
        ("y", "null", [3]),
        ("name", "!null", [1, 2, 4]),
    ],
)
def test_what_is_typed_finds_the_rows(things, column, text, ids):
    assert _filtered(things, column, text) == ids


def test_groups_within_groups(things):
    small, true = ColumnTest("n", Operator.LESS, ("50",)), ColumnTest("b", Operator.EQUAL, ("1",))
    listed = ColumnTest("name", Operator.ONE_OF, ("bob_a", None))
    assert _ids(things, Group(GroupKind.ALL, (small, true))) == [1]
    assert _ids(things, Group(GroupKind.ANY, (small, true))) == [1, 2, 4]
    assert _ids(things, Group(GroupKind.NONE, (small, true))) == [3]
    assert _ids(things, Group(GroupKind.ALL, (Group(GroupKind.NONE, (small,)), listed))) == [3]
    assert _ids(things, Group(GroupKind.NONE, (Group(GroupKind.ANY, ()),))) == [1, 2, 3, 4]
    assert _ids(things, Group(items=(listed._replace(operator=Operator.NONE_OF),))) == [1, 4]


def test_the_very_value_is_found_and_left_out(things):
    is_zero = ColumnTest("y", Operator.IS, (b"\x00",))
    assert _ids(things, Group(items=(is_zero,))) == [1]
    assert _ids(things, Group(items=(is_zero._replace(operator=Operator.IS_NOT),))) == [2, 3, 4]
