"""Backups of open databases, checks, compacting, and repeating what lost a race."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
import threading

import pytest

from pytuck import (
    Column,
    ConfigurationError,
    FileMissingError,
    LockTimeout,
    Session,
    Storage,
    TransactionError,
    WrongPasswordError,
    declarative_base,
    event,
)

COLUMNS = [Column(int, name="id", primary_key=True), Column(str, name="text")]


@pytest.fixture
def notes(storage):
    storage.create_table("notes", COLUMNS)
    storage.bulk_insert("notes", [{"text": "x" * 1000} for _ in range(2000)])
    return storage


def test_a_backup_is_what_was_committed(notes, tmp_path):
    target = tmp_path / "copy.pytuck"
    assert notes.backup(target) == target
    notes.delete("notes", 1)
    with Storage(target) as copy:
        assert copy.count_rows("notes") == 2000
        assert copy.check() == []
        assert copy.insert("notes", {"text": "new"}) == 2001
    assert [path for path in tmp_path.iterdir() if "copy" in path.name] == [target]


def test_a_backup_leaves_uncommitted_rows_out(tmp_path):
    with Storage(tmp_path / "a.pytuck") as storage:
        storage.create_table("notes", COLUMNS)
        base = declarative_base(storage)

        class Note(base):
            __tablename__ = "notes"
            id = Column(int, primary_key=True)
            text = Column(str)

        with Session(storage) as session:
            session.add(Note(text="pending"))
            session.flush()
            storage.backup(tmp_path / "b.pytuck")
    with Storage(tmp_path / "b.pytuck") as copy:
        assert copy.count_rows("notes") == 0


def test_a_database_in_memory_is_not_copied_in_the_middle_of_a_transaction(tmp_path):
    with Storage() as storage:
        storage.create_table("notes", COLUMNS)
        with storage.transaction():
            storage.insert("notes", {"text": "pending"})
            for act in (lambda: storage.backup(tmp_path / "b.pytuck"), storage.compact):
                with pytest.raises(TransactionError):
                    act()
            assert storage.check() == []
        assert list(tmp_path.iterdir()) == []
        storage.backup(tmp_path / "b.pytuck")
    with Storage(tmp_path / "b.pytuck") as copy:
        assert copy.count_rows("notes") == 1


def test_a_backup_replaces_a_file_only_if_asked(notes, tmp_path):
    target = tmp_path / "copy.pytuck"
    target.write_bytes(b"precious")
    target.chmod(0o640)
    with pytest.raises(ConfigurationError, match="already"):
        notes.backup(target)
    assert target.read_bytes() == b"precious"
    notes.backup(target, overwrite=True)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    with pytest.raises(FileMissingError, match="folder"):
        notes.backup(tmp_path / "nowhere" / "copy.pytuck")
    if notes.file_path is not None:
        with pytest.raises(ConfigurationError, match="open file itself"):
            notes.backup(notes.file_path, overwrite=True)
    with Storage(target) as copy:
        assert copy.count_rows("notes") == 2000


def test_a_backup_of_an_encrypted_file_is_encrypted(tmp_path):
    with Storage(tmp_path / "a.pytuck", password="secret") as storage:
        storage.create_table("notes", COLUMNS)
        storage.insert("notes", {"text": "hidden treasure"})
        storage.backup(tmp_path / "b.pytuck")
    assert b"treasure" not in (tmp_path / "b.pytuck").read_bytes()
    with Storage(tmp_path / "b.pytuck", password="secret") as copy:
        assert copy.select("notes", 1)["text"] == "hidden treasure"
        assert copy.info().is_encrypted
    with pytest.raises(WrongPasswordError):
        Storage(tmp_path / "b.pytuck", password="wrong")


def test_compacting_gives_room_back(tmp_path):
    path = tmp_path / "a.pytuck"
    with Storage(path) as storage:
        storage.create_table("notes", COLUMNS)
        storage.bulk_insert("notes", [{"text": "x" * 1000} for _ in range(2000)])
        with storage.transaction():
            for key in range(1, 1901):
                storage.delete("notes", key)
        assert storage.compact() > 1_000_000
        assert storage.info().size_bytes < 300_000
        assert storage.count_rows("notes") == 100
        with storage.transaction(), pytest.raises(TransactionError):
            storage.compact()


def test_compacting_a_database_in_memory_changes_no_row(notes):
    notes.compact()
    assert notes.count_rows("notes") == 2000


def test_a_check_tells_what_is_wrong(tmp_path):
    path = tmp_path / "a.db"
    with contextlib.closing(sqlite3.connect(path)) as raw, raw:
        raw.executescript(
            "CREATE TABLE a (id INTEGER PRIMARY KEY);"
            "CREATE TABLE b (a INTEGER REFERENCES a (id)); INSERT INTO b VALUES (7);"
        )
    with Storage(path) as storage:
        assert storage.check() == ["1 rows of table 'b' refer to rows of a that do not exist."]


def test_a_damaged_page_is_told(tmp_path):
    path = tmp_path / "a.pytuck"
    with Storage(path) as storage:
        storage.create_table("notes", COLUMNS)
        storage.bulk_insert("notes", [{"text": "x" * 1000} for _ in range(100)])
    content = bytearray(path.read_bytes())
    content[8192:8292] = b"\xff" * 100
    path.write_bytes(content)
    with Storage(path) as storage:
        assert storage.check() != []


def test_work_is_repeated_after_a_lost_race(tmp_path):
    with Storage(tmp_path / "a.pytuck", timeout_s=0.05) as storage:
        storage.create_table("notes", COLUMNS)
        tries = []
        has_lock, may_end = threading.Event(), threading.Event()

        def hold():
            with storage.transaction():
                storage.insert("notes", {"text": "held"})
                has_lock.set()
                may_end.wait(10)

        holder = threading.Thread(target=hold)
        holder.start()
        has_lock.wait(10)

        def work(opened):
            tries.append(opened)
            return opened.insert("notes", {"text": "mine"})

        with pytest.raises(LockTimeout):
            storage.run(work, retries=2)
        assert tries == []
        may_end.set()
        holder.join()
        assert storage.run(work) == 2
        assert tries == [storage]


def test_work_that_fails_is_undone_and_not_repeated(notes):
    tries = []

    def work(opened):
        tries.append(1)
        opened.insert("notes", {"text": "lost"})
        raise KeyError

    with pytest.raises(KeyError):
        notes.run(work)
    assert len(tries) == 1
    assert notes.count_rows("notes") == 2000


def test_sessions_inside_of_repeated_work_take_part_in_it(storage):
    base = declarative_base(storage)

    class Account(base):
        __tablename__ = "accounts"
        id = Column(int, primary_key=True)
        balance = Column(int, nullable=False)

    def pay(opened):
        with Session(opened) as session:
            account = session.get(Account, 1) or Account(id=1, balance=0)
            account.balance += 5
            session.add(account)
        return account.balance

    assert [storage.run(pay) for _ in range(3)] == [5, 10, 15]


def test_flushing_is_harmless_and_told(storage):
    told = []
    event.listen(storage, "before_flush", lambda item: told.append(item))
    storage.flush()
    assert told == [storage]
