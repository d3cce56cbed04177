"""Who waits for a lock in vain is told who has it, and since when."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading

import pytest

from pytuck import Column, LockTimeout, Session, Storage, declarative_base
from tests.core.concurrency.programs import ROOT, running

ON_LINUX = sys.platform == "linux"
COLUMNS = [Column(int, name="id", primary_key=True), Column(int, name="n", default=0)]

HOLDS = """
from pytuck import Storage
with Storage(sys.argv[1]) as storage, storage.transaction():
    say("locked")
    wait()
"""
HOLDS_WITH_PLAIN_SQLITE = """
import sqlite3
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(sys.argv[2])
connection.execute("SELECT count(*) FROM rows").fetchall()
say("locked")
wait()
"""


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "shared.pytuck"
    with Storage(path) as storage:
        storage.create_table("rows", COLUMNS)
        storage.insert("rows", {})
    return path


def test_another_process_is_named_with_the_time_it_has_had_the_lock(path):
    with Storage(path, timeout_s=0.2) as storage, running(HOLDS, path) as other:
        assert other.listen() == "locked"
        with pytest.raises(LockTimeout) as caught:
            storage.insert("rows", {})
        details = caught.value.details
        assert str(path) in caught.value.message
        assert (details["path"], details["timeout_s"]) == (str(path), 0.2)
        if ON_LINUX:
            assert f"process {other.id}" in caught.value.message
            assert details["holder_process"] == other.id
            assert details["held_s"] >= 0.2
        with pytest.raises(LockTimeout) as caught:
            storage.insert("rows", {})
        if ON_LINUX:
            assert caught.value.details["held_s"] >= 0.4
        other.tell()
        assert other.end() == 0
        assert storage.insert("rows", {}) == 2


def test_a_thread_of_this_process_is_named(path):
    with Storage(path, timeout_s=0.1) as storage:
        locked, done = threading.Event(), threading.Event()

        def hold():
            with storage.transaction():
                locked.set()
                done.wait(30)

        thread = threading.Thread(target=hold, name="the long import")
        thread.start()
        locked.wait(30)
        try:
            with pytest.raises(LockTimeout) as caught:
                storage.insert("rows", {})
        finally:
            done.set()
            thread.join()
        if ON_LINUX:
            assert "'the long import'" in caught.value.message
            assert caught.value.details["holder_process"] == os.getpid()
            assert caught.value.details["held_s"] >= 0.1


@pytest.mark.parametrize("engine", ["pytuck", "sqlite"])
def test_a_foreign_program_is_named(path, tmp_path, engine):
    if engine == "sqlite":
        path = tmp_path / "plain.sqlite"
        with Storage(path) as storage:
            storage.create_table("rows", COLUMNS)
    with (
        Storage(path, timeout_s=0.1) as storage,
        running(HOLDS_WITH_PLAIN_SQLITE, path, "BEGIN IMMEDIATE") as other,
    ):
        assert other.listen() == "locked"
        with pytest.raises(LockTimeout, match="again") as caught, storage.transaction():
            pass
        assert caught.value.details["held_s"] is None
        if ON_LINUX:
            assert caught.value.details["holder_process"] == other.id
            assert "since when is not known" in caught.value.message


@pytest.mark.skipif(not ON_LINUX, reason="elsewhere nobody says who reads")
def test_a_reader_that_holds_a_writer_up_is_named(tmp_path):
    path = tmp_path / "plain.sqlite"
    with Storage(path, timeout_s=0.1) as storage:
        storage.create_table("rows", COLUMNS)
        with running(HOLDS_WITH_PLAIN_SQLITE, path, "BEGIN") as other:
            assert other.listen() == "locked"
            with pytest.raises(LockTimeout, match="reads it") as caught:
                storage.insert("rows", {})
            assert caught.value.details["holder_process"] == other.id
        assert storage.insert("rows", {}) == 1


def test_opening_a_file_that_is_locked_names_the_holder(tmp_path):
    path = tmp_path / "plain.sqlite"
    sqlite3.connect(path).execute("CREATE TABLE rows (id)").connection.close()
    with running(HOLDS_WITH_PLAIN_SQLITE, path, "BEGIN EXCLUSIVE") as other:
        assert other.listen() == "locked"
        with pytest.raises(LockTimeout) as caught:
            Storage(path, timeout_s=0.1)
        if ON_LINUX:
            assert caught.value.details["holder_process"] == other.id


def test_nothing_is_left_beside_the_file(path):
    with Storage(path) as storage, storage.transaction():
        storage.insert("rows", {})
    assert [found.name for found in path.parent.iterdir()] == [path.name]


@pytest.mark.skipif(os.name != "posix", reason="there is no folder that others could have made")
def test_notes_are_done_without_where_there_is_no_place_for_them(path, tmp_path):
    """A folder that somebody else made is not used; the lock is waited for all the same."""
    (tmp_path / "runtime").mkdir()
    (tmp_path / "runtime" / "pytuck").symlink_to(path.parent)
    code = (
        "import sys\nfrom pytuck import LockTimeout, Storage\n"
        "try:\n    Storage(sys.argv[1], timeout_s=0.1).insert('rows', {})\n"
        "except LockTimeout as err:\n    print(err.details['held_s'])\n"
    )
    with Storage(path) as storage, storage.transaction():
        done = subprocess.run(
            [sys.executable, "-c", code, str(path)],
            cwd=ROOT,
            env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path / "runtime")},
            capture_output=True,
            text=True,
            check=True,
        )
    assert done.stdout.strip() == "None"


def test_a_writer_that_was_killed_holds_nobody_up(path):
    with Storage(path, timeout_s=5) as storage:
        with running(HOLDS, path) as other:
            assert other.listen() == "locked"
        assert storage.insert("rows", {}) == 2


def test_sessions_say_it_too_and_keep_their_changes(path):
    with Storage(path, timeout_s=0.1) as storage, running(HOLDS, path) as other:

        class Row(declarative_base(storage)):
            __tablename__ = "rows"
            id = Column(int, primary_key=True)
            n = Column(int, default=0)

        assert other.listen() == "locked"
        with Session(storage) as session:
            session.get(Row, 1).n = 7
            with pytest.raises(LockTimeout):
                session.commit()
            other.tell()
            other.end()
            session.commit()
        assert storage.select("rows", 1)["n"] == 7
