"""What all peers are measured with: users and their orders."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

CITIES = ("Berlin", "Dublin", "London", "Paris", "上海", "北京", "广州", "成都")
ORDERS_EACH = 3
COMMITS = 1000
USUAL_USERS = 100_000
"""How many users the goals are set for."""

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

    @property
    def last_leaf(self) -> int:
        """Orders up to this id are deleted; about a tenth as many as there are users."""
        return self.users // 30 * ORDERS_EACH

    def words(self) -> dict[str, str]:
        """Return the sizes by name, for the titles of the works."""
        numbers = {
            "users": self.users,
            "new": self.new,
            "tenth": self.tenth,
            "gets": self.gets,
            "parents": self.parents,
            "leaves": leaves(self),
            "commits": COMMITS,
        }
        return {name: f"{number:,}" for name, number in numbers.items()}


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


def leaves(size: Size) -> int:
    """Return how many orders are deleted: those with an id up to `size.last_leaf`."""
    return sum(1 for row in orders(size.users) if row[0] <= size.last_leaf)
