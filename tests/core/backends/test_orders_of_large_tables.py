"""Orders that wait with being built until the first page is given, and texts not in UTF-8."""

from __future__ import annotations

import sqlite3
import time

import pytest

from pytuck import Storage
from pytuck.backends.paging import row_order
from pytuck.common.exceptions import CorruptFileError
from pytuck.query import select

ROWS = 6000


@pytest.fixture
def numbers(tmp_path, monkeypatch):
    monkeypatch.setattr(row_order, "_LARGE_ROWS", 1000)
    path = tmp_path / "numbers.db"
    file = sqlite3.connect(path)
    with file:
        file.execute("CREATE TABLE numbers (id INTEGER PRIMARY KEY, half TEXT, n INTEGER)")
        file.executemany(
            "INSERT INTO numbers VALUES (?, ?, ?)",
            [(n, f"half {n // 2}", n * 7919 % ROWS) for n in range(ROWS)],
        )
    file.close()
    return path


def wait(condition):
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


@pytest.mark.parametrize("asks_first", [True, False])
def test_a_large_order_gives_its_first_page_and_is_built_then(numbers, asks_first):
    with Storage(numbers) as storage:
        source = storage.tables["numbers"]
        order = storage.row_order(select(source).order_by(source.c.n.asc()))
        assert order.is_building
        if asks_first:
            assert [row[2] for row in order.page(0, 256).rows] == list(range(256))
        wait(lambda: order.is_ready)
        assert not order.is_building
        assert [row[2] for row in order.page(3000, 256).rows] == list(range(3000, 3256))
        assert order.count == ROWS
        order.close()


def test_a_large_order_is_closed_before_it_is_built(numbers):
    with Storage(numbers) as storage:
        source = storage.tables["numbers"]
        storage.row_order(select(source).order_by(source.c.n.asc())).close()


def test_a_text_not_in_utf_8_is_given_with_its_rows_and_locks_nothing(numbers):
    file = sqlite3.connect(numbers, timeout=1)
    with file:
        file.execute("UPDATE numbers SET half = CAST(x'ff41' AS TEXT) WHERE id = 3")
    with Storage(numbers) as storage:
        source = storage.tables["numbers"]
        order = storage.row_order(select(source))
        page = order.page(0, 10)
        assert page.rows[3][1] == "�A"
        assert page.rows[4][1] == "half 2"
        assert page.damaged == {(3, 1)}
        assert order.page(10, 10).damaged == frozenset()
        with pytest.raises(CorruptFileError) as kept:  # a question of the library fails as ever
            storage.execute(select(source)).all()
        with file:  # a reader that still held its lock would be in the way
            file.execute("UPDATE numbers SET half = 'whole' WHERE id = 3")
        assert kept.value.code
        order.close()
    file.close()
