"""Sessions whose models do not fit their tables any more say so, and write nothing wrong."""

from __future__ import annotations

import pytest

from pytuck import (
    Column,
    Session,
    StaleModelError,
    Storage,
    declarative_base,
    delete,
    insert,
    select,
    update,
)


@pytest.fixture
def storage(tmp_path):
    with Storage(tmp_path / "a.pytuck") as opened:
        yield opened


@pytest.fixture
def user(storage):
    class User(declarative_base(storage)):
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        name = Column(str)
        age = Column(int)

    with Session(storage) as session:
        session.add(User(name="ann", age=3))
    return User


CHANGES = {
    "dropped": lambda other: other.drop_column("users", "age"),
    "renamed": lambda other: other.rename_column("users", "age", "years"),
    "retyped": lambda other: other.alter_column("users", "age", col_type=str),
    "rekeyed": lambda other: other.set_primary_key("users", "name"),
    "another": lambda other: (
        other.drop_table("users"),
        other.create_table("users", [Column(str, name="id", primary_key=True)]),
    ),
}


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("by_another", [True, False])
def test_every_way_to_use_it_is_refused(storage, user, kind, by_another):
    if by_another:
        with Storage(storage.file_path) as other:
            CHANGES[kind](other)
    else:
        CHANGES[kind](storage)
    ways = [
        lambda session: session.get(user, 1),
        lambda session: session.execute(select(user)).scalars().all(),
        lambda session: session.add(user(name="bob")) or session.flush(),
        lambda session: session.execute(update(user).values(name="x")),
        lambda session: session.execute(insert(user).values(name="x")),
        lambda session: session.execute(delete(user)),
        lambda session: session.query(user).first(),
    ]
    for way in ways:
        session = Session(storage)
        with pytest.raises(StaleModelError, match="model User"):
            way(session)
        session.rollback()
        session.close()
    rows = storage.query("users")
    assert [row["name"] for row in rows] == (["ann"] if kind != "another" else [])


def test_objects_that_were_loaded_before_are_not_written(storage, user):
    session = Session(storage)
    ann = session.get(user, 1)
    session.commit()
    with Storage(storage.file_path) as other:
        other.rename_column("users", "age", "years")
        other.add_column("users", Column(int, name="age"))
        other.alter_column("users", "age", col_type=str)
    ann.age = 4
    with pytest.raises(StaleModelError):
        session.commit()
    session.rollback()
    session.close()
    assert storage.query("users")[0]["years"] == 3
    assert storage.query("users")[0]["age"] is None


def test_what_does_not_concern_a_model_does_not_matter(storage, user):
    with Storage(storage.file_path) as other:
        other.add_column("users", Column(str, name="note"))
        other.create_index("users", "name")
        other.reorder_columns("users", ["note", "age", "name", "id"])
        other.create_table("others", [Column(int, name="id", primary_key=True)])
    with Session(storage) as session:
        assert session.get(user, 1).age == 3
        session.add(user(name="bob", age=5))
    assert [row["age"] for row in storage.query("users")] == [3, 5]


def test_a_change_that_is_taken_back_makes_it_good_again(storage, user):
    with Storage(storage.file_path) as other:
        other.rename_column("users", "age", "years")
        with Session(storage) as session, pytest.raises(StaleModelError, match="'age'"):
            session.get(user, 1)
        other.rename_column("users", "years", "age")
    with Session(storage) as session:
        assert session.get(user, 1).age == 3


def test_a_model_may_differ_from_its_table_from_the_beginning(storage):
    storage.create_table(
        "events", [Column(int, name="id", primary_key=True), Column(str, name="day")]
    )

    class Event(declarative_base(storage)):
        __tablename__ = "events"
        id = Column(int, primary_key=True)
        day = Column(str, comment="as it was written")

    with Session(storage) as session:
        session.add(Event(day="2026-01-02"))
    with Session(storage) as session:
        assert session.get(Event, 1).day == "2026-01-02"
