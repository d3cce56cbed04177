"""Changes are undone in structure, kept as JSON, and tell which data they lose."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pytuck import SchemaError, Storage, TypeConversionError
from pytuck.schema import (
    AddColumn,
    AlterColumn,
    CommentTable,
    CreateTable,
    DropColumn,
    DropIndex,
    DropTable,
    Index,
    Table,
    applied,
    compare,
)
from pytuck.schema import Column as Plain
from pytuck.schema.change_json import change_from_json, change_to_json
from pytuck.schema.inverse import data_loss, inverse, inverse_of_all
from pytuck.types import TYPES, ChoiceType, DecimalType, type_of
from tests.core.schema.random_schemas import described, renames, schemas


def all_described(tables):
    return {table.name: described(table) for table in tables}


@settings(max_examples=60, deadline=None, phases=set(Phase) - {Phase.shrink})
@given(data=st.data())
def test_what_is_done_is_undone(data):
    assert_undone("pytuck", data)


@settings(max_examples=15, deadline=None, phases=set(Phase) - {Phase.shrink})
@given(data=st.data())
def test_what_is_done_is_undone_on_duckdb(data):
    assert_undone("duckdb", data)


def assert_undone(engine, data):
    found, wanted = data.draw(schemas()), data.draw(schemas())
    changes = compare(found, wanted, data.draw(renames(found, wanted))).changes
    backwards = inverse_of_all(changes, found)
    with Storage(engine=engine) as storage:
        storage.change(*(CreateTable(table.name, table) for table in found))
        storage.change(*changes)
        storage.change(*backwards)
        after = [table.schema for table in storage.tables.values()]
    assert all_described(after) == all_described(found)
    assert all_described(applied(found, [*changes, *backwards]).values()) == all_described(found)


@settings(max_examples=60, deadline=None, phases=set(Phase) - {Phase.shrink})
@given(data=st.data())
def test_changes_are_the_same_when_they_come_back_from_json(data):
    found, wanted = data.draw(schemas()), data.draw(schemas())
    changes = compare(found, wanted, data.draw(renames(found, wanted))).changes
    for change in [*changes, *inverse_of_all(changes, found)]:
        text = json.dumps(change_to_json(change))
        again = change_from_json(json.loads(text))
        # Whether a key is the row id follows from the rest, and is said where a table is read.
        assert without_row_id(again) == without_row_id(change)
        assert json.dumps(change_to_json(again)) == text


def without_row_id(change):
    if isinstance(change, CreateTable):
        return replace(change, definition=replace(change.definition, rowid_alias=None))
    return change


class Colour(Enum):
    RED = "red"


@pytest.mark.parametrize(
    "plain",
    [
        {},
        {"change": "explode", "table": "t"},
        {"change": "drop_table"},
        {"change": "drop_table", "table": 5},
        {"change": "drop_table", "table": "t", "more": 1},
        {"change": "rename_table", "table": "t"},
        {"change": "create_table", "table": "t", "definition": {"columns": 3}},
        {"change": "alter_column", "table": "t", "column": "a", "nullable": "yes"},
        {"change": "add_column", "table": "t", "column": "a"},
        {"change": "set_primary_key", "table": "t", "columns": "id"},
    ],
)
def test_what_is_no_change_is_refused(plain):
    with pytest.raises(SchemaError, match="not valid"):
        change_from_json(plain)


@pytest.mark.parametrize(
    "change",
    [
        AlterColumn("t", "a", type=TYPES[int], on_bad="default", fallback=Decimal("1.5")),
        AlterColumn("t", "a", type=TYPES[int], on_bad="keep", keep_in="old"),
    ],
)
def test_what_becomes_of_bad_values_is_kept(change):
    plain = change_to_json(change)
    assert change_from_json(json.loads(json.dumps(plain))) == change
    with pytest.raises(SchemaError, match="'explode' is none of stop"):
        change_from_json({**plain, "on_bad": "explode"})


def test_a_column_that_keeps_bad_values_comes_and_goes():
    found = Table("t", (Plain("a", TYPES[str]),))
    change = AlterColumn("t", "a", type=TYPES[int], on_bad="keep")
    backwards = inverse(change, [found])
    assert backwards == [
        DropColumn("t", "a_unconverted"),
        AlterColumn("t", "a", type=TYPES[str]),
    ]
    with Storage() as storage:
        storage.change(CreateTable("t", found), change)
        there = storage.get_table("t").schema
        assert described(there) == described(applied([found], [change])["t"])
        storage.change(*backwards)
        assert described(storage.get_table("t").schema) == described(found)


def test_a_function_is_no_data_but_a_member_is_its_value():
    column = Plain("a", type_of(Colour))
    with pytest.raises(SchemaError, match="its fill is a function"):
        change_to_json(AddColumn("t", column, fill=lambda: 1))
    again = change_from_json(change_to_json(AddColumn("t", column, fill=Colour.RED)))
    assert again == AddColumn("t", Plain("a", ChoiceType(("red",))), fill="red")


ITEMS = Table(
    "items",
    (
        Plain("id", TYPES[int], nullable=False, primary_key=True),
        Plain("name", TYPES[str], nullable=False),
        Plain("twice", TYPES[int], generated=True),
    ),
    primary_key=("id",),
    indexes=(Index("by_lower", ()),),
)


def test_rows_get_something_where_a_value_must_be():
    (back,) = inverse(DropColumn("items", "name"), [ITEMS])[:1]
    assert back == AddColumn("items", ITEMS.column("name"), fill="")
    unique = replace(ITEMS, columns=(*ITEMS.columns, Plain("no", TYPES[int], False, unique=True)))
    assert inverse(DropColumn("items", "no"), [unique]) == [AddColumn("items", unique.column("no"))]


def test_what_cannot_be_undone_says_so():
    for change in (
        DropTable("items"),
        DropColumn("items", "twice"),
        DropIndex("items", "by_lower"),
    ):
        with pytest.raises(SchemaError, match="cannot be undone"):
            inverse(change, [ITEMS])
    view = Table("seen", (Plain("a", TYPES[int]),), kind="view")
    with pytest.raises(SchemaError, match="how the view was made"):
        inverse(DropTable("seen"), [ITEMS, view])


def test_which_changes_lose_data():
    assert data_loss(DropTable("items"), [ITEMS]) == "all rows of table 'items'"
    assert data_loss(DropColumn("items", "NAME"), [ITEMS]) == "the values of column 'items.name'"
    for change in (
        DropColumn("items", "twice"),
        DropIndex("items", "by_lower"),
        CommentTable("items", None),
        AlterColumn("items", "name", nullable=True),
        AlterColumn("items", "id", type=TYPES[str]),
    ):
        assert data_loss(change, [ITEMS]) is None
    assert "say as TEXT and not as INTEGER" in data_loss(
        AlterColumn("items", "name", type=TYPES[int]), [ITEMS]
    )


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        7,
        2**62 + 1,
        0.1,
        -1e300,
        Decimal("1.50"),
        date(2000, 2, 29),
        datetime(2001, 2, 3, 4, 5, 6, 7),
        UUID(int=5),
        "é\n",
    ],
)
def test_types_that_lose_nothing_give_every_value_back(value):
    kind = type_of(type(value))
    table = Table("t", (Plain("a", kind),))
    for other in [*TYPES.values(), DecimalType(5, 2)]:
        if data_loss(AlterColumn("t", "a", type=other), [table]) is None:
            try:
                converted = other.convert(value)
            except TypeConversionError:
                continue  # refused, so that nothing is lost
            assert kind.convert(converted) == value
