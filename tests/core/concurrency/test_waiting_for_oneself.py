"""A thread that would wait for a lock that it holds itself is told so at once."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytuck import Column, DeadlockError, Session, Storage, TransactionError, declarative_base

# Nobody waits in these tests: with a deadline this long, one that did would not go unnoticed.
FOREVER_S = 20.0


@pytest.fixture
def storage(tmp_path):
    with Storage(tmp_path / "a.pytuck", timeout_s=FOREVER_S) as storage:
        storage.create_table(
            "rows", [Column(int, name="id", primary_key=True), Column(int, name="n", default=0)]
        )
        yield storage


@pytest.fixture
def row_model(storage):
    class Row(declarative_base(storage)):
        __tablename__ = "rows"
        id = Column(int, primary_key=True)
        n = Column(int, default=0)

    return Row


def test_a_session_that_writes_and_the_storage(storage, row_model):
    with Session(storage) as session:
        session.add(row_model())
        session.flush()
        for act in (
            lambda: storage.insert("rows", {}),
            lambda: storage.bulk_insert("rows", [{}, {}]),
            lambda: storage.add_column("rows", Column(str, name="s")),
            lambda: storage.transaction().__enter__(),
            lambda: storage.run(lambda opened: None),
        ):
            with pytest.raises(DeadlockError):
                act()
    assert storage.count_rows("rows") == 1


def test_a_second_storage_on_the_same_file_under_another_name(storage, tmp_path):
    if os.name != "posix":
        pytest.skip("links need a right on Windows")
    (tmp_path / "link.pytuck").symlink_to(tmp_path / "a.pytuck")
    with Storage(tmp_path / "link.pytuck", timeout_s=FOREVER_S) as other, storage.transaction():
        with pytest.raises(DeadlockError):
            other.insert("rows", {})
        with pytest.raises(DeadlockError), other.transaction():
            pass


def test_inner_transactions_and_sessions_take_part_instead(storage, row_model):
    with storage.transaction():
        with storage.transaction(), Session(storage) as session:
            session.add(row_model())
        storage.run(lambda opened: opened.insert("rows", {}))
    assert storage.count_rows("rows") == 2


def test_a_session_from_before_a_transaction_takes_part_in_it_or_is_refused(storage, row_model):
    with Session(storage) as session:
        assert session.query(row_model).count() == 0
        with storage.transaction():
            session.add(row_model())
            with pytest.raises(DeadlockError):
                session.commit()
        session.commit()
    assert storage.count_rows("rows") == 1


def test_a_transaction_that_was_handed_to_another_thread_is_that_threads(storage, row_model):
    """A pool of threads, as under asyncio, may run each step in another thread."""
    session = Session(storage)
    with ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        first.submit(session.add, row_model()).result()
        first.submit(session.flush).result()
        assert second.submit(session.query(row_model).count).result() == 1
        second.submit(session.commit).result()
        assert first.submit(storage.insert, "rows", {}).result() == 2
        second.submit(session.close).result()


def test_another_thread_waits_its_turn(storage):
    inside, done = threading.Event(), []

    def write():
        inside.wait(30)
        done.append(storage.insert("rows", {}))

    thread = threading.Thread(target=write)
    thread.start()
    with storage.transaction():
        inside.set()
        storage.insert("rows", {})
    thread.join()
    assert done == [2]


def test_a_session_that_only_read_holds_nobody_up(storage, row_model):
    with Session(storage) as session:
        assert session.query(row_model).count() == 0
        storage.insert("rows", {})
        storage.add_column("rows", Column(str, name="s"))
        storage.compact()


def test_begin_twice_is_a_mistake(storage):
    with Session(storage) as session, session.begin(), pytest.raises(TransactionError):
        session.begin()
