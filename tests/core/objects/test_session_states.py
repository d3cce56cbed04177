"""What a session knows of its objects, and gives back."""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pytuck import (
    Column,
    ConstraintError,
    QueryError,
    RecordNotFoundError,
    Session,
    StaleDataError,
    Storage,
    TransactionError,
    ValidationError,
    declarative_base,
    scoped_session,
    select,
    update,
)


def define(storage):
    base = declarative_base(storage)

    class Thing(base):
        __tablename__ = "things"
        id = Column(int, primary_key=True)
        name = Column(str, default="")
        tags = Column(list)
        data = Column(dict)
        changes = Column(int, version=True)

    class Part(base):
        __tablename__ = "parts"
        id = Column(int, primary_key=True)
        thing_id = Column(int, foreign_key="things.id", nullable=False)
        stamp = Column(int, default=0, onupdate=lambda: 7)

    return Thing, Part


@pytest.fixture
def models(storage):
    return define(storage)


@pytest.fixture
def session(storage, models):
    with contextlib.closing(Session(storage)) as session:
        yield session


@pytest.fixture
def other(storage, models):
    with contextlib.closing(Session(storage)) as session:
        yield session


# --- Changes in place ---


def test_changes_inside_of_lists_and_dictionaries_are_written(session, other, models):
    Thing, _ = models
    session.add(thing := Thing(tags=["a", ["b"]], data={"x": {"y": [1]}}))
    session.commit()
    assert not session.is_modified(thing)
    thing.tags[1].append("c")
    thing.data["x"]["y"] += [2]
    thing.data.setdefault("z", []).append(3)
    assert session.dirty == [thing]
    session.commit()
    again = other.get(Thing, thing.id)
    assert again.tags == ["a", ["b", "c"]]
    assert again.data == {"x": {"y": [1, 2]}, "z": [3]}
    again.tags.append("lost")
    other.rollback()
    assert again.tags == ["a", ["b", "c"]]


def test_setting_a_value_back_leaves_nothing_to_write(session, models):
    Thing, _ = models
    session.add(thing := Thing(name="a"))
    session.commit()
    thing.name = "b"
    assert session.is_modified(thing)
    thing.name = "a"
    assert not session.is_modified(thing)
    assert session.dirty == []


# --- Savepoints and rollbacks ---


def test_a_savepoint_is_undone_in_the_database_and_in_the_objects(session, models):
    Thing, _ = models
    session.add_all([kept := Thing(name="kept", tags=["x"]), gone := Thing(name="gone")])
    session.commit()
    kept.name = "outer"
    with pytest.raises(ZeroDivisionError), session.begin_nested():
        kept.name = "inner"
        kept.tags.append("y")
        session.delete(gone)
        session.add(new := Thing(name="new"))
        session.flush()
        with session.begin_nested():
            new.name = "newer"
        assert session.query(Thing).count() == 2
        raise ZeroDivisionError
    assert (kept.name, kept.tags, new.id) == ("outer", ["x"], None)
    assert new not in session
    assert gone in session
    session.commit()
    assert sorted(session.scalars(select(Thing.name))) == ["gone", "outer"]


def test_a_savepoint_that_is_kept_belongs_to_the_transaction(session, models):
    Thing, _ = models
    with session.begin_nested():
        session.add(thing := Thing(name="a"))
    assert thing.id is not None
    session.rollback()
    assert thing.id is None
    assert session.query(Thing).count() == 0


def test_a_transaction_ends_once(session, models):
    Thing, _ = models
    transaction = session.begin()
    with pytest.raises(TransactionError):
        session.begin()
    session.add(Thing())
    transaction.commit()
    with pytest.raises(TransactionError, match="already"):
        transaction.rollback()
    assert session.query(Thing).count() == 1


def test_rollback_gives_back_values_new_deleted_and_statement_changes(session, models):
    Thing, _ = models
    session.add_all([a := Thing(name="a"), b := Thing(name="b")])
    session.commit()
    a.name = "changed"
    session.flush()
    session.delete(b)
    session.add(c := Thing(name="c"))
    session.flush()
    session.execute(update(Thing).values(name="all"))
    assert a.name == "all"
    session.rollback()
    assert (a.name, b.name, c.id) == ("a", "b", None)
    assert b in session
    assert c not in session
    session.add(c)
    session.commit()
    assert session.query(Thing).count() == 3


# --- Autoflush ---


def test_statements_see_pending_changes_unless_told_otherwise(session, models):
    Thing, _ = models
    session.add(Thing(name="a"))
    with session.no_autoflush:
        assert session.query(Thing).count() == 0
    assert session.query(Thing).count() == 1
    session.rollback()
    with contextlib.closing(Session(session.storage, autoflush=False)) as other:
        other.add(Thing(name="b"))
        assert other.query(Thing).count() == 0


def test_autocommit_commits_each_call(storage, other, models):
    Thing, _ = models
    with contextlib.closing(Session(storage, autocommit=True)) as session:
        session.add(thing := Thing(name="a"))
        assert other.get(Thing, thing.id).name == "a"


# --- Expire, refresh, expunge, merge ---


def test_expired_values_are_read_again(session, other, models):
    Thing, _ = models
    session.add(thing := Thing(name="a", tags=["x"]))
    session.commit()
    theirs = other.get(Thing, thing.id)
    theirs.name = "b"
    other.commit()
    assert thing.name == "a"
    session.expire(thing, ["name"])
    assert thing.name == "b"
    thing.tags.append("unsaved")
    session.expire_all()
    assert thing.tags == ["x"]
    theirs.name = "c"
    other.commit()
    session.refresh(thing, ["name"])
    assert thing.name == "c"
    other.delete(theirs)
    other.commit()
    session.expire(thing)
    with pytest.raises(RecordNotFoundError):
        thing.name  # noqa: B018
    with pytest.raises(RecordNotFoundError):
        session.refresh(thing)
    assert session.get(Thing, thing.id) is None


def test_objects_that_were_let_go_stay_readable_and_unwatched(session, models):
    Thing, _ = models
    session.add(thing := Thing(name="a"))
    session.commit()
    session.expunge(thing)
    assert thing not in session
    thing.name = "b"
    session.commit()
    assert session.get(Thing, thing.id).name == "a"
    with pytest.raises(QueryError, match="another object"):
        session.add(thing)
    session.expunge_all()
    session.add(thing)  # its values count, since nobody watched it
    session.commit()
    assert session.scalars(select(Thing.name)) == ["b"]


def test_merging_takes_over_values(session, other, models):
    Thing, _ = models
    session.add(thing := Thing(name="a"))
    session.commit()
    session.expunge(thing)
    thing.name = "b"
    merged = other.merge(thing)
    assert merged is not thing
    assert merged.name == "b"
    assert other.merge(new := Thing(name="new")) is new
    other.commit()
    assert sorted(session.scalars(select(Thing.name))) == ["b", "new"]


# --- Versions ---


def test_a_change_that_was_not_seen_is_not_overwritten(session, other, models):
    Thing, _ = models
    session.add(thing := Thing(name="a"))
    session.commit()
    assert thing.changes == 1
    theirs = other.get(Thing, thing.id)
    thing.name = "b"
    session.commit()
    assert thing.changes == 2
    theirs.name = "c"
    with pytest.raises(StaleDataError, match="somebody else"):
        other.commit()
    other.rollback()
    other.refresh(theirs)
    theirs.name = "c"
    other.commit()
    assert theirs.changes == 3
    with pytest.raises(StaleDataError):
        session.delete(thing)
        session.commit()


def _change(path):
    with Storage(path) as storage:
        Thing, _ = define(storage)
        with Session(storage) as session:
            session.get(Thing, 1).name = "theirs"


def test_versions_count_between_processes(tmp_path):
    path = tmp_path / "shared.pytuck"
    with Storage(path) as storage:
        Thing, _ = define(storage)
        with contextlib.closing(Session(storage)) as session:
            session.add(thing := Thing(name="a"))
            session.commit()
            process = multiprocessing.get_context("spawn").Process(target=_change, args=(path,))
            process.start()
            process.join(30)
            assert process.exitcode == 0
            thing.name = "mine"
            with pytest.raises(StaleDataError):
                session.commit()
            session.rollback()
            session.refresh(thing)
            assert thing.name == "theirs"


def test_onupdate_follows_other_changes(session, models):
    Thing, Part = models
    session.add(thing := Thing())
    session.flush()
    session.add(part := Part(thing_id=thing.id))
    session.commit()
    assert part.stamp == 0
    part.thing_id = thing.id
    session.commit()
    assert part.stamp == 0
    session.add(second := Thing())
    session.flush()
    part.thing_id = second.id
    session.commit()
    assert part.stamp == 7
    session.execute(update(Part).values(thing_id=thing.id, stamp=1))
    assert part.stamp == 1


# --- Order of writing ---


def test_rows_are_written_so_that_references_hold(session, models):
    Thing, Part = models
    session.add_all([Part(thing_id=5), Thing(id=5)])
    session.commit()
    thing, part = session.get(Thing, 5), session.query(Part).one()
    session.delete(thing)
    session.delete(part)
    session.commit()
    session.add(Part(thing_id=99))
    with pytest.raises(ConstraintError):
        session.commit()


def test_a_row_that_goes_makes_room_for_one_that_comes(session, storage):
    class Seat(declarative_base(storage)):
        __tablename__ = "seats"
        id = Column(int, primary_key=True)
        guest = Column(str, unique=True)

    session.add(old := Seat(guest="Ada"))
    session.commit()
    session.delete(old)
    session.add(new := Seat(guest="Ada"))
    session.commit()
    assert session.scalars(select(Seat.id)) == [new.id]


# --- Streams ---


def test_a_stream_holds_only_what_is_looked_at(session, models):
    Thing, _ = models
    session.bulk_insert([Thing(name=str(number)) for number in range(2000)])
    session.commit()
    alive, seen = [], 0
    for _thing in session.stream(select(Thing)).yield_per(100):
        seen += 1
        if seen % 500 == 0:
            alive.append(sum(1 for _ in session))
    assert seen == 2000
    assert max(alive) <= 300


def test_changes_made_while_streaming_are_written(session, models):
    Thing, _ = models
    session.bulk_insert([Thing(name="") for _ in range(50)])
    session.commit()
    for thing in session.stream(select(Thing)).yield_per(10):
        thing.name = "seen"
    session.commit()
    assert session.query(Thing).filter_by(name="seen").count() == 50


def test_a_stream_in_a_transaction_ends_with_it(session, models):
    Thing, _ = models
    session.add_all([Thing() for _ in range(20)])
    session.flush()
    stream = iter(session.stream(select(Thing)).yield_per(5))
    next(stream)
    session.rollback()
    with pytest.raises(TransactionError, match="ended"):
        list(stream)
    with pytest.raises(QueryError):
        session.stream(select(Thing)).yield_per(0)


# --- Many at once ---


def test_bulk_methods_take_objects_or_dictionaries(session, models):
    Thing, Part = models
    keys = session.bulk_insert(Thing, [{"name": "a"}, {"name": "b"}])
    assert keys == [1, 2]
    assert session.bulk_update(Thing, [{"id": 1, "name": "c", "changes": 1}]) == 1
    things = session.query(Thing).order_by("id").all()
    assert [thing.name for thing in things] == ["c", "b"]
    assert session.bulk_delete(things) == 2
    with pytest.raises(ValidationError, match="one model"):
        session.bulk_insert([Thing(), Part(thing_id=1)])
    with pytest.raises(ValidationError, match="key"):
        session.bulk_update([Thing()])
    with pytest.raises(RecordNotFoundError):
        session.bulk_update([Thing(id=9, changes=1)])


# --- Threads ---


def test_each_thread_has_a_session_of_its_own(storage, models):
    Thing, _ = models
    scoped = scoped_session(lambda: Session(storage))
    found = []

    def work(number):
        scoped.add(Thing(name=str(number)))
        scoped.commit()
        found.append(scoped())
        scoped.remove()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 5
    assert scoped.query(Thing).count() == 5
    assert scoped() is scoped()
    scoped.remove()
    assert not scoped.has()


# --- Values at the edge ---


@pytest.fixture
def values(storage):
    class Value(declarative_base(storage)):
        __tablename__ = "edge"
        id = Column(int, primary_key=True)
        number = Column(int)
        real = Column(float)
        text = Column(str)
        moment = Column(datetime)
        positive = Column(int, validator=lambda value: value > 0)
        exact = Column(int, strict=True)

    return Value


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("number", 2**63, "64 bits"),
        ("number", "twelve", "number"),
        ("number", 1.5, "fraction"),
        ("real", float("nan"), "NaN"),
        ("text", "\ud800", "surrogate"),
        ("moment", "yesterday", "moment"),
        ("positive", -1, "positive"),
        ("exact", "5", "exact"),
    ],
)
def test_values_that_cannot_be_kept_are_refused_by_name(session, values, column, value, said):
    with pytest.raises(ValidationError, match=said) as error:
        values(**{column: value})
    assert column in str(error.value)
    assert error.value.table_name == "edge"
    assert error.value.column_name == column
    kept = values()
    session.add(kept)
    with pytest.raises(ValidationError):
        setattr(kept, column, value)
    session.commit()
    assert session.scalars(select(getattr(values, column))) == [None]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("number", -(2**63)),
        ("number", 2**63 - 1),
        ("real", float("inf")),
        ("text", "a\0b"),
        ("text", "𝒯ü北"),
        ("moment", datetime(2026, 1, 1, 0, 0, 0, 1)),
        ("moment", datetime(2026, 1, 1, tzinfo=UTC)),
        ("moment", datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=5, minutes=30)))),
    ],
)
def test_values_at_the_edge_are_kept_as_they_are(session, other, values, column, value):
    session.add(values(**{column: value}))
    session.commit()
    found = getattr(other.query(values).one(), column)
    assert found == value
    assert type(found) is type(value)
    if isinstance(value, datetime):
        assert found.utcoffset() == value.utcoffset()


def test_loose_values_are_converted(values):
    value = values(number="12", real="3.5", text=7, moment="2026-01-02T03:04:05")
    assert (value.number, value.real, value.text) == (12, 3.5, "7")
    assert value.moment == datetime(2026, 1, 2, 3, 4, 5)
