"""Another password for a file, a first one, or none."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from pytuck import (
    Column,
    ConfigurationError,
    LockTimeout,
    PasswordRequiredError,
    Session,
    Storage,
    TransactionError,
    UnsupportedOperationError,
    WrongPasswordError,
    declarative_base,
)
from tests.core.changes.feed import Heard

MARKER = "a very private sentence"


def made(path, password=None):
    with Storage(path, password=password) as storage:
        storage.create_table(
            "notes", [Column(int, name="id", primary_key=True), Column(str, name="text")]
        )
        storage.insert("notes", {"id": 1, "text": MARKER})


def texts(path, password=None):
    with Storage(path, password=password) as storage:
        assert storage.check() == []
        return [row["text"] for row in storage.query("notes")]


@pytest.mark.parametrize("old", [None, "old"])
@pytest.mark.parametrize("new", [None, "new", "密码 'quoted\" "])
def test_what_is_in_the_file_stays(tmp_path, old, new):
    path = tmp_path / "a.pytuck"
    made(path, old)
    with Storage(path, password=old) as storage:
        storage.change_password(new)
        storage.insert("notes", {"id": 2, "text": "more"})
        assert storage.info().is_encrypted == (new is not None)
    assert texts(path, new) == [MARKER, "more"]
    head = path.read_bytes()[:16]
    assert head.startswith(b"PTKE" if new else b"SQLite format 3")
    assert [item.name for item in tmp_path.iterdir()] == ["a.pytuck"]
    if new is not None:
        assert MARKER.encode() not in path.read_bytes()
        with pytest.raises(PasswordRequiredError):
            Storage(path)
        with pytest.raises(WrongPasswordError):
            Storage(path, password="wrong")


def test_sessions_at_work_are_not_disturbed(tmp_path):
    made(tmp_path / "a.pytuck")
    with Storage(tmp_path / "a.pytuck") as storage:

        class Note(declarative_base(storage)):
            __tablename__ = "notes"
            id = Column(int, primary_key=True)
            text = Column(str)

        with Session(storage) as session:
            session.add(Note(text="not saved yet"))
            session.flush()
            with pytest.raises(TransactionError, match="in use"):
                storage.change_password("new")
            session.commit()
        storage.change_password("new")
        with Session(storage) as session:
            assert session.get(Note, 2).text == "not saved yet"


def test_a_file_that_is_open_elsewhere_keeps_its_password(tmp_path):
    path = tmp_path / "a.pytuck"
    made(path)
    with Storage(path, timeout_s=0.1) as first, Storage(path) as second:
        with pytest.raises(LockTimeout):
            first.change_password("new")
        second.insert("notes", {"id": 2, "text": "still here"})
        assert first.count_rows("notes") == 2
    assert len(texts(path)) == 2


def test_who_watches_goes_on_watching(tmp_path):
    made(tmp_path / "a.pytuck")
    heard = Heard()
    with Storage(tmp_path / "a.pytuck") as storage, storage.changes.subscribe(heard):
        storage.change_password("new")
        storage.insert("notes", {"id": 2, "text": "more"})
        assert heard.until(lambda sets: any("notes" in item.tables for item in sets))


@pytest.mark.parametrize("password", ["", "a\0b"])
def test_passwords_that_are_none_are_refused(tmp_path, password):
    made(tmp_path / "a.pytuck")
    with (
        Storage(tmp_path / "a.pytuck") as storage,
        pytest.raises(ConfigurationError, match="password"),
    ):
        storage.change_password(password)


@pytest.mark.parametrize("name", ["a.sqlite", "a.json", None])
def test_other_engines_have_no_passwords(tmp_path, name):
    storage = Storage() if name is None else Storage(tmp_path / name)
    with storage, pytest.raises(UnsupportedOperationError, match="password"):
        storage.change_password("new")


@pytest.mark.skipif(sys.platform == "win32", reason="a kill leaves other traces there")
@pytest.mark.parametrize("delay_s", [0.0, 0.02, 0.05, 0.1])
def test_a_killed_change_leaves_one_of_the_two(tmp_path, delay_s):
    path = tmp_path / "a.pytuck"
    made(path)
    with Storage(path) as storage:
        storage.bulk_insert("notes", [{"text": f"{MARKER} {i}" * 20} for i in range(5000)])
    program = (
        "import sys; from pytuck import Storage\n"
        "s = Storage(sys.argv[1]); print('ready', flush=True); s.change_password('new')\n"
        "print('done', flush=True); sys.stdin.read()"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdout is not None
    assert running.stdout.readline() == "ready\n"
    time.sleep(delay_s)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    password = "new" if path.read_bytes()[:4] == b"PTKE" else None
    assert len(texts(path, password)) == 5001
    with Storage(path, password=password) as storage:
        storage.change_password("newer")
    assert len(texts(path, "newer")) == 5001
    assert [item.name for item in tmp_path.iterdir()] == ["a.pytuck"]
    assert MARKER.encode() not in path.read_bytes()
