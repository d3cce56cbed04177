"""An exception in a listener stops what it was told of, and leaves nothing half done."""

from __future__ import annotations

import contextlib

import pytest

from pytuck import Session, Storage, TransactionError, event, select


class RefusedError(Exception):
    """Raised by the listeners here."""


def refuse(_):
    raise RefusedError


@pytest.fixture
def user(session, models):
    *_, User, _ = models
    session.add(user := User(name="Ada"))
    session.commit()
    return user


def stored(storage):
    return [row["name"] for row in storage.query("users", [])]


def test_before_flush(session, storage, models, user):
    *_, User, _ = models
    user.name = "changed"
    session.add(new := User(name="new"))
    event.listen(session, "before_flush", refuse)
    for work in (session.flush, session.commit, session.query(User).all):
        with pytest.raises(RefusedError):
            work()
    assert (session.new, session.dirty, new.id) == ([new], [user], None)
    assert not session.in_transaction
    assert stored(storage) == ["Ada"]
    event.clear()
    session.commit()
    assert stored(storage) == ["changed", "new"]


def test_after_flush(session, storage, models, user):
    *_, User, _ = models
    user.name = "changed"
    session.add(new := User(name="new"))
    event.listen(session, "after_flush", refuse)
    with pytest.raises(RefusedError):
        session.commit()
    assert (session.new, session.dirty, new.id) == ([new], [user], None)
    assert user.name == "changed"
    assert stored(storage) == ["Ada"]


@pytest.mark.parametrize("is_of_storage", [True, False])
def test_before_a_commit(session, storage, user, is_of_storage):
    user.name = "changed"
    target, name = (storage, "before_save") if is_of_storage else (session, "before_commit")
    event.listen(target, name, refuse)
    with pytest.raises(RefusedError):
        session.commit()
    session.rollback()
    assert user.name == "Ada"
    assert stored(storage) == ["Ada"]


def test_a_with_block_is_undone_when_its_commit_is_refused(storage, models):
    *_, User, _ = models
    event.listen(Session, "before_commit", refuse)
    with pytest.raises(RefusedError), Session(storage) as session:
        session.add(User(name="lost"))
    with pytest.raises(RefusedError), Session(storage) as session, session.begin():
        session.add(User(name="lost"))
    assert stored(storage) == []


def test_before_rollback_and_closing_all_the_same(session, storage, models, user):
    *_, User, _ = models
    user.name = "changed"
    session.flush()
    event.listen(session, "before_rollback", refuse)
    with pytest.raises(RefusedError):
        session.rollback()
    assert user.name == "changed"
    with pytest.raises(RefusedError):
        session.close()
    assert user.name == "Ada"
    with Session(storage) as other:  # nothing is locked any more
        other.add(User(name="new"))
    assert stored(storage) == ["Ada", "new"]


def test_before_save_of_a_storage(storage, models):
    event.listen(storage, "before_save", refuse)
    for work in (
        lambda: storage.insert("users", {"name": "a"}),
        lambda: storage.bulk_insert("users", [{"name": "a"}]),
    ):
        with pytest.raises(RefusedError):
            work()
    with pytest.raises(RefusedError), storage.transaction():
        storage.insert("users", {"name": "a"})
    assert stored(storage) == []


@pytest.mark.parametrize("name", ["before_load", "after_load"])
def test_before_and_after_a_load(tmp_path, name):
    path = tmp_path / "a.pytuck"
    event.listen(Storage, name, refuse)
    with pytest.raises(RefusedError):
        Storage(path)
    assert path.exists() == (name == "after_load")
    event.clear()
    with Storage(path) as storage:
        assert list(storage.tables) == []


@pytest.mark.parametrize("work", ["commit", "rollback", "flush", "begin_nested"])
def test_a_listener_cannot_end_the_transaction_it_is_told_of(session, models, work):
    *_, User, _ = models
    event.listen(User, "before_insert", lambda _, own: getattr(own, work)())
    session.add(User(name="a"))
    with pytest.raises(TransactionError, match=f"{work}.. was called by a listener"):
        session.commit()
    event.clear()
    session.rollback()
    if work != "flush":
        event.listen(session, "before_commit", lambda own: getattr(own, work)())
        with pytest.raises(TransactionError, match="being committed"):
            session.commit()


def test_a_listener_may_ask_and_write_by_statement(session, models):
    *_, User, Group = models

    @event.listens_for(User, "after_insert")
    def look(user, own):
        assert own.scalars(select(User.name)) == ["Ada"]
        own.bulk_insert([Group(name="made on the way")])

    session.add(User(name="Ada"))
    session.commit()
    with contextlib.closing(Session(session.storage)) as other:
        assert other.scalars(select(Group.name)) == ["made on the way"]


def test_the_refused_object_can_be_taken_out(session, storage, models, user):
    *_, User, _ = models

    @event.listens_for(User, "before_insert")
    def no_bo(new):
        if new.name == "Bo":
            raise RefusedError

    session.add_all([User(name="Cy"), bo := User(name="Bo")])
    with pytest.raises(RefusedError):
        session.commit()
    session.expunge(bo)
    session.commit()
    assert stored(storage) == ["Ada", "Cy"]


def test_listeners_may_add_and_delete_what_is_being_written_already(session, storage, models):
    *_, User, _ = models
    event.listen(User, "before_insert", lambda user, own: own.add(user))
    session.add_all([User(name="a"), User(name="b")])
    session.commit()
    assert stored(storage) == ["a", "b"]

    @event.listens_for(User, "before_delete")
    def delete_all(_, own):
        for other in own.query(User):
            own.delete(other)

    session.delete(session.query(User).first())
    session.commit()
    assert stored(storage) == []
