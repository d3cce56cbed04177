"""What happens to related objects when their owner is added, changed or deleted."""

from __future__ import annotations

import pytest

from pytuck import Column, ConstraintError, Relationship, Session, ValidationError, select


def test_the_whole_graph_is_added_with_one_of_its_objects(session, shop):
    user = shop.User(name="Ada")
    order = shop.Order(title="x", user=user, lines=[shop.Line(number=1)])
    order.lines[0].product = shop.Product(name="p", tags=[shop.Tag(name="t")])
    session.add(order)
    session.commit()
    assert session.scalars(select(shop.User.name)) == ["Ada"]
    assert session.execute(select(shop.Line.product_id)).scalars() == [order.lines[0].product.id]
    assert session.scalars(select(shop.Tag.name)) == ["t"]


def test_an_object_related_to_a_saved_one_is_saved_with_it(session, shop):
    session.add(user := shop.User(name="Ada"))
    session.commit()
    user.orders.append(shop.Order(title="a"))
    shop.Order(title="b", user=user)
    user.profile = shop.Profile(text="p")
    session.commit()
    assert sorted(session.scalars(select(shop.Order.title))) == ["a", "b"]
    assert session.scalars(select(shop.Profile.user_id)) == [user.id]


def test_children_of_a_deleted_object_lose_their_key(session, shop):
    user = shop.User(name="Ada", orders=[shop.Order(title="a"), shop.Order(title="b")])
    session.add(user)
    session.commit()
    orders = list(user.orders)
    session.delete(user)
    session.commit()
    assert session.scalars(select(shop.Order.user_id)) == [None, None]
    assert [order.user for order in orders] == [None, None]
    assert [order.user_id for order in orders] == [None, None]


def test_children_are_deleted_with_their_parent_where_it_says_so(session, shop):
    order = shop.Order(title="x", lines=[shop.Line(number=n) for n in range(3)])
    kept = shop.Order(title="y", lines=[shop.Line(number=1)])
    session.add_all([order, kept])
    session.commit()
    with Session(session.storage) as fresh:
        fresh.delete(fresh.get(shop.Order, order.id))
        fresh.commit()
        assert fresh.scalars(select(shop.Line.order_id)) == [kept.id]


def test_an_orphan_is_deleted_and_a_moved_child_is_not(session, shop):
    first = shop.Order(title="x", lines=[shop.Line(number=1), shop.Line(number=2)])
    second = shop.Order(title="y")
    session.add_all([first, second])
    session.commit()
    first.lines.remove(first.lines[0])
    session.commit()
    assert session.execute(select(shop.Line.order_id, shop.Line.number)).all() == [(first.id, 2)]
    moved = first.lines[0]
    second.lines.append(moved)
    session.commit()
    assert session.execute(select(shop.Line.order_id, shop.Line.number)).all() == [(second.id, 2)]
    assert first.lines == []


def test_a_new_orphan_is_not_saved(session, shop):
    session.add(order := shop.Order(title="x"))
    session.commit()
    order.lines.append(shop.Line(number=1))
    order.lines.clear()
    session.commit()
    assert session.scalars(select(shop.Line.number)) == []


def test_association_rows_go_with_either_side(session, shop):
    tag = shop.Tag(name="t")
    one, two = (shop.Product(name=name, tags=[tag]) for name in "ab")
    session.add_all([one, two])
    session.commit()
    session.delete(one)
    session.commit()
    assert session.scalars(select(shop.ProductTag.product_id)) == [two.id]
    assert tag.products == [two]
    session.delete(tag)
    session.commit()
    assert session.scalars(select(shop.ProductTag.product_id)) == []
    assert session.scalars(select(shop.Product.name)) == ["b"]


def test_a_parent_whose_children_need_it_cannot_be_deleted(storage, shop, session):
    class Box(shop.base):
        __tablename__ = "boxes"
        id = Column(int, primary_key=True)
        things = Relationship("Thing", back_populates="box")

    class Thing(shop.base):
        __tablename__ = "things"
        id = Column(int, primary_key=True)
        box_id = Column(int, nullable=False, foreign_key="boxes.id")
        box = Relationship(Box, back_populates="things")

    session.add(box := Box(things=[Thing()]))
    session.commit()
    session.delete(box)
    with pytest.raises(ConstraintError, match="boxes"):
        session.commit()
    session.rollback()
    assert session.scalars(select(Thing.box_id)) == [box.id]
    session.add(Thing())
    with pytest.raises(ValidationError, match="box_id"):
        session.commit()


def test_a_cascade_that_is_no_word_is_refused():
    with pytest.raises(ValidationError, match="everything is no cascade"):
        Relationship("X", cascade="save-update, everything")
    with pytest.raises(ValidationError, match="lazy='later'"):
        Relationship("X", lazy="later")
