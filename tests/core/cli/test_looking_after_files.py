"""The command's ways to look after a file, and passwords that are asked for."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import sqlite3
import subprocess
import sys

import pytest

from pytuck import Column, Storage
from pytuck.cli import main

RUNS_THE_COMMAND = "import sys; from pytuck.cli import main; sys.exit(main())"


@pytest.fixture
def notes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Storage("a.pytuck") as storage:
        storage.create_table(
            "notes", [Column(int, name="id", primary_key=True), Column(str, name="text")]
        )
        storage.bulk_insert("notes", [{"text": "x" * 1000}] * 2000)
        storage.execute_sql("DELETE FROM notes WHERE id > 10")
    return tmp_path


def test_a_file_is_checked(notes, capsys):
    assert main(["check", "a.pytuck"]) == 0
    assert "nothing is wrong" in capsys.readouterr().out
    with contextlib.closing(sqlite3.connect("a.pytuck")) as raw, raw:
        raw.execute("CREATE TABLE b (a INTEGER REFERENCES notes (id))")
        raw.execute("INSERT INTO b VALUES (77)")
    assert main(["check", "a.pytuck"]) == 3
    assert "1 rows of table 'b'" in capsys.readouterr().out
    assert main(["check", "no.pytuck"]) == 1
    assert not (notes / "no.pytuck").exists()


def test_a_file_is_copied_and_compacted(notes, capsys):
    assert main(["backup", "a.pytuck", "b.pytuck"]) == 0
    assert main(["backup", "a.pytuck", "b.pytuck"]) == 1
    assert main(["backup", "a.pytuck", "b.pytuck", "--overwrite"]) == 0
    before = (notes / "a.pytuck").stat().st_size
    capsys.readouterr()
    assert main(["compact", "a.pytuck"]) == 0
    won = before - (notes / "a.pytuck").stat().st_size
    assert won > 1_000_000
    assert f"{won:,} bytes" in capsys.readouterr().out


def test_room_and_versions_are_told(notes, capsys):
    assert main(["info", "a.pytuck", "--sizes"]) == 0
    told = capsys.readouterr().out
    assert "format 1, journal wal" in told
    assert "bytes free" in told
    assert "notes (10 rows, " in told


def test_a_password_comes_from_the_environment_and_from_the_input(notes, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("first one\n"))
    assert main(["password", "a.pytuck"]) == 0
    assert main(["info", "a.pytuck"]) == 1
    assert "is encrypted" in capsys.readouterr().err
    monkeypatch.setenv("PYTUCK_PASSWORD", "wrong")
    assert main(["info", "a.pytuck"]) == 1
    monkeypatch.setenv("PYTUCK_PASSWORD", "first one")
    assert main(["info", "a.pytuck"]) == 0
    assert "encrypted" in capsys.readouterr().out
    assert main(["password", "a.pytuck", "--new-password", "second"]) == 0
    assert main(["password", "a.pytuck", "--remove", "--password", "second"]) == 0
    monkeypatch.delenv("PYTUCK_PASSWORD")
    assert main(["check", "a.pytuck"]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["password", "a.pytuck"]) == 1
    assert not Storage("a.pytuck").info().is_encrypted


@pytest.mark.skipif(os.name != "posix", reason="there are no terminals of this kind")
def test_a_person_is_asked_for_the_password(notes):
    with Storage("b.pytuck", password="open sesame") as storage:
        storage.create_table("hidden", [Column(int, name="id", primary_key=True)])
    ours, theirs = pty.openpty()
    asking = subprocess.Popen(
        [sys.executable, "-c", RUNS_THE_COMMAND, "info", "b.pytuck"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    os.close(theirs)
    told = _until(asking.stderr, "Password: ")
    os.write(ours, b"wrong\n")
    told += _until(asking.stderr, "Password: ")
    os.write(ours, b"open sesame\n")
    out, err = asking.communicate(timeout=60)
    os.close(ours)
    assert asking.returncode == 0, err
    assert "hidden (0 rows)" in out
    assert "That is not the password." in told
    assert "sesame" not in out + err + told


def _until(stream, ending):
    """Return what a program says up to a question; what is typed before that is thrown away."""
    told = ""
    while not told.endswith(ending):
        letter = stream.read(1)
        assert letter, told
        told += letter
    return told
