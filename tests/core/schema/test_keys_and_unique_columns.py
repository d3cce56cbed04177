"""Foreign keys and unique columns come and go without losing anything else of a table."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest

from pytuck import (
    Column,
    ConstraintError,
    DuplicateKeyError,
    SchemaError,
    Storage,
    UniqueConstraint,
    declarative_base,
)
from pytuck.schema import (
    AddForeignKey,
    AddUnique,
    AlterColumn,
    CreateTable,
    DropForeignKey,
    DropIndex,
    DropUnique,
    ForeignKey,
    Index,
    SetPrimaryKey,
    Table,
)
from pytuck.schema import Column as Plain
from pytuck.types import TYPES

FAMILY = """
CREATE TABLE people (
  id INTEGER PRIMARY KEY,
  name TEXT COLLATE NOCASE,
  mail TEXT CONSTRAINT one_mail UNIQUE,
  boss INTEGER REFERENCES people ON DELETE SET NULL ON UPDATE CASCADE,
  UNIQUE (name, mail)
);
CREATE INDEX by_name ON people (name DESC) WHERE name > '';
CREATE TABLE log (text TEXT);
CREATE TRIGGER noted AFTER INSERT ON people BEGIN INSERT INTO log VALUES (new.name); END;
CREATE VIEW named AS SELECT name FROM people;
CREATE TABLE pets (id INTEGER PRIMARY KEY, owner INTEGER, name TEXT, mail TEXT);
INSERT INTO people VALUES (1, 'Ann', 'a', NULL), (2, 'Bob', NULL, 1), (3, 'Bob', NULL, 1);
INSERT INTO pets VALUES (1, 1, 'Rex', 'a'), (2, 9, 'Tom', 'b');
"""


@pytest.fixture
def family(tmp_path):
    path = tmp_path / "family.db"
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.executescript(FAMILY)
    with Storage(path) as storage:
        yield storage


def structure(storage, name):
    return storage.get_table(name).schema


def assert_everything_else_stays(storage):
    """The trigger, the view and the index of `FAMILY` still work, and no row is lost."""
    assert [row["name"] for row in storage.query("people", [])][:3] == ["Ann", "Bob", "Bob"]
    new = storage.insert("people", {"name": "Cy"})
    assert storage.query("log", [])[-1]["text"] == "Cy"
    assert len(storage.query("named", [])) == 4
    assert {index.name for index in structure(storage, "people").indexes} >= {"by_name"}
    storage.delete("people", new)
    assert storage.check() == []


def test_what_happens_to_referring_rows_is_read_and_made(family, storage):
    (key,) = structure(family, "people").foreign_keys
    assert key == ForeignKey(("boss",), "people", ("id",), "SET NULL", "CASCADE")
    storage.change(CreateTable("people", structure(family, "people")))
    assert structure(storage, "people").foreign_keys == (key,)
    storage.bulk_insert("people", [{"id": 1, "name": "a"}, {"id": 2, "name": "b", "boss": 1}])
    storage.delete("people", 1)
    assert storage.select("people", 2)["boss"] is None


def test_a_foreign_key_is_dropped_wherever_it_stands(family):
    family.change(DropForeignKey("people", ("BOSS",)))
    assert structure(family, "people").foreign_keys == ()
    family.update("people", 2, {"boss": 77})
    assert_everything_else_stays(family)
    with pytest.raises(SchemaError, match=r"\(boss\) of table 'people' is not a foreign key"):
        family.change(DropForeignKey("people", ("boss",)))


def test_a_foreign_key_is_added_if_all_rows_fit(family):
    key = ForeignKey(("owner",), "people", ("id",), on_delete="CASCADE")
    with pytest.raises(ConstraintError, match="1 rows of table 'pets' would refer"):
        family.change(AddForeignKey("pets", key))
    assert structure(family, "pets").foreign_keys == ()
    family.delete("pets", 2)
    family.change(AddForeignKey("pets", key))
    assert structure(family, "pets").foreign_keys == (key,)
    family.delete("people", 1)
    assert family.query("pets", []) == []


def test_a_foreign_key_of_several_columns(family):
    key = ForeignKey(("name", "mail"), "people", ("name", "mail"), on_update="CASCADE")
    family.update("pets", 1, {"name": "Ann"})
    family.update("pets", 2, {"name": None})
    family.change(AddForeignKey("pets", key))
    assert structure(family, "pets").foreign_keys == (key,)
    with pytest.raises(SchemaError, match="neither the primary key nor unique"):
        family.change(DropUnique("people", ("name", "mail")))
    family.update("people", 1, {"mail": "new"})
    assert family.select("pets", 1)["mail"] == "new"
    family.change(DropForeignKey("pets", ("name", "mail")))
    assert structure(family, "pets").foreign_keys == ()


def test_a_foreign_key_must_lead_to_as_many_columns(family):
    with pytest.raises(SchemaError, match="as many columns"):
        family.change(AddForeignKey("pets", ForeignKey(("owner",), "people", ("id", "name"))))
    with pytest.raises(SchemaError, match="no action 'EXPLODE'"):
        family.change(AddForeignKey("pets", ForeignKey(("owner",), "people", ("id",), "EXPLODE")))


def test_columns_become_unique_by_a_rule(family):
    with pytest.raises(SchemaError, match=r"\(name\) cannot be unique of 'people'.*'Bob'"):
        family.change(AddUnique("people", ("name",)))
    family.update("people", 3, {"name": "Cy"})
    family.change(AddUnique("people", ("name",)), AddUnique("people", ("boss", "name")))
    assert structure(family, "people").column("name").unique
    with pytest.raises(DuplicateKeyError):
        family.insert("people", {"name": "BOB"})
    with pytest.raises(SchemaError, match="unique already"):
        family.change(AddUnique("people", ("name",)))
    family.change(DropUnique("people", ("name",)))
    assert not structure(family, "people").column("name").unique
    rules = {index.columns for index in structure(family, "people").indexes if index.is_constraint}
    assert rules == {("name", "mail"), ("boss", "name")}
    family.update("people", 3, {"name": "Bob", "boss": None})
    assert_everything_else_stays(family)


def test_columns_are_no_longer_unique(family):
    family.change(DropUnique("people", ("mail",)), DropIndex("people", "unique_people_name_mail"))
    family.insert("people", {"name": "Ann", "mail": "a"})
    family.delete("people", 4)
    assert_everything_else_stays(family)
    with pytest.raises(SchemaError, match=r"\(mail\) of table 'people' is not unique"):
        family.change(DropUnique("people", ("mail",)))


def test_a_rule_is_made_with_the_table_and_goes_with_its_column(storage):
    rule = Index("unique_t_a_b", ("a", "b"), is_unique=True, is_constraint=True)
    columns = tuple(Plain(name, TYPES[int]) for name in "abc")
    storage.change(CreateTable("t", Table("t", columns, indexes=(rule,))))
    assert structure(storage, "t").indexes == (rule,)
    assert structure(storage, "t").indexes[0].is_constraint
    storage.drop_column("t", "b")
    assert structure(storage, "t").indexes == ()


def test_a_constraint_of_a_model_is_a_rule_and_an_index_may_stand_in_its_place(storage):
    base = declarative_base(storage)

    class Seat(base):
        __tablename__ = "seats"
        __table_args__ = (UniqueConstraint("show", "row"), UniqueConstraint("row", name="one"))
        id = Column(int, primary_key=True)
        show = Column(int)
        row = Column(str)

    found = {index.name: index.is_constraint for index in structure(storage, "seats").indexes}
    assert found == {"one": False, "unique_seats_show_row": True}
    storage.change(DropUnique("seats", ("show", "row")))
    storage.create_index("seats", ["show", "row"], unique=True)
    assert not structure(storage, "seats").indexes[-1].is_constraint
    storage.change(DropUnique("seats", ("show", "row")))
    assert [index.name for index in structure(storage, "seats").indexes] == ["one"]


def test_keys_are_counted_or_not(storage):
    storage.create_table("t", [Column(int, name="id", primary_key=True), Column(str, name="a")])
    last = storage.bulk_insert("t", [{"a": "x"}, {"a": "y"}])[-1]
    storage.change(AlterColumn("t", "id", autoincrement=True))
    storage.delete("t", last)
    assert structure(storage, "t").column("id").autoincrement
    assert storage.insert("t", {"a": "z"}) == last + 1
    storage.change(AlterColumn("t", "id", autoincrement=False))
    storage.delete("t", last + 1)
    assert storage.insert("t", {"a": "z"}) == last
    with pytest.raises(SchemaError, match="only a primary key of one int"):
        storage.change(AlterColumn("t", "a", autoincrement=True))


def test_what_was_in_the_key_must_still_have_a_value(family):
    family.change(SetPrimaryKey("pets", ("name", "mail")), SetPrimaryKey("pets", ("id",)))
    pets = structure(family, "pets")
    assert [column.nullable for column in pets.columns] == [False, True, False, False]


def test_a_key_of_another_type_must_still_have_a_value(storage):
    storage.create_table("t", [Column(int, name="id", primary_key=True)])
    storage.alter_column("t", "id", col_type=str)
    with pytest.raises(ConstraintError, match="must have a value"):
        storage.engine.acquire().fetch("INSERT INTO t VALUES (NULL)")
