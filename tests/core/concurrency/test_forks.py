"""A forked child has nothing of its parent's connections, and the parent's data stay whole."""

from __future__ import annotations

import gc
import os
import sys
import traceback

import pytest

from pytuck import Column, DatabaseConnectionError, Session, Storage, declarative_base

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning"),
]

COLUMNS = [Column(int, name="id", primary_key=True), Column(str, name="text", default="")]


@pytest.fixture(params=["pytuck", "sqlite"])
def storage(request, tmp_path):
    with Storage(tmp_path / f"a.{request.param}", timeout_s=10) as storage:
        storage.create_table("rows", COLUMNS)
        storage.insert("rows", {"text": "before"})
        yield storage


def define(storage):
    class Row(declarative_base(storage)):
        __tablename__ = "rows"
        id = Column(int, primary_key=True)
        text = Column(str, default="")

    return Row


def in_a_child(work):
    """Run work in a forked child, which ends like any program; return its status."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        work()
        gc.collect()
        status = 0
    except BaseException:  # noqa: BLE001 - the child ends here, whatever happens
        traceback.print_exc()
    finally:
        os._exit(status)


def test_a_child_reads_and_writes_on_connections_of_its_own(storage):
    def work():
        assert storage.count_rows("rows") == 1
        assert storage.insert("rows", {"text": "child"}) == 2
        storage.poll_changes()
        assert storage.info().size_bytes > 0
        storage.close()

    assert in_a_child(work) == 0
    assert storage.poll_changes()[0]
    assert storage.insert("rows", {"text": "parent"}) == 3
    assert storage.check() == []


def test_a_child_does_not_end_the_transaction_of_its_parent(storage):
    model = define(storage)
    with Session(storage) as session:
        session.add(model(text="half done"))
        session.flush()

        def work():
            with pytest.raises(DatabaseConnectionError, match="forked"):
                session.commit()
            session.rollback()
            session.close()
            storage.close()

        assert in_a_child(work) == 0
        session.add(model(text="the other half"))
        session.commit()
    assert [row["text"] for row in storage.query("rows", [])] == [
        "before",
        "half done",
        "the other half",
    ]
    assert storage.check() == []


def test_a_session_goes_on_in_the_child_after_a_rollback(storage):
    model = define(storage)
    session = Session(storage)
    assert session.query(model).count() == 1

    def work():
        session.rollback()
        session.add(model(text="child"))
        session.commit()
        session.close()

    assert in_a_child(work) == 0
    session.rollback()
    assert session.query(model).count() == 2
    session.close()


def test_a_child_that_just_drops_everything_harms_nobody(storage):
    model = define(storage)
    holder = [Session(storage)]
    holder[0].add(model(text="pending"))
    holder[0].flush()

    def work():
        holder.clear()
        gc.collect()

    assert in_a_child(work) == 0
    holder[0].commit()
    holder[0].close()
    assert storage.count_rows("rows") == 2


def test_the_file_outlives_a_parent_that_ends_before_its_child(tmp_path):
    path = tmp_path / "a.pytuck"

    def parent():
        storage = Storage(path)
        storage.create_table("rows", COLUMNS)
        read, write = os.pipe()
        if os.fork() == 0:
            os.read(read, 1)
            storage.insert("rows", {"text": "child"})
            storage.close()
            os._exit(0)
        storage.insert("rows", {"text": "parent"})
        storage.close()
        os.write(write, b"x")
        os.wait()

    assert in_a_child(parent) == 0
    with Storage(path) as storage:
        assert {row["text"] for row in storage.query("rows", [])} == {"parent", "child"}
        assert storage.check() == []
