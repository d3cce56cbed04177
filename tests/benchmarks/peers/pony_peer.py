"""Pony ORM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import data
from base import BasePeer
from pony import orm

NAMES = ("name", "email", "age", "city", "score")


def bind(path: Path) -> Any:
    """Return the database of a file with its entities."""
    database = orm.Database()

    class User(database.Entity):
        _table_ = "users"
        id = orm.PrimaryKey(int, auto=True)
        name = orm.Required(str)
        email = orm.Required(str)
        age = orm.Required(int)
        city = orm.Required(str)
        score = orm.Required(float)
        orders = orm.Set("Order")

    class Order(database.Entity):
        _table_ = "orders"
        id = orm.PrimaryKey(int, auto=True)
        user = orm.Required(User)
        number = orm.Required(int)
        product = orm.Required(str)
        amount = orm.Required(float)

    @database.on_connect(provider="sqlite")
    def set_pragmas(_: object, connection: Any) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL"):
            connection.execute(f"PRAGMA {pragma}")

    database.bind(provider="sqlite", filename=str(path.absolute()), create_db=True)
    database.generate_mapping(create_tables=True)
    return database


class Peer(BasePeer):
    """Entities in one session a work."""

    def fill(self) -> None:
        database = bind(self.path)
        with orm.db_session:
            connection = database.get_connection()
            users, orders = data.users(self.size.users), data.orders(self.size.users)
            columns = "id, name, email, age, city, score"
            connection.executemany(f"INSERT INTO users ({columns}) VALUES (?,?,?,?,?,?)", users)
            columns = '"id", "user", "number", "product", "amount"'
            connection.executemany(f"INSERT INTO orders ({columns}) VALUES (?,?,?,?,?)", orders)

    def _ask(self, work: Any) -> data.Measured:
        database = bind(self.path)

        def run() -> int:
            with orm.db_session:
                return int(work(database))

        return run

    def add_all(self) -> data.Measured:
        database = bind(self.empty_path())

        def run() -> int:
            with orm.db_session:
                users = [
                    database.User(**dict(zip(NAMES, row[1:], strict=True)))
                    for row in data.users(self.size.new)
                ]
                orm.commit()
                return int(users[-1].id)

        return run

    def gets(self) -> data.Measured:
        keys = range(1, self.size.users, self.size.users // self.size.gets)
        return self._ask(lambda db: sum(db.User.get(id=key) is not None for key in keys))

    def filtered(self) -> data.Measured:
        return self._ask(lambda db: len(db.User.select(lambda u: u.age == 3)[:]))

    def objects(self) -> data.Measured:
        return self._ask(lambda db: len(db.User.select()[:]))

    def tuples(self) -> data.Measured:
        def work(db: Any) -> int:
            users = orm.select((u.id, u.name, u.email, u.age, u.city, u.score) for u in db.User)
            return len(users[:])

        return self._ask(work)

    def or_count(self) -> data.Measured:
        return self._ask(
            lambda db: db.User.select(lambda u: u.age == 3 or u.city == "上海").count()
        )

    def group_by(self) -> data.Measured:
        return self._ask(
            lambda db: len(orm.select((u.city, orm.count(u), orm.avg(u.score)) for u in db.User)[:])
        )

    def join_tuples(self) -> data.Measured:
        def work(db: Any) -> int:
            found = orm.select(
                (o.user.name, o.amount) for o in db.Order if o.user.age == 3 and o.number == 0
            )
            return len(found.without_distinct()[:])

        return self._ask(work)

    def join_objects(self) -> data.Measured:
        def work(db: Any) -> int:
            found = orm.select(
                (o.user, o) for o in db.Order if o.user.age == 3 and o.number == 0
            ).prefetch(db.User, db.Order)
            return len([(user.name, order.amount) for user, order in found])

        return self._ask(work)

    def eager(self) -> data.Measured:
        def work(db: Any) -> int:
            last = self.size.parents
            users = db.User.select(lambda u: u.id <= last).prefetch(db.User.orders)
            return sum(len(user.orders) for user in users)

        return self._ask(work)

    def update(self) -> data.Measured:
        database = bind(self.copy())

        def run() -> int:
            with orm.db_session:
                users = database.User.select(lambda u: u.age == 3)[:]
                for user in users:
                    user.score += 1
                return len(users)

        return run

    def delete(self) -> data.Measured:
        database = bind(self.copy())

        def run() -> int:
            with orm.db_session:
                users = database.User.select(lambda u: u.age == 9)[:]
                for user in users:
                    user.delete()
                return len(users)

        return run

    def delete_leaves(self) -> data.Measured:
        database = bind(self.copy())

        def run() -> int:
            with orm.db_session:
                last = self.size.last_leaf
                orders = database.Order.select(lambda o: o.id <= last)[:]
                for order in orders:
                    order.delete()
                return len(orders)

        return run

    def open(self) -> data.Measured:
        def run() -> int:
            database = bind(self.path)
            with orm.db_session:
                return len(database.User.select()[:1])

        return run

    def commits(self) -> data.Measured:
        database = bind(self.empty_path())

        def run() -> int:
            for row in data.users(data.COMMITS):
                with orm.db_session:
                    database.User(**dict(zip(NAMES, row[1:], strict=True)))
            return data.COMMITS

        return run
