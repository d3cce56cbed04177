"""How listeners are registered, called and removed."""

from __future__ import annotations

import functools
from datetime import UTC, datetime

import pytest

from pytuck import Column, Session, Storage, ValidationError, declarative_base, event
from pytuck.core.event import ALL_EVENTS, MODEL_EVENTS, STORAGE_EVENTS, EventManager


class Recorder:
    """Listens in each of the ways in which something can be called."""

    def __init__(self):
        self.told = []

    def method(self, instance):
        self.told.append(("method", instance, None))

    def method_with_session(self, instance, session):
        self.told.append(("method with session", instance, session))

    def __call__(self, instance, session=None):
        self.told.append(("object", instance, session))

    @staticmethod
    def anything(told, *arguments):
        told.append(("anything", *arguments))


def test_a_listener_gets_the_session_if_it_has_a_parameter_for_it(session, models):
    *_, User, _ = models
    recorder, plain = Recorder(), []
    event.listen(User, "before_insert", recorder.method)
    event.listen(User, "before_insert", recorder.method_with_session)
    event.listen(User, "before_insert", recorder)
    event.listen(User, "before_insert", functools.partial(Recorder.anything, recorder.told))
    event.listen(User, "before_insert", plain.append)
    event.listen(User, "before_insert", lambda user, factor=2: plain.append(factor))
    session.add(user := User(name="Ada"))
    session.flush()
    assert recorder.told == [
        ("method", user, None),
        ("method with session", user, session),
        ("object", user, session),
        ("anything", user, session),
    ]
    assert plain == [user, 2]
    event.remove(User, "before_insert", recorder.method)
    event.remove(User, "before_insert", recorder)
    recorder.told.clear()
    session.add(User(name="Bo"))
    session.flush()
    assert [what for what, *_ in recorder.told] == ["method with session", "anything"]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: None,
        lambda user, session, more: None,
        lambda user, *, session: None,
        "text",
        None,
    ],
)
def test_what_cannot_be_called_is_refused_at_once(models, wrong):
    *_, User, _ = models
    with pytest.raises(ValidationError, match=r"listener|Listener"):
        event.listen(User, "before_insert", wrong)
    with pytest.raises(ValidationError):
        event.listen(Session, "before_commit", lambda session, more: None)


def test_users_write_decorators_of_their_own(session, models):
    *_, User, _ = models

    def before_insert(model):
        def decorator(function):
            event.listen(model, "before_insert", function)
            return function

        return decorator

    @before_insert(User)
    def stamp(instance, session):
        instance.stamp = datetime.now(UTC).isoformat()

    session.add(user := User(name="Ada"))
    session.commit()
    assert user.stamp.startswith("2")
    assert callable(stamp)


def test_a_model_derived_from_another_model_is_heard_too(session, models):
    *_, User, _ = models
    told = []
    event.listen(User, "after_insert", lambda user: told.append(type(user).__name__))

    class Admin(User):
        __tablename__ = "admins"
        level = Column(int)

    event.listen(Admin, "after_insert", lambda _: told.append("only admins"))
    session.add_all([Admin(name="a"), User(name="u")])
    session.flush()
    assert sorted(told) == ["Admin", "User", "only admins"]


def test_sessions_of_a_class_are_heard_with_their_subclasses(storage):
    class OwnSession(Session):
        pass

    told = []
    event.listen(OwnSession, "after_commit", lambda _: told.append("own"))
    event.listen(Session, "after_commit", lambda _: told.append("all"))
    with OwnSession(storage):
        pass
    with Session(storage):
        pass
    assert told == ["own", "all", "all"]


def test_listeners_are_told_in_the_order_of_registration_whoever_they_listen_to(storage):
    told = []
    with Session(storage) as session:
        event.listen(session, "before_commit", lambda _: told.append(1))
        event.listen(Session, "before_commit", lambda _: told.append(2))
        event.listen(session, "before_commit", lambda _: told.append(3))
    assert told == [1, 2, 3]


def test_clearing_one_target_leaves_the_others(session, models):
    *_, User, Group = models
    told = []
    for model in (User, Group):
        event.listen(model, "after_insert", lambda item: told.append(item.name))
    event.clear(User)
    session.add_all([User(name="u"), Group(name="g")])
    session.flush()
    assert told == ["g"]
    event.clear()
    session.add(Group(name="h"))
    session.flush()
    assert told == ["g"]


def test_a_listener_added_meanwhile_hears_of_the_next_event_on(session, models):
    *_, User, _ = models
    told = []

    @event.listens_for(User, "before_insert")
    def first(user):
        event.listen(User, "before_insert", second)

    def second(user):
        told.append(user.name)

    session.add(User(name="a"))
    session.flush()
    session.add(User(name="b"))
    session.flush()
    assert told == ["b"]


def test_objects_without_a_session_in_sight_tell_their_events(storage):
    class User(declarative_base(storage, crud=True)):
        __tablename__ = "users"
        id = Column(int, primary_key=True)
        name = Column(str)

    told = []
    for name in sorted(MODEL_EVENTS):
        event.listen(User, name, lambda subject, name=name: told.append(name))
    user = User.create(name="Ada")
    user.name = "Eve"
    user.save()
    user.delete()
    User.bulk_insert([other := User(name="x")])
    User.bulk_update([other])
    assert told == [
        *("before_insert", "after_insert", "before_update", "after_update"),
        *("before_delete", "after_delete", "before_bulk_insert", "after_bulk_insert"),
        *("before_bulk_update", "after_bulk_update"),
    ]


def test_bulk_listeners_may_change_the_instances_and_get_the_session(session, models):
    *_, User, _ = models

    @event.listens_for(User, "before_bulk_insert")
    def stamp(users, own):
        assert own is session
        for user in users:
            user.stamp = "bulk"

    session.bulk_insert([User(name="a"), User(name="b")])
    assert [user.stamp for user in session.query(User)] == ["bulk", "bulk"]


def test_the_old_library_s_names_are_there(models):
    *_, User, _ = models
    assert {"before_insert", "after_bulk_update"} <= MODEL_EVENTS
    assert {"before_flush", "after_flush"} <= STORAGE_EVENTS
    assert MODEL_EVENTS | STORAGE_EVENTS <= ALL_EVENTS
    assert isinstance(event, EventManager)
    told = []
    for name in ("before_insert", "before_bulk_insert"):
        event.listen(User, name, told.append)
    event.dispatch_model(User, "before_insert", user := User(name="x"))
    event.dispatch_model_bulk(User, "before_bulk_insert", [user])
    with Storage() as storage:
        event.listen(storage, "before_flush", told.append)
        event.dispatch_storage(storage, "before_flush")
        assert told == [user, [user], storage]
