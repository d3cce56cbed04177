"""What it costs to turn a statement into SQL and parameters, once its shape is known.

    python3 dev.py bench

Goal: at most 3 us for `alike`, another statement of the same shape. `again` compiles the very same
statement, `build` makes the statement itself. Time of the processor, the best of several rounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from pytuck import Column, Storage, declarative_base, func, insert, select, update
from pytuck.compiler import compile_statement
from pytuck.compiler.dialects import SQLITE
from tests.benchmarks._options import read_options

ROUNDS, TIMES = 40, 500
GOAL_US = 3
Base: Any = declarative_base(Storage())


class User(Base):
    """Six columns."""

    __tablename__ = "users"
    id = Column(int, primary_key=True)
    name = Column(str)
    email = Column(str)
    age = Column(int)
    city = Column(str)
    score = Column(float)


class Order(Base):
    """Belongs to a user."""

    __tablename__ = "orders"
    id = Column(int, primary_key=True)
    user_id = Column(int, foreign_key="users.id")
    total = Column(float)


STATEMENTS: dict[str, Callable[[int], Any]] = {
    "by key": lambda n: select(User).where(User.id == n),
    "two conditions, sorted, cut": lambda n: (
        select(User).where(User.age > n, User.city == "x").order_by(User.name).limit(n)
    ),
    "join": lambda n: select(User.name, Order.total).join(Order).where(Order.total > n),
    "group": lambda n: select(User.city, func.count(User.id)).group_by(User.city),
    "list of ten": lambda n: select(User).where(User.id.in_(range(n, n + 10))),
    "update": lambda n: update(User).where(User.id == n).values(name="x"),
    "insert": lambda n: insert(User).values(id=n, name="x"),
}


def main() -> None:
    """Print a line for each statement."""
    read_options(__doc__)
    print(f"{'microseconds':30} {'build':>8} {'alike':>8} {'again':>8}  our goal")
    for label, make in STATEMENTS.items():
        compile_statement(make(0), SQLITE)
        build, alike, again = (min(times) for times in zip(*_rounds(make), strict=True))
        verdict = "met" if alike <= GOAL_US else "missed"
        print(f"{label:30} {build:8.2f} {alike:8.2f} {again:8.2f}  <={GOAL_US:g} us  {verdict}")


def _rounds(make: Callable[[int], Any]) -> list[tuple[float, float, float]]:
    return [_round(make) for _ in range(ROUNDS)]


def _round(make: Callable[[int], Any]) -> tuple[float, float, float]:
    marks = [time.process_time()]
    statements = [make(number) for number in range(TIMES)]
    for _ in range(2):
        marks.append(time.process_time())
        for statement in statements:
            compile_statement(statement, SQLITE)
    marks.append(time.process_time())
    build, alike, again = ((after - before) * 1e6 / TIMES for before, after in pairwise(marks))
    return build, alike, again


if __name__ == "__main__":
    main()
