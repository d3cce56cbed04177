"""Results larger than memory: few objects live at a time, whatever is done with them."""

from __future__ import annotations

import gc
import tracemalloc
import weakref

import pytest

from pytuck import (
    Column,
    QueryError,
    Session,
    Storage,
    TransactionError,
    declarative_base,
    select,
    update,
)

ROWS = 5000


@pytest.fixture
def model(storage):
    class Item(declarative_base(storage)):
        __tablename__ = "items"
        id = Column(int, primary_key=True)
        name = Column(str)
        tags = Column(list)

    with Session(storage) as session:
        session.bulk_insert([Item(name=f"item {n}", tags=[n] * 5) for n in range(ROWS)])
    return Item


def peak_of(work):
    """Return how many bytes of Python objects lived at once while work was done."""
    gc.collect()
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("is_object", [True, False])
def test_a_stream_needs_a_fraction_of_the_memory(tmp_path, is_object):
    with Storage(tmp_path / "big.pytuck", durability="off") as storage:

        class Item(declarative_base(storage)):
            __tablename__ = "items"
            id = Column(int, primary_key=True)
            name = Column(str)

        with Session(storage) as session:
            session.bulk_insert([Item(name=f"item {n}") for n in range(ROWS)])
        statement = select(Item) if is_object else select(Item.id, Item.name)
        with Session(storage) as session:
            whole = peak_of(lambda: session.execute(statement).all())
        with Session(storage) as session:
            streamed = peak_of(lambda: sum(1 for _ in session.stream(statement).yield_per(100)))
        assert streamed < whole / 8


def test_objects_that_were_passed_are_collected(session, model):
    alive, most = weakref.WeakSet(), 0
    for item in session.stream(select(model)).yield_per(50):
        alive.add(item)
        most = max(most, len(alive))
    assert most <= 150
    del item
    gc.collect()
    assert len(alive) == 0
    assert list(session) == []


def test_what_somebody_holds_stays_the_session_s_one_object(session, model):
    held = [
        item
        for item in session.stream(select(model).limit(500)).yield_per(50)
        if item.id % 100 == 0
    ]
    assert [session.get(model, item.id) is item for item in held] == [True] * 5
    held[0].name = "changed"
    session.execute(update(model).where(model.id == 200).values(name="by statement"))
    session.commit()
    assert held[1].name == "by statement"
    assert session.scalar(select(model.name).where(model.id == 100)) == "changed"


def test_unsaved_changes_keep_an_object_alive(session, model):
    for item in session.stream(select(model)).yield_per(50):
        if item.id % 1000 == 0:
            item.tags.append("seen")
    del item
    gc.collect()
    session.commit()
    with Session(session.storage) as other:
        found = other.scalars(select(model.tags).where(model.id % 1000 == 0))
    assert [tags[-1] for tags in found] == ["seen"] * 5


def test_a_stream_reads_the_state_of_its_beginning_from_a_file(tmp_path):
    with Storage(tmp_path / "a.pytuck", durability="off") as storage:

        class Item(declarative_base(storage)):
            __tablename__ = "items"
            id = Column(int, primary_key=True)
            name = Column(str)

        with Session(storage) as session:
            session.bulk_insert([Item(name="old") for _ in range(100)])
        with Session(storage) as session:
            stream = iter(session.stream(select(Item.name)).yield_per(10))
            next(stream)
            session.execute(update(Item).values(name="new"))
            session.commit()
            assert set(stream) == {("old",)}
            assert set(session.stream(select(Item.name))) == {("new",)}


def test_a_stream_sees_what_its_own_transaction_wrote(session, model):
    session.execute(update(model).values(name="mine"))
    assert {name for (name,) in session.stream(select(model.name))} == {"mine"}
    session.rollback()


def test_a_stream_is_read_once_and_may_be_left_early(session, model):
    stream = session.stream(select(model)).yield_per(10)
    assert [len(batch) for batch in stream.batches()][:3] == [10, 10, 10]
    with pytest.raises(QueryError, match="once"):
        list(stream)
    with pytest.raises(QueryError, match="before"):
        stream.yield_per(5)
    with session.stream(select(model)) as early:
        assert next(iter(early)).id == 1
    session.add(model(name="after"))
    session.commit()


def test_a_stream_ends_with_the_transaction_in_which_it_reads(session, model):
    for end in (session.commit, session.rollback):
        session.add(model(name="x"))
        session.flush()
        stream = iter(session.stream(select(model)).yield_per(10))
        next(stream)
        end()
        with pytest.raises(TransactionError, match="ended"):
            list(stream)
