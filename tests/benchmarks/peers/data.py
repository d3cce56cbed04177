"""What all peers are measured with: users and their orders, and the names of the works."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

CITIES = ("Berlin", "Dublin", "London", "Paris", "上海", "北京", "广州", "成都")
ORDERS_EACH = 3
COMMITS = 1000

Measured = Callable[[], int]
"""Does the work and returns its size, which is checked."""


class Size(NamedTuple):
    """How many users there are; everything else follows."""

    users: int

    @property
    def new(self) -> int:
        """Users that are inserted in one go."""
        return self.users // 2

    @property
    def tenth(self) -> int:
        """Users of one age."""
        return self.users // 10

    @property
    def gets(self) -> int:
        """Reads by primary key."""
        return self.users // 20

    @property
    def parents(self) -> int:
        """Users that are loaded with their orders."""
        return self.users // 100


def users(count: int) -> Iterator[tuple[int, str, str, int, str, float]]:
    """Yield id, name, email, age, city and score."""
    for i in range(count):
        yield i + 1, f"User {i}", f"user{i}@example.com", i % 10, CITIES[i % 7], i / 8


def orders(count: int) -> Iterator[tuple[int, int, int, str, float]]:
    """Yield id, user id, number (0, 1, 2), product and amount of the orders of so many users.

    Those of age 9 have none, so that they can be deleted.
    """
    for i in range(count * ORDERS_EACH):
        if i // ORDERS_EACH % 10 != 9:
            yield i + 1, i // ORDERS_EACH + 1, i % ORDERS_EACH, f"product {i % 97}", i / 4


def or_count(size: Size) -> int:
    """Return how many users are 3 or live in 上海."""
    return sum(1 for row in users(size.users) if row[3] == 3 or row[4] == "上海")


WORKS: dict[str, tuple[str, float | None, bool]] = {
    "add_all": ("construct, add_all, commit {new}", 4, False),
    "bulk_insert": ("bulk_insert {new}, fastest path", 3, False),
    "gets": ("{gets} reads by primary key", 2, False),
    "filtered": ("filter, {tenth} objects", 2.5, False),
    "objects": ("all {users} rows as objects", 2, False),
    "tuples": ("all {users} rows as tuples", 1.2, False),
    "or_count": ("OR count", 1.1, False),
    "group_by": ("group by", 1.05, False),
    "join_tuples": ("join, {tenth} tuples", 1.2, False),
    "join_objects": ("join, {tenth} pairs of objects", 2.5, False),
    "eager": ("eager load, {parents} parents with children", 2.5, False),
    "update": ("update {tenth} objects through the session", 3, False),
    "delete": ("delete {tenth} objects", 1.4, False),
    "open": ("open existing file, first row", None, True),
    "commits": (f"{COMMITS} commits of one row", 2, True),
}
"""The works by name: what they are called, our goal as a ratio to raw, and whether elapsed time
counts instead of the processor's."""
