"""Statements as data: `load(dump(statement)) == statement`."""

from __future__ import annotations

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytuck.common.exceptions import QueryError
from pytuck.query import and_, delete, insert, not_, or_, raw_literal, select, table, update
from pytuck.query.json_form import dump, load
from tests.strategies import floats, integers, texts

T = table("things", [("id", int), ("name", str), ("price", float), ("data", bytes)])

conditions = st.recursive(
    st.one_of(
        integers.map(lambda value: T.c.id == value),
        integers.map(lambda value: T.rowid >= value),
        texts.map(lambda value: T.c.name != value),
        texts.map(lambda value: T.c.name.like(value)),
        texts.map(lambda value: T.c.name.ilike(value, escape="!")),
        texts.map(lambda value: T.c.name.startswith(value)),
        floats.map(lambda value: T.c.price < value),
        st.lists(integers, max_size=40).map(lambda values: T.c.id.in_(values)),
        st.binary().map(lambda value: T.c.data.is_(raw_literal(value))),
        st.just(T.c.data.is_null()),
        st.tuples(integers, integers).map(lambda pair: T.c.id.between(*pair)),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda items: and_(*items)),
        st.lists(inner, min_size=1, max_size=3).map(lambda items: or_(*items)),
        inner.map(not_),
    ),
    max_leaves=8,
)
statements = st.one_of(
    conditions.map(lambda where: select(T).where(where).order_by(T.c.name.desc()).limit(5)),
    conditions.map(lambda where: select(T.c.id, T.c.name.label("n")).where(where).distinct()),
    conditions.map(lambda where: delete(T).where(where).returning(T.c.id)),
    st.tuples(conditions, texts).map(lambda pair: update(T).where(pair[0]).values(name=pair[1])),
    st.lists(texts, min_size=1, max_size=3).map(
        lambda names: insert(T).values_list([{"name": name} for name in names])
    ),
)


@given(statements)
def test_loading_what_was_dumped_gives_the_same_statement(statement):
    assert load(dump(statement)) == statement


@given(statements)
def test_the_form_travels_as_msgpack(statement):
    assert load(msgpack.unpackb(msgpack.packb(dump(statement)))) == statement


def test_one_and_true_are_different_literals():
    by_number, by_truth = select(T).where(T.c.id == 1), select(T).where(T.c.id.is_(raw_literal(1)))
    assert by_number != by_truth
    assert select(T).where(T.c.price == 1.0) != select(T).where(T.c.price == 1)


@pytest.mark.parametrize(
    "form",
    [
        None,
        {},
        {"version": 2, "statement": {}},
        {"version": 1, "statement": {"node": "Nothing"}},
        {"version": 1, "statement": {"node": "TableRef", "name": "x"}},
        {"version": 1, "statement": {"node": "Select"}},
        {"version": 1, "statement": 5},
    ],
)
def test_what_is_no_statement_is_refused(form):
    with pytest.raises(QueryError):
        load(form)


def test_endless_nesting_is_refused():
    node: object = {"node": "Not", "item": None}
    for _ in range(2000):
        node = {"node": "Not", "item": node}
    with pytest.raises(QueryError, match="deeper"):
        load({"version": 1, "statement": node})
