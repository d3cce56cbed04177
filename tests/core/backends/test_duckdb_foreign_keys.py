"""On DuckDB rows follow those that they refer to, as they do on SQLite."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytuck import (
    Column,
    ConstraintError,
    ForeignKey,
    Session,
    Storage,
    declarative_base,
    delete,
    update,
)
from pytuck.schema import Column as Plain
from pytuck.schema import CreateTable, Table
from pytuck.schema import ForeignKey as Key
from pytuck.types import TYPES

pytest.importorskip("duckdb")

# RESTRICT differs: see the test of it.
ACTIONS = st.sampled_from(["NO ACTION", "CASCADE", "SET NULL", "SET DEFAULT"])
IDS = range(1, 7)


def tables(own, first, second):
    """Three tables: the last refers to both others, the first to itself."""
    number = Plain("id", TYPES[int], nullable=False, primary_key=True)
    refers = [Plain(name, TYPES[int], default=1) for name in ("up", "side")]
    return [
        Table("a", (number, refers[0]), ("id",), foreign_keys=(Key(("up",), "a", ("id",), own),)),
        Table("b", (number, refers[0]), ("id",), foreign_keys=(Key(("up",), "a", ("id",), first),)),
        Table(
            "c",
            (number, *refers),
            ("id",),
            foreign_keys=(
                Key(("up",), "b", ("id",), second),
                Key(("side",), "a", ("id",), first),
            ),
        ),
    ]


@settings(max_examples=20, deadline=None)
@given(data=st.data(), actions=st.tuples(ACTIONS, ACTIONS, ACTIONS))
def test_what_follows_is_the_same_as_on_sqlite(data, actions):
    rows = {
        name: [
            {"id": number, **{column: data.draw(_referred(name, number)) for column in to}}
            for number in IDS
        ]
        for name, to in [("a", ["up"]), ("b", ["up"]), ("c", ["up", "side"])]
    }
    gone = data.draw(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(IDS)), max_size=4))
    left = []
    for engine in ("pytuck", "duckdb"):
        with Storage(engine=engine) as storage:
            storage.change(*(CreateTable(table.name, table) for table in tables(*actions)))
            for name, values in rows.items():
                storage.bulk_insert(name, values)
            refused = [is_refused(storage, *which) for which in gone]
            assert storage.check() == []
            left.append((refused, [storage.query(name, [], order_by="id") for name in rows]))
    assert left[0] == left[1]


def _referred(name, number):
    """Return what a row may refer to: of its own table only itself and those before it."""
    return st.none() | st.integers(1, number if name == "a" else IDS[-1])


def is_refused(storage, name, number):
    table = storage.tables[name]
    try:
        storage.execute(delete(table).where(table.c.id.in_([number, number + 1])))
    except ConstraintError:
        return True
    return False


def test_restrict_looks_at_what_is_left_after_the_statement():
    with Storage(engine="duckdb") as storage:
        storage.change(CreateTable("a", tables("RESTRICT", "CASCADE", "CASCADE")[0]))
        storage.bulk_insert("a", [{"id": 1}, {"id": 2, "up": 1}])
        assert is_refused(storage, "a", 0)  # 1, to which 2 refers
        assert storage.count_rows("a") == 2
        assert not is_refused(storage, "a", 1)  # both at once, which SQLite would refuse
        assert storage.count_rows("a") == 0


def test_a_long_chain_and_rows_that_are_in_the_way(tmp_path):
    with Storage(tmp_path / "a.duckdb") as storage:
        storage.change(CreateTable("a", tables("CASCADE", "CASCADE", "CASCADE")[0]))
        storage.bulk_insert("a", [{"id": n, "up": n - 1 or None} for n in range(1, 51)])
        with storage.transaction():
            storage.delete("a", 2)
            assert storage.count_rows("a") == 1
            storage.insert("a", {"id": 2, "up": 1})
        assert storage.query("a", [], order_by="id")[-1] == {"id": 2, "up": 1}
        storage.engine.acquire().fetch("INSERT INTO a VALUES (9, 77)")
        with pytest.raises(ConstraintError, match=r"1 rows of table 'a'.*do not exist"):
            storage.delete("a", 2)


def test_other_keys_of_rows_that_are_referred_to(tmp_path):
    with Storage(tmp_path / "a.duckdb") as storage:
        storage.create_table("a", [Column(int, name="id", primary_key=True)])
        for name, action in [("b", "SET NULL"), ("c", "CASCADE")]:
            refers = Column(int, name="a", foreign_key=ForeignKey("a.id", on_update=action))
            storage.create_table(name, [refers])
        storage.bulk_insert("a", [{"id": 1}, {"id": 2}])
        storage.insert("b", {"a": 1})
        storage.insert("c", {"a": 2})
        table = storage.tables["a"]
        storage.execute(update(table).values(id=5).where(table.c.id == 1))
        assert [row["a"] for row in storage.query("b", [])] == [None]
        with pytest.raises(ConstraintError, match="do not follow"):
            storage.execute(update(table).values(id=6).where(table.c.id == 2))
        assert [row["id"] for row in storage.query("a", [], order_by="id")] == [2, 5]


def test_a_session_deletes_what_others_refer_to(tmp_path):
    with Storage(tmp_path / "a.duckdb") as storage:
        base = declarative_base(storage)

        class Node(base):
            __tablename__ = "nodes"
            id = Column(int, primary_key=True)
            parent = Column(int, foreign_key=ForeignKey("nodes.id", on_delete="CASCADE"))

        with Session(storage) as session:
            session.add_all([Node(id=1), Node(id=2, parent=1), Node(id=3, parent=2)])
            session.commit()
            session.delete(session.get(Node, 1))
            session.commit()
        assert storage.count_rows("nodes") == 0
