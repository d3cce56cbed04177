"""One file, many sessions: in one thread, in several, in several processes."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import threading

import pytest

from pytuck import (
    Column,
    DeadlockError,
    LockTimeout,
    QueryError,
    ReadOnlyError,
    Session,
    StaleDataError,
    Storage,
    TransactionError,
    declarative_base,
    scoped_session,
    select,
)


def define(storage):
    class Counter(declarative_base(storage)):
        __tablename__ = "counters"
        id = Column(int, primary_key=True)
        value = Column(int, default=0)
        changes = Column(int, version=True)

    return Counter


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "shared.pytuck"
    with Storage(path, durability="off") as storage, Session(storage) as session:
        session.add(define(storage)())
    return path


@pytest.fixture
def shared(path):
    with Storage(path, durability="off", timeout_s=30) as storage:
        yield storage


def count_up(storage, model, times):
    """Count up in the way that every optimistic program does; return how often it was beaten."""
    beaten = 0
    while times:
        with contextlib.closing(Session(storage)) as session:
            session.get(model, 1).value += 1
            try:
                session.commit()
            except StaleDataError:
                beaten += 1
            else:
                times -= 1
    return beaten


def test_no_change_of_any_thread_is_lost(shared):
    Counter = define(shared)
    threads = [threading.Thread(target=count_up, args=(shared, Counter, 15)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session(shared) as session:
        counter = session.get(Counter, 1)
        assert (counter.value, counter.changes) == (75, 76)


def _count_up_in_process(path):
    with Storage(path, durability="off", timeout_s=30) as storage:
        count_up(storage, define(storage), 15)


def test_no_change_of_any_process_is_lost(path):
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_count_up_in_process, args=(path,)) for _ in range(2)]
    for process in processes:
        process.start()
    _count_up_in_process(path)
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    with Storage(path) as storage:
        assert storage.select("counters", 1) == {"id": 1, "value": 45, "changes": 46}


def test_threads_insert_at_the_same_time(storage):
    Counter = define(storage)

    def insert():
        for _ in range(10):
            with Session(storage) as session:
                session.add_all([Counter(), Counter()])

    threads = [threading.Thread(target=insert) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session(storage) as session:
        assert session.scalars(select(Counter.id).order_by(Counter.id)) == list(range(1, 81))


def test_a_session_reads_what_was_committed_while_another_one_writes(shared):
    Counter = define(shared)
    with Session(shared) as writer, Session(shared) as reader:
        writer.get(Counter, 1).value = 5
        writer.flush()
        assert reader.get(Counter, 1).value == 0
        writer.commit()
        reader.expire_all()
        assert reader.get(Counter, 1).value == 5


def test_a_thread_that_would_wait_for_itself_is_told(storage):
    Counter = define(storage)
    with contextlib.closing(Session(storage)) as one, contextlib.closing(Session(storage)) as two:
        one.add(Counter())
        one.flush()
        two.add(waiting := Counter())
        with pytest.raises(DeadlockError):
            two.commit()
        assert two.new == [waiting]
        one.commit()
        two.commit()
        assert one.query(Counter).count() == 2


def test_a_thread_waits_only_so_long(path):
    with Storage(path, timeout_s=0.2) as storage, Session(storage) as session:
        Counter = define(storage)
        session.add(Counter())
        session.flush()
        found = []

        def work():
            with contextlib.closing(Session(storage)) as late:
                late.add(Counter())
                with pytest.raises(LockTimeout):
                    late.commit()
                found.extend(late.new)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        assert len(found) == 1


def test_a_session_that_is_dropped_holds_nobody_up(storage):
    Counter = define(storage)
    session = Session(storage)
    session.add(Counter())
    session.flush()
    del session
    gc.collect()
    with Session(storage) as other:
        other.add(Counter())
        other.commit()
        assert other.query(Counter).count() == 1


def test_an_object_waits_in_one_session_only(session, other, storage):
    Counter = define(storage)
    session.add(counter := Counter())
    with pytest.raises(QueryError, match="another session"):
        other.add(counter)
    with pytest.raises(QueryError, match="another session"):
        other.add_all([Counter(), counter])
    assert other.new == []
    assert other.merge(counter) is not counter
    other.rollback()
    session.expunge(counter)
    other.add(counter)
    other.commit()
    assert counter in other


def test_a_file_open_for_reading_refuses_to_be_written(path):
    with Storage(path, read_only=True) as storage, contextlib.closing(Session(storage)) as session:
        counter = session.get(define(storage), 1)
        counter.value = 9
        with pytest.raises(ReadOnlyError):
            session.commit()
        assert session.dirty == [counter]
        session.rollback()
        assert counter.value == 0


def test_a_scoped_session_is_the_session_of_its_thread(storage):
    Counter = define(storage)
    scoped = scoped_session(lambda **options: Session(storage, **options))
    with scoped as session:
        session.add(counter := Counter())
        assert counter in scoped
        assert list(scoped) == [counter]
    assert scoped.query(Counter).count() == 1
    with pytest.raises(TransactionError, match="remove"):
        scoped(autoflush=False)
    scoped.add(Counter())
    scoped.remove()
    assert not scoped.has()
    assert scoped(autoflush=False).autoflush is False
    assert scoped.query(Counter).count() == 1
    scoped.remove()
