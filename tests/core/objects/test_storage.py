"""Rows as dictionaries, transactions, and noticing what others commit."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading

import pytest

from pytuck import (
    Column,
    ColumnNotFoundError,
    DatabaseConnectionError,
    DuplicateKeyError,
    QueryError,
    RecordNotFoundError,
    Session,
    Storage,
    TableNotFoundError,
    declarative_base,
    select,
)

COLUMNS = [
    Column(int, name="id", primary_key=True),
    Column(str, name="name", unique=True),
]


@pytest.fixture
def people(storage):
    storage.create_table("people", COLUMNS, comment="who")
    return storage


def test_rows_are_inserted_read_changed_and_deleted(people):
    assert people.insert("people", {"name": "Ann"}) == 1
    assert people.bulk_insert("people", [{"name": "Bob"}, {"id": 9, "name": "Cy"}]) == [2, 9]
    people.update("people", 2, {"name": "Bea"})
    assert people.select("people", 2) == {"id": 2, "name": "Bea"}
    people.delete("people", 2)
    assert people.count_rows("people") == 2
    for act in (
        lambda: people.select("people", 2),
        lambda: people.update("people", 2, {"name": "x"}),
        lambda: people.delete("people", 2),
    ):
        with pytest.raises(RecordNotFoundError, match="2"):
            act()
    with pytest.raises(DuplicateKeyError, match="'name'"):
        people.insert("people", {"name": "Ann"})


def test_a_bulk_insert_is_all_or_nothing(people):
    with pytest.raises(DuplicateKeyError):
        people.bulk_insert("people", [{"name": "a"}, {"name": "a"}])
    assert people.count_rows("people") == 0


def test_transactions_nest_as_savepoints(people):
    with people.transaction():
        people.insert("people", {"name": "kept"})
        with pytest.raises(KeyError), people.transaction():
            people.insert("people", {"name": "lost"})
            raise KeyError
        people.insert("people", {"name": "kept, too"})
    names = people.execute(select(people.tables["people"].c.name)).scalars()
    assert sorted(names) == ["kept", "kept, too"]
    with pytest.raises(KeyError), people.transaction():
        people.insert("people", {"name": "gone"})
        raise KeyError
    assert people.count_rows("people") == 2


def test_unknown_tables_are_named(people):
    with pytest.raises(TableNotFoundError, match="Its tables are: people"):
        people.get_table("nobody")
    assert "nobody" not in people.tables
    assert people.tables.get("nobody") is None


def test_commits_of_another_process_are_noticed(tmp_path):
    path = tmp_path / "shared.pytuck"
    with Storage(path) as storage:
        storage.create_table("people", COLUMNS)
        storage.poll_changes()
        assert storage.poll_changes() == (False, False)
        code = (
            f"import sqlite3; c = sqlite3.connect({str(path)!r});"
            "c.execute(\"INSERT INTO people (name) VALUES ('x')\"); c.commit()"
        )
        subprocess.run([sys.executable, "-c", code], check=True)
        assert storage.poll_changes() == (True, False)
        other = sqlite3.connect(path)
        with other:
            other.execute("ALTER TABLE people ADD COLUMN extra TEXT")
        other.close()
        assert storage.poll_changes() == (True, True)
        assert storage.tables["people"].c.keys() == ("id", "name", "extra")


def test_threads_share_a_storage(people):
    def work(number):
        for turn in range(20):
            people.insert("people", {"name": f"{number}-{turn}"})

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert people.count_rows("people") == 80


def test_a_closed_storage_says_so(tmp_path):
    storage = Storage(tmp_path / "x.pytuck")
    storage.close()
    with pytest.raises(DatabaseConnectionError, match="closed"):
        storage.count_rows("people")


@pytest.fixture
def shop(storage):
    base = declarative_base(storage)

    class Item(base):
        __tablename__ = "items"
        __table_comment__ = "for sale"
        id = Column(int, primary_key=True)
        name = Column(str, nullable=False, index=True, comment="shown")
        price = Column(float, default=1.5)
        parent_id = Column(int, foreign_key="items.id")

    for number, name in enumerate(["pear", "apple", "plum", "app"], 1):
        storage.insert("items", {"name": name, "price": float(number)})
    return Item


def test_rows_are_found_by_conditions_and_by_plain_data(storage, shop):
    by_price = shop.price >= 2
    assert [row["name"] for row in storage.query("items", [by_price], order_by="name")] == [
        "app",
        "apple",
        "plum",
    ]
    condition = by_price.to_condition()
    assert (condition.field, condition.operator, condition.value) == ("price", ">=", 2.0)
    rows = storage.query("items", [condition], limit=1, offset=1, order_by="price", order_desc=True)
    assert [row["name"] for row in rows] == ["plum"]
    text = shop.name.startswith("app").to_condition()
    assert len(storage.query("items", [text, (shop.id != 9).to_condition()])) == 2
    assert len(storage.query("items", [shop.id.in_([1, 2]).to_condition()])) == 2
    assert storage.query("items", {"name": "pear", "price": 1.0})[0]["id"] == 1
    with pytest.raises(ColumnNotFoundError, match="prize"):
        storage.query("items", [], order_by="prize")
    with pytest.raises(QueryError, match="Unsupported operator"):
        storage.query("items", [{"field": "name", "operator": "~", "value": "x"}])
    with pytest.raises(QueryError, match="one column"):
        (shop.id == shop.price).to_condition()


def test_tables_are_read_in_pages(storage, shop):
    found = storage.query_table_data(
        "items", limit=2, order_by="name", filters=[{"field": "price", "operator": ">", "value": 1}]
    )
    assert [row["name"] for row in found["records"]] == ["app", "apple"]
    assert (found["total_count"], found["has_more"]) == (3, True)
    assert [column["name"] for column in found["schema"]] == ["id", "name", "price", "parent_id"]
    assert not storage.query_table_data("items")["has_more"]
    page = storage.paginate("items", page=2, per_page=3, sort=["-price"])
    assert [row["name"] for row in page["records"]] == ["pear"]
    assert (page["page"], page["pages"], page["total_count"]) == (2, 2, 4)
    assert json.loads(json.dumps(page)) == page
    with pytest.raises(QueryError, match="from 1"):
        storage.paginate("items", page=0)


def test_questions_are_built_of_plain_data(storage, shop):
    conditions = [{"field": "name", "operator": "LIKE", "value": "app"}]
    statement = storage.build_query("items", conditions, sort="-price")
    assert storage.execute(statement).mappings()[0]["name"] == "app"
    with Session(storage) as session:
        items = session.scalars(storage.build_query(shop, conditions, sort="price"))
        assert [item.name for item in items] == ["apple", "app"]


def test_what_there_is_to_know_of_a_table(storage, shop):
    info = storage.get_table_info("items")
    assert (info["comment"], info["primary_key"], info["row_count"]) == ("for sale", ["id"], 4)
    columns = {column["name"]: column for column in storage.get_column_info("items")}
    assert columns["name"]["index"]
    assert columns["name"]["comment"] == "shown"
    assert columns["price"]["default"] == 1.5
    assert columns["parent_id"]["foreign_key"] == ["items", "id"]
    assert [table["name"] for table in storage.get_table_info()] == ["items"]
    assert json.loads(json.dumps(info)) == info


def test_many_rows_are_changed_or_none(storage, shop):
    assert storage.bulk_update("items", [(1, {"price": 9.0}), (2, {"price": 8.0})]) == 2
    with pytest.raises(RecordNotFoundError):
        storage.bulk_update("items", [(1, {"price": 0.0}), (99, {"price": 0.0})])
    assert storage.select("items", 1)["price"] == 9.0
