"""Values of a column of another type: those that fit, and what becomes of those that do not."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck import Column, SchemaError, Session, Storage, TypeConversionError
from pytuck.schema import AlterColumn, ValueConversion
from pytuck.types import TYPES

NUMBERED = Column(int, name="id", primary_key=True)


@pytest.fixture
def people(storage):
    storage.create_table("people", [NUMBERED, Column(str, name="age", nullable=False, index=True)])
    storage.bulk_insert("people", [{"age": age} for age in ("41", " 7 ", "?", "", "12.5")])
    return storage


def ages(storage):
    return [row["age"] for row in storage.query("people", order_by="id")]


def test_all_is_as_it_was_if_one_does_not_fit(people):
    with pytest.raises(TypeConversionError, match="on_bad") as caught:
        people.alter_column("people", "age", col_type=int)
    assert (caught.value.table_name, caught.value.column_name) == ("people", "age")
    assert ages(people) == ["41", " 7 ", "?", "", "12.5"]


def test_what_does_not_fit_is_found_without_changing_anything(people):
    found = people.unconvertible("people", "age", int, limit=2)
    assert (found.count, found.examples) == (3, ((3, "?"), (4, "")))
    assert people.unconvertible("people", "age", str).count == 0
    with people.transaction():
        people.update("people", 3, {"age": "3"})
        assert people.unconvertible("people", "AGE", int).count == 2


def test_null_takes_the_place_of_what_does_not_fit(people):
    people.alter_column("people", "age", col_type=int, nullable=True, on_bad="null")
    assert ages(people) == [41, 7, None, None, None]
    assert [index.columns for index in people.get_table("people").schema.indexes] == [("age",)]


def test_a_value_takes_the_place_of_what_does_not_fit(people):
    people.alter_column("people", "age", col_type=int, on_bad="default", fallback=-1)
    assert ages(people) == [41, 7, -1, -1, -1]
    with pytest.raises(TypeConversionError):
        people.alter_column("people", "age", col_type=date, on_bad="default", fallback="never")


def test_what_does_not_fit_is_kept_as_text_in_one_more_column(people):
    people.alter_column("people", "age", col_type=int, nullable=True, on_bad="keep")
    assert ages(people) == [41, 7, None, None, None]
    kept = [row["age_unconverted"] for row in people.query("people", order_by="id")]
    assert kept == [None, None, "?", "", "12.5"]
    people.insert("people", {"age": 1})
    with pytest.raises(SchemaError, match="keep_in"):
        people.alter_column("people", "age", col_type=date, on_bad="keep")
    people.alter_column("people", "age", col_type=bool, on_bad="keep", keep_in="was")
    assert [row["was"] for row in people.query("people", order_by="id")] == [
        "41",
        "7",
        None,
        None,
        None,
        None,
    ]


def test_a_column_that_must_have_a_value_gets_no_null(people):
    with pytest.raises(Exception, match="age"):
        people.alter_column("people", "age", col_type=int, on_bad="null")
    assert ages(people) == ["41", " 7 ", "?", "", "12.5"]


def test_a_session_says_what_becomes_of_them_as_well(people):
    with Session(people) as session:
        session.alter_column("people", "age", col_type=int, on_bad="default", fallback=0)
    assert ages(people) == [41, 7, 0, 0, 0]


INTEGERS = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([0, 1, 2**53, 2**53 + 1, -(2**53)])
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
STORED = st.one_of(
    st.none(),
    INTEGERS,
    st.floats(allow_nan=False) | INTEGERS.map(float),
    st.text(max_size=12),
    INTEGERS.map(str) | INTEGERS.map(lambda number: f" {number}"),
    INTEGERS.map(lambda number: f"+0{number}") | INTEGERS.map(lambda number: f"{number}\x00"),
    DAYS.map(str) | DAYS.map(lambda day: f"{day} 00:00:00"),
    st.sampled_from(
        ["2021-02-31", "0000-01-01", "2021-2-03", "2021-02-03\x00", "12:00:00.0", "now"]
    ),
    st.binary(max_size=8),
)
KINDS = [int, float, str, bool, date, timedelta, bytes, Decimal, UUID]


@settings(max_examples=300)
@given(
    values=st.lists(STORED, min_size=1, max_size=8),
    kinds=st.lists(st.sampled_from(KINDS), min_size=2, max_size=2, unique=True),
)
def test_sqlite_converts_as_the_types_do(values, kinds):
    old, new = kinds
    with Storage() as storage:
        storage.create_table("t", [NUMBERED, Column(old, name="v")])
        for value in values:
            storage.execute_sql("INSERT INTO t (v) VALUES (?)", (value,))
        before = [row[0] for row in storage.execute_sql("SELECT v FROM t ORDER BY id").rows]
        column = storage.get_table("t").schema.column("v")
        change = AlterColumn("t", "v", TYPES[new], on_bad="null")
        convert = ValueConversion("t", column, TYPES[new], change)
        expected = [convert(value) for value in before]
        storage.alter_column("t", "v", col_type=new, on_bad="null")
        after = [row[0] for row in storage.execute_sql("SELECT v FROM t ORDER BY id").rows]
        assert [_exact(value) for value in after] == [_exact(value) for value in expected]


def _exact(value):
    return (type(value), math.copysign(1, value) if value == 0.0 else value, value)
