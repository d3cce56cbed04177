"""Where the values of an instance stand: in its own dictionary, by the attributes' names.

An attribute that is not there is found by `Column.__get__`, which calls `missing_value`: it was
expired and its row is read again, or it holds a list or dictionary that nobody has looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pytuck.common.exceptions import QueryError
from pytuck.schema import MISSING
from pytuck.types.tracked import tracked, untracked

SESSION = "_pytuck_session"
"""The entry of an instance's dictionary that names the session it belongs to."""

DETACHED = "_pytuck_detached"
"""The entry of an instance that belonged to a session which let go of it."""

ADDED_TO = "_pytuck_added_to"
"""The entry of a new instance that names the session it was added to, if it has relationships."""

BATCH = "_pytuck_batch"
"""The entry of an instance's dictionary with the batch it was loaded in, if it has relationships."""

ROWID = "_pytuck_rowid"
"""The attribute with the hidden row id of an instance whose model has no primary key."""


def session_of(instance: Any) -> Any:
    """Return the session an instance is in or was added to; None if there is none."""
    values = instance.__dict__
    return values.get(SESSION) or values.get(ADDED_TO)


def as_read(name: str) -> str:
    """Return the entry with the plain value of a list or dictionary not looked at so far."""
    return f"{name} (as read)"


class _Changing:
    """Tells the session that a list or dictionary of an instance is about to be changed."""

    __slots__ = ("instance", "name", "value")

    def __init__(self, instance: Any, name: str) -> None:
        self.instance = instance
        self.name = name
        self.value: Any = None

    def __call__(self) -> None:
        values = self.instance.__dict__
        session = values.get(SESSION)
        if session is not None and values.get(self.name) is self.value:
            session.note_change_in_place(self.instance, self.name, self.value)


def watched(value: Any, instance: Any, name: str) -> Any:
    """Return a copy of a list or dictionary that tells the session of its changes."""
    changing = _Changing(instance, name)
    changing.value = tracked(value, changing)
    return changing.value


def missing_value(instance: Any, name: str) -> Any:
    """Return the value of an attribute that is not in the instance's dictionary.

    Raises:
        AttributeError: It never had a value.
        QueryError: It was expired, and the instance is of no session any more.
        RecordNotFoundError: It was expired, and its row is gone.
    """
    values = instance.__dict__
    plain = values.pop(as_read(name), MISSING)
    if plain is not MISSING:
        value = values[name] = watched(plain, instance, name)
        return value
    session = values.get(SESSION)
    if session is None and DETACHED not in values:
        raise AttributeError(f"{type(instance).__name__}.{name} has no value yet.")
    if session is None:
        raise QueryError(
            f"{type(instance).__name__}.{name} was expired and cannot be read again: its session "
            "is closed. Add the object to a session first."
        )
    session.load_expired(instance)
    return getattr(instance, name)


def current_value(instance: Any, name: str) -> Any:
    """Return a value without reading a row: `MISSING` if it is expired; lists are copied."""
    values = instance.__dict__
    value = values.get(name, MISSING)
    return untracked(values.get(as_read(name), MISSING) if value is MISSING else value)


def set_values(instance: Any, given: Mapping[str, Any], containers: frozenset[str]) -> None:
    """Set values as they were at an earlier time, past the tracking of changes.

    Args:
        given: `MISSING` expires an attribute.
        containers: The names of the attributes that hold lists and dictionaries.
    """
    values = instance.__dict__
    for name, value in given.items():
        if value is MISSING:
            values.pop(name, None)
            values.pop(as_read(name), None)
        elif name in containers:
            values.pop(name, None)
            values[as_read(name)] = value
        else:
            values[name] = value


def drop_values(instance: Any, names: Iterable[str]) -> None:
    """Expire attributes."""
    set_values(instance, dict.fromkeys(names, MISSING), frozenset())


def container_encoder(name: str, encode: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return the function that gives the stored form of a list or dictionary of an instance."""
    entry = as_read(name)

    def encoded(values: dict[str, Any]) -> Any:
        value = values[name] if name in values else values[entry]
        return None if value is None else encode(value)

    return encoded
