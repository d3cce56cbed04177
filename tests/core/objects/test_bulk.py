"""Many objects at once, past the session's identity map."""

from __future__ import annotations

import pytest

from pytuck import (
    Column,
    ConstraintError,
    DuplicateKeyError,
    QueryError,
    RecordNotFoundError,
    Session,
    StaleDataError,
    ValidationError,
    declarative_base,
    event,
    select,
)


@pytest.fixture
def models(storage):
    base = declarative_base(storage)

    class User(base):
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        name = Column(str, unique=True)
        age = Column(int, default=1)
        tags = Column(list)

    class Order(base):
        __tablename__ = "orders"
        user_id = Column(int, primary_key=True, foreign_key="users.id")
        day = Column(str, primary_key=True)
        changes = Column(int, version=True)

    class Note(base):
        __tablename__ = "notes"
        text = Column(str)

    return User, Order, Note


def test_keys_come_back_in_the_order_of_the_objects(session, models):
    User, Order, Note = models
    users = [User(name="a"), User(id=10, name="b"), User(name="c")]
    assert session.bulk_insert(users) == [11, 10, 12]
    assert [user.id for user in users] == [11, 10, 12]
    assert session.bulk_insert(Order, [{"user_id": 10, "day": "mon"}]) == [(10, "mon")]
    assert session.bulk_insert([Note(text="n"), Note(text="n")]) == [1, 2]
    assert session.bulk_insert([]) == []
    assert users[0] not in session


def test_nothing_of_a_batch_is_kept_if_a_part_of_it_fails(session, models):
    User, *_ = models
    users = [User(name="same"), User(name="same")]
    with pytest.raises(DuplicateKeyError):
        session.bulk_insert(users)
    assert [user.id for user in users] == [None, None]
    session.bulk_insert([User(name="a"), User(name="b")])
    with pytest.raises(DuplicateKeyError):
        session.bulk_update(User, [{"id": 1, "age": 5}, {"id": 2, "name": "a"}])
    with pytest.raises(RecordNotFoundError):
        session.bulk_update(User, [{"id": 1, "age": 5}, {"id": 9, "age": 5}])
    with pytest.raises(StaleDataError):
        session.bulk_delete([User(id=1), User(id=9)])
    assert session.execute(select(User.id, User.age)).all() == [(1, 1), (2, 1)]


def test_pending_changes_are_written_before(session, models):
    User, Order, _ = models
    session.add(User(id=5, name="a"))
    session.bulk_insert([Order(user_id=5, day="mon")])
    session.delete(session.get(Order, (5, "mon")))
    session.bulk_delete([session.get(User, 5)])
    session.commit()
    assert session.query(User).count() == 0


def test_an_added_object_is_not_inserted_twice(session, models):
    User, *_ = models
    session.add(user := User(name="a"))
    with pytest.raises(ValidationError, match="added"):
        session.bulk_insert([User(name="b"), user])
    session.commit()
    assert session.scalars(select(User.name)) == ["a"]


def test_loaded_objects_follow_what_is_written_past_them(session, models):
    User, *_ = models
    session.bulk_insert([User(name="a", tags=["x"]), User(name="b")])
    one, two = session.query(User).order_by("id").all()
    copy = User(id=1, name="copy", age=7, tags=["y"])
    assert session.bulk_update([copy]) == 1
    assert (one.name, one.age, one.tags) == ("copy", 7, ["y"])
    two.age = 9
    session.bulk_update([two])
    assert not session.is_modified(two)
    assert session.scalar(select(User.age).where(User.id == 2)) == 9
    assert session.bulk_delete([two]) == 1
    assert two not in session


def test_versions_count_in_bulk_too(session, other, models):
    User, Order, _ = models
    session.bulk_insert([User(id=1, name="a")])
    orders = [Order(user_id=1, day="mon"), Order(user_id=1, day="tue")]
    session.bulk_insert(orders)
    assert [order.changes for order in orders] == [1, 1]
    session.bulk_update(orders)
    session.commit()
    assert [order.changes for order in orders] == [2, 2]
    theirs = other.get(Order, (1, "mon"))
    session.bulk_update(orders)
    session.commit()
    with pytest.raises(StaleDataError):
        other.bulk_update([theirs])
    assert theirs.changes == 2
    with pytest.raises(StaleDataError):
        other.bulk_delete([theirs])
    with pytest.raises(ValidationError, match="version"):
        other.bulk_update(Order, [{"user_id": 1, "day": "mon"}])


def test_values_are_checked_as_ever(session, models):
    User, Order, _ = models
    with pytest.raises(ValidationError, match="age"):
        session.bulk_insert(User, [{"name": "a", "age": "old"}])
    session.bulk_insert([User(name="a")])
    for wrong in ({"id": 1, "age": "old"}, {"id": 1, "nonsense": 1}, {"age": 1}):
        with pytest.raises(ValidationError):
            session.bulk_update(User, [wrong])
    with pytest.raises(ValidationError, match="no instance"):
        session.bulk_insert([{"name": "b"}])
    with pytest.raises(ConstraintError):
        session.bulk_insert([Order(user_id=99, day="mon")])
    with pytest.raises(QueryError):
        session.delete(User(id=1))


@pytest.mark.parametrize("what", ["insert", "update", "delete"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_listener_that_refuses_leaves_nothing_half_done(session, storage, models, what, when):
    User, *_ = models
    session.bulk_insert([User(id=1, name="a")])
    session.commit()
    event.listen(User, f"{when}_bulk_{what}", lambda _: 1 / 0)
    users = [User(name="b"), User(name="c")] if what == "insert" else [session.get(User, 1)]
    if what != "delete":
        users[0].age = 5
    work = getattr(session, f"bulk_{what}")
    with pytest.raises(ZeroDivisionError):
        work(users)
    assert storage.query("users", []) == [{"id": 1, "name": "a", "age": 1, "tags": None}]
    if what == "insert":
        assert [user.id for user in users] == [None, None]
    event.clear()
    assert work(users)
    session.commit()
    assert storage.count_rows("users") == {"insert": 3, "update": 1, "delete": 0}[what]


def test_autocommit_holds_for_bulk_methods(storage, models, other):
    User, *_ = models
    session = Session(storage, autocommit=True)
    session.bulk_insert([User(name="a")])
    assert other.query(User).count() == 1
    session.bulk_update(User, [{"id": 1, "age": 3}])
    session.bulk_delete([User(id=1)])
    session.close()
    assert storage.count_rows("users") == 0
