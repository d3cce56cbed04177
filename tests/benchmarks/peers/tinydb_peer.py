"""TinyDB: dictionaries in one JSON file, without objects, joins or transactions."""

from __future__ import annotations

from pathlib import Path

import data
from base import BasePeer
from tinydb import TinyDB, where

NAMES = ("id", "name", "email", "age", "city", "score")


class Peer(BasePeer):
    """Documents; what it has no word for is left out."""

    suffix = ".json"

    def fill(self) -> None:
        names = ("id", "user_id", "number", "product", "amount")
        database = self._open(self.path)
        database.table("users").insert_multiple(self._users(self.size.users))
        database.table("orders").insert_multiple(
            [dict(zip(names, row, strict=True)) for row in data.orders(self.size.users)]
        )
        database.close()

    @staticmethod
    def _users(count: int) -> list[dict[str, object]]:
        return [dict(zip(NAMES, row, strict=True)) for row in data.users(count)]

    @staticmethod
    def _open(path: Path) -> TinyDB:
        return TinyDB(path, ensure_ascii=False)

    def bulk_insert(self) -> data.Measured:
        database = self._open(self.empty_path())
        users = self._users(self.size.new)
        return lambda: len(database.table("users").insert_multiple(users))

    def filtered(self) -> data.Measured:
        table = self._open(self.path).table("users")
        return lambda: len(table.search(where("age") == 3))

    def objects(self) -> data.Measured:
        table = self._open(self.path).table("users")
        return lambda: len(table.all())

    tuples = objects

    def or_count(self) -> data.Measured:
        table = self._open(self.path).table("users")
        return lambda: table.count((where("age") == 3) | (where("city") == "上海"))

    def update(self) -> data.Measured:
        table = self._open(self.copy()).table("users")

        def run() -> int:
            return len(
                table.update(lambda row: row.update(score=row["score"] + 1), where("age") == 3)
            )

        return run

    def open(self) -> data.Measured:
        return lambda: len(self._open(self.path).table("users").all()[:1])
