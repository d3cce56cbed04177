"""Models that save and find themselves."""

from __future__ import annotations

import contextlib

import apsw
import pytest

from pytuck import (
    Column,
    DuplicateKeyError,
    RecordNotFoundError,
    Relationship,
    Session,
    Storage,
    ValidationError,
    declarative_base,
    event,
)
from tests.core.statement_log import StatementLog


@pytest.fixture
def log():
    log = StatementLog()
    apsw.connection_hooks.append(log.watch)
    yield log
    apsw.connection_hooks.remove(log.watch)


@pytest.fixture(params=["file", "memory"])
def storage(request, tmp_path, log):
    path = tmp_path / "test.pytuck" if request.param == "file" else None
    with contextlib.closing(Storage(path, durability="off", timeout_s=0.5)) as storage:
        yield storage


@pytest.fixture
def model(storage):
    base = declarative_base(storage, crud=True)

    class User(base):
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        name = Column(str, nullable=False, unique=True)
        age = Column(int)
        friend_id = Column(int, foreign_key="users.id")
        friend = Relationship("User", uselist=False, back_populates="fans")
        fans = Relationship("User", uselist=True, back_populates="friend")

    return User


def test_an_object_is_made_changed_and_deleted(model):
    ada = model.create(name="Ada", age=41)
    assert ada.id == 1
    ada.age = 42
    assert model.get(1).age == 41
    ada.save()
    assert model.get(1).age == 42
    bo = model(name="Bo")
    assert not bo._loaded_from_db
    bo.save()
    assert bo._loaded_from_db
    assert model.count() == 2
    ada.delete()
    assert model.get(1) is None
    with pytest.raises(RecordNotFoundError):
        ada.delete()


def test_values_are_read_again(model):
    ada = model.create(name="Ada", age=1)
    other = model.get(ada.id)
    other.age = 2
    other.save()
    ada.refresh()
    assert ada.age == 2
    with pytest.raises(ValidationError, match="never saved"):
        model(name="new").refresh()


def test_finding(model):
    for name, age in [("Ada", 41), ("Bo", 30), ("Cy", 30)]:
        model.create(name=name, age=age)
    assert [user.name for user in model.all()] == ["Ada", "Bo", "Cy"]
    assert [user.name for user in model.filter(model.age == 30).order_by("name", desc=True)] == [
        "Cy",
        "Bo",
    ]
    assert model.filter_by(age=41).first().name == "Ada"
    assert model.filter_by(age=30).count() == 2
    assert model.filter_by(name="No").one_or_none() is None
    assert model.first().name == "Ada"
    assert model.query().get(2).name == "Bo"
    assert [user.name for user in model.query().yield_per(1)] == ["Ada", "Bo", "Cy"]
    assert model.filter(model.age == 30).update({"age": 31}) == 2
    assert model.get(2).age == 31


def test_many_at_once(model):
    users = [model(name=f"u{n}") for n in range(10)]
    assert model.bulk_insert(users) == list(range(1, 11))
    for user in users:
        user.age = 5
    assert model.bulk_update(users) == 10
    assert model.filter_by(age=5).count() == 10


def test_what_cannot_be_saved_is_refused_and_nothing_stays(model):
    model.create(name="Ada")
    with pytest.raises(DuplicateKeyError):
        model.create(name="Ada")
    with pytest.raises(DuplicateKeyError):
        model(id=1, name="Bo").save()
    assert model.count() == 1


def test_relationships_of_saved_objects(model, log):
    ada = model.create(name="Ada")
    for name in ("Bo", "Cy", "Di"):
        model.create(name=name, friend_id=ada.id)
    users = model.all()
    with log.count() as statements:
        assert [user.friend and user.friend.name for user in users] == [None, "Ada", "Ada", "Ada"]
    assert len(statements) == 1
    assert {user.name for user in users[0].fans} == {"Bo", "Cy", "Di"}
    eve = model(name="Eve", friend=ada)
    eve.save()
    assert model.get(eve.id).friend_id == ada.id


def test_several_calls_in_one_transaction(model, storage):
    with pytest.raises(ZeroDivisionError), storage.transaction():
        model.create(name="Ada")
        assert model.count() == 1
        raise ZeroDivisionError
    assert model.count() == 0
    with storage.transaction():
        ada = model.create(name="Ada")
        with Session(storage) as session:
            session.get(model, ada.id).age = 7
        with pytest.raises(DuplicateKeyError):
            model.create(name="Ada")
        storage.insert("users", {"name": "plain"})
    assert {(user.name, user.age) for user in model.all()} == {("Ada", 7), ("plain", None)}


def test_a_session_rolled_back_inside_of_a_transaction_undoes_its_own_part(model, storage):
    with storage.transaction():
        model.create(name="kept")
        session = Session(storage)
        session.add(model(name="dropped"))
        session.flush()
        session.rollback()
        session.close()
    assert [user.name for user in model.all()] == ["kept"]


def test_objects_of_a_session_are_left_to_it(model, storage):
    model.create(name="Ada")
    with Session(storage) as session:
        ada = session.get(model, 1)
        ada.age = 3
        ada.save()
        session.rollback()
        assert ada.age is None
        ada.delete()
        session.commit()
    assert model.count() == 0


def test_events_are_told(model):
    told = []
    event.listen(model, "before_insert", lambda user: told.append(("before", user.id)))
    event.listen(model, "after_update", lambda user: told.append(("after", user.age)))
    ada = model.create(name="Ada")
    ada.age = 9
    ada.save()
    assert told == [("before", None), ("after", 9)]
