"""What a check finds, and what the storage tells of the room in a file."""

from __future__ import annotations

import contextlib
import sqlite3

import pytest

from pytuck import CancelledError, Column, ReadOnlyError, Storage
from pytuck.common.progress import CancelToken

COLUMNS = [
    Column(int, name="id", primary_key=True),
    Column(str, name="text", index=True, comment="as heard"),
]


@pytest.fixture
def path(tmp_path):
    with Storage(tmp_path / "a.pytuck") as storage:
        storage.create_table("notes", COLUMNS, comment="what was said")
        storage.create_table("empty", [Column(int, name="id", primary_key=True)])
        storage.bulk_insert("notes", [{"text": "x" * 1000} for _ in range(2000)])
        storage.history.turn_on()
        storage.insert("notes", {"text": "kept"})
    return tmp_path / "a.pytuck"


def _spoil(path, *statements):
    with contextlib.closing(sqlite3.connect(path)) as raw, raw:
        for statement in statements:
            raw.execute(statement)


def test_a_file_whose_catalogue_fits_is_whole(path):
    with Storage(path, read_only=True) as storage:
        assert storage.check() == []


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        (
            ["INSERT INTO _pytuck_comments VALUES ('gone', '', 'x')"],
            ["comment on the table 'gone'"],
        ),
        (
            ["ALTER TABLE notes RENAME COLUMN text TO words"],
            ["comment on the column 'notes.text'"],
        ),
        (["UPDATE _pytuck_changes SET tables = x'c1'"], ["1 entries of the log"]),
        (["UPDATE _pytuck_meta SET value = '{' WHERE key = 'history'"], ["setting 'history'"]),
        (["ALTER TABLE _pytuck_meta RENAME COLUMN value TO v"], ["has no column value"]),
        (
            ["DROP TABLE _pytuck_comments", "CREATE TABLE _pytuck_comments (x)"],
            ["'_pytuck_comments' has no column column_name, comment, table_name"],
        ),
    ],
)
def test_a_catalogue_that_contradicts_the_tables_is_told(path, statements, words):
    _spoil(path, *statements)
    with Storage(path, read_only=True) as storage:
        problems = storage.check()
    assert len(problems) == len(words)
    assert all(word in problem for word, problem in zip(words, problems, strict=True))


def test_rows_that_break_their_rules_are_told(path):
    _spoil(
        path,
        "PRAGMA ignore_check_constraints = ON",
        "CREATE TABLE positive (n CHECK (n > 0))",
        "INSERT INTO positive VALUES (-1)",
    )
    with Storage(path, read_only=True) as storage:
        assert storage.check() == ["CHECK constraint failed in positive"]


def test_a_check_can_be_watched_and_stopped_and_writers_go_on(path):
    with Storage(path) as storage:
        told = []

        def watch(progress):
            told.append(progress)
            storage.insert("notes", {"text": "meanwhile"})

        assert storage.check(watch) == []
        token = CancelToken()
        token.cancel()
        if told:  # a fast machine may be done before the first look
            assert {item.task for item in told} == {"checking"}
            with pytest.raises(CancelledError):
                storage.check(cancel=token)
        assert storage.check() == []


def test_compacting_can_be_stopped_and_leaves_the_file_as_it_was(path):
    with Storage(path) as storage:
        storage.bulk_insert("notes", [{"text": "y" * 1000} for _ in range(50_000)])
        before = path.stat().st_size
        token = CancelToken()
        token.cancel()
        with pytest.raises(CancelledError):
            storage.compact(cancel=token)
        assert storage.count_rows("notes") == 52_001
        assert path.stat().st_size >= before
        assert storage.check() == []


def test_the_room_that_tables_take(path):
    with Storage(path) as storage:
        about = storage.info(sizes=True)
        assert about.journal_mode == "wal"
        assert about.library.startswith("SQLite 3.")
        assert about.format_version == 1
        assert about.page_bytes == 4096
        assert set(about.table_bytes) == {"notes", "empty", ""}
        assert about.table_bytes["notes"] > 4_000_000  # with its index
        assert about.table_bytes["empty"] == 4096
        assert storage.info().table_bytes is None
        with storage.transaction():
            storage.execute_sql("DELETE FROM notes WHERE id <= 1500")
        about = storage.info(sizes=True)
        assert about.free_bytes > 1_000_000
        storage.compact()
        assert storage.info().free_bytes == 0


def test_the_room_in_other_kinds_of_file(tmp_path):
    for name in ("a.json", "a.duckdb", "a.sqlite"):
        with Storage(tmp_path / name) as storage:
            storage.create_table("notes", COLUMNS)
            storage.bulk_insert("notes", [{"text": str(n) * 100} for n in range(2000)])
        with Storage(tmp_path / name) as storage:
            assert storage.info(sizes=True).table_bytes["notes"] > 0
    with Storage(tmp_path / "a.duckdb", read_only=True) as storage:
        assert storage.info(sizes=True).table_bytes["notes"] >= 262_144
        assert storage.check() == []
    with Storage() as storage:
        assert storage.info(sizes=True).table_bytes == {"": 4096}


def test_a_damaged_block_of_duckdb_is_told(tmp_path):
    path = tmp_path / "a.duckdb"
    with Storage(path) as storage:
        storage.create_table("notes", [COLUMNS[0], Column(str, name="text")])
        storage.bulk_insert("notes", [{"text": f"{n * n * n:x}" * 20} for n in range(20_000)])
    content = bytearray(path.read_bytes())
    content[12_288 + 262_144 + 1000 : 12_288 + 262_144 + 1200] = b"\xaa" * 200
    path.write_bytes(content)
    with Storage(path, read_only=True) as storage:
        assert storage.check() != []


def test_a_storage_for_reading_stays_so_after_a_transaction_for_reading(path):
    with Storage(path, read_only=True) as storage:
        with storage.transaction(read_only=True):
            assert storage.count_rows("notes") == 2001
        assert storage.check() == []
        with pytest.raises(ReadOnlyError):
            storage.insert("notes", {"text": "never"})
        assert storage.count_rows("notes") == 2001
