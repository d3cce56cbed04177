"""One storage at a time writes to a document; the others read, and see what it has saved."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from pytuck import (
    Column,
    ConflictError,
    DatabaseConnectionError,
    DeadlockError,
    FilePermissionError,
    LockTimeout,
    PytuckException,
    Session,
    StaleDataError,
    Storage,
    StorageFullError,
    declarative_base,
)
from pytuck.common.options import CsvBackendOptions
from pytuck.formats.registry import FORMATS
from tests.core.concurrency.programs import ROOT, running
from tests.core.concurrency.test_forks import in_a_child

ON_POSIX = pytest.mark.skipif(os.name == "nt", reason="there is no such thing on Windows")
AS_ROOT = pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="gives up root's rights")
COLUMNS = [Column(int, name="id", primary_key=True), Column(str, name="name")]
DEADLINE_S = 20

WRITES = """
from pytuck import Storage
storage = Storage(sys.argv[1])
storage.insert("items", {"name": "theirs"})
say("written")
while (told := wait()) == "flush":
    storage.flush()
    say("flushed")
if told == "close":
    storage.close()
    say("closed")
"""
READS = """
from pytuck import Storage
with Storage(sys.argv[1]) as storage:
    say(storage.count_rows("items"))
    wait()
"""
COUNTS = """
from pytuck import Storage
storage = Storage(sys.argv[1], auto_flush=True, timeout_s=60)
say("open")
wait()
for _ in range(int(sys.argv[2])):
    with storage.transaction():
        row = storage.select("items", 1)
        storage.update("items", 1, {"name": str(int(row["name"]) + 1)})
storage.close()
say("done")
"""
COUNTS_FOR_EVER = """
from pytuck import Storage
storage = Storage(sys.argv[1], auto_flush=True, timeout_s=60)
while True:
    with storage.transaction():
        row = storage.select("items", 1)
        storage.update("items", 1, {"name": str(int(row["name"]) + 1)})
    say("counted")
"""
SAVES_BOTH = """
from pytuck import Storage
storage = Storage(sys.argv[1])
number = 0
say("open")
while True:
    number += 1
    with storage.transaction():
        storage.update("items", 1, {"name": str(number)})
        storage.update("others", 1, {"name": str(number)})
    storage.flush()
"""


def make(path: Path, *names: str) -> Path:
    with Storage(path) as storage:
        storage.create_table("items", COLUMNS)
        storage.bulk_insert("items", [{"name": name} for name in names])
    return path


@pytest.fixture(params=tuple(FORMATS))
def path(request, tmp_path) -> Path:
    """A document of each kind with two rows."""
    return make(tmp_path / f"shop{FORMATS[request.param].extensions[0]}", "pear", "plum")


@pytest.fixture
def file(tmp_path) -> Path:
    return make(tmp_path / "shop.json", "pear", "plum")


def names(storage: Storage) -> list[str]:
    return [row["name"] for row in storage.query("items", [])]


def lock_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.pytuck-lock")


def wait_until(condition) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


# --- One writes, the others read --------------------------------------------------------------


def test_others_read_while_one_writes_and_see_what_it_saves(path):
    before = Storage(path, timeout_s=0.1)
    with running(WRITES, path) as program:
        assert program.listen() == "written"
        after = Storage(path, timeout_s=0.1)
        for storage in (before, after):
            assert (storage.is_read_only, storage.read_only_reason) == (True, "locked")
            assert storage.info().read_only_reason == "locked"
            assert names(storage) == ["pear", "plum"]
            with pytest.raises(LockTimeout, match=f"process {program.id}.* has held its lock"):
                storage.insert("items", {"name": "mine"})
        program.tell("flush")
        assert program.listen() == "flushed"
        for storage in (before, after):
            assert names(storage) == ["pear", "plum", "theirs"]
            assert storage.read_only_reason is None
        before.insert("items", {"name": "mine"})
        assert after.read_only_reason == "locked"
        before.close()
        program.tell("close")
        program.listen()
    assert names(after) == ["pear", "plum", "theirs", "mine"]
    after.close()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_writer_that_waits_gets_its_turn_and_builds_on_what_was_saved(path):
    storage = Storage(path, timeout_s=DEADLINE_S)
    with running(WRITES, path) as program:
        program.listen()
        threading.Timer(0.2, program.tell, ("close",)).start()
        storage.insert("items", {"name": "mine"})
        storage.close()
    with Storage(path) as storage:
        assert names(storage) == ["pear", "plum", "theirs", "mine"]


def test_who_only_reads_keeps_nobody_from_writing(path):
    with running(READS, path) as program, Storage(path) as storage:
        assert program.listen() == "2"
        assert storage.read_only_reason is None
        storage.insert("items", {"name": "mine"})
        storage.flush()
        program.tell()
    assert not lock_of(path).exists()


def test_what_reads_takes_no_lock(file):
    with Storage(file) as storage:

        class Item(declarative_base(storage)):
            __tablename__ = "items"
            id = Column(int, primary_key=True)
            name = Column(str)

        with Session(storage) as session:
            assert session.get(Item, 1).name == "pear"
        with storage.transaction(read_only=True):
            names(storage)
        assert storage.execute_sql("SELECT count(*) FROM items;").rows == [(2,)]
        list(storage.tables)
        assert not lock_of(file).exists()


def test_the_lock_goes_when_nothing_is_unsaved(file):
    with Storage(file) as storage:
        with pytest.raises(ValueError, match="no"), storage.transaction():
            storage.insert("items", {"name": "x"})
            assert lock_of(file).exists()
            raise ValueError("no")
        assert not lock_of(file).exists()
        with pytest.raises(PytuckException):
            storage.insert("items", {"id": 1})
        assert not lock_of(file).exists()
        storage.delete("items", 1)
        assert lock_of(file).exists()
        storage.flush()
        assert not lock_of(file).exists()
        storage.execute_sql("UPDATE items SET name = 'x' WHERE id = 99")
        assert not lock_of(file).exists()
        storage.execute_sql("UPDATE items SET name = 'x'")
        assert lock_of(file).exists()
        storage.discard()
    assert not lock_of(file).exists()


@pytest.mark.parametrize("sql", ["UPDATE items SET name = 'x'", "SELECT 1; DELETE FROM items"])
def test_sql_is_saved_at_once_if_asked(file, sql):
    with Storage(file, auto_flush=True) as storage:
        storage.execute_sql(sql)
        assert not storage.is_unsaved
        with Storage(file, read_only=True) as other:
            assert "pear" not in names(other)


def test_programs_that_save_each_commit_take_turns(tmp_path):
    file = make(tmp_path / "count.json", "0")
    with running(COUNTS, file, "30") as first, running(COUNTS, file, "30") as second:
        programs = (first, second)
        assert [program.listen() for program in programs] == ["open", "open"]
        for program in programs:
            program.tell()
        assert [program.listen() for program in programs] == ["done", "done"]
    with Storage(file) as storage:
        assert names(storage) == ["60"]


@ON_POSIX
@pytest.mark.parametrize("name", ["count.json", "count.jsonl"])
def test_kills_at_any_time_lose_no_commit_and_leave_no_lock(tmp_path, name):
    file = make(tmp_path / name, "0")
    acknowledged = kills = 0
    with running(COUNTS_FOR_EVER, file) as survivor, Storage(file) as storage:
        seen = 0
        while kills < 4:
            with running(COUNTS_FOR_EVER, file) as program:
                program.listen()
                for _ in range(3):
                    number = int(names(storage)[0])
                    assert number >= seen
                    seen = number
                acknowledged += 1 + program.kill().count("counted")
                kills += 1
        acknowledged += survivor.kill().count("counted")
    with Storage(file, timeout_s=0) as storage:
        assert acknowledged <= int(names(storage)[0]) <= acknowledged + kills + 1
        storage.insert("items", {"name": "free"})
    assert not lock_of(file).exists()


# --- Stale locks ------------------------------------------------------------------------------


@ON_POSIX
def test_a_program_that_was_killed_has_no_lock(path):
    with Storage(path, timeout_s=0) as storage, running(WRITES, path) as program:
        program.listen()
        assert storage.read_only_reason == "locked"
        program.kill()
        assert lock_of(path).exists()
        assert storage.read_only_reason is None
        storage.insert("items", {"name": "mine"})
        assert storage.count_rows("items") == 3
    assert not lock_of(path).exists()


def test_a_program_that_forgets_to_close_leaves_no_lock(file):
    code = "from pytuck import Storage; Storage({!r}).insert('items', {{'name': 'lost'}})"
    subprocess.run([sys.executable, "-c", code.format(str(file))], cwd=ROOT, check=True)
    assert not lock_of(file).exists()
    Storage(file).insert("items", {"name": "lost"})
    gc.collect()
    with Storage(file, timeout_s=0) as storage:
        storage.insert("items", {"name": "kept"})
    with Storage(file) as storage:
        assert names(storage) == ["pear", "plum", "kept"]


@pytest.mark.parametrize("note", ["", "[", "[" * 4000, "7", '{"process": "x", "since": []}', "\0"])
def test_what_a_left_file_says_does_not_matter(file, note):
    lock_of(file).write_text(note)
    with Storage(file, timeout_s=0) as storage:
        assert storage.read_only_reason is None
        storage.insert("items", {"name": "mine"})
        said = json.loads(lock_of(file).read_bytes()[:1000])
        assert said["process"] == os.getpid()
        assert abs(said["since"] - time.time()) < 60
    assert not lock_of(file).exists()


@ON_POSIX
@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_something_else_in_place_of_the_lock_is_left_alone(file, tmp_path, kind):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    if kind == "link":
        lock_of(file).symlink_to(victim)
    elif kind == "pipe":
        os.mkfifo(lock_of(file))
    else:
        lock_of(file).mkdir()
    with Storage(file) as storage:
        assert names(storage) == ["pear", "plum"]
        with pytest.raises(StorageFullError, match=file.name):
            storage.insert("items", {"name": "x"})
    assert victim.read_text() == "mine"
    assert lock_of(file).is_symlink() or not lock_of(file).is_file()


# --- In one process ---------------------------------------------------------------------------


def test_two_storages_of_one_thread(file):
    with Storage(file) as first, Storage(file) as second:
        first.insert("items", {"name": "first"})
        assert second.read_only_reason == "locked"
        with pytest.raises(DeadlockError, match="another storage of this program"):
            second.insert("items", {"name": "second"})
        first.flush()
        second.insert("items", {"name": "second"})
        second.flush()
        assert names(first) == names(second) == ["pear", "plum", "first", "second"]


def test_two_storages_of_two_threads(file):
    with Storage(file) as first, Storage(file, timeout_s=0.1) as second:
        failures = []

        def write():
            try:
                second.insert("items", {"name": "second"})
            except LockTimeout as err:
                failures.append(err)

        first.insert("items", {"name": "first"})
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        (err,) = failures
        assert f"thread '{threading.current_thread().name}' of this process" in err.message
        assert err.details["holder_process"] == os.getpid()
        assert err.details["held_s"] is not None


def test_threads_of_one_storage_write_together(file):
    with Storage(file) as storage:
        barrier = threading.Barrier(4)

        def write(number):
            barrier.wait()
            for place in range(25):
                storage.insert("items", {"name": f"{number}-{place}"})
                if place % 5 == 0:
                    storage.flush()

        threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        storage.flush()
        assert not lock_of(file).exists()
    with Storage(file) as storage:
        assert storage.count_rows("items") == 102


@ON_POSIX
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_child_reads_and_has_no_lock(file):
    storage = Storage(file)
    storage.insert("items", {"name": "parent"})

    def work():
        assert names(storage) == ["pear", "plum", "parent"]
        with pytest.raises(DatabaseConnectionError, match="forked"):
            storage.insert("items", {"name": "child"})
        with Storage(file, timeout_s=0) as own:
            assert own.read_only_reason == "locked"
            with pytest.raises(LockTimeout, match=f"process {os.getppid()}"):
                own.insert("items", {"name": "child"})
        storage.close()

    assert in_a_child(work) == 0
    assert lock_of(file).exists()
    assert storage.is_unsaved
    storage.close()
    with Storage(file) as again:
        assert names(again) == ["pear", "plum", "parent"]


@ON_POSIX
def test_a_child_that_outlives_a_killed_parent_keeps_no_lock(file):
    code = """
import os, time
from pytuck import Storage
storage = Storage(sys.argv[1])
storage.insert("items", {"name": "lost"})
if os.fork() == 0:
    say("child")
    wait()
    os._exit(0)
time.sleep(60)
"""
    with running(code, file) as program:
        assert program.listen() == "child"
        os.kill(program.id, 9)
        wait_until(lambda: Storage(file, read_only=True).engine.lock_holder is None)
        with Storage(file, timeout_s=0) as storage:
            storage.insert("items", {"name": "kept"})


# --- Where the lock is ------------------------------------------------------------------------


@ON_POSIX
def test_a_link_to_a_document_has_the_lock_of_the_document(file, tmp_path):
    link = tmp_path / "elsewhere" / "link.json"
    link.parent.mkdir()
    link.symlink_to(file)
    with Storage(link) as storage, Storage(file) as other:
        storage.insert("items", {"name": "by the link"})
        assert lock_of(file).exists()
        assert other.read_only_reason == "locked"
    assert link.is_symlink()
    with Storage(file) as storage:
        assert names(storage) == ["pear", "plum", "by the link"]


@AS_ROOT
@pytest.mark.parametrize("ending", [".json", ".csv"])
def test_where_there_can_be_no_lock_a_document_is_read(ending):
    with tempfile.TemporaryDirectory(prefix="pytuck-test-") as name:
        folder = Path(name)
        file = make(folder / f"shop{ending}", "pear")
        file.chmod(0o666)
        folder.chmod(0o755)
        os.seteuid(65534)
        try:
            with Storage(file) as storage:
                assert storage.read_only_reason == "permission"
                assert names(storage) == ["pear"]
        finally:
            os.seteuid(0)


@AS_ROOT
def test_a_folder_that_nobody_may_write_beside_has_the_lock_inside():
    with tempfile.TemporaryDirectory(prefix="pytuck-test-") as name:
        drive = Path(name) / "drive"
        drive.mkdir()
        with Storage(drive, engine="csv") as storage:
            storage.create_table("items", COLUMNS)
            storage.insert("items", {"name": "pear"})
        Path(name).chmod(0o755)
        for part in (drive, *drive.iterdir()):
            part.chmod(0o777)
        os.seteuid(65534)
        try:
            with Storage(drive) as storage, Storage(drive) as other:
                storage.insert("items", {"name": "plum"})
                assert lock_of(drive).name in {part.name for part in drive.iterdir()}
                assert other.read_only_reason == "locked"
                storage.flush()
                assert names(other) == ["pear", "plum"]
        finally:
            os.seteuid(0)
        assert not list(drive.glob(".*"))


@AS_ROOT
def test_a_lock_that_cannot_be_made_any_more_is_told():
    with tempfile.TemporaryDirectory(prefix="pytuck-test-") as name:
        folder = Path(name)
        file = make(folder / "shop.json", "pear")
        folder.chmod(0o755)
        with Storage(file) as storage:
            os.seteuid(65534)
            try:
                with pytest.raises(FilePermissionError, match=file.name):
                    storage.insert("items", {"name": "x"})
            finally:
                os.seteuid(0)
            storage.insert("items", {"name": "plum"})
        with Storage(file) as storage:
            assert names(storage) == ["pear", "plum"]


# --- Seeing what was saved --------------------------------------------------------------------


def save_elsewhere(path: Path, name: str = "theirs") -> None:
    with Storage(path) as other:
        other.insert("items", {"name": name})


@pytest.mark.parametrize("read_only", [False, True])
def test_each_question_and_poll_sees_what_was_saved(path, read_only):
    with Storage(path, read_only=read_only) as storage:
        assert storage.poll_changes() == (False, False)
        save_elsewhere(path)
        assert storage.poll_changes()[0]
        assert storage.poll_changes() == (False, False)
        save_elsewhere(path, "more")
        assert names(storage) == ["pear", "plum", "theirs", "more"]
        assert not storage.is_unsaved


def test_a_transaction_keeps_to_what_it_saw(file):
    with Storage(file) as storage:
        with storage.transaction(read_only=True):
            assert names(storage) == ["pear", "plum"]
            save_elsewhere(file)
            with Storage(file) as other:
                names(other)
            storage.poll_changes()
            assert names(storage) == ["pear", "plum"]
        assert names(storage) == ["pear", "plum", "theirs"]


def test_what_rests_on_old_rows_is_not_written(file):
    with Storage(file) as storage:

        class Item(declarative_base(storage)):
            __tablename__ = "items"
            id = Column(int, primary_key=True)
            name = Column(str)

        with Session(storage) as session:
            item = session.get(Item, 1)
            save_elsewhere(file)
            item.name = "apple"
            with pytest.raises(StaleDataError):
                session.commit()
            session.rollback()
            session.get(Item, 1).name = "apple"
            session.commit()
    with Storage(file) as storage:
        assert names(storage) == ["apple", "plum", "theirs"]


def test_new_tables_and_columns_are_seen(file):
    with Storage(file) as storage:
        with Storage(file) as other:
            other.add_column("items", Column(int, name="stock"), default_value=3)
            other.create_table("more", COLUMNS)
        assert storage.poll_changes() == (True, True)
        assert storage.list_tables() == ["items", "more"]
        assert storage.select("items", 1)["stock"] == 3


def test_subscribers_are_told_of_what_others_saved(file):
    with Storage(file) as storage, running(WRITES, file) as program:
        heard = []
        with storage.changes.subscribe(heard.append):
            program.listen()
            program.tell("flush")
            program.listen()
            wait_until(lambda: heard)
        (change,) = heard
        assert change.is_anything
        assert not change.has_new_schema
        assert (change.origin.process, change.origin.is_here) == (None, False)
        assert names(storage) == ["pear", "plum", "theirs"]


@pytest.mark.parametrize("name", ["a.csv", "a.zip", "a.pydblite", "a.jsonl", "a.diskcache"])
def test_nothing_of_two_states_is_read(tmp_path, name):
    path = tmp_path / name
    options = CsvBackendOptions(layout="folder") if name == "a.csv" else None
    engine = "csv" if name == "a.zip" else path.suffix[1:]
    with Storage(path, engine=engine, backend_options=options) as storage:
        for table in ("items", "others"):
            storage.create_table(table, COLUMNS)
            storage.insert(table, {"name": "0"})
    with running(SAVES_BOTH, path) as program, Storage(path) as storage:
        program.listen()
        seen = set()

        def has_seen_enough():
            with storage.transaction(read_only=True):
                found = {storage.select(table, 1)["name"] for table in ("items", "others")}
            assert len(found) == 1
            seen.update(found)
            return len(seen) > 5

        wait_until(has_seen_enough)


def test_a_file_that_is_damaged_is_told_until_it_is_whole(file):
    whole = file.read_bytes()
    with Storage(file) as storage:
        file.write_bytes(whole[:-20])
        for _ in range(2):
            with pytest.raises(PytuckException, match=file.name):
                storage.count_rows("items")
            with pytest.raises(PytuckException, match=file.name):
                storage.insert("items", {"name": "x"})
        assert not lock_of(file).exists()
        file.write_bytes(whole.replace(b"pear", b"lime"))
        assert names(storage) == ["lime", "plum"]
        storage.insert("items", {"name": "x"})


def test_a_file_that_is_gone_is_not_made_anew(file):
    with Storage(file) as storage:
        content = file.read_bytes()
        file.unlink()
        assert names(storage) == ["pear", "plum"]
        storage.insert("items", {"name": "x"})
        with pytest.raises(ConflictError, match="deleted"):
            storage.flush()
        file.write_bytes(content)
        storage.discard()
