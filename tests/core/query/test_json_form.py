"""Statements as data: `load(dump(statement)) == statement`."""

from __future__ import annotations

import contextlib
import copy
import re

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytuck.common.exceptions import PytuckException, QueryError
from pytuck.compiler import compile_statement
from pytuck.compiler.dialects import SQLITE
from pytuck.query import (
    aliased,
    and_,
    case,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    not_,
    or_,
    raw_literal,
    select,
    table,
    tuple_,
    update,
)
from pytuck.query.json_form import dump, from_json, load, to_json
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


PEOPLE = table("people", [("id", int), ("name", str), ("thing_id", int), ("data", dict)])


def _every_construct():
    other = aliased(T)
    sizes = select(PEOPLE.c.thing_id, func.count().label("n")).group_by(PEOPLE.c.thing_id)
    named = sizes.having(func.count() > 1).cte("sizes")
    tree = select(T.c.id, literal(0).label("depth")).where(T.c.id == 1).cte("tree", recursive=True)
    tree = tree.union_all(select(T.c.id, tree.c.depth + 1).join(tree, T.c.id == tree.c.id + 1))
    newer = insert(T).values(id=1, name="x")
    return [
        select(T, PEOPLE.c.name).join(PEOPLE, PEOPLE.c.thing_id == T.c.id, isouter=True),
        select(T.c.id, other.c.id).join(other, T.c.id < other.c.id, kind="full"),
        select(T.c.id, sizes.subquery("s").c.n).cross_join(sizes.subquery("s")),
        select(named.c.n, tree.c.depth).join(tree, tree.c.id == named.c.thing_id),
        select(T).where(T.c.id.in_(select(PEOPLE.c.thing_id).where(PEOPLE.c.name == "a"))),
        select(T).where(~exists(select(PEOPLE.c.id).where(PEOPLE.c.thing_id == T.c.id))),
        select(T.c.id, select(func.max(PEOPLE.c.id)).scalar_subquery().label("top")),
        select(case((T.c.id > 1, "a"), else_="b"), cast(T.c.id, str), -T.c.price * 2 % 3),
        select(func.sum(T.c.price).over(partition_by=T.c.name, order_by=T.c.id, rows=(-2, 0))),
        select(func.group_concat(T.c.name.distinct()).filter(T.c.id > 1), T.c.name + "!"),
        select(PEOPLE.c.data["a"][0], PEOPLE.c.data["b"].as_integer()).where(
            PEOPLE.c.data["c"] > 5
        ),
        select(T.c.name).where(T.c.name.regexp_match("^a", "i")).order_by(T.c.name.nulls_last()),
        select(T.c.id).union_all(select(PEOPLE.c.id)).order_by("id").limit(3).offset(1),
        newer.on_conflict_do_update(["id"], {"name": newer.excluded.name}, T.c.price > 1),
        newer.on_conflict_do_nothing().returning(T.c.id),
        insert(T).from_select(["id"], select(PEOPLE.c.id)),
        update(T).where(T.c.id == PEOPLE.c.thing_id).values(name=PEOPLE.c.name),
        select(T.c.id, other.c.id).where(T.c.id < other.c.id),
        update(T).where(T.c.id == named.c.thing_id).values(price=named.c.n),
        delete(T).where(T.c.id == sizes.subquery("s").c.thing_id).returning(T.c.id),
        select(tuple_(T.c.id, T.c.price) == (1, 2.0), func.now().label("now")),
    ]


@pytest.mark.parametrize("number", range(21))
def test_every_construct_travels_and_means_the_same(number):
    statement = _every_construct()[number]
    back = load(msgpack.unpackb(msgpack.packb(dump(statement))))
    assert back == statement
    before, after = compile_statement(statement, SQLITE), compile_statement(back, SQLITE)
    assert after.sql == before.sql
    assert list(after.parameters) == list(before.parameters)


@given(statements)
def test_the_form_travels_as_json(statement):
    assert from_json(to_json(statement)) == statement


def test_values_that_json_has_not():
    statement = select(T).where(T.c.price == float("inf"), T.c.data.is_(raw_literal(b"\0\xff")))
    assert from_json(to_json(statement)) == statement
    with pytest.raises(QueryError, match="not a statement"):
        from_json("{")


def _places(form, path=()):
    """Yield the way to every value in a form."""
    items = form.items() if isinstance(form, dict) else enumerate(form)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, (dict, list)):
            yield from _places(value, (*path, key))


INJECTED = '1; DROP TABLE "things"; --'


@pytest.mark.parametrize("number", range(21))
def test_no_word_of_a_form_becomes_sql(number):
    original = dump(_every_construct()[number])
    for path in _places(original):
        form = copy.deepcopy(original)
        inside = form
        for key in path[:-1]:
            inside = inside[key]
        if not isinstance(inside[path[-1]], str):
            continue
        inside[path[-1]] = INJECTED
        try:
            sql = compile_statement(load(form), SQLITE).sql
        except PytuckException:
            continue
        outside = re.sub(r'"(?:[^"]|"")*"', "", sql)
        assert "DROP" not in outside, path


@given(st.data())
def test_a_damaged_form_is_refused_or_a_statement(data):
    form = dump(data.draw(st.sampled_from(_every_construct())))
    path = data.draw(st.sampled_from(list(_places(form))))
    inside = form
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = data.draw(
        st.sampled_from([None, 1, True, 1.5, "x", [], {}, {"node": "Not", "item": None}, [[]]])
    )
    with contextlib.suppress(PytuckException):
        compile_statement(load(form), SQLITE)


def test_nothing_done_on_a_conflict_has_no_condition():
    form = next(
        form
        for form in map(dump, _every_construct())
        if (form["statement"].get("conflict") or {}).get("condition")
    )
    form["statement"]["conflict"]["assignments"] = []
    with pytest.raises(QueryError, match="conflict"):
        compile_statement(load(form), SQLITE)
