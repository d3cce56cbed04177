"""Whatever is done to related objects, memory and file agree with a dictionary that says who
belongs to whom."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from pytuck import Column, Relationship, Session, Storage, declarative_base, select

PLACES = st.integers(0, 3)


def _models(storage: Storage) -> tuple[type[Any], type[Any]]:
    base = declarative_base(storage)

    class User(base):  # type: ignore[misc, valid-type]
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        orders = Relationship("Order", back_populates="user")

    class Order(base):  # type: ignore[misc, valid-type]
        __tablename__ = "orders"
        id = Column(int, primary_key=True)
        user_id = Column(int, foreign_key="users.id")
        user = Relationship("User", back_populates="orders")

    return User, Order


class Changes(RuleBasedStateMachine):
    """Users and orders in one session; `owner` is what must be true."""

    @initialize()
    def begin(self) -> None:
        self.storage = Storage()
        self.user_model, self.order_model = _models(self.storage)
        self.session = Session(self.storage)
        self.users: list[Any] = []
        self.orders: list[Any] = []
        self.owner: dict[int, Any] = {}
        for _ in range(3):
            self.add_user()
            self.add_order()
        self.commit()

    def teardown(self) -> None:
        if hasattr(self, "storage"):
            self.session.close()
            self.storage.close()

    def _user(self, place: int) -> Any:
        return self.users[place % len(self.users)] if self.users else None

    def _order(self, place: int) -> Any:
        return self.orders[place % len(self.orders)]

    @rule()
    def add_user(self) -> None:
        self.users.append(user := self.user_model())
        self.session.add(user)

    @rule()
    def add_order(self) -> None:
        self.orders.append(order := self.order_model())
        self.owner[id(order)] = None
        self.session.add(order)

    @precondition(lambda self: self.users)
    @rule(place=PLACES)
    def add_order_to_list(self, place: int) -> None:
        user = self._user(place)
        user.orders.append(order := self.order_model())
        self.orders.append(order)
        self.owner[id(order)] = user
        self.session.add(order)

    @precondition(lambda self: self.users and self.orders)
    @rule(user=PLACES, order=PLACES)
    def append(self, user: int, order: int) -> None:
        self._user(user).orders.append(self._order(order))
        self.owner[id(self._order(order))] = self._user(user)

    @precondition(lambda self: self.users)
    @rule(place=PLACES)
    def clear(self, place: int) -> None:
        user = self._user(place)
        user.orders.clear()
        self._disown(user)

    @precondition(lambda self: self.users and self.orders)
    @rule(user=PLACES, order=PLACES)
    def set_user(self, user: int, order: int) -> None:
        self._order(order).user = self._user(user)
        self.owner[id(self._order(order))] = self._user(user)

    @precondition(lambda self: self.orders)
    @rule(place=PLACES)
    def unset_user(self, place: int) -> None:
        self._order(place).user = None
        self.owner[id(self._order(place))] = None

    @precondition(lambda self: self.users and self.orders)
    @rule(user=PLACES, order=PLACES)
    def set_key(self, user: int, order: int) -> None:
        if self._user(user).id is None:
            self.session.flush()
        self._order(order).user_id = self._user(user).id
        self.owner[id(self._order(order))] = self._user(user)

    @precondition(lambda self: self.users)
    @rule(place=PLACES)
    def delete_user(self, place: int) -> None:
        user = self._user(place)
        self.session.delete(user)
        self.users.remove(user)
        self.session.flush()
        self._disown(user)

    @precondition(lambda self: self.orders)
    @rule(place=PLACES)
    def delete_order(self, place: int) -> None:
        order = self._order(place)
        self.session.delete(order)
        self.orders.remove(order)
        self.session.flush()

    @rule()
    def flush(self) -> None:
        self.session.flush()

    @rule()
    def commit(self) -> None:
        self.session.commit()
        self.committed = (list(self.users), list(self.orders), dict(self.owner))
        stored = dict(
            self.session.execute(select(self.order_model.id, self.order_model.user_id)).all()
        )
        assert stored == {order.id: self._owner_key(order) for order in self.orders}

    @rule()
    def rollback(self) -> None:
        self.session.rollback()
        users, orders, owner = self.committed
        self.users, self.orders, self.owner = list(users), list(orders), dict(owner)

    @invariant()
    def both_sides_agree(self) -> None:
        if not hasattr(self, "storage"):
            return
        for order in self.orders:
            assert order.user is self.owner[id(order)]
        for user in self.users:
            mine = {id(order) for order in self.orders if self.owner[id(order)] is user}
            assert {id(order) for order in user.orders} == mine

    def _disown(self, user: Any) -> None:
        for key, owner in self.owner.items():
            if owner is user:
                self.owner[key] = None

    def _owner_key(self, order: Any) -> int | None:
        owner = self.owner[id(order)]
        return None if owner is None else owner.id


TestChanges = Changes.TestCase
TestChanges.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
