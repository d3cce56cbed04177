"""Rows by position agree with a plain list, whatever is deleted, added, sorted or filtered."""

from __future__ import annotations

import sqlite3
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck import Column, QueryError, Storage, select
from pytuck.backends.paging.key_scan import ANCHOR_ROWS


def finished(order):
    """Let an order count, and build, to the end."""
    deadline = time.monotonic() + 20
    while order.advance() or order.is_building:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    return order


@pytest.fixture
def storage(tmp_path):
    with Storage(tmp_path / "p.pytuck", durability="off") as storage:
        storage.create_table(
            "t",
            [
                Column(int, name="id", primary_key=True),
                Column(int, name="n"),
                Column(str, name="s"),
            ],
        )
        yield storage


def fill(storage, ids, table="t"):
    with storage.transaction():
        storage.execute(
            __import__("pytuck")
            .insert(storage.tables[table])
            .values_list([{"id": i, "n": (i * 37) % 101, "s": f"row {i}"} for i in ids])
        )


def identities(order, first, count):
    page = order.page(first, count)
    return list(page.identities)


@pytest.mark.parametrize(
    "ids",
    [
        [],
        [7],
        range(1, 300),
        range(-500, 500),
        range(1, 2 * ANCHOR_ROWS + 2),
        range(0, 60000, 3),
        [*range(1, 6000), *range(10**15, 10**15 + 6000)],
        [-(2**63), -5, 2**63 - 1],
        [*range(-(2**63), -(2**63) + 5000), *range(2**63 - 5000, 2**63)],
    ],
    ids=lambda ids: f"{len(ids)} rows",
)
def test_every_position_of_a_table_is_right_once_it_is_counted(storage, ids):
    expected = sorted(ids)
    if expected:
        fill(storage, expected)
    order = storage.row_order(select(storage.tables["t"]))
    start = identities(order, 0, 256)
    assert start == expected[:256]
    if expected:
        near_end = max(0, order.count - 10)
        assert identities(order, near_end, 10)[-1] == expected[-1]
    finished(order)
    assert order.count_is_exact
    assert order.count == len(expected)
    for first in {0, 1, 255, 4095, 4096, 4097, len(expected) // 2, max(0, len(expected) - 3)}:
        assert identities(order, first, 300) == expected[first : first + 300]
    assert identities(order, len(expected), 5) == []
    for position in {0, len(expected) // 3, len(expected) - 1} if expected else ():
        assert order.locate(expected[position]) == position
    assert order.locate(123456789) is None
    order.close()


def test_a_table_without_gaps_is_right_before_it_is_counted(storage):
    ids = list(range(1, 50001))
    fill(storage, ids)
    order = storage.row_order(select(storage.tables["t"]))
    assert not order.count_is_exact
    assert order.count == len(ids)
    for first in (0, 5000, 30000, 49990):
        assert identities(order, first, 256) == ids[first : first + 256]
    revision = order.revision
    finished(order)
    assert order.revision == revision
    order.close()


def test_commits_of_others_show_after_a_refresh(storage):
    fill(storage, range(1, 20001))
    order = finished(storage.row_order(select(storage.tables["t"])))
    other = sqlite3.connect(storage.file_path)
    with other:
        other.execute("DELETE FROM t WHERE id % 7 = 0")
        other.execute("INSERT INTO t (id) VALUES (30000)")
    other.close()
    order.refresh()
    expected = [i for i in range(1, 20001) if i % 7] + [30000]
    assert identities(order, order.count - 1, 1) == [30000] or not order.count_is_exact
    finished(order)
    assert order.count == len(expected)
    assert identities(order, 12345, 100) == expected[12345:12445]
    order.close()


orders = st.lists(st.sampled_from(["n", "-n", "s", "-s", "id", "-id"]), max_size=3)


def test_sorted_and_filtered_rows_agree_with_python(storage):
    table = storage.tables["t"]
    rows = [(i, None if i % 5 == 0 else (i * 37) % 11, f"s{i % 17}") for i in range(1, 700)]
    with storage.transaction():
        for row in rows:
            storage.insert("t", dict(zip(("id", "n", "s"), row, strict=True)))

    @settings(max_examples=60, deadline=None)
    @given(orders, st.none() | st.integers(0, 12))
    def check(keys, at_least):
        statement = select(table)
        expected = list(rows)
        if at_least is not None:
            statement = statement.where(table.c.n >= at_least)
            expected = [row for row in expected if row[1] is not None and row[1] >= at_least]
        for key in reversed(keys):
            place = ("id", "n", "s").index(key.lstrip("-"))
            expected.sort(
                key=lambda row, place=place: (
                    (row[place] is not None, row[place] or 0) if place != 2 else (True, row[2])
                ),
                reverse=key.startswith("-"),
            )
        for key in keys:
            column = table.c[key.lstrip("-")]
            statement = statement.order_by(column.desc() if key.startswith("-") else column)
        order = finished(storage.row_order(statement))
        assert order.count == len(expected)
        assert order.count_is_exact
        for first in (0, 100, 650):
            page = order.page(first, 64)
            # Equal keys go by row id, upwards, in both directions.
            assert list(page.rows) == _ties_by_id(expected, keys)[first : first + 64]
        if expected:
            middle = order.page(len(expected) // 2, 1).identities[0]
            assert order.locate(middle) == len(expected) // 2
        order.close()

    check()


def _ties_by_id(rows, keys):
    places = [("id", "n", "s").index(key.lstrip("-")) for key in keys]
    result, start = [], 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or any(rows[end][p] != rows[start][p] for p in places):
            result += sorted(rows[start:end])
            start = end
    return result


def test_first_and_last_rows_of_an_order_show_before_it_is_built(storage, monkeypatch):
    import threading

    from pytuck.backends.paging import built_order

    fill(storage, range(1, 5001))
    may_build = threading.Event()
    monkeypatch.setattr(built_order, "_PATIENCE_S", 0)
    build = built_order.BuiltOrder._build
    monkeypatch.setattr(
        built_order.BuiltOrder, "_build", lambda self, c: (may_build.wait(20), build(self, c))
    )
    table = storage.tables["t"]
    order = storage.row_order(select(table).order_by(table.c.id.desc()))
    assert identities(order, 0, 3) == [5000, 4999, 4998]
    assert identities(order, order.count - 2, 2) == [2, 1]
    assert order.page(2100, 10) is None
    assert not order.is_ready
    may_build.set()
    finished(order)
    assert identities(order, 2500, 2) == [2500, 2499]
    order.close()


def test_a_row_deleted_since_the_order_was_built_is_shown_as_gone(storage):
    fill(storage, range(1, 11))
    table = storage.tables["t"]
    order = finished(storage.row_order(select(table).order_by(table.c.s)))
    storage.delete("t", 2)
    page = order.page(0, 10)
    assert page.identities.count(None) == 1
    order.refresh()
    finished(order)
    assert None not in order.page(0, 10).identities
    assert order.count == 9
    order.close()


def test_tables_without_row_ids_go_by_their_key(storage):
    other = sqlite3.connect(storage.file_path)
    with other:
        other.execute("CREATE TABLE k (a TEXT, b INTEGER, v, PRIMARY KEY (a, b)) WITHOUT ROWID")
        keys = sorted((f"k{i % 10}", i) for i in range(9000))
        other.executemany("INSERT INTO k VALUES (?, ?, 1)", keys)
        other.execute("CREATE VIEW v AS SELECT a, b FROM k WHERE b < 5000")
    other.close()
    storage.refresh_schema()
    order = storage.row_order(select(storage.tables["k"]))
    assert identities(order, 0, 5) == keys[:5]
    finished(order)
    assert order.count == 9000
    for first in (0, 4100, 8990):
        assert identities(order, first, 20) == keys[first : first + 20]
    assert order.locate(keys[5000]) == 5000
    order.close()
    view = finished(storage.row_order(select(storage.tables["v"])))
    assert view.count == 5000
    assert view.page(4999, 5).identities == (None,)
    view.close()


def test_long_values_come_as_their_beginning(storage):
    long_text, huge = "ä" * 2000, "x" * 3_000_000
    for value in ("short", long_text, huge, None):
        storage.insert("t", {"n": 1, "s": value})
    order = storage.row_order(select(storage.tables["t"]))
    page = order.page(0, 10)
    assert [row[2] for row in page.rows] == ["short", "ä" * 256, "x" * 256, None]
    assert page.wide == {(1, 2): 4000, (2, 2): 3_000_000}
    order.close()


def test_a_statement_with_a_limit_has_no_positions(storage):
    with pytest.raises(QueryError, match="limit"):
        storage.row_order(select(storage.tables["t"]).limit(3))
    order = storage.row_order(select(storage.tables["t"]))
    with pytest.raises(QueryError):
        order.page(-1, 5)
    order.close()


def test_closing_stops_a_build(storage):
    fill(storage, range(1, 3001))
    table = storage.tables["t"]
    for _ in range(5):
        storage.row_order(select(table).order_by(table.c.s)).close()
    storage.drop_table("t")
    assert list(storage.tables) == []
