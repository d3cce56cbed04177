"""The existing `pytuck` library, 1.4.0, with its own file format."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import data
from base import BasePeer

from pytuck import Column, Relationship, Session, Storage, declarative_base, or_, prefetch, select

NAMES = ("name", "email", "age", "city", "score")


def models(path: Path) -> Any:
    """Return the models on a file."""
    storage = Storage(file_path=str(path))
    base: Any = declarative_base(storage)

    class User(base):
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        name = Column(str)
        email = Column(str)
        age = Column(int)
        city = Column(str)
        score = Column(float)
        orders = Relationship("orders", "user_id")

    class Order(base):
        __tablename__ = "orders"
        id = Column(int, primary_key=True)
        user_id = Column(int, index=True)
        number = Column(int)
        product = Column(str)
        amount = Column(float)

    return SimpleNamespace(storage=storage, User=User, Order=Order)


class Peer(BasePeer):
    """Objects through the session; the file is written at the end of a work.

    It reads a table whole when it is first asked for a row: that is measured by `open` alone. It
    has no joins and no groups: they are written in Python, as a user of it would.
    """

    suffix = ".pytuck"

    def __init__(self, folder: Path, size: data.Size) -> None:
        super().__init__(folder, size)
        self._shop: Any = None

    def fill(self) -> None:
        shop = models(self.path)
        names = ("id", "user_id", "number", "product", "amount")
        users = [dict(zip(("id", *NAMES), row, strict=True)) for row in data.users(self.size.users)]
        orders = [dict(zip(names, row, strict=True)) for row in data.orders(self.size.users)]
        shop.storage.bulk_insert("users", users)
        shop.storage.bulk_insert("orders", orders)
        shop.storage.close()

    @property
    def shop(self) -> Any:
        """The models on the data."""
        if self._shop is None:
            self._shop = self._read(self.path)
        return self._shop

    @staticmethod
    def _read(path: Path) -> Any:
        shop = models(path)
        for table in ("users", "orders"):
            shop.storage.query(table, [])
        return shop

    def _users(self, shop: Any) -> list[Any]:
        return [
            shop.User(**dict(zip(NAMES, row[1:], strict=True))) for row in data.users(self.size.new)
        ]

    def add_all(self) -> data.Measured:
        shop = models(self.empty_path())

        def run() -> int:
            session = Session(shop.storage)
            users = self._users(shop)
            session.add_all(users)
            session.commit()
            shop.storage.flush()
            return int(users[-1].id)

        return run

    def bulk_insert(self) -> data.Measured:
        shop = models(self.empty_path())
        users = self._users(shop)

        def run() -> int:
            keys = Session(shop.storage).bulk_insert(users)
            shop.storage.flush()
            return len(keys)

        return run

    def gets(self) -> data.Measured:
        session, model = Session(self.shop.storage), self.shop.User
        keys = range(1, self.size.users, self.size.users // self.size.gets)
        return lambda: sum(session.get(model, key) is not None for key in keys)

    def filtered(self) -> data.Measured:
        session, user = Session(self.shop.storage), self.shop.User
        return lambda: len(session.execute(select(user).where(user.age == 3)).all())

    def objects(self) -> data.Measured:
        session, user = Session(self.shop.storage), self.shop.User
        return lambda: len(session.execute(select(user)).all())

    def tuples(self) -> data.Measured:
        storage = self.shop.storage
        return lambda: len(storage.query("users", []))

    def or_count(self) -> data.Measured:
        session, user = Session(self.shop.storage), self.shop.User
        condition = or_(user.age == 3, user.city == "上海")
        return lambda: len(session.execute(select(user).where(condition)).all())

    def group_by(self) -> data.Measured:
        storage = self.shop.storage

        def run() -> int:
            scores: dict[str, list[float]] = defaultdict(list)
            for user in storage.query("users", []):
                scores[user["city"]].append(user["score"])
            return len([(city, len(all_), sum(all_) / len(all_)) for city, all_ in scores.items()])

        return run

    def _pairs(self) -> list[tuple[Any, Any]]:
        session, shop = Session(self.shop.storage), self.shop
        found = session.execute(select(shop.User).where(shop.User.age == 3)).all()
        users = {user.id: user for user in found}
        orders = session.execute(select(shop.Order).where(shop.Order.number == 0)).all()
        return [(users[one.user_id], one) for one in orders if one.user_id in users]

    def join_tuples(self) -> data.Measured:
        _ = self.shop  # read before it is measured
        return lambda: len([(user.name, order.amount) for user, order in self._pairs()])

    def join_objects(self) -> data.Measured:
        _ = self.shop  # read before it is measured
        return lambda: len(self._pairs())

    def eager(self) -> data.Measured:
        session, user = Session(self.shop.storage), self.shop.User

        def run() -> int:
            users = session.execute(select(user).where(user.id <= self.size.parents)).all()
            prefetch(users, "orders")
            return sum(len(one.orders) for one in users)

        return run

    def update(self) -> data.Measured:
        shop = self._read(self.copy())

        def run() -> int:
            session = Session(shop.storage)
            users = session.execute(select(shop.User).where(shop.User.age == 3)).all()
            for user in users:
                user.score += 1
            session.commit()
            shop.storage.flush()
            return len(users)

        return run

    def delete(self) -> data.Measured:
        return self._delete(lambda shop: select(shop.User).where(shop.User.age == 9))

    def delete_leaves(self) -> data.Measured:
        last = self.size.last_leaf
        return self._delete(lambda shop: select(shop.Order).where(shop.Order.id <= last))

    def _delete(self, question: Any) -> data.Measured:
        shop = self._read(self.copy())

        def run() -> int:
            session = Session(shop.storage)
            found = session.execute(question(shop)).all()
            for one in found:
                session.delete(one)
            session.commit()
            shop.storage.flush()
            return len(found)

        return run

    def open(self) -> data.Measured:
        def run() -> int:
            shop = models(self.path)
            return len(Session(shop.storage).execute(select(shop.User).limit(1)).all())

        return run
