"""The file is what the page on the format says, for any SQLite tool."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID

from pytuck import Column, Session, Storage, declarative_base


class Status(Enum):
    NEW = "new"
    DONE = "done"


def test_any_sqlite_tool_can_read_what_is_stored(tmp_path):
    path = tmp_path / "all.pytuck"
    with Storage(path) as storage:

        class Everything(declarative_base(storage)):
            __tablename__ = "everything"
            __table_comment__ = "One of each"
            id = Column(int, primary_key=True)
            text = Column(str, comment="some text", index=True)
            real = Column(float)
            flag = Column(bool)
            blob = Column(bytes)
            at = Column(datetime)
            day = Column(date)
            clock = Column(time)
            lasted = Column(timedelta)
            price = Column(Decimal)
            key = Column(UUID, unique=True)
            status = Column(Status)
            tags = Column(list)
            data = Column(dict)

        with Session(storage) as session:
            session.add(
                Everything(
                    text="ä",
                    real=2,
                    flag=True,
                    blob=b"\x00",
                    at=datetime(2026, 1, 2, 3, 4, 5),
                    day=date(2026, 1, 2),
                    clock=time(3, 4),
                    lasted=timedelta(seconds=1.5),
                    price=Decimal("12.50"),
                    key=UUID(int=1),
                    status=Status.DONE,
                    tags=[1, "x", b"y"],
                    data={"$odd": None},
                )
            )
            session.commit()
    raw = path.read_bytes()
    assert raw[:16] == b"SQLite format 3\x00"
    assert raw[68:72] == b"PYTK"
    connection = sqlite3.connect(path)
    declared = {row[1]: row[2] for row in connection.execute("PRAGMA table_info(everything)")}
    row = connection.execute("SELECT * FROM everything").fetchone()
    stored = dict(zip(declared, row, strict=True))
    comments = set(connection.execute("SELECT * FROM _pytuck_comments"))
    version = connection.execute("PRAGMA user_version").fetchone()
    page_size = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    assert (version, page_size) == ((1,), (4096,))
    assert declared == {
        "id": "INTEGER", "text": "TEXT", "real": "REAL", "flag": "BOOLEAN", "blob": "BLOB",
        "at": "DATETIME", "day": "DATE", "clock": "TIME", "lasted": "INTERVAL",
        "price": "DECIMAL_TEXT", "key": "UUID", "status": "ENUM('new','done')",
        "tags": "JSON_LIST", "data": "JSON_DICT",
    }  # fmt: skip
    assert stored == {
        "id": 1, "text": "ä", "real": 2.0, "flag": 1, "blob": b"\x00",
        "at": "2026-01-02 03:04:05.000000", "day": "2026-01-02", "clock": "03:04:00",
        "lasted": 1500000, "price": "12.5", "key": "00000000-0000-0000-0000-000000000001",
        "status": "done", "tags": '[1,"x",{"$bytes":"eQ=="}]', "data": '{"$$odd":null}',
    }  # fmt: skip
    assert comments == {("everything", "", "One of each"), ("everything", "text", "some text")}


def test_the_schema_is_read_back_without_models(tmp_path):
    path = tmp_path / "shop.pytuck"
    with Storage(path) as storage:
        base = declarative_base(storage)

        class Author(base):
            __tablename__ = "authors"
            id = Column(int, primary_key=True)
            name = Column(str, nullable=False, default="?")

        class Book(base):
            __tablename__ = "books"
            isbn = Column(str, primary_key=True)
            author_id = Column(int, foreign_key="authors.id", index=True)

        expected = {model.__tablename__: model.__source__.schema for model in (Author, Book)}
    with Storage(path) as storage:
        assert list(storage.tables) == ["authors", "books"]
        found = {name: source.schema for name, source in storage.tables.items()}
    assert found == expected


def test_catalogue_tables_are_made_only_when_needed(tmp_path):
    path = tmp_path / "plain.pytuck"
    with Storage(path) as storage:
        storage.create_table("t", [Column(int, name="id", primary_key=True)])
    connection = sqlite3.connect(path)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master")]
    connection.close()
    assert names == ["t"]


def test_a_closed_file_is_one_file(tmp_path):
    path = tmp_path / "one.pytuck"
    with Storage(path) as storage:
        storage.create_table("t", [Column(int, name="id", primary_key=True)])
        storage.insert("t", {})
        assert (tmp_path / "one.pytuck-wal").exists()
    assert [file.name for file in tmp_path.iterdir()] == ["one.pytuck"]


def test_odd_names_are_names_like_any_other(tmp_path):
    names = ['a"b', "select", "with space", "表", "x; DROP TABLE y", "%s {0}", "it's"]
    with Storage(tmp_path / "odd.pytuck") as storage:
        for name in names:
            storage.create_table(
                name,
                [Column(int, name="id", primary_key=True), *(Column(str, name=n) for n in names)],
            )
            storage.insert(name, dict.fromkeys(names, "v"))
            assert storage.select(name, 1) == {"id": 1, **dict.fromkeys(names, "v")}
        assert set(storage.tables) == set(names)
