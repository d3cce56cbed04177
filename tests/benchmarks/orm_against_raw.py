"""The ORM against `apsw` itself on the same data: 100,000 users of six columns.

    python3 dev.py bench [--long]

Both sides: WAL, synchronous=NORMAL, files in one temporary folder. Time of the processor unless
marked; `raw` makes tuples where we make objects.
"""

from __future__ import annotations

import sys
import tempfile
from itertools import count
from pathlib import Path

import apsw

from pytuck import Column, PureBaseModel, Session, Storage, declarative_base, func, or_, select
from tests.benchmarks._measuring import Measured, Work, measure, print_table
from tests.benchmarks._options import read_options

USERS = 100_000
NEW = 50_000
READS = 5_000
COMMITS = 1_000
CITIES = ("Berlin", "Dublin", "London", "Paris", "上海", "北京", "广州", "成都")
COLUMNS = '"id", "name", "email", "age", "city", "score"'
INSERT = 'INSERT INTO "users" ("name", "email", "age", "city", "score") VALUES (?,?,?,?,?)'

Row = tuple[str, str, int, str, float]


class User(PureBaseModel):
    """The table of the benchmark."""

    __abstract__ = True
    __tablename__ = "users"
    id = Column(int, primary_key=True)
    name = Column(str, nullable=False)
    email = Column(str)
    age = Column(int)
    city = Column(str)
    score = Column(float)


def bound(storage: Storage) -> type[User]:
    """Return the model for one storage; its table is made if it is not there."""
    return type("User", (User, declarative_base(storage)), {})


def rows(number: int) -> list[Row]:
    """Return the values of so many users."""
    return [
        (f"User {i}", f"user{i}@example.com", i % 10, CITIES[i % 7], i / 8) for i in range(number)
    ]


def raw_connection(path: Path) -> apsw.Connection:
    """Open a file as a user of `apsw` would, with the same pragmas as ours."""
    connection = apsw.Connection(str(path))
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


class Bench:
    """The works of one run, on files in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.numbers = count()
        self.path = folder / "users.pytuck"
        self.storage = Storage(self.path, durability="normal")
        self.model = bound(self.storage)
        with Session(self.storage) as session:
            session.bulk_insert([self._user(self.model, row) for row in rows(USERS)])
            session.commit()
        self.raw = raw_connection(self.path)
        self.new_rows = rows(NEW)

    @staticmethod
    def _user(model: type[User], row: Row) -> User:
        return model(name=row[0], email=row[1], age=row[2], city=row[3], score=row[4])

    def works(self) -> list[Work]:
        """Return all lines of the table, with the goals of the project."""
        name = f"{NEW:,}"
        return [
            Work(f"construct, add_all, commit {name}", self.add_all, self.raw_add_all, NEW, 4),
            Work(f"construct, bulk_insert {name}", self.bulk, self.raw_add_all, NEW, 4),
            Work(f"bulk_insert {name} ready objects", self.bulk_ready, self.raw_ready, NEW, 3),
            Work(f"{READS:,} reads by primary key", self.gets, self.raw_gets, READS, 2),
            Work("filter, 10,000 objects", self.filtered, self.raw_filtered, USERS // 10, 2.5),
            Work("all 100,000 rows as objects", self.objects, self.raw_tuples, USERS, 2),
            Work("all 100,000 rows as tuples", self.tuples, self.raw_tuples, USERS, 1.2),
            Work("OR count", self.or_count, self.raw_or_count, 22_858, 1.1),
            Work("open, first row", self.open, self.raw_open, 1, None, is_wall=True),
            Work("1,000 commits of one row", self.commits, self.raw_commits, COMMITS, 2, True),
        ]

    # --- Writing: each round into a new file ---

    def _new(self) -> tuple[Storage, type[User]]:
        storage = Storage(self.folder / f"{next(self.numbers)}.pytuck", durability="normal")
        return storage, bound(storage)

    def _new_raw(self) -> apsw.Connection:
        storage, _ = self._new()
        storage.close()
        return raw_connection(Path(str(storage.file_path)))

    def add_all(self) -> Measured:
        """Objects through the unit of work."""
        storage, model = self._new()

        def run() -> int:
            session = Session(storage)
            users = [self._user(model, row) for row in self.new_rows]
            session.add_all(users)
            session.commit()
            return users[-1].id

        return run

    def bulk(self) -> Measured:
        """Objects past the unit of work, their construction measured too."""
        storage, model = self._new()

        def run() -> int:
            session = Session(storage)
            keys = session.bulk_insert([self._user(model, row) for row in self.new_rows])
            session.commit()
            return len(keys)

        return run

    def bulk_ready(self) -> Measured:
        """Objects past the unit of work."""
        storage, model = self._new()
        users = [self._user(model, row) for row in self.new_rows]

        def run() -> int:
            session = Session(storage)
            keys = session.bulk_insert(users)
            session.commit()
            return len(keys)

        return run

    def raw_add_all(self) -> Measured:
        """The same rows made and written as tuples."""
        connection = self._new_raw()

        def run() -> int:
            made = rows(NEW)
            with connection:
                connection.executemany(INSERT, made)
            return connection.last_insert_rowid()

        return run

    def raw_ready(self) -> Measured:
        """Ready tuples written."""
        connection = self._new_raw()

        def run() -> int:
            with connection:
                connection.executemany(INSERT, self.new_rows)
            return connection.last_insert_rowid()

        return run

    def commits(self) -> Measured:
        """One object a transaction."""
        storage, model = self._new()
        session = Session(storage)

        def run() -> int:
            for row in self.new_rows[:COMMITS]:
                session.add(self._user(model, row))
                session.commit()
            return COMMITS

        return run

    def raw_commits(self) -> Measured:
        """One row a transaction."""
        connection = self._new_raw()

        def run() -> int:
            for row in self.new_rows[:COMMITS]:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(INSERT, row)
                connection.execute("COMMIT")
            return COMMITS

        return run

    # --- Reading ---

    def gets(self) -> Measured:
        """Objects by key, none of them known to the session."""
        session = Session(self.storage)
        keys = range(1, USERS, USERS // READS)
        return lambda: sum(session.get(self.model, key) is not None for key in keys)

    def raw_gets(self) -> Measured:
        """Tuples by key."""
        sql = f'SELECT {COLUMNS} FROM "users" WHERE "id" = ?'
        keys = range(1, USERS, USERS // READS)
        execute = self.raw.execute
        return lambda: sum(execute(sql, (key,)).fetchone() is not None for key in keys)

    def filtered(self) -> Measured:
        """A tenth of the rows as objects."""
        session, model = Session(self.storage), self.model
        return lambda: len(session.execute(select(model).where(model.age == 3)).all())

    def raw_filtered(self) -> Measured:
        """A tenth of the rows as tuples."""
        sql = f'SELECT {COLUMNS} FROM "users" WHERE "age" = ?'
        return lambda: len(self.raw.execute(sql, (3,)).fetchall())

    def objects(self) -> Measured:
        """Every row as an object."""
        session, model = Session(self.storage), self.model
        return lambda: len(session.execute(select(model)).all())

    def tuples(self) -> Measured:
        """Every row as a tuple."""
        session, m = Session(self.storage), self.model
        question = select(m.id, m.name, m.email, m.age, m.city, m.score)
        return lambda: len(session.execute(question).all())

    def raw_tuples(self) -> Measured:
        """Every row, by the driver alone."""
        sql = f'SELECT {COLUMNS} FROM "users"'
        return lambda: len(self.raw.execute(sql).fetchall())

    def or_count(self) -> Measured:
        """Count with two conditions."""
        session, model = Session(self.storage), self.model
        condition = or_(model.age == 3, model.city == "上海")
        question = select(func.count(model.id)).where(condition)
        return lambda: int(session.scalar(question))

    def raw_or_count(self) -> Measured:
        """The same count."""
        sql = 'SELECT count("id") FROM "users" WHERE "age" = ? OR "city" = ?'
        return lambda: int(self.raw.execute(sql, (3, "上海")).get)

    def open(self) -> Measured:
        """An existing file to its first object."""

        def run() -> int:
            with Storage(self.path, durability="normal") as storage:
                model = bound(storage)
                return len(Session(storage).execute(select(model).limit(1)).all())

        return run

    def raw_open(self) -> Measured:
        """An existing file to its first tuple."""

        def run() -> int:
            connection = raw_connection(self.path)
            found = connection.execute(f'SELECT {COLUMNS} FROM "users" LIMIT 1').fetchall()
            connection.close()
            return len(found)

        return run


def main() -> None:
    """Measure every work and print the table."""
    rounds = 15 if read_options(__doc__).is_long else 5
    with tempfile.TemporaryDirectory(prefix="pytuck-bench-") as folder:
        bench = Bench(Path(folder))
        print(f"apsw {apsw.apsw_version()}, Python {sys.version.split()[0]}, {rounds} rounds")
        print_table([(work, measure(work, rounds)) for work in bench.works()], "raw")
        bench.storage.close()


if __name__ == "__main__":
    main()
