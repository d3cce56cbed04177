"""Statements at the edge: many values, deep nesting, odd characters, and what is misused."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from pytuck import (
    Column,
    QueryError,
    Session,
    UnsupportedOperationError,
    and_,
    declarative_base,
    func,
    literal,
    or_,
    select,
)
from pytuck.query import tuple_

FAR = 40_000


@pytest.fixture
def model(storage):
    class Thing(declarative_base(storage)):
        __tablename__ = "things"
        id = Column(int, primary_key=True)
        text = Column(str)
        number = Column(float)
        amount = Column(Decimal)
        blob = Column(bytes)
        moment = Column(datetime)
        data = Column(dict)

    return Thing


@pytest.fixture
def things(storage, model):
    with Session(storage) as session:
        session.add_all(
            [
                model(
                    id=1,
                    text="a\0b",
                    number=1.5,
                    amount=Decimal("2.50"),
                    blob=b"\0\1",
                    moment=datetime(2020, 5, 6),
                    data={
                        'k"x': 1,
                        "a.b": {"ü": [1, {"z": 2}]},
                        "": 5,
                        "when": datetime(2020, 1, 1),
                    },
                ),
                model(id=2, text="中文", number=2.5, blob=b"xx", data={"t\0u": 7}),
            ]
        )
        session.commit()

        def found(*conditions):
            return session.scalars(select(model.id).where(*conditions).order_by(model.id))

        yield found


def test_lists_of_any_length(things, model):
    assert things(model.id.in_(range(FAR))) == [1, 2]
    assert things(model.text.in_(["a\0b", "a", *map(str, range(FAR))])) == [1]
    assert things(model.number.in_([number / 2 for number in range(FAR)])) == [1, 2]
    assert things(model.number.in_([float("inf"), 1.5, *range(FAR)])) == [1]
    assert things(model.blob.in_([b"xx", b"\0\1", *(b"%d" % n for n in range(FAR))])) == [1, 2]
    assert things(model.amount.in_([Decimal(number) / 4 for number in range(FAR)])) == [1]
    days = [datetime(2000, 1, 1) + timedelta(days=number) for number in range(FAR)]
    assert things(model.moment.in_(days)) == [1]
    assert things(model.id.not_in(range(2, FAR))) == [1]
    assert things(model.id.not_in([None, *range(2, FAR)])) == []


def test_empty_lists_hold_nothing(things, model):
    assert things(model.moment.in_([])) == []
    assert things(model.moment.not_in([])) == [1, 2]


def test_long_chains_of_conditions(things, model):
    assert things(or_(*(model.id == number for number in range(5000)))) == [1, 2]
    assert things(and_(*(model.id != number for number in range(2, 5000)))) == [1]
    with pytest.raises(QueryError, match="40,000 values; sqlite takes 32,766"):
        things(or_(*(model.id == number for number in range(FAR))))


@pytest.fixture
def usual_depth():
    """Python's own limit of recursion, which type checkers raise."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("usual_depth")
@pytest.mark.parametrize("depth", [500, 5000])
def test_what_is_nested_too_deeply_is_refused(things, model, depth):
    total, condition = model.id, model.id == 1
    for _ in range(depth):
        total, condition = total + 1, ~condition
    with pytest.raises(QueryError, match="nested too deeply"):
        things(total > 1)
    with pytest.raises(QueryError, match="nested too deeply"):
        things(condition)


def test_text_with_nul_characters(things, model):
    assert things(model.text == "a\0b") == [1]
    assert things(model.text.startswith("a\0")) == [1]
    assert things(model.text.startswith("a\0c")) == []
    assert things(model.text.endswith("\0b")) == [1]
    assert things(model.text.endswith("b")) == [1]
    assert things(model.text.contains("\0")) == [1]
    assert things(func.length(model.text) == 3) == [1]
    assert things(model.text.endswith("xx中文")) == []


def test_parts_of_json_by_any_key(things, model):
    assert things(model.data['k"x'] == 1) == [1]
    assert things(model.data["a.b"]["ü"][1]["z"] == 2) == [1]
    assert things(model.data[""].in_([5, 6])) == [1]
    assert things(model.data["t\0u"] == 7) == [2]
    assert things(model.data["when"] == datetime(2020, 1, 1)) == [1]
    assert things(model.data["when"] == datetime(2020, 1, 2)) == []


def test_rows_of_values(things, model):
    both = tuple_(model.id, model.number)
    assert things(both == (1, 1.5)) == [1]
    assert things(both > (1, 1.5)) == [2]
    assert things(both.in_([(1, 1.5), (2, 9)])) == [1]
    assert things(both.not_in([(1, 1.5)])) == [2]
    assert things(both.in_(select(model.id, model.number).where(model.id == 2))) == [2]
    with pytest.raises(QueryError, match="tuples of 2"):
        both == 1  # noqa: B015
    with pytest.raises(QueryError, match="at least two"):
        tuple_(model.id)


def test_misuse_says_what_to_write(things, model):
    with pytest.raises(QueryError, match="no regular expression"):
        model.text.regexp_match("(")
    with pytest.raises(QueryError, match=r"having\(\.\.\.\)"):
        things(func.count(model.id) > 1)
    with pytest.raises(QueryError, match="pair of whole numbers"):
        func.sum(model.id).over(rows=5)
    with pytest.raises(QueryError, match="pair of whole numbers"):
        func.sum(model.id).over(range_=("1", 2))
    with pytest.raises(UnsupportedOperationError, match="takes 1 arguments here, not 2"):
        things(func.year(model.moment, 1) == 1)
    with pytest.raises(UnsupportedOperationError, match="not the name of a function"):
        things(getattr(func, "no such")(model.id) == 1)
    with pytest.raises(QueryError, match="no such function: nosuch"):
        things(func.nosuch(model.id) == 1)


def test_an_aggregate_inside_of_a_subquery_is_no_aggregate_of_the_row(things, model):
    assert things(model.id == select(func.max(model.id)).scalar_subquery()) == [2]
    assert things(func.max(model.id, 1) == 1) == [1]


def test_the_type_of_a_result_can_be_told(storage, things):
    with Session(storage) as session:
        plain = func.json('{"a": [1]}')
        assert session.scalar(select(plain)) == '{"a":[1]}'
        assert session.scalar(select(func.json('{"a": [1]}', type_=dict))) == {"a": [1]}
        assert session.scalar(select(func.iif(literal(True), 1, 0, type_=bool))) is True
