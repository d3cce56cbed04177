"""This library."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import data
import raw_peer
from base import BasePeer

from pytuck import (
    Column,
    Relationship,
    Session,
    Storage,
    declarative_base,
    func,
    or_,
    select,
    selectinload,
)


def models(storage: Storage) -> Any:
    """Return the models of a storage."""
    base: Any = declarative_base(storage)

    class User(base):
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        name = Column(str, nullable=False)
        email = Column(str)
        age = Column(int)
        city = Column(str)
        score = Column(float)
        orders = Relationship("Order", back_populates="user")

    class Order(base):
        __tablename__ = "orders"
        id = Column(int, primary_key=True)
        user_id = Column(int, foreign_key="users.id", index=True)
        number = Column(int)
        product = Column(str)
        amount = Column(float)
        user = Relationship(User, back_populates="orders")

    return SimpleNamespace(storage=storage, User=User, Order=Order)


class Peer(BasePeer):
    """Objects through the session, unless the work says otherwise."""

    suffix = ".pytuck"

    def __init__(self, folder: Path, size: data.Size) -> None:
        super().__init__(folder, size)
        self._shop: Any = None

    def fill(self) -> None:
        models(self._storage(self.path)).storage.close()
        connection = raw_peer.connect(self.path)
        users, orders = data.users(self.size.users), data.orders(self.size.users)
        with connection:
            connection.executemany("INSERT INTO users VALUES (?,?,?,?,?,?)", users)
            connection.executemany("INSERT INTO orders VALUES (?,?,?,?,?)", orders)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.close()

    @staticmethod
    def _storage(path: Path) -> Storage:
        return Storage(path, durability="normal")

    @property
    def shop(self) -> Any:
        """The models on the data."""
        if self._shop is None:
            self._shop = models(self._storage(self.path))
        return self._shop

    def _question(self, make: Any) -> data.Measured:
        session, shop = Session(self.shop.storage), self.shop
        return lambda: len(session.execute(make(shop)).all())

    def _new(self) -> Any:
        return models(self._storage(self.empty_path()))

    def _users(self, shop: Any) -> list[Any]:
        return [
            shop.User(name=name, email=email, age=age, city=city, score=score)
            for _, name, email, age, city, score in data.users(self.size.new)
        ]

    def add_all(self) -> data.Measured:
        shop = self._new()

        def run() -> int:
            session = Session(shop.storage)
            users = self._users(shop)
            session.add_all(users)
            session.commit()
            return int(users[-1].id)

        return run

    def bulk_insert(self) -> data.Measured:
        shop = self._new()
        users = self._users(shop)

        def run() -> int:
            session = Session(shop.storage)
            keys = session.bulk_insert(users)
            session.commit()
            return len(keys)

        return run

    def gets(self) -> data.Measured:
        session, model = Session(self.shop.storage), self.shop.User
        keys = range(1, self.size.users, self.size.users // self.size.gets)
        return lambda: sum(session.get(model, key) is not None for key in keys)

    def filtered(self) -> data.Measured:
        return self._question(lambda m: select(m.User).where(m.User.age == 3))

    def objects(self) -> data.Measured:
        return self._question(lambda m: select(m.User))

    def tuples(self) -> data.Measured:
        def question(m: Any) -> Any:
            u = m.User
            return select(u.id, u.name, u.email, u.age, u.city, u.score)

        return self._question(question)

    def or_count(self) -> data.Measured:
        session, user = Session(self.shop.storage), self.shop.User

        def run() -> int:
            condition = or_(user.age == 3, user.city == "上海")
            return int(session.scalar(select(func.count()).where(condition)))

        return run

    def group_by(self) -> data.Measured:
        def question(m: Any) -> Any:
            u = m.User
            return select(u.city, func.count(), func.avg(u.score)).group_by(u.city)

        return self._question(question)

    def join_tuples(self) -> data.Measured:
        return self._question(
            lambda m: (
                select(m.User.name, m.Order.amount)
                .join(m.Order)
                .where(m.User.age == 3, m.Order.number == 0)
            )
        )

    def join_objects(self) -> data.Measured:
        return self._question(
            lambda m: (
                select(m.User, m.Order).join(m.Order).where(m.User.age == 3, m.Order.number == 0)
            )
        )

    def eager(self) -> data.Measured:
        session, shop, last = Session(self.shop.storage), self.shop, self.size.parents

        def run() -> int:
            question = select(shop.User).where(shop.User.id <= last)
            users = session.scalars(question.options(selectinload("orders")))
            return sum(len(user.orders) for user in users)

        return run

    def update(self) -> data.Measured:
        shop = models(self._storage(self.copy()))

        def run() -> int:
            session = Session(shop.storage)
            users = session.scalars(select(shop.User).where(shop.User.age == 3))
            for user in users:
                user.score += 1
            session.commit()
            return len(users)

        return run

    def delete(self) -> data.Measured:
        shop = models(self._storage(self.copy()))

        def run() -> int:
            session = Session(shop.storage)
            users = session.scalars(select(shop.User).where(shop.User.age == 9))
            for user in users:
                session.delete(user)
            session.commit()
            return len(users)

        return run

    def delete_leaves(self) -> data.Measured:
        shop = models(self._storage(self.copy()))

        def run() -> int:
            session, last = Session(shop.storage), self.size.last_leaf
            orders = session.scalars(select(shop.Order).where(shop.Order.id <= last))
            for order in orders:
                session.delete(order)
            session.commit()
            return len(orders)

        return run

    def open(self) -> data.Measured:
        def run() -> int:
            shop = models(self._storage(self.path))
            return len(Session(shop.storage).execute(select(shop.User).limit(1)).all())

        return run

    def commits(self) -> data.Measured:
        shop = self._new()
        session = Session(shop.storage)

        def run() -> int:
            for _, name, email, age, city, score in data.users(data.COMMITS):
                session.add(shop.User(name=name, email=email, age=age, city=city, score=score))
                session.commit()
            return data.COMMITS

        return run
