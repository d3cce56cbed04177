"""`storage.changes`: each commit is told once, with the rows that it changed."""

from __future__ import annotations

import logging
import os
import threading
import time
from uuid import UUID

import pytest

from pytuck import (
    Column,
    Session,
    Storage,
    declarative_base,
    delete,
    insert,
    select,
    update,
)
from pytuck.events.change_sets import ChangeSet, TableChanges
from tests.core.changes.feed import Heard

ENGINES = {"pytuck": "a.pytuck", "sqlite": "a.sqlite", "json": "a.json", "memory": None}


def opened(tmp_path, engine):
    name = ENGINES[engine]
    storage = Storage() if name is None else Storage(tmp_path / name, engine=engine)
    storage.create_table(
        "users", [Column(int, name="id", primary_key=True), Column(str, name="name")]
    )
    return storage


@pytest.fixture(params=ENGINES)
def storage(request, tmp_path):
    with opened(tmp_path, request.param) as storage:
        yield storage


@pytest.fixture
def heard(storage):
    heard = Heard()
    with storage.changes.subscribe(heard):
        yield heard


@pytest.fixture
def user(storage):
    class User(declarative_base(storage)):
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        name = Column(str)

    return User


def test_a_commit_of_a_session_is_one_change_set(storage, heard, user):
    with Session(storage) as session:
        session.add_all([user(name="a"), user(name="b"), user(name="c")])
        session.commit()
        assert heard.tables() == {"users": TableChanges(inserted=(1, 2, 3))}
        first = session.get(user, 1)
        first.name = "z"
        session.delete(session.get(user, 2))
        session.commit()
    assert heard.tables() == {"users": TableChanges(updated=(1,), deleted=(2,))}


def test_statements_bulk_writes_and_sql_of_the_program(storage, heard, user):
    with Session(storage) as session:
        session.bulk_insert([user(name=str(number)) for number in range(300)])
        session.commit()
        assert heard.tables() == {"users": TableChanges(inserted=tuple(range(1, 301)))}
        session.execute(update(user).where(user.id <= 2).values(name="x"))
        session.commit()
        assert heard.tables() == {"users": TableChanges(updated=(1, 2))}
    storage.execute(delete(user).where(user.id > 2))
    assert heard.tables() == {"users": TableChanges(deleted=tuple(range(3, 301)))}
    storage.execute_sql("INSERT OR REPLACE INTO users VALUES (1, 'y'), (7, 'n')")
    assert heard.tables() == {"users": TableChanges(updated=(1,), inserted=(7,))}
    storage.execute_sql("DELETE FROM users")
    assert set(heard.tables()["users"].deleted) == {1, 2, 7}


def test_what_is_rolled_back_is_not_told(storage, heard, user):
    with Session(storage) as session:
        session.add(user(name="a"))
        session.flush()
        session.rollback()
        session.add(user(name="b"))
        session.commit()
    assert heard.tables() == {"users": TableChanges(inserted=(1,))}


def test_what_a_savepoint_undid_is_not_told(storage, heard, user):
    with Session(storage) as session:
        session.add(user(name="a"))
        nested = session.begin_nested()
        session.add(user(name="b"))
        session.flush()
        nested.rollback()
        session.commit()
    assert heard.tables() == {"users": TableChanges(inserted=(1,))}


def test_what_one_transaction_does_to_a_row_is_summed_up(storage, heard):
    storage.insert("users", {"id": 1, "name": "a"})
    heard.wait()
    with storage.transaction():
        storage.insert("users", {"id": 2, "name": "gone again"})
        storage.execute_sql("DELETE FROM users WHERE id = 2")
        storage.execute_sql("DELETE FROM users WHERE id = 1")
        storage.insert("users", {"id": 1, "name": "back"})
        storage.insert("users", {"id": 3, "name": "new"})
        storage.execute_sql("UPDATE users SET name = 'newer' WHERE id = 3")
    assert heard.tables() == {"users": TableChanges(updated=(1,), inserted=(3,))}


def test_reading_is_no_change(storage, heard):
    list(storage.execute(select(storage.tables["users"])))
    storage.execute_sql("SELECT count(*) FROM users")
    storage.insert("users", {"name": "a"})
    assert heard.tables() == {"users": TableChanges(inserted=(1,))}


def test_only_the_tables_that_were_asked_for(storage, user):
    storage.create_table("others", [Column(int, name="id", primary_key=True)])
    by_name, by_model = Heard(), Heard()
    with (
        storage.changes.subscribe(by_name, tables=["others"]),
        storage.changes.subscribe(by_model, tables=[user]),
    ):
        storage.insert("users", {"name": "a"})
        storage.insert("others", {"id": 7})
        assert by_name.tables() == {"others": TableChanges(inserted=(7,))}
        assert by_model.tables() == {"users": TableChanges(inserted=(1,))}


def test_keys_are_what_the_models_have(storage):
    key = UUID(int=7)
    storage.create_table("things", [Column(UUID, name="id", primary_key=True)])
    storage.create_table(
        "pairs",
        [Column(str, name="a", primary_key=True), Column(int, name="b", primary_key=True)],
    )
    storage.create_table("loose", [Column(str, name="note")])
    heard = Heard()
    with storage.changes.subscribe(heard):
        with storage.transaction():
            storage.insert("things", {"id": key})
            storage.insert("pairs", {"a": "x", "b": 1})
            storage.insert("loose", {"note": "n"})
        tables = heard.tables()
        assert tables["things"].inserted == (key,)
        assert tables["pairs"].inserted == (("x", 1),)
        assert tables["loose"].inserted == (1,)
        storage.execute_sql("UPDATE pairs SET b = 2")
        assert heard.tables() == {"pairs": TableChanges(deleted=(("x", 1),), inserted=(("x", 2),))}


@pytest.mark.parametrize(
    "definition",
    [
        "(n INT, id INTEGER PRIMARY KEY) WITHOUT ROWID",
        "(n INT, id INTEGER PRIMARY KEY DESC)",
        "(n INT, id INT PRIMARY KEY)",
    ],
)
def test_keys_of_integers_that_are_no_row_ids(storage, heard, definition):
    storage.execute_sql(f"CREATE TABLE items {definition}")
    heard.wait()
    storage.execute_sql("INSERT INTO items VALUES (1, 70), (2, 80)")
    assert heard.tables() == {"items": TableChanges(inserted=(70, 80))}
    storage.refresh_schema()
    storage.execute(
        insert(storage.tables["items"]).values_list([{"n": 0, "id": i} for i in range(100, 250)])
    )
    storage.execute_sql("DELETE FROM items WHERE id < 80")
    found = [item.tables["items"] for item in heard.wait(2)]
    assert found == [TableChanges(inserted=tuple(range(100, 250))), TableChanges(deleted=(70,))]


@pytest.mark.parametrize("kind", ["STORED", "VIRTUAL"])
def test_triggers_and_generated_columns(storage, kind):
    storage.execute_sql(
        f"CREATE TABLE items (twice INT AS (n * 2) {kind}, n INT, code TEXT PRIMARY KEY)"
    )
    storage.execute_sql(
        "CREATE TRIGGER noted AFTER INSERT ON items BEGIN "
        "INSERT INTO users (name) VALUES (new.code); END"
    )
    heard = Heard()
    with storage.changes.subscribe(heard):
        storage.execute_sql("INSERT INTO items (n, code) VALUES (1, 'k')")
        tables = heard.tables()
        assert tables["users"] == TableChanges(inserted=(1,))
        # The driver cannot tell the values of a row with a virtual column.
        known = TableChanges(inserted=("k",))
        assert tables["items"] == (known if kind == "STORED" else TableChanges(is_complete=False))


def test_a_changed_structure_is_told(storage, heard):
    storage.create_table("later", [Column(int, name="id", primary_key=True)])
    assert heard.wait()[0].has_new_schema
    storage.execute_sql("ALTER TABLE later ADD COLUMN note TEXT")
    assert heard.wait()[0].has_new_schema
    storage.insert("later", {"id": 1, "note": "n"})
    (change_set,) = heard.wait()
    assert not change_set.has_new_schema
    assert change_set.tables == {"later": TableChanges(inserted=(1,))}


def test_a_change_set_says_who_and_when(storage, heard):
    storage.changes.label = "nightly import"
    storage.insert("users", {"name": "a"})
    (change_set,) = heard.wait()
    assert change_set.origin.is_here
    assert change_set.origin.process == os.getpid()
    assert change_set.origin.label == "nightly import"
    assert change_set.time.utcoffset() is not None


def test_of_very_many_rows_only_the_table_is_known(storage, heard):
    rows = [{"name": "x"}] * 100_001
    storage.execute(insert(storage.tables["users"]).values_list(rows))
    changes = heard.tables()["users"]
    assert not changes.is_complete
    assert changes.keys == ()


# --- Subscribers ---


def test_a_subscriber_that_fails_harms_nobody(storage, caplog):
    def failing(_: ChangeSet) -> None:
        raise RuntimeError("mine")

    heard = Heard()
    broken = storage.changes.subscribe(failing)
    with caplog.at_level(logging.CRITICAL, "pytuck.changes"), storage.changes.subscribe(heard):
        storage.insert("users", {"name": "a"})
        storage.insert("users", {"name": "b"})
        heard.wait(2)
        deadline = time.monotonic() + 10
        while broken.errors < 2 and time.monotonic() < deadline:  # each has a thread of its own
            time.sleep(0.001)
        broken.close()
    assert broken.errors == 2


def test_a_slow_subscriber_keeps_nobody_waiting_and_learns_that_it_missed_some(storage):
    go_on, slow, quick = threading.Event(), Heard(), Heard()

    def slowly(change_set: ChangeSet) -> None:
        go_on.wait(10)
        slow(change_set)

    with storage.changes.subscribe(slowly), storage.changes.subscribe(quick):
        for _ in range(1200):
            storage.execute_sql("INSERT INTO users (name) VALUES ('x')")
        quick.wait(1200)
        go_on.set()
        slow.until(lambda sets: len(sets) >= 1000)
        storage.insert("users", {"name": "last"})
        assert slow.until(lambda sets: sets and sets[-1].is_anything)


def test_nothing_is_told_after_closing(storage):
    heard, other = Heard(), Heard()
    subscription = storage.changes.subscribe(heard)
    with storage.changes.subscribe(other):
        subscription.close()
        subscription.close()
        storage.insert("users", {"name": "a"})
        other.wait()
    assert heard.until(lambda sets: True) == []


def test_a_subscriber_may_use_the_storage_and_end_itself(storage):
    done = threading.Event()

    def once(_: ChangeSet) -> None:
        assert storage.count_rows("users") >= 1
        subscription.close()
        done.set()

    subscription = storage.changes.subscribe(once)
    storage.insert("users", {"name": "a"})
    assert done.wait(10)
    storage.insert("users", {"name": "b"})


def test_all_end_with_the_storage(tmp_path):
    storage = opened(tmp_path, "pytuck")
    before = threading.active_count()
    storage.changes.subscribe(Heard())
    storage.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "pytuck-changes"]
    assert threading.active_count() <= before + 1


# --- DuckDB tells tables only ---


def test_duckdb_tells_the_tables(tmp_path):
    with Storage(tmp_path / "a.duckdb") as storage, Storage(tmp_path / "a.duckdb") as second:
        storage.create_table("users", [Column(int, name="id", primary_key=True)])
        heard, elsewhere = Heard(), Heard()
        with storage.changes.subscribe(heard), second.changes.subscribe(elsewhere):
            storage.insert("users", {"id": 1})
            assert heard.tables() == {"users": TableChanges(is_complete=False)}
            (change_set,) = elsewhere.wait()
            assert change_set.tables == {"users": TableChanges(is_complete=False)}
            assert not change_set.origin.is_here
            storage.execute_sql("INSERT INTO users VALUES (2)")
            assert heard.wait()[0].is_anything
            elsewhere.wait()
            storage.create_table("more", [Column(int, name="id", primary_key=True)])
            assert heard.wait()[0].has_new_schema
