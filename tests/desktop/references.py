"""A file with every kind of foreign key: plain, of two columns, to itself, and one into nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

SCHEMA = """
PRAGMA foreign_keys = OFF;
CREATE TABLE cities (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT);
CREATE TABLE people (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    city_id INTEGER REFERENCES cities,
    boss_id INTEGER REFERENCES people(id),
    note TEXT
);
CREATE TABLE rooms (
    house TEXT, number INTEGER, title TEXT, PRIMARY KEY (house, number)
) WITHOUT ROWID;
CREATE TABLE bookings (
    id INTEGER PRIMARY KEY,
    guest_id INTEGER REFERENCES people(id),
    host_id INTEGER REFERENCES people(id),
    house TEXT,
    number INTEGER,
    day DATE,
    FOREIGN KEY (house, number) REFERENCES rooms(house, number)
);
CREATE INDEX bookings_guest ON bookings (guest_id);
CREATE TABLE orphans (id INTEGER PRIMARY KEY, ghost INTEGER REFERENCES ghosts(id));
"""
PEOPLE, BOOKINGS = 2000, 3000


def make_references(path: Path) -> Path:
    """Make the file: `people` 7 books every room, `people` 1 leads everybody."""
    with closing(sqlite3.connect(path)) as file, file:
        file.executescript(SCHEMA)
        cities = [(n, f"City {n}", "中国" if n % 2 else None) for n in range(1, 51)]
        file.executemany("INSERT INTO cities VALUES (?, ?, ?)", cities)
        people = [
            (n, f"Person {n}", n % 50 + 1, None if n == 1 else 1, f"note {n}")
            for n in range(1, PEOPLE + 1)
        ]
        file.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?)", people)
        file.execute("UPDATE people SET city_id = 999 WHERE id = 5")
        file.execute("UPDATE people SET city_id = NULL WHERE id = 6")
        rooms = [(house, n, f"Room {house}{n}") for house in "AB" for n in range(1, 11)]
        file.executemany("INSERT INTO rooms VALUES (?, ?, ?)", rooms)
        bookings = [
            (n, 7 if n <= 12 else 8 + n % 100, 2, "AB"[n % 2], n % 10 + 1, "2026-11-24")
            for n in range(1, BOOKINGS + 1)
        ]
        file.executemany("INSERT INTO bookings VALUES (?, ?, ?, ?, ?, ?)", bookings)
        file.execute("UPDATE bookings SET number = NULL WHERE id = 3")
        file.execute("INSERT INTO orphans VALUES (1, 4)")
    return path
