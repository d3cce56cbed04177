"""Connections are lent, counted, looked at before they are lent again, and closed."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading

import pytest

from pytuck import (
    Column,
    DatabaseConnectionError,
    LockTimeout,
    PytuckException,
    Session,
    Storage,
    declarative_base,
    select,
)
from pytuck.common.exceptions import FileMissingError, FileReplacedError

COLUMNS = [Column(int, name="id", primary_key=True), Column(str, name="text", default="")]


NOT_ON_WINDOWS = pytest.mark.skipif(os.name == "nt", reason="an open file stays where it is")


def define(storage):
    class Row(declarative_base(storage)):
        __tablename__ = "rows"
        id = Column(int, primary_key=True)
        text = Column(str, default="")

    return Row


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "a.pytuck"
    with Storage(path) as storage:
        storage.create_table("rows", COLUMNS)
        storage.insert("rows", {"text": "first"})
    return path


def test_no_more_connections_than_allowed_are_in_use(path):
    with Storage(path, max_connections=2, timeout_s=0.1) as storage:
        model = define(storage)
        with Session(storage) as one, Session(storage) as two:
            assert one.query(model).count() == two.query(model).count() == 1
            with pytest.raises(LockTimeout, match="max_connections") as caught:
                storage.count_rows("rows")
            assert caught.value.details["max_connections"] == 2
            two.commit()
            assert storage.count_rows("rows") == 1


def test_who_needs_one_more_gets_the_next_that_comes_back(path):
    with Storage(path, max_connections=1, timeout_s=30) as storage:
        model = define(storage)
        session, found = Session(storage), []
        assert session.query(model).count() == 1
        thread = threading.Thread(target=lambda: found.append(storage.count_rows("rows")))
        thread.start()
        session.close()
        thread.join()
        assert found == [1]


def test_closing_while_others_are_at_work(path):
    storage = Storage(path, max_connections=1, timeout_s=30)
    model, refused = define(storage), []
    session = Session(storage)
    session.add(model(text="under way"))
    session.flush()

    def wait():
        try:
            storage.count_rows("rows")
        except DatabaseConnectionError as err:
            refused.append(err)

    thread = threading.Thread(target=wait)
    thread.start()
    storage.close()
    thread.join()
    assert len(refused) == 1
    with pytest.raises(DatabaseConnectionError, match="closed"):
        storage.count_rows("rows")
    session.commit()  # what was under way comes to its end
    session.close()
    assert [found.name for found in path.parent.iterdir()] == [path.name]
    with Storage(path) as storage:
        assert storage.count_rows("rows") == 2


@NOT_ON_WINDOWS
def test_a_file_that_was_moved_away_gets_no_writes_and_can_be_put_back(path, tmp_path):
    with Storage(path) as storage:
        model = define(storage)
        with contextlib.closing(Session(storage)) as session:
            row = session.get(model, 1)
            path.rename(tmp_path / "elsewhere")
            row.text = "second"
            with pytest.raises(FileMissingError, match="moved"):
                session.commit()
            with pytest.raises(FileMissingError):
                storage.insert("rows", {})
            with pytest.raises(FileMissingError):
                storage.count_rows("rows")
            (tmp_path / "elsewhere").rename(path)
            session.commit()
        assert storage.insert("rows", {"text": "third"}) == 2
    with Storage(path) as storage:
        assert [row["text"] for row in storage.query("rows", [])] == ["second", "third"]


@NOT_ON_WINDOWS
@pytest.mark.parametrize("with_idle_connections", [True, False])
def test_a_file_that_was_replaced_is_left_alone(path, tmp_path, with_idle_connections):
    other = tmp_path / "other.pytuck"
    shutil.copyfile(path, other)
    storage = Storage(path)
    if with_idle_connections:
        assert storage.count_rows("rows") == 1
    other.replace(path)
    before = path.read_bytes()
    for act in (
        lambda: storage.insert("rows", {}),
        lambda: storage.count_rows("rows"),
        lambda: storage.transaction().__enter__(),
    ):
        with pytest.raises(FileReplacedError, match="open it again"):
            act()
    storage.close()
    assert path.read_bytes() == before
    with Storage(path) as storage:
        assert storage.insert("rows", {}) == 2


def test_a_program_may_go_to_another_folder(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with Storage("a.pytuck") as storage:
        (tmp_path / "inner").mkdir()
        monkeypatch.chdir(tmp_path / "inner")
        assert storage.insert("rows", {}) == 2
        with Session(storage) as session, Session(storage) as other:
            model = define(storage)
            assert session.query(model).count() == other.query(model).count() == 2
    assert list((tmp_path / "inner").iterdir()) == []


def test_a_failed_statement_leaves_nothing_behind_for_the_next_user(path):
    with Storage(path) as storage:
        model = define(storage)
        for _ in range(20):
            session = Session(storage)
            session.add(model(id=1))
            with pytest.raises(PytuckException):
                session.commit()
            del session  # dropped in the middle, without a word
            with Session(storage) as other:
                assert other.scalars(select(model.id)) == [1]
