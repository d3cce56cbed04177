"""`apsw` alone: tuples where others make objects."""

from __future__ import annotations

from pathlib import Path

import apsw
import data
from base import BasePeer

USERS = "id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, age INTEGER, city TEXT, score REAL"
ORDERS = (
    "id INTEGER PRIMARY KEY, user_id INTEGER REFERENCES users (id), number INTEGER, product TEXT, "
    "amount REAL"
)
COLUMNS = "id, name, email, age, city, score"
INSERT = "INSERT INTO users (name, email, age, city, score) VALUES (?,?,?,?,?)"


def connect(path: Path) -> apsw.Connection:
    """Open a file with the pragmas that all SQL peers have."""
    connection = apsw.Connection(str(path))
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


def make_tables(connection: apsw.Connection) -> None:
    """Make empty tables."""
    connection.execute(f"CREATE TABLE users ({USERS}); CREATE TABLE orders ({ORDERS})")
    connection.execute("CREATE INDEX idx_orders_user_id ON orders (user_id)")


def fill(path: Path, size: data.Size) -> None:
    """Write the data."""
    connection = connect(path)
    make_tables(connection)
    with connection:
        connection.executemany("INSERT INTO users VALUES (?,?,?,?,?,?)", data.users(size.users))
        connection.executemany("INSERT INTO orders VALUES (?,?,?,?,?)", data.orders(size.users))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    connection.close()


class Peer(BasePeer):
    """The reference."""

    def __init__(self, folder: Path, size: data.Size) -> None:
        super().__init__(folder, size)
        self._open: apsw.Connection | None = None

    def fill(self) -> None:
        fill(self.path, self.size)

    @property
    def raw(self) -> apsw.Connection:
        """The connection to the data."""
        if self._open is None:
            self._open = connect(self.path)
        return self._open

    def _all(self, sql: str, *values: object) -> data.Measured:
        raw = self.raw
        return lambda: len(raw.execute(sql, values).fetchall())

    def add_all(self) -> data.Measured:
        connection = connect(self.empty_path())
        make_tables(connection)

        def run() -> int:
            made = [row[1:] for row in data.users(self.size.new)]
            with connection:
                connection.executemany(INSERT, made)
            return int(connection.last_insert_rowid())

        return run

    def bulk_insert(self) -> data.Measured:
        connection = connect(self.empty_path())
        make_tables(connection)
        made = [row[1:] for row in data.users(self.size.new)]

        def run() -> int:
            with connection:
                connection.executemany(INSERT, made)
            return int(connection.last_insert_rowid())

        return run

    def gets(self) -> data.Measured:
        sql, execute = f"SELECT {COLUMNS} FROM users WHERE id = ?", self.raw.execute
        keys = range(1, self.size.users, self.size.users // self.size.gets)
        return lambda: sum(execute(sql, (key,)).fetchone() is not None for key in keys)

    def filtered(self) -> data.Measured:
        return self._all(f"SELECT {COLUMNS} FROM users WHERE age = ?", 3)

    def objects(self) -> data.Measured:
        return self._all(f"SELECT {COLUMNS} FROM users")

    tuples = objects

    def or_count(self) -> data.Measured:
        sql, raw = "SELECT count(*) FROM users WHERE age = ? OR city = ?", self.raw
        return lambda: int(raw.execute(sql, (3, "上海")).get)

    def group_by(self) -> data.Measured:
        return self._all("SELECT city, count(*), avg(score) FROM users GROUP BY city")

    def join_tuples(self) -> data.Measured:
        return self._all(
            "SELECT users.name, orders.amount FROM users JOIN orders ON orders.user_id = users.id "
            "WHERE users.age = ? AND orders.number = ?",
            3,
            0,
        )

    def join_objects(self) -> data.Measured:
        return self._all(
            "SELECT users.*, orders.* FROM users JOIN orders ON orders.user_id = users.id "
            "WHERE users.age = ? AND orders.number = ?",
            3,
            0,
        )

    def eager(self) -> data.Measured:
        raw, last = self.raw, self.size.parents

        def run() -> int:
            raw.execute(f"SELECT {COLUMNS} FROM users WHERE id <= ?", (last,)).fetchall()
            sql = "SELECT * FROM orders WHERE user_id IN (SELECT id FROM users WHERE id <= ?)"
            return len(raw.execute(sql, (last,)).fetchall())

        return run

    def update(self) -> data.Measured:
        connection = connect(self.copy())

        def run() -> int:
            rows = connection.execute(f"SELECT {COLUMNS} FROM users WHERE age = 3").fetchall()
            with connection:
                changed = [(row[5] + 1, row[0]) for row in rows]
                connection.executemany("UPDATE users SET score = ? WHERE id = ?", changed)
            return len(rows)

        return run

    def delete(self) -> data.Measured:
        connection = connect(self.copy())

        def run() -> int:
            rows = connection.execute(f"SELECT {COLUMNS} FROM users WHERE age = 9").fetchall()
            with connection:
                keys = [row[:1] for row in rows]
                connection.executemany("DELETE FROM users WHERE id = ?", keys)
            return len(rows)

        return run

    def delete_leaves(self) -> data.Measured:
        connection, last = connect(self.copy()), self.size.last_leaf

        def run() -> int:
            rows = connection.execute("SELECT * FROM orders WHERE id <= ?", (last,)).fetchall()
            with connection:
                keys = [row[:1] for row in rows]
                connection.executemany("DELETE FROM orders WHERE id = ?", keys)
            return len(rows)

        return run

    def open(self) -> data.Measured:
        def run() -> int:
            connection = connect(self.path)
            return len(connection.execute(f"SELECT {COLUMNS} FROM users LIMIT 1").fetchall())

        return run

    def commits(self) -> data.Measured:
        connection = connect(self.empty_path())
        make_tables(connection)
        rows = [row[1:] for row in data.users(data.COMMITS)]

        def run() -> int:
            for row in rows:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute(INSERT, row)
                connection.execute("COMMIT")
            return len(rows)

        return run
