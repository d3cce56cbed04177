"""`storage.history`: what each commit did, undoing it, and tables as they were."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytuck import (
    Column,
    ConflictError,
    RecordNotFoundError,
    Session,
    Storage,
    TableChanges,
    UnsupportedOperationError,
    declarative_base,
    delete,
    update,
)
from tests.core.changes.feed import Heard


@pytest.fixture
def storage(tmp_path):
    with Storage(tmp_path / "a.pytuck") as storage:
        storage.create_table(
            "users",
            [
                Column(int, name="id", primary_key=True),
                Column(str, name="name"),
                Column(date, name="born"),
            ],
        )
        storage.history.turn_on()
        yield storage


def names(storage, seq):
    return {row["id"]: row["name"] for row in storage.history.as_of(seq, "users")}


def test_each_commit_is_there_with_old_and_new_values(storage):
    born = date(1815, 12, 10)
    storage.changes.label = "test"
    storage.insert("users", {"id": 1, "name": "Ada", "born": born})
    users = storage.tables["users"]
    storage.execute(update(users).where(users.c.id == 1).values(name="Ada Lovelace"))
    storage.execute(delete(users))
    gone, changed, made = storage.history.commits()
    assert made.tables == ("users",)
    assert made.origin.label == "test"
    (difference,) = storage.history.differences(made.seq)
    assert difference.operation == "INSERT"
    assert difference.old is None
    assert difference.new == {"id": 1, "name": "Ada", "born": born}
    (difference,) = storage.history.differences(changed.seq)
    assert (difference.key, difference.operation) == (1, "UPDATE")
    assert (difference.old, difference.new) == ({"name": "Ada"}, {"name": "Ada Lovelace"})
    (difference,) = storage.history.differences(gone.seq)
    assert difference.old == {"id": 1, "name": "Ada Lovelace", "born": born}
    assert difference.new is None


def test_nothing_is_kept_before_it_is_turned_on_or_after_it_is_off(tmp_path):
    with Storage(tmp_path / "a.pytuck") as storage:
        storage.create_table("users", [Column(int, name="id", primary_key=True)])
        assert not storage.history.is_on
        assert storage.history.commits() == []
        storage.insert("users", {"id": 1})
        storage.history.turn_on()
        storage.insert("users", {"id": 2})
        storage.history.turn_off()
        storage.insert("users", {"id": 3})
        kept = [commit for commit in storage.history.commits() if commit.is_kept]
        assert [storage.history.differences(item.seq)[0].key for item in kept] == [2]
        storage.history.turn_off(forget=True)
        assert not any(commit.is_kept for commit in storage.history.commits())
        assert storage.history.size_bytes == 0


def test_it_stays_on_when_the_file_is_opened_again_by_another_program(storage):
    code = (
        "import sys; from pytuck import Storage\n"
        "with Storage(sys.argv[1]) as s: s.insert('users', {'id': 7, 'name': 'theirs'})"
    )
    subprocess.run([sys.executable, "-c", code, str(storage.file_path)], check=True)
    (commit,) = storage.history.commits()
    assert storage.history.differences(commit.seq)[0].new["name"] == "theirs"


def test_commits_are_found_by_table_row_and_time(storage):
    storage.create_table("things", [Column(UUID, name="id", primary_key=True)])
    for number in (1, 2):
        storage.insert("users", {"id": number, "name": "x"})
        storage.insert("things", {"id": UUID(int=number)})
    history = storage.history
    assert len(history.commits()) == 4
    assert len(history.commits(limit=3)) == 3
    assert [item.tables for item in history.commits(table="users")] == [("users",), ("users",)]
    (commit,) = history.commits(table="things", key=UUID(int=2))
    assert history.differences(commit.seq)[0].new == {"id": UUID(int=2)}
    now = datetime.now(UTC)
    assert len(history.commits(since=now - timedelta(hours=1), until=now + timedelta(hours=1))) == 4
    assert history.commits(until=now - timedelta(hours=1)) == []


def test_a_table_is_shown_as_it_was(storage):
    storage.insert("users", {"id": 1, "name": "a"})
    storage.insert("users", {"id": 2, "name": "b"})
    storage.execute_sql("UPDATE users SET name = name || '!'")
    storage.execute_sql("DELETE FROM users WHERE id = 1")
    storage.execute_sql("INSERT INTO users (id, name) VALUES (1, 'again')")
    seqs = [commit.seq for commit in reversed(storage.history.commits())]
    assert [names(storage, seq) for seq in seqs] == [
        {1: "a"},
        {1: "a", 2: "b"},
        {1: "a!", 2: "b!"},
        {2: "b!"},
        {1: "again", 2: "b!"},
    ]


def test_a_commit_is_undone_by_a_new_one(storage):
    storage.insert("users", {"id": 1, "name": "a"})
    storage.execute_sql("UPDATE users SET name = 'b'")
    storage.insert("users", {"id": 2, "name": "c"})
    _, changed, _ = storage.history.commits()
    heard = Heard()
    with storage.changes.subscribe(heard):
        assert storage.history.revert(changed.seq) == []
        assert heard.tables() == {"users": TableChanges(updated=(1,))}
    assert names(storage, storage.history.commits()[0].seq) == {1: "a", 2: "c"}
    storage.history.revert(storage.history.commits()[0].seq)
    assert storage.select("users", 1)["name"] == "b"


def test_rows_that_were_changed_since_are_conflicts(storage):
    storage.insert("users", {"id": 1, "name": "a"})
    storage.insert("users", {"id": 2, "name": "a"})
    storage.execute_sql("UPDATE users SET name = 'b'")
    seq = storage.history.commits()[0].seq
    storage.execute_sql("UPDATE users SET name = 'mine' WHERE id = 1")
    with pytest.raises(ConflictError, match=r"users 1 \(changed\)"):
        storage.history.revert(seq)
    assert [row["name"] for row in storage.query("users")] == ["mine", "b"]
    (conflict,) = storage.history.revert(seq, on_conflict="skip")
    assert (conflict.table, conflict.key, conflict.reason) == ("users", 1, "changed")
    assert [row["name"] for row in storage.query("users")] == ["mine", "a"]
    storage.execute_sql("UPDATE users SET name = 'b' WHERE id = 2")
    storage.history.revert(seq, on_conflict="overwrite")
    assert [row["name"] for row in storage.query("users")] == ["a", "a"]


def test_undoing_does_not_break_references(tmp_path):
    with Storage(tmp_path / "a.pytuck") as storage:
        base = declarative_base(storage)

        class Parent(base):
            __tablename__ = "parents"
            id = Column(int, primary_key=True)

        class Child(base):
            __tablename__ = "children"
            id = Column(int, primary_key=True)
            parent_id = Column(int, foreign_key="parents.id")

        storage.history.turn_on()
        with Session(storage) as session:
            session.add(Parent(id=1))
            session.commit()
            session.add(Child(id=1, parent_id=1))
            session.commit()
        _, made = storage.history.commits()
        with pytest.raises(ConflictError, match="rule"):
            storage.history.revert(made.seq)
        assert storage.count_rows("parents") == 1


def test_what_is_not_kept_any_more_is_told(storage):
    storage.insert("users", {"id": 1, "name": "a"})
    (commit,) = storage.history.commits()
    storage.insert("users", {"id": 2, "name": "b"})
    storage.history.turn_off(forget=True)
    for use in (
        lambda: storage.history.differences(commit.seq),
        lambda: storage.history.revert(commit.seq),
        lambda: list(storage.history.as_of(commit.seq, "users")),
        lambda: storage.history.differences(999),
    ):
        with pytest.raises(RecordNotFoundError):
            use()


def test_the_oldest_go_beyond_the_bounds(storage):
    for number in range(20):
        storage.insert("users", {"id": number, "name": "x" * 1000})
    storage.history.turn_on(max_bytes=5000)
    assert storage.history.compact() == 16
    assert storage.history.size_bytes <= 5000
    kept = [commit for commit in storage.history.commits() if commit.is_kept]
    assert [storage.history.differences(item.seq)[0].key for item in kept] == [19, 18, 17, 16]
    storage.history.turn_on(max_age_days=0)
    assert storage.history.compact() == 4


def test_old_ones_go_by_themselves(storage):
    storage.history.turn_on(max_bytes=2000)
    for _ in range(300):
        storage.execute_sql("INSERT INTO users (name) VALUES ('0123456789')")
    assert storage.history.size_bytes < 300 * 50
    assert sum(commit.is_kept for commit in storage.history.commits(limit=None)) < 300


def test_other_engines_say_that_they_keep_none(tmp_path):
    for name in ("a.sqlite", "a.json"):
        with (
            Storage(tmp_path / name) as storage,
            pytest.raises(UnsupportedOperationError, match="keeps no history"),
        ):
            storage.history.turn_on()


def test_tables_without_a_key_and_with_several(storage):
    storage.create_table("loose", [Column(Decimal, name="amount")])
    storage.create_table(
        "pairs",
        [
            Column(str, name="a", primary_key=True),
            Column(int, name="b", primary_key=True),
            Column(str, name="note"),
        ],
    )
    with storage.transaction():
        storage.insert("loose", {"amount": Decimal("1.50")})
        storage.insert("pairs", {"a": "x", "b": 1, "note": "n"})
    first = storage.history.commits()[0].seq
    storage.execute_sql("UPDATE loose SET amount = '2'")
    storage.execute_sql("DELETE FROM pairs")
    found = {item.table: item for item in storage.history.differences(first)}
    assert found["pairs"].key == ("x", 1)
    assert found["loose"].new == {"rowid": 1, "amount": Decimal("1.50")}
    (row,) = storage.history.as_of(first, "loose")
    assert row["amount"] == Decimal("1.50")
    assert list(storage.history.as_of(first, "pairs")) == [{"a": "x", "b": 1, "note": "n"}]


EDITS = st.lists(
    st.lists(
        st.tuples(st.sampled_from("iud"), st.integers(1, 6), st.text("ab", max_size=2)),
        min_size=1,
        max_size=4,
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(EDITS)
def test_any_earlier_state_comes_back(tmp_path_factory, commits):
    folder = tmp_path_factory.mktemp("history")
    with Storage(folder / "a.pytuck", durability="off") as storage:
        storage.create_table(
            "users", [Column(int, name="id", primary_key=True), Column(str, name="name")]
        )
        storage.history.turn_on()
        states = {}
        for edits in commits:
            with storage.transaction():
                for kind, key, text in edits:
                    if kind == "i":
                        sql, values = "INSERT OR REPLACE INTO users VALUES (?, ?)", (key, text)
                    elif kind == "u":
                        sql, values = "UPDATE users SET name = ? WHERE id >= ?", (text, key)
                    else:
                        sql, values = "DELETE FROM users WHERE id <= ?", (key,)
                    storage.execute_sql(sql, values)
            known = storage.history.commits(limit=1)
            if known:
                states[known[0].seq] = {row["id"]: row["name"] for row in storage.query("users")}
        for seq, state in states.items():
            assert names(storage, seq) == state
        for seq in sorted(states, reverse=True):
            storage.history.revert(seq)
        assert storage.query("users") == []
