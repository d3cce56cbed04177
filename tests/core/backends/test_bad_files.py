"""What cannot be opened gives one clear error, and nothing is modified by opening."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import contextmanager

import pytest

from pytuck import (
    Column,
    ConfigurationError,
    CorruptFileError,
    EmptyFileError,
    FileFormatError,
    FileMissingError,
    FilePermissionError,
    LockTimeout,
    NotAFileError,
    PasswordRequiredError,
    PytuckException,
    ReadOnlyError,
    Storage,
    TruncatedFileError,
    WrongPasswordError,
)
from pytuck.backends.file_check import FORMAT_VERSION

NOBODY = 65534


@contextmanager
def as_ordinary_user():
    """Give up root's right to read and write everything, for a while."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def holding(path, lock):
    """Have another process hold a lock on a file."""
    code = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute(sys.argv[2]); print('locked', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(path), lock]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline().strip() == b"locked"
        try:
            yield
        finally:
            holder.stdin.close()


@pytest.fixture
def shop(tmp_path):
    path = tmp_path / "shop.pytuck"
    with Storage(path) as storage:
        storage.create_table(
            "books", [Column(int, name="id", primary_key=True), Column(str, name="title")]
        )
        storage.bulk_insert("books", [{"title": f"Book {n}" * 20} for n in range(500)])
    return path


@pytest.fixture
def open_to_all(shop):
    """A file in a folder that any user can reach."""
    folder = shop.parent
    while (
        folder != folder.parent and folder.stat().st_uid == os.getuid() and folder != folder.home()
    ):
        if folder.stat().st_mode & 0o077 != 0o077 and "pytest" in str(folder):
            folder.chmod(0o777)
        folder = folder.parent
    return shop


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda path: None, FileMissingError),
        (lambda path: path.mkdir(), NotAFileError),
        (lambda path: path.write_bytes(b""), EmptyFileError),
        (lambda path: path.write_bytes(b"Hello, world. " * 50), FileFormatError),
        (lambda path: path.write_bytes(b"PK\x03\x04" + bytes(200)), FileFormatError),
        (lambda path: path.write_bytes(b"SQLite format 3\x00"), TruncatedFileError),
    ],
    ids=["missing", "folder", "empty", "text", "zip", "header only"],
)
def test_what_is_no_database_is_an_error_that_names_the_file(tmp_path, make, error):
    path = tmp_path / "thing.pytuck"
    make(path)
    with pytest.raises(error, match=r"thing\.pytuck") as caught:
        Storage(path, create=False)
    assert caught.value.details["path"] == str(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    path = tmp_path / "pipe.pytuck"
    os.mkfifo(path)
    with pytest.raises(NotAFileError):
        Storage(path)


def test_a_file_cut_anywhere_is_an_error(shop, tmp_path):
    content = shop.read_bytes()
    cut = tmp_path / "cut.pytuck"
    lengths = {1, 15, 16, 17, 99, 100, 101, 4095, 4096, len(content) - 1, len(content) - 4096}
    lengths |= set(range(0, len(content), 1777))
    for length in sorted(lengths - {len(content)}):
        cut.write_bytes(content[:length])
        with pytest.raises(PytuckException, match=r"cut\.pytuck"):
            Storage(cut, create=False)


def test_garbage_inside_is_an_error_not_a_crash(shop, tmp_path):
    content = bytearray(shop.read_bytes())
    content[100:8000] = os.urandom(7900)
    broken = tmp_path / "broken.pytuck"
    broken.write_bytes(content)
    with pytest.raises(CorruptFileError, match="damaged"):
        with Storage(broken, create=False) as storage:
            storage.count_rows("books")


def test_opening_and_reading_changes_nothing(shop):
    before = (shop.read_bytes(), shop.stat().st_mtime_ns)
    for read_only in (False, True):
        with Storage(shop, read_only=read_only) as storage:
            assert storage.count_rows("books") == 500
        assert (shop.read_bytes(), shop.stat().st_mtime_ns) == before
        assert [path.name for path in shop.parent.iterdir()] == ["shop.pytuck"]


def test_a_foreign_sqlite_file_stays_as_it_is(tmp_path):
    path = tmp_path / "foreign.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (a, b VARCHAR(20), c DOUBLE)")
        connection.execute("INSERT INTO t VALUES (1, 'x', 2.5)")
    connection.close()
    before = path.read_bytes()
    with Storage(path) as storage:
        assert storage.engine_name == "sqlite"
        assert storage.execute(__import__("pytuck").select(storage.tables["t"])).all() == [
            (1, "x", 2.5)
        ]
    assert path.read_bytes() == before


def test_read_only_refuses_every_write(shop):
    with Storage(shop, read_only=True) as storage:
        assert storage.read_only_reason == "asked"
        with pytest.raises(ReadOnlyError, match=r"shop\.pytuck"):
            storage.insert("books", {"title": "new"})
        with pytest.raises(ReadOnlyError):
            storage.create_table("more", [Column(int, name="id")])
        assert storage.count_rows("books") == 500


def test_a_file_that_may_not_be_written_opens_for_reading(open_to_all):
    open_to_all.chmod(0o444)
    with as_ordinary_user(), Storage(open_to_all) as storage:
        assert storage.read_only_reason == "permission"
        assert storage.count_rows("books") == 500
        with pytest.raises(ReadOnlyError):
            storage.insert("books", {"title": "new"})
    assert [path.name for path in open_to_all.parent.iterdir()] == ["shop.pytuck"]


def test_a_file_that_may_not_be_read_says_so(open_to_all):
    open_to_all.chmod(0o000)
    with as_ordinary_user(), pytest.raises(FilePermissionError, match=r"shop\.pytuck"):
        Storage(open_to_all)


def test_a_newer_format_opens_for_reading(shop):
    with sqlite3.connect(shop) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT_VERSION + 1}")
    connection.close()
    with Storage(shop) as storage:
        assert storage.read_only_reason == "newer format"
        assert storage.count_rows("books") == 500


def test_an_encrypted_file_needs_its_password(tmp_path):
    path = tmp_path / "secret.pytuck"
    with Storage(path, password="pass 密码 '") as storage:
        storage.create_table("t", [Column(int, name="id", primary_key=True), Column(str, name="s")])
        storage.insert("t", {"s": "the plain text canary"})
    assert path.read_bytes()[:4] == b"PTKE"
    assert b"canary" not in path.read_bytes()
    with pytest.raises(PasswordRequiredError, match=r"secret\.pytuck"):
        Storage(path)
    with pytest.raises(WrongPasswordError) as caught:
        Storage(path, password="wrong one")
    assert "wrong one" not in str(caught.value)
    with Storage(path, password="pass 密码 '") as storage:
        assert storage.select("t", 1)["s"] == "the plain text canary"
        assert storage.info().is_encrypted


def test_a_password_for_a_plain_file_is_a_mistake(shop):
    with pytest.raises(ConfigurationError, match="not encrypted"):
        Storage(shop, password="x")


def test_a_file_locked_by_another_program_says_so(tmp_path):
    path = tmp_path / "locked.db"
    sqlite3.connect(path).execute("CREATE TABLE t (a)").connection.close()
    with holding(path, "BEGIN EXCLUSIVE"), pytest.raises(LockTimeout, match=r"locked\.db"):
        Storage(path, timeout_s=0.05)
    with (
        Storage(path, timeout_s=0.05) as storage,
        holding(path, "BEGIN IMMEDIATE"),
        pytest.raises(LockTimeout, match=r"process|program"),
    ):
        storage.insert("t", {"a": 1})


def test_a_second_look_at_an_open_file_does_not_drop_its_locks(shop):
    with Storage(shop, timeout_s=0.05) as first, first.transaction():
        first.insert("books", {"title": "uncommitted"})
        with Storage(shop, timeout_s=0.05) as second:
            assert second.count_rows("books") == 500
        writing = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0.05).execute('BEGIN IMMEDIATE')"
        other = subprocess.run(
            [sys.executable, "-c", writing, str(shop)], capture_output=True, check=False
        )
        assert b"locked" in other.stderr


def test_a_foreign_file_cannot_be_opened_as_pytuck(tmp_path):
    path = tmp_path / "foreign.db"
    sqlite3.connect(path).execute("CREATE TABLE t (a)").connection.close()
    with pytest.raises(FileFormatError, match="engine='sqlite'"):
        Storage(path, engine="pytuck")


def test_a_missing_file_is_made_only_where_its_folder_exists(tmp_path):
    with pytest.raises(PytuckException, match="no folder"):
        Storage(tmp_path / "nowhere" / "x.pytuck")
    assert not (tmp_path / "nowhere").exists()


def test_a_copy_of_an_open_file_is_no_surprise(shop, tmp_path):
    with Storage(shop) as storage:
        storage.insert("books", {"title": "in the log"})
        copy = tmp_path / "copy.pytuck"
        shutil.copy(shop, copy)
        with Storage(copy) as copied:
            assert copied.count_rows("books") in (500, 501)
