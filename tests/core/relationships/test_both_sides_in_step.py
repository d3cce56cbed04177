"""Changing one side of a relationship changes the other, in memory and in the file."""

from __future__ import annotations

import pytest

from pytuck import Session, ValidationError, select


def test_a_child_put_into_the_list_refers_to_its_parent_and_is_saved_with_it(session, shop):
    user = shop.User(name="Ada", orders=[shop.Order(title="first")])
    user.orders.append(second := shop.Order(title="second"))
    assert second.user is user
    session.add(user)
    session.commit()
    assert [order.user_id for order in user.orders] == [user.id, user.id]
    assert sorted(session.scalars(select(shop.Order.title))) == ["first", "second"]


def test_setting_the_parent_puts_the_child_into_its_list(session, shop):
    session.add(user := shop.User(name="Ada"))
    session.commit()
    assert user.orders == []
    order = shop.Order(title="x", user=user)
    assert user.orders == [order]
    assert order.user_id == user.id
    session.commit()
    assert session.get(shop.Order, order.id) is order


def test_moving_a_child_takes_it_from_its_old_parent(session, shop):
    one = shop.User(name="1", orders=[shop.Order(title="a"), shop.Order(title="b")])
    two = shop.User(name="2")
    session.add_all([one, two])
    session.commit()
    moved = one.orders[0]
    two.orders.append(moved)
    assert moved.user is two
    assert moved.user_id == two.id
    assert [order.title for order in one.orders] == ["b"]
    session.commit()
    moved.user = one
    assert two.orders == []
    assert {order.title for order in one.orders} == {"a", "b"}
    session.commit()
    with Session(session.storage) as other:
        assert len(other.get(shop.User, one.id).orders) == 2


def test_setting_the_key_moves_the_child_too(session, shop):
    one = shop.User(name="1", orders=[shop.Order(title="a")])
    two = shop.User(name="2")
    session.add_all([one, two])
    session.commit()
    assert two.orders == []
    order = one.orders[0]
    order.user_id = two.id
    assert one.orders == []
    assert two.orders == [order]
    assert order.user is two
    session.commit()
    assert order.user_id == two.id


def test_a_child_saved_by_its_key_shows_in_a_list_that_was_read_before(session, shop):
    session.add(user := shop.User(name="Ada"))
    session.commit()
    assert user.orders == []
    session.add(shop.Order(title="x", user_id=user.id))
    session.commit()
    assert [order.title for order in user.orders] == ["x"]


def test_taking_a_child_out_unties_it(session, shop):
    user = shop.User(name="Ada", orders=[shop.Order(title="a"), shop.Order(title="b")])
    session.add(user)
    session.commit()
    gone = user.orders.pop()
    assert gone.user is None
    assert gone.user_id is None
    session.commit()
    assert session.scalar(select(shop.Order.user_id).where(shop.Order.id == gone.id)) is None
    user.orders = []
    session.commit()
    assert session.scalars(select(shop.Order.user_id)) == [None, None]


def test_a_list_takes_objects_of_its_target_only(session, shop):
    user = shop.User(name="Ada")
    with pytest.raises(ValidationError, match=r"User.orders holds Order objects"):
        user.orders.append(shop.Tag(name="x"))
    with pytest.raises(ValidationError, match=r"Order.user holds User objects"):
        shop.Order(title="x", user="Ada")
    with pytest.raises(ValidationError, match="list of Order"):
        user.orders = "abc"
    assert user.orders == []


def test_lists_behave_as_lists(session, shop):
    user = shop.User(name="Ada")
    a, b, c = (shop.Order(title=title) for title in "abc")
    user.orders.extend([a, b])
    user.orders.insert(0, c)
    assert [order.title for order in user.orders] == ["c", "a", "b"]
    user.orders += [a]
    assert len(user.orders) == 3
    user.orders[0] = shop.Order(title="d")
    assert c.user is None
    del user.orders[1:]
    assert [order.title for order in user.orders] == ["d"]
    assert a.user is None
    user.orders.clear()
    assert user.orders == []
    with pytest.raises(ValueError, match="not in list"):
        user.orders.remove(a)


def test_a_required_key_comes_from_the_relationship_or_is_missed_by_name(session, shop):
    order = shop.Order(title="x")
    order.lines.append(shop.Line(number=1))
    order.lines.append(shop.Line(number=2))
    session.add(order)
    session.commit()
    assert [(line.order_id, line.number) for line in order.lines] == [(order.id, 1), (order.id, 2)]
    session.add(shop.Line(number=3))
    with pytest.raises(ValidationError, match="order_id"):
        session.commit()
    session.rollback()


def test_rollback_restores_both_sides(session, shop):
    user = shop.User(name="Ada", orders=[shop.Order(title="kept")])
    other = shop.User(name="Bob")
    session.add_all([user, other])
    session.commit()
    other.orders.append(user.orders[0])
    user.orders.append(new := shop.Order(title="new"))
    session.flush()
    session.rollback()
    assert [order.title for order in user.orders] == ["kept"]
    assert other.orders == []
    assert user.orders[0].user is user
    assert new.id is None
    assert new.user is user or new.user is None


def test_an_object_not_saved_yet_keeps_its_related_objects_after_a_rollback(session, shop):
    user = shop.User(name="Ada", orders=[shop.Order(title="first")])
    session.add(user)
    session.flush()
    session.rollback()
    assert user.id is None
    assert user.orders[0].user_id is None
    session.add(user)
    session.commit()
    assert session.scalars(select(shop.Order.user_id)) == [user.id]
