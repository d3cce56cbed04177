from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest

from pytuck import Column, Storage


class Kind(Enum):
    FRUIT = "fruit"
    OLD_TREE = "old tree"


def fill(storage):
    """Make two tables with a row of nearly every type, and with texts that give trouble."""
    storage.create_table(
        "shops",
        [
            Column(int, name="id", primary_key=True, autoincrement=True),
            Column(str, name="name", nullable=False, unique=True),
        ],
        comment="where things are sold",
    )
    storage.create_table(
        "things",
        [
            Column(int, name="id", primary_key=True),
            Column(str, name="name", index=True, comment="what it's called"),
            Column(float, name="price", default=1.5),
            Column(bool, name="is new"),
            Column(date, name="since"),
            Column(datetime, name="sold", default=datetime(2026, 1, 1)),
            Column(time, name="at"),
            Column(timedelta, name="lasts"),
            Column(Decimal, name="weight"),
            Column(bytes, name="photo"),
            Column(list, name="tags"),
            Column(UUID, name="code"),
            Column(Kind, name="kind", default=Kind.FRUIT),
            Column(int, name="shop_id", foreign_key="shops.id"),
        ],
    )
    storage.bulk_insert("shops", [{"name": "corner"}, {"name": "gone"}])
    storage.delete("shops", 2)
    storage.insert(
        "things",
        {
            "id": 1,
            "name": "=1+1",
            "price": 0.1,
            "is new": True,
            "since": date(2026, 1, 2),
            "sold": datetime(2026, 3, 4, 5, 6, 7, 89),
            "at": time(8, 9),
            "lasts": timedelta(hours=30, microseconds=1),
            "weight": Decimal("1.50"),
            "photo": b"\x00\xff",
            "tags": [1, {"a": None}],
            "code": UUID(int=5),
            "kind": Kind.OLD_TREE,
            "shop_id": 1,
        },
    )
    storage.insert("things", {"id": 2, "name": 'a "b" | <c>\r\n\\ \0 é😀', "kind": None})
    storage.insert("things", {"id": 3, "name": "", "price": -5.0})


@pytest.fixture
def filled(tmp_path):
    """The path of a database with two tables."""
    path = tmp_path / "filled.pytuck"
    with Storage(path) as storage:
        fill(storage)
    return path


@pytest.fixture
def shop(filled):
    """A database with two tables, open."""
    with Storage(filled) as storage:
        yield storage
