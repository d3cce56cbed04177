"""peewee."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import data
from base import BasePeer
from peewee import (
    FloatField,
    ForeignKeyField,
    IntegerField,
    Model,
    SqliteDatabase,
    TextField,
    chunked,
    fn,
    prefetch,
)


class User(Model):
    name = TextField()
    email = TextField()
    age = IntegerField()
    city = TextField()
    score = FloatField()

    class Meta:
        table_name = "users"


class Order(Model):
    user = ForeignKeyField(User, backref="orders")
    number = IntegerField()
    product = TextField()
    amount = FloatField()

    class Meta:
        table_name = "orders"


PRAGMAS = {"journal_mode": "wal", "synchronous": "normal", "foreign_keys": 1}
NAMES = ("name", "email", "age", "city", "score")


def bind(path: Path) -> Any:
    """Let the models stand for a file."""
    database = SqliteDatabase(str(path), pragmas=PRAGMAS)
    database.bind([User, Order])
    database.create_tables([User, Order])
    return database


class Peer(BasePeer):
    """Objects, one statement each, as its documentation has them."""

    def fill(self) -> None:
        with bind(self.path).atomic():
            for chunk in chunked(list(data.users(self.size.users)), 100):
                User.insert_many(
                    chunk, fields=[User.id, *(getattr(User, n) for n in NAMES)]
                ).execute()
            fields = [Order.id, Order.user, Order.number, Order.product, Order.amount]
            for chunk in chunked(list(data.orders(self.size.users)), 100):
                Order.insert_many(chunk, fields=fields).execute()

    def _users(self) -> list[Any]:
        return [User(**dict(zip(NAMES, row[1:], strict=True))) for row in data.users(self.size.new)]

    def add_all(self) -> data.Measured:
        database = bind(self.empty_path())

        def run() -> int:
            users = self._users()
            with database.atomic():
                for user in users:
                    user.save(force_insert=True)
            return int(users[-1].id)

        return run

    def bulk_insert(self) -> data.Measured:
        database = bind(self.empty_path())
        rows = [row[1:] for row in data.users(self.size.new)]

        def run() -> int:
            fields = [getattr(User, name) for name in NAMES]
            with database.atomic():
                for chunk in chunked(rows, 190):
                    User.insert_many(chunk, fields=fields).execute()
            return len(rows)

        return run

    def gets(self) -> data.Measured:
        bind(self.path)
        keys = range(1, self.size.users, self.size.users // self.size.gets)
        return lambda: sum(User.get_by_id(key) is not None for key in keys)

    def filtered(self) -> data.Measured:
        bind(self.path)
        return lambda: len(list(User.select().where(User.age == 3)))

    def objects(self) -> data.Measured:
        bind(self.path)
        return lambda: len(list(User.select()))

    def tuples(self) -> data.Measured:
        bind(self.path)
        return lambda: len(list(User.select().tuples()))

    def or_count(self) -> data.Measured:
        bind(self.path)
        return lambda: int(User.select().where((User.age == 3) | (User.city == "上海")).count())

    def group_by(self) -> data.Measured:
        bind(self.path)
        question = User.select(User.city, fn.COUNT(), fn.AVG(User.score)).group_by(User.city)
        return lambda: len(list(question.tuples()))

    def join_tuples(self) -> data.Measured:
        bind(self.path)
        question = User.select(User.name, Order.amount).join(Order)
        question = question.where((User.age == 3) & (Order.number == 0))
        return lambda: len(list(question.tuples()))

    def join_objects(self) -> data.Measured:
        bind(self.path)
        question = Order.select(Order, User).join(User)
        question = question.where((User.age == 3) & (Order.number == 0))
        return lambda: len([(order.user, order) for order in question])

    def eager(self) -> data.Measured:
        bind(self.path)

        def run() -> int:
            users = prefetch(User.select().where(User.id <= self.size.parents), Order.select())
            return sum(len(user.orders) for user in users)

        return run

    def update(self) -> data.Measured:
        database = bind(self.copy())

        def run() -> int:
            users = list(User.select().where(User.age == 3))
            with database.atomic():
                for user in users:
                    user.score += 1
                    user.save(only=[User.score])
            return len(users)

        return run

    def delete(self) -> data.Measured:
        database = bind(self.copy())

        def run() -> int:
            users = list(User.select().where(User.age == 9))
            with database.atomic():
                for user in users:
                    user.delete_instance()
            return len(users)

        return run

    def delete_leaves(self) -> data.Measured:
        database = bind(self.copy())

        def run() -> int:
            orders = list(Order.select().where(Order.id <= self.size.last_leaf))
            with database.atomic():
                for order in orders:
                    order.delete_instance()
            return len(orders)

        return run

    def open(self) -> data.Measured:
        def run() -> int:
            bind(self.path)
            return len(list(User.select().limit(1)))

        return run

    def commits(self) -> data.Measured:
        bind(self.empty_path())

        def run() -> int:
            for row in data.users(data.COMMITS):
                User.create(**dict(zip(NAMES, row[1:], strict=True)))
            return data.COMMITS

        return run
