"""Related objects are read when they are needed, and for all at once."""

from __future__ import annotations

import pytest

from pytuck import (
    QueryError,
    Session,
    UnknownRelationshipError,
    ValidationError,
    joinedload,
    noload,
    prefetch,
    raiseload,
    select,
    selectinload,
)

USERS, ORDERS, LINES = 30, 3, 2


@pytest.fixture
def filled(storage, shop):
    """Thirty users with three orders of two lines each, and a profile for every second."""
    with Session(storage) as session:
        products = [shop.Product(name=f"p{number}") for number in range(4)]
        session.add_all(products)
        for number in range(USERS):
            user = shop.User(name=f"u{number}")
            for place in range(ORDERS):
                order = shop.Order(title=f"{number}-{place}", user=user)
                order.lines = [
                    shop.Line(number=line, product=products[(number + line) % 4])
                    for line in range(LINES)
                ]
            if number % 2:
                user.profile = shop.Profile(text="x")
            session.add(user)
        session.commit()
    return shop


def test_iterating_over_parents_costs_one_statement_for_their_children(session, filled, log):
    with log.count() as run:
        titles = [
            order.title
            for user in session.execute(select(filled.User)).all()
            for order in user.orders
        ]
    assert len(titles) == USERS * ORDERS
    assert len(run) == 2


def test_iterating_over_children_costs_one_statement_for_their_parents(session, filled, log):
    with log.count() as run:
        names = {order.user.name for order in session.execute(select(filled.Order)).all()}
    assert len(names) == USERS
    assert len(run) == 2


def test_every_level_costs_one_statement(session, filled, log):
    with log.count() as run:
        users = session.execute(select(filled.User)).all()
        seen = [
            (user.profile, line.product.name)
            for user in users
            for order in user.orders
            for line in order.lines
        ]
    assert len(seen) == USERS * ORDERS * LINES
    assert len(run) == 5


def test_what_is_loaded_is_not_read_again(session, filled, log):
    users = session.execute(select(filled.User)).all()
    assert sum(len(user.orders) for user in users) == USERS * ORDERS
    with log.count() as run:
        assert all(order.user is user for user in users for order in user.orders)
        assert sum(len(user.orders) for user in users) == USERS * ORDERS
    assert run == []


@pytest.mark.parametrize("load", [selectinload, joinedload, prefetch])
def test_options_load_with_the_question(session, filled, log, load):
    statement = select(filled.User).options(load("orders.lines"), load("profile"))
    users = session.execute(statement).all()
    with log.count() as run:
        assert sum(len(o.lines) for user in users for o in user.orders) == USERS * ORDERS * LINES
        assert sum(user.profile is not None for user in users) == USERS // 2
    assert run == []


def test_options_chain_by_attribute(session, filled, log):
    option = selectinload(filled.User.orders).selectinload(filled.Order.lines)
    with log.count() as run:
        user = session.execute(select(filled.User).options(option).limit(1)).one()
        assert [line.number for order in user.orders for line in order.lines] == [0, 1] * ORDERS
    assert len(run) == 3


def test_prefetch_loads_for_objects_in_hand(session, filled, log):
    users = session.execute(select(filled.User)).all()
    with log.count() as run:
        assert prefetch(users, "orders.lines", "profile") is None
    assert len(run) == 3
    with log.count() as run:
        assert users[3].orders[0].lines[1].number == 1
    assert run == []
    assert prefetch([], "orders") is None


def test_unknown_relationships_are_refused(session, filled):
    users = session.execute(select(filled.User)).all()
    with pytest.raises(UnknownRelationshipError, match=r"User has no relationship 'nothing'"):
        prefetch(users, "nothing")
    with pytest.raises(ValueError, match="name of a relationship"):
        prefetch(users)
    with pytest.raises(TypeError):
        prefetch(users, 5)
    with pytest.raises(UnknownRelationshipError):
        session.execute(select(filled.User).options(selectinload("orders.nothing"))).all()


def test_raiseload_refuses_and_noload_leaves_empty(session, filled, log):
    users = session.execute(select(filled.User).options(raiseload("orders"))).all()
    with pytest.raises(QueryError, match=r"User.orders is not loaded"):
        _ = users[0].orders
    assert users[1].profile is not None
    with Session(session.storage) as other:
        user = other.execute(select(filled.User).options(raiseload("*"))).first()
        with pytest.raises(QueryError, match="raiseload"):
            _ = user.profile
    with Session(session.storage) as other, log.count() as run:
        user = other.execute(select(filled.User).options(noload("orders"))).first()
        assert user.orders == []
    assert len(run) == 1


def test_lists_come_in_the_declared_order(session, filled):
    order = session.get(filled.Order, 1)
    assert [line.number for line in order.lines] == [0, 1]


def test_objects_without_a_session_still_load(storage, filled):
    with Session(storage) as session:
        user = session.get(filled.User, 2)
    assert [order.title for order in user.orders] == ["1-0", "1-1", "1-2"]
    assert user.orders[0].user is user
    assert filled.User(name="new").orders == []
    assert filled.Order(title="x").user is None


def test_a_relationship_that_names_nothing_says_so(storage, shop):
    from pytuck import Column, Relationship

    class Lost(shop.base):
        __tablename__ = "lost"
        id = Column(int, primary_key=True)
        other_id = Column(int)
        other = Relationship("Nowhere", foreign_key="other_id")

    with pytest.raises(ValidationError, match="Cannot resolve relationship target 'Nowhere'"):
        _ = Lost(other_id=1).other


def test_one_to_one_replaces_the_other_object(session, shop):
    user = shop.User(name="Ada", profile=shop.Profile(text="old"))
    session.add(user)
    session.commit()
    old = user.profile
    assert old.user is user
    user.profile = shop.Profile(text="new")
    assert old.user is None
    session.commit()
    rows = session.execute(select(shop.Profile.text, shop.Profile.user_id)).all()
    assert sorted(rows) == [("new", user.id), ("old", None)]
    user.profile = None
    session.commit()
    assert set(session.scalars(select(shop.Profile.user_id))) == {None}


def test_many_to_many_from_both_sides(session, shop):
    red, green = shop.Tag(name="red"), shop.Tag(name="green")
    apple = shop.Product(name="apple", tags=[red, green])
    cherry = shop.Product(name="cherry")
    red.products.append(cherry)
    assert cherry.tags == [red]
    session.add_all([apple, cherry])
    session.commit()
    pairs = session.execute(select(shop.ProductTag.product_id, shop.ProductTag.tag_id)).all()
    assert sorted(pairs) == sorted([(apple.id, red.id), (apple.id, green.id), (cherry.id, red.id)])
    red.products.remove(apple)
    assert apple.tags == [green]
    session.commit()
    with Session(session.storage) as other:
        assert [tag.name for tag in other.get(shop.Product, apple.id).tags] == ["green"]
        assert [item.name for item in other.get(shop.Tag, red.id).products] == ["cherry"]
