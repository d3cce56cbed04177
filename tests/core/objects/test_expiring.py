"""Values that were expired are read again when they are needed, and only then."""

from __future__ import annotations

import pytest

from pytuck import (
    Column,
    QueryError,
    RecordNotFoundError,
    Relationship,
    Session,
    declarative_base,
    event,
    select,
    update,
)


@pytest.fixture
def models(storage):
    base = declarative_base(storage)

    class User(base):
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        name = Column(str)
        tags = Column(list)
        changes = Column(int, version=True)
        orders = Relationship("Order", back_populates="user")

    class Order(base):
        __tablename__ = "orders"
        id = Column(int, primary_key=True)
        user_id = Column(int, foreign_key="users.id")
        user = Relationship("User", back_populates="orders")

    return User, Order


@pytest.fixture
def user(session, models):
    user = models[0](name="Ada", tags=["x"])
    session.add(user)
    session.commit()
    session.expire(user)
    return user


def test_an_expired_object_can_be_changed(session, user):
    user.name = "Bo"
    user.tags.append("y")
    session.commit()
    session.expire(user)
    assert (user.name, user.tags, user.changes) == ("Bo", ["x", "y"], 2)


def test_a_change_of_an_expired_value_is_undone_by_reading_it_again(session, user):
    user.name = "Bo"
    session.flush()
    session.rollback()
    assert user.name == "Ada"


def test_the_key_of_an_expired_object_can_be_changed(session, models, user):
    read = []

    @event.listens_for(models[0], "after_update")
    def look(item):
        read.append(item.tags)

    user.id = 9
    session.commit()
    assert (user.name, user.changes) == ("Ada", 2)
    assert read == [["x"]]
    assert session.get(models[0], 9) is user


@pytest.mark.parametrize("is_bulk", [True, False])
def test_an_expired_object_can_be_deleted(session, models, user, is_bulk):
    if is_bulk:
        session.bulk_delete([user])
    else:
        session.delete(user)
    session.commit()
    assert session.query(models[0]).count() == 0


def test_an_expired_object_can_be_written_in_bulk_and_turned_into_a_dictionary(session, user):
    session.bulk_update([user])
    session.expire(user)
    assert user.to_dict() == {"id": 1, "name": "Ada", "tags": ["x"], "changes": 2}


def test_an_expired_object_of_no_session_says_what_it_lacks(session, user):
    session.expunge(user)
    with pytest.raises(QueryError, match="session"):
        user.name  # noqa: B018
    session.add(user)
    assert user.name == "Ada"
    session.commit()


def test_an_object_whose_row_is_gone_is_no_longer_there(session, other, models, user):
    other.delete(other.get(models[0], 1))
    other.commit()
    with pytest.raises(RecordNotFoundError):
        session.refresh(user)
    assert session.get(models[0], 1) is None


def test_relationships_are_read_again_too(session, other, models, user):
    Order = models[1]
    assert user.orders == []
    other.add(Order(user_id=1))
    other.commit()
    assert user.orders == []
    session.expire(user, ["orders"])
    assert len(user.orders) == 1
    order = user.orders[0]
    other.execute(update(Order).values(user_id=None))
    other.commit()
    session.expire_all()
    assert user.orders == []
    assert order.user is None


def test_a_statement_brings_loaded_objects_up_to_date_but_not_unsaved_changes(storage, models):
    User, _ = models
    with Session(storage, autoflush=False) as session:
        session.add_all([User(name="a"), User(name="b")])
        session.commit()
        one, two = session.query(User).order_by("id").all()
        one.name = "mine"
        session.execute(update(User).values(tags=["new"]))
        assert (two.name, two.tags) == ("b", ["new"])
        assert one.name == "mine"
        session.commit()
        assert session.scalars(select(User.name).order_by(User.id)) == ["mine", "b"]


def test_names_that_are_none_are_refused(session, user):
    for work in (session.expire, session.refresh):
        with pytest.raises(QueryError, match="nonsense"):
            work(user, ["nonsense"])
    with pytest.raises(QueryError, match="nonsense"):
        session.mark_changed(user, "nonsense")
