"""Who is told what, and when."""

from __future__ import annotations

import contextlib
import gc
import weakref

import pytest

from pytuck import (
    Column,
    Session,
    Storage,
    UnknownEventError,
    ValidationError,
    event,
    insert,
    select,
)


def recorder(told, *names, of):
    for name in names:
        event.listen(of, name, lambda subject, name=name: told.append((name, subject)))


def test_each_change_of_an_object_is_told_before_and_after(session, models):
    *_, User, _ = models
    told = []
    recorder(
        told,
        *(
            f"{when}_{what}"
            for what in ("insert", "update", "delete")
            for when in ("before", "after")
        ),
        of=User,
    )
    session.add(user := User(name="Ada"))
    session.commit()
    user.name = "Eve"
    session.commit()
    session.delete(user)
    session.commit()
    assert told == [
        (f"{when}_{what}", user)
        for what in ("insert", "update", "delete")
        for when in ("before", "after")
    ]


def test_what_a_before_listener_changes_of_its_object_is_written(session, models, storage):
    *_, User, _ = models

    @event.listens_for(User, "before_insert")
    def stamp(user, session):
        assert isinstance(session, Session)
        user.stamp = "new"

    @event.listens_for(User, "before_update")
    def restamp(user):
        user.stamp = "changed"

    session.add(user := User(name="Ada"))
    session.commit()
    assert storage.select("users", user.id)["stamp"] == "new"
    user.name = "Eve"
    session.commit()
    assert storage.select("users", user.id)["stamp"] == "changed"


def test_an_after_insert_listener_sees_the_key_and_the_row(session, models):
    *_, User, _ = models
    seen = []

    @event.listens_for(User, "after_insert")
    def look(user, session):
        seen.append((user.id, session.execute(select(User.name)).all()))

    session.add(User(name="Ada"))
    session.commit()
    assert seen == [(1, [("Ada",)])]


def test_listeners_of_a_base_hear_of_its_models_in_order_of_registration(session, models):
    base, Named, User, Group = models
    told = []
    event.listen(User, "before_insert", lambda _: told.append("user"))
    event.listen(base, "before_insert", lambda _: told.append("base"))
    event.listen(Named, "before_insert", lambda _: told.append("named"))
    event.listen(Group, "before_insert", lambda _: told.append("group"))
    session.add(User(name="Ada"))
    session.flush()
    assert told == ["user", "base", "named"]
    told.clear()
    session.add(Group(name="all"))
    session.flush()
    assert told == ["base", "named", "group"]


def test_a_listener_is_told_once_and_can_be_removed(session, models):
    base, _, User, _ = models
    told = []

    def listener(user):
        told.append(user.name)

    for target in (User, User, base):
        event.listen(target, "after_insert", listener)
    session.add(User(name="a"))
    session.flush()
    assert told == ["a"]
    event.remove(User, "after_insert", listener)
    event.remove(base, "after_insert", listener)
    event.remove(base, "after_insert", listener)
    session.add(User(name="b"))
    session.flush()
    assert told == ["a"]


def test_listeners_of_the_same_object_do_not_disturb_each_other(session, models):
    *_, User, _ = models

    @event.listens_for(User, "before_insert")
    def once(user):
        event.remove(User, "before_insert", once)
        user.stamp = (user.stamp or "") + "x"

    event.listen(User, "before_insert", lambda user: setattr(user, "stamp", user.stamp + "y"))
    session.add_all([User(name="a", stamp=""), User(name="b", stamp="")])
    session.commit()
    stamps = session.scalars(select(User.stamp).order_by(User.id))
    assert stamps[0] == "xy"


@pytest.mark.parametrize("what", ["insert", "update", "delete"])
def test_an_error_before_a_change_leaves_nothing_half_done(session, models, storage, what):
    *_, User, Group = models
    session.add_all([kept := User(name="kept"), User(name="other"), Group(name="group")])
    session.commit()

    @event.listens_for(User, f"before_{what}")
    def refuse(user):
        if user.name == "wrong" or what == "delete":
            raise ZeroDivisionError

    new = User(name="wrong")
    if what == "insert":
        session.add_all([Group(name="new"), User(name="fine"), new])
    elif what == "update":
        session.query(Group).one().name = "changed"
        kept.name = "wrong"
    else:
        session.query(Group).one().name = "changed"
        session.delete(kept)
    with pytest.raises(ZeroDivisionError):
        session.commit()
    assert new.id is None
    assert storage.count_rows("users") == 2
    with contextlib.closing(Session(storage)) as other:
        assert [group.name for group in other.query(Group)] == ["group"]
    event.clear(User)
    session.commit()  # everything is pending still
    assert storage.count_rows("users") == {"insert": 4, "update": 2, "delete": 1}[what]


def test_an_error_after_a_change_undoes_the_flush(session, models, storage):
    *_, User, _ = models

    @event.listens_for(User, "after_insert")
    def refuse(user):
        raise ZeroDivisionError

    session.add(user := User(name="Ada"))
    with pytest.raises(ZeroDivisionError):
        session.commit()
    assert user.id is None
    assert storage.count_rows("users") == 0
    session.rollback()
    assert user not in session


def test_what_listeners_add_is_written_by_the_same_commit(session, models, storage):
    *_, User, Group = models

    @event.listens_for(User, "after_insert")
    def add_group(user, session):
        session.add(Group(name=f"group of {user.name}"))

    session.add(User(name="Ada"))
    session.commit()
    assert [row["name"] for row in storage.query("groups", [])] == ["group of Ada"]


def test_a_listener_that_never_ends_is_stopped(session, models):
    *_, User, _ = models
    event.listen(User, "after_insert", lambda _, session: session.add(User(name="more")))
    session.add(User(name="first"))
    with pytest.raises(Exception, match="each time"):
        session.commit()
    session.rollback()


def test_bulk_operations_tell_of_the_whole_list(session, models):
    *_, User, _ = models
    told = []
    for what in ("insert", "update", "delete"):
        for when in ("before", "after"):
            name = f"{when}_bulk_{what}"
            event.listen(User, name, lambda users, name=name: told.append((name, len(users))))
    event.listen(User, "before_insert", lambda _: told.append("single"))
    users = [User(name=str(number)) for number in range(3)]
    session.bulk_insert(users)
    session.bulk_update(users)
    session.bulk_delete(users)
    assert told == [
        (f"{when}_bulk_{what}", 3)
        for what in ("insert", "update", "delete")
        for when in ("before", "after")
    ]
    with pytest.raises(ZeroDivisionError):
        event.listen(User, "before_bulk_insert", lambda _: 1 / 0)
        session.bulk_insert([User(name="x")])
    assert session.query(User).count() == 0


def test_statements_tell_nothing(session, models):
    *_, User, _ = models
    told = []
    recorder(told, "before_insert", "after_insert", of=User)
    session.execute(insert(User).values(name="Ada"))
    assert told == []


def test_events_of_sessions(storage, session, models):
    *_, User, _ = models
    names = ["before_flush", "after_flush", "before_commit", "after_commit"]
    names += ["before_rollback", "after_rollback"]
    told, of_all = [], []
    for name in names:
        event.listen(session, name, lambda one, name=name: told.append((name, one)))
        event.listen(Session, name, lambda _, name=name: of_all.append(name))
    session.add(User(name="Ada"))
    session.commit()
    session.rollback()
    order = ["before_commit", "before_flush", "after_flush", "after_commit"]
    order += ["before_rollback", "after_rollback"]
    assert told == [(name, session) for name in order]
    assert of_all == order
    with Session(storage) as other:
        other.add(User(name="Bo"))
    assert len(told) == len(order)


def test_before_flush_and_before_commit_may_add_changes(session, models):
    *_, User, Group = models
    event.listen(
        session, "before_flush", lambda s: s.query(Group).count() or s.add(Group(name="f"))
    )
    event.listen(session, "before_commit", lambda s: s.add(User(name="c")))
    session.add(User(name="Ada"))
    session.commit()
    assert session.query(Group).count() == 1
    assert session.query(User).count() == 2


def test_an_error_before_a_commit_keeps_it_from_happening(session, models, storage):
    *_, User, _ = models
    event.listen(session, "before_commit", lambda _: 1 / 0)
    session.add(User(name="Ada"))
    with pytest.raises(ZeroDivisionError):
        session.commit()
    with contextlib.closing(Session(storage)) as other:
        assert other.query(User).count() == 0


def test_events_of_storages(tmp_path):
    told = []
    path = tmp_path / "a.pytuck"
    for name in ("before_load", "after_load"):
        event.listen(Storage, name, lambda _, name=name: told.append(name))
    with Storage(path) as storage:
        assert told == ["before_load", "after_load"]
        told.clear()
        for name in ("before_save", "after_save", "before_flush", "after_flush"):
            event.listen(storage, name, lambda one, name=name: told.append((name, one)))
        storage.create_table("t", [Column(int, name="id", primary_key=True)])
        told.clear()
        storage.insert("t", {"id": 1})
        assert told == [("before_save", storage), ("after_save", storage)]
        told.clear()
        storage.flush()
        assert told == [("before_flush", storage), ("after_flush", storage)]
        told.clear()
        with storage.transaction():
            storage.insert("t", {"id": 2})
            assert told == []
        assert [name for name, _ in told] == ["before_save", "after_save"]


def test_wrong_names_and_targets_are_refused(models):
    *_, User, _ = models
    with pytest.raises(UnknownEventError, match="before_isnert"):
        event.listen(User, "before_isnert", print)
    with pytest.raises(ValueError, match="after_commit"):
        event.listen(User, "after_commit", print)
    with pytest.raises(ValidationError, match="no events"):
        event.listen(User(name="x"), "before_insert", print)
    with pytest.raises(ValidationError, match="function"):
        event.listen(User, "before_insert", "no function")


def test_listeners_keep_no_session_alive(storage):
    session = Session(storage)
    event.listen(session, "after_commit", print)
    ended = weakref.ref(session)
    session.close()
    del session
    gc.collect()
    assert ended() is None
