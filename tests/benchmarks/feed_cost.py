"""What the change feed costs who writes: the same work with a subscriber and without.

    python3 dev.py bench [--long]

Files with the default durability; elapsed time for commits, as most of it is waiting for the
disk, and time of the processor for the rest.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

from pytuck import Column, PureBaseModel, Session, Storage, declarative_base
from tests.benchmarks._measuring import Measured, Work, measure, print_table
from tests.benchmarks._options import read_options

COMMITS = 1000
ROWS = 100_000
_numbers = count()


class User(PureBaseModel):
    """The table of the benchmark."""

    __abstract__ = True
    __tablename__ = "users"
    id = Column(int, primary_key=True)
    name = Column(str)
    email = Column(str)
    age = Column(int)


def commits(storage: Storage, user: type[User]) -> int:
    """Commit rows one by one."""
    with Session(storage) as session:
        for number in range(COMMITS):
            session.add(user(name=f"user {number}", age=number))
            session.commit()
    return COMMITS


def bulk(storage: Storage, user: type[User]) -> int:
    """Insert many rows at once."""
    rows = [user(name=f"user {number}", age=number) for number in range(ROWS)]
    with Session(storage) as session:
        session.bulk_insert(rows)
        session.commit()
    return ROWS


def prepared(
    folder: Path, write: Callable[[Storage, type[User]], int], *, is_watched: bool
) -> Measured:
    """Return the work on a new file."""
    storage = Storage(folder / f"{next(_numbers)}.pytuck")
    model = type("User", (User, declarative_base(storage)), {})
    if is_watched:
        storage.changes.subscribe(lambda change_set: None)

    def run() -> int:
        return write(storage, model)

    return run


def main() -> None:
    """Measure and print."""
    options = read_options(__doc__)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        works = [
            Work(
                title,
                lambda write=write: prepared(folder, write, is_watched=True),  # type: ignore[misc]
                lambda write=write: prepared(folder, write, is_watched=False),  # type: ignore[misc]
                size,
                goal,
                is_wall,
            )
            for title, write, size, goal, is_wall in (
                ("1,000 commits of one row, watched", commits, COMMITS, 1.15, True),
                ("bulk insert of 100,000 rows, watched", bulk, ROWS, 1.10, False),
            )
        ]
        rounds = 9 if options.is_long else 5
        print_table([(work, measure(work, rounds)) for work in works], "unwatched")


if __name__ == "__main__":
    main()
