"""What is stored comes back equal, and of the same type."""

from __future__ import annotations

from enum import Enum
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck import Column, Session, Storage, declarative_base, select
from pytuck.common.exceptions import TypeConversionError
from pytuck.types import TYPES, DecimalType, type_from_sql, type_of
from pytuck.types.tracked import untracked
from tests.strategies import VALUES


class Colour(Enum):
    RED = "red"
    POINT = "POINT"  # has INT in it, which SQLite takes for a hint at integers
    QUOTED = "it's"
    NUMBER = "12"


class Level(Enum):
    LOW = 1
    HIGH = 9


STRATEGIES = {
    **VALUES,
    UUID: st.uuids(),
    Colour: st.sampled_from(Colour),
    Level: st.sampled_from(Level),
}


@pytest.mark.parametrize("kind", list(STRATEGIES), ids=lambda kind: kind.__name__)
def test_a_value_comes_back_equal_from_a_file(kind, tmp_path):
    with Storage(tmp_path / "t.pytuck", durability="off") as storage:

        class Item(declarative_base(storage)):
            __tablename__ = "items"
            id = Column(int, primary_key=True)
            value = Column(kind)

        @settings(max_examples=60, deadline=None)
        @given(values=st.lists(STRATEGIES[kind] | st.none(), min_size=1, max_size=8))
        def check(values):
            with Session(storage) as session:
                items = [Item(value=value) for value in values]
                session.add_all(items)
                session.commit()
                keys = [item.id for item in items]
            with Session(storage) as session:
                found = [session.get(Item, key).value for key in keys]
                by_tuple = session.execute(
                    select(Item.value).where(Item.id.in_(keys)).order_by(Item.id)
                ).all()
            assert found == values
            # Objects have lists and dictionaries that tell of their changes; rows have plain ones.
            plain = [untracked(value) for value in found]
            assert [type(value) for value in plain] == [type(value) for value in values]
            assert [type(row[0]) for row in by_tuple] == [type(value) for value in values]
            assert [row[0] for row in by_tuple] == values

        check()


@pytest.mark.parametrize("kind", [Colour, Level, *TYPES], ids=lambda kind: kind.__name__)
def test_the_declared_sql_type_says_which_type_it_is(kind):
    declared = type_of(kind)
    read = type_from_sql(declared.sql_name)
    assert read.sql_name == declared.sql_name
    if not issubclass(kind, Enum):
        assert read == declared


def test_decimals_keep_their_digits_and_sort_as_numbers(storage):
    from decimal import Decimal

    class Price(declarative_base(storage)):
        __tablename__ = "prices"
        id = Column(int, primary_key=True)
        amount = Column(DecimalType(20, 2))

    amounts = [Decimal("10.00"), Decimal("9.99"), Decimal("123456789012345678.91"), Decimal(-1)]
    with Session(storage) as session:
        session.add_all([Price(amount=amount) for amount in amounts])
        session.commit()
        ordered = session.execute(select(Price.amount).order_by(Price.amount)).scalars()
        assert ordered == sorted(amounts)
        dear = session.execute(select(Price.amount).where(Price.amount > 10)).scalars()
        assert dear == [Decimal("123456789012345678.91")]
        assert session.execute(select(Price.amount).where(Price.amount == Decimal(10))).all()


@pytest.mark.parametrize(
    ("kind", "given_value", "expected"),
    [
        (int, "12", 12),
        (int, 3.0, 3),
        (float, "3.1", 3.1),
        (str, 12, "12"),
        (bool, "yes", True),
        (bool, "False", False),
        (bool, 0, False),
        (bytes, "ü", b"\xc3\xbc"),
        (list, "[1]", [1]),
        (dict, '{"a": null}', {"a": None}),
    ],
)
def test_loose_conversion_takes_what_means_the_same(kind, given_value, expected):
    converted = type_of(kind).convert(given_value)
    assert converted == expected
    assert type(converted) is type(expected)


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        (int, "abc"),
        (int, 1.5),
        (int, 2**63),
        (int, -(2**63) - 1),
        (float, float("nan")),
        (float, 2**53 + 1),
        (str, "\ud800"),
        (bool, "maybe"),
        (bool, 7),
        (list, "{}"),
        (dict, {1: "x"}),
        (list, [object()]),
        (list, ["\ud800"]),
        (Colour, "green"),
    ],
)
def test_what_would_change_its_meaning_is_refused(kind, bad):
    with pytest.raises(TypeConversionError):
        type_of(kind).convert(bad)


@pytest.mark.parametrize("kind", [int, float, str, bool])
def test_strict_conversion_takes_only_the_type_itself(kind):
    other = 5 if kind is str else "5"
    with pytest.raises(TypeConversionError):
        type_of(kind).convert(other, strict=True)


def test_a_list_that_contains_itself_is_refused():
    loop: list = []
    loop.append(loop)
    with pytest.raises(TypeConversionError, match="nested"):
        type_of(list).convert((loop,))
