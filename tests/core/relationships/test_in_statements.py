"""Relationships in joins and conditions."""

from __future__ import annotations

import pytest

from pytuck import (
    Column,
    QueryError,
    Relationship,
    Session,
    Storage,
    aliased,
    declarative_base,
    func,
    select,
)


@pytest.fixture
def filled(session, shop):
    """Ada has a 5.0 order with a red apple; Bo a 1.0 order; Cy nothing."""
    red, green = shop.Tag(name="red"), shop.Tag(name="green")
    ada = shop.User(name="Ada", orders=[shop.Order(title="five"), shop.Order(title="six")])
    ada.profile = shop.Profile(text="hi")
    bo = shop.User(name="Bo", orders=[shop.Order(title="one")])
    apple, pear = (
        shop.Product(name="apple", tags=[red, green]),
        shop.Product(name="pear", tags=[green]),
    )
    session.add_all([ada, bo, shop.User(name="Cy"), apple, pear, shop.Product(name="plum")])
    session.add(shop.Order(title="nobody's"))
    session.commit()
    return session


def names(session, statement):
    return sorted(session.scalars(statement))


def test_joining_along_a_relationship(filled, shop):
    U, Order, Product, Tag = shop.User, shop.Order, shop.Product, shop.Tag
    rows = filled.execute(select(U.name, Order.title).join(U.orders)).all()
    assert sorted(rows) == [("Ada", "five"), ("Ada", "six"), ("Bo", "one")]
    rows = filled.execute(select(Order.title, U.name).outerjoin(Order.user)).all()
    assert ("nobody's", None) in rows
    rows = filled.execute(select(Product.name, Tag.name).join(Product.tags)).all()
    assert sorted(rows) == [("apple", "green"), ("apple", "red"), ("pear", "green")]
    counts = select(Tag.name, func.count(Product.id)).join(Tag.products).group_by(Tag.name)
    assert sorted(filled.execute(counts).all()) == [("green", 2), ("red", 1)]
    rows = filled.execute(select(U.name, Order.title).join(Order, U.orders)).all()
    assert len(rows) == 3


def test_joining_aliases_along_relationships(filled, shop):
    U, Order = shop.User, shop.Order
    other = aliased(Order)
    rows = filled.execute(
        select(Order.title, other.title)
        .join(Order.user)
        .join(other, U.orders)
        .where(Order.title < other.title)
    ).all()
    assert rows == [("five", "six")]
    same = select(U.name, other.title).join(U.orders.of_type(other)).where(other.title == "one")
    assert filled.execute(same).all() == [("Bo", "one")]
    who = aliased(U)
    assert min(filled.execute(select(who.name, Order.title).join(who.orders)).all()) == (
        "Ada",
        "five",
    )


def test_conditions_on_what_is_related(filled, shop):
    U, Order, Product, Tag, Profile = shop.User, shop.Order, shop.Product, shop.Tag, shop.Profile
    assert names(filled, select(U.name).where(U.orders.any())) == ["Ada", "Bo"]
    assert names(filled, select(U.name).where(~U.orders.any())) == ["Cy"]
    assert names(filled, select(U.name).where(U.orders.any(Order.title == "one"))) == ["Bo"]
    assert names(filled, select(U.name).where(U.orders.any(title="six"))) == ["Ada"]
    assert names(filled, select(Order.title).where(Order.user.has(U.name == "Ada"))) == [
        "five",
        "six",
    ]
    assert names(filled, select(Order.title).where(~Order.user.has(name="Ada"))) == [
        "nobody's",
        "one",
    ]
    assert names(filled, select(Product.name).where(Product.tags.any(Tag.name == "green"))) == [
        "apple",
        "pear",
    ]
    assert names(filled, select(Product.name).where(~Product.tags.any())) == ["plum"]
    assert names(filled, select(U.name).where(U.profile.has(Profile.text == "hi"))) == ["Ada"]


def test_conditions_on_objects(filled, shop):
    U, Order, Product, Tag = shop.User, shop.Order, shop.Product, shop.Tag
    ada = filled.scalars(select(U).where(U.name == "Ada"))[0]
    six = filled.scalars(select(Order).where(Order.title == "six"))[0]
    red = filled.scalars(select(Tag).where(Tag.name == "red"))[0]
    assert names(filled, select(Order.title).where(Order.user == ada)) == ["five", "six"]
    assert names(filled, select(Order.title).where(Order.user != ada)) == ["nobody's", "one"]
    assert names(filled, select(Order.title).where(Order.user == None)) == ["nobody's"]  # noqa: E711
    assert names(filled, select(Order.title).where(Order.user.is_not(None))) == [
        "five",
        "one",
        "six",
    ]
    assert names(filled, select(U.name).where(U.orders.contains(six))) == ["Ada"]
    assert names(filled, select(Product.name).where(Product.tags.contains(red))) == ["apple"]
    assert names(filled, select(U.name).where(U.profile == None)) == ["Bo", "Cy"]  # noqa: E711
    assert names(filled, select(U.name).where(U.profile == ada.profile)) == ["Ada"]


def test_conditions_between_a_model_and_itself(storage, shop):
    class Node(shop.base):
        __tablename__ = "nodes"
        id = Column(int, primary_key=True)
        name = Column(str)
        parent_id = Column(int, foreign_key="nodes.id")
        parent = Relationship("Node", uselist=False, back_populates="children")
        children = Relationship("Node", uselist=True, back_populates="parent")

    with Session(storage) as session:
        session.add(
            Node(name="root", children=[Node(name="a", children=[Node(name="a1")]), Node(name="b")])
        )
        session.commit()
        assert names(session, select(Node.name).where(Node.children.any(Node.name == "a1"))) == [
            "a"
        ]
        assert names(session, select(Node.name).where(Node.parent.has(Node.name == "root"))) == [
            "a",
            "b",
        ]
        assert names(session, select(Node.name).where(~Node.children.any())) == ["a1", "b"]
        parent = aliased(Node)
        rows = session.execute(select(Node.name, parent.name).join(parent, Node.parent)).all()
        assert sorted(rows) == [("a", "root"), ("a1", "a"), ("b", "root")]


def test_what_cannot_be_asked_says_so(session, shop):
    with pytest.raises(QueryError, match="no key yet"):
        select(shop.Order).where(shop.Order.user == shop.User(name="new"))
    with pytest.raises(QueryError, match="contains"):
        select(shop.Product).where(shop.Product.tags == shop.Tag(name="x"))
    with Storage() as other:

        class Shelf(declarative_base(other)):
            __tablename__ = "shelves"
            id = Column(int, primary_key=True)
            user_id = Column(int)
            user = Relationship(shop.User, "user_id")

        with pytest.raises(QueryError, match="another storage"):
            select(Shelf).join(Shelf.user)
