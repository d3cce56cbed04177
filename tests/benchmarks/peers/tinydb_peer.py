"""TinyDB: dictionaries in one JSON file, without objects, joins or transactions.

As fast as its documentation knows: `CachingMiddleware` keeps the documents in memory, and a work
that writes ends with all of them in the file. What it has no word for is written in Python, as a
user of it would. It has no transactions, so there are no commits to count.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import Any

import data
from base import BasePeer
from tinydb import TinyDB, where
from tinydb.middlewares import CachingMiddleware
from tinydb.storages import JSONStorage
from tinydb.table import Table

USER = ("id", "name", "email", "age", "city", "score")
ORDER = ("id", "user_id", "number", "product", "amount")

Table.default_query_cache_capacity = 0  # an answer kept from the last time is no work


def open_file(path: Path) -> TinyDB:
    """Return the database in a file."""
    return TinyDB(path, storage=CachingMiddleware(JSONStorage), ensure_ascii=False)


class Peer(BasePeer):
    """Documents."""

    suffix = ".json"

    def fill(self) -> None:
        database = open_file(self.path)
        database.table("users").insert_multiple(self._users(self.size.users))
        orders = [dict(zip(ORDER, row, strict=True)) for row in data.orders(self.size.users)]
        database.table("orders").insert_multiple(orders)
        database.close()

    @staticmethod
    def _users(count: int) -> list[dict[str, object]]:
        return [dict(zip(USER, row, strict=True)) for row in data.users(count)]

    @cached_property
    def filled(self) -> TinyDB:
        """The data, read from its file."""
        return self._read(self.path)

    @staticmethod
    def _read(path: Path) -> TinyDB:
        database = open_file(path)
        len(database.table("users"))
        return database

    def add_all(self) -> data.Measured:
        database = open_file(self.empty_path())

        def run() -> int:
            keys = database.table("users").insert_multiple(self._users(self.size.new))
            database.close()
            return keys[-1]

        return run

    def bulk_insert(self) -> data.Measured:
        database = open_file(self.empty_path())
        users = self._users(self.size.new)

        def run() -> int:
            keys = database.table("users").insert_multiple(users)
            database.close()
            return len(keys)

        return run

    def gets(self) -> data.Measured:
        table = self.filled.table("users")
        keys = range(1, self.size.users, self.size.users // self.size.gets)
        return lambda: sum(table.get(doc_id=key) is not None for key in keys)

    def filtered(self) -> data.Measured:
        table = self.filled.table("users")
        return lambda: len(table.search(where("age") == 3))

    def objects(self) -> data.Measured:
        table = self.filled.table("users")
        return lambda: len(table.all())

    def tuples(self) -> data.Measured:
        table = self.filled.table("users")
        return lambda: len([tuple(user.values()) for user in table])

    def or_count(self) -> data.Measured:
        table = self.filled.table("users")
        return lambda: table.count((where("age") == 3) | (where("city") == "上海"))

    def group_by(self) -> data.Measured:
        table = self.filled.table("users")

        def run() -> int:
            scores: dict[str, list[float]] = defaultdict(list)
            for user in table:
                scores[user["city"]].append(user["score"])
            return len([(city, len(all_), sum(all_) / len(all_)) for city, all_ in scores.items()])

        return run

    def _pairs(self) -> list[tuple[Any, Any]]:
        found = self.filled.table("users").search(where("age") == 3)
        users = {user["id"]: user for user in found}
        orders = self.filled.table("orders").search(where("number") == 0)
        return [(users[one["user_id"]], one) for one in orders if one["user_id"] in users]

    def join_tuples(self) -> data.Measured:
        return lambda: len([(user["name"], order["amount"]) for user, order in self._pairs()])

    def join_objects(self) -> data.Measured:
        return lambda: len(self._pairs())

    def eager(self) -> data.Measured:
        last = self.size.parents

        def run() -> int:
            users = self.filled.table("users").search(where("id") <= last)
            orders = defaultdict(list)
            for order in self.filled.table("orders").search(where("user_id") <= last):
                orders[order["user_id"]].append(order)
            return sum(len(orders[user["id"]]) for user in users)

        return run

    def update(self) -> data.Measured:
        database = self._read(self.copy())

        def run() -> int:
            changed = database.table("users").update(
                lambda user: user.update(score=user["score"] + 1), where("age") == 3
            )
            database.close()
            return len(changed)

        return run

    def delete(self) -> data.Measured:
        return self._delete("users", where("age") == 9)

    def delete_leaves(self) -> data.Measured:
        return self._delete("orders", where("id") <= self.size.last_leaf)

    def _delete(self, table: str, condition: Any) -> data.Measured:
        database = self._read(self.copy())

        def run() -> int:
            removed = database.table(table).remove(condition)
            database.close()
            return len(removed)

        return run

    def open(self) -> data.Measured:
        return lambda: len([next(iter(open_file(self.path).table("users")))])
