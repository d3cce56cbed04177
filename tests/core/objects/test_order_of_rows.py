"""Rows are written in an order in which every reference holds, however tables refer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck import (
    Column,
    ConstraintError,
    Relationship,
    Session,
    Storage,
    declarative_base,
    select,
)


def test_tables_are_filled_and_emptied_along_their_references(session, storage):
    base = declarative_base(storage)

    class Line(base):
        __tablename__ = "lines"
        id = Column(int, primary_key=True)
        order_id = Column(int, foreign_key="orders.id", nullable=False)

    class Order(base):
        __tablename__ = "orders"
        id = Column(int, primary_key=True)
        user_id = Column(int, foreign_key="users.id", nullable=False)

    class User(base):
        __tablename__ = "users"
        id = Column(int, primary_key=True)

    session.add_all([Line(id=1, order_id=1), Order(id=1, user_id=1), User(id=1)])
    session.commit()
    for model in (User, Order, Line):
        session.delete(session.get(model, 1))
    session.commit()
    assert [storage.count_rows(name) for name in ("lines", "orders", "users")] == [0, 0, 0]


@pytest.mark.parametrize("is_required", [True, False])
def test_tables_that_refer_to_each_other(session, storage, is_required):
    base = declarative_base(storage)

    class Hen(base):
        __tablename__ = "hens"
        id = Column(int, primary_key=True)
        egg_id = Column(int, foreign_key="eggs.id", nullable=not is_required)

    class Egg(base):
        __tablename__ = "eggs"
        id = Column(int, primary_key=True)
        hen_id = Column(int, foreign_key="hens.id", nullable=not is_required)

    session.add_all([hen := Hen(id=1, egg_id=2), egg := Egg(id=2, hen_id=1)])
    session.commit()
    session.delete(hen)
    session.delete(egg)
    session.commit()
    assert storage.count_rows("hens") == storage.count_rows("eggs") == 0
    session.add_all([hen := Hen(id=1, egg_id=9), Egg(id=2, hen_id=1)])
    with pytest.raises(ConstraintError):
        session.commit()
    hen.egg_id = 2
    session.commit()
    assert storage.count_rows("hens") == storage.count_rows("eggs") == 1


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_table_that_refers_to_itself_takes_rows_in_any_order(data):
    size = data.draw(st.integers(1, 6))
    leads_to = data.draw(st.lists(st.integers(1, size), min_size=size, max_size=size))
    order = data.draw(st.permutations(range(1, size + 1)))
    with Storage() as storage, Session(storage) as session:

        class Node(declarative_base(storage)):
            __tablename__ = "nodes"
            id = Column(int, primary_key=True)
            next_id = Column(int, foreign_key="nodes.id", nullable=False)

        session.add_all([Node(id=key, next_id=leads_to[key - 1]) for key in order])
        session.commit()
        assert dict(session.execute(select(Node.id, Node.next_id)).all()) == dict(
            enumerate(leads_to, 1)
        )
        for key in data.draw(st.permutations(range(1, size + 1))):
            session.delete(session.get(Node, key))
        session.commit()
        assert storage.count_rows("nodes") == 0


def test_a_row_that_others_still_need_is_not_deleted(session, storage):
    class Node(declarative_base(storage)):
        __tablename__ = "nodes"
        id = Column(int, primary_key=True)
        next_id = Column(int, foreign_key="nodes.id")

    session.add_all([first := Node(id=1), Node(id=2, next_id=1)])
    session.commit()
    session.delete(first)
    with pytest.raises(ConstraintError):
        session.commit()
    session.get(Node, 2).next_id = None
    session.commit()
    assert storage.count_rows("nodes") == 1


def test_a_row_may_be_replaced_by_one_with_the_same_key(session, storage):
    class Seat(declarative_base(storage)):
        __tablename__ = "seats"
        id = Column(int, primary_key=True)
        guest = Column(str, unique=True)

    session.add(old := Seat(id=1, guest="Ada"))
    session.commit()
    session.delete(old)
    session.add(new := Seat(id=1, guest="Ada"))
    session.commit()
    assert session.get(Seat, 1) is new
    assert old not in session


def test_a_row_that_was_there_takes_the_key_of_a_new_one(session, storage):
    base = declarative_base(storage)

    class User(base):
        __tablename__ = "users"
        id = Column(int, primary_key=True)

    class Order(base):
        __tablename__ = "orders"
        id = Column(int, primary_key=True)
        user_id = Column(int, foreign_key="users.id")
        user = Relationship("User")

    session.add(order := Order())
    session.commit()
    order.user = User()
    session.commit()
    assert session.execute(select(Order.user_id, User.id).join(User)).all() == [(1, 1)]
