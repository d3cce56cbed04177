"""Commits of other programs, with this library and without it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys

import pytest

from pytuck import Column, Storage
from pytuck.events.change_sets import TableChanges
from tests.core.changes.feed import Heard

OTHER = """
import sys
from pytuck import Storage
with Storage(sys.argv[1]) as storage:
    storage.changes.label = "other"
    for number in range(int(sys.argv[2])):
        storage.insert("users", {"name": "other"})
"""


def run_other(path, commits=1):
    return subprocess.run([sys.executable, "-c", OTHER, str(path), str(commits)], check=True)


@pytest.fixture(params=["pytuck", "sqlite"])
def storage(request, tmp_path):
    with Storage(tmp_path / f"a.{request.param}", engine=request.param) as storage:
        storage.create_table(
            "users", [Column(int, name="id", primary_key=True), Column(str, name="name")]
        )
        yield storage


def test_a_program_with_this_library_tells_its_rows(tmp_path):
    with Storage(tmp_path / "a.pytuck") as storage:
        storage.create_table(
            "users", [Column(int, name="id", primary_key=True), Column(str, name="name")]
        )
        heard = Heard()
        with storage.changes.subscribe(heard):
            run_other(storage.file_path, 3)
            sets = heard.wait(3)
    assert [dict(item.tables) for item in sets] == [
        {"users": TableChanges(inserted=(number,))} for number in (1, 2, 3)
    ]
    assert {item.origin.label for item in sets} == {"other"}
    assert {item.origin.is_here for item in sets} == {False}
    assert {item.origin.process for item in sets}.isdisjoint({None, os.getpid()})
    assert [item.seq for item in sets] == sorted(item.seq for item in sets)


def test_two_storages_of_one_process_tell_one_another(tmp_path):
    path = tmp_path / "a.pytuck"
    with Storage(path) as first, Storage(path) as second:
        first.create_table("users", [Column(int, name="id", primary_key=True)])
        one, two = Heard(), Heard()
        with first.changes.subscribe(one), second.changes.subscribe(two):
            first.insert("users", {"id": 5})
            (mine,), (theirs,) = one.wait(), two.wait()
    assert mine.tables == theirs.tables == {"users": TableChanges(inserted=(5,))}
    assert mine.origin.is_here
    assert not theirs.origin.is_here
    assert mine.seq == theirs.seq


def test_without_a_log_a_commit_of_others_may_be_anything(storage):
    heard = Heard()
    with storage.changes.subscribe(heard, tables=["users"], shared=False):
        run_other(storage.file_path)
        (change_set,) = heard.wait()
        assert change_set.is_anything
        assert not change_set.origin.is_here
        storage.insert("users", {"name": "mine"})
        assert heard.wait()[0].origin.is_here


def test_a_program_without_this_library(storage):
    heard = Heard()
    with storage.changes.subscribe(heard):
        foreign = sqlite3.connect(storage.file_path)
        foreign.execute("INSERT INTO users (name) VALUES ('foreign')")
        foreign.commit()
        foreign.close()
        assert heard.wait()[0].is_anything
        storage.insert("users", {"name": "mine"})
        assert heard.tables() == {"users": TableChanges(inserted=(2,))}


def test_watching_without_a_log_changes_nothing_in_the_file(tmp_path):
    path = tmp_path / "a.pytuck"
    with Storage(path) as storage:
        storage.create_table("users", [Column(int, name="id", primary_key=True)])
    before = path.read_bytes()
    with Storage(path) as storage, storage.changes.subscribe(Heard(), shared=False):
        storage.count_rows("users")
    with Storage(path, read_only=True) as storage, storage.changes.subscribe(Heard()):
        storage.count_rows("users")
    assert path.read_bytes() == before


def test_the_log_stays_short(tmp_path):
    with Storage(tmp_path / "a.pytuck", durability="off") as storage:
        storage.create_table("users", [Column(int, name="id", primary_key=True)])
        heard = Heard()
        with storage.changes.subscribe(heard):
            for number in range(2100):
                storage.insert("users", {"id": number})
            heard.until(lambda sets: len(sets) >= 2100)
        rows = storage.execute_sql("SELECT count(*), max(seq) FROM _pytuck_changes").rows
        count, last = rows[0]
        assert last == 2100
        assert count <= 1256
        assert "_pytuck_changes" not in storage.tables


def test_a_damaged_entry_of_the_log_may_be_anything(tmp_path):
    with Storage(tmp_path / "a.pytuck") as storage:
        storage.create_table("users", [Column(int, name="id", primary_key=True)])
        heard = Heard()
        with storage.changes.subscribe(heard):
            foreign = sqlite3.connect(storage.file_path)
            foreign.execute(
                "INSERT INTO _pytuck_changes (time, origin, label, tables) "
                "VALUES (1.0, 'nobody', '', x'c1')"
            )
            foreign.commit()
            foreign.close()
            assert heard.wait()[0].is_anything


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_can_watch_for_itself(tmp_path):
    path = tmp_path / "a.pytuck"
    with Storage(path) as storage:
        storage.create_table("users", [Column(int, name="id", primary_key=True)])
        heard = Heard()
        with storage.changes.subscribe(heard):
            child = os.fork()
            if child == 0:
                code = 1
                try:
                    with Storage(path) as own:
                        inner = Heard()
                        with own.changes.subscribe(inner):
                            own.insert("users", {"id": 9})
                            code = 0 if inner.tables()["users"].inserted == (9,) else 2
                finally:
                    os._exit(code)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
            assert heard.tables() == {"users": TableChanges(inserted=(9,))}
