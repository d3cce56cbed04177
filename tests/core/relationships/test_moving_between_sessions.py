"""Graphs of objects that are merged into a session, expired, read again and let go of."""

from __future__ import annotations

import contextlib

import pytest

from pytuck import Column, QueryError, Relationship, Session, select


@pytest.fixture
def other(storage, shop):
    with contextlib.closing(Session(storage)) as session:
        yield session


@pytest.fixture
def tree(shop):
    """A model whose objects go along with their parent in all they do."""

    class Branch(shop.base):
        __tablename__ = "branches"
        id = Column(int, primary_key=True)
        name = Column(str, default="")
        parent_id = Column(int, foreign_key="branches.id")
        parent = Relationship("Branch", uselist=False, back_populates="children")
        children = Relationship(
            "Branch", uselist=True, back_populates="parent", cascade="all", order_by="id"
        )

    return Branch


def test_merging_brings_the_related_objects_along(session, other, shop):
    session.add(shop.User(name="Ada", orders=[shop.Order(title="a"), shop.Order(title="b")]))
    session.commit()
    user = session.scalars(select(shop.User))[0]
    first, second = user.orders
    session.expunge_all()
    first.title, user.name = "changed", "Eve"
    user.orders.remove(second)
    merged = other.merge(user)
    assert merged is not user
    assert [order.title for order in merged.orders] == ["changed"]
    other.commit()
    assert other.execute(select(shop.Order.title, shop.Order.user_id)).all() == [
        ("changed", merged.id),
        ("b", None),
    ]
    assert other.scalars(select(shop.User.name)) == ["Eve"]


def test_merging_a_new_object_takes_related_rows_that_exist(session, other, shop):
    session.add(order := shop.Order(title="old"))
    session.commit()
    user = shop.User(name="Ada", orders=[shop.Order(id=order.id, title="new")])
    merged = other.merge(user)
    other.commit()
    assert other.execute(select(shop.Order.id, shop.Order.title, shop.Order.user_id)).all() == [
        (order.id, "new", merged.id)
    ]


def test_merging_follows_cycles_once(session, other, tree):
    root = tree(name="root")
    root.parent = root
    session.add(root)
    session.commit()
    session.expunge_all()
    assert root.parent is root
    root.name = "changed"
    merged = other.merge(root)
    assert merged.parent is merged
    assert merged.name == "changed"


def test_merging_without_loading_keeps_what_is_related(log, session, other, shop):
    session.add(shop.User(name="Ada", orders=[shop.Order(title="a")]))
    session.commit()
    user = session.scalars(select(shop.User))[0]
    assert len(user.orders) == 1
    with log.count() as statements:
        merged = other.merge(user, load=False)
        assert [order.title for order in merged.orders] == ["a"]
    assert merged.orders[0] is not user.orders[0]
    assert not other.dirty
    assert statements == []


def test_expiring_reads_values_and_related_objects_again(session, other, shop):
    session.add(user := shop.User(name="Ada", orders=[shop.Order(title="a")]))
    session.commit()
    theirs = other.get(shop.User, user.id)
    theirs.orders.append(shop.Order(title="b"))
    theirs.name = "Eve"
    other.commit()
    assert [order.title for order in user.orders] == ["a"]
    session.expire(user)
    assert user.name == "Eve"
    assert [order.title for order in user.orders] == ["a", "b"]


def test_one_relationship_can_be_expired_by_its_name(session, other, shop):
    session.add(user := shop.User(name="Ada", orders=[shop.Order(title="a")]))
    session.commit()
    other.add(shop.Order(title="b", user_id=user.id))
    other.commit()
    user.name = "unsaved"
    session.expire(user, ["orders"])
    assert [order.title for order in user.orders] == ["a", "b"]
    assert user.name == "unsaved"
    with pytest.raises(QueryError, match="nothing"):
        session.expire(user, ["nothing"])


def test_expiring_and_refreshing_go_along_with_the_cascade(session, other, tree):
    root = tree(name="root", children=[tree(name="leaf")])
    session.add(root)
    session.commit()
    (leaf,) = root.children
    for read_again in (session.expire, session.refresh):
        theirs = other.get(tree, leaf.id)
        other.refresh(theirs)
        theirs.name += "!"
        other.commit()
        assert leaf.name != theirs.name
        assert root.children == [leaf]
        read_again(root)
        assert leaf.name == theirs.name


def test_letting_go_goes_along_with_the_cascade(session, shop, tree):
    root = tree(name="root", children=[tree(name="leaf", children=[tree(name="tip")])])
    session.add(root)
    session.expunge(root)
    session.commit()
    assert session.scalars(select(tree.id)) == []
    session.add(root)
    session.commit()
    leaf = root.children[0]
    session.expunge(root)
    assert root not in session
    assert leaf not in session
    session.add(user := shop.User(name="Ada", orders=[shop.Order(title="a")]))
    session.commit()
    order = user.orders[0]
    session.expunge(user)  # this relationship says nothing of it
    assert order in session
