"""Related objects that come in the same statement as their owners."""

from __future__ import annotations

import pytest

from pytuck import Column, Relationship, Session, joinedload, select, selectinload


@pytest.fixture
def filled(storage, shop, log):
    with Session(storage) as session:
        tags = [shop.Tag(name=name) for name in ("red", "green")]
        apple = shop.Product(name="apple", tags=tags)
        for name, titles in [("Ada", "xyz"), ("Bo", "a"), ("Cy", "")]:
            user = shop.User(name=name, orders=[shop.Order(title=title) for title in titles])
            for order in user.orders:
                order.lines = [shop.Line(number=n, product=apple) for n in range(2)]
            session.add(user)
        session.add(shop.Order(title="nobody's"))
        session.commit()
    with Session(storage) as session:
        yield session


def test_lists_objects_and_paths_take_one_statement(filled, shop, log):
    with log.count() as statements:
        users = filled.scalars(select(shop.User).options(joinedload("orders.lines.product.tags")))
        found = {
            user.name: {
                order.title: [sorted(tag.name for tag in line.product.tags) for line in order.lines]
                for order in user.orders
            }
            for user in users
        }
    both = [["green", "red"]] * 2
    assert found == {"Ada": {"x": both, "y": both, "z": both}, "Bo": {"a": both}, "Cy": {}}
    assert len(statements) == 1


def test_the_other_side_is_known_too(filled, shop, log):
    with log.count() as statements:
        orders = filled.scalars(
            select(shop.Order).options(joinedload(shop.Order.user)).order_by("id")
        )
        assert [order.user and order.user.name for order in orders] == [
            "Ada",
            "Ada",
            "Ada",
            "Bo",
            None,
        ]
        user = filled.scalars(
            select(shop.User).options(joinedload("orders")).where(shop.User.name == "Bo")
        )[0]
        assert user.orders[0].user is user
    assert len(statements) == 2


def test_conditions_orders_and_limits_mean_the_objects_not_the_joined_rows(filled, shop, log):
    question = select(shop.User).options(joinedload("orders")).order_by(shop.User.name.desc())
    assert [user.name for user in filled.scalars(question)] == ["Cy", "Bo", "Ada"]
    with log.count() as statements:
        users = filled.scalars(question.limit(2).offset(1))
        assert [(user.name, len(user.orders)) for user in users] == [("Bo", 1), ("Ada", 3)]
    assert len(statements) <= 2
    orders = select(shop.Order).options(joinedload("user")).order_by("id").limit(2)
    filled.expunge_all()
    with log.count() as statements:
        assert [order.user.name for order in filled.scalars(orders)] == ["Ada", "Ada"]
    assert len(statements) == 1


def test_a_question_that_joins_the_same_table_itself(filled, shop):
    question = select(shop.User).join(shop.User.orders).where(shop.Order.title == "x")
    (ada,) = filled.scalars(question.options(joinedload("orders")))
    assert [order.title for order in ada.orders] == ["x", "y", "z"]


def test_joined_and_separate_loading_follow_one_another(filled, shop, log):
    with log.count() as statements:
        users = filled.scalars(
            select(shop.User).options(joinedload("orders").selectinload("lines"))
        )
        assert sum(len(order.lines) for user in users for order in user.orders) == 8
    assert len(statements) == 2
    filled.expunge_all()
    with log.count() as statements:
        users = filled.scalars(
            select(shop.User).options(selectinload("orders").joinedload("lines"))
        )
        assert sum(len(order.lines) for user in users for order in user.orders) == 8
    assert len(statements) <= 3


def test_declared_as_joined(storage, shop, log):
    class Room(shop.base):
        __tablename__ = "rooms"
        id = Column(int, primary_key=True)
        parent_id = Column(int, foreign_key="rooms.id")
        parent = Relationship("Room", uselist=False, back_populates="parts", lazy="joined")
        parts = Relationship(
            "Room", uselist=True, back_populates="parent", lazy="joined", order_by="id"
        )

    with Session(storage) as session:
        session.add(Room(id=1, parts=[Room(id=3), Room(id=2, parts=[Room(id=4)])]))
        session.commit()
    with Session(storage) as session:
        rooms = session.scalars(select(Room).order_by("id"))
        assert [room.id for room in rooms] == [1, 2, 3, 4]
        assert [[part.id for part in room.parts] for room in rooms] == [[2, 3], [4], [], []]
        assert rooms[3].parent.parent is rooms[0]


def test_unsaved_changes_are_kept(filled, shop):
    ada = filled.scalars(select(shop.User).where(shop.User.name == "Ada"))[0]
    ada.orders.append(shop.Order(title="new"))
    with filled.no_autoflush:
        filled.scalars(select(shop.User).options(joinedload("orders")))
    assert [order.title for order in ada.orders] == ["x", "y", "z", "new"]


def test_a_stream_brings_related_objects_along(filled, shop):
    question = select(shop.User).options(joinedload("orders")).order_by("id")
    found = [(user.name, len(user.orders)) for user in filled.stream(question).yield_per(1)]
    assert found == [("Ada", 3), ("Bo", 1), ("Cy", 0)]
