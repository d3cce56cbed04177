"""Revisions applied and taken back: all or nothing, on every engine, with a backup."""

from __future__ import annotations

import pytest

from pytuck import CancelledError, Column, MigrationError, Storage, TransactionError
from pytuck.common.progress import CancelToken
from pytuck.migrations import Migrations
from tests.core.migrations.scripts import USERS, write

ENGINES = ["a.pytuck", "a.sqlite", "a.duckdb", "a.json", "a.jsonl", "a.csv", "a.xlsx", "a.xml"]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "revisions"


@pytest.fixture
def chain(folder):
    """Three revisions, the second with rows and the third losing some."""
    write(folder, "aaa1", USERS, 'op.drop_table("users")')
    write(
        folder,
        "bbb2",
        'op.add_column("users", Column(int, name="age", default=3))\n'
        'op.insert_rows("users", [{"name": "ann"}, {"name": "bob", "age": 40}])',
        'op.drop_column("users", "age")\nop.execute("DELETE FROM users")',
        parents=("aaa1",),
    )
    write(
        folder,
        "ccc3",
        'op.update_rows("users", lambda row: {"name": row["name"].upper(), "age": row["age"] + 1})\n'
        'op.rename_column("users", "name", "full_name")',
        'op.rename_column("users", "full_name", "name")',
        parents=("bbb2",),
    )
    return folder


def _backups(tmp_path):
    return sorted(path.name for path in tmp_path.iterdir() if ".before-" in path.name)


@pytest.mark.parametrize("name", ENGINES)
def test_there_and_back_on_every_engine(tmp_path, chain, name):
    with Storage(tmp_path / name) as storage:
        report = Migrations(storage, chain).upgrade("bbb2")
        assert [run.id for run in report.revisions] == ["aaa1", "bbb2"]
        assert report.backup is None
    with Storage(tmp_path / name) as storage:
        migrations = Migrations(storage, chain)
        assert [item.id for item in migrations.pending()] == ["ccc3"]
        assert migrations.upgrade().backup.name == _backups(tmp_path)[0]
        assert [item.id for item in migrations.current()] == ["ccc3"]
        rows = storage.query("users", order_by="full_name")
        assert [(row["full_name"], row["age"]) for row in rows] == [("ANN", 4), ("BOB", 41)]
        assert storage.list_tables() == ["users"]
    with Storage(tmp_path / _backups(tmp_path)[0]) as before:
        assert sorted(row["name"] for row in before.query("users")) == ["ann", "bob"]
    with Storage(tmp_path / name) as storage:
        migrations = Migrations(storage, chain)
        report = migrations.downgrade("base")
        assert [run.id for run in report.revisions] == ["ccc3", "bbb2", "aaa1"]
        assert (storage.list_tables(), migrations.current()) == ([], [])
        assert [state.applied for state in migrations.history()] == [None, None, None]


@pytest.mark.parametrize("name", ENGINES)
@pytest.mark.parametrize(
    "last_step",
    ["raise KeyError(1)", 'op.drop_table("nope")', 'op.alter_column("users", "name", type=int)'],
)
def test_a_failure_leaves_what_was_there(tmp_path, chain, name, last_step):
    write(
        chain,
        "ddd4",
        'op.execute("DELETE FROM users")\nop.drop_column("users", "age")\n'
        f'op.insert_rows("users", [{{"full_name": "?"}}])\n{last_step}',
        parents=("ccc3",),
    )
    with Storage(tmp_path / name) as storage:
        migrations = Migrations(storage, chain)
        migrations.upgrade("aaa1")
        with pytest.raises(MigrationError, match=r"ddd4.*ddd4\.py") as caught:
            migrations.upgrade()
        assert "Nothing was changed" in caught.value.message
        assert [item.id for item in migrations.current()] == ["aaa1"]
        assert storage.get_table_info("users")["comment"] == "folk"
        assert list(storage.get_table("users").columns) == ["id", "name"]
        assert storage.count_rows("users") == 0
    with Storage(tmp_path / name) as storage:
        assert [item.id for item in Migrations(storage, chain).current()] == ["aaa1"]
        assert storage.check() == []


def test_rows_that_would_refer_to_nothing_end_it(tmp_path, folder):
    write(
        folder,
        "aaa1",
        f'{USERS}\nop.create_table("notes", [Column(int, name="id", primary_key=True), '
        'Column(int, name="user", foreign_key="users.id")])\n'
        'op.insert_rows("users", [{"id": 1, "name": "a"}])\n'
        'op.insert_rows("notes", [{"user": 1}])',
    )
    write(folder, "bbb2", 'op.execute("DELETE FROM users")', parents=("aaa1",))
    for name in ("a.pytuck", "a.duckdb", "a.json"):
        with Storage(tmp_path / name) as storage:
            migrations = Migrations(storage, folder)
            migrations.upgrade("aaa1")
            with pytest.raises(Exception, match="refer"):
                migrations.upgrade()
            assert (storage.count_rows("users"), storage.count_rows("notes")) == (1, 1)


def test_a_table_that_others_refer_to_is_made_anew(tmp_path, folder):
    write(
        folder,
        "aaa1",
        f'{USERS}\nop.create_table("notes", [Column(int, name="id", primary_key=True), '
        'Column(int, name="user", foreign_key="users.id")])\n'
        'op.insert_rows("users", [{"id": 1, "name": "5"}])\n'
        'op.insert_rows("notes", [{"user": 1}])\n'
        'op.alter_column("users", "name", type=int)\n'
        'op.rename_table("users", "people")',
    )
    for name in ("a.pytuck", "a.duckdb"):
        with Storage(tmp_path / name) as storage:
            Migrations(storage, folder).upgrade()
            assert storage.query("people") == [{"id": 1, "name": 5}]
            key = storage.get_table("notes").schema.foreign_keys[0]
            assert (key.target_table, key.columns) == ("people", ("user",))
            assert storage.check() == []


def test_no_backup_where_nothing_can_be_lost_or_none_is_wanted(tmp_path, chain):
    write(chain, "ddd4", 'op.create_index("users", "age")', parents=("ccc3",))
    with Storage(tmp_path / "a.pytuck") as storage:
        migrations = Migrations(storage, chain)
        assert migrations.upgrade("bbb2").backup is None
        assert migrations.upgrade("ccc3", backup=False).backup is None
        assert migrations.upgrade("ddd4").backup is None
        for _ in range(2):  # two in the same second
            assert migrations.downgrade("bbb2").backup is None
            migrations.downgrade("aaa1")
            migrations.upgrade(backup=False)
    assert len(_backups(tmp_path)) == 2


def test_scripts_that_were_edited_or_lost_are_told(tmp_path, chain):
    with Storage(tmp_path / "a.pytuck") as storage:
        migrations = Migrations(storage, chain)
        migrations.upgrade("bbb2")
        path = chain / "aaa1.py"
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n") + b"\n\n")
        assert not any(state.is_edited for state in migrations.history())
        path.write_text(path.read_text() + "\n# edited\n")
        assert [state.is_edited for state in migrations.history()] == [True, False, False]
        assert "was edited" in migrations.upgrade().notes[0]
        (chain / "ccc3.py").unlink()
        lost = migrations.history()[0]
        assert (lost.id, lost.path, lost.message) == ("ccc3", None, "does ccc3")
        with pytest.raises(MigrationError, match="ccc3 cannot be taken back"):
            migrations.downgrade("-1")


def test_a_revision_without_a_way_back(tmp_path, folder):
    write(folder, "aaa1", USERS, downgrade=None)
    with Storage(tmp_path / "a.pytuck") as storage:
        migrations = Migrations(storage, folder)
        migrations.upgrade()
        with pytest.raises(MigrationError, match="has no function downgrade"):
            migrations.downgrade("base")
        assert storage.list_tables() == ["users"]


def test_stamping_does_nothing_else(tmp_path, chain):
    with Storage(tmp_path / "a.json") as storage:
        Migrations(storage, chain).stamp("bbb2")
    with Storage(tmp_path / "a.json") as storage:
        migrations = Migrations(storage, chain)
        assert [item.id for item in migrations.current()] == ["bbb2"]
        assert storage.list_tables() == []
        migrations.stamp("aaa1")
        assert [item.id for item in migrations.pending()] == ["bbb2", "ccc3"]
        migrations.stamp("heads")
        assert migrations.pending() == []
        migrations.stamp("base")
        assert len(migrations.pending()) == 3


def test_progress_and_stopping(tmp_path, chain):
    token, told = CancelToken(), []

    def watch(progress):
        told.append((progress.task, progress.table, progress.done, progress.total))
        if progress.task == "writing":
            token.cancel()

    with Storage(tmp_path / "a.pytuck") as storage:
        migrations = Migrations(storage, chain)
        with pytest.raises((CancelledError, MigrationError)):
            migrations.upgrade(progress=watch, cancel=token)
        assert (storage.list_tables(), migrations.current()) == ([], [])
    assert told[0] == ("migrating", "does aaa1", 0, 3)
    assert told[-1] == ("writing", "users", 2, 2)


def test_branches_are_applied_each_and_come_together(tmp_path, folder):
    write(folder, "aaa1", USERS, 'op.drop_table("users")')
    for side in ("bbb2", "ccc3"):
        add = f'op.add_column("users", Column(int, name="{side}"))'
        write(folder, side, add, f'op.drop_column("users", "{side}")', parents=("aaa1",))
    with Storage(tmp_path / "a.pytuck") as storage:
        migrations = Migrations(storage, folder)
        migrations.upgrade("ccc3")
        assert [item.id for item in migrations.upgrade().revisions] == ["bbb2"]
        assert [item.id for item in migrations.current()] == ["ccc3", "bbb2"]
        write(folder, "ddd4", parents=("bbb2", "ccc3"))
        migrations.upgrade()
        assert [item.id for item in migrations.current()] == ["ddd4"]
        migrations.downgrade("bbb2")
        assert [item.id for item in migrations.current()] == ["ccc3", "bbb2"]


def test_it_is_a_transaction_of_its_own(tmp_path, chain):
    with Storage(tmp_path / "a.pytuck") as storage:
        with storage.transaction(), pytest.raises(TransactionError):
            Migrations(storage, chain).upgrade()
        assert storage.list_tables() == []


def test_rows_of_every_kind_of_table_are_changed_batch_by_batch(tmp_path, folder):
    write(
        folder,
        "aaa1",
        'double = lambda row: {"v": row["v"] * 2} if row["v"] % 3 else None\n'
        'counts = [op.update_rows(name, double, batch=7) for name in ("keyed", "keyless", "pair")]\n'
        "assert counts == [66, 66, 66], counts",
    )
    keys = {
        "keyed": [Column(int, name="id", primary_key=True)],
        "keyless": [],
        "pair": [Column(str, name="a", primary_key=True), Column(int, name="b", primary_key=True)],
    }
    for name in ("a.pytuck", "a.duckdb"):
        with Storage(tmp_path / name) as storage:
            for table, columns in keys.items():
                storage.create_table(table, [*columns, Column(int, name="v")])
                pairs = [{"a": str(n % 7), "b": n} if table == "pair" else {} for n in range(100)]
                storage.bulk_insert(table, [{**row, "v": n} for n, row in enumerate(pairs)])
            Migrations(storage, folder).upgrade()
            for table in keys:
                values = sorted(row["v"] for row in storage.query(table))
                assert values == sorted(n * 2 if n % 3 else n for n in range(100))
