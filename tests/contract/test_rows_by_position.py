"""Rows by position are the rows of the statement, on every engine."""

from __future__ import annotations

import time

import pytest

from pytuck import Column, select


def _finished(order):
    deadline = time.monotonic() + 20
    while order.advance() or order.is_building:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    return order


@pytest.fixture
def letters(storage):
    storage.create_table(
        "letters",
        [
            Column(int, name="id", primary_key=True),
            Column(int, name="n"),
            Column(str, name="text"),
            Column(bytes, name="data"),
            Column(dict, name="more"),
        ],
    )
    storage.bulk_insert(
        "letters",
        [
            {
                "id": number,
                "n": number * 37 % 101,
                "text": "x" * (number * 40),
                "data": bytes([number % 256]) * (number * 20),
                "more": {"a": "é" * number * 30},
            }
            for number in range(1, 200)
        ],
    )
    return storage


def test_every_order_gives_the_rows_of_its_statement(letters):
    c = letters.tables["letters"].c
    for statement in (
        select(c.id, c.n),
        select(c.id, c.n).order_by(c.n.desc(), c.id),
        select(c.id, c.n).where(c.n > 50).order_by(c.n, c.id),
        select(c.n).distinct().order_by(c.n),
    ):
        wanted = letters.execute(statement).raw()
        order = _finished(letters.row_order(statement))
        try:
            assert order.count == len(wanted)
            rows = [row for first in (0, 50, 100, 150) for row in order.page(first, 50).rows]
            key = (lambda row: row) if not statement.order else (lambda row: 0)
            assert sorted(map(tuple, rows), key=key) == sorted(map(tuple, wanted), key=key)
        finally:
            order.close()


def test_long_values_are_cut_and_their_sizes_told(letters):
    c = letters.tables["letters"].c
    order = _finished(letters.row_order(select(c.text, c.data, c.more).order_by(c.id)))
    try:
        page = order.page(0, 199)
        for number, (text, data, more) in enumerate(page.rows, 1):
            whole = "x" * (number * 40)
            assert text == (whole if len(whole) <= 1024 else whole[:256])
            assert page.wide.get((number - 1, 0)) == (None if len(whole) <= 1024 else len(whole))
            blob = bytes([number % 256]) * (number * 20)
            assert data == (blob if len(blob) <= 1024 else blob[:256])
            assert more.startswith('{"a":"é')
            assert len(more) <= 1024
    finally:
        order.close()


def test_rows_are_known_by_their_keys_and_found_again(letters):
    c = letters.tables["letters"].c
    order = _finished(letters.row_order(select(c.id).order_by(c.n.desc(), c.id)))
    try:
        page = order.page(20, 5)
        for place, (identity, row) in enumerate(zip(page.identities, page.rows, strict=True), 20):
            key = identity if isinstance(identity, int) else identity[0]
            assert key == row[0]
            assert order.locate(identity) == place
    finally:
        order.close()


def test_rows_without_a_key_have_positions(storage):
    storage.create_table("log", [Column(str, name="line")])
    storage.bulk_insert("log", [{"line": str(number)} for number in range(500)])
    order = _finished(storage.row_order(select(storage.tables["log"].c.line)))
    try:
        assert [row[0] for row in order.page(490, 20).rows] == [str(n) for n in range(490, 500)]
        storage.insert("log", {"line": "new"})
        order.refresh()
        _finished(order)
        assert order.count == 501
    finally:
        order.close()


def test_expressions_are_computed_for_the_rows_of_any_part(letters):
    c = letters.tables["letters"].c
    tests = [(c.n >= 50).node, c.text.contains("x" * 2000).node, c.n.cast(str).contains("7").node]
    for statement in (
        select(letters.tables["letters"]),
        select(c.id, c.n).order_by(c.n.desc(), c.id),
        select(c.id, c.n).where(c.n > 10).order_by(c.n, c.id),
    ):
        order = _finished(letters.row_order(statement))
        try:
            page = order.page(7, 150)
            found = order.values(tests, 7, 150)
            assert len(found) == len(page.rows) == 150
            names = statement.names
            for row, flags in zip(page.rows, found, strict=True):
                values = dict(zip(names, row, strict=True))
                is_long = values["id"] * 40 >= 2000
                wanted = (values["n"] >= 50, is_long, "7" in str(values["n"]))
                assert tuple(map(bool, flags)) == wanted
        finally:
            order.close()


def test_expressions_see_the_copies_of_rows_that_are_no_rows_of_a_table(letters):
    c = letters.tables["letters"].c
    order = _finished(letters.row_order(select(c.n).distinct().order_by(c.n)))
    try:
        shown = [row[0] for row in order.page(0, 300).rows]
        found = order.values([(c.n > 50).node], 0, 300)
        assert [bool(row[0]) for row in found] == [number > 50 for number in shown]
    finally:
        order.close()
