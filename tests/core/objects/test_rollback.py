"""After a rollback the objects are what they were, as the database is."""

from __future__ import annotations

import pytest

from pytuck import (
    Column,
    ConstraintError,
    DuplicateKeyError,
    Relationship,
    Session,
    TransactionError,
    ValidationError,
    declarative_base,
    delete,
    event,
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
        name = Column(str, unique=True)
        tags = Column(list)
        orders = Relationship("Order", back_populates="user")

    class Order(base):
        __tablename__ = "orders"
        id = Column(int, primary_key=True)
        user_id = Column(int, foreign_key="users.id")
        user = Relationship("User", back_populates="orders")

    class Note(base):
        __tablename__ = "notes"
        text = Column(str)

    return User, Order, Note


@pytest.fixture
def user(session, models):
    user = models[0](name="Ada", tags=["x"])
    session.add(user)
    session.commit()
    return user


def test_new_objects_become_transient_and_can_be_added_again(session, models, user):
    User, _, Note = models
    session.add_all([new := User(name="new"), note := Note(text="n")])
    session.flush()
    assert new.id == 2
    session.rollback()
    assert new.id is None
    assert new not in session
    assert note not in session
    session.add_all([new, note])
    session.commit()
    assert new.id == 2
    assert session.query(Note).one() is note


def test_a_given_key_is_kept_by_an_object_that_becomes_transient(session, models):
    User, *_ = models
    session.add(new := User(id=7, name="new"))
    session.flush()
    session.rollback()
    assert new.id == 7
    assert session.get(User, 7) is None


def test_a_deleted_object_comes_back_with_its_unsaved_change_forgotten(session, models, user):
    user.name = "changed"
    session.delete(user)
    session.flush()
    assert user not in session
    session.rollback()
    assert user in session
    assert user.name == "Ada"
    user.name = "again"
    session.commit()
    assert session.scalars(select(models[0].name)) == ["again"]


def test_an_object_deleted_and_added_again_is_the_same_row_after_a_rollback(session, models, user):
    session.delete(user)
    session.flush()
    session.add(user)
    session.flush()
    session.rollback()
    assert user in session
    assert session.get(models[0], 1) is user


def test_a_changed_key_goes_back_and_the_object_is_found_under_it(session, models, user):
    User, *_ = models
    user.id = 50
    session.flush()
    assert session.get(User, 50) is user
    session.rollback()
    assert user.id == 1
    assert session.get(User, 1) is user
    assert session.get(User, 50) is None


def test_relationships_go_back(session, models, user):
    _, Order, _ = models
    session.add(order := Order(user=user))
    session.commit()
    user.orders.append(extra := Order())
    order.user = None
    session.flush()
    session.rollback()
    assert order.user is user
    assert user.orders == [order]
    assert extra not in session


@pytest.mark.parametrize("is_flushed", [True, False])
def test_objects_read_of_rows_that_never_came_to_be_are_let_go(session, models, user, is_flushed):
    User, *_ = models
    session.bulk_insert([User(name="bulk")])
    session.execute(insert(User).values(name="statement"))
    found = session.query(User).all()
    assert len(found) == 3
    found[1].name = "changed"
    if is_flushed:
        session.flush()
    session.rollback()
    assert [item in session for item in found] == [True, False, False]
    assert session.query(User).all() == [user]


def test_a_row_that_took_the_key_of_a_deleted_one_gives_way(session, models, user):
    User, *_ = models
    session.delete(user)
    session.flush()
    assert session.bulk_insert([User(name="other")]) == [1]
    ghost = session.get(User, 1)
    session.rollback()
    assert ghost not in session
    assert session.get(User, 1) is user
    assert user.name == "Ada"


def test_what_statements_did_goes_back(session, models, user):
    User, *_ = models
    session.execute(update(User).values(name="all"))
    session.execute(delete(User))
    assert user not in session
    session.rollback()
    assert user in session
    assert user.name == "Ada"


def test_bulk_changes_go_back(session, models, user):
    User, *_ = models
    user.name = "bulk"
    session.bulk_update([user])
    session.bulk_update(User, [{"id": 1, "tags": ["y"]}])
    assert (user.name, user.tags) == ("bulk", ["y"])
    session.bulk_delete([user])
    assert session.get(User, 1) is None
    session.rollback()
    assert (user.name, user.tags) == ("Ada", ["x"])
    assert session.get(User, 1) is user


def test_a_list_held_from_before_a_rollback_no_longer_belongs_to_the_object(session, models, user):
    held = user.tags
    held.append("y")
    session.rollback()
    held.append("z")
    assert user.tags == ["x"]
    assert not session.is_modified(user)


def test_a_flush_that_fails_leaves_everything_pending_and_the_transaction_open(
    session, models, user
):
    User, Order, _ = models
    session.add(first := Order())
    session.flush()
    session.add_all([clash := User(name="Ada"), second := Order()])
    user.tags.append("y")
    with pytest.raises(DuplicateKeyError):
        session.flush()
    assert {id(item) for item in session.new} == {id(clash), id(second)}
    assert session.dirty == [user]
    assert (clash.id, second.id, first.id) == (None, None, 1)
    assert session.in_transaction
    clash.name = "Bo"
    session.commit()
    assert session.query(User).count() == 2
    assert session.query(Order).count() == 2


def test_a_commit_that_the_database_refuses_undoes_the_objects_too(session, models, user):
    User, Order, _ = models
    session.add(order := Order(user_id=99))
    user.name = "changed"
    with pytest.raises(ConstraintError):
        session.commit()
    session.rollback()
    assert user.name == "Ada"
    assert order not in session
    assert session.query(User).one() is user


def test_a_savepoint_is_kept_or_undone_from_the_inside_out(session, models, user):
    outer = session.begin_nested()
    user.name = "outer"
    inner = session.begin_nested()
    user.name = "inner"
    outer.rollback()
    assert user.name == "Ada"
    assert not inner.is_active
    with pytest.raises(TransactionError, match="already"):
        inner.commit()
    with session.begin_nested():
        user.name = "kept"
    session.commit()
    assert session.scalars(select(models[0].name)) == ["kept"]


def test_undoing_a_savepoint_keeps_what_was_done_before_it(session, models, user):
    User, *_ = models
    session.add(before := User(name="before"))
    nested = session.begin_nested()
    assert before.id == 2  # pending changes were written first
    session.add(after := User(name="after"))
    user.tags.append("y")
    session.flush()
    nested.rollback()
    assert before in session
    assert after not in session
    assert user.tags == ["x"]
    session.commit()
    assert sorted(session.scalars(select(User.name))) == ["Ada", "before"]


def test_a_savepoint_ends_with_the_transaction_around_it(session, models, user):
    for end in (session.commit, session.rollback):
        nested = session.begin_nested()
        end()
        assert not nested.is_active


def test_an_error_in_a_with_block_goes_through_and_undoes_it(session, models, user):
    User, *_ = models
    with pytest.raises(ValidationError), session.begin():
        user.name = "changed"
        session.add(User(name="new"))
        session.flush()
        User(nonsense=1)
    assert user.name == "Ada"
    assert session.query(User).count() == 1


def test_a_with_block_of_a_session_commits_or_undoes_and_closes(storage, models):
    User, *_ = models
    with Session(storage) as session:
        session.add(kept := User(name="kept"))
    assert kept not in session
    assert kept.name == "kept"
    with pytest.raises(ZeroDivisionError), Session(storage) as session:
        session.add(User(name="lost"))
        session.flush()
        raise ZeroDivisionError
    with pytest.raises(DuplicateKeyError), Session(storage) as session:
        session.add(User(name="kept"))
    assert storage.count_rows("users") == 1
    session.add(User(name="later"))  # a closed session may be used again
    session.commit()
    assert storage.count_rows("users") == 2
    session.close()


def test_nothing_is_taken_back_that_was_committed_before_a_listener_failed(
    session, storage, models, user
):
    for target, name in ((storage, "after_save"), (session, "after_commit")):
        event.listen(target, name, lambda _: 1 / 0)
        user.name = name
        with pytest.raises(ZeroDivisionError):
            session.commit()
        event.clear()
        session.rollback()
        assert user.name == name
        assert session.scalars(select(models[0].name)) == [name]


# --- Inside of storage.transaction() ---


def test_objects_follow_a_transaction_of_the_storage_that_is_undone(session, storage, models, user):
    User, *_ = models
    with pytest.raises(ZeroDivisionError), storage.transaction():
        user.name = "changed"
        session.add(new := User(name="new"))
        session.commit()
        session.delete(user)
        session.flush()
        raise ZeroDivisionError
    assert (user.name, new.id) == ("Ada", None)
    assert user in session
    assert new not in session
    assert session.query(User).all() == [user]
    user.name = "later"
    session.commit()
    assert session.scalars(select(User.name)) == ["later"]


def test_a_part_of_a_transaction_of_the_storage_is_undone_by_itself(session, storage, models, user):
    User, *_ = models
    with storage.transaction():
        user.name = "outer"
        session.commit()
        with pytest.raises(ZeroDivisionError), storage.transaction():
            user.name = "inner"
            session.add(new := User(name="new"))
            session.commit()
            raise ZeroDivisionError
        assert user.name == "outer"
        assert new not in session
        user.name = "lost"
        session.rollback()
        assert user.name == "outer"
    session.rollback()
    assert user.name == "outer"
    assert storage.select("users", 1)["name"] == "outer"


def test_what_a_transaction_of_the_storage_kept_is_not_undone_later(session, storage, models, user):
    with storage.transaction():
        user.name = "kept"
        session.flush()
    session.rollback()
    assert user.name == "kept"
    assert storage.select("users", 1)["name"] == "kept"
