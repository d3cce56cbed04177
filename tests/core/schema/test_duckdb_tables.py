"""What is true of changes of DuckDB tables alone: files of others, row ids, the log, transactions."""

from __future__ import annotations

import contextlib
import itertools
import math
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck import (
    Column,
    ConstraintError,
    DuplicateKeyError,
    SchemaError,
    Storage,
    TypeConversionError,
    UnsupportedOperationError,
)
from pytuck.common.exceptions import TransactionError
from pytuck.schema import (
    AddForeignKey,
    AddUnique,
    AlterColumn,
    DropForeignKey,
    DropUnique,
    ForeignKey,
    ValueConversion,
)
from pytuck.types import TYPES

duckdb = pytest.importorskip("duckdb")

RICH = """
CREATE TABLE people (
  id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL COLLATE nocase CHECK (length(name) > 0),
  age SMALLINT DEFAULT 1 + 2,
  twice INTEGER GENERATED ALWAYS AS (age * 2),
  mail VARCHAR UNIQUE,
  tags VARCHAR[],
  CHECK (age >= 0 AND id > 0),
  UNIQUE (name, age)
);
CREATE INDEX by_age ON people (age);
CREATE INDEX by_lower ON people (lower(mail), id);
COMMENT ON INDEX by_age IS 'the older the later';
COMMENT ON COLUMN people.mail IS 'private';
CREATE VIEW elders AS SELECT name FROM people WHERE age > 60;
INSERT INTO people (id, name, age, mail, tags) VALUES (1, 'Ann', 70, 'a', ['x']), (2, 'Bob', 30, 'b', []);
CREATE TABLE owners (id INTEGER PRIMARY KEY);
CREATE TABLE pets (owner INTEGER REFERENCES owners (id));
INSERT INTO owners VALUES (1);
INSERT INTO pets VALUES (1);
"""


@pytest.fixture
def rich(tmp_path):
    """A file of others."""
    path = tmp_path / "rich.duckdb"
    with duckdb.connect(str(path)) as raw:
        raw.execute(RICH)
    with Storage(path) as storage:
        yield storage


@pytest.fixture
def shop(tmp_path):
    with Storage(tmp_path / "shop.duckdb") as storage:
        storage.create_table(
            "items",
            [
                Column(int, name="id", primary_key=True, autoincrement=True),
                Column(str, name="name", nullable=False, index=True),
            ],
        )
        storage.create_table("sales", [Column(int, name="item", foreign_key="items.id")])
        storage.bulk_insert("items", [{"name": "pear"}, {"name": "plum"}])
        storage.bulk_insert("sales", [{"item": 1}, {"item": 2}])
        yield storage


def assert_still_rich(storage):
    """What `RICH` says of its tables holds."""
    assert storage.check() == []
    structure = storage.get_table("people").schema
    assert {index.name: index.columns for index in structure.indexes} == {
        "by_age": ("age",),
        "by_lower": (),  # an expression
        "unique_people_name_age": ("name", "age"),
    }
    assert structure.column("mail").comment == "private"
    comments = storage.execute_sql("SELECT comment FROM duckdb_indexes() WHERE comment <> ''").rows
    assert [tuple(row) for row in comments] == [("the older the later",)]
    storage.insert("people", {"id": 3, "name": "Cy", "mail": "c"})
    new = storage.select("people", 3)
    assert (new["age"], new["twice"]) == (3, 6)
    assert storage.query("elders", []) == [{"name": "Ann"}]
    for wrong, error in [
        ({"name": ""}, ConstraintError),
        ({"name": "x", "age": -1}, ConstraintError),
        ({"name": "Ann", "age": 70}, DuplicateKeyError),
        ({"name": "x", "mail": "a"}, DuplicateKeyError),
    ]:
        with pytest.raises(error):
            storage.insert("people", {"id": 9, "mail": "new", **wrong})


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.alter_column("people", "mail", nullable=False),
        lambda s: s.alter_column("people", "tags", default=None),
        lambda s: s.alter_column("people", "tags", col_type=str),
        lambda s: s.add_column("people", Column(int, name="score", unique=True)),
        lambda s: s.add_column("people", Column(int, name="score", nullable=False, default=4), 5),
        lambda s: s.reorder_columns("people", ["mail", "tags", "twice", "age", "name", "id"]),
        lambda s: s.drop_column("people", "tags"),
        lambda s: s.change(AddUnique("people", ("mail", "id"))),
    ],
    ids=["not null", "default", "type", "unique", "fill", "reorder", "drop", "rule"],
)
def test_everything_else_of_a_table_of_others_stays(rich, change):
    change(rich)
    if any(index.columns == ("mail", "id") for index in rich.get_table("people").schema.indexes):
        rich.change(DropUnique("people", ("mail", "id")))
    assert_still_rich(rich)


def test_what_would_break_something_is_refused(rich):
    for change, told in [
        (lambda: rich.rename_table("people", "persons"), "view 'elders'"),
        (lambda: rich.rename_column("people", "name", "title"), "view 'elders'"),
        (lambda: rich.rename_column("people", "mail", "post"), "index 'by_lower'"),
        (lambda: rich.drop_column("people", "mail"), "index 'by_lower'"),
        (lambda: rich.drop_column("people", "age"), "speaks of it"),
        (lambda: rich.rename_column("elders", "name", "title"), "is a view"),
    ]:
        with pytest.raises(SchemaError, match=told):
            change()
    assert_still_rich(rich)
    with pytest.raises(UnsupportedOperationError, match="foreign keys of pets"):
        rich.rename_table("owners", "keepers")
    rich.change(DropForeignKey("pets", ("owner",)))
    rich.rename_table("owners", "keepers")
    assert rich.list_tables() == ["keepers", "people", "pets", "elders"]


def test_foreign_keys_follow_renames_and_are_checked(shop):
    shop.rename_table("items", "goods")
    shop.rename_column("goods", "id", "number")
    (key,) = shop.get_table("sales").schema.foreign_keys
    assert key == ForeignKey(("item",), "goods", ("number",))
    for wrong in (
        lambda: shop.insert("sales", {"item": 3}),
        lambda: shop.delete("goods", 1),
        lambda: shop.drop_table("goods"),
    ):
        with pytest.raises(ConstraintError):
            wrong()
    with pytest.raises(SchemaError, match="neither the primary key nor unique"):
        shop.set_primary_key("goods", "name")


def test_keys_that_are_never_given_again_follow(shop):
    shop.change(DropForeignKey("sales", ("item",)))
    shop.delete("items", 2)
    shop.rename_table("items", "goods")
    shop.rename_column("goods", "id", "number")
    shop.reorder_columns("goods", ["name", "number"])
    assert shop.get_table("goods").schema.column("number").autoincrement
    assert shop.insert("goods", {"name": "fig"}) == 3
    shop.change(AlterColumn("goods", "number", autoincrement=False))
    shop.delete("goods", 3)
    assert shop.insert("goods", {"name": "fig"}) == 2


def test_a_foreign_key_of_another_type_finds_its_row(shop):
    shop.change(AlterColumn("sales", "item", type=TYPES[str]))
    shop.insert("sales", {"item": "2"})
    with pytest.raises(ConstraintError):
        shop.insert("sales", {"item": "two"})
    with pytest.raises(ConstraintError):
        shop.delete("items", 2)
    shop.change(DropForeignKey("sales", ("item",)))
    shop.insert("sales", {"item": "two"})
    with pytest.raises(ConstraintError, match="1 rows of table 'sales'"):
        shop.change(AddForeignKey("sales", ForeignKey(("item",), "items", ("id",))))


def test_row_ids_make_room_for_columns_of_their_name(shop):
    shop.create_table("notes", [Column(str, name="text", index=True)])
    ids = shop.bulk_insert("notes", [{"text": "a"}, {"text": "b"}])
    shop.delete("notes", ids[0])
    shop.add_column("notes", Column(int, name="rowid"), 7)
    shop.rename_column("notes", "rowid", "_rowid_")
    shop.rename_column("notes", "_rowid_", "oid")
    assert shop.query("notes", []) == [{"text": "b", "oid": 7, "_pytuck_rowid": ids[1]}]
    shop.drop_column("notes", "oid")
    shop.set_primary_key("notes", "text")
    assert shop.query("notes", []) == [{"text": "b"}]
    shop.set_primary_key("notes", [])
    shop.insert("notes", {"text": "b"})
    assert [row["_pytuck_rowid"] for row in shop.query("notes", [])] == [1, 2]
    for name in ("rowid", "_rowid_"):
        shop.add_column("notes", Column(int, name=name))
    with pytest.raises(SchemaError, match="every name for row ids"):
        shop.add_column("notes", Column(int, name="oid"))


def test_a_function_fills_rows_in_their_order(shop):
    count = 130_000  # several of DuckDB's groups of rows, which it copies at the same time
    shop.create_table("many", [Column(int, name="id", primary_key=True)])
    shop.bulk_insert("many", [{"id": number + 1} for number in range(count)])
    numbers = itertools.count(1)
    shop.add_column("many", Column(int, name="same", default=lambda: next(numbers)))
    assert shop.execute_sql("SELECT count(*) FROM many WHERE id = same").rows[0][0] == count
    assert next(numbers) == count + 1


def test_what_a_function_raises_is_raised(shop):
    def fails():
        raise ZeroDivisionError("told")

    with pytest.raises(ZeroDivisionError, match="told"):
        shop.add_column("items", Column(int, name="new", default=fails))
    shop.add_column("items", Column(int, name="new", default=lambda: 1))
    assert shop.select("items", 2)["new"] == 1


def test_the_row_that_cannot_be_converted_is_named(shop):
    with pytest.raises(TypeConversionError, match=r"items\.name.*'pear'.*row 1\."):
        shop.alter_column("items", "name", col_type=int)
    assert shop.select("items", 1)["name"] == "pear"


def test_decimals_of_too_many_digits_are_refused(shop):
    shop.alter_column("items", "name", nullable=True)
    shop.update("items", 1, {"name": "0." + "1" * 19})
    shop.update("items", 2, {"name": None})
    with pytest.raises(TypeConversionError, match="18 after it"):
        shop.alter_column("items", "name", col_type=Decimal)
    with pytest.raises(SchemaError, match="18 after it"):
        shop.add_column("items", Column(Decimal, name="d", default=Decimal("1e-19")))


# --- Transactions and the log ---


def test_a_change_that_fails_half_way_leaves_nothing_in_an_open_transaction(shop):
    with pytest.raises(TransactionError), shop.transaction():
        shop.insert("items", {"name": "fig"})
        with pytest.raises(SchemaError):
            shop.sync_table_schema(
                "items", [Column(str, name="colour"), Column(int, name="must", nullable=False)]
            )
    assert [row["name"] for row in shop.query("items", [])] == ["pear", "plum"]
    assert list(shop.get_table("items").columns) == ["id", "name"]


def test_what_is_rolled_back_is_not_remembered(shop):
    with pytest.raises(ZeroDivisionError), shop.transaction():
        shop.change(DropForeignKey("sales", ("item",)))
        shop.insert("sales", {"item": 99})
        raise ZeroDivisionError
    with pytest.raises(ConstraintError):
        shop.insert("sales", {"item": 99})
    assert shop.count_rows("sales") == 2


def test_changes_are_seen_by_others_after_the_commit(shop):
    with Storage(shop.file_path) as other:
        with shop.transaction():
            shop.change(DropForeignKey("sales", ("item",)))
            assert len(other.get_table("sales").schema.foreign_keys) == 1
            assert other.dangling_rows() == {"sales": 0}
        other.refresh_schema()
        other.insert("sales", {"item": 99})


def test_rows_that_were_changed_in_the_same_transaction_stand_in_no_way(shop):
    with shop.transaction():
        shop.update("items", 1, {"name": "fig"})
        shop.create_index("items", ["name", "id"])
        shop.add_column("items", Column(int, name="stock", nullable=False), 5)
        shop.update("items", 1, {"stock": 6})
        shop.alter_column("items", "name", nullable=True)
        shop.create_index("items", "stock")
        shop.rename_column("items", "stock", "left")
        shop.drop_column("items", "name")
        shop.rename_table("items", "goods")
    rows = shop.query("goods", [], order_by="id")
    assert rows == [{"id": 1, "left": 6}, {"id": 2, "left": 5}]
    assert [index.columns for index in shop.get_table("goods").schema.indexes] == [("left",)]


def test_changes_are_brought_from_the_log_into_the_file(shop):
    log = shop.file_path.with_name(shop.file_path.name + ".wal")
    shop.rename_table("items", "goods")
    assert not log.exists() or not log.stat().st_size
    with contextlib.closing(shop.engine.open_reader()) as reader, reader.reading():
        reader.all_tables()
        shop.rename_table("goods", "items")
        assert b"goods" in log.read_bytes()
    shop.insert("items", {"name": "fig"})
    assert b"goods" not in log.read_bytes()  # the row alone


# --- Types ---

INTEGERS = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([0, 1, 2**53, 2**53 + 1, -(2**53)])
DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))
TEXTS = (
    st.text(max_size=12).filter(lambda text: "\0" not in text)
    | INTEGERS.map(str)
    | INTEGERS.map(lambda number: f"+0{number}")
    | DAYS.map(str)
    | st.sampled_from(["2021-02-31", "0000-01-01", "2021-2-03", "12:00", "1e3", "true", "infinity"])
)
VALUES = {
    int: INTEGERS,
    float: st.floats(allow_nan=False) | INTEGERS.map(float),
    str: TEXTS,
    bool: st.booleans(),
    date: DAYS,
    timedelta: st.timedeltas(timedelta(-9999), timedelta(9999)),
    bytes: st.binary(max_size=8),
    Decimal: st.decimals(-(10**9), 10**9, places=4),
    UUID: st.uuids(),
}


@settings(max_examples=60, deadline=None)
@given(data=st.data(), kinds=st.permutations(list(VALUES)))
def test_duckdb_converts_as_the_types_do(data, kinds):
    old, new, *_ = kinds
    values = data.draw(st.lists(st.none() | VALUES[old], min_size=1, max_size=8))
    with Storage(engine="duckdb") as storage:
        storage.create_table("t", [Column(int, name="id", primary_key=True), Column(old, name="v")])
        storage.bulk_insert("t", [{"v": value} for value in values])
        column = storage.get_table("t").schema.column("v")
        change = AlterColumn("t", "v", TYPES[new], on_bad="null")
        convert = ValueConversion("t", column, TYPES[new], change)
        stored = [convert(TYPES[old].to_storage(value)) for value in values]
        if new is Decimal and _has_too_many_digits(stored):
            with pytest.raises(TypeConversionError, match="18 after it"):
                storage.change(change)
            return
        storage.change(change)
        after = [row["v"] for row in storage.query("t", [], order_by="id")]
        expected = [TYPES[new].from_storage(value) for value in stored]
        assert [_exact(value) for value in after] == [_exact(value) for value in expected]


def _has_too_many_digits(stored):
    """Whether DuckDB, which keeps 20 digits before the point and 18 after it, cannot keep all."""
    scaled = [Fraction(value) * 10**18 for value in stored if value is not None]
    return any(value.denominator > 1 or abs(value) >= 10**38 for value in scaled)


def _exact(value):
    return (type(value), math.copysign(1, value) if value == 0.0 else value, value)
