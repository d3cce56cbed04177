"""Backups while others write, with progress, cancelled, and of every engine."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading

import pytest

from pytuck import (
    CancelledError,
    Column,
    ConfigurationError,
    LockTimeout,
    Storage,
    UnsupportedOperationError,
)
from pytuck.common.progress import CancelToken
from tests.core.concurrency.programs import running

COLUMNS = [
    Column(int, name="id", primary_key=True),
    Column(str, name="text", index=True),
    Column(bool, name="ok"),
]
ROWS = [{"text": "x" * 500, "ok": number % 2 == 0} for number in range(20_000)]


def _filled(path, **options):
    storage = Storage(path, **options)
    storage.create_table("notes", COLUMNS, comment="what was said")
    storage.bulk_insert("notes", ROWS)
    return storage


@pytest.mark.parametrize("name", ["a.pytuck", "a.sqlite"])
def test_the_copy_is_one_state_whatever_is_written_meanwhile(tmp_path, name):
    with _filled(tmp_path / name) as storage:
        is_over = threading.Event()

        def write():
            while not is_over.is_set():
                with storage.transaction():  # both or neither
                    storage.insert("notes", {"text": "a"})
                    storage.insert("notes", {"text": "b"})

        def watch(progress):
            assert progress.task == "copying"
            assert 0 < progress.done <= progress.total

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for number in range(5):
                storage.backup(tmp_path / f"{number}.copy", progress=watch)
        finally:
            is_over.set()
            writer.join()
        for number in range(5):
            with Storage(tmp_path / f"{number}.copy", read_only=True) as copy:
                assert copy.count_rows("notes") % 2 == 0
                assert copy.check() == []


def test_a_cancelled_backup_leaves_nothing(tmp_path):
    token = CancelToken()
    with _filled(tmp_path / "a.pytuck") as storage:
        with pytest.raises(CancelledError):
            storage.backup(tmp_path / "b.pytuck", progress=lambda _: token.cancel(), cancel=token)
        storage.insert("notes", {"text": "after"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pytuck"]


@pytest.mark.parametrize(
    "name", ["a.json", "a.jsonl", "a.csv", "a.xlsx", "a.xml", "a.duckdb", "a.msgpack"]
)
def test_a_backup_is_a_file_of_the_same_kind(tmp_path, name):
    target = tmp_path / f"copy of {name}"
    with Storage(tmp_path / name) as storage:
        storage.create_table("notes", COLUMNS, comment="what was said")
        storage.bulk_insert("notes", ROWS[:100])
        storage.insert("notes", {"text": "=1+1", "ok": None})
        assert storage.backup(target) == target
        storage.insert("notes", {"text": "later"})
        with pytest.raises(ConfigurationError, match="already"):
            storage.backup(target)
        with pytest.raises(ConfigurationError, match="open file itself"):
            storage.flush()
            storage.backup(storage.file_path, overwrite=True)
        with Storage(target, read_only=True) as copy:
            assert copy.engine_name == storage.engine_name
            assert copy.count_rows("notes") == 101
            assert copy.select("notes", 101) == {"id": 101, "text": "=1+1", "ok": None}
            assert copy.get_table("notes").schema.comment == "what was said"


def test_a_backup_of_duckdb_has_its_views_and_refuses_what_it_cannot_copy(tmp_path):
    with Storage(tmp_path / "a.duckdb") as storage:
        storage.create_table("notes", COLUMNS)
        storage.bulk_insert("notes", ROWS[:10])
        storage.execute_sql("CREATE VIEW good AS SELECT * FROM notes WHERE ok")
        storage.backup(tmp_path / "b.duckdb")
        storage.execute_sql("CREATE SEQUENCE numbers")
        with pytest.raises(UnsupportedOperationError, match="sequence numbers"):
            storage.backup(tmp_path / "c.duckdb")
    assert not (tmp_path / "c.duckdb").exists()
    with Storage(tmp_path / "b.duckdb") as copy:
        assert copy.execute_sql("SELECT count(*) FROM good").rows == [(5,)]
        assert [index.name for index in copy.get_table("notes").schema.indexes] == [
            "idx_notes_text"
        ]


def test_a_backup_of_a_file_without_a_log_begins_anew_for_writers(tmp_path):
    path = tmp_path / "a.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as raw:
        raw.execute("CREATE TABLE notes (id INTEGER PRIMARY KEY, text)")
        raw.executemany("INSERT INTO notes (text) VALUES (?)", [("x" * 500,)] * 20_000)
        raw.commit()
    with Storage(path, timeout_s=0.1) as storage:
        refused = []

        def write(progress):
            try:
                storage.insert("notes", {"text": "meanwhile"})
            except LockTimeout as err:  # in the end the copy holds the file
                refused.append(err)

        storage.backup(tmp_path / "b.sqlite", progress=write)
        assert refused
        found = storage.count_rows("notes")
        assert found > 20_000
    with Storage(tmp_path / "b.sqlite", read_only=True) as copy:
        assert copy.check() == []
        assert copy.count_rows("notes") > 20_000


ON_A_FULL_DISK = """
import resource, signal
from pathlib import Path
from pytuck import Storage
from pytuck.common.exceptions import StorageFullError

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
folder = Path(sys.argv[1])
with Storage(folder / sys.argv[2]) as storage:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))
    try:
        storage.backup(folder / "copy")
    except StorageFullError as err:
        assert "copy" in err.message, err
        say("refused")
    try:
        storage.compact()
    except StorageFullError as err:
        say("refused")
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert storage.check() == []
    storage.compact()
    storage.insert("notes", {"text": "room again"})
"""


@pytest.mark.skipif(os.name != "posix", reason="files have no limit of size here")
@pytest.mark.parametrize("name", ["a.pytuck", "a.sqlite"])
def test_a_full_disk_leaves_the_file_and_nothing_else(tmp_path, name):
    _filled(tmp_path / name).close()
    with running(ON_A_FULL_DISK, tmp_path, name) as program:
        assert program.listen() == program.listen() == "refused"
        assert program.end() == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]
    with Storage(tmp_path / name) as storage:
        assert storage.count_rows("notes") == len(ROWS) + 1


def test_what_a_killed_program_left_is_taken_away(tmp_path):
    with _filled(tmp_path / "a.pytuck") as storage:
        storage.compact()
    code = "from pytuck import Storage\nStorage(sys.argv[1]).backup(sys.argv[2], progress=lambda _: (say(1), wait()))"
    with running(code, tmp_path / "a.pytuck", tmp_path / "b.pytuck") as program:
        program.listen()
        program.kill()
    left = {path.name for path in tmp_path.iterdir()}
    assert any(name.endswith(".tmp") for name in left)
    with Storage(tmp_path / "a.pytuck") as storage:
        storage.backup(tmp_path / "b.pytuck")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.pytuck", "b.pytuck"]
