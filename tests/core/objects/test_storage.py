"""Rows as dictionaries, transactions, and noticing what others commit."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading

import pytest

from pytuck import (
    Column,
    DatabaseConnectionError,
    DuplicateKeyError,
    RecordNotFoundError,
    Storage,
    TableNotFoundError,
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
