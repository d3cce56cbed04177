"""Objects: added, read, changed, deleted, rolled back."""

from __future__ import annotations

import gc

import pytest

from pytuck import (
    Column,
    ColumnNotFoundError,
    ConstraintError,
    DuplicateKeyError,
    QueryError,
    SerializationError,
    Session,
    StaleDataError,
    Storage,
    ValidationError,
    declarative_base,
    delete,
    insert,
    select,
    update,
)


@pytest.fixture
def models(storage):
    base = declarative_base(storage)

    class User(base):
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        name = Column(str, nullable=False)
        age = Column(int, name="years")
        data = Column(dict)

    class Note(base):
        __tablename__ = "notes"
        text = Column(str)

    class Order(base):
        __tablename__ = "orders"
        user_id = Column(int, primary_key=True, foreign_key=("users", "id"))
        day = Column(str, primary_key=True)
        total = Column(float, default=0.0)

    return User, Note, Order


@pytest.fixture
def session(storage, models):
    with Session(storage) as session:
        yield session


def test_keys_are_none_until_flush_and_then_filled_in(session, models):
    User, _, _ = models
    users = [User(name=f"u{n}") for n in range(3)]
    assert users[0].id is None
    session.add_all(users)
    session.commit()
    assert [user.id for user in users] == [1, 2, 3]
    session.add(User(id=10, name="given"))
    session.add(later := User(name="after"))
    session.commit()
    assert later.id == 11


def test_one_object_for_each_row(session, models):
    User, _, _ = models
    session.add(user := User(name="a"))
    session.commit()
    assert session.get(User, 1) is user
    assert session.get(User, "1") is user
    assert session.execute(select(User)).one() is user
    assert session.get(User, 99) is None


def test_changes_are_noticed_and_written(storage, session, models):
    User, _, _ = models
    session.add(user := User(name="a", age=1))
    session.commit()
    user.age = 2
    user.data = {"k": [1]}
    assert session.execute(select(User.age).where(User.age == 2)).all() == [(2,)]
    session.commit()
    with Session(storage) as other:
        again = other.get(User, 1)
        assert (again.age, again.data) == (2, {"k": [1]})


def test_setting_none_is_written(storage, session, models):
    User, _, _ = models
    session.add(user := User(name="a", age=1))
    session.commit()
    user.age = None
    session.commit()
    assert storage.select("users", 1)["years"] is None


def test_rollback_undoes_the_database_and_the_objects(session, models):
    User, _, _ = models
    session.add(user := User(name="old", age=1))
    session.commit()
    user.name = "changed"
    session.add(extra := User(name="extra"))
    session.flush()
    user.age = 5
    session.execute(update(User).values(name="bulk"))
    assert user.name == "bulk"
    session.rollback()
    assert (user.name, user.age, extra.id) == ("old", 1, None)
    assert session.execute(select(User.name)).all() == [("old",)]
    session.delete(user)
    session.flush()
    assert session.get(User, 1) is None
    session.rollback()
    assert session.get(User, 1) is user
    user.name = "still tracked"
    session.commit()
    assert session.execute(select(User.name)).scalar() == "still tracked"


def test_statements_take_part_in_the_transaction(session, storage, models):
    User, _, _ = models
    result = session.execute(insert(User).values(name="x", age=3))
    assert result.inserted_primary_key == 1
    session.rollback()
    assert storage.count_rows("users") == 0
    session.execute(insert(User).values_list([{"name": "a"}, {"name": "b"}]))
    session.commit()
    assert session.execute(update(User).where(User.name == "a").values(age=9)).rowcount() == 1
    assert session.execute(delete(User).where(User.age == 9)).rowcount() == 1
    session.commit()
    assert storage.count_rows("users") == 1


def test_bulk_statements_bring_loaded_objects_up_to_date(session, models):
    User, _, _ = models
    session.add_all([User(name="a", age=1), User(name="b", age=2)])
    session.commit()
    one, two = session.execute(select(User).order_by(User.id)).all()
    session.execute(update(User).values(age=7))
    session.execute(delete(User).where(User.id == 2))
    assert one.age == 7
    assert session.get(User, 2) is None
    assert two.name == "b"  # stays readable


def test_models_without_a_key_and_with_a_key_of_two_columns(storage, session, models):
    User, Note, Order = models
    session.add_all([Note(text="n"), Note(text="n"), User(id=1, name="a")])
    session.add_all([Order(user_id=1, day="mon"), Order(user_id=1, day="tue", total=5)])
    session.commit()
    notes = session.execute(select(Note)).all()
    assert len(notes) == 2
    notes[1].text = "changed"
    order = session.get(Order, (1, "tue"))
    order.total = 6.5
    session.delete(session.get(Order, (1, "mon")))
    session.commit()
    with Session(storage) as other:
        assert sorted(note.text for note in other.execute(select(Note)).all()) == ["changed", "n"]
        assert [o.total for o in other.execute(select(Order)).all()] == [6.5]
        with pytest.raises(QueryError):
            other.get(Note, 1)
        with pytest.raises(ValidationError):
            other.get(Order, 1)


def test_parents_are_inserted_before_children_and_deleted_after_them(session, models):
    User, _, Order = models
    session.add(order := Order(user_id=1, day="x"))
    session.add(user := User(id=1, name="a"))
    session.commit()
    session.delete(user)
    session.delete(order)
    session.commit()
    assert session.execute(select(User)).all() == []


def test_the_key_of_an_object_may_change(session, models):
    User, _, _ = models
    session.add(user := User(name="a"))
    session.commit()
    user.id = 50
    session.commit()
    assert session.get(User, 50) is user
    assert session.get(User, 1) is None


def test_errors_name_table_column_and_value(session, models):
    User, _, Order = models
    session.add(User(id=1, name="a"))
    session.commit()
    session.add(User(id=1, name="b"))
    with pytest.raises(DuplicateKeyError, match=r"'users'.*1.*'id'"):
        session.commit()
    session.rollback()
    session.add(Order(user_id=77, day="x"))
    with pytest.raises(ConstraintError, match="refer"):
        session.commit()
    session.rollback()
    with pytest.raises(ValidationError, match="nonsense"):
        User(name="x", nonsense=1)
    with pytest.raises(ValidationError, match="'name'"):
        User(age=1)
    with pytest.raises(ValidationError, match=r"users\.years"):
        User(name="x", age="old")
    with pytest.raises(ValidationError, match=r"users\.name"):
        session.get(User, 1).name = None
    session.add(User(name="lone \ud800".replace("\ud800", ""), age=2**62))
    session.commit()


def test_a_failed_flush_keeps_nothing_and_can_be_corrected(session, storage, models):
    User, _, _ = models
    session.add(User(id=5, name="there"))
    session.commit()
    session.add(fine := User(name="fine"))
    session.add(clash := User(id=5, name="clash"))
    with pytest.raises(DuplicateKeyError):
        session.commit()
    assert storage.count_rows("users") == 1
    assert fine.id is None
    clash.id = 6
    session.commit()
    assert storage.count_rows("users") == 3


def test_a_row_deleted_by_somebody_else_is_noticed(storage, session, models):
    User, _, _ = models
    session.add(user := User(name="a"))
    session.commit()
    storage.delete("users", user.id)
    user.name = "b"
    with pytest.raises(StaleDataError, match=r"User with the key 1 .*'users'"):
        session.commit()
    session.rollback()


def test_objects_belong_to_one_session(storage, session, models):
    User, _, _ = models
    session.add(user := User(name="a"))
    session.commit()
    with Session(storage) as other:
        with pytest.raises(QueryError, match="another session"):
            other.add(user)
        with pytest.raises(QueryError):
            other.delete(user)
    session.close()
    assert user.name == "a"


def test_begin_commits_or_undoes(session, storage, models):
    User, _, _ = models
    with session.begin():
        session.add(User(name="kept"))
    with pytest.raises(RuntimeError), session.begin():
        session.add(User(name="lost"))
        session.flush()
        raise RuntimeError
    assert [row[0] for row in session.execute(select(User.name))] == ["kept"]


def test_results_answer_in_many_ways(session, models):
    User, _, _ = models
    session.add_all([User(name="a", age=1), User(name="b", age=2)])
    session.commit()
    result = session.execute(select(User.name, User.age).order_by("age", desc=True))
    assert result.keys() == ("name", "years")
    assert result.mappings() == [{"name": "b", "years": 2}, {"name": "a", "years": 1}]
    assert result.first() == ("b", 2)
    assert result.scalars() == ["b", "a"]
    assert result.rowcount() == 2
    with pytest.raises(QueryError, match="got 2"):
        result.one()
    with pytest.raises(QueryError, match="got 2"):
        result.one_or_none()
    assert session.execute(select(User).filter_by(age=1)).one().name == "a"
    assert session.execute(select(User).where(User.age == 9)).one_or_none() is None
    assert session.scalar(select(User.age).where(User.name == "b")) == 2


def test_bulk_insert_gives_keys_and_joins_the_transaction(session, storage, models):
    User, _, _ = models
    users = [User(name=f"u{n}") for n in range(1000)]
    assert session.bulk_insert(users) == list(range(1, 1001))
    session.rollback()
    assert storage.count_rows("users") == 0
    assert users[0].id is None
    session.bulk_insert(users)
    session.commit()
    assert storage.count_rows("users") == 1000


def test_the_collector_is_on_again_after_a_load(session, models):
    User, _, _ = models
    session.add_all([User(name=f"u{n}") for n in range(300)])
    session.commit()
    session.execute(select(User)).all()
    assert gc.isenabled()


def test_a_stored_value_of_another_type_is_an_error_that_names_it(storage, session, models):
    User, _, _ = models
    session.add(User(name="a"))
    session.commit()
    with storage.engine.connection() as connection:
        connection.raw.execute("UPDATE users SET data = 'no json'")
    with pytest.raises(SerializationError, match=r"'users'.*'data'"):
        session.execute(select(User.data)).all()
    session.close()
    with pytest.raises(SerializationError, match=r"'users'.*'data'"):
        session.execute(select(User)).all()


def test_columns_come_from_abstract_bases_and_mixins(storage):
    class Stamped:
        created = Column(str, default="now")

    class Base(declarative_base(storage)):
        __abstract__ = True
        id = Column(int, primary_key=True)

    class Thing(Stamped, Base):
        __tablename__ = "things"
        name = Column(str)

    thing = Thing(name="x")
    assert thing.to_dict() == {"id": None, "created": "now", "name": "x"}
    assert thing.to_dict(include=["name"]) == {"name": "x"}
    with pytest.raises(ValidationError):
        thing.to_dict(exclude=["nothing"])


def test_validators_and_defaults(storage):
    def not_empty(value):
        if not value:
            raise ValueError("it is empty")

    class Item(declarative_base(storage)):
        __tablename__ = "items"
        id = Column(int, primary_key=True)
        name = Column(str, validator=[not_empty, str.istitle])
        tags = Column(list, default_factory=list)

    assert Item(name="Fine").tags == []
    assert Item(name="Fine").tags is not Item(name="Fine").tags
    with pytest.raises(ValidationError, match="it is empty"):
        Item(name="")
    with pytest.raises(ValidationError, match="refuses 'lower'"):
        Item(name="lower")
    with pytest.raises(ValidationError):
        Column(int, default=1, default_factory=int)


def test_a_model_ahead_of_its_table_is_told_how_to_bring_it_into_line(storage, models):
    base = declarative_base(storage)

    class Ahead(base):
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        nickname = Column(str)

    with Session(storage) as session:
        with pytest.raises(ColumnNotFoundError, match=r"nickname.*sync_schema"):
            session.query(Ahead).all()
        assert session.sync_schema(Ahead).columns_added == ["nickname"]
        assert session.query(Ahead).all() == []


def test_a_model_needs_a_table_name(storage):
    base = declarative_base(storage)
    with pytest.raises(ValidationError, match="__tablename__"):

        class Nameless(base):
            id = Column(int, primary_key=True)


def test_in_memory_storages_are_apart():
    with Storage() as one, Storage(in_memory=True) as two:
        one.create_table("t", [Column(int, name="id", primary_key=True)])
        assert list(two.tables) == []
        assert one.insert("t", {}) == 1
