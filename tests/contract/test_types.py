"""Every engine keeps every value of every type, or refuses it and says why."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck import Column, Session, declarative_base, select
from pytuck.common.exceptions import ValidationError
from pytuck.types import DecimalType
from tests.strategies import VALUES


class Colour(Enum):
    RED = "red"
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
    Decimal: st.decimals(-(10**19), 10**19, places=9),
}
ODD = [
    (str, ""),
    (str, "a\0b"),
    (str, "'\"\\%_\r\n\t\x7f"),
    (str, "𝒳é中文🤦🏼‍♂️"),
    (str, "x" * 100_000),
    (bytes, b""),
    (bytes, bytes(range(256))),
    (int, 2**63 - 1),
    (int, -(2**63)),
    (float, math.inf),
    (float, -math.inf),
    (float, 5e-324),
    (float, 0.1 + 0.2),
    (bool, False),
    (date, date(1, 1, 1)),
    (date, date(9999, 12, 31)),
    (datetime, datetime(1, 1, 1)),
    (datetime, datetime(9999, 12, 31, 23, 59, 59, 999999)),
    (datetime, datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=-3, minutes=-30)))),
    (time, time(23, 59, 59, 999999)),
    (time, time(1, 2, tzinfo=timezone(timedelta(hours=8)))),
    (timedelta, timedelta(days=-400, microseconds=1)),
    (Decimal, Decimal("-12345678901234567890.123456789012345678")),
    (DecimalType(38, 2), Decimal("999999999999999999999999999999999999.99")),
    (list, []),
    (dict, {}),
    (dict, {"$date": "no date", "": None, "n": [1, 2.5, {"deep": date(2020, 1, 1)}]}),
]


@pytest.mark.parametrize("kind", STRATEGIES, ids=lambda kind: kind.__name__)
def test_values_come_back_equal_and_of_the_same_type(storage, kind):
    class Item(declarative_base(storage)):
        __tablename__ = "items"
        id = Column(int, primary_key=True)
        value = Column(kind)

    @settings(max_examples=15, deadline=None)
    @given(values=st.lists(STRATEGIES[kind] | st.none(), min_size=1, max_size=8))
    def check(values):
        with Session(storage) as session:
            items = [Item(value=value) for value in values]
            session.add_all(items)
            session.commit()
            keys = [item.id for item in items]
        with Session(storage) as session:
            found = [session.get(Item, key).value for key in keys]
            answer = select(Item.value).where(Item.id.in_(keys)).order_by(Item.id)
            assert session.execute(answer).scalars() == values
        assert found == values
        assert all(isinstance(a, type(b)) for a, b in zip(found, values, strict=True))

    check()


def test_odd_values_come_back_from_a_file_that_is_opened_again(reopened):
    storage = reopened()
    for number, (kind, value) in enumerate(ODD):
        storage.create_table(f"t{number}", [Column(kind, name="value")])
        storage.insert(f"t{number}", {"value": value})
        storage.insert(f"t{number}", {"value": None})
    storage = reopened()
    for number, (_, value) in enumerate(ODD):
        table = storage.tables[f"t{number}"]
        rows = storage.execute(select(table.c.value).order_by(table.rowid)).scalars()
        assert rows == [value, None]
        assert type(rows[0]) is type(value)
        found = storage.execute(select(table.c.value).where(table.c.value == value)).scalars()
        assert found == [value]


@pytest.mark.parametrize(
    ("kind", "value"),
    [(int, 2**63), (int, -(2**70)), (str, "\ud800"), (float, math.nan), (Decimal, Decimal("NaN"))],
)
def test_what_cannot_be_kept_is_refused_with_the_column_named(storage, kind, value):
    storage.create_table("t", [Column(kind, name="odd")])
    with pytest.raises(ValidationError, match="odd"):
        storage.insert("t", {"odd": value})
    assert storage.count_rows("t") == 0


@pytest.mark.parametrize("text", ["1E-19", "123456789012345678901", "0.1234567890123456789"])
def test_a_decimal_is_kept_exactly_or_refused(storage, text):
    storage.create_table("t", [Column(int, name="id", primary_key=True), Column(Decimal, name="d")])
    value = Decimal(text)
    if storage.engine.capabilities.decimal_digits is None:
        storage.insert("t", {"d": value})
        assert storage.select("t", 1)["d"] == value
        return
    for rows in ([{"d": value}], [{"d": Decimal(1)}, {"d": value}]):
        with pytest.raises(ValidationError, match="'d'"):
            storage.bulk_insert("t", rows)
    assert storage.count_rows("t") == 0


def test_an_update_keeps_decimals_exactly_or_refuses_them(storage):
    class Price(declarative_base(storage)):
        __tablename__ = "prices"
        id = Column(int, primary_key=True)
        amount = Column(Decimal)

    with Session(storage) as session:
        session.add_all([Price(amount=Decimal("1.5")), Price(amount=Decimal("2.5"))])
        session.commit()
        for price in session.execute(select(Price)):
            price.amount = Decimal("1E-30")
        try:
            session.commit()
            expected = [Decimal("1E-30")] * 2
        except ValidationError:
            session.rollback()
            expected = [Decimal("1.5"), Decimal("2.5")]
    with Session(storage) as session:
        assert session.execute(select(Price.amount).order_by(Price.id)).scalars() == expected


def test_the_structure_of_a_table_comes_back(reopened):
    from pytuck import schema
    from pytuck.core.columns import table_from_columns

    storage = reopened()
    parents = [
        Column(int, name="id", primary_key=True, autoincrement=True),
        Column(str, name="Näme \"x\" 'y'", nullable=False, unique=True, comment="it's 'quoted'"),
        Column(float, name="price", default=1.5),
        Column(bytes, name="data", default=b"\x00'x"),
        Column(date, name="day", default=date(2020, 2, 29)),
        Column(timedelta, name="took"),
        Column(DecimalType(10, 2), name="amount"),
        Column(dict, name="more"),
        Column(bool, name="is_open", default=True),
        Column(UUID, name="token"),
    ]
    children = [
        Column(str, name="code", primary_key=True),
        Column(int, name="part", primary_key=True),
        Column(int, name="parent", foreign_key=("parents", "id"), index=True),
    ]
    wanted = {
        "parents": table_from_columns("parents", parents, "all of them"),
        "children": table_from_columns("children", children, None),
    }
    for table in wanted.values():
        storage.ensure_table(table)
    storage = reopened()
    keeps_comments = storage.engine_name != "sqlite"
    for name, table in wanted.items():
        found = storage.tables[name].schema
        assert found.primary_key == table.primary_key
        assert found.foreign_keys == table.foreign_keys
        assert found.rowid_alias == table.rowid_alias
        assert [index.columns for index in found.indexes] == [i.columns for i in table.indexes]
        if keeps_comments:
            assert found.comment == table.comment
        for column, original in zip(found.columns, table.columns, strict=True):
            assert column.name == original.name
            assert column.type == original.type
            assert column.default == original.default
            assert column.unique == original.unique
            assert column.primary_key == original.primary_key
            assert column.nullable == (original.nullable and not original.primary_key)
            if keeps_comments:
                assert column.comment == original.comment
    assert isinstance(storage.tables["parents"].schema, schema.Table)
