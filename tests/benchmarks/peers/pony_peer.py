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
        return self._ask(lambda db: len(db.User.select().filter(age=3)[:]))

    def objects(self) -> data.Measured:
        return self._ask(lambda db: len(db.User.select()[:]))

    def tuples(self) -> data.Measured:
        return self._ask(
            lambda db: len(db.select("select id, name, email, age, city, score from users"))
        )

    def or_count(self) -> data.Measured:
        return self._ask(
            lambda db: db.select("select count(*) from users where age = 3 or city = '上海'")[0]
        )

    def group_by(self) -> data.Measured:
        return self._ask(
            lambda db: len(db.select("select city, count(*), avg(score) from users group by city"))
        )

    def join_objects(self) -> data.Measured:
        def work(db: Any) -> int:
            orders = db.Order.select().filter(number=0).prefetch(db.Order.user)
            sql = 'number = 0 and "user" in (select id from users where age = 3)'
            orders = db.Order.select_by_sql(f"select * from orders where {sql}")
            db.User.select_by_sql("select * from users where age = 3")
            return len([(order.user, order) for order in orders])

        return self._ask(work)

    def eager(self) -> data.Measured:
        def work(db: Any) -> int:
            sql = f"select * from users where id <= {self.size.parents}"
            users = db.User.select_by_sql(sql)
            return sum(len(user.orders) for user in users)

        return self._ask(work)

    def update(self) -> data.Measured:
        database = bind(self.copy())

        def run() -> int:
            with orm.db_session:
                users = database.User.select().filter(age=3)[:]
                for user in users:
                    user.score += 1
                return len(users)

        return run

    def delete(self) -> data.Measured:
        database = bind(self.copy())

        def run() -> int:
            with orm.db_session:
                users = database.User.select().filter(age=9)[:]
                for user in users:
                    user.delete()
                return len(users)

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
