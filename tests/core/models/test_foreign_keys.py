"""Models say what their columns refer to, and what happens to rows that refer to others."""

from __future__ import annotations

import pytest

from pytuck import (
    Column,
    ConstraintError,
    ForeignKey,
    ForeignKeyConstraint,
    SchemaError,
    Storage,
    ValidationError,
    declarative_base,
    mapped_column,
)
from pytuck.core.mapped import Mapped
from pytuck.schema import ForeignKey as Key
from pytuck.schema import compare
from pytuck.tools.models import code_of_tables


@pytest.fixture
def shop(storage):
    base = declarative_base(storage)

    class Show(base):
        __tablename__ = "shows"
        hall = Column(str, primary_key=True)
        day = Column(int, primary_key=True)

    class Ticket(base):
        __tablename__ = "tickets"
        __table_args__ = (
            ForeignKeyConstraint(["place", "day"], "shows", ["hall", "day"], on_delete="CASCADE"),
        )
        id = Column(int, primary_key=True)
        place = Column(str, name="hall")
        day = Column(int)
        twin: Mapped[int | None] = mapped_column(
            foreign_key=ForeignKey("tickets.id", on_delete="set null", on_update="CASCADE")
        )

    storage.insert("shows", {"hall": "a", "day": 1})
    storage.bulk_insert(
        "tickets", [{"id": 1, "hall": "a", "day": 1}, {"id": 2, "hall": None, "twin": 1}]
    )
    return storage


def test_the_database_does_what_they_say(shop):
    keys = shop.get_table("tickets").schema.foreign_keys
    assert sorted(keys, key=repr) == [
        Key(("hall", "day"), "shows", ("hall", "day"), "CASCADE"),
        Key(("twin",), "tickets", ("id",), "SET NULL", "CASCADE"),
    ]
    with pytest.raises(ConstraintError):
        shop.insert("tickets", {"hall": "b", "day": 1})
    shop.delete("shows", ("a", 1))
    assert shop.query("tickets", []) == [{"id": 2, "hall": None, "day": None, "twin": None}]


def test_the_code_of_models_says_the_same(shop, tmp_path):
    tables = [table.schema for table in shop.tables.values()]
    code = code_of_tables(tables, f"Storage({str(tmp_path / 'again.pytuck')!r})")
    assert 'ForeignKeyConstraint(["hall", "day"], "shows", ["hall", "day"], on_delete=' in code
    assert 'ForeignKey("tickets.id", on_delete="SET NULL", on_update="CASCADE")' in code
    scope: dict = {}
    exec(code, scope)
    with scope["storage"] as again:
        assert compare([table.schema for table in again.tables.values()], tables).changes == ()


def test_a_document_keeps_what_they_say(tmp_path):
    path = tmp_path / "shop.json"
    with Storage(path) as storage:
        base = declarative_base(storage)

        class Node(base):
            __tablename__ = "nodes"
            id = Column(int, primary_key=True)
            parent = Column(int, foreign_key=ForeignKey("nodes.id", on_delete="CASCADE"))

        storage.bulk_insert("nodes", [{"id": 1}, {"id": 2, "parent": 1}])
    with Storage(path) as storage:
        (key,) = storage.get_table("nodes").schema.foreign_keys
        assert key.on_delete == "CASCADE"
        storage.delete("nodes", 1)
        assert storage.query("nodes", []) == []


def test_mistakes_are_told():
    for wrong in (
        lambda: ForeignKey("users"),
        lambda: ForeignKey("users.id", on_delete="EXPLODE"),
        lambda: ForeignKeyConstraint([], "users", []),
        lambda: ForeignKeyConstraint(["a"], "users", ["a", "b"]),
    ):
        with pytest.raises(ValidationError, match="foreign key"):
            wrong()
    with Storage() as storage:
        base = declarative_base(storage)
        with pytest.raises(SchemaError, match="names 'nothing', which is no column"):

            class Wrong(base):
                __tablename__ = "wrong"
                __table_args__ = (ForeignKeyConstraint(["nothing"], "users", ["id"]),)
                id = Column(int, primary_key=True)
