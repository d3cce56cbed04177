"""Tables are changed without losing a row, an index, a key, a condition, a trigger or a comment."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import date
from decimal import Decimal

import pytest

from pytuck import (
    Column,
    ColumnNotFoundError,
    ConstraintError,
    DuplicateKeyError,
    ReadOnlyError,
    SchemaError,
    Session,
    Storage,
    TableNotFoundError,
    TransactionError,
    TypeConversionError,
    ValidationError,
    declarative_base,
)

RICH = """
CREATE TABLE people (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- never given again
  name TEXT NOT NULL COLLATE NOCASE CHECK (length(name) > 0),
  age INTEGER DEFAULT (1 + 2),
  boss INTEGER REFERENCES people (id) ON DELETE SET NULL,
  twice INTEGER GENERATED ALWAYS AS (age * 2) VIRTUAL,
  mail TEXT CONSTRAINT one_mail UNIQUE,
  CONSTRAINT grown CHECK (age >= 0),
  UNIQUE (name, age)
);
CREATE TABLE pets (
  id INTEGER PRIMARY KEY,
  owner INTEGER NOT NULL REFERENCES people (id) ON DELETE CASCADE
);
CREATE TABLE log (text TEXT);
CREATE INDEX by_age ON people (age DESC) WHERE age > 1;
CREATE INDEX by_lower ON people (lower(name));
CREATE VIEW elders AS SELECT name FROM people WHERE age > 60;
CREATE TRIGGER noted AFTER INSERT ON people BEGIN INSERT INTO log VALUES (new.name); END;
INSERT INTO people (name, age, boss, mail) VALUES ('Ann', 70, NULL, 'a'), ('Bob', 30, 1, 'b');
INSERT INTO people (id, name) VALUES (90, 'Gone');
DELETE FROM people WHERE id = 90;
INSERT INTO pets VALUES (1, 1), (2, 2);
"""


@pytest.fixture
def rich(tmp_path):
    path = tmp_path / "rich.db"
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.executescript(RICH)
    with Storage(path) as storage:
        yield storage


@pytest.fixture
def shop(storage):
    storage.create_table(
        "items",
        [
            Column(int, name="id", primary_key=True),
            Column(str, name="name", nullable=False, index=True, comment="shown"),
            Column(int, name="price", default=1),
        ],
        comment="for sale",
    )
    storage.bulk_insert("items", [{"name": "pear"}, {"name": "plum", "price": 7}])
    return storage


def names(storage, table):
    return [column.name for column in storage.get_table(table).schema.columns]


def assert_still_rich(storage):
    """What `RICH` says of its tables holds."""
    assert storage.check() == []
    assert storage.query("pets", []) == [{"id": 1, "owner": 1}, {"id": 2, "owner": 2}]
    structure = storage.get_table("people").schema
    assert {index.name: index.is_partial for index in structure.indexes} == {
        "by_age": True,
        "by_lower": False,
        "unique_people_name_age": False,  # the rule UNIQUE (name, age)
    }
    new = storage.insert("people", {"name": "Cy", "mail": "c", "boss": 1})
    assert new == 91
    assert storage.select("people", new)["age"] == 3
    assert storage.select("people", new)["twice"] == 6
    assert storage.query("log", [])[-1]["text"] == "Cy"
    assert storage.query("elders", []) == [{"name": "Ann"}]
    for wrong, error in [
        ({"name": ""}, ConstraintError),
        ({"name": "x", "age": -1}, ConstraintError),
        ({"name": "ANN", "age": 70}, DuplicateKeyError),
        ({"name": "x", "mail": "a"}, DuplicateKeyError),
        ({"name": "x", "boss": 1000}, ConstraintError),
    ]:
        with pytest.raises(error):
            storage.insert("people", {"mail": "new", **wrong})
    storage.delete("people", 1)
    assert storage.select("people", new)["boss"] is None
    assert storage.query("pets", []) == [{"id": 2, "owner": 2}]


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.alter_column("people", "mail", nullable=False),
        lambda s: s.alter_column("people", "boss", default=None),
        lambda s: s.alter_column("people", "age", col_type=float),
        lambda s: s.add_column("people", Column(int, name="score", unique=True)),
        lambda s: s.reorder_columns("people", ["mail", "twice", "boss", "age", "name", "id"]),
        lambda s: s.rename_column("people", "boss", "chief"),
        lambda s: s.set_primary_key("log", "text"),
        lambda s: s.create_index("people", ["boss", "name"]),
    ],
    ids=["not null", "default", "type", "add unique", "reorder", "rename", "other table", "index"],
)
def test_everything_else_of_a_table_stays(rich, change):
    change(rich)
    structure = rich.get_table("people").schema
    if "chief" in structure.by_name:
        rich.rename_column("people", "chief", "boss")
    for index in structure.indexes:
        if index.name.startswith("idx"):
            rich.drop_index("people", index.name)
    assert_still_rich(rich)


def test_a_column_is_added(shop):
    shop.add_column("items", Column(str, name="colour", comment="c", index=True), "red")
    shop.add_column("items", Column(int, name="stock", nullable=False, default=3))
    shop.add_column("items", Column(int, name="size", nullable=False), default_value="4")
    shop.add_column("items", Column(list, name="tags", default_factory=list))
    numbers = iter(range(10))
    shop.add_column("items", Column(int, name="serial", unique=True, default=lambda: next(numbers)))
    shop.add_column("items", Column(int, name="like", foreign_key="items.id"))
    assert shop.select("items", 1) == {
        "id": 1,
        "name": "pear",
        "price": 1,
        "colour": "red",
        "stock": 3,
        "size": 4,
        "tags": [],
        "serial": 0,
        "like": None,
    }
    assert shop.select("items", 2)["serial"] == 1
    columns = shop.get_table("items").columns
    assert columns["colour"].comment == "c"
    assert columns["colour"].index
    assert columns["like"].foreign_key == ("items", "id")
    assert not columns["size"].nullable
    with pytest.raises(ConstraintError):
        shop.update("items", 1, {"like": 99})
    for column, error in [
        (Column(int, name="PRICE"), SchemaError),
        (Column(int, name="must", nullable=False), SchemaError),
        (Column(int, name="key", primary_key=True), SchemaError),
        (Column(int), ValidationError),
    ]:
        with pytest.raises(error):
            shop.add_column("items", column)
    assert "must" not in names(shop, "items")


def test_adding_a_column_wakes_no_trigger(rich):
    with contextlib.closing(sqlite3.connect(rich.file_path)) as raw, raw:
        raw.execute(
            "CREATE TRIGGER seen AFTER UPDATE ON people BEGIN INSERT INTO log VALUES ('x'); END"
        )
    rich.refresh_schema()
    before = rich.count_rows("log")
    rich.add_column("people", Column(int, name="level"), 3)
    assert rich.select("people", 2)["level"] == 3
    assert rich.count_rows("log") == before
    rich.update("people", 2, {"level": 4})
    assert rich.count_rows("log") == before + 1


@pytest.mark.parametrize("options", ["STRICT", "WITHOUT ROWID", "WITHOUT ROWID, STRICT"])
def test_options_of_a_table_stay(rich, options):
    with contextlib.closing(sqlite3.connect(rich.file_path)) as raw, raw:
        raw.execute(f"CREATE TABLE odd (a TEXT PRIMARY KEY, b INTEGER, rowid TEXT) {options}")
        raw.execute("INSERT INTO odd VALUES ('x', 1, 'r')")
    rich.alter_column("odd", "b", nullable=False)
    assert rich.query("odd", []) == [{"a": "x", "b": 1, "rowid": "r"}]
    with contextlib.closing(sqlite3.connect(rich.file_path)) as raw:
        sql = raw.execute("SELECT sql FROM sqlite_schema WHERE name = 'odd'").fetchone()[0]
        assert sql.endswith(f") {options}")


def test_a_table_that_is_no_ordinary_one_is_not_made_anew(rich):
    with contextlib.closing(sqlite3.connect(rich.file_path)) as raw, raw:
        raw.execute("CREATE VIRTUAL TABLE found USING fts5(text)")
        raw.execute("INSERT INTO found VALUES ('a')")
    for name in ("found", "elders"):
        with pytest.raises(SchemaError):
            rich.alter_column(name, "text" if name == "found" else "name", nullable=False)
    rich.rename_table("found", "index")
    assert rich.count_rows("index") == 1


def test_a_column_that_must_have_a_value_is_added_to_a_table_without_rows(storage):
    storage.create_table("t", [Column(int, name="id", primary_key=True)])
    storage.add_column("t", Column(str, name="must", nullable=False))
    with pytest.raises(ConstraintError, match="must"):
        storage.insert("t", {"id": 1})


def test_a_column_is_dropped_with_its_indexes_and_keys(shop, rich):
    shop.drop_column("items", "name")
    assert names(shop, "items") == ["id", "price"]
    assert shop.get_table("items").schema.indexes == ()
    assert shop.get_table_info("items")["columns"][1]["comment"] is None
    rich.drop_column("people", "mail")
    rich.drop_column("people", "boss")
    assert rich.select("people", 2) == {"id": 2, "name": "Bob", "age": 30, "twice": 60}
    assert rich.get_table("people").schema.foreign_keys == ()
    with pytest.raises(SchemaError, match="primary key"):
        shop.drop_column("items", "id")
    with pytest.raises(ColumnNotFoundError, match="nothing"):
        shop.drop_column("items", "nothing")
    with pytest.raises(SchemaError, match="speaks of it"):
        rich.drop_column("people", "age")
    with pytest.raises(SchemaError, match="only column"):
        rich.drop_column("log", "text")


def test_a_column_that_a_view_or_trigger_needs_is_not_dropped(rich):
    rich.create_table("plain", [Column(int, name="a"), Column(int, name="b", unique=True)])
    with contextlib.closing(sqlite3.connect(rich.file_path)) as raw, raw:
        raw.execute("CREATE VIEW seen AS SELECT b FROM plain")
    with pytest.raises(SchemaError, match="'seen'"):
        rich.drop_column("plain", "b")
    with pytest.raises(SchemaError, match="view"):
        rich.rename_column("elders", "name", "title")
    assert names(rich, "plain") == ["a", "b"]


def test_names_are_changed_and_what_refers_to_them_follows(rich):
    rich.rename_table("people", "persons")
    rich.rename_column("persons", "name", "title")
    assert [list(row.values()) for row in rich.query("elders", [])] == [["Ann"]]
    assert rich.get_table("pets").schema.foreign_keys[0].target_table == "persons"
    rich.insert("persons", {"title": "Cy"})
    assert rich.query("log", [])[-1]["text"] == "Cy"
    with pytest.raises(TableNotFoundError):
        rich.get_table("people")
    with pytest.raises(SchemaError, match="already"):
        rich.rename_table("persons", "pets")
    with pytest.raises(SchemaError, match="already"):
        rich.rename_column("persons", "title", "AGE")
    with pytest.raises(SchemaError, match="reserved"):
        rich.rename_table("persons", "_pytuck_meta")


def test_comments_follow_and_change(shop):
    shop.rename_table("items", "Items")
    shop.rename_column("Items", "name", "label")
    info = shop.get_table_info("Items")
    assert (info["comment"], info["columns"][1]["comment"]) == ("for sale", "shown")
    shop.update_table_comment("Items", "sold")
    shop.update_column("Items", "label", comment=None)
    shop.update_column("Items", "price", comment="in cents")
    info = shop.get_table_info("Items")
    assert [info["comment"], *(column["comment"] for column in info["columns"])] == [
        "sold",
        None,
        None,
        "in cents",
    ]
    shop.drop_table("Items")
    shop.create_table("Items", [Column(int, name="price")])
    assert shop.get_table("Items").comment is None
    assert shop.get_table("Items").columns["price"].comment is None


def test_a_table_that_was_renamed_leaves_its_old_name_free(storage):
    columns = [Column(int, name="id", primary_key=True), Column(str, name="n", index=True)]
    storage.create_table("t", columns)
    storage.rename_table("t", "old")
    storage.create_table("t", columns)
    assert {storage.get_table(name).schema.indexes[0].columns for name in ("t", "old")} == {("n",)}


def test_the_type_of_a_column_changes_with_its_values(shop):
    shop.alter_column("items", "price", col_type=Decimal)
    assert shop.select("items", 2)["price"] == Decimal(7)
    assert shop.select("items", shop.insert("items", {"name": "x"}))["price"] == Decimal(1)
    shop.alter_column("items", "price", col_type=str, nullable=False, default="free")
    assert shop.select("items", 2)["price"] == "7"
    assert shop.select("items", shop.insert("items", {"name": "y"}))["price"] == "free"
    shop.update("items", 2, {"price": "dear"})
    with pytest.raises(TypeConversionError, match=r"items\.price.*'dear'"):
        shop.alter_column("items", "price", col_type=int, default=None)
    assert shop.select("items", 2)["price"] == "dear"
    shop.alter_column("items", "price", nullable=True, default=None)
    assert shop.select("items", shop.insert("items", {"name": "z"}))["price"] is None
    with pytest.raises(SchemaError, match="1 row"):
        shop.alter_column("items", "price", nullable=False)
    with pytest.raises(TypeConversionError):
        shop.alter_column("items", "id", default="no number")


def test_values_of_every_type_survive_a_change_of_another_column(storage):
    storage.create_table(
        "t",
        [
            Column(int, name="id", primary_key=True),
            Column(bytes, name="b"),
            Column(dict, name="d"),
            Column(date, name="day"),
            Column(float, name="f"),
            Column(str, name="s"),
        ],
    )
    row = {"id": 5, "b": b"\0x", "d": {"a": [1]}, "day": date(2026, 1, 2), "f": 1.5, "s": "a\0b"}
    storage.insert("t", row)
    storage.alter_column("t", "s", nullable=False)
    storage.reorder_columns("t", ["s", "f", "day", "d", "b", "id"])
    assert storage.select("t", 5) == row
    assert names(storage, "t") == ["s", "f", "day", "d", "b", "id"]


def test_another_primary_key(shop):
    shop.set_primary_key("items", "name")
    assert shop.get_table("items").primary_key == "name"
    assert shop.select("items", "plum") == {"id": 2, "name": "plum", "price": 7}
    with pytest.raises(DuplicateKeyError):
        shop.insert("items", {"name": "plum"})
    shop.set_primary_key("items", ["id", "name"])
    assert shop.select("items", (2, "plum"))["price"] == 7
    shop.set_primary_key("items", "id")
    assert shop.insert("items", {"name": "third", "price": 7}) == 3
    with pytest.raises(SchemaError, match="several rows have the value 7"):
        shop.set_primary_key("items", "price")
    shop.update("items", 1, {"price": None})
    with pytest.raises(SchemaError, match="no value"):
        shop.set_primary_key("items", "price")
    with pytest.raises(ColumnNotFoundError):
        shop.set_primary_key("items", "nothing")


def test_a_key_that_others_refer_to_cannot_be_given_up(rich):
    with pytest.raises(SchemaError, match="foreign key"):
        rich.set_primary_key("people", "mail")
    assert rich.get_table("people").primary_key == "id"


def test_rows_without_a_key_keep_their_row_ids(storage):
    storage.create_table("notes", [Column(str, name="text")])
    ids = storage.bulk_insert("notes", [{"text": "a"}, {"text": "b"}, {"text": "c"}])
    storage.delete("notes", ids[0])
    storage.alter_column("notes", "text", nullable=False)
    assert storage.query("notes", []) == [
        {"text": "b", "_pytuck_rowid": ids[1]},
        {"text": "c", "_pytuck_rowid": ids[2]},
    ]


def test_indexes_are_made_and_dropped(shop):
    shop.update_column("items", "price", index="sorted")
    shop.update_column("items", "price", index=True)
    assert [index.columns for index in shop.get_table("items").schema.indexes] == [
        ("name",),
        ("price",),
    ]
    shop.update_column("items", "price", index=False)
    shop.create_index("items", ["name", "price"], unique=True, name="both")
    with pytest.raises(DuplicateKeyError):
        shop.insert("items", {"name": "plum", "price": 7})
    shop.drop_index("items", "both")
    with pytest.raises(SchemaError, match="no index 'both'"):
        shop.drop_index("items", "both")
    with pytest.raises(ColumnNotFoundError):
        shop.create_index("items", "nothing")
    shop.insert("items", {"name": "plum", "price": 7})
    with pytest.raises(DuplicateKeyError):
        shop.create_index("items", "name", unique=True)


def test_names_that_cannot_be_are_refused(shop):
    columns = [Column(int, name="id")]
    for act in (
        lambda: shop.create_table("", columns),
        lambda: shop.create_table("_pytuck_mine", columns),
        lambda: shop.create_table("sqlite_mine", columns),
        lambda: shop.create_table("t", [Column(int)]),
        lambda: shop.create_table("t", []),
        lambda: shop.rename_table("items", "_Pytuck_mine"),
        lambda: shop.rename_table("items", ""),
        lambda: shop.rename_column("items", "name", ""),
    ):
        with pytest.raises(SchemaError):
            act()
    assert shop.list_tables() == ["items"]
    assert names(shop, "items") == ["id", "name", "price"]


def test_a_foreign_key_to_a_table_that_is_not_there_is_told_when_it_is_needed(storage):
    storage.create_table("child", [Column(int, name="parent", foreign_key="parents.id")])
    with pytest.raises(TableNotFoundError, match=r"^Table .parents. not found\.$"):
        storage.insert("child", {"parent": 1})
    storage.create_table("parents", [Column(int, name="id", primary_key=True)])
    storage.insert("parents", {"id": 1})
    storage.insert("child", {"parent": 1})


def test_a_new_order_names_every_column_once(shop):
    for order in (["id", "name"], ["id", "name", "name"], ["id", "name", "price", "x"]):
        with pytest.raises((SchemaError, ColumnNotFoundError)):
            shop.reorder_columns("items", order)


def test_a_table_that_rows_refer_to_is_not_dropped(rich):
    with pytest.raises(ConstraintError, match="pets"):
        rich.drop_table("people")
    assert rich.count_rows("pets") == 2
    rich.drop_table("elders")
    rich.drop_table("pets")
    rich.drop_table("people")
    assert rich.list_tables() == ["log"]
    with pytest.raises(TableNotFoundError):
        rich.drop_table("people")


def test_changes_belong_to_an_open_transaction(shop):
    with pytest.raises(ZeroDivisionError), shop.transaction():
        shop.create_table("extra", [Column(int, name="id")])
        shop.insert("extra", {"id": 1})
        shop.add_column("items", Column(int, name="more"))
        shop.alter_column("items", "price", col_type=str)
        assert shop.select("items", 2)["price"] == "7"
        raise ZeroDivisionError
    assert shop.list_tables() == ["items"]
    assert names(shop, "items") == ["id", "name", "price"]
    assert shop.select("items", 2)["price"] == 7


def test_a_table_that_others_refer_to_is_not_made_anew_inside_a_transaction(rich):
    with rich.transaction():
        rich.add_column("pets", Column(str, name="kind"), "cat")
        rich.add_column("people", Column(int, name="simple"))
        with pytest.raises(TransactionError, match="pets"):
            rich.alter_column("people", "age", col_type=str)
        with pytest.raises(TransactionError, match="pets"):
            rich.drop_table("people")
    assert rich.select("pets", 2) == {"id": 2, "owner": 2, "kind": "cat"}
    assert "simple" in names(rich, "people")


def test_a_file_open_for_reading_is_not_changed(shop, tmp_path):
    shop.backup(tmp_path / "copy.pytuck")
    with Storage(tmp_path / "copy.pytuck", read_only=True) as reader:
        with pytest.raises(ReadOnlyError):
            reader.drop_column("items", "price")
        with pytest.raises(ReadOnlyError):
            reader.create_table("t", [Column(int, name="id")])
        reader.create_table("items", [Column(int, name="id")])


def test_sessions_change_tables_by_model(storage):
    base = declarative_base(storage)

    class User(base):
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        name = Column(str)

    with Session(storage) as session:
        session.add(User(name="Ann"))
        session.commit()
        session.add_column(User, Column(int, name="age"), 5)
        session.rename_column("users", "age", "years")
        session.alter_column(User, "years", col_type=str)
        session.update_column(User, "years", comment="c", index=True)
        session.update_table_comment(User, "all of them")
        session.reorder_columns(User, ["years", "name", "id"])
        assert storage.select("users", 1) == {"id": 1, "name": "Ann", "years": "5"}
        assert storage.get_table("users").comment == "all of them"
        session.drop_column(User, "years")
        session.set_primary_key(User, "name")
        session.set_primary_key(User, "id")
        assert session.get(User, 1).name == "Ann"
        session.rename_table(User, "people")
        session.drop_table("people")
    assert storage.list_tables() == []


def test_changes_through_a_session_are_undone_with_its_transaction(storage):
    base = declarative_base(storage)

    class User(base):
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        name = Column(str)

    with Session(storage) as session:
        session.add(User(name="Ann"))
        session.flush()
        session.add_column(User, Column(int, name="age"), 5)
        session.alter_column(User, "name", nullable=False)
        session.rollback()
        assert names(storage, "users") == ["id", "name"]
        session.add(User(name=None))
        session.flush()
        session.add_column(User, Column(int, name="age"), 5)
        names(storage, "users")
        session.commit()
        assert names(storage, "users") == ["id", "name", "age"]
